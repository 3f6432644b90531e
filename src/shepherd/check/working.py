"""Working time in flows: counted over hours that desk.yaml has to set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.check.written import broken_kinds
from shepherd.flow.findings import Finding
from shepherd.flow.hours import no_hours
from shepherd.flow.model import Wait

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft


def working(draft: Draft) -> Iterator[Finding]:
    """Spans of working time where there are no hours to count them over; silent where desk.yaml itself is broken."""
    if draft.policy.calendar.declared or "desk" in broken_kinds(draft):
        return
    for flow in draft.flows.values():
        for outcome in flow.outcomes.values():
            if outcome.follow_up is not None and outcome.follow_up.working:
                yield no_hours(outcome.place, outcome.follow_up.words, flow.file, flow.id)
        for step in flow.steps.values():
            if isinstance(step.action, Wait) and step.action.duration and step.action.duration.working:
                place = step.places.get("wait", step.place)
                yield no_hours(place, step.action.duration.words, flow.file, flow.id, step.id)
