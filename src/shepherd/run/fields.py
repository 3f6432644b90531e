"""Reading what people give: each field by its own rules, over the values at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shepherd.flow.model import Field, Value
from shepherd.flow.types import Refusal, check_field
from shepherd.run.context import Context
from shepherd.run.state import Frame


def check(field: Field, raw: Any, frame: Frame, context: Callable[[], Context]) -> Any:
    """
    *raw* as a value of *field*, None where an optional one is empty, or a Refusal.

    *context* is asked for only where a limit is named.
    """
    options = field.type.options if field.type.kind == "choice" else None
    if options and raw.__class__ is str and raw in options:
        return raw
    return check_field(field, raw, lambda name: bound(name, frame, context()))


def accepted(field: Field, raw: Any, frame: Frame, context: Callable[[], Context]) -> bool:
    """Whether *raw* may stand as a value of *field*."""
    return not isinstance(check(field, raw, frame, context), Refusal)


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
