"""Flows that customers run by themselves: words for them at every step, and nothing that only an agent can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.check.callgraph import others_of
from shepherd.check.walks import leaves, spread, ways
from shepherd.flow.findings import Finding, Rule
from shepherd.flow.model import Flow, Message

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

NO_WORDS = Rule(
    "SHP701",
    "no-words-for-the-customer",
    "error",
    "A customer who runs the flow would see an empty page: `guide` and `why` are never shown to customers.",
)
ONLY_WITH_AGENT = Rule(
    "SHP702",
    "customer-cannot-finish",
    "warning",
    "The flow is for customers, but every way to an end waits for somebody in a role.",
)
CALLS_AGENT_FLOW = Rule(
    "SHP703",
    "call-not-for-customers",
    "error",
    "A flow for customers calls one that is not for them.",
)

RULES = (NO_WORDS, ONLY_WITH_AGENT, CALLS_AGENT_FLOW)


def audience(draft: Draft) -> Iterator[Finding]:
    """Steps and calls of customers' flows that customers cannot use."""
    for flow in draft.flows.values():
        if "customer" not in flow.audience:
            continue
        yield from _words(flow)
        yield from _finish(flow)
        for step, call in others_of(flow):
            if call.flow in draft.flows and "customer" not in draft.flows[call.flow].audience:
                yield CALLS_AGENT_FLOW.at(
                    step.places.get(step.verb, call.place),
                    f'"{call.flow}" is not for customers, and this flow is.',
                    file=flow.file,
                    flow=flow.id,
                    step=step.id,
                    hint="Add `customer` to its `audience`, or take it out of this one.",
                )


def _words(flow: Flow) -> Iterator[Finding]:
    for step in flow.steps.values():
        words = step.words
        if isinstance(step.action, Message) and step.role is None and words.say is None and words.warn is None:
            yield NO_WORDS.at(
                step.place,
                f'"{step.id}" has no words for the customer.',
                file=flow.file,
                flow=flow.id,
                step=step.id,
                hint="Write `say: TEXT`.",
            )


def _finish(flow: Flow) -> Iterator[Finding]:
    out = ways(flow)
    waiting = [step for step in flow.steps.values() if step.role is not None]
    if not waiting or all(not leaves(step) for step in flow.steps.values()):
        return
    alone = {step.id: () if step.role is not None else out[step.id] for step in flow.steps.values()}
    seen = spread((flow.first,), alone)
    first = next((step for step in waiting if step.id in seen), None)
    if first is not None and not any(leaves(flow.steps[s]) for s in seen):
        yield ONLY_WITH_AGENT.at(
            first.places.get("by", first.place),
            f"Every way to an end waits for the role {first.role}, and the flow is for customers.",
            file=flow.file,
            flow=flow.id,
            step=first.id,
            hint="Give customers a way to an end of their own, or take `customer` out of `audience`.",
        )
