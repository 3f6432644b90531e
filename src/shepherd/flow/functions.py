"""
The functions and filters of the language: each with its argument types, its result and its rule.

`round` is half away from zero (the common commercial rule), `round_down` towards less, `round_up` towards more, each
to 0 to 12 digits. Months end on their last day where the day does not exist (31 January and a month is 28 or 29
February). Weeks begin on Monday. Working days are those of desk.yaml's hours without its holidays, Monday to Friday
where it sets none; `weekdays_between` counts Monday to Friday, or the days of the week that it is given, whatever the
calendar says.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from shepherd.flow.arithmetic import Span, Unworkable, day_of, decimal_of, number, pair, rounded, size
from shepherd.flow.calendar import Calendar
from shepherd.flow.money import CURRENCIES, Money
from shepherd.flow.saying import said_day, said_hour, said_moment
from shepherd.flow.types import to_text

MOST_DAYS = 366 * 1000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _count(value: Any, unit: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) * unit > MOST_DAYS:
        raise Unworkable("A whole number of days, weeks, months or years is needed, within a thousand years.")
    return value


def _workdays(calendar: Calendar, count: Any) -> Span:
    """A span of working days; the desk's calendar is put in when the flow is compiled."""
    return Span(0, 0, _count(count), calendar)


def _make_date(year: Any, month: Any, day: Any) -> date:
    try:
        return date(year, month, day)
    except (ValueError, TypeError, OverflowError):
        raise Unworkable("There is no such date.") from None


def _end_of_month(value: Any) -> date:
    day = day_of(value)
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _hour(value: Any) -> int:
    """The hour of a time, or of a date with a time on the desk's clock: 0 to 23."""
    if not isinstance(value, datetime | time):
        raise Unworkable("A time is needed here, or a date with a time.")
    return value.hour


def _weekdays_between(first: Any, last: Any, named: Any = WEEKDAYS[:5]) -> int:
    """The days *named* from *first* on, up to but without *last*; negative where *last* lies before *first*."""
    one, other = day_of(first), day_of(last)
    if other < one:
        return -_weekdays_between(other, one, named)
    if not _set(named) <= set(WEEKDAYS):
        raise Unworkable(f"Days of the week are {', '.join(WEEKDAYS)}.")
    counted = {WEEKDAYS.index(name) for name in named}
    weeks, rest = divmod((other - one).days, 7)
    return weeks * len(counted) + sum((one.weekday() + i) % 7 in counted for i in range(rest))


def _outermost(choose: Callable[..., Any]) -> Callable[..., Any]:
    """The least or the greatest of numbers, or of dates, of moments, of times; two of a size give the first."""

    def work(*given: Any) -> Any:
        first = given[0]
        if isinstance(first, date | time):
            if any(one.__class__ is not first.__class__ for one in given):
                raise Unworkable("Only dates can be compared with dates, and times with times.")
            return choose(given)
        for one in given[1:]:
            pair(first, one)
        return choose(map(number, given))

    return work


def _words(text: Any) -> str:
    if not isinstance(text, str):
        raise Unworkable("A text is needed here.")
    return text


def _listed(value: Any) -> tuple[Any, ...] | list[Any]:
    if not isinstance(value, tuple | list):
        raise Unworkable("A list is needed here.")
    return value


def _set(value: Any) -> frozenset[Any]:
    return frozenset(_listed(value))


def _has_word(text: Any, word: Any) -> bool:
    """Whether *word* stands in *text* as a word of its own, in any case."""
    letters = "".join(c if c.isalnum() else " " for c in _words(text).casefold())
    return f" {' '.join(_words(word).casefold().split())} " in f" {' '.join(letters.split())} "


