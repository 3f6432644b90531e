"""
The cells of a table: what one says, and which values fit it.

A cell is ``any``, a value, a span (``over X``, ``under X``, ``from X``, ``up to X``, ``X to Y``), or a list of values
and spans. How it is read depends on what it is held against: ``7048`` is a text in a column of texts, a number in one
of numbers. ``over`` and ``under`` leave their end out, the others take it in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.cellwords import as_cell
from shepherd.flow.types import Refusal, Type, parse_value

#: A place on the line of all values of a kind: ``(1, value, -1)`` just before one, ``(1, value, 1)`` just behind it.
Bound: TypeAlias = tuple[Any, ...]
LEAST: Bound = (0,)
MOST: Bound = (2,)
#: A cell as it is written: a text, or a list of them.
Written: TypeAlias = str | tuple[str, ...]


class Span(NamedTuple):
    """The values from *low* to *high*, both taken in; a single value is a span of one."""

    low: Bound
    high: Bound

    @property
    def exact(self) -> bool:
        """Whether only one value is in it."""
        return self.low == self.high

    @property
    def value(self) -> Any:
        """The one value of an exact span."""
        return self.low[1]


#: What a cell takes: some spans, or None for everything.
Cell: TypeAlias = tuple[Span, ...] | None


class Unread(NamedTuple):
    """Why a cell can't be read: a sentence, and a hint."""

    message: str
    hint: str = ""


ANY = "any"
KINDS = ("text", "number", "integer", "yes_no", "date", "time", "datetime")
KIND_OF_TYPE: Mapping[str, str] = {
    "text": "text",
    "choice": "text",
    "digits": "text",
    "integer": "integer",
    "number": "number",
    "money": "number",
    "yes_no": "yes_no",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
}
WORDS = {"integer": "a whole number", "yes_no": "yes or no", "datetime": "a date with a time"}
# The low end is written as words with blanks between, so that a cell of blanks takes no longer than others.
_SPAN = re.compile(r"(?P<word>over|under|from|up to)\s+(?P<end>\S.*)|(?P<low>\S+(?:\s+\S+)*?)\s+to\s+(?P<high>\S.*)")
#: No number, day or span of them is longer.
MOST_CHARACTERS = 200
_SIGN = re.compile(r"(>=|<=|=>|=<|≥|≤|>|<)\s*(\S.*)")
_IN_WORDS = {
    ">": "over",
    "<": "under",
    ">=": "from",
    "=>": "from",
    "≥": "from",
    "<=": "up to",
    "=<": "up to",
    "≤": "up to",
}
_PLAIN = re.compile(r"(?!-0)-?[0-9]{1,15}(?:\.[0-9]{1,10})?")
_CURRENCY = re.compile(r"(?P<before>[A-Z]{3})?\s*(?P<amount>-?[0-9][0-9.]*)\s*(?P<after>[A-Z]{3})?")
_OF_CLASS: dict[type, str] = {
    str: "text",
    bool: "yes_no",
    int: "number",
    Decimal: "number",
    Fraction: "number",
    date: "date",
    datetime: "datetime",
    time: "time",
}


def kind_of(type_: Type) -> str | None:
    """How cells are read that values of *type_* are held against; None where none can be (a list, a group)."""
    return KIND_OF_TYPE.get(type_.kind)


def key_of(value: Any) -> tuple[str, Any]:
    """The kind of *value* and what cells are held against. Raises Unworkable for what no cell can hold."""
    kind = _OF_CLASS.get(value.__class__)
    if kind is not None:
        return kind, value
    if isinstance(value, Decimal):
        return "number", Decimal(value)
    for class_, name in _OF_CLASS.items():
        if isinstance(value, class_):
            return name, value
    raise Unworkable("This can't be looked up in a table.")


def read(written: Written, kind: str) -> Cell | Unread:
    """What the cell *written* takes of the values of *kind*."""
    if isinstance(written, str):
        if written.strip() == ANY:
            return None
        span = _span(written.strip(), kind)
        return span if isinstance(span, Unread) else (span,)
    spans = []
    for part in written:
        if part.strip() == ANY:
            return Unread("`any` stands alone in its cell.", "Leave the others out.")
        span = _span(part.strip(), kind)
        if isinstance(span, Unread):
            return span
        spans.append(span)
    return tuple(spans) if spans else Unread("This list is empty.", "Write any, or the values.")


def _span(text: str, kind: str) -> Span | Unread:
    span = _plain_span(text, kind)
    if not isinstance(span, Unread) or kind == "text" or len(text) > MOST_CHARACTERS:
        return span
    likely = as_cell(_in_words(text))
    meant = next((one for one in likely if one == ANY or not isinstance(_plain_span(one, kind), Unread)), "")
    return Unread(f'"{_short(text)}" is not how a cell is written.', f"Write: {meant}.") if meant else span


