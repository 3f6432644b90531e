"""Writing one value: as text that people read and can type again, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shepherd.flow.arithmetic import Span, decimal_of
from shepherd.flow.canonical import MOST
from shepherd.flow.money import Money, is_amount


def stamp_text(value: date | time) -> str:
    """A day or a time: ``2026-11-21``, ``09:30``, ``2026-11-21T09:30``; seconds only where there are any."""
    if isinstance(value, datetime):
        return value.isoformat("T", "minutes" if not value.second else "seconds")
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second else "seconds")
    return value.isoformat()


def to_text(value: Any) -> str:
    """*value* as people type it and as texts show it without a filter; what it gives can be read again."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, Decimal | Fraction):
        return format(decimal_of(value), "f")
    if isinstance(value, (date, time)):
        return stamp_text(value)
    if isinstance(value, Span):
        return value.words
    if isinstance(value, (tuple, list)):
        return ", ".join(to_text(v) for v in value)
    if is_amount(value):
        return f"{value['amount']} {value['currency']}"
    return str(value)


def to_json(value: Any) -> Any:
    """
    *value* as canonical JSON holds it: decimals, dates and times are text, an amount says its currency.

    A whole number that no JSON reader keeps exactly is text too.
    """
    if value.__class__ is str:
        return value
    if value is None or isinstance(value, (str, bool)) or (isinstance(value, int) and -MOST <= value <= MOST):
        return value
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency}
    if isinstance(value, Mapping):
        return {k: to_json(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)) and not isinstance(value, Span):
        return [to_json(v) for v in value]
    return to_text(value)
