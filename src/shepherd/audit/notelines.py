"""The lines of a case note that tell the path: what was answered, found, done, tried and told to the customer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shepherd.flow.model import Ask, Collect, Do
from shepherd.flow.types import to_text
from shepherd.run.api import PathItem
from shepherd.run.keep import fields
from shepherd.run.state import Run, Visit
from shepherd.run.waiting import filled

_CALLS = frozenset({"lookup", "do"})
_SAID = frozenset({"message", "ask", "collect", "end"})
_FIGURE = re.compile("[0-9]")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


def path_lines(run: Run) -> list[str]:
    """
    A line for each thing on the path that a colleague must know, in order.

    A lookup that found something is none: what it found shows in what was then asked and done. A secret has what came
    of it. What was told to the customer stands there where it has numbers, days or amounts of theirs.
    """
    visits = _visits(run)
    found: list[str] = []
    path = run.path
    for item, behind in zip(path, (*path[1:], None), strict=True):
        visit = visits[item.visit]
        found += [f"Told: {said}" for said in [_told(run, visit)] if said]
        if is_secret(visit) and behind is not None and behind.verb in _CALLS and behind.answer:
            result = "right" if behind.answer == "ok" else behind.answer
            found.append(f"{_asked(item)} {item.answer}, {result}{_times(behind)}")
        elif line := _line(run, item, visit):
            found.append(f"{line}{_times(item)}")
    return found


def _visits(run: Run) -> dict[int, Visit]:
    found: dict[int, Visit] = {}
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        found[visit.number] = visit
        visit = visit.prev
    return found


def is_secret(visit: Visit) -> bool:
    """Whether something secret was given, of which only the length is kept."""
    return any(field.secret for field in fields(visit.step))


def _told(run: Run, visit: Visit) -> str:
    """
    The sentences said at *visit* that were worked out for this contact and have a number, a day or an amount in them.

    Nothing where the step was not gone through.
    """
    said = visit.step.words.say
    if said is None or not said.values or visit.step.verb not in _SAID:
        return ""
    if not visit.done and not (visit.step.verb == "end" and run.end is not None):
        return ""
    lines = (_SENTENCE.split(" ".join(line.split())) for line in filled(said, run, visit).splitlines())
    told = (" ".join(part for part in line if _FIGURE.search(part) and part not in said.source) for line in lines)
    return "; ".join(line for line in told if line)


def _line(run: Run, item: PathItem, visit: Visit) -> str:
    """What *item* itself has for the note, or nothing."""
    if item.verb == "message":
        return f"Step: {' '.join(item.title.split())}" if item.attempt and item.visit != run.tip.number else ""
    if not item.answer or (visit.prev is not None and item.verb in _CALLS and is_secret(visit.prev)):
        return ""
    if isinstance(visit.step.action, Collect):
        return f"{item.answer}{answered_by(run, item)}"
    if isinstance(visit.step.action, Ask):
        return f"{_asked(item)} {item.answer}{answered_by(run, item)}"
    if item.verb == "lookup":
        return "" if item.answer == "ok" else f"Looked up, {_named(item)}: {_FOUND.get(item.answer, item.answer)}"
    return _done(item, visit) if item.verb == "do" else ""


_FOUND = {"error": "the other system gave no answer"}
_DONE = {
    "ok": "Done",
    "error": "Not done, the other system refused or was down",
    "unknown": "Perhaps done, no reply came",
}


def _done(item: PathItem, visit: Visit) -> str:
    """What became of a change elsewhere; what was planned or set on the ticket itself by what it was."""
    action, given = visit.step.action, visit.inputs or {}
    how = _DONE.get(item.answer)
    if how is None:
        return f"Tried, {_named(item)}: {item.answer}"
    operation = action.operation if isinstance(action, Do) else ""
    return f"{how}: {_on_ticket(operation, given) or _named(item)}"


def _on_ticket(operation: str, given: Mapping[str, Any]) -> str:
    """What an operation of the ticket itself did; nothing for those of other systems."""
    texts = {name: to_text(value) for name, value in given.items() if isinstance(value, str)}
    if operation == "ticket.follow_up" and texts.get("what"):
        owner = f", {texts['owner'].replace('_', ' ')}" if texts.get("owner") else ""
        return f"follow-up planned in {texts.get('in', '')}{owner}: {texts['what']}"
    if operation == "ticket.tag" and texts.get("name"):
        return f"tagged {texts['name'].replace('_', ' ')}"
    return ""


def answered_by(run: Run, item: PathItem) -> str:
    """Who answered, where a step is kept for a role: an approval counts for no more than its name."""
    flow_id, _, step_id = item.step.partition("/")
    role = run.library.flows[flow_id].steps[step_id].role
    return f", by {item.actor.id} ({role})" if role and item.actor is not None and item.actor.kind == "agent" else ""


def _asked(item: PathItem) -> str:
    """What was asked, up to its answer: a question mark, or else a colon, parts the two."""
    asked = item.title.rstrip(":. ")
    return asked if asked.endswith("?") else f"{asked}:"


def _named(item: PathItem) -> str:
    """A call by the name of its step."""
    return item.step.rpartition("/")[2].replace("_", " ")


def _times(item: PathItem) -> str:
    return f" (try {item.attempt})" if item.attempt is not None and item.attempt > 1 else ""


def escalations(run: Run) -> Iterator[tuple[Visit, Mapping[str, Any]]]:
    """The visits that passed the contact on, latest first, each with what it gave as far as it is still known."""
    visit: Visit | None = run.tip
    after: Visit | None = None
    while visit is not None and visit.number:
        if visit.step.verb == "escalate":
            frame = run.state.frame if after is None else after.before.frame
            given = frame.values.get(visit.step.saves)
            yield visit, given if isinstance(given, Mapping) else {}
        visit, after = visit.prev, visit
