"""What an escalation gives: its tracking id, owner, queue and the times that desk.yaml sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shepherd.flow.beside import Policy
from shepherd.flow.model import Escalate
from shepherd.run.api import Event, Stamp
from shepherd.run.state import local

if TYPE_CHECKING:
    from shepherd.run.engine import Step

#: The characters of ``INC-YYYY-MMDD-HHMM``.
_MINUTE = 18


def escalation(policy: Policy, action: Escalate, stamp: Stamp, number: int = 1) -> dict[str, Any]:
    """
    The fields of an escalation, each only where it is set.

    *id* is ``INC-YYYY-MMDD-HHMM`` on the desk's clock, with ``-2``, ``-3`` for the second and third *number* of that
    minute. Times are naive, on the desk's clock, and working time is counted over the desk's calendar.
    """
    now = local(stamp)
    minute = f"INC-{now:%Y-%m%d-%H%M}"
    fields: dict[str, Any] = {"id": f"{minute}-{number}" if number > 1 else minute, "queue": action.queue}
    queue = policy.queues.get(action.queue)
    if queue and queue.owner:
        fields["owner"] = queue.owner
    severity = policy.severities.get(action.severity or "")
    if severity:
        times = {
            "acknowledge_by": severity.acknowledge,
            "next_update": severity.update_every,
            "resolve_by": severity.resolve,
        }
        minute_begun, calendar = now.replace(second=0, microsecond=0), policy.calendar
        fields |= {name: calendar.after(minute_begun, span) for name, span in times.items() if span is not None}
    return fields


def tracking_ids(event: Event) -> list[tuple[str, int]]:
    """The tracking ids that *event* gave, in order: the minute as ``INC-YYYY-MMDD-HHMM``, and the number within it."""
    ids = [str(item["escalated"]["id"]) for item in event.entered if "escalated" in item]
    return [(id_[:_MINUTE], int(id_[_MINUTE + 1 :] or 1)) for id_ in ids]


def numbered(step_of: Callable[[int], Step], last: Callable[[str], int]) -> Step:
    """
    What ``step_of(taken)`` makes, with tracking ids that were given to nobody before.

    *step_of* advances a run when *taken* ids of the minute are known to be given; *last* tells the highest number
    given in a minute, 0 where none was. It is asked only where the run escalates.
    """
    step = step_of(0)
    ids = tracking_ids(step.event)
    taken = last(ids[0][0]) if ids else 0
    return step_of(taken) if taken else step
