"""The visits that stand, for people: what was asked, what was given, where one may go back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shepherd.flow.model import Ask, Call, Collect, Do, End, Escalate, Field, Flow, Lookup, Step
from shepherd.flow.money import is_amount
from shepherd.flow.types import to_text
from shepherd.run.api import PathItem
from shepherd.run.barriers import closed_flow, told, used_up
from shepherd.run.keep import fields
from shepherd.run.state import Run, Visit
from shepherd.run.undo import can_undo
from shepherd.run.waiting import choices, filled


def path(run: Run) -> tuple[PathItem, ...]:
    """Every visit of *run* that still stands, oldest first."""
    visits = []
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        visits.append(visit)
        visit = visit.prev
    (back, bar), (change, _) = (_open_from(run, visits, may_undo=undo) for undo in (True, False))
    return tuple(
        item(run, v, back=v.number >= back, change=v.number >= change, bar=bar if v.number < back else "")
        for v in reversed(visits)
    )


def _open_from(run: Run, newest_first: list[Visit], *, may_undo: bool) -> tuple[int, str]:
    """
    The oldest visit that one may go back to, and what bars those before it; bars are found once, newest first.

    *may_undo*: changes that can be taken back bar nothing, as where one goes back, and not where one changes an answer.
    """
    if run.ended or run.requested or run.undoing is not None:
        return run.made + 1, ""
    lowest = run.tip.number + 1
    for visit in newest_first:
        step = visit.step
        made = step.verb == "do" and visit.result not in ("", "error") and visit.number not in run.undone
        if step.no_going_back or (made and not (may_undo and can_undo(visit, run.undone))):
            return lowest, told(visit)
        lowest = visit.number
    return lowest, ""


def item(run: Run, visit: Visit, *, back: bool = False, change: bool = False, bar: str = "") -> PathItem:
    """*visit* as a row of the path; *back* and *change*: no bar lies between it and where *run* stands, else *bar*."""
    step = visit.step
    stop = (step.human or step.verb == "lookup") and visit.number != run.tip.number
    barred = ""
    if stop and not run.ended:
        barred = bar or closed_flow(run.state.frame, visit.before.frame) or used_up(run, visit)
    finisher = visit.finisher
    asked = fields(step)
    return PathItem(
        visit=visit.number,
        step=visit.ref,
        verb=step.verb,
        by=visit.by,
        title=title(run, visit),
        answer=answer(visit),
        value=visit.value,
        at=visit.stamp.at,
        actor=(finisher or visit.stamp).actor,
        attempt=visit.attempt,
        can_go_back=stop and back and not barred,
        can_change=stop
        and change
        and not barred
        and visit.done
        and not step.role
        and bool(asked)
        and not any(f.secret for f in asked),
        barred=barred,
    )


def title(run: Run, visit: Visit) -> str:
    """What the visit was about, in one line."""
    step = visit.step
    if isinstance(step.action, Ask):
        return filled(step.action.question, run, visit)
    return named(step, run.library.flows) or filled(step.words.say or step.words.guide, run, visit) or step.id


def named(step: Step, flows: Mapping[str, Flow]) -> str:
    """What a step is about that is told by what it does: what it collects, calls, passes on to, ends with."""
    action = step.action
    if isinstance(action, Collect):
        return ", ".join(label(f) for f in action.fields.values())
    if isinstance(action, Call):
        called = flows.get(action.flow)
        return called.title if called else action.flow
    if isinstance(action, Lookup | Do):
        return action.operation
    if isinstance(action, Escalate):
        return f"Passed on to {action.queue.replace('_', ' ')}"
    if isinstance(action, End):
        return f"Ends: {action.outcome.replace('_', ' ')}"
    return ""


def label(field: Field) -> str:
    """A field's label, or its name made readable."""
    return field.label or field.name.replace("_", " ").capitalize()


def answer(visit: Visit) -> str:
    """What was given, for people; a secret only as "given, 4 digits"."""
    if not visit.done:
        return ""
    if visit.result == "no_answer":
        return "no answer in time"
    if isinstance(visit.step.action, Ask | Collect):
        return entered(visit.step, visit.value)
    return visit.result.replace("_", " ")


def entered(step: Step, value: Any) -> str:
    """*value*, given at a *step* that asks, for people: by the labels of its fields and options."""
    action = step.action
    if isinstance(action, Ask):
        return shown(action.field, value)
    fields, given = (action.fields if isinstance(action, Collect) else {}), value or {}
    return "; ".join(f"{label(f)}: {shown(f, given[n])}" for n, f in fields.items() if n in given)


def shown(field: Field, value: Any) -> str:
    """One recorded value as people read it."""
    if isinstance(value, dict) and not is_amount(value):
        return f"given, {value['given']}" if "given" in value else "erased"
    if value is None:
        return "left empty"
    if field.type.kind == "yes_no":
        value = "true" if value else "false"
    if isinstance(value, (list, tuple)):
        labels = {c.value: c.label for c in choices(field)}
        return ", ".join(labels.get(v) or str(v) for v in value) or "none of them"
    text = to_text(value)
    if field.mask == "last4":
        return "•" * max(0, len(text) - 4) + text[-4:]
    return next((c.label for c in choices(field) if c.value == text), text)
