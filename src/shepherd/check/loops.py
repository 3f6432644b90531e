"""Loops: each needs a person, and something that ends it; guessing at a secret is bounded over runs too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shepherd.check.callgraph import CallGraph, call_graph
from shepherd.check.reach import ends_of
from shepherd.check.walks import UNTRIED, Ways, circle, ending, leading_to, spends, spread, ways
from shepherd.check.walks import loops as circles
from shepherd.flow.findings import Finding, Hop, Rule
from shepherd.flow.model import Ask, Collect, Edge, Flow, Step

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

NO_PERSON = Rule(
    "SHP208",
    "loop-without-a-person",
    "error",
    "The steps of this loop go on by themselves, so it could run for ever without anybody being asked.",
)
ENDLESS = Rule(
    "SHP209",
    "loop-without-attempts",
    "warning",
    "People can walk this loop for ever: no step of it has `attempts`.",
)
UNGUARDED = Rule(
    "SHP210",
    "guessing-unbounded",
    "error",
    "This loop takes a secret or grants something, so its tries have to be counted beyond the run: "
    "`attempts_per: ticket` or `customer`. Otherwise a new run is a new guess.",
)

RULES = (NO_PERSON, ENDLESS, UNGUARDED)

Passes = Callable[[Step, Edge], bool]


@dataclass(slots=True)
class Passing:
    """
    How flows can be walked through, as their callers have to know it: the outcomes of each that can be reached.

    *alone*: without a person. *free*: without spending a try. *uncounted*: without spending one that is counted
    beyond the run. *guessed*: likewise, while a secret is taken or a grant decided.
    """

    alone: dict[str, set[str]] = field(default_factory=dict)
    free: dict[str, set[str]] = field(default_factory=dict)
    guessed: dict[str, set[str]] = field(default_factory=dict)
    uncounted: dict[str, set[str]] = field(default_factory=dict)


def loops(draft: Draft) -> Iterator[Finding]:
    """Loops without a person, without attempts, or in which one may guess."""
    calls = call_graph(draft.flows)
    passing = Passing()
    called = {edge.target for edges in calls.out.values() for edge in edges}
    for flow_id in calls.order:
        flow = draft.flows[flow_id]
        out = ways(flow)
        live = spread((flow.first,), out) & leading_to(ends_of(flow, out), out)  # the rest is found by `reach`
        if len(live) < len(out):
            out = {s: tuple(e for e in edges if e.target in live) for s, edges in out.items() if s in live}
        around = {step for part in circles(out) for step in part}
        looping = {step: edges for step, edges in out.items() if step in around}
        if looping:
            yield from _flow(calls, passing, flow, looping)
        if flow_id in called:
            _summarise(calls, passing, flow, out)


def _flow(calls: CallGraph, passing: Passing, flow: Flow, out: Ways) -> Iterator[Finding]:
    reported: set[str] = set()
    alone = _only(flow, out, lambda step, edge: not step.pauses and _through(calls, passing.alone, flow, step, edge))
    for part in circles(alone):
        reported |= part
        yield _finding(
            NO_PERSON,
            flow,
            alone,
            part,
            "goes round without a person",
            "Put a step that people answer into the loop, or lead it out.",
        )
    uncounted = _only(flow, out, lambda s, e: not _counted(s, e) and _through(calls, passing.uncounted, flow, s, e))
    for part in circles(uncounted):
        guesses = [s for s in part if _guesses(calls, passing, flow, flow.steps[s], part)]
        if guesses and reported.isdisjoint(part):
            reported |= part
            what = "takes a secret" if any(_secret(flow.steps[s]) for s in part) else "decides a grant"
            yield _finding(
                UNGUARDED,
                flow,
                uncounted,
                part,
                f"{what}, and its tries are not counted beyond the run",
                "Write `attempts: 3`, `attempts_per: ticket` and `out_of_attempts: STEP` at one of its steps.",
                at=min(guesses, key=list(flow.steps).index),
            )
    free = _only(flow, out, lambda s, e: not _spends(s, e) and _through(calls, passing.free, flow, s, e))
    for part in circles(free):
        if reported.isdisjoint(part):
            yield _finding(
                ENDLESS,
                flow,
                free,
                part,
                "can be walked for ever",
                "Write `attempts: 3` and `out_of_attempts: STEP` at one of its steps.",
            )


def _only(flow: Flow, out: Ways, passes: Passes) -> Ways:
    """*out* with the edges that pass. The way of an unmet need is not a loop: it is gone once the need is met."""
    steps = flow.steps
    return {
        name: tuple(e for e in edges if e.by != "unmet" and e.target in out and passes(steps[name], e))
        for name, edges in out.items()
    }


def _through(calls: CallGraph, outcomes: dict[str, set[str]], flow: Flow, step: Step, edge: Edge) -> bool:
    """Whether *edge* can be taken, given the outcomes with which a called flow can be passed."""
    if step.verb != "call" or edge.by in UNTRIED:
        return True
    callee = calls.callee(flow, step)
    return callee is not None and edge.by.partition(":")[2] in outcomes.get(callee.id, ())


def _spends(step: Step, edge: Edge, *, beyond_call: bool = False) -> bool:
    """Whether taking *edge* spends a try; *beyond_call*: one that the next call of the flow does not give back."""
    return spends(step, edge.by) and not (beyond_call and step.attempts is not None and step.attempts.per == "call")


def _counted(step: Step, edge: Edge) -> bool:
    return spends(step, edge.by) and step.attempts is not None and step.attempts.per in ("ticket", "customer")


def _secret(step: Step) -> bool:
    """Whether *step* takes a secret."""
    action = step.action
    if isinstance(action, Ask):
        return action.field.secret
    return isinstance(action, Collect) and any(field_.secret for field_ in action.fields.values())


def _decides(flow: Flow, step: Step) -> bool:
    """Whether a way out of *step* grants something, at once or as the flow ends there."""
    for edge in step.edges.values():
        ended = ending(flow.steps[edge.target]) if edge.target in flow.steps else None
        outcome = flow.outcomes.get(ended) if ended is not None else None
        if edge.grants or (outcome is not None and outcome.grants):
            return True
    return False


def _guesses(calls: CallGraph, passing: Passing, flow: Flow, step: Step, part: set[str]) -> bool:
    """Whether *step* is one at which something may be guessed again and again within the loop *part*."""
    again = [e for e in step.edges.values() if e.target in part and e.by not in UNTRIED and not _counted(step, e)]
    if step.verb == "call":
        return any(_through(calls, passing.guessed, flow, step, edge) for edge in again)
    return bool(again) and (_secret(step) or _decides(flow, step))


def _summarise(calls: CallGraph, passing: Passing, flow: Flow, out: Ways) -> None:
    """What callers have to know of *flow*."""

    def ends(way: Ways, starts: set[str]) -> set[str]:
        return {name for s in spread(starts, way) if (name := ending(flow.steps[s])) is not None}

    first = {flow.first} & set(out)
    alone = _only(flow, out, lambda s, e: not s.pauses and _through(calls, passing.alone, flow, s, e))
    passing.alone[flow.id] = ends(alone, first)
    free = _only(
        flow,
        out,
        lambda s, e: not _spends(s, e, beyond_call=True) and _through(calls, passing.free, flow, s, e),
    )
    passing.free[flow.id] = ends(free, first)
    uncounted = _only(flow, out, lambda s, e: not _counted(s, e) and _through(calls, passing.uncounted, flow, s, e))
    passing.uncounted[flow.id] = ends(uncounted, first)
    guesses = {
        edge.target
        for name in spread(first, uncounted)
        for edge in uncounted[name]
        if edge.by not in UNTRIED and _guess(calls, passing, flow, flow.steps[name], edge)
    }
    passing.guessed[flow.id] = ends(uncounted, guesses)


def _guess(calls: CallGraph, passing: Passing, flow: Flow, step: Step, edge: Edge) -> bool:
    if step.verb == "call":
        return calls.callee(flow, step) is not None and _through(calls, passing.guessed, flow, step, edge)
    return _secret(step) or _decides(flow, step)


def _finding(
    rule: Rule, flow: Flow, out: Ways, part: set[str], what: str, hint: str, *, at: str | None = None
) -> Finding:
    """A finding at the first step of the loop *part*, people's steps first, with one way round it."""
    inside = {s: tuple(e for e in out[s] if e.target in part) for s in part}
    named = [s for s in flow.steps if s in part]
    place = at or next((s for s in named if flow.steps[s].pauses), named[0])
    round_ = circle(place, inside)
    names = [place, *(edge.target for edge in round_)]
    shown = " → ".join(names if len(names) <= 8 else [*names[:4], "…", *names[-3:]])
    return rule.at(
        flow.steps[place].place,
        f"The loop {shown} {what}.",
        file=flow.file,
        flow=flow.id,
        step=place,
        hint=hint,
        path=[Hop(f"{flow.id}/{edge.target}", edge.by) for edge in round_],
    )
