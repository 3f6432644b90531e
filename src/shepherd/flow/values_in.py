"""Reading one value: what people type and what JSON holds, as a value or a sentence that says what to give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from shepherd.flow.addresses import email, phone
from shepherd.flow.days_in import moment_parts, trouble
from shepherd.flow.money import CURRENCIES, DEFAULT_CURRENCY, Money, is_amount
from shepherd.flow.refusal import Refusal
from shepherd.flow.values_out import stamp_text

MOST_TEXT = 20_000
MOST_DIGITS = 15
MOST_PLACES = 10
MOST_CHOSEN = 2_000
LARGEST = 10**40


def parse_value(type_name: str, raw: Any, *, options: tuple[str, ...] | None = None, currency: str = "") -> Any:
    """
    The value that *raw* (text of a form, or JSON) stands for, or a Refusal.

    *options* are the values of a choice or many; *currency* is the one in which money is given.
    Never raises: whatever people paste is a value or a sentence.
    """
    if type_name == "many":
        return _many(raw, options or ())
    text = _plain(raw)
    if not isinstance(text, str):
        return Refusal(_WRONG.get(type_name, "not_an_option"), "Give one value here.")
    if len(text) > MOST_TEXT:
        return Refusal("too_long", f"Give at most {MOST_TEXT} characters.")
    if type_name == "choice":
        return choice_of(text.strip(), options or ())
    if type_name == "money":
        return _money(text, currency or DEFAULT_CURRENCY)
    return _READERS[type_name](text)


def _plain(raw: Any) -> Any:
    """*raw* as the text that people would have typed for it, where there is such a one."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Money):
        return str(raw)
    if isinstance(raw, int | Decimal):
        return _number_text(raw)
    if isinstance(raw, float):
        return repr(raw)
    if isinstance(raw, (date, time)):
        return stamp_text(raw)
    if is_amount(raw) and all(isinstance(part, str) for part in raw.values()):
        return f"{raw['amount']} {raw['currency']}"
    return raw


