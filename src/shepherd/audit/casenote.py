"""The case note: what a colleague must know, written from the path when a run is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from shepherd.flow.model import Escalate
from shepherd.run.api import PathItem
from shepherd.run.state import Run, Visit, local

_SHOWN = frozenset({"ask", "collect", "lookup", "do"})


class Heading(NamedTuple):
    """What the desk knows beside the run: the ticket's number, the customer's, and the free notes."""

    ticket: str
    customer: str = ""
    notes: tuple[tuple[datetime, str, str], ...] = ()


def case_note(run: Run, heading: Heading) -> str:
    """
    The note: who and what, what was established, each answer in order, how it ended, what comes next.

    Secrets stand in it as "given, 4 digits"; what was taken back does not stand in it.
    """
    flow = run.library.flows[run.flow_id]
    first = [heading.ticket, flow.title, run.channel, f"{local(run.last):%Y-%m-%d %H:%M}"]
    lines = [" · ".join(part for part in first if part)]
    who = [f"Customer {heading.customer}" if heading.customer else "Customer unknown", _established(run)]
    lines.append(". ".join(part for part in who if part) + ".")
    lines += [f"- {_asked(item)}: {item.answer}{_times(item)}" for item in run.path if _counts(item)]
    lines += [f"Note by {by}: {text}" for _, by, text in heading.notes]
    lines.append(f"Result: {_result(run)}")
    lines.append(f"Next step: {_next(run)}")
    return "\n".join(lines)


def _counts(item: PathItem) -> bool:
    return item.verb in _SHOWN and bool(item.answer)


def _asked(item: PathItem) -> str:
    if item.verb == "ask":
        return item.title.rstrip(":. ")
    return item.step.rpartition("/")[2].replace("_", " ").capitalize()


def _times(item: PathItem) -> str:
    return f" (try {item.attempt})" if item.attempt is not None and item.attempt > 1 else ""


def _established(run: Run) -> str:
    held = []
    for name, assurance in sorted(run.assured.items()):
        declared = run.library.policy.assurances.get(name.rpartition(".")[2])
        levels = declared.levels if declared else ()
        level = f" ({levels[assurance.level - 1]})" if 0 < assurance.level <= len(levels) else ""
        since = local(run.last._replace(at=assurance.at))
        held.append(f"{name.replace('_', ' ').replace('.', ' ').capitalize()} established{level} at {since:%H:%M}")
    return "; ".join(held) or "Nothing established about the caller"


def _result(run: Run) -> str:
    end = run.end
    if end is None:
        return "still open."
    if not end.outcome:
        return f"abandoned ({end.reason.replace('_', ' ')})."
    solved = {True: "resolved", False: "not resolved", None: "ended"}[end.resolves]
    code = f" [{end.code}]" if end.code else ""
    return f"{end.outcome.replace('_', ' ')}{code}, {solved}."


def _next(run: Run) -> str:
    """What is owed to the customer, by whom and until when."""
    end = run.end
    if end is None:
        return f"{run.owner or 'whoever takes it over'} goes on."
    passed = last_escalation(run)
    now = local(run.last)
    if passed is not None:
        queue, owner, until = passed
        by = f" by {until}" if until else ""
        return f"queue {queue}{f', owner {owner},' if owner else ''} takes it over{by}."
    if end.follow_up is not None:
        return f"follow up by {now + timedelta(seconds=end.follow_up):%Y-%m-%d %H:%M}, owner {run.owner or 'the desk'}."
    if end.resolves:
        return "none, the contact is resolved."
    reason = "the contact was cut off" if not end.outcome or end.resolves is None else "it is not resolved"
    return f"{run.owner or 'the desk'} calls back, since {reason}." if not end.outcome else f"none is set; {reason}."


def last_escalation(run: Run) -> tuple[str, str, str] | None:
    """Queue, owner and the first time that is owed, of the latest escalation on the path."""
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        action = visit.step.action
        if isinstance(action, Escalate):
            from shepherd.run.escalation import escalation

            fields = escalation(run.library.policy, action, visit.stamp)
            until = fields.get("acknowledge_by") or fields.get("next_update") or fields.get("resolve_by")
            return action.queue, fields.get("owner", ""), f"{until:%Y-%m-%d %H:%M}" if until else ""
        visit = visit.prev
    return None
