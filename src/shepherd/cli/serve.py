"""``shepherd serve``: the desk in a browser."""

from __future__ import annotations

from typing import Any

import click

from shepherd.cli.settings import library_option, record_options, rejected, settings


@click.command("serve")
@click.option("--demo", is_flag=True, help="Give an empty record its first tickets, to look at.")
@click.option("--host", metavar="ADDRESS", help="Where to listen (default 127.0.0.1).")
@click.option("--port", metavar="PORT", help="The port (default 8321; 0 takes a free one).")
@library_option
@record_options
def command(demo: bool, **flags: Any) -> None:
    """Serve the desk to a browser on this machine, until it is interrupted."""
    from shepherd.web.serve import serve

    found = settings(**flags)
    with rejected(found.library):
        serve(found, demo=demo)