def _plain_span(text: str, kind: str) -> Span | Unread:
    if kind == "text":
        return Span((1, text, 0), (1, text, 0)) if text else Unread("This cell is empty.", "Write any, or a value.")
    if len(text) > MOST_CHARACTERS:
        return Unread(f'"{_short(text)}" is no {kind.replace("_", " ")}.', f"At most {MOST_CHARACTERS} characters.")
    signed = _SIGN.fullmatch(text)
    if signed is not None and kind != "yes_no":
        return Unread(f'"{_short(text)}" is not how a span is written.', f"Write: {_in_words(text)}.")
    found = _SPAN.fullmatch(text)
    if found is None:
        value = _value(text, kind)
        return value if isinstance(value, Unread) else _exact(value, kind)
    if kind == "yes_no":
        return Unread(f'"{_short(text)}" is neither yes nor no.', "Write yes, no or any.")
    if found["word"]:
        end = _value(found["end"], kind)
        return end if isinstance(end, Unread) else _open(found["word"], end, kind)
    low, high = _value(found["low"], kind), _value(found["high"], kind)
    if isinstance(low, Unread):
        return low
    if isinstance(high, Unread):
        return high
    if low > high:
        return Unread(f'"{_short(text)}" takes nothing: the first is above the second.', "Exchange the two.")
    return _made((1, low, 0), (1, high, 0), kind, text)


def _in_words(text: str) -> str:
    """*text* with the word for the sign that it begins with."""
    signed = _SIGN.fullmatch(text)
    return f"{_IN_WORDS[signed[1]]} {signed[2]}" if signed is not None else text


def _exact(value: Any, kind: str) -> Span | Unread:
    bound = (1, value, 0)
    return _made(bound, bound, kind, str(value))


def _open(word: str, end: Any, kind: str) -> Span | Unread:
    if word in ("over", "from"):
        return _made((1, end, 1 if word == "over" else 0), MOST, kind, f"{word} {end}")
    return _made(LEAST, (1, end, -1 if word == "under" else 0), kind, f"{word} {end}")


def _made(low: Bound, high: Bound, kind: str, text: str) -> Span | Unread:
    """The span; between whole numbers, and between days, there is nothing, so that its ends are such."""
    if kind == "integer":
        low, high = _whole(low, 1), _whole(high, -1)
    elif kind == "date":
        try:
            low, high = _day(low), _day(high)
        except OverflowError:
            return Unread(f'"{_short(text)}" lies outside the calendar.')
    if low > high:
        return Unread(f'"{_short(text)}" takes nothing.', "Between its ends is no whole number.")
    return Span(low, high)


def _whole(bound: Bound, inwards: int) -> Bound:
    if len(bound) == 1:
        return bound
    _, value, shift = bound
    whole = int(value // 1)
    if value == whole:
        return (1, whole + shift, 0)
    return (1, whole + 1 if inwards > 0 else whole, 0)


def _day(bound: Bound) -> Bound:
    return bound if len(bound) == 1 else (1, bound[1] + timedelta(days=bound[2]), 0)


def _value(text: str, kind: str) -> Any:
    """The value that *text* writes, or Unread."""
    wanted = "number" if kind == "integer" else kind
    if wanted == "number":
        if _PLAIN.fullmatch(text):
            return Decimal(text)
        found = _CURRENCY.fullmatch(text)
        if found is not None:
            text = found["amount"]
    value = parse_value(wanted, text)
    if isinstance(value, Refusal):
        return Unread(f'"{_short(text)}" is not {WORDS.get(kind, f"a {kind}")}.', value.sentence)
    return value


def currencies(written: Written) -> set[str]:
    """The currencies that a cell names."""
    named = set()
    for part in (written,) if isinstance(written, str) else written:
        if len(part) > MOST_CHARACTERS:
            continue
        found = _SPAN.fullmatch(part.strip())
        ends = (found["end"], found["low"], found["high"]) if found else (part.strip(),)
        for end in ends:
            amount = _CURRENCY.fullmatch(end or "")
            named |= {amount["before"], amount["after"]} if amount else set()
    return {name for name in named if name}


def reads_as_span(text: str) -> bool:
    """Whether *text*, which stands among texts, is a span of something that has an order."""
    if len(text) > MOST_CHARACTERS:
        return False
    text = _in_words(text.strip())
    return _SPAN.fullmatch(text) is not None and any(
        not isinstance(_span(text, kind), Unread) for kind in ("number", "date", "time", "datetime")
    )


def guess(column: list[Written]) -> str:
    """The kind of a column whose values are of a kind that is not known: the strictest in which every cell reads."""
    for kind in ("yes_no", "number", "date", "time", "datetime"):
        if not any(isinstance(read(cell, kind), Unread) for cell in column):
            return kind
    return "text"


def takes(cell: Cell, key: Any) -> bool:
    """Whether a value, as ``key_of`` gives it, fits *cell*."""
    if cell is None:
        return True
    bound = (1, key, 0)
    return any(span.low <= bound <= span.high for span in cell)


def meet(one: Cell, other: Cell) -> bool:
    """Whether some value fits both."""
    if one is None or other is None:
        return True
    if len(one) == 1 == len(other):
        (low, high), (least, most) = one[0], other[0]
        return low <= most and least <= high
    return any(a.low <= b.high and b.low <= a.high for a in one for b in other)


def within(inner: Cell, outer: Cell) -> bool:
    """Whether each span of *inner* lies in one of *outer*."""
    if outer is None:
        return True
    return inner is not None and all(any(o.low <= i.low and i.high <= o.high for o in outer) for i in inner)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
