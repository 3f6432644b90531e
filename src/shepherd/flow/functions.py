"""
The functions and filters of the language: each with its argument types, its result and its rule.

Rounding is half away from zero (the common commercial rule). Months end on their last day where the day does not
exist (31 January and a month is 28 or 29 February). Weeks begin on Monday.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, NamedTuple

DIVISION = Context(prec=28)
EXACT = Context(prec=60)
MOST_DAYS = 366 * 1000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Undefined(Exception):
    """A name is read that is not known at this point of the contact."""

    def __init__(self, name: str):
        super().__init__(f"{name} is not known here")
        self.name = name


class Unworkable(Exception):
    """A value can't be worked out: a division by zero, a date that does not exist, a wrong type."""


class Span(NamedTuple):
    """A span of calendar time: whole months and whole days."""

    months: int
    days: int


Number = int | Decimal


def number(value: Any) -> Number:
    """*value* where it is a number; text times a number must never be worked out."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unworkable("A number is needed here.")
    return value


def _bounded(value: Number) -> Number:
    if isinstance(value, int) and abs(value) > 10**30:
        raise Unworkable("The number is too large.")
    return value


def shift(day: date, span: Span, sign: int) -> date:
    """*day* moved by *span*; months first, kept within the month."""
    index = day.year * 12 + day.month - 1 + sign * span.months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise Unworkable("The date lies outside the calendar.")
    moved = day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
    try:
        return moved + timedelta(days=sign * span.days)
    except OverflowError:
        raise Unworkable("The date lies outside the calendar.") from None


def add(left: Any, right: Any) -> Any:
    """``+``: numbers, a text and a text, a date and a span, two spans."""
    if isinstance(left, date) and isinstance(right, Span):
        return shift(left, right, 1)
    if isinstance(left, Span) and isinstance(right, Span):
        return Span(left.months + right.months, left.days + right.days)
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > 20_000:
            raise Unworkable("The text is too long.")
        return left + right
    one, other = number(left), number(right)
    if isinstance(one, int) and isinstance(other, int):
        return _bounded(one + other)
    return EXACT.add(Decimal(one), Decimal(other))


def subtract(left: Any, right: Any) -> Any:
    """``-``: numbers; a date and a span; two dates give whole days."""
    if isinstance(left, date) and isinstance(right, Span):
        return shift(left, right, -1)
    if isinstance(left, date) and isinstance(right, date):
        return (_day(left) - _day(right)).days
    one, other = number(left), number(right)
    if isinstance(one, int) and isinstance(other, int):
        return _bounded(one - other)
    return EXACT.subtract(Decimal(one), Decimal(other))


def multiply(left: Any, right: Any) -> Any:
    """``*`` on numbers only."""
    one, other = number(left), number(right)
    if isinstance(one, int) and isinstance(other, int):
        return _bounded(one * other)
    return EXACT.multiply(Decimal(one), Decimal(other))


def _nonzero(value: Any) -> Number:
    found = number(value)
    if found == 0:
        raise Unworkable("Nothing can be divided by zero.")
    return found


def divide(left: Any, right: Any) -> Any:
    """``/``: 28 digits where the result has no end."""
    return DIVISION.divide(Decimal(number(left)), Decimal(_nonzero(right)))


def floor_divide(left: Any, right: Any) -> Any:
    """``//``: the whole part, downwards."""
    one, other = number(left), _nonzero(right)
    if isinstance(one, int) and isinstance(other, int):
        return one // other
    return int((Decimal(one) / Decimal(other)).to_integral_value(ROUND_FLOOR))


def modulo(left: Any, right: Any) -> Any:
    """``%``: what is left by ``//``."""
    one, other = number(left), _nonzero(right)
    return subtract(one, multiply(other, floor_divide(one, other)))


def negate(value: Any) -> Any:
    """``-`` before a value."""
    return -number(value)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise Unworkable("A date is needed here.")
    return value


def _count(value: Any, unit: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) * unit > MOST_DAYS:
        raise Unworkable("A whole number of days, weeks, months or years is needed, within a thousand years.")
    return value


def _rounded(rule: str) -> Callable[..., Number]:
    def work(value: Any, digits: Any = 0) -> Number:
        given = number(value)
        if not isinstance(digits, int) or not 0 <= digits <= 12:
            raise Unworkable("Round to 0 to 12 digits.")
        try:
            done = Decimal(given).quantize(Decimal(1).scaleb(-digits), rounding=rule, context=EXACT)
        except InvalidOperation:
            raise Unworkable("The number is too large to be rounded.") from None
        return int(done) if digits == 0 else done

    return work


def _make_date(year: Any, month: Any, day: Any) -> date:
    try:
        return date(year, month, day)
    except (ValueError, TypeError, OverflowError):
        raise Unworkable("There is no such date.") from None


def _end_of_month(value: Any) -> date:
    day = _day(value)
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _weekdays_between(first: Any, last: Any) -> int:
    """Monday to Friday from *first* on, up to but without *last*; negative where *last* lies before."""
    one, other = _day(first), _day(last)
    if other < one:
        return -_weekdays_between(other, one)
    weeks, rest = divmod((other - one).days, 7)
    return weeks * 5 + sum((one.weekday() + i) % 7 < 5 for i in range(rest))


