"""What a value may be: types, reading what people and connectors give, and each field's own rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import re2

from shepherd.flow.arithmetic import decimal_of

if TYPE_CHECKING:
    from shepherd.flow.model import Field

MOST_TEXT = 20_000
MOST_DIGITS = 15
MOST_PLACES = 10
LARGEST = 10**40
YES_NO = ("yes", "no")

# The language's type names, each with the kind by which expressions treat it.
KIND_OF: Mapping[str, str] = {
    "text": "text",
    "long_text": "text",
    "integer": "integer",
    "number": "number",
    "yes_no": "yes_no",
    "choice": "choice",
    "digits": "digits",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "money": "money",
}
TEXTS = frozenset({"text", "choice", "digits"})
NUMBERS = frozenset({"integer", "number", "money"})


@dataclass(frozen=True, slots=True)
class Type:
    """
    The type of a value.

    *kind* is what expressions go by (``text integer number yes_no choice date time datetime money digits list record
    duration any``), *name* what the designer wrote (``long_text`` has kind ``text``). *options* are the values of a
    choice, *fields* those of a record, *item* the type of a list's members. *personal* spreads to what is worked out.
    """

    kind: str
    options: tuple[str, ...] | None = None
    fields: Mapping[str, Type] | None = None
    item: Type | None = None
    personal: bool = False
    secret: bool = False
    name: str = ""

    @staticmethod
    def named(
        name: str, *, options: tuple[str, ...] | None = None, personal: bool = False, secret: bool = False
    ) -> Type:
        """The type that the language calls *name*."""
        return Type(KIND_OF[name], options=options, personal=personal, secret=secret, name=name)

    @property
    def words(self) -> str:
        """The type for people, with its article: ``a text``, ``an integer``, ``a yes or no``."""
        return _WORDS.get(self.kind, f"a {self.kind}")


_WORDS = {
    "integer": "a whole number",
    "yes_no": "a yes or no",
    "choice": "one of a list of texts",
    "digits": "a text of digits",
    "datetime": "a date with a time",
    "money": "an amount",
    "duration": "a span of time",
    "record": "a group of fields",
    "any": "anything",
}


class Refusal(NamedTuple):
    """Why a value can't be taken: a stable code, and a sentence that says what to give."""

    code: str
    sentence: str


# --- reading one value ---------------------------------------------------------------------------


def parse_value(type_name: str, raw: Any, *, options: tuple[str, ...] | None = None) -> Any:
    """
    The value that *raw* (text of a form, or JSON) stands for, or a Refusal.

    Never raises: whatever people paste is a value or a sentence.
    """
    read = _READERS[type_name]
    if isinstance(raw, bool):
        raw = "true" if raw else "false"
    elif isinstance(raw, int | Decimal):
        # The text of a huge integer costs quadratic time, and no reader would take it; what is no number has no order.
        unread = isinstance(raw, Decimal) and raw.is_nan()
        raw = str(raw) if not unread and -LARGEST < raw < LARGEST else "too large"
    elif isinstance(raw, float):
        raw = repr(raw)
    elif isinstance(raw, (date, time)):
        raw = _stamp_text(raw)
    if not isinstance(raw, str):
        return Refusal(_WRONG.get(type_name, "not_an_option"), "Give one value here.")
    if len(raw) > MOST_TEXT:
        return Refusal("too_long", f"Give at most {MOST_TEXT} characters.")
    if type_name == "choice":
        return _choice(raw.strip(), options or ())
    return read(raw)


