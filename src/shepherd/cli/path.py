"""``shepherd path``: what was recorded on a ticket."""

from __future__ import annotations

import sys
from typing import Any

import click

from shepherd.cli.settings import library_option, open_desk, record_options


@click.command("path")
@click.argument("ticket")
@click.option("--json", "as_json", is_flag=True, help="The entries as they are stored, one a line, in order.")
@library_option
@record_options
def command(ticket: str, as_json: bool, **flags: Any) -> None:
    """Show what was recorded on TICKET (its number, like T-100042)."""
    desk = open_desk(**flags)
    try:
        if as_json:
            out = sys.stdout.buffer
            for body in desk.bodies(ticket):
                out.write(body + b"\n")
            return
        for recorded in desk.paths(ticket):
            row = recorded.row
            began = f"{row.created_at:%Y-%m-%d %H:%M}"
            click.secho(f"{recorded.title} · {began} · {row.status} {row.outcome}".rstrip(), bold=True)
            for line in recorded.rows:
                click.echo(f"  {line.visit:>4}  {line.step:<40} {line.answer}".rstrip())
            click.echo(f"  {recorded.verdict}\n")
    finally:
        desk.close()
