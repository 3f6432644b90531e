"""Small parts of sentences: names, quotations, lists, numbers and times, with nothing in them that can't be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from shepherd.flow.shown import many, visible

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def seen(text: str) -> str:
    """*text* on one line, with every character that can't be seen, or that turns the reading direction, as its code."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(visible(text, lines=True).split())


def quoted(text: str) -> str:
    """*text* in quotation marks that it can't close itself."""
    inner = seen(text).replace("“", '"').replace("”", '"')
    return f"“{inner}”"


def named(name: str) -> str:
    """A stable name as words: ``customer_id`` is "customer id"."""
    return seen(name.replace("_", " "))


def owned(owner: str, parts: Iterable[str]) -> str:
    """What *owner* has, by the names that lead to it: ``the line's status``, ``details' worth``."""
    for part in parts:
        owner = f"{owner}'{'' if owner.endswith('s') else 's'} {named(part)}"
    return owner


def listed(words: Sequence[str], last: str) -> str:
    """``a, b and c``, with *last* before the last one."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def times(number: int) -> str:
    """``once``, ``twice``, ``3 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def article(words: str) -> str:
    """*words* with "a" or "an"."""
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"


def day(value: date) -> str:
    """``6 April 2027``."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def written_day(text: str) -> str:
    """A day written as ``2027-04-06`` in words, or *text* where it is none."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return seen(text)


def span(value: Any) -> str:
    """A span of time in words: seconds, or a duration with its working minutes and days."""
    if isinstance(value, int):
        return _seconds(value)
    if value is None:
        return "some time"
    parts = [_seconds(value.seconds)] if value.seconds else []
    if value.working_minutes:
        hours, minutes = divmod(value.working_minutes, 60)
        parts.append(many(hours, "working hour") if not minutes else many(value.working_minutes, "working minute"))
    if value.working_days:
        parts.append(many(value.working_days, "working day"))
    return listed(parts, "and") or "no time"


def _seconds(value: int) -> str:
    """In the largest unit that divides it; a day is 24 hours."""
    for size, unit in UNITS:
        if value >= size and value % size == 0:
            return many(value // size, unit)
    return "no time"


def capital(words: str) -> str:
    """*words* with a capital in front."""
    return words[:1].upper() + words[1:]


def sentence(words: str) -> str:
    """*words* with a capital in front, and a full stop behind where nothing ends them."""
    return ended(capital(words))


def ended(words: str) -> str:
    """*words* with a full stop behind where nothing ends them."""
    return words if words.rstrip("”").endswith((".", ":", "!", "?", "…")) else f"{words}."