_WRONG = {
    "text": "pattern",
    "long_text": "pattern",
    "digits": "pattern",
    "integer": "not_an_integer",
    "number": "not_a_number",
    "money": "not_an_amount",
    "date": "not_a_date",
    "time": "not_a_date",
    "datetime": "not_a_date",
}

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:[ ,.'\u00a0\u202f_][0-9]{3})+(?:[.,][0-9]+)?")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")


def _text(raw: str) -> str | Refusal:
    text = raw.strip()
    if "\n" in text or "\r" in text:
        return Refusal("pattern", "Give one line of text.")
    return _seen(text)


def _long_text(raw: str) -> str | Refusal:
    return _seen(raw.replace("\r\n", "\n").replace("\r", "\n").strip())


def _seen(text: str) -> str | Refusal:
    if _UNSEEN.search(text):
        return Refusal("pattern", "The text has a character that can't be shown. Please type it again.")
    return text


def _digits(raw: str) -> str | Refusal:
    text = raw.strip()
    if not re.fullmatch("[0-9]+", text):
        return Refusal("pattern", "Give digits 0 to 9 only, without spaces.")
    return text


def _integer(raw: str) -> int | Refusal:
    text = raw.strip()
    if _INTEGER.fullmatch(text):
        if len(text.lstrip("-")) > MOST_DIGITS:
            return Refusal("not_an_integer", f"Give a whole number of at most {MOST_DIGITS} digits.")
        return int(text)
    if _GROUPED.fullmatch(text):
        return Refusal("not_an_integer", "Give the digits without spaces, commas or points between them, like 12000.")
    return Refusal("not_an_integer", "Give a whole number in digits, like 12.")


def _number(raw: str, code: str = "not_a_number") -> Decimal | Refusal:
    text = raw.strip()
    if _NUMBER.fullmatch(text):
        whole, _, part = text.lstrip("-").partition(".")
        if len(whole) > MOST_DIGITS or len(part) > MOST_PLACES:
            return Refusal(code, f"Give at most {MOST_DIGITS} digits, and {MOST_PLACES} behind the point.")
        value = Decimal(text)
        return value if value else abs(value)
    if _GROUPED.fullmatch(text):
        return Refusal(code, "Give the digits without anything between thousands, like 12000.5.")
    if _COMMA.fullmatch(text):
        return Refusal(code, f"Use a point for the fraction: {text.replace(',', '.') if len(text) < 30 else '45.5'}.")
    return Refusal(code, "Give a number in digits, like 12 or 45.5.")


def _money(raw: str) -> Decimal | Refusal:
    value = _number(raw, "not_an_amount")
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -2:
            return Refusal("not_an_amount", "Give an amount with at most two digits behind the point, like 19.50.")
    return value


def _yes_no(raw: str) -> bool | Refusal:
    known = {"yes": True, "true": True, "no": False, "false": False}
    value = known.get(raw.strip().lower())
    return Refusal("not_an_option", "Answer yes or no.") if value is None else value


def _date(raw: str) -> date | Refusal:
    found = _DATE.fullmatch(raw.strip())
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return Refusal("not_a_date", "There is no such day. Give a date as year-month-day, like 2026-11-21.")
    return Refusal("not_a_date", "Give a date as year-month-day, like 2026-11-21.")


def _time(raw: str) -> time | Refusal:
    found = _TIME.fullmatch(raw.strip())
    if found:
        try:
            return time(int(found[1]), int(found[2]), int(found[3] or 0))
        except ValueError:
            return Refusal("not_a_date", "There is no such time. Give hours and minutes, like 09:30.")
    return Refusal("not_a_date", "Give a time as hours and minutes, like 09:30.")


def _datetime(raw: str) -> datetime | Refusal:
    text = raw.strip()
    day, clock = text[:10], text[11:]
    if text[10:11] in ("T", " "):
        first, second = _date(day), _time(clock)
        if isinstance(first, date) and isinstance(second, time):
            return datetime.combine(first, second)
    return Refusal("not_a_date", "Give a date and a time, like 2026-11-21T09:30.")


def _choice(text: str, options: tuple[str, ...]) -> str | Refusal:
    if text in options:
        return text
    shown = ", ".join(options[:12]) + (" …" if len(options) > 12 else "")
    return Refusal("not_an_option", f"Choose one of: {shown}." if options else "There is nothing to choose from here.")


_READERS: Mapping[str, Callable[[str], Any]] = {
    "text": _text,
    "long_text": _long_text,
    "integer": _integer,
    "number": _number,
    "yes_no": _yes_no,
    "choice": _text,
    "digits": _digits,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "money": _money,
}


# --- writing one value ---------------------------------------------------------------------------


def _stamp_text(value: date | time) -> str:
    if isinstance(value, datetime):
        return value.isoformat("T", "minutes" if not value.second else "seconds")
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second else "seconds")
    return value.isoformat()


