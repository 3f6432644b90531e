"""Whether every step can be reached, and whether an end can be reached from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.check.targets import falls_off
from shepherd.check.walks import Ways, components, leading_to, leaves, spread, ways
from shepherd.flow.findings import Finding, Hop, Rule, allowed
from shepherd.flow.model import Edge, Flow

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNREACHABLE = Rule(
    "SHP201",
    "unreachable-step",
    "error",
    "No way from the first step leads to this step, so nobody will ever see it.",
)
NO_WAY_OUT = Rule(
    "SHP203",
    "no-way-to-an-end",
    "error",
    "From this step no end can be reached, whatever is answered: the contact could never be closed.",
)
NO_END = Rule(
    "SHP204",
    "no-end",
    "error",
    "The flow never ends: no step that can be reached has `end`, or `escalate` with an outcome.",
)

RULES = (UNREACHABLE, NO_WAY_OUT, NO_END)


def reach(draft: Draft) -> Iterator[Finding]:
    """Steps that cannot be reached, and steps that cannot be left for an end."""
    for flow in draft.flows.values():
        out = ways(flow)
        seen = spread((flow.first,), out)
        if all(len(out[s.id]) == len(s.edges) for s in flow.steps.values()):
            yield from _unreachable(flow, out, seen)
        ends = seen & ends_of(flow, out)
        if ends:
            yield from _stuck(flow, out, seen, ends)
        else:
            yield NO_END.at(
                flow.places.get("steps", flow.place),
                f'No step of "{flow.id}" ends it.',
                file=flow.file,
                flow=flow.id,
                hint="Add a step with `end: OUTCOME` and lead a way to it.",
            )


def ends_of(flow: Flow, out: Ways) -> set[str]:
    """The steps that end *flow*; one with a way that leads nowhere is given the benefit of the doubt."""
    return {
        step.id
        for step in flow.steps.values()
        if leaves(step) or falls_off(step) or len(out[step.id]) < len(step.edges)
    }


def _unreachable(flow: Flow, out: Ways, seen: set[str]) -> Iterator[Finding]:
    """One finding for each unreachable piece: its first step, for the others hang on it."""
    lost = {s: tuple(e for e in out[s] if e.target not in seen) for s in flow.steps if s not in seen}
    order = {s: n for n, s in enumerate(lost)}
    entered: set[str] = set()
    for part in reversed(components(lost)):
        if entered.isdisjoint(part):
            step = flow.steps[min(part, key=order.__getitem__)]
            yield UNREACHABLE.at(
                step.place,
                f'No way leads to the step "{step.id}".',
                file=flow.file,
                flow=flow.id,
                step=step.id,
                hint="Lead a way to it, or take it out.",
            )
        entered.update(e.target for s in part for e in lost[s])


def _stuck(flow: Flow, out: Ways, seen: set[str], ends: set[str]) -> Iterator[Finding]:
    """One finding for each piece that is never left: the first of its steps."""
    fine = leading_to(ends, out)
    dead = {s: out[s] for s in flow.steps if s in seen and s not in fine}
    order = {s: n for n, s in enumerate(dead)}
    for part in components(dead):
        inside = set(part)
        if all(e.target in inside for s in part for e in out[s]):
            step = flow.steps[min(part, key=order.__getitem__)]
            yield NO_WAY_OUT.at(
                step.place,
                f'From the step "{step.id}" no end can be reached.',
                file=flow.file,
                flow=flow.id,
                step=step.id,
                hint="Give one of these steps a way to an end: "
                + allowed(sorted(inside, key=order.__getitem__), 6)
                + ".",
                path=_way(flow, out, step.id),
            )


def _way(flow: Flow, out: Ways, goal: str) -> list[Hop]:
    """The shortest way from the first step to *goal*."""
    came: dict[str, Edge | None] = {flow.first: None}
    queue = [flow.first]
    for step in queue:
        if step == goal:
            break
        for edge in out[step]:
            if edge.target not in came:
                came[edge.target] = edge
                queue.append(edge.target)
    hops: list[Hop] = []
    at: str = goal
    while (edge_ := came[at]) is not None:
        hops.append(Hop(f"{flow.id}/{at}", edge_.by))
        at = edge_.source
    return [Hop(f"{flow.id}/{at}", "start"), *reversed(hops)]
