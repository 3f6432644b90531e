"""What an escalation gives: its id, owner, queue and the times that desk.yaml sets."""

from __future__ import annotations

from typing import Any

from shepherd.flow.beside import Policy
from shepherd.flow.model import Escalate
from shepherd.run.api import Stamp
from shepherd.run.state import local


def escalation(policy: Policy, action: Escalate, stamp: Stamp) -> dict[str, Any]:
    """
    The fields of an escalation, each only where it is set.

    *id* is ``INC-YYYY-MMDD-HHMM`` on the desk's clock (FEATURES, row 43). Times are naive, on the desk's clock,
    and working time is counted over the desk's calendar.
    """
    now = local(stamp)
    fields: dict[str, Any] = {"id": f"INC-{now:%Y-%m%d-%H%M}", "queue": action.queue}
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
        minute, calendar = now.replace(second=0, microsecond=0), policy.calendar
        fields |= {name: calendar.after(minute, span) for name, span in times.items() if span is not None}
    return fields
