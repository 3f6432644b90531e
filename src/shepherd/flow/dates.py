"""Days that are written as ``date(…)`` and that no calendar has: what is wrong, and what was meant."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from shepherd.flow.tree import Apply, Const, Node, Read

#: Years as people write them: 27 is short for another.
FIRST_YEAR, LAST_YEAR = 1000, 9999
MAY_BE_NO_DAY = "There may be no such day: a month has 28 days at least, and a year twelve months."
COUNT_FROM = "Count from a day that there is, like end_of_month(today) + days(1) or today + months(1)."


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


def may_be_no_day(args: Sequence[Node]) -> bool:
    """Whether *args*, of which some are worked out, may name no day: a 13th month, or a 31st of a shorter one."""
    if len(args) != 3 or all(isinstance(arg, Const) for arg in args):
        return False
    year, month, day = args
    if not isinstance(month, Const) and not _part(month, "month"):
        return True
    if isinstance(day, Const):
        number = month.value if isinstance(month, Const) else 2
        last = monthrange(2027, number)[1] if isinstance(number, int) and 1 <= number <= 12 else 28
        return not isinstance(day.value, int) or day.value > last
    parts = [_part(arg, name) for arg, name in zip((year, month, day), ("year", "month", "day"), strict=True)]
    return not parts[0] or any(part != parts[0] for part in parts)


def _part(node: Node, function: str) -> str:
    """Of what *node* is the part that *function* takes out, as text; "" where it is something else."""
    if isinstance(node, Apply) and node.function == function and isinstance(node.args[0], Read):
        return ".".join(node.args[0].path)
    return ""


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day).year >= FIRST_YEAR
    except (ValueError, OverflowError):
        return False


def _call(year: int, month: int, day: int) -> str:
    return f"date({year}, {month}, {day})"
