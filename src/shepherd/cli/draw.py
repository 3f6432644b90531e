"""``shepherd draw``: a flow as a picture."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.scenarios import scenarios_of, walked
from shepherd.cli.settings import draft_of, library_of, no_flow, open_desk, settings, version_options
from shepherd.cli.terminal import echo
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.author.picture import Opening
    from shepherd.desk import Desk
    from shepherd.flow.model import Flow

MOST_RUNS = 500


@click.command("draw")
@click.argument("flow")
@click.option(
    "--format", "form", type=click.Choice(["svg", "mermaid", "dot", "bpmn"]), default="svg", show_default=True
)
@click.option("--run", metavar="RUN", help="Lay the path of this recorded run over it.")
@click.option("--ticket", metavar="TICKET", help="The same for the latest run on a ticket that came through FLOW.")
@click.option("--coverage", is_flag=True, help="Lay over it how often the library's scenarios walk each way.")
@click.option("--traffic", is_flag=True, help="Lay over it how many recorded runs took each way, and their times.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="With --traffic: only runs that began on it or later.",
)
@click.option("--against", metavar="BEFORE", help="Draw what differs from this version of it (as shepherd diff).")
@click.option(
    "--open", "opens", multiple=True, metavar="FLOW", help="Draw FLOW inside each call of it; may be repeated."
)
@click.option(
    "--depth", type=click.IntRange(0, 10), default=0, help="Draw all called flows inside, so many levels down."
)
@version_options
def command(
    flow: str,
    form: str,
    run: str | None,
    ticket: str | None,
    coverage: bool,
    traffic: bool,
    since: datetime | None,
    opens: tuple[str, ...],
    depth: int,
    against: str | None,
    output: Path | None,
    **flags: Any,
) -> None:
    """
    Draw FLOW (its id), from left to right, as SVG, as text for Mermaid or Graphviz, or as BPMN 2.0.

    The picture of a recorded run is that of the flow which ran, whatever has become of it since; the traffic is laid
    over the flow as it is now.
    """
    over = sum(map(bool, (run, ticket, coverage, traffic, against)))
    if over > 1:
        raise click.UsageError("Give one of --run, --ticket, --coverage, --traffic and --against.")
    if since is not None and not traffic:
        raise click.UsageError("--since tells which runs --traffic counts; give both.")
    if form == "bpmn" and over:
        raise click.UsageError("BPMN has no place for what is laid over a picture; take svg, mermaid or dot.")
    if against and (opens or depth):
        raise click.UsageError("--against draws one flow; give neither --open nor --depth with it.")
    if (opens or depth) and form != "svg":
        raise click.UsageError("Only the picture in SVG has called flows inside.")
    opening = _opening(opens, depth)
    if run or ticket or traffic:
        desk = open_desk(**flags)
        try:
            if traffic:
                _known(desk.library.flows, flow, *opens)
                day = since.date() if since else None
                text = desk.pictures.traffic(flow, form, since=day, opening=opening)
            else:
                text = desk.pictures.of_run(run or _latest(desk, ticket or "", flow), flow, form, opening)
        finally:
            desk.close()
    elif coverage:
        text = _covered(settings(**flags).library, flow, form, opening)
    elif against:
        text = _against(against, flow, form, flags)
    else:
        from shepherd.author.draw import CLOSED, draw

        folder = settings(**flags).library
        flows = library_of(folder).flows
        _known(flows, flow, *opens, folder=folder)
        text = draw(flows, flow, form, opening=opening or CLOSED)
    if output is None or str(output) == "-":
        echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _opening(opens: tuple[str, ...], depth: int) -> Opening | None:
    from shepherd.author.picture import Opening

    return Opening(frozenset(opens), depth) if opens or depth else None


def _covered(folder: Path, flow: str, form: str, opening: Opening | None) -> str:
    """The picture with the coverage over it; a scenario that fails covers what it walked."""
    from shepherd.author import cover
    from shepherd.author.draw import CLOSED, draw
    from shepherd.author.overlay import Covered

    draft = draft_of(folder)
    library, verdicts = walked(draft, scenarios_of(draft))
    _known(library.flows, flow, *(opening.names if opening else ()), folder=folder)
    failed = sum(not verdict.ok for verdict in verdicts)
    if failed:
        echo(f"{many(failed, 'scenario')} failed; `shepherd test` tells why.", err=True)
    wanted = library.flows if opening else {flow: library.flows[flow]}
    covered = dict(zip(wanted, cover(wanted, verdicts), strict=True))
    over = {name: Covered(one) for name, one in covered.items()}
    return draw(library.flows, flow, form, over[flow], opening=opening or CLOSED, inner=over.get)


def _against(before: str, flow: str, form: str, flags: dict[str, Any]) -> str:
    """The picture of what differs in *flow* between the version *before* and the library as it is."""
    from contextlib import ExitStack

    from shepherd.author.compare import compare, compare_flows
    from shepherd.author.differing import differing
    from shepherd.author.draw import WRITERS
    from shepherd.cli.versions import versions_of

    with ExitStack() as stack:
        old, new = versions_of(before, None, settings(**flags), stack)
    _known({**old.draft.flows, **new.draft.flows}, flow)
    one = compare(old.draft, new.draft).of(flow)
    if one is None:
        here = new.draft.flows[flow]
        one = compare_flows(here, here)
    titles = {known.id: known.title for known in (*old.draft.flows.values(), *new.draft.flows.values())}
    picture, laid = differing(old.draft.flows.get(one.was), new.draft.flows.get(one.flow), one, titles)
    return WRITERS[form](picture, laid)


def _latest(desk: Desk, ticket: str, flow: str) -> str:
    """The newest run of *ticket* that came through *flow*, as itself or called by another."""
    head = desk.ticket(ticket).head
    for row in desk.recorded(ticket=head.number, limit=MOST_RUNS):
        if any(walked.id == flow for walked in desk.pictures.walked(row.id)):
            return row.id
    raise click.UsageError(f'No run on {head.number} came through "{flow}".')


def _known(flows: Any, *names: str, folder: Path | None = None) -> None:
    """Wrong use where one of *names* is no flow, of the library in *folder* where it is one."""
    from shepherd.flow.findings import nearest

    found: dict[str, Flow] = dict(flows)
    for name in names:
        if name not in found and folder is not None:
            raise no_flow(name, folder, found)
        if name not in found:
            hint = nearest(name, list(found))
            raise click.UsageError(f'There is no flow "{name}". {hint}'.strip())
