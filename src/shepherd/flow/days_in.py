"""Days and times as people type them, and which days a text may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date

MONTHS = "january february march april may june july august september october november december".split()
#: Eight digits in a row are only taken for a day of these years: more would have two readings without a need.
FIRST, LAST = 1900, 2099
LONGEST = 60
_YEAR_FIRST = re.compile(r"([0-9]{4})\s*([-./])\s*([0-9]{1,2})\s*\2\s*([0-9]{1,2})")
_DOTS = re.compile(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4})")
_SLASHES = re.compile(r"([0-9]{1,2})\s*([-/])\s*([0-9]{1,2})\s*\2\s*([0-9]{4})")
_IN_A_ROW = re.compile(r"[0-9]{8}")
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.)?\s*(?:of\s+)?([a-z]{3,9})\.?,?\s*([0-9]{4})")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.?\s*([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}\s*([-./])\s*[0-9]{1,2}\s*\1\s*[0-9]{2}")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:\s*([ap])\.?m\.?)?")
_BOTH = re.compile(r"(.*[0-9])(?:T|,?\s+(?:at\s+)?)([0-9]{1,2}[:.][0-9]{2}(?:\s*[ap]\.?m\.?)?)", re.IGNORECASE)


def days_of(text: str) -> tuple[date, ...]:
    """
    Every day that *text* may mean, the likeliest first; none where it is no date.

    With dots it is day, month and year, always. With strokes the month may also come first, and in a row the year.
    """
    text = text.strip().casefold()
    if len(text) > LONGEST:
        return ()
    if found := _YEAR_FIRST.fullmatch(text):
        return _days([(found[1], found[3], found[4])])
    if found := _DOTS.fullmatch(text):
        return _days([(found[3], found[2], found[1])])
    if found := _SLASHES.fullmatch(text):
        return _days([(found[4], found[3], found[1]), (found[4], found[1], found[3])])
    if _IN_A_ROW.fullmatch(text):
        a, b, year = text[:2], text[2:4], text[4:]
        read = _days([(year, b, a), (year, a, b), (text[:4], text[4:6], text[6:])])
        return tuple(day for day in read if FIRST <= day.year <= LAST)
    if found := _DAY_MONTH.fullmatch(text):
        return _days([(found[3], _month(found[2]), found[1])])
    if found := _MONTH_DAY.fullmatch(text):
        return _days([(found[3], _month(found[1]), found[2])])
    return ()


def trouble(text: str) -> str:
    """What keeps *text*, which is no day to be taken, from being one; "" where it does not look like a day at all."""
    days = days_of(text)
    if len(days) > 1:
        ways = " or ".join(f"{day.day} {day:%B} {day.year}" for day in days)
        return f"This can be read as {ways}. Write {' or '.join(day.isoformat() for day in days)}."
    if days or len(text) > LONGEST:
        return ""
    if _SHORT_YEAR.fullmatch(text.strip()):
        return "Give the year with all four digits, like 2026-11-21."
    looks = any(pattern.fullmatch(text.strip()) for pattern in (_YEAR_FIRST, _DOTS, _SLASHES))
    return "There is no such day. Give a date as year-month-day, like 2026-11-21." if looks else ""


def day_typed(text: str) -> str:
    """*text* as ``2026-11-03`` where it means one day; else as it is."""
    found = days_of(text)
    return found[0].isoformat() if len(found) == 1 else text


def clock_typed(text: str) -> str:
    """*text* as ``09:30`` where it is a time; else as it is."""
    found = _CLOCK.fullmatch(text.strip().casefold())
    if not found:
        return text
    hour = int(found[1])
    if found[3]:
        if not 1 <= hour <= 12:
            return text
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return f"{hour:02d}:{found[2]}"


def moment_typed(text: str) -> str:
    """*text* as ``2026-11-03T09:30`` where it is one day and a time; else as it is."""
    day, clock = moment_parts(text)
    return f"{day_typed(day)}T{clock_typed(clock)}" if clock else text


def moment_parts(text: str) -> tuple[str, str]:
    """The day and the time of *text*, the time empty where it has not both."""
    found = _BOTH.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return (found[1], found[2]) if found else (text, "")


def _month(word: str) -> str:
    """The number of the month that *word* is, or begins; "0" where it is none."""
    return next((str(n) for n, name in enumerate(MONTHS, 1) if name.startswith(word)), "0")


def _days(parts: Iterable[tuple[str, str, str]]) -> tuple[date, ...]:
    """The days that there are of year, month and day, each once."""
    found: dict[date, None] = {}
    for year, month, day in parts:
        with suppress(ValueError):
            found[date(int(year), int(month), int(day))] = None
    return tuple(found)
