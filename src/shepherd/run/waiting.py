"""What a run waits for, with all that a page needs: worked out when it is asked for, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shepherd.flow.expression import Undefined, Unworkable
from shepherd.flow.model import Ask, Collect, Do, Field, Lookup, Step
from shepherd.flow.money import is_amount
from shepherd.flow.types import to_text
from shepherd.flow.words import Text
from shepherd.run.api import (
    Blank,
    Choice,
    DoDue,
    Due,
    Form,
    LookupDue,
    Message,
    Question,
    Spoken,
    Stuck,
)
from shepherd.run.context import Context, spent
from shepherd.run.fields import bound, read_form
from shepherd.run.state import Run, Visit
from shepherd.run.undo import undo_inputs, undo_of, undoing_at
from shepherd.run.walk import secret_visit

TEXTS = ("say", "guide", "warn", "why")
SILENT = Spoken()


def waiting(run: Run) -> Any:
    """What *run*."""
    visit = run.tip
    if run.end is not None:
        # A step that was left when the contact broke off is not said any more.
        return replace(run.end, words=_with_passed(run, visit) if run.end.outcome else SILENT)
    if run.undoing is not None:
        return _undo(run)
    common: dict[str, Any] = {
        "visit": visit.number,
        "step": visit.ref,
        "words": _with_passed(run, visit),
        "role": visit.step.role or "",
        "due": due_at(run),
    }
    if run.trouble is not None:
        return Stuck(code=run.trouble.code, sentence=run.trouble.sentence, **common)
    return AT[visit.step.verb](run, visit, common)


def due_at(run: Run) -> datetime | None:
    """When the step at hand stops waiting for people (``no_answer``, pauses included), or a wait is over."""
    step = run.tip.step
    if step.verb == "wait":
        return run.tip.inputs if isinstance(run.tip.inputs, datetime) and not run.tip.done else None
    seconds = step.no_answer if step.no_answer is not None else run.tip.before.frame.flow.no_answer
    if not step.human or seconds is None or "no_answer" not in step.edges:
        return None
    return run.tip.stamp.at + timedelta(seconds=seconds)


def filled(text: Text | None, run: Run, visit: Visit) -> str:
    """*text* over what was known at *visit*; a name that is not known is said to be so."""
    if text is None:
        return ""
    here, gone = (run.state, run.spent) if visit is run.tip else (visit.before, visit.spent)
    context = Context(here, visit.stamp, gone, run.channel)
    try:
        return text.fill(here.frame.values, context)
    except (Undefined, Unworkable) as error:
        return f"[{error}]"


def spoken(run: Run, visit: Visit) -> Spoken:
    """The filled words of *visit*."""
    words = visit.step.words
    if not words.texts and not words.article:
        return SILENT
    return Spoken(article=words.article, **{key: filled(text, run, visit) for key, text in words.texts})


def _with_passed(run: Run, visit: Visit) -> Spoken:
    """
    The words of *visit*, behind those of the steps that were passed since a person last had a page.

    A flow that was called ends with words of its own, and its caller goes on at once: they are said where that stops.
    Those of calls to other systems are for while they are made.
    """
    heard = [spoken(run, visit)]
    before = visit.prev
    while before is not None and before.number and not before.step.human:
        if before.step.verb not in ("lookup", "do", "wait") and (words := spoken(run, before)) is not SILENT:
            heard.append(words)
        before = before.prev
    if len(heard) == 1:
        return heard[0]
    texts = {key: "\n\n".join(t for one in reversed(heard) if (t := getattr(one, key))) for key in TEXTS}
    return Spoken(article=next((one.article for one in heard if one.article), ""), **texts)


def _undo(run: Run) -> DoDue:
    """The operation that takes back a change is due."""
    visit = undoing_at(run)
    connector, _, name = undo_of(visit).partition(".")
    return DoDue(
        visit=visit.number,
        step=visit.ref,
        operation=undo_of(visit),
        inputs=undo_inputs(run, visit),
        timeout=run.library.connectors[connector].operations[name].timeout,
        requested=run.requested,
        once_per="visit",
    )


def _message(run: Run, visit: Visit, common: dict[str, Any]) -> Message:
    return Message(**common)


def _question(run: Run, visit: Visit, common: dict[str, Any]) -> Question:
    action = visit.step.action
    assert isinstance(action, Ask)
    return Question(
        question=filled(action.question, run, visit),
        blank=blank(run, action.field, _before(visit)),
        routed=action.routed,
        attempts_left=left(run, visit.step),
        **common,
    )


def _form(run: Run, visit: Visit, common: dict[str, Any]) -> Form:
    action = visit.step.action
    assert isinstance(action, Collect)
    given = _before(visit) or {}
    seen = shown(run, given)
    blanks = tuple(replace(blank(run, f, given.get(n)), shown=n in seen) for n, f in action.fields.items())
    return Form(blanks=blanks, attempts_left=left(run, visit.step), **common)


def shown(run: Run, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the fields that the form at hand shows when *given* (name → text or JSON) is filled in so far."""
    context = Context(run.state, run.tip.stamp, run.spent, run.channel)
    return read_form(run.tip.step, given, run.state.frame, context).shown


