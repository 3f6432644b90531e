"""The proof that what a step requires has been granted on every path to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shepherd.check.callgraph import CallGraph, call_graph, others_of
from shepherd.check.grants import all_grants, granters, known_assurances, known_level
from shepherd.check.paths import hops
from shepherd.check.proved import proved
from shepherd.check.summaries import HELD, REPRESENTATIVE, Asked, State, View, Views, looping_steps, plain_steps
from shepherd.check.walks import ways
from shepherd.flow.beside import Policy
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.model import Call, Flow, HandOn, Need, Step

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

NOT_GRANTED = Rule(
    "SHP401",
    "requires-not-granted",
    "error",
    "A step requires an assurance that is not granted on every path to it. The path shows the shortest way round.",
)
MAY_EXPIRE = Rule(
    "SHP402",
    "requires-may-expire",
    "error",
    "What the step requires may have expired by the time it is reached, so the step has to say where to go then.",
)
GIVEN_ANEW = Rule(
    "SHP403",
    "grant-given-anew",
    "error",
    "The answer on which the assurance was granted may be given anew, and fail, before the step is reached: the step "
    "needs `unmet`, or the flow a `withdraws` where it is asked again.",
)
CALL_NOT_GRANTED = Rule(
    "SHP404",
    "call-not-granted",
    "error",
    "A flow that requires an assurance at its head is called on a path on which it has not been granted.",
)

RULES = (NOT_GRANTED, MAY_EXPIRE, GIVEN_ANEW, CALL_NOT_GRANTED)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the proof looks at: the flows with their views, and the assurances that may expire."""

    policy: Policy
    calls: CallGraph
    views: Views
    expiring: frozenset[str]

    def expires(self, name: str) -> bool:
        """Whether *name* may expire, by desk.yaml or by a grant of some flow."""
        return name.removeprefix(REPRESENTATIVE) in self.expiring

    def view(self, flow: Flow, need: Need, *, weak: bool = False) -> View:
        """*flow* for its own contact, explored for *need*."""
        asked = Asked(need.name, need.level)
        return self.views.of(asked, weak=weak, expires=self.expires(need.name))[flow.id, "own"]


def assurance(draft: Draft) -> Iterator[Finding]:
    """Steps and calls that can be reached without what they require."""
    proof = prove(draft.flows, draft.policy)
    names = known_assurances(draft)
    granted_by = granters(draft)
    for flow in draft.flows.values():
        for step in flow.steps.values():
            for need in proof.views.needs[flow.id].get(step.id, ()):
                if need.name.removeprefix(REPRESENTATIVE) in names and known_level(draft, need):
                    yield from _step(proof, flow, step, need, granted_by)
        for step, call in others_of(flow):
            callee = proof.calls.callee(flow, step) if isinstance(call, Call) else draft.flows.get(call.flow)
            for need in callee.requires if callee is not None else ():
                if need.name.removeprefix(REPRESENTATIVE) in names and known_level(draft, need):
                    yield from _call(proof, flow, step, call, need)


def prove(flows: Mapping[str, Flow], policy: Policy) -> Proof:
    """Everything that the proof needs to know of *flows*; they are explored when a need is looked at."""
    calls = call_graph(flows)
    out = {flow.id: ways(flow) for flow in flows.values()}
    needs = {flow.id: _needs(flow) for flow in flows.values()}
    held = {flow.id: proved(flow) for flow in flows.values()}
    views = Views(
        calls,
        out,
        {flow: looping_steps(way) for flow, way in out.items()},
        {flow.id: plain_steps(flow, {*needs[flow.id], *held[flow.id]}) for flow in flows.values()},
        needs,
        held,
    )
    expiring = {name for name, declared in policy.assurances.items() if declared.expires is not None}
    expiring |= {g.name for flow in flows.values() for g in all_grants(flow) if g.expires is not None}
    return Proof(policy, calls, views, frozenset(expiring))


def unmet_states(view: View, step: Step) -> list[State]:
    """The states in which *step* may be entered without what is asked, the shortest walk first."""
    states = (State(step.id, effect) for effect in range(HELD))
    return sorted((s for s in states if s in view.came), key=lambda s: view.came[s].cost)


def _needs(flow: Flow) -> dict[str, tuple[Need, ...]]:
    """What each step needs that needs something; the flow's own needs bind its first step."""
    needs = {step.id: step.requires for step in flow.steps.values() if step.requires}
    if flow.requires and flow.first in flow.steps:
        needs[flow.first] = (*flow.requires, *needs.get(flow.first, ()))
    return needs


def _step(
    proof: Proof, flow: Flow, step: Step, need: Need, granted_by: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    view = proof.view(flow, need)
    what = described(need, proof.policy)
    if bad := unmet_states(view, step):
        by = granted_by.get(need.name.removeprefix(REPRESENTATIVE), ())
        path = hops(view, bad[0])
        yield NOT_GRANTED.at(
            need.place,
            f'"{step.id}" requires {what}, and can be reached without it.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            path=path,
            hint=(f"It is granted by {' and '.join(by)}. " if by else "No flow grants it. ")
            + "Lead this path through it, or to another step.",
        )
    elif "unmet" in step.edges or need not in step.requires or not _entered(view, step):
        return
    elif proof.expires(need.name):
        yield MAY_EXPIRE.at(
            need.place,
            f'"{step.id}" requires {what}, which may have expired by then.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint="Write `unmet: STEP` beside `requires`: where to go when it has expired.",
        )
    elif anew := unmet_states(weak := proof.view(flow, need, weak=True), step):
        yield GIVEN_ANEW.at(
            need.place,
            f'"{step.id}" requires {what}, but what it was granted on may be given anew, and fail.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            path=hops(weak, anew[0]),
            hint=f"Write `unmet: STEP` beside `requires`, or `withdraws: {need.name}` where it is asked again.",
        )


def _entered(view: View, step: Step) -> bool:
    return State(step.id, HELD) in view.came


def _call(proof: Proof, flow: Flow, step: Step, call: Call | HandOn, need: Need) -> Iterator[Finding]:
    """A call of a flow, or a hand-on to one, that requires *need* at its head."""
    about = call.about if isinstance(call, Call) else None
    name = need.name if about is None or need.name.startswith(REPRESENTATIVE) else REPRESENTATIVE + need.name
    view = proof.view(flow, Need(name=name, level=need.level))
    states = (State(step.id, effect) for effect in range(HELD + 1))
    bad = sorted(
        (s for s in states if s in view.came and view.inside(s) != HELD),
        key=lambda s: view.came[s].cost,
    )
    if bad:
        place: Place = step.places.get(step.verb, call.place)
        yield CALL_NOT_GRANTED.at(
            place,
            f'"{call.flow}" requires {described(Need(name=name, level=need.level), proof.policy)}, '
            f'and "{step.id}" can be reached without it.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            path=hops(view, bad[0]),
            hint=f"Grant it before, or write `requires: {name}` at the head of this flow.",
        )


def described(need: Need, policy: Policy) -> str:
    """*need* for people: its name, and its level where that is not the lowest."""
    if need.level <= 1:
        return need.name
    declared = policy.assurances.get(need.name.removeprefix(REPRESENTATIVE))
    levels = declared.levels if declared is not None else ()
    named = levels[need.level - 1] if need.level <= len(levels) else str(need.level)
    return f"{need.name} at level {named}"
