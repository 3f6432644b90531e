"""The tests. ``SHEPHERD_TEST_SQLITE`` names a module, such as pysqlite3, that they use in the place of ``sqlite3``."""

import importlib
import os
import sys

if name := os.environ.get("SHEPHERD_TEST_SQLITE"):
    sys.modules["sqlite3"] = importlib.import_module(name)
