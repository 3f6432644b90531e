"""Reading what people give: each field by its own rules, over the values at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shepherd.flow.expression import Expression, Undefined, Unworkable
from shepherd.flow.model import Ask, Field, Step, Value
from shepherd.flow.typed_in import as_written
from shepherd.flow.types import Refusal, check_field
from shepherd.run.api import SecretRef
from shepherd.run.context import Context
from shepherd.run.state import Frame, with_values


def check(field: Field, raw: Any, frame: Frame, context: Callable[[], Context]) -> Any:
    """
    *raw* as a value of *field*, None where an optional one is empty, or a Refusal.

    *context* is asked for only where a limit is named. A limit that can't be worked out lets nothing pass.
    """
    options = field.type.options if field.type.kind == "choice" else None
    if options and raw.__class__ is str and raw in options:
        return raw
    try:
        return check_field(field, raw, lambda name: bound(name, frame, context()))
    except (Undefined, Unworkable) as error:
        return Refusal("check", f"This can't be checked: {error}")


def as_typed(field: Field, raw: Any) -> Any:
    """*raw*, which a person typed for *field*, as files and other systems write it."""
    return as_written(field.type.name, raw, field.type.currency, field.label or field.name)


class Form(NamedTuple):
    """
    What was given for a question or a form: its values, the names of the fields that are shown, and what is refused.

    *values* has the typed value of each field that was given. *refused* maps a field, or the empty name for the whole
    form, to its code and sentence.
    """

    values: dict[str, Any]
    shown: tuple[str, ...]
    refused: dict[str, tuple[str, str]]


def read_form(step: Step, raw: Mapping[str, Any], frame: Frame, context: Context) -> Form:
    """
    *raw* (field name → text or JSON) as an answer to *step*: every field by its own rules, then the checks in order.

    A field that is not shown is passed over. The new answer is read by its usual name, as far as it is given.
    """
    action = step.action
    one = isinstance(action, Ask)
    fields = {action.field.name: action.field} if isinstance(action, Ask) else getattr(action, "fields", {})
    form = Form({}, (), {})
    names: list[str] = []
    for name, field in fields.items():
        here = frame if one else answered(frame, step, form.values)
        if field.show_if is not None and not _holds(field.show_if, here, context):
            continue
        names.append(name)
        value = check(field, as_typed(field, raw.get(name, "")), here, lambda: context)
        if isinstance(value, Refusal):
            form.refused[name] = (value.code, value.sentence)
        elif value is not None:
            form.values[name] = SecretRef(0, name) if field.secret else value
    if not form.refused and step.checks:
        given_all = form.values.get(next(iter(fields))) if one else form.values
        here = frame if one and given_all is None else answered(frame, step, given_all)
        form.refused.update(_failed(step, here, context))
    return form._replace(shown=tuple(names))


def answered(frame: Frame, step: Step, value: Any) -> Frame:
    """*frame* as it reads once *step* has given *value*."""
    return with_values(frame, frame.values.set(step.saves, value))


def _holds(condition: Expression, frame: Frame, context: Context) -> bool:
    """Whether *condition* holds; where it reads what is not given, it does not."""
    try:
        return bool(condition.evaluate(frame.values, context))
    except (Undefined, Unworkable):
        return False


def _failed(step: Step, frame: Frame, context: Context) -> dict[str, tuple[str, str]]:
    """The first check of *step* that does not hold, under the empty name."""
    for rule in step.checks:
        try:
            if rule.must.evaluate(frame.values, context):
                continue
            said = rule.message.fill(frame.values, context)
        except (Undefined, Unworkable) as error:
            said = f"This can't be checked: {error}"
        return {"": ("check", said)}
    return {}


def bound(limit: Any, frame: Frame, context: Context) -> Any:
    """A limit as it stands now: a constant, or the entry of ``values`` that it names."""
    if not isinstance(limit, str):
        return limit
    return value_of(frame.flow.values[limit], frame, context)


def value_of(value: Value, frame: Frame, context: Context) -> Any:
    """What a named value is worth now: the first case that holds; None where none does."""
    for case in value.cases:
        if case.when is None or case.when.evaluate(frame.values, context):
            return case.gives.evaluate(frame.values, context)
    return None


def given(text: str) -> str:
    """What the log keeps of a secret: that it was given, and how long it was."""
    kind = "digit" if text.isdigit() else "character"
    return f"{len(text)} {kind}{'' if len(text) == 1 else 's'}"