def _lookup(run: Run, visit: Visit, common: dict[str, Any]) -> LookupDue:
    action = visit.step.action
    assert isinstance(action, Lookup)
    return LookupDue(**_call(run, visit, action), **common)


def _do(run: Run, visit: Visit, common: dict[str, Any]) -> DoDue:
    action = visit.step.action
    assert isinstance(action, Do)
    return DoDue(once_per=action.once_per or "visit", **_call(run, visit, action), **common)


AT: dict[str, Callable[[Run, Visit, dict[str, Any]], Any]] = {
    "message": _message,
    "ask": _question,
    "collect": _form,
    "lookup": _lookup,
    "do": _do,
    "wait": lambda run, visit, common: Due(**common),
}


def _call(run: Run, visit: Visit, action: Lookup | Do) -> dict[str, Any]:
    connector, _, name = action.operation.partition(".")
    operation = run.library.connectors[connector].operations[name]
    inputs = visit.inputs or {}
    return {
        "operation": action.operation,
        "inputs": inputs,
        "timeout": action.timeout or operation.timeout,
        "requested": run.requested,
        "secret_visit": secret_visit(inputs),
    }


def _before(visit: Visit) -> Any:
    """What was given at the same step of the same call on an earlier visit, to be offered again."""
    here = visit.prev
    while here is not None and here.number and here.before.frame.depth >= visit.before.frame.depth:
        if here.step is visit.step and here.done and here.before.frame.depth == visit.before.frame.depth:
            return here.value
        here = here.prev
    return None


def left(run: Run, step: Step) -> int | None:
    """The tries that stand at the step at hand, this one included."""
    if step.attempts is None:
        return None
    return max(0, step.attempts.most - spent(run.state, step.id, run.spent))


def blank(run: Run, field: Field, given: Any) -> Blank:
    """*field* as a page shows it."""
    context = Context(run.state, run.tip.stamp, run.spent, run.channel)
    frame = run.state.frame
    limits = (limit_now(run, limit) for limit in (field.minimum, field.maximum))
    least, most = ("" if limit is None else to_text(limit) for limit in limits)
    offered = "" if field.secret else as_given(given)
    if not offered and field.default is not None:
        try:
            offered = to_text(field.default.evaluate(frame.values, context))
        except (Undefined, Unworkable):
            offered = ""
    return Blank(
        name=field.name,
        type=field.type.name,
        label=field.label or field.name.replace("_", " ").capitalize(),
        help=field.help,
        optional=field.optional,
        secret=field.secret,
        personal=field.personal,
        choices=choices(field),
        headings=field.headings,
        currency=field.type.currency,
        minimum=least,
        maximum=most,
        length=field.length,
        pattern=field.pattern or "",
        given=offered,
    )


def limit_now(run: Run, limit: Any) -> Any:
    """A *limit* of a field as it stands now; None where there is none, or where it hangs on what the form will give."""
    try:
        return bound(limit, run.state.frame, Context(run.state, run.tip.stamp, run.spent, run.channel))
    except (Undefined, Unworkable):
        return None


def as_given(given: Any) -> str:
    """A recorded value as the text that gave it, line by line where there are several; nothing where it is sealed."""
    if given is None or (isinstance(given, dict) and not is_amount(given)):
        return ""
    if given is True or given is False:
        return "true" if given else "false"
    return "\n".join(given) if isinstance(given, (list, tuple)) else to_text(given)


def choices(field: Field) -> tuple[Choice, ...]:
    """The options of *field* with the digit that gives each; a yes_no has two of its own."""
    options = [(o.value, o.label) for o in field.options]
    if not options and field.type.kind == "yes_no":
        options = [("true", "Yes"), ("false", "No")]
    return tuple(Choice(value=v, label=n, key=str(i) if i <= 9 else "") for i, (v, n) in enumerate(options, 1))