def _number_text(raw: int | Decimal) -> str:
    """The digits of *raw*; the text of a huge one costs quadratic time, and no reader would take it."""
    if isinstance(raw, Decimal):
        plain = raw.is_finite() and raw.adjusted() > -MOST_TEXT and len(raw.as_tuple().digits) < MOST_TEXT
        return format(raw, "f") if plain and -LARGEST < raw < LARGEST else "too large"
    return str(raw) if -LARGEST < raw < LARGEST else "too large"


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
    "phone": "pattern",
    "email": "pattern",
}

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:[ ,.'\u00a0\u202f_][0-9]{3})+(?:[.,][0-9]+)?")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_EITHER = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")
_EITHER_AMOUNT = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_CURRENCY_BEFORE = re.compile(r"([A-Za-z]{3})\s*(?=[-0-9])")
_CURRENCY_BEHIND = re.compile(r"(?<=[0-9])\s*([A-Za-z]{3})$")
_BETWEEN = re.compile(r"[\s,;]+")
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
        if _too_many(text):
            return Refusal(code, f"Give at most {MOST_DIGITS} digits, and {MOST_PLACES} behind the point.")
        value = Decimal(text)
        return value if value else abs(value)
    if _EITHER.fullmatch(text):
        whole, part = text.replace(",", ""), text.replace(",", ".").rstrip("0").rstrip(".")
        return Refusal(code, f"This can be read in two ways. Write {whole} or {part}.")
    if _GROUPED.fullmatch(text):
        return Refusal(code, "Give the digits without anything between thousands, like 12000.5.")
    if _COMMA.fullmatch(text):
        pointed = text.replace(",", ".")
        return Refusal(code, f"Use a point for the fraction{', like 45.5' if _too_many(pointed) else f': {pointed}'}.")
    return Refusal(code, "Give a number in digits, like 12 or 45.5.")


def _too_many(text: str) -> bool:
    """Whether a number's *text* has more digits than are taken, before the point or behind it."""
    whole, _, part = text.lstrip("-").partition(".")
    return len(whole) > MOST_DIGITS or len(part) > MOST_PLACES


def _money(raw: str, currency: str) -> Money | Refusal:
    """``19.50``, ``19.50 EUR`` or ``EUR 19.50``, in *currency* and no other."""
    text, places = raw.strip(), CURRENCIES.get(currency, 2)
    before, behind = _CURRENCY_BEFORE.match(text), _CURRENCY_BEHIND.search(text)
    if before:
        text = text[before.end() :]
    elif behind:
        text = text[: behind.start()]
    said = before or behind
    if said and said[1].upper() != currency:
        other = said[1].upper()
        told = f"This is in {other}. " if other in CURRENCIES else ""
        return Refusal("not_an_amount", f"{told}Give the amount in {currency}.")
    if _EITHER_AMOUNT.fullmatch(text) and places < 3:
        whole, most = text.replace(",", "").replace(".", ""), f"at most {places} digits" if places else "nothing"
        told = f"If this is {whole}, write {whole}; an amount in {currency} has {most} behind the point."
        return Refusal("not_an_amount", told)
    pointed = text.replace(",", ".") if _COMMA.fullmatch(text) else text
    if _NUMBER.fullmatch(pointed) and len(pointed.partition(".")[2]) > places:
        most = f"with at most {places} digits behind the point" if places else "without anything behind a point"
        return Refusal("not_an_amount", f"Give an amount {most}, like {Money(20, currency).amount}.")
    value = _number(text, "not_an_amount")
    return value if isinstance(value, Refusal) else Money(value, currency)


def _yes_no(raw: str) -> bool | Refusal:
    known = {"yes": True, "true": True, "no": False, "false": False}
    value = known.get(raw.strip().lower())
    return Refusal("not_an_option", "Answer yes or no.") if value is None else value


def _date(raw: str) -> date | Refusal:
    found = _DATE.fullmatch(raw.strip())
    if found:
        with suppress(ValueError):
            return date(int(found[1]), int(found[2]), int(found[3]))
    return Refusal("not_a_date", trouble(raw) or "Give a date as year-month-day, like 2026-11-21.")


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
    typed, has_time = moment_parts(text)
    told = trouble(typed) if has_time else ""
    return Refusal("not_a_date", told or "Give a date and a time, like 2026-11-21T09:30.")


def choice_of(text: str, options: tuple[str, ...]) -> str | Refusal:
    if text in options:
        return text
    shown = ", ".join(options[:12]) + (" …" if len(options) > 12 else "")
    return Refusal("not_an_option", f"Choose one of: {shown}." if options else "There is nothing to choose from here.")


def _many(raw: Any, options: tuple[str, ...]) -> tuple[str, ...] | Refusal:
    """A list of values, or their text with spaces, commas or line breaks between; each once, in the options' order."""
    if isinstance(raw, str):
        if len(raw) > MOST_TEXT:
            return Refusal("too_long", f"Give at most {MOST_TEXT} characters.")
        raw = _BETWEEN.split(raw)
    if not isinstance(raw, (list, tuple)):
        return Refusal("not_an_option", "Give a list of values here.")
    if len(raw) > MOST_CHOSEN:
        return Refusal("not_an_option", f"Choose at most {MOST_CHOSEN} values.")
    given = set()
    for item in raw:
        text = _plain(item)
        value = choice_of(text.strip(), options) if isinstance(text, str) else Refusal("not_an_option", "Give texts.")
        if isinstance(value, str):
            given.add(value)
        elif text != "":
            return value
    return tuple(option for option in options if option in given)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "text": _text,
    "long_text": _long_text,
    "integer": _integer,
    "number": _number,
    "yes_no": _yes_no,
    "digits": _digits,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "phone": phone,
    "email": email,
}
