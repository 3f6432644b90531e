"""The bench that an application serves, for the pages of the workshop."""

from __future__ import annotations

from typing import cast

from flask import current_app

from shepherd.desk.workbench import Workbench


def workbench() -> Workbench:
    """The bench that this application serves."""
    return cast(Workbench, current_app.extensions["bench"])