def to_text(value: Any) -> str:
    """*value* as people type it and as texts show it without a filter; what it gives can be read again."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal | Fraction):
        return format(decimal_of(value), "f")
    if isinstance(value, (date, time)):
        return _stamp_text(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(to_text(v) for v in value)
    return str(value)


def to_json(value: Any) -> Any:
    """*value* as canonical JSON holds it: Decimal, dates and times are text."""
    if value.__class__ is str:
        return value
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Mapping):
        return {k: to_json(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(v) for v in value]
    return to_text(value)


def from_json(value: Any, type_: Type) -> Any:
    """The value of *type_* that JSON *value* stands for, or a Refusal that says what does not fit."""
    if value.__class__ is str and type_.kind in TEXTS:
        return _choice(value, type_.options) if type_.options else value
    if type_.kind == "any":
        return tuple(value) if isinstance(value, list) else value
    if type_.kind == "record":
        return _record(value, type_.fields or {})
    if type_.kind == "list":
        if not isinstance(value, (list, tuple)):
            return Refusal("not_an_option", "Give a list.")
        items = tuple(from_json(v, type_.item or Type("any")) for v in value)
        return next((v for v in items if isinstance(v, Refusal)), items)
    return parse_value(type_.name or type_.kind, value, options=type_.options)


def _record(value: Any, fields: Mapping[str, Type]) -> Any:
    if not isinstance(value, Mapping):
        return Refusal("not_an_option", "Give the fields by their names.")
    read: dict[str, Any] = {}
    for name, type_ in fields.items():
        if value.get(name) is not None:
            given = from_json(value[name], type_)
            if isinstance(given, Refusal):
                return Refusal(given.code, f"{name}: {given.sentence}")
            read[name] = given
    return read


# --- a field's own rules --------------------------------------------------------------------------


def check_field(field: Field, raw: Any, resolve: Callable[[str], Any] | None = None) -> Any:
    """
    The value that *raw* gives *field*, None where an optional field is left empty, or a Refusal.

    *resolve* works out a limit that is named (an entry of ``values``); without it, named limits are not looked at.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None if field.optional else Refusal("required", "Please fill this in.")
    options = tuple(o.value for o in field.options) or field.type.options
    value = parse_value(field.type.name or field.type.kind, raw, options=options)
    if isinstance(value, Refusal):
        return value
    if isinstance(value, str):
        return _wrong_text(field, value) or value
    return _out_of_limits(field, value, resolve) or value


def _wrong_text(field: Field, value: str) -> Refusal | None:
    least, most = field.length or (0, MOST_TEXT)
    if not least <= len(value) <= most:
        unit = "digits" if field.type.kind == "digits" else "characters"
        wanted = (
            f"exactly {most}" if least == most else (f"at least {least}" if len(value) < least else f"at most {most}")
        )
        return Refusal("too_short" if len(value) < least else "too_long", f"Give {wanted} {unit}.")
    if field.pattern is not None and not matches(field.pattern, value):
        return Refusal("pattern", field.help or "This does not have the form that is asked for here.")
    return None


def _out_of_limits(field: Field, value: Any, resolve: Callable[[str], Any] | None) -> Refusal | None:
    timed = isinstance(value, (date, time))
    for limit, low in ((field.minimum, True), (field.maximum, False)):
        if isinstance(limit, str):
            limit = resolve(limit) if resolve else None
        if limit is None or isinstance(value, bool):
            continue
        if (value < limit) if low else (value > limit):
            code = ("too_early" if low else "too_late") if timed else ("too_small" if low else "too_large")
            word = ("not before" if low else "not after") if timed else ("at least" if low else "at most")
            return Refusal(code, f"Give {'a date ' if timed else ''}{word} {to_text(limit)}.")
    return None


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)


def pattern_error(pattern: str) -> str:
    """Why *pattern* is no RE2 expression, or the empty text."""
    try:
        _pattern(pattern)
    except re2.error as error:
        said = error.args[0] if error.args else "unreadable"
        return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return ""


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of *text* has the form *pattern*."""
    return _pattern(pattern).fullmatch(text) is not None
