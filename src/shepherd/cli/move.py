"""``shepherd move``: runs under way, moved to the flows as they are now where that is proved safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.settings import library_option, open_desk, record_options
from shepherd.cli.terminal import echo, echo_json
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.desk.moving import Moved


@click.command("move")
@click.option("--dry-run", is_flag=True, help="Only say what would be moved.")
@click.option("--by", "name", metavar="NAME", help="Move them, in this name.")
@click.option("--flow", default="", metavar="FLOW", help="Only runs of this flow.")
@click.option("--ticket", default="", metavar="TICKET", help="Only runs on this ticket.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@library_option
@record_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    dry_run: bool,
    name: str | None,
    flow: str,
    ticket: str,
    as_json: bool,
    **flags: Any,
) -> None:
    """
    Move runs under way to the flows as they are now, each only where that is proved safe.

    A run is moved where everything that happened in it would have happened in the newer version too; all others end on
    their own. Look with --dry-run first, then move with --by NAME. Ends with 1 where some stay.
    """
    from shepherd.run.api import Actor

    if dry_run == bool(name):
        raise click.UsageError("Give --dry-run to see what would be moved, or --by NAME to move it.")
    desk = open_desk(**flags)
    try:
        if flow and flow not in desk.library.flows and not desk.recorded(flow=flow, limit=1):
            raise click.UsageError(f'There is no flow "{flow}", and no run of one.')
        actor = Actor("agent", name) if name else None
        moves = list(desk.moves(flow=flow, ticket=ticket, actor=actor))
    finally:
        desk.close()
    if as_json:
        echo_json({"shepherd": "move/1", "dry_run": dry_run, "runs": [_shown(one) for one in moves]})
    else:
        _tell(moves, dry_run)
    ctx.exit(1 if any(one.verdict in ("stays", "unread") for one in moves) else 0)


def _shown(one: Moved) -> dict[str, Any]:
    return {**one._asdict(), "reworded": list(one.reworded)}


def _tell(moves: list[Moved], dry_run: bool) -> None:
    for one in moves:
        if one.verdict == "there already":
            continue
        words = {"moved": "moved", "moves": "would be moved"}.get(one.verdict, "stays")
        echo(
            f"{one.number}  {one.step:<40} {words}".rstrip(), fg=None if one.verdict in ("moved", "moves") else "yellow"
        )
        if one.why:
            echo(f"          {one.why}")
        if one.reworded:
            echo(f"          Told in other words by now: {', '.join(one.reworded)}.")
    count = {verdict: sum(one.verdict == verdict for one in moves) for verdict in ("moved", "moves", "there already")}
    stay = len(moves) - sum(count.values())
    done = f"{count['moves']} would be moved" if dry_run else f"{count['moved']} moved"
    under_way = f"{many(len(moves), 'run')} under way"
    stays, there = "stays" if stay == 1 else "stay", count["there already"]
    echo(f"{under_way}: {done}, {stay} {stays}, {there} {'is' if there == 1 else 'are'} there already.")
