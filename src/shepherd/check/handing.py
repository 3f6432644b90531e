"""Flows that hand on: nobody may wait for them to come back, and what takes over may end a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shepherd.check.callgraph import calls_of, hand_ons_of
from shepherd.check.walks import circle, loops, spread, ways
from shepherd.flow.findings import Finding, Hop, Rule
from shepherd.flow.model import Edge, Flow

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

CALLED = Rule(
    "SHP351",
    "called-but-hands-on",
    "error",
    "A flow that hands on to another never comes back, so it can't be called, nor grant what a guard asks for.",
)
NOT_TO_CALLED_ONLY = Rule(
    "SHP352",
    "hands-on-to-called-only",
    "error",
    "A flow that is called_only says nothing of how a contact ends, so a run may not end in it.",
)
CIRCLE = Rule(
    "SHP353",
    "hand-on-circle",
    "error",
    "Flows hand on to each other in a circle that nobody is asked in: the run would go round for ever.",
)
RULES = (CALLED, NOT_TO_CALLED_ONLY, CIRCLE)


def handing(draft: Draft) -> Iterator[Finding]:
    """Flows that are called though they hand on, that hand on to a mere helper, or in a circle."""
    on = {flow.id for flow in draft.flows.values() if next(hand_ons_of(flow), None) is not None}
    if not on:
        return
    for flow in draft.flows.values():
        for step, call in calls_of(flow):
            if call.flow in on:
                yield CALLED.at(
                    step.places.get("call", call.place),
                    f'"{call.flow}" hands on to another flow, so it never comes back from a call.',
                    file=flow.file,
                    flow=flow.id,
                    step=step.id,
                    hint="Write `hand_on` here too, or let that flow end by itself.",
                )
        for step, other in hand_ons_of(flow):
            if other.flow in draft.flows and draft.flows[other.flow].called_only:
                yield NOT_TO_CALLED_ONLY.at(
                    step.places.get("hand_on", other.place),
                    f'"{other.flow}" is called_only: a run can\'t end in it.',
                    file=flow.file,
                    flow=flow.id,
                    step=step.id,
                    hint=f"Write `call: {other.flow}`, or take `called_only` out of it.",
                )
    for name, declared in draft.policy.assurances.items():
        for granter in sorted(on.intersection(declared.granted_by)):
            yield CALLED.at(
                draft.policy.places.get(f"assurances.{name}.granted_by", draft.flows[granter].place),
                f'"{granter}" hands on to another flow, so no guard can call it for "{name}".',
                file=draft.policy.file,
                hint="Let it end by itself.",
            )
    yield from _circles(draft.flows)


def _circles(flows: Mapping[str, Flow]) -> Iterator[Finding]:
    out = {flow.id: tuple(_alone(flow, flows)) for flow in flows.values()}
    for part in loops(out):
        first = next(flow for flow in flows if flow in part)
        edges = circle(first, {flow: tuple(e for e in out[flow] if e.target in part) for flow in part})
        flow = flows[first]
        yield CIRCLE.at(
            edges[0].place,
            f"Nobody is asked in this circle: {' → '.join([first, *(edge.target for edge in edges)])}.",
            file=flow.file,
            flow=first,
            step=edges[0].by,
            hint="Put a step that people answer into one of these flows.",
            path=[Hop(f"{edge.source}/{edge.by}", f"hand_on:{edge.target}") for edge in edges],
        )


def _alone(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[Edge]:
    """The flows that *flow* hands on to before anybody is asked, as edges whose ``by`` is the step."""
    steps = flow.steps
    quiet = {name: () if steps[name].pauses else edges for name, edges in ways(flow).items()}
    seen = spread((flow.first,), quiet)
    for step, other in hand_ons_of(flow):
        if step.id in seen and other.flow in flows:
            yield Edge(by=step.id, source=flow.id, target=other.flow, place=other.place)
