"""The case note: what a colleague must know, written from the path when a run is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import accumulate
from typing import Any, NamedTuple

from shepherd.audit.words import escalated
from shepherd.flow.model import Escalate
from shepherd.flow.types import to_text
from shepherd.run.api import PathItem
from shepherd.run.doors import LONGEST_NOTE
from shepherd.run.state import Run, Visit, local
from shepherd.run.tongue import retold

_SHOWN = frozenset({"ask", "collect", "lookup", "do"})
_CUTS = (4_000, 1_000, 300, 100)
SHORTENED = " … shortened, whole note in the record"
LEFT_OUT = "… {} more, whole in the record"


class Heading(NamedTuple):
    """What the desk knows beside the run: the ticket's number, the customer's, and the free notes."""

    ticket: str
    customer: str = ""
    notes: tuple[tuple[datetime, str, str], ...] = ()


def case_note(run: Run, heading: Heading) -> str:
    """
    The note: what it was about, how it ended and what comes next; then who, what was established, what was noted, and
    each answer in order, with the messages whose tries are counted: what the customer was asked to do.

    A lookup that found something is no line of its own: what it found shows in what was then asked and done. Secrets
    stand in it as "given, 4 digits"; what was taken back does not stand in it. It is never longer than a note may be:
    long notes and answers are shortened, and say so. Whatever was said to the customer, it is in the flow's own words.
    """
    run = retold(run)
    flow = run.library.flows[run.flow_id]
    first = [heading.ticket, flow.title, run.channel, f"{local(run.last):%Y-%m-%d %H:%M}"]
    about = " · ".join(part for part in first if part)
    who = [f"Customer {heading.customer}" if heading.customer else "Customer unknown", _established(run)]
    came = [f"Result: {_result(run)}", *_passed(run), *_returns(run), f"Next step: {_next(run)}"]
    begin = cut("\n".join([about, *came, ". ".join(part for part in who if part) + "."]), 2 * _CUTS[0])
    rest = [f"Note by {by}: {text}" for _, by, text in heading.notes]
    rest += [f"- {line}{_times(item)}" for item in run.path if (line := _line(run, item))]
    return "\n".join([begin, *fitting(rest, LONGEST_NOTE - len(begin) - 1)])


def cut(line: str, most: int) -> str:
    """*line*, shortened where it has more than *most* characters."""
    return line if len(line) <= most else line[: most - len(SHORTENED)].rstrip() + SHORTENED


def fitting(lines: list[str], room: int) -> list[str]:
    """*lines* in at most *room* characters, line ends counted: shortened, or the last ones left out."""
    for most in _CUTS:
        short = [cut(line, most) for line in lines]
        if sum(len(line) + 1 for line in short) <= room:
            return short
    room -= len(LEFT_OUT) + 8
    sums = accumulate(len(line) + 1 for line in short)
    kept = [line for line, so_far in zip(short, sums, strict=True) if so_far <= room]
    return [*kept, LEFT_OUT.format(len(lines) - len(kept))]


def answered_by(run: Run, item: PathItem) -> str:
    """Who answered, where a step is kept for a role: an approval counts for no more than its name."""
    flow_id, _, step_id = item.step.partition("/")
    role = run.library.flows[flow_id].steps[step_id].role
    return f", by {item.actor.id} ({role})" if role and item.actor is not None and item.actor.kind == "agent" else ""


def _passed(run: Run) -> list[str]:
    """Why the contact was passed on last, and how severe it is."""
    visit = _escalation(run)
    told = cut(" ".join(escalated(visit.step, run, visit).split()), _CUTS[1]) if visit is not None else ""
    return [f"Passed on with {told}" if told.startswith("severity ") else f"Passed on: {told}"] if told else []


def _returns(run: Run) -> list[str]:
    """What the outcome gave, a line each: the day and hour of a visit, a number to be named."""
    returns: Mapping[str, Any] = run.end.returns if run.end is not None else {}
    return [f"{name.replace('_', ' ').capitalize()}: {told(value)}" for name, value in returns.items()]


def told(value: Any) -> str:
    """A returned value as people read it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d at %H:%M}"
    if isinstance(value, date | time):
        return value.isoformat()[:10] if isinstance(value, date) else f"{value:%H:%M}"
    if isinstance(value, Mapping):
        return ", ".join(told(part) for part in value.values())
    return to_text(value)


def _line(run: Run, item: PathItem) -> str:
    """What *item* has for the note, or nothing."""
    if item.verb == "message":
        return f"Step: {' '.join(item.title.split())}" if item.attempt and item.visit != run.tip.number else ""
    counts = item.verb in _SHOWN and item.answer and (item.verb, item.answer) != ("lookup", "ok")
    return f"{_asked(item)} {item.answer}{answered_by(run, item)}" if counts else ""


def _asked(item: PathItem) -> str:
    """What was asked or done, up to its answer: a question mark, or else a colon, parts the two."""
    asked = item.step.rpartition("/")[2].replace("_", " ").capitalize()
    if item.verb == "ask":
        asked = item.title.rstrip(":. ")
    return asked if asked.endswith("?") else f"{asked}:"


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
        due = run.library.policy.calendar.after(now, end.follow_up)
        return f"follow up by {due:%Y-%m-%d %H:%M}, owner {run.owner or 'the desk'}."
    if end.resolves:
        return "none, the contact is resolved."
    reason = "the contact was cut off" if not end.outcome or end.resolves is None else "it is not resolved"
    return f"{run.owner or 'the desk'} calls back, since {reason}." if not end.outcome else f"none is set; {reason}."


def last_escalation(run: Run) -> tuple[str, str, str] | None:
    """Queue, owner and the first time that is owed, of the latest escalation on the path."""
    visit = _escalation(run)
    if visit is None or not isinstance(visit.step.action, Escalate):
        return None
    from shepherd.run.escalation import escalation

    action = visit.step.action
    fields = escalation(run.library.policy, action, visit.stamp)
    until = fields.get("acknowledge_by") or fields.get("next_update") or fields.get("resolve_by")
    return action.queue, fields.get("owner", ""), f"{until:%Y-%m-%d %H:%M}" if until else ""


def _escalation(run: Run) -> Visit | None:
    """The latest visit on the path that passed the contact on."""
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        if isinstance(visit.step.action, Escalate):
            return visit
        visit = visit.prev
    return None
