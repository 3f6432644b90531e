"""What a library offers to those who follow a promise through it: worked out once, for all promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from shepherd.check.assurance import Proof, prove
from shepherd.check.callgraph import others_of
from shepherd.check.excluded import Excluded
from shepherd.check.grants import grantor
from shepherd.check.picked import Passing
from shepherd.check.summaries import plain_steps
from shepherd.check.walks import Ways
from shepherd.flow.beside import Connector, Policy
from shepherd.flow.model import Flow, Need, Step
from shepherd.flow.scope import Around


class House:
    """The flows of a library with their calls, needs and finite names."""

    def __init__(self, flows: Mapping[str, Flow], policy: Policy, connectors: Mapping[str, Connector]):
        self.flows, self.policy, self.connectors = flows, policy, connectors
        self.proof: Proof = prove(flows, policy)
        self.calls = self.proof.calls
        self.ways: Mapping[str, Ways] = self.proof.views.ways
        self._excluded: dict[str, Excluded] = {}
        self._plain: dict[str, frozenset[str]] = {}

    @cached_property
    def roots(self) -> tuple[Flow, ...]:
        """The flows in which a run may begin."""
        return tuple(flow for flow in self.flows.values() if not flow.called_only)

    @cached_property
    def reached(self) -> Mapping[str, frozenset[str]]:
        """
        For each flow, itself and the flows that a run may come to from it: called, handed on to, or as a guard.

        Those are the ways by which a rule is followed from flow to flow; ``grants.reached`` says what a run needs of a
        library, which is another set.
        """
        near = {
            flow.id: {other.flow for _, other in others_of(flow)} | {g.id for g in self._guards(flow)}
            for flow in self.flows.values()
        }
        found = {}
        for start in near:
            seen, todo = {start}, [start]
            while todo:
                new = near.get(todo.pop(), set()) - seen
                seen |= new
                todo += new
            found[start] = frozenset(seen)
        return found

    def _guards(self, flow: Flow) -> list[Flow]:
        """The flows that are called where *flow* lacks something at its head."""
        return [found for need in flow.requires if (found := self.grantor(need.name)) is not None]

    @cached_property
    def _around(self) -> Around:
        return Around(self.flows, self.policy, self.connectors)

    def excluded(self, flow: Flow) -> Excluded:
        """The finite names of *flow*."""
        if flow.id not in self._excluded:
            self._excluded[flow.id] = Excluded(flow, self._around)
        return self._excluded[flow.id]

    def plain(self, flow: Flow, passed: Iterable[Passing]) -> frozenset[str]:
        """The steps of *flow* that change no assurance, and pass none of *passed*."""
        if flow.id not in self._plain:
            special = {*self.proof.views.needs[flow.id], *self.proof.views.proved[flow.id]}
            self._plain[flow.id] = plain_steps(flow, special)
        marked = {step for one in passed for name, step in one.steps if name == flow.id}
        return self._plain[flow.id] - marked

    def needs(self, flow: str, step: str) -> tuple[Need, ...]:
        """What *step* needs; the flow's own needs bind its first step."""
        return self.proof.views.needs[flow].get(step, ())

    def proved(self, flow: str, step: str, by: str) -> tuple[Need, ...]:
        """The assurances that are held wherever the way *by* is taken."""
        return self.proof.views.proved[flow].get(step, {}).get(by, ())

    def expires(self, need: Need | None) -> bool:
        """Whether *need* may expire."""
        return need is not None and self.proof.expires(need.name)

    def may_lapse(self, step: Step) -> bool:
        """Whether what *step* requires may have expired: all else is proved to be there."""
        return any(self.expires(need) for need in step.requires)

    def grantor(self, name: str) -> Flow | None:
        """The flow that is called where *name* is missing."""
        return grantor(self.flows, self.policy, name)

    def gives(self, flow: Flow, outcome: str, need: Need) -> bool:
        """Whether *need* may be in force once *flow* has come back with *outcome*."""
        grants = flow.outcomes[outcome].grants
        inside = any(edge.grants for step in flow.steps.values() for edge in step.edges.values())
        return inside or any(g.name == need.name and g.level >= need.level for g in grants)
