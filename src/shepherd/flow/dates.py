"""Days that are written as ``date(…)`` and that no calendar has: what is wrong, and what was meant."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from shepherd.flow.tree import Const, Node

#: Years as people write them: 27 is short for another.
FIRST_YEAR, LAST_YEAR = 1000, 9999


def no_such_day(args: Sequence[Node]) -> tuple[str, str] | None:
    """A sentence and a hint where *args*, all of them constants, name no day; None where they do, or may."""
    numbers = [arg.value for arg in args if isinstance(arg, Const)]
    whole = [one for one in numbers if isinstance(one, int) and not isinstance(one, bool)]
    if len(whole) != 3 or len(args) != 3 or _is_day(*whole):
        return None
    year, month, day = whole
    if 1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR:
        last = monthrange(year, month)[1]
        return f"There is no such day: {year}-{month:02} has {last} days.", f"Its last is {_call(year, month, last)}."
    likely = ((day, month, year), (day, year, month), (year, day, month), (2000 + year, month, day))
    meant = next((_call(*one) for one in likely if _is_day(*one)), "date(2027, 4, 6)")
    return "There is no such day.", f"Write year, month and day, the year with four digits: {meant}."


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day).year >= FIRST_YEAR
    except (ValueError, OverflowError):
        return False


def _call(year: int, month: int, day: int) -> str:
    return f"date({year}, {month}, {day})"
