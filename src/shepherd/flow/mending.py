"""How what does not fit together is written: the hint for the very names, numbers and days that stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from shepherd.flow.slips import TIME_OF_DAY
from shepherd.flow.tree import Apply, Compare, Const, Node, Read
from shepherd.flow.types import NUMBERS, TEXTS, Type

_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def each(parts: Sequence[Node], part: Node) -> str:
    """How to mend *part* where it is a value that stands beside a comparison: ``x == 1 or 2``."""
    if not isinstance(part, Const) or not any(isinstance(one, Compare) for one in parts):
        return ""
    values = ('"a"', '"b"') if isinstance(part.value, str) else ("1", "2")
    return f"Write the comparison for each value: x == {values[0]} or x == {values[1]}."


def compared(left: Type, other: Type, right: Node) -> str:
    """How something of the type *left* is compared, where *right*, which is of the type *other*, was written."""
    if left.kind == "yes_no":
        return "It is true or false by itself: leave the comparison out, or write not."
    if left.kind in NUMBERS and isinstance(right, Apply) and other.kind == "duration":
        return _counted(right)
    if left.kind in NUMBERS and isinstance(right, Const):
        return f"Write {right.value} without quotes."
    if left.kind == "many" and other.kind in (*TEXTS, "list"):
        written = f'["{right.value}"]' if isinstance(right, Const) else '["a", "b"]'
        name = "has_any" if isinstance(right, Const) else "has_exactly"
        return f"Write {name}(…, {written})."
    if left.kind == "date" and other.kind == "datetime":
        return "Write today: now is a day with a time." if _is(right, "now") else "Count the days between: x - y > 0."
    if left.kind == "datetime" and other.kind == "date":
        return "Write now: today is a day without a time." if _is(right, "today") else ""
    if left.kind == "date" and isinstance(right, Const):
        return _day(right.value)
    if left.kind == "date" and other.kind in NUMBERS:
        return "Write a day like date(2027, 4, 6)."
    return TIME_OF_DAY if left.kind == "time" and isinstance(right, Const) else ""


def within(listed: Type, wanted: Node, right: Node) -> str:
    """How *wanted* is looked for in *right*, which is of the type *listed* and no list."""
    if listed.kind in TEXTS and isinstance(wanted, Const) and isinstance(right, Read):
        return f'Write has_word({right.words}, "{wanted.value}"), which asks for a whole word in it.'
    if isinstance(right, Const) and isinstance(right.value, str):
        texts = ", ".join(f'"{text.strip()}"' for text in right.value.split(","))
        return f"Write [{texts}]."
    return 'Write ["a", "b"].'


def _counted(span: Apply) -> str:
    """How days between two dates, which are a number, are compared with *span*."""
    length = {"days": 1, "weeks": 7}.get(span.function, 0)
    count = span.args[0]
    if length and isinstance(count, Const) and isinstance(count.value, int):
        return f"The days between two dates are a whole number: write {length * count.value}."
    return "Compare two days: x + months(1) < today."


def _is(node: Node, name: str) -> bool:
    return isinstance(node, Read) and node.path == (name,)


def _day(written: Any) -> str:
    """How the day that is *written* as a text is written in an expression."""
    text = written if isinstance(written, str) else ""
    dotted = _DOTTED.fullmatch(text.strip())
    try:
        day = date(int(dotted[3]), int(dotted[2]), int(dotted[1])) if dotted else date.fromisoformat(text)
    except ValueError:
        day = None
    return f"Write date({day.year}, {day.month}, {day.day})." if day else "Write a day like date(2027, 4, 6)."


def days(left: Type, op: str, count: Node, right: Type) -> str:
    """How a number of days is put to a day, or taken from it."""
    if left.kind not in ("date", "datetime") or op not in "+-" or right.kind != "integer":
        return ""
    if isinstance(count, Const):
        return f"Write days({count.value})."
    return f"Write days({count.words})." if isinstance(count, Read) else "Write days(…) round the number."