def _words(text: Any) -> str:
    if not isinstance(text, str):
        raise Unworkable("A text is needed here.")
    return text


def _has_word(text: Any, word: Any) -> bool:
    """Whether *word* stands in *text* as a word of its own, in any case."""
    letters = "".join(c if c.isalnum() else " " for c in _words(text).casefold())
    return f" {' '.join(_words(word).casefold().split())} " in f" {' '.join(letters.split())} "


class Function(NamedTuple):
    """
    A function: how many arguments it takes (least, most), their kinds, the kind that it gives, and its rule.

    A kind of ``number*`` is any number; ``same`` gives what the first argument is.
    """

    arguments: tuple[int, int]
    takes: tuple[str, ...]
    gives: str
    work: Callable[..., Any]


def _fixed(takes: tuple[str, ...], gives: str, work: Callable[..., Any]) -> Function:
    return Function((len(takes), len(takes)), takes, gives, work)


DATE, NUMBER = "date", "number*"

FUNCTIONS: dict[str, Function] = {
    "days": _fixed(("integer",), "duration", lambda n: Span(0, _count(n))),
    "weeks": _fixed(("integer",), "duration", lambda n: Span(0, 7 * _count(n, 7))),
    "months": _fixed(("integer",), "duration", lambda n: Span(_count(n, 30), 0)),
    "years": _fixed(("integer",), "duration", lambda n: Span(12 * _count(n, 366), 0)),
    "date": _fixed(("integer", "integer", "integer"), DATE, _make_date),
    "year": _fixed((DATE,), "integer", lambda d: _day(d).year),
    "month": _fixed((DATE,), "integer", lambda d: _day(d).month),
    "day": _fixed((DATE,), "integer", lambda d: _day(d).day),
    "weekday": _fixed((DATE,), "text", lambda d: WEEKDAYS[_day(d).weekday()]),
    "end_of_month": _fixed((DATE,), DATE, _end_of_month),
    "weekdays_between": _fixed((DATE, DATE), "integer", _weekdays_between),
    "min": Function((2, 12), (NUMBER,), "same", lambda *n: min(map(number, n))),
    "max": Function((2, 12), (NUMBER,), "same", lambda *n: max(map(number, n))),
    "abs": _fixed((NUMBER,), "same", lambda n: abs(number(n))),
    "round": Function((1, 2), (NUMBER, "integer"), "number", _rounded(ROUND_HALF_UP)),
    "round_down": Function((1, 2), (NUMBER, "integer"), "number", _rounded(ROUND_FLOOR)),
    "round_up": Function((1, 2), (NUMBER, "integer"), "number", _rounded(ROUND_CEILING)),
    "count": _fixed(("list",), "integer", len),
    "lower": _fixed(("text",), "text", lambda t: _words(t).lower()),
    "length": _fixed(("text",), "integer", lambda t: len(_words(t))),
    "starts_with": _fixed(("text", "text"), "yes_no", lambda t, s: _words(t).startswith(_words(s))),
    "has_word": _fixed(("text", "text"), "yes_no", _has_word),
    "has_any": _fixed(("list", "list"), "yes_no", lambda a, b: bool(set(a) & set(b))),
    "has_all": _fixed(("list", "list"), "yes_no", lambda a, b: set(b) <= set(a)),
    "has_exactly": _fixed(("list", "list"), "yes_no", lambda a, b: set(a) == set(b)),
}


# --- filters: how a value is shown in a text -------------------------------------------------------


def _show_date(value: Any) -> str:
    return _day(value).isoformat()


def _show_time(value: Any) -> str:
    if not isinstance(value, time | datetime):
        raise Unworkable("A time is needed here.")
    return value.strftime("%H:%M")


def _show_datetime(value: Any) -> str:
    if not isinstance(value, datetime):
        raise Unworkable("A date with a time is needed here.")
    return value.strftime("%Y-%m-%d at %H:%M")


def _show_money(value: Any, currency: str = "") -> str:
    amount = _rounded(ROUND_HALF_UP)(value, 2)
    return f"{amount:,.2f}{' ' + currency if currency else ''}"


def _show_number(value: Any, digits: Any = None) -> str:
    given = number(value) if digits is None else _rounded(ROUND_HALF_UP)(value, digits)
    return f"{given:,f}" if isinstance(given, Decimal) else f"{given:,}"


def _show_mask(value: Any, last: Any = 4) -> str:
    text = _words(value)
    shown = text[-last:] if isinstance(last, int) and 0 < last < len(text) else ""
    return "•" * (len(text) - len(shown)) + shown


def _show_join(value: Any, between: str = ", ") -> str:
    if not isinstance(value, tuple | list):
        raise Unworkable("A list is needed here.")
    return between.join(str(v) for v in value)


FILTERS: dict[str, Callable[..., str]] = {
    "date": _show_date,
    "time": _show_time,
    "datetime": _show_datetime,
    "money": _show_money,
    "mask": _show_mask,
    "join": _show_join,
    "number": _show_number,
}
FILTER_TAKES = {
    "date": ("date", "datetime"),
    "time": ("time", "datetime"),
    "datetime": ("datetime",),
    "money": ("money", "number", "integer"),
    "number": ("money", "number", "integer"),
    "mask": ("text", "digits", "choice"),
    "join": ("list", "many"),
}
