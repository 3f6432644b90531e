"""A walk as JSON (FORMATS §7): its path, what it waits for, its values, and what it put on the ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shepherd.flow.model import Do, Escalate
from shepherd.flow.types import to_json
from shepherd.run.api import Blank, Form, LookupDue, Question, SecretRef

if TYPE_CHECKING:
    from shepherd.author import Played
    from shepherd.run.state import Run, Visit


def run_as_json(played: Played) -> dict[str, Any]:
    """The object that ``run --json`` prints."""
    run = played.run
    refused = played.refused
    shown: dict[str, Any] = {
        "shepherd": "run/1",
        "ended": bool(run and run.ended),
        "outcome": run.outcome if run and run.ended else None,
        "code": run.end.code if run and run.end else None,
        "waiting": waiting_as_json(run.waiting) if run and not run.ended else None,
        "path": path_as_json(run) if run else [],
        "values": _values(run) if run else {},
        "returns": to_json(dict(run.end.returns)) if run and run.end else {},
        "ticket": ticket_as_json(run) if run else {},
        "refused": None,
        "problem": played.problem or None,
        "unused": list(played.unused),
    }
    if refused is not None:
        shown["refused"] = {
            "visit": refused.visit,
            "step": refused.step,
            "code": refused.code,
            "message": refused.message,
        }
    return shown


def path_as_json(run: Run) -> list[dict[str, Any]]:
    """The visits that stand."""
    return [
        {"visit": i.visit, "step": i.step, "by": i.by, "words": i.title, "answer": i.answer or None} for i in run.path
    ]


def waiting_as_json(waiting: Any) -> dict[str, Any]:
    """What the run waits for."""
    shown: dict[str, Any] = {
        "kind": type(waiting).__name__.removeprefix("At").lower(),
        "visit": waiting.visit,
        "step": waiting.step,
        "say": waiting.words.say,
    }
    if waiting.role:
        shown["role"] = waiting.role
    if isinstance(waiting, Question):
        shown |= {"question": waiting.question, "field": _blank(waiting.blank)}
    elif isinstance(waiting, Form):
        shown["fields"] = [_blank(blank) for blank in waiting.blanks]
    elif isinstance(waiting, LookupDue):
        shown |= {"operation": waiting.operation, "inputs": _plain(waiting.inputs)}
    elif hasattr(waiting, "sentence"):
        shown |= {"code": waiting.code, "sentence": waiting.sentence}
    return shown


def _blank(blank: Blank) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": blank.name, "type": blank.type, "label": blank.label, "optional": blank.optional}
    if blank.choices:
        shown["options"] = [{"value": c.value, "label": c.label} for c in blank.choices]
    return shown


def _plain(values: Any) -> dict[str, Any]:
    """Values as JSON; a secret only as "given"."""
    shown: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            shown[name] = _plain(value)
        else:
            shown[name] = "given" if isinstance(value, SecretRef) else to_json(value)
    return shown


def _values(run: Run) -> dict[str, Any]:
    # The run keeps them in the order of their hashes, which is another in each process.
    return _plain({name: run.values[name] for name in sorted(run.values) if name not in run.facts})


def ticket_as_json(run: Run) -> dict[str, Any]:
    """What the standing visits put on the ticket: escalations, and what the ticket's own operations did."""
    shown: dict[str, Any] = {"code": run.end.code if run.end else None, "done": [], "escalated": []}
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        action = visit.step.action
        if isinstance(action, Do) and visit.result:
            done = {"operation": action.operation, "result": visit.result, "inputs": _plain(visit.inputs or {})}
            shown["done"].insert(0, done)
        elif isinstance(action, Escalate):
            shown["escalated"].insert(0, {"queue": action.queue, "severity": action.severity})
        visit = visit.prev
    return shown
