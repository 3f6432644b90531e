"""Every table of cases, by class."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from tests.hostile.case import WHOLE, Case

CLASSES = (
    "nesting",
    "marks",
    "characters",
    "numbers",
    "expressions",
    "templates",
    "patterns",
    "tables_and_lists",
    "graphs",
    "paths",
    "typed",
)
TABLES: Mapping[str, Mapping[str, Case]] = {
    name: {n: c for n, c in importlib.import_module(f"tests.hostile.{name}").CASES.items() if WHOLE or not c.heavy}
    for name in CLASSES
}
