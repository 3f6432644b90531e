"""
For each step of a shipped flow that requires an assurance, and each edge by which it could be entered unguarded.

The edge is planted. ``check`` refuses it with a path; the interpreter with its guard off walks from the start over the
planted edge into the step, holding nothing; with its guard on, the very same inputs never reach the step. Where the
check refuses nothing, the interpreter is searched in vain for such a walk.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import zip_longest

import pytest
from networkx import ancestors

from shepherd.author.trail import Crossing
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.draft import Draft
from shepherd.flow.findings import Hop
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Call, HandOn, Need, Step
from shepherd.run.state import holds
from tests.flows.planting import Edge, repointed
from tests.flows.roaming import Moment, begin, follow, search
from tests.shipped import draft, library

DRAFT = draft()
SHIPPED = library()
UNPROVED = "SHP40"
AGED = 40 * 60
SEED = 20261121


def guarded_steps() -> Iterator[tuple[str, Step]]:
    """
    Every step of the shipped flows that requires something.

    Not where two people are identified: the way shown may take more tries than a run has, and scenarios hold it.
    """
    for flow in SHIPPED.flows.values():
        for step in flow.steps.values():
            if step.requires and not {"identity", "representative.identity"} <= {need.name for need in step.requires}:
                yield flow.id, step


@cache
def alone(flow: str) -> Draft:
    """The library without the flows that *flow* neither calls nor hands on to: they cannot change what it proves."""
    needed, todo = set[str](), [flow]
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            actions = [step.action for step in DRAFT.flows[name].steps.values()]
            todo += [action.flow for action in actions if isinstance(action, Call | HandOn)]
    return replace(DRAFT, flows={n: f for n, f in DRAFT.flows.items() if n in needed}, translations=(), scenarios=())


#: Edges that bear the grant themselves and are reached only behind another ``unmet``: the search in vain is too large.
GRANTED_ON_THE_WAY = {
    ("billing_dispute", "credit", "outcome:credited"),
    ("billing_dispute", "credit", "outcome:not_made"),
}


def plants() -> list[tuple[Edge, str]]:
    """
    Every edge of the flow that leads elsewhere now, to be pointed to the step that is guarded.

    Not another step's ``unmet``: only a guard takes it, so that there is no walk without one.
    """
    return [
        (Edge(flow, source, by, target), step.id)
        for flow, step in guarded_steps()
        for source, target, by in graph_of(SHIPPED.flows[flow]).edges(keys=True)
        if target != step.id and source != step.id and by != "unmet" and (flow, source, by) not in GRANTED_ON_THE_WAY
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
            if not all(holds(visit.before.held, need.name, need.level, visit.stamp.at) for need in needs):
                return Crossing(edge.flow, edge.source, edge.by) in moment.edges()
        visit = visit.prev
    return False


def holds_all(moment: Moment, needs: tuple[Need, ...]) -> bool:
    """Whether *needs* are met; they stay so, as long as nothing is withdrawn and no time passes."""
    return all(holds(moment.run.assured, need.name, need.level, moment.run.last.at) for need in needs)


def test_what_is_withdrawn_is_withdrawn_before_it_is_granted_too() -> None:
    """
    The search below ends where all is held, though an amount given anew takes its approval away.

    It may: what leads on from there is met on the first visit to the amount as well, when nothing is approved yet; and
    the second identification is searched from the guard that leads to it.
    """
    assert {f"{f.id}/{s.id}" for f in SHIPPED.flows.values() for s in f.steps.values() if s.withdraws} == {
        "bill_credit/amount",
        "bill_credit/identify_again",
        "refund/amount",
        "refund/identify_again",
    }


def test_some_steps_are_guarded() -> None:
    """The campaign has something to plant: what is booked, paid, sent, searched for and reset."""
    assert {f"{flow}/{step.id}" for flow, step in guarded_steps()} == {
        "account_locked/unlock",
        "bill_credit/credit",
        "billing_dispute/hold",
        "complaint/credit",
        "internet_down/book_engineer",
        "mobile_no_service/bar_line",
        "mobile_no_service/lift_bar",
        "mobile_no_service/open_roaming",
        "mobile_no_service/order_sim",
        "parcel_not_arrived/send_again",
        "parcel_not_arrived/trace",
        "payment_failed/put_off",
        "payment_failed/send_link",
        "payment_failed/take_again",
        "privacy_request/register",
        "refund/pay",
        "reset_credentials/reset",
        "slow_wifi/book_engineer",
        "slow_wifi/order_repeater",
        "suspected_fraud/block",
        "third_party_caller/settle",
    }
    assert len(plants()) > 70


def visits(path: tuple[Hop, ...]) -> list[str]:
    """The steps of *path* that a run visits: not those that send it away at the door."""
    away = ("out_of_attempts", "unmet")
    return [hop.step for hop, after in zip_longest(path, path[1:]) if after is None or after.by not in away]


def unguarded_walk(library: Library, edge: Edge, step: str, shown: list[str]) -> tuple[Moment | None, tuple[Need, ...]]:
    """
    A walk without the guard over *edge* into *step*, which lacks something then, and what it held when it began.

    None where there is none. Where the check has *shown* a path, only that very path is walked. What is held from an
    earlier run matters only where the flow asks for it, where its head requires it, and behind ``unmet``, where it has
    run out.
    """
    needs, head = library.flows[edge.flow].steps[step].requires, library.flows[edge.flow].requires

    def found(moment: Moment) -> bool:
        steps = moment.entered()
        return enters(moment, edge, step) and (not shown or steps[: len(shown)] == shown[: len(steps)])

    def strays(moment: Moment) -> bool:
        if shown:
            steps = moment.entered()
            return steps != shown[: len(steps)]
        return begun(moment) not in leading

    leading = {f"{edge.flow}/{s}" for s in leading_to(library, edge)}
    asks = asked_for(edge.flow)
    besides = (*head, *(asks[name] for name in asks.keys() - {need.name for need in (*needs, *head)}))
    parts = [(need,) for need in needs if asks and len(needs) > 1]
    for held in dict.fromkeys((head, besides, *parts)):
        first = begin(library, edge.flow, guarded=False, held=held)
        walk = search(first, found, lambda moment: strays(moment) or holds_all(moment, needs), others=bool(shown))
        if walk is not None:
            return walk, held
    if edge.source not in behind_unmet(library, edge.flow):
        return None, ()
    again = Crossing(edge.flow, step, "unmet")
    for held in ((), needs) if shown or not asks else (needs,):
        walk = search(
            begin(library, edge.flow, guarded=True, held=held),
            found,
            lambda moment: (
                strays(moment) or ((moment.late >= AGED or again in moment.edges()) and holds_all(moment, needs))
            ),
            aged=AGED,
            others=bool(shown),
        )
        if walk is not None:
            return walk, held
    return None, ()


def asked_for(flow: str) -> dict[str, Need]:
    """What *flow* asks for by itself, whether it is held, by its name."""
    names = re.findall(r"\bassured\.([a-z_.]+)", DRAFT.sources[DRAFT.flows[flow].file])
    return {name: Need(name=name) for name in names}


def begun(moment: Moment) -> str:
    """The step of the flow that nobody called at which the run stands, or that called what it stands in."""
    frame, step = moment.run.state.frame, moment.run.tip.step.id
    while frame.caller is not None:
        frame, step = frame.caller, frame.step
    return f"{frame.flow.id}/{step}"


def leading_to(library: Library, edge: Edge) -> set[str]:
    """The steps from which *edge* can still be walked; it cannot be from others, nor once the flow is handed on."""
    found: set[str] = ancestors(graph_of(library.flows[edge.flow]), edge.source)
    return found | {edge.source}


def behind_unmet(library: Library, flow: str) -> set[str]:
    """Steps that only an ``unmet`` leads to, or that call a flow with one: what was held has run out there."""
    into: dict[str, set[str]] = {}
    for _, target, by in graph_of(library.flows[flow]).edges(keys=True):
        into.setdefault(target, set()).add(by)
    found = {step for step, ways in into.items() if ways == {"unmet"}}
    for step in library.flows[flow].steps.values():
        if isinstance(step.action, Call):
            called = library.flows[step.action.flow]
            found |= {step.id for _, _, by in graph_of(called).edges(keys=True) if by == "unmet"}
    return found


def tried() -> list[tuple[Edge, str]]:
    """All plants with ``SHEPHERD_PLANTS=all``; else at most 4 a flow, always the same, so that a run stays short."""
    every, chance = plants(), random.Random(SEED)
    if os.environ.get("SHEPHERD_PLANTS") == "all":
        return every
    shares = [[plant for plant in every if plant[0].flow == flow] for flow in SHIPPED.flows]
    return [plant for share in shares for plant in chance.sample(share, min(4, len(share)))]


@pytest.mark.parametrize("plant", tried(), ids=name)
def test_a_planted_edge_is_refused_walked_and_stopped(plant: tuple[Edge, str]) -> None:
    """What the check refuses can be walked without the guard and not with it; what it lets pass cannot be walked."""
    edge, step = plant
    draft = repointed(alone(edge.flow), edge, step)
    found = [f for f in examine(draft) if f.code.startswith(UNPROVED) and f.step == step]
    library = Library.of(draft, ())
    shown = visits(found[0].path) if found else []
    walk, held = unguarded_walk(library, edge, step, shown)
    if not found:
        assert walk is None, "the check lets pass what the interpreter walks"
        return
    assert walk is not None, f"the check refuses what nobody can walk: {found[0].path}"
    assert found[0].severity == "error"
    assert found[0].path, "the finding shows no path"
    assert walk.entered()[: len(shown)] == shown
    assert shown[-1] == f"{edge.flow}/{step}"
    moment: Moment | None = begin(library, edge.flow, guarded=True, held=held)
    reached: set[str] = set()
    for given in walk.script():
        assert moment is not None
        reached |= {ref for ref, _ in moment.crossed}
        after = follow(moment, given)
        if after is None:
            break
        moment = after
    reached |= {ref for ref, _ in moment.crossed} if moment else set()
    assert f"{edge.flow}/{step}" not in reached


@pytest.mark.parametrize(
    "plant",
    [
        (Edge("slow_wifi", "identify_to_book", "outcome:failed", "not_verified"), "order_repeater"),
        (Edge("payment_failed", "identify", "outcome:locked", "not_verified"), "send_link"),
        (Edge("account_locked", "tell_tries", "then", "called_back"), "unlock"),
    ],
    ids=name,
)
def test_a_walk_is_found_without_being_shown(plant: tuple[Edge, str]) -> None:
    """The search that finds nothing where nothing is refused would find a walk if there were one."""
    edge, step = plant
    walk, _ = unguarded_walk(Library.of(repointed(alone(edge.flow), edge, step), ()), edge, step, [])
    assert walk is not None
    assert enters(walk, edge, step)
