"""The case note: what a colleague must know, written from the path when a run is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import accumulate
from typing import Any, NamedTuple

from shepherd.audit.notelines import escalations, path_lines
from shepherd.audit.words import escalated, reason_of
from shepherd.flow.model import Escalate
from shepherd.flow.types import to_text
from shepherd.run.api import Due, Question, Stuck
from shepherd.run.doors import LONGEST_NOTE
from shepherd.run.state import Run, local
from shepherd.run.tongue import retold

_CUTS = (4_000, 1_000, 300, 100)
SHORTENED = " … shortened, whole note in the record"
LEFT_OUT = "… {} more, whole in the record"


class Heading(NamedTuple):
    """What the desk knows beside the run: ticket, customer, free notes, and to whom it was handed and waits for."""

    ticket: str
    customer: str = ""
    notes: tuple[tuple[datetime, str, str], ...] = ()
    handed_to: str = ""


def case_note(run: Run, heading: Heading) -> str:
    """
    The note: what it was about, how it ended and what comes next; then who, what was established, what was noted, and
    each answer in order, with the messages whose tries are counted, what the customer was asked to do, and with what
    was told to this customer alone.

    Secrets stand in it as "given, 4 digits"; what was taken back does not stand in it. It is never longer than a note
    may be: long notes and answers are shortened, and say so. It is in the flow's own words.
    """
    run = retold(run)
    flow = run.library.flows[run.flow_id]
    first = [heading.ticket, flow.title, run.channel, f"{local(run.last):%Y-%m-%d %H:%M}"]
    about = " · ".join(part for part in first if part)
    who = [f"Customer {heading.customer}" if heading.customer else "Customer unknown", _established(run)]
    came = [f"Result: {_result(run)}", *_passed(run), *_returns(run), f"Next step: {_next(run, heading.handed_to)}"]
    begin = cut("\n".join([about, *came, ". ".join(part for part in who if part) + "."]), 2 * _CUTS[0])
    rest = [f"Note by {by}: {text}" for _, by, text in heading.notes]
    rest += [f"- {line}" for line in path_lines(run)]
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


def _passed(run: Run) -> list[str]:
    """To whom the contact was passed on last, under which number, how severe it is and why."""
    visit, given = next(escalations(run), (None, {}))
    if visit is None or not isinstance(visit.step.action, Escalate):
        return []
    told = cut(" ".join(escalated(visit.step, run, visit).split()), _CUTS[1])
    number = f" as {given['id']}" if given.get("id") else ""
    more = f", {told}" if told.startswith("severity ") else f": {told}" if told else "."
    return [f"Passed on to {_words(visit.step.action.queue)}{number}{more}"]


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
    """How it ended, by what desk.yaml says that the code means."""
    end = run.end
    if end is None:
        return "still open."
    if not end.outcome:
        return f"ended without an outcome: {reason_of(end.reason)}."
    solved = {True: "resolved", False: "not resolved", None: "ended"}[end.resolves]
    code = f" [{end.code}]" if end.code else ""
    return f"{(end.meaning or _words(end.outcome)).rstrip('.')}{code}, {solved}."


def _words(name: str) -> str:
    return name.replace("_", " ")


def _next(run: Run, handed_to: str) -> str:
    """What is owed to the customer, by whom and until when."""
    end = run.end
    if end is None:
        return _goes_on(run, handed_to)
    passed = last_escalation(run)
    now = local(run.last)
    if passed is not None and end.outcome:
        queue, owner, until = passed
        by = f" by {until}" if until else ""
        return f"the queue {_words(queue)}{f', owner {_words(owner)},' if owner else ''} takes it over{by}."
    if end.follow_up is not None:
        due = run.library.policy.calendar.after(now, end.follow_up)
        return f"follow up by {due:%Y-%m-%d %H:%M}, owner {_words(run.owner) or 'the desk'}."
    if end.resolves:
        return "none, the contact is resolved."
    if end.outcome:
        return f"none is set; {'the contact was cut off' if end.resolves is None else 'it is not resolved'}."
    if end.reason in ("later", "hung_up", "data_erased"):
        return f"none is set; {reason_of(end.reason)}."
    return f"{_words(run.owner) or 'the desk'} calls back, since {reason_of(end.reason)}."


def _goes_on(run: Run, handed_to: str) -> str:
    """Whose turn it is in a run under way."""
    owner, waits = _words(run.owner), run.waiting
    if handed_to:
        queue = "the queue " if handed_to in run.library.policy.queues else ""
        return f"{queue}{_words(handed_to)} takes it over."
    by = f" by {local(run.last._replace(at=waits.due)):%Y-%m-%d %H:%M}" if waits.due is not None else ""
    if isinstance(waits, Due):
        return f"it waits{f' until{by[3:]}' if by else ''}, then goes on by itself."
    if waits.role and not isinstance(waits, Stuck):
        asked = waits.question if isinstance(waits, Question) else ""
        then = f"; {owner} waits for it" if owner else ""
        return f"a {waits.role} answers{f' “{asked}”' if asked else ''}{by}{then}."
    return f"{owner or 'whoever takes it over'} goes on."


def last_escalation(run: Run) -> tuple[str, str, str] | None:
    """Queue, owner and the first time that is owed, of the latest escalation on the path."""
    visit, _ = next(escalations(run), (None, {}))
    if visit is None or not isinstance(visit.step.action, Escalate):
        return None
    from shepherd.run.escalation import escalation

    action = visit.step.action
    fields = escalation(run.library.policy, action, visit.stamp)
    until = fields.get("acknowledge_by") or fields.get("next_update") or fields.get("resolve_by")
    return action.queue, fields.get("owner", ""), f"{until:%Y-%m-%d %H:%M}" if until else ""
