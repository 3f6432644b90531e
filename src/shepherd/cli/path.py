"""``shepherd path``: what was recorded on a ticket."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.scenarios import right_file, to_file
from shepherd.cli.settings import library_option, open_desk, record_options
from shepherd.cli.terminal import echo
from shepherd.cli.verify import proved_with
from shepherd.flow.shown import many, visible_json

if TYPE_CHECKING:
    from shepherd.audit import PathRow
    from shepherd.desk import Desk
    from shepherd.desk.views import Recorded


@click.command("path")
@click.argument("ticket")
@click.option(
    "--json", "as_json", is_flag=True, help="The entries as they are stored, each a JSON object on its line, in order."
)
@click.option(
    "--export",
    "export",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the entries with their hashes to FILE, for the verifier that needs nothing of ours.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["scenario"]),
    help="Print the run as a scenario of the flows as they are now, with nobody's values in it.",
)
@click.option("--run", metavar="RUN", help="With --as: which run of the ticket, where there are several.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --as: add it to FILE (FLOW.scenarios.yaml).",
)
@library_option
@record_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    ticket: str,
    as_json: bool,
    export: Path | None,
    form: str | None,
    run: str | None,
    save: Path | None,
    **flags: Any,
) -> None:
    """Show what was recorded on TICKET (its number, like T-100042); ends with 1 where a chain is broken."""
    if sum(map(bool, (export, as_json, form))) > 1:
        raise click.UsageError("Give one of --json, --export and --as.")
    if (run or save) and not form:
        raise click.UsageError("--run and --save go with --as scenario.")
    desk = open_desk(**flags)
    try:
        if form:
            ctx.exit(_as_scenario(desk, ticket, run, save))
        if export:
            lines = list(desk.export(ticket))
            export.write_bytes(b"".join(lines))
            written = many(len(lines) - 1, "entry", "entries")
            echo(f"{written} written. {proved_with(export)}")
            return
        if as_json:
            out = sys.stdout.buffer
            for body in desk.bodies(ticket):
                out.write(visible_json(body.decode("utf-8", "backslashreplace")).encode() + b"\n")
            return
        paths = desk.paths(ticket)
        if not paths:
            echo("Nothing was walked on this ticket yet.")
        for recorded in paths:
            _show(recorded)
        shown = {recorded.row.id for recorded in paths}
        beside = [one for one in desk.verify(ticket).broken if one.run not in shown]
        for one in beside:
            echo(f"Not as it was written, beside these: {f'run {one.run}: ' if one.run else ''}{one.what}")
    finally:
        desk.close()
    ctx.exit(0 if all(recorded.ok for recorded in paths) and not beside else 1)


def _as_scenario(desk: Desk, ticket: str, run: str | None, save: Path | None) -> int:
    """Print or save a run of *ticket* as a scenario; the exit code."""
    from shepherd.author.recorded import Untold
    from shepherd.author.yaml_text import as_yaml

    runs = desk.recorded(ticket=ticket, limit=500)
    chosen = [row for row in runs if run in (None, row.id)]
    if len(chosen) != 1:
        listed = "".join(
            f"\n  --run {row.id}  ({row.flow}, {f'{row.status} {row.outcome}'.strip()})" for row in runs[::-1]
        )
        found = f"Say which run is meant:{listed}" if listed else "Nothing was walked on this ticket yet."
        raise click.UsageError(found)
    if save is not None:
        right_file(save, chosen[0].flow)
    try:
        scenario = desk.as_scenario(chosen[0].id)
    except Untold as error:
        echo(f"No scenario: {error}", err=True)
        return 1
    if save is None:
        echo(as_yaml([scenario]), nl=False)
    else:
        to_file(save, [scenario])
        echo(f"Added to {save}: {scenario['name']}", err=True)
    return 0


def _show(recorded: Recorded) -> None:
    row = recorded.row
    offset = recorded.rows[0].offset if recorded.rows else "+00:00"
    began = f"{_local(row.created_at, offset):%Y-%m-%d %H:%M} UTC{offset}"
    stands = (
        "ended without an outcome" if row.status == "abandoned" else f"{row.status} {row.outcome}".replace("_", " ")
    )
    echo(f"{recorded.title} · {began} · {stands}".rstrip(), bold=True)
    for line in recorded.rows:
        echo(_line(line))
    if any(line.taken_back for line in recorded.rows):
        echo("  ~ taken back later, by the entry named; it has a row of its own.")
    if any(line.broken for line in recorded.rows):
        echo("  ! told from an entry that is not as it was written: what stands here may not have been so.")
    echo(f"  {recorded.verdict}\n")


def _local(at: datetime, offset: str) -> datetime:
    """*at* by the clock that was recorded with it."""
    return at.astimezone(datetime.strptime(offset, "%z").tzinfo)


def _line(row: PathRow) -> str:
    """A visit, or what stands beside the path: when, who, where, what was given."""
    told = " ".join(row.answer.split())
    if row.attempt is not None and row.attempt > 1:
        told = f"{told} (try {row.attempt})".lstrip()
    if row.granted:
        told += f" (grants {', '.join(row.granted)})"
    if row.ended:
        told = f"{told} → {row.ended}".strip()
    if row.taken_back:
        told += f" (taken back by entry {row.struck_by})"
    if row.broken:
        told += f" (NOT AS IT WAS WRITTEN. {' '.join(row.broken)})"
    mark = "!" if row.broken else "~" if row.taken_back else " "
    place = row.step or f"{row.kind.replace('_', ' ')}, entry {row.seq}"
    who = row.who if row.role in ("", "agent") else f"{row.who} ({row.role})"
    time = f"{_local(row.at, row.offset):%H:%M:%S} UTC{row.offset}"
    return f" {mark}{row.visit or '':>4}  {time}  {who:<12} {place:<40} {told}".rstrip()
