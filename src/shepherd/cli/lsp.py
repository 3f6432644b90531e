"""``shepherd lsp``: what an editor asks while a designer types."""

from __future__ import annotations

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import click

from shepherd.cli.settings import library_option, settings, today_option

INSTALL = "pip install 'shepherd[lsp]'"


@click.command("lsp")
@today_option
@library_option
@click.pass_context
def command(ctx: click.Context, /, today: datetime | None, library: Path | None) -> None:
    """
    Answer an editor over stdin and stdout, in the language server protocol.

    Findings while you type, where a step is made and named, its sentences and the ways to it, another name for it,
    completion of names, the outline, the format. The library is looked for from the folder that the editor has open.
    """
    if find_spec("pygls") is None or find_spec("lsprotocol") is None:
        from shepherd.cli.app import complain

        ctx.exit(complain(f"The language server needs two packages that are not installed: {INSTALL}"))
    from shepherd.cli.language_server import serve

    serve(lambda: settings(library=library).library, today.date() if today else None)
