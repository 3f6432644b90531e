"""Stand-ins for what is secret or personal: values of the same type that nobody ever gave. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from shepherd.author.pattern import example
from shepherd.flow.model import Field
from shepherd.flow.types import Refusal, check_field

#: Kinds of which every value is one of the few that the flow itself lists: they tell of nobody.
CLOSED = frozenset({"yes_no", "choice", "many"})
_NUMBERS = ("1", "10", "100", "1000", "10000", "0", "-1", "5", "50", "500", "5000", "50000")


def stand_ins(field: Field, value: str, number: int, today: date) -> Iterator[str]:
    """
    Texts that *field* takes instead of *value*, the plainest first; *number* tells one person's values from another's.

    Dates come near *today* too, since that is what conditions mostly hold them against.
    """
    for text in _of(field, value, number, today):
        if text != value and not isinstance(check_field(field, text), Refusal):
            yield text


def _of(field: Field, value: str, number: int, today: date) -> Iterator[str]:
    kind, name = field.type.kind, field.type.name
    words = f"{field.name.replace('_', ' ').capitalize()} {number}"
    if name == "email":
        yield f"customer{number}@example.org"
    elif name == "phone":
        yield f"+4420794600{number % 100:02}"  # kept free for films by the British regulator
    elif kind in ("integer", "number", "money"):
        yield from _NUMBERS
        yield from (str(limit) for limit in (field.minimum, field.maximum) if limit is not None)
    elif kind == "date":
        yield from (day.isoformat() for day in _days(today, number))
    elif kind == "datetime":
        yield from (f"{day.isoformat()}T09:00" for day in _days(today, number))
    elif kind == "time":
        yield from ("09:00", "12:00", "18:00", "23:00", "06:00")
    elif kind == "digits":
        yield shape(value, number)
        yield from (digits(length, number) for length in (field.length or (4, 4)))
    else:
        yield words
        formed = example(field.pattern) if field.pattern else None
        if formed is not None:
            yield formed
        yield shape(value, number)
        least, most = field.length or (1, 80)
        yield (words * (least // len(words) + 1))[:most].strip()


def shape(value: str, number: int) -> str:
    """*value* with other letters and digits at the same places, so that it has the same form."""
    letter = chr(ord("a") + number % 26)
    return "".join(
        str(number % 10) if c.isdigit() else (letter.upper() if c.isupper() else letter) if c.isalpha() else c
        for c in value
    )


def digits(length: int, number: int = 0) -> str:
    """So many digits that are no number of anybody."""
    return "".join(str((number + place) % 10) for place in range(length))


def _days(today: date, number: int) -> Iterator[date]:
    yield from (date(year, 1, 1 + number % 28) for year in (1990, 2000, 2010, 1950))
    yield from (today + timedelta(days=days) for days in (0, 1, -1, 7, -7, 30, -30, 90, -90, 366, -366))
