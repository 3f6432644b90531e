"""What a flow writes onto the ticket in so many words: lengths of time, queues and owners that the desk knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.check.policy_refs import UNKNOWN_QUEUE, hint_for
from shepherd.check.written import broken_kinds
from shepherd.flow.calendar import meant_span, told_span
from shepherd.flow.findings import Finding
from shepherd.flow.hours import no_hours
from shepherd.flow.mistakes import BAD_VALUE
from shepherd.flow.model import Do, Flow, Step
from shepherd.flow.tree import Choose, Const, Node

if TYPE_CHECKING:
    from shepherd.flow.beside import Policy
    from shepherd.flow.draft import Draft
    from shepherd.flow.expression import Expression


def ticket(draft: Draft) -> Iterator[Finding]:
    """Texts that ``ticket.follow_up`` and ``ticket.queue`` can do nothing with, as far as desk.yaml can be read."""
    known = "desk" not in broken_kinds(draft)
    for flow in draft.flows.values():
        for step in flow.steps.values():
            action = step.action
            if not isinstance(action, Do):
                continue
            if action.operation == "ticket.follow_up" and "in" in action.args:
                yield from _spans(flow, step, action.args["in"], draft.policy, known)
            if known and draft.policy.declared:
                yield from _holders(flow, step, action, draft.policy)


def _spans(flow: Flow, step: Step, expression: Expression, policy: Policy, known: bool) -> Iterator[Finding]:
    for text in _texts(expression.tree):
        place, written = expression.at(text.start, text.end), str(text.value)
        span = told_span(written)
        if span is None:
            message = f'"{written[:40]}" is no length of time, so the follow-up would never be due.'
            span_meant = meant_span(written)
            usual = "Write a length of time like 30m, 4h, 2d, 4 working hours or 1 working day."
            hint = f'Did you mean "{span_meant}"?' if span_meant else usual
            yield BAD_VALUE.at(place, message, file=flow.file, hint=hint, flow=flow.id, step=step.id)
        elif span.working and known and not policy.calendar.declared:
            yield no_hours(place, span.words, flow.file, flow.id, step.id)


def _holders(flow: Flow, step: Step, action: Do, policy: Policy) -> Iterator[Finding]:
    """Queues that nobody looks into, and owners that are neither a queue nor a role."""
    if action.operation == "ticket.queue":
        given, what, names = action.args.get("to"), "queue", tuple(policy.queues)
    elif action.operation == "ticket.follow_up":
        given, what, names = action.args.get("owner"), "queue or role", (*policy.queues, *policy.roles)
    else:
        return
    for text in _texts(given.tree) if given is not None else ():
        if text.value not in names:
            hint = hint_for(str(text.value), names, "queues")
            message = f'There is no {what} "{str(text.value)[:40]}".'
            place = given.at(text.start, text.end) if given is not None else step.place
            yield UNKNOWN_QUEUE.at(place, message, file=flow.file, hint=hint, flow=flow.id, step=step.id)


def _texts(node: Node) -> Iterator[Const]:
    """The texts that *node* may be, as they are written there."""
    if isinstance(node, Const) and isinstance(node.value, str):
        yield node
    elif isinstance(node, Choose):
        yield from _texts(node.yes)
        yield from _texts(node.no)
