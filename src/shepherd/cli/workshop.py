"""``shepherd workshop``: the designer's pages over a folder of flows, which follow it as it is edited."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from shepherd.cli.settings import library_option, settings, today_option


@click.command("workshop")
@click.option("--host", metavar="ADDRESS", help="Where to listen (default 127.0.0.1).")
@click.option("--port", metavar="PORT", help="The port (default 8322; 0 takes a free one).")
@click.option("--database", metavar="URL", help="Whose runs and versions are shown (default sqlite:///shepherd.db).")
@today_option
@library_option
def command(port: str | None, today: datetime | None, **flags: Any) -> None:
    """
    Show the flows as you write them: picture, sentences, findings, scenarios, and a way to try them.

    The pages follow the files as they are saved. Nothing is recorded, and no other system is asked.
    """
    from shepherd.cli.committed import LastCommit
    from shepherd.web.workshop import serve

    found = settings(**flags, port=port if port is not None else PORT)
    if not Path(found.library).is_dir():
        raise click.UsageError(f"There is no folder {found.library}. Name one with --library.")
    serve(found, committed=LastCommit(found.library), today=today.date() if today else None)


#: Beside the desk's own, so that both may be served on one machine.
PORT = 8322
