"""
For each step of a shipped flow that requires an assurance, and each edge by which it could be entered unguarded.

The edge is planted. ``check`` refuses it with a path; the interpreter with its guard off walks from the start over the
planted edge into the step, holding nothing; with its guard on, the very same inputs never reach the step. Where the
check refuses nothing, the interpreter is searched in vain for such a walk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from shepherd.author.trail import Crossing
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.draft import read_draft
from shepherd.flow.model import Need, Step
from shepherd.run.state import holds
from tests.flows.planting import FLOWS, Edge, repointed
from tests.flows.roaming import Moment, begin, follow, search

DRAFT = read_draft(FLOWS)
SHIPPED = Library.of(DRAFT, DRAFT.findings)
WHOLE = os.environ.get("SHEPHERD_PLANTED") == "all"
UNPROVED = "SHP4"
AGED = 40 * 60


def guarded_steps() -> Iterator[tuple[str, Step]]:
    """Every step of the shipped flows that requires something."""
    for flow in SHIPPED.flows.values():
        for step in flow.steps.values():
            if step.requires:
                yield flow.id, step


def plants() -> list[tuple[Edge, str]]:
    """Every edge of the flow that leads elsewhere now, to be pointed to the step that is guarded."""
    return [
        (Edge(flow, source, by, target), step.id)
        for flow, step in guarded_steps()
        for source, target, by in SHIPPED.flows[flow].graph.edges(keys=True)
        if target != step.id and source != step.id
    ]


def name(plant: tuple[Edge, str]) -> str:
    edge, step = plant
    return f"{edge.flow}:{edge.source}-{edge.by}->{step}"


def enters(moment: Moment, edge: Edge, step: str) -> bool:
    """Whether the last input led over the planted edge into *step* while what it requires was missing."""
    run = moment.run
    visit = run.tip
    made = moment.before.run.made if moment.before else 0
    while visit is not None and visit.number > made:
        if visit.ref == f"{edge.flow}/{step}":
            needs = visit.step.requires
            if not all(holds(visit.before.held, need, visit.stamp.at) for need in needs):
                return Crossing(edge.flow, edge.source, edge.by) in moment.edges()
        visit = visit.prev
    return False


def holds_all(moment: Moment, needs: tuple[Need, ...]) -> bool:
    """Whether *needs* are met; they stay so, as long as nothing is withdrawn and no time passes."""
    return all(holds(moment.run.assured, need, moment.run.last.at) for need in needs)


def test_nothing_is_withdrawn_in_the_shipped_flows() -> None:
    """What is held stays held until it runs out: the search below relies on it."""
    assert not [s.id for f in SHIPPED.flows.values() for s in f.steps.values() if s.withdraws]


def test_some_steps_are_guarded() -> None:
    """The campaign has something to plant: the booking and the reset."""
    assert {f"{flow}/{step.id}" for flow, step in guarded_steps()} == {
        "internet_down/book_engineer",
        "reset_credentials/reset",
    }
    assert len(plants()) > 70


def unguarded_walk(library: Library, edge: Edge, step: str) -> Moment | None:
    """A walk without the guard over *edge* into *step*, which holds nothing then; None where there is none."""
    needs = library.flows[edge.flow].steps[step].requires

    def found(moment: Moment) -> bool:
        return enters(moment, edge, step)

    walk = search(begin(library, edge.flow, guarded=False), found, lambda moment: holds_all(moment, needs))
    if walk is not None or edge.source not in behind_unmet(library, edge.flow):
        return walk
    again = Crossing(edge.flow, step, "unmet")
    return search(
        begin(library, edge.flow, guarded=True),
        found,
        lambda moment: again in moment.edges() and holds_all(moment, needs),
        aged=AGED,
    )


def behind_unmet(library: Library, flow: str) -> set[str]:
    """Steps that only an ``unmet`` leads to: what was held has run out there."""
    into: dict[str, set[str]] = {}
    for _, target, by in library.flows[flow].graph.edges(keys=True):
        into.setdefault(target, set()).add(by)
    return {step for step, ways in into.items() if ways == {"unmet"}}


@pytest.mark.campaign
@pytest.mark.parametrize("plant", plants() if WHOLE else plants()[::4], ids=name)
def test_a_planted_edge_is_refused_walked_and_stopped(plant: tuple[Edge, str]) -> None:
    """What the check refuses can be walked without the guard and not with it; what it lets pass cannot be walked."""
    edge, step = plant
    draft = repointed(DRAFT, edge, step)
    found = [f for f in examine(draft) if f.code.startswith(UNPROVED) and f.step == step]
    library = Library.of(draft, ())
    walk = unguarded_walk(library, edge, step)
    if not found:
        assert walk is None, "the check lets pass what the interpreter walks"
        return
    assert walk is not None, f"the check refuses what nobody can walk: {found[0].path}"
    assert found[0].severity == "error"
    assert found[0].path, "the finding shows no path"
    assert found[0].path[-1].step == f"{edge.flow}/{step}"
    moment: Moment | None = begin(library, edge.flow, guarded=True)
    reached: set[str] = set()
    for late, given in walk.script():
        assert moment is not None
        reached |= {ref for ref, _ in moment.crossed}
        after = follow(moment, late, given)
        if after is None:
            break
        moment = after
    reached |= {ref for ref, _ in moment.crossed} if moment else set()
    assert f"{edge.flow}/{step}" not in reached
