"""
Exact sums: whole numbers, decimals, and fractions where a decimal would have no end; dates moved by spans.

A Fraction is kept until it is rounded, compared or shown; Python compares it with a Decimal exactly.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple, Protocol

from shepherd.flow.money import differ

EXACT = Context(prec=60)
ENDING = Context(prec=60, traps=[Inexact])
LONGEST = 10**60
SHOWN = Context(prec=28)


class Undefined(Exception):
    """A name is read that is not known at this point of the contact."""

    def __init__(self, name: str):
        super().__init__(f"{name} is not known here.")
        self.name = name


class Unworkable(Exception):
    """A value can't be worked out: a division by zero, a date that does not exist, a wrong type."""


class Span(NamedTuple):
    """A span of calendar time: whole months, whole days, and working days over the desk's *calendar*."""

    months: int
    days: int
    workdays: int = 0
    calendar: Workdays | None = None

    @property
    def words(self) -> str:
        """The span for people: ``3 days``, ``1 month, 2 working days``."""
        parts = ((self.months, "month"), (self.days, "day"), (self.workdays, "working day"))
        told = [f"{count} {unit}{'' if abs(count) == 1 else 's'}" for count, unit in parts if count]
        return ", ".join(told) or "0 days"


class Workdays(Protocol):
    """What counts working days."""

    def add_workdays(self, day: date, count: int) -> date:
        """The day that lies *count* working days behind *day*."""


Number = int | Decimal | Fraction


def number(value: Any) -> Number:
    """*value* where it is a number; text times a number must never be worked out."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise Unworkable("A number is needed here.")
    return value


def pair(left: Any, right: Any) -> tuple[Number, Number]:
    """Two numbers to be worked with; two currencies never are."""
    one, other = number(left), number(right)
    if differ(one, other):
        raise Unworkable("Two currencies can't be worked with together.")
    return one, other


def same(left: Any, right: Any) -> bool:
    """``==`` of two values; two currencies are not compared."""
    if differ(left, right):
        raise Unworkable("Two currencies can't be compared.")
    return bool(left == right)


def _bounded(value: Number) -> Number:
    if isinstance(value, int) and abs(value) > 10**30:
        raise Unworkable("The number is too large.")
    return value


def _plain(value: Fraction) -> Number:
    """*value* as a decimal where that is exact, else as it is."""
    if max(abs(value.numerator), value.denominator) > LONGEST:
        raise Unworkable("The number is too long to be worked out exactly.")
    try:
        return ENDING.divide(Decimal(value.numerator), Decimal(value.denominator))
    except Inexact:
        return value


def decimal_of(value: Decimal | Fraction) -> Decimal:
    """*value* as it is shown and stored: 28 digits of what has no end."""
    if isinstance(value, Decimal):
        return value
    return SHOWN.divide(Decimal(value.numerator), Decimal(value.denominator))


def day_of(value: Any) -> date:
    """The day of a date, or of a date with a time."""
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise Unworkable("A date is needed here.")
    return value


def shift(day: date, span: Span, sign: int) -> date:
    """*day* moved by *span*: months first, kept within the month, then days, then working days."""
    index = day.year * 12 + day.month - 1 + sign * span.months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise Unworkable("The date lies outside the calendar.")
    moved = day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
    try:
        moved += timedelta(days=sign * span.days)
    except OverflowError:
        raise Unworkable("The date lies outside the calendar.") from None
    if span.calendar is None:
        return moved
    reached = span.calendar.add_workdays(day_of(moved), sign * span.workdays)
    return datetime.combine(reached, moved.time()) if isinstance(moved, datetime) else reached


def add(left: Any, right: Any) -> Any:
    """``+``: numbers, a text and a text, a date and a span, two spans."""
    if isinstance(left, date) and isinstance(right, Span):
        return shift(left, right, 1)
    if isinstance(left, Span) and isinstance(right, Span):
        calendar = left.calendar or right.calendar
        return Span(left.months + right.months, left.days + right.days, left.workdays + right.workdays, calendar)
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > 20_000:
            raise Unworkable("The text is too long.")
        return left + right
    one, other = pair(left, right)
    if isinstance(one, int) and isinstance(other, int):
        return _bounded(one + other)
    if isinstance(one, Fraction) or isinstance(other, Fraction):
        return _plain(Fraction(one) + Fraction(other))
    return EXACT.add(Decimal(one), Decimal(other))


def subtract(left: Any, right: Any) -> Any:
    """``-``: numbers; a date and a span; two dates give whole days."""
    if isinstance(left, date) and isinstance(right, Span):
        return shift(left, right, -1)
    if isinstance(left, date) and isinstance(right, date):
        return (day_of(left) - day_of(right)).days
    one, other = pair(left, right)
    if isinstance(one, int) and isinstance(other, int):
        return _bounded(one - other)
    if isinstance(one, Fraction) or isinstance(other, Fraction):
        return _plain(Fraction(one) - Fraction(other))
    return EXACT.subtract(Decimal(one), Decimal(other))


def multiply(left: Any, right: Any) -> Any:
    """``*`` on numbers only."""
    one, other = pair(left, right)
    if isinstance(one, int) and isinstance(other, int):
        return _bounded(one * other)
    if isinstance(one, Fraction) or isinstance(other, Fraction):
        return _plain(Fraction(one) * Fraction(other))
    return EXACT.multiply(Decimal(one), Decimal(other))


def _parts(left: Any, right: Any) -> tuple[Number, Number]:
    one, other = pair(left, right)
    if other == 0:
        raise Unworkable("Nothing can be divided by zero.")
    return one, other


def divide(left: Any, right: Any) -> Any:
    """``/``: a decimal where it has an end, else a fraction."""
    one, other = _parts(left, right)
    return _plain(Fraction(one) / Fraction(other))


def floor_divide(left: Any, right: Any) -> Any:
    """``//``: the whole part, downwards."""
    one, other = _parts(left, right)
    if isinstance(one, int) and isinstance(other, int):
        return one // other
    return Fraction(one) // Fraction(other)


def modulo(left: Any, right: Any) -> Any:
    """``%``: what is left by ``//``."""
    one, other = _parts(left, right)
    return subtract(one, multiply(other, floor_divide(one, other)))


def negate(value: Any) -> Any:
    """``-`` before a value."""
    given = number(value)
    return EXACT.minus(given) if isinstance(given, Decimal) else -given


def size(value: Any) -> Any:
    """``abs``."""
    given = number(value)
    return EXACT.abs(given) if isinstance(given, Decimal) else abs(given)


def _half_away(value: Fraction) -> int:
    half = floor(abs(value) + Fraction(1, 2))
    return half if value >= 0 else -half


WHOLE: dict[str, Callable[[Fraction], int]] = {
    ROUND_HALF_UP: _half_away,
    ROUND_FLOOR: floor,
    ROUND_CEILING: ceil,
}


def rounded(rule: str) -> Callable[..., int | Decimal]:
    """Rounding to a number of digits, by *rule*."""

    def work(value: Any, digits: Any = 0) -> int | Decimal:
        given = number(value)
        if not isinstance(digits, int) or not 0 <= digits <= 12:
            raise Unworkable("Round to 0 to 12 digits.")
        if isinstance(given, Fraction):
            whole = WHOLE[rule](given * 10**digits)
            return Decimal(whole).scaleb(-digits, EXACT) if digits else whole
        try:
            done = Decimal(given).quantize(Decimal(1).scaleb(-digits), rounding=rule, context=EXACT)
        except InvalidOperation:
            raise Unworkable("The number is too large to be rounded.") from None
        return int(done) if digits == 0 else done

    return work
