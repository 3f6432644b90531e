"""``shepherd db``: looking after the database."""

from __future__ import annotations

from typing import Any

import click

from shepherd.cli.settings import library_option, open_desk, record_options
from shepherd.cli.terminal import echo
from shepherd.flow.shown import many


@click.group("db")
def command() -> None:
    """Look after the database."""


@command.command("rebuild")
@library_option
@record_options
def rebuild(**flags: Any) -> None:
    """Work out the lists of runs and visits again from the entries."""
    desk = open_desk(**flags)
    try:
        runs = desk.record.rebuild()
    finally:
        desk.close()
    echo(f"{many(runs, 'run')} worked out again from their entries.")
