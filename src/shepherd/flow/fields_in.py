"""Reading what is given for a field: its type first, then the field's own limits, length and pattern."""

from __future__ import annotations

from collections.abc import Callable, Sized
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import re2

from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.refusal import Refusal
from shepherd.flow.values_in import MOST_TEXT, parse_value
from shepherd.flow.values_out import to_text

if TYPE_CHECKING:
    from shepherd.flow.model import Field


def check_field(field: Field, raw: Any, resolve: Callable[[str], Any] | None = None) -> Any:
    """
    The value that *raw* gives *field*, None where an optional field is left empty, or a Refusal.

    *resolve* works out a limit that is named (an entry of ``values``); without it, named limits are not looked at.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None if field.optional else Refusal("required", "Please fill this in.")
    options = tuple(o.value for o in field.options) or field.type.options
    type_ = field.type
    value = parse_value(type_.name or type_.kind, raw, options=options, currency=type_.currency)
    if isinstance(value, Refusal):
        return value
    if isinstance(value, str):
        return _wrong_text(field, value) or value
    return _out_of_limits(field, value, resolve) or value


def _wrong_text(field: Field, value: str) -> Refusal | None:
    least, most = field.length or (0, MOST_TEXT)
    if not least <= len(value) <= most:
        unit = "digits" if field.type.kind == "digits" else "characters"
        wanted = (
            f"exactly {most}" if least == most else (f"at least {least}" if len(value) < least else f"at most {most}")
        )
        return Refusal("too_short" if len(value) < least else "too_long", f"Give {wanted} {unit}.")
    if field.pattern is not None and not matches(field.pattern, value):
        return Refusal("pattern", field.help or "This does not have the form that is asked for here.")
    return None


def _out_of_limits(field: Field, value: Any, resolve: Callable[[str], Any] | None) -> Refusal | None:
    for limit, low in ((field.minimum, True), (field.maximum, False)):
        if isinstance(limit, str):
            limit = resolve(limit) if resolve else None
        if limit is None or isinstance(value, bool):
            continue
        one, other = _comparable(value, limit)
        try:
            out = (one < other) if low else (one > other)
        except TypeError:
            raise Unworkable("A limit can't be compared with what is given here.") from None
        if out:
            return _refused(value, limit, low)
    return None


def _comparable(value: Any, limit: Any) -> tuple[Any, Any]:
    """What of a value is held against a limit: the count of a choice of several, a moment's day where a day limits."""
    if isinstance(value, (tuple, list)):
        return len(value), limit
    if isinstance(value, datetime) != isinstance(limit, datetime) and isinstance(value, date):
        return tuple(m.date() if isinstance(m, datetime) else m for m in (value, limit))  # type: ignore[return-value]
    return value, limit


def _refused(value: Any, limit: Any, low: bool) -> Refusal:
    shown = to_text(limit)
    if isinstance(value, (date, time)):
        what = "time" if isinstance(value, time) else "date"
        if low:
            return Refusal("too_early", f"Give a {what} not before {shown}.")
        return Refusal("too_late", f"Give a {what} not after {shown}.")
    verb = "Choose" if isinstance(value, Sized) else "Give"
    if low:
        return Refusal("too_small", f"{verb} at least {shown}.")
    return Refusal("too_large", f"{verb} at most {shown}.")


def limit_of(type_name: str, text: str, currency: str = "") -> Any:
    """The constant that *text* is as a limit of a field of that type (a count for many), or a Refusal."""
    return parse_value("integer" if type_name == "many" else type_name, text, currency=currency)


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    # Only whether a text fits is asked. To keep what each of many groups took would cost their square.
    options.never_capture = True
    return re2.compile(pattern, options)


def pattern_error(pattern: str) -> str:
    """Why *pattern* is no RE2 expression, or the empty text."""
    try:
        _pattern(pattern)
    except re2.error as error:
        said = error.args[0] if error.args else "unreadable"
        return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return ""


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of *text* has the form *pattern*."""
    return _pattern(pattern).fullmatch(text) is not None
