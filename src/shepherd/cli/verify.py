"""``shepherd verify``: whether the record is as it was written."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Any

import click

from shepherd.cli.settings import library_option, open_desk, record_options
from shepherd.cli.terminal import echo, echo_json
from shepherd.flow.shown import many


def proved_with(export: Path) -> str:
    """How the file *export*, which was taken out of a record, is proved: with one file of ours, wherever one is."""
    from shepherd.record import verifier

    told = f"Anybody proves them with: python verifier.py {quote(str(export))}"
    return f"{told}\nThat file needs nothing but Python, and can be copied: {verifier.__file__}"


@click.command("verify")
@click.argument("ticket", default="")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@library_option
@record_options
@click.pass_context
def command(ctx: click.Context, /, ticket: str, as_json: bool, **flags: Any) -> None:
    """Prove that the record, or TICKET alone, is as it was written."""
    if Path(ticket).is_file():
        command = f"python -m shepherd.record.verifier {quote(ticket)}"
        raise click.UsageError(f"{ticket} is a file, not a ticket. What was exported is proved with: {command}")
    desk = open_desk(**flags)
    try:
        report = desk.verify(ticket)
        numbers = desk.record.numbers([*{one.run for one in report.broken if one.run}])
    finally:
        desk.close()
    if as_json:
        broken = [{"run": b.run, "ticket": numbers.get(b.run), "seq": b.seq, "what": b.what} for b in report.broken]
        shown = {
            "shepherd": "verify/1",
            "ok": report.ok,
            "entries": report.entries,
            "runs": report.runs,
            "sealed": report.sealed,
            "broken": broken,
        }
        echo_json(shown)
    else:
        for one in report.broken:
            of = f"{numbers[one.run]}, " if one.run in numbers else ""
            where = f"{of}run {one.run}" if one.run else "the record"
            echo(f"{where}{f', entry {one.seq}' if one.seq is not None else ''}: {one.what}", fg="red")
        echo(f"{many(report.entries, 'entry', 'entries')} in {many(report.runs, 'run')}. {report.sentence}")
    ctx.exit(0 if report.ok else 1)
