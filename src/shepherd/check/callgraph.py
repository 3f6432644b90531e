"""Which flow calls which: the order in which summaries are made, cycles and depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shepherd.check.walks import Ways, components, loops
from shepherd.flow.model import Call, Edge, Flow, HandOn, Step


@dataclass(frozen=True, slots=True)
class CallGraph:
    """
    The calls of a library as edges from flow to flow, whose ``by`` is the calling step.

    *order* has every flow after those that it calls; *cycles* are sets of flows that call each other in a circle.
    """

    flows: Mapping[str, Flow]
    out: Ways
    order: tuple[str, ...]
    cycles: tuple[frozenset[str], ...]

    def callee(self, flow: Flow, step: Step) -> Flow | None:
        """The flow that *step* calls, where it is known and does not lead round in a circle."""
        action = step.action
        if not isinstance(action, Call) or action.flow not in self.flows:
            return None
        if any(flow.id in cycle and action.flow in cycle for cycle in self.cycles):
            return None
        return self.flows[action.flow]

    def depth(self) -> dict[str, int]:
        """How deep the calls of each flow go: 1 for a flow that calls nobody."""
        deep: dict[str, int] = {}
        for flow in self.order:
            deep[flow] = 1 + max((deep.get(edge.target, 0) for edge in self.out[flow]), default=0)
        return deep


def calls_of(flow: Flow) -> Iterator[tuple[Step, Call]]:
    """The steps of *flow* that call another flow."""
    for step in flow.steps.values():
        if isinstance(step.action, Call):
            yield step, step.action


def hand_ons_of(flow: Flow) -> Iterator[tuple[Step, HandOn]]:
    """The steps of *flow* at which another flow takes over."""
    for step in flow.steps.values():
        if isinstance(step.action, HandOn):
            yield step, step.action


def others_of(flow: Flow) -> Iterator[tuple[Step, Call | HandOn]]:
    """The steps of *flow* that lead into another flow, to come back or not."""
    yield from calls_of(flow)
    yield from hand_ons_of(flow)


def led_into(flows: Mapping[str, Flow], names: Iterable[str]) -> set[str]:
    """Those of *flows* that are among *names*, or that one of them leads into."""
    seen: set[str] = set()
    queue = [*names]
    while queue:
        name = queue.pop()
        if name in flows and name not in seen:
            seen.add(name)
            queue += [other.flow for _, other in others_of(flows[name])]
    return seen


def near_to(documents: Mapping[str, Any], flows: Mapping[str, Flow], names: Iterable[str]) -> dict[str, Any]:
    """Those of *documents* with which the flows *names* can be compiled: no flow that none of them leads into."""
    kept = {f"flow:{name}" for name in led_into(flows, names)}
    return {name: document for name, document in documents.items() if name in kept or not name.startswith("flow:")}


def call_graph(flows: Mapping[str, Flow]) -> CallGraph:
    """The calls between *flows*; calls of unknown flows are left out."""
    out = {
        flow.id: tuple(
            Edge(by=step.id, source=flow.id, target=call.flow, place=call.place)
            for step, call in calls_of(flow)
            if call.flow in flows
        )
        for flow in flows.values()
    }
    order = tuple(flow for part in components(out) for flow in part)
    return CallGraph(flows, out, order, tuple(frozenset(part) for part in loops(out)))