class Function(NamedTuple):
    """
    A function: how many arguments it takes (least, most), their kinds, the kind that it gives, and its rule.

    A kind of ``number*`` is any number, ``ordered`` also a date or time; ``same`` gives what the arguments are.
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
    "workdays": _fixed(("integer",), "duration", _workdays),
    "date": _fixed(("integer", "integer", "integer"), DATE, _make_date),
    "year": _fixed((DATE,), "integer", lambda d: day_of(d).year),
    "month": _fixed((DATE,), "integer", lambda d: day_of(d).month),
    "day": _fixed((DATE,), "integer", lambda d: day_of(d).day),
    "hour": _fixed(("time",), "integer", _hour),
    "weekday": _fixed((DATE,), "text", lambda d: WEEKDAYS[day_of(d).weekday()]),
    "end_of_month": _fixed((DATE,), DATE, _end_of_month),
    "weekdays_between": Function((2, 3), (DATE, DATE, "list"), "integer", _weekdays_between),
    "min": Function((2, 12), ("ordered",), "same", _outermost(min)),
    "max": Function((2, 12), ("ordered",), "same", _outermost(max)),
    "abs": _fixed((NUMBER,), "same", size),
    "round": Function((1, 2), (NUMBER, "integer"), "number", rounded(ROUND_HALF_UP)),
    "round_down": Function((1, 2), (NUMBER, "integer"), "number", rounded(ROUND_FLOOR)),
    "round_up": Function((1, 2), (NUMBER, "integer"), "number", rounded(ROUND_CEILING)),
    "count": _fixed(("list",), "integer", lambda a: len(_listed(a))),
    "lower": _fixed(("text",), "text", lambda t: _words(t).lower()),
    "length": _fixed(("text",), "integer", lambda t: len(_words(t))),
    "starts_with": _fixed(("text", "text"), "yes_no", lambda t, s: _words(t).startswith(_words(s))),
    "has_word": _fixed(("text", "text"), "yes_no", _has_word),
    "has_any": _fixed(("list", "list"), "yes_no", lambda a, b: bool(_set(a) & _set(b))),
    "has_all": _fixed(("list", "list"), "yes_no", lambda a, b: _set(b) <= _set(a)),
    "has_exactly": _fixed(("list", "list"), "yes_no", lambda a, b: _set(a) == _set(b)),
}


# --- filters: how a value is shown in a text -------------------------------------------------------


def _show_date(value: Any, language: str = "") -> str:
    day = day_of(value)
    return said_day(day, language) if language else day.isoformat()


def _show_time(value: Any, language: str = "") -> str:
    if not isinstance(value, time | datetime):
        raise Unworkable("A time is needed here.")
    return said_hour(value, language) if language else value.strftime("%H:%M")


def _show_datetime(value: Any, language: str = "") -> str:
    if not isinstance(value, datetime):
        raise Unworkable("A date with a time is needed here.")
    return said_moment(value, language) if language else value.strftime("%Y-%m-%d at %H:%M")


def _show_money(value: Any, currency: str = "") -> str:
    """An amount with the digits of its currency, and the currency; a plain number has the one that is asked for."""
    own = value.currency if isinstance(value, Money) else currency
    if currency and own != currency:
        raise Unworkable(f"The amount is in {own}.")
    places = CURRENCIES.get(own, 2)
    amount = rounded(ROUND_HALF_UP)(value, places)
    return f"{amount:,.{places}f}{' ' + own if own else ''}"


def _show_number(value: Any, digits: Any = None) -> str:
    given = number(value) if digits is None else rounded(ROUND_HALF_UP)(value, digits)
    if isinstance(given, Fraction):
        given = decimal_of(given)
    return f"{given:,f}" if isinstance(given, Decimal) else f"{given:,}"


def _show_mask(value: Any, last: Any = 4) -> str:
    text = _words(value)
    shown = text[-last:] if isinstance(last, int) and 0 < last < len(text) else ""
    return "•" * (len(text) - len(shown)) + shown


def _show_join(value: Any, between: str = ", ") -> str:
    return between.join(to_text(v) for v in _listed(value))


FILTERS: dict[str, Callable[..., str]] = {
    "date": _show_date,
    "time": _show_time,
    "datetime": _show_datetime,
    "money": _show_money,
    "mask": _show_mask,
    "join": _show_join,
    "number": _show_number,
}
#: The filters that say something in a language which they are given.
SAID = frozenset({"date", "time", "datetime"})
FILTER_TAKES = {
    "date": ("date", "datetime"),
    "time": ("time", "datetime"),
    "datetime": ("datetime",),
    "money": ("money", "number", "integer"),
    "number": ("money", "number", "integer"),
    "mask": ("text", "digits", "choice"),
    "join": ("list", "many"),
}
