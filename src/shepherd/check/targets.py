"""Whether every way leads somewhere: targets, outcomes, and steps that fall off the end of the file."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from shepherd.check.walks import ending
from shepherd.flow.findings import Finding, Rule, allowed, nearest
from shepherd.flow.leads import UNKNOWN_TARGET, meant_step
from shepherd.flow.model import End, Escalate, Flow, Step

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNKNOWN_OUTCOME = Rule(
    "SHP205",
    "unknown-outcome",
    "error",
    "A step ends the flow with an outcome that the head of the flow does not list.",
)
UNUSED_OUTCOME = Rule(
    "SHP206",
    "unused-outcome",
    "warning",
    "No step ends the flow with this outcome, yet every caller has to route it.",
)
FALLS_OFF = Rule(
    "SHP207",
    "falls-off-the-end",
    "error",
    "The last step of the file goes on, but there is no next step: it needs `then`, or an `end` after it.",
)

RULES = (UNKNOWN_TARGET, UNKNOWN_OUTCOME, UNUSED_OUTCOME, FALLS_OFF)


def targets(draft: Draft) -> Iterator[Finding]:
    """Unknown targets and outcomes, outcomes without use, and a last step that falls off."""
    for flow in draft.flows.values():
        yield from _unknown_targets(flow, draft.flows)
        yield from _outcomes(flow)
        for step in flow.steps.values():
            if falls_off(step):
                yield FALLS_OFF.at(
                    step.place,
                    f'"{step.id}" is the last step of the file and goes on, but nothing comes after it.',
                    file=flow.file,
                    flow=flow.id,
                    step=step.id,
                    hint="Write `then: STEP`, or put a step with `end: OUTCOME` after it.",
                )


def falls_off(step: Step) -> bool:
    """Whether *step* should go to a next step and there is none."""
    routed = any(by.partition(":")[0] in ("answer", "result", "outcome", "when", "otherwise") for by in step.edges)
    return step.verb in ("message", "ask", "collect", "set", "wait", "escalate") and not (
        routed or "then" in step.edges or ending(step) is not None or getattr(step.action, "routed", False)
    )


def _unknown_targets(flow: Flow, flows: Container[str]) -> Iterator[Finding]:
    seen = set()
    for step in flow.steps.values():
        for edge in step.edges.values():
            if edge.target in flow.steps or (edge.place, edge.target) in seen:
                continue
            seen.add((edge.place, edge.target))
            what = f'"{edge.target}" is not a step of this flow.'
            if edge.target in flow.outcomes:
                so = _ending_with(flow, edge.target)
                what = f'"{edge.target}" is an outcome; a way leads to a step.'
                hint = f'Lead it to "{so[0]}", which ends so.' if so else "Add a step that ends so."
            elif edge.target in flows:
                hint = f"It is a flow: lead the way to a step with call: {edge.target}."
            else:
                enders = [one.id for one in flow.steps.values() if isinstance(one.action, End)]
                hint = meant_step(edge.target, flow.steps, enders)
            yield UNKNOWN_TARGET.at(edge.place, what, file=flow.file, flow=flow.id, step=step.id, hint=hint)


def _ending_with(flow: Flow, outcome: str) -> list[str]:
    return [step.id for step in flow.steps.values() if ending(step) == outcome]


def _outcomes(flow: Flow) -> Iterable[Finding]:
    used = set()
    unknown = False
    for step in flow.steps.values():
        outcome = ending(step)
        if outcome is None:
            continue
        used.add(outcome)
        if outcome not in flow.outcomes and isinstance(step.action, End | Escalate):
            unknown = True
            yield UNKNOWN_OUTCOME.at(
                step.places.get("outcome" if step.verb == "escalate" else "end", step.action.place),
                f'"{outcome}" is not an outcome of this flow.',
                file=flow.file,
                flow=flow.id,
                step=step.id,
                hint=nearest(outcome, flow.outcomes) or f"Outcomes: {allowed(flow.outcomes)}.",
            )
    if unknown or not used:
        return
    for outcome_ in flow.outcomes.values():
        if outcome_.name not in used:
            yield UNUSED_OUTCOME.at(
                outcome_.place,
                f'No step ends with the outcome "{outcome_.name}".',
                file=flow.file,
                flow=flow.id,
                hint="End a step with it, or take it out.",
            )
