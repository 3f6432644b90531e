"""What people type for a value, as files and other systems write it: where it can be read in one way only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from shepherd.flow.days_in import clock_typed, day_typed, moment_typed
from shepherd.flow.money import DEFAULT_CURRENCY, SIGNS

LONGEST = 100
#: Currencies by their words, which name them as signs do.
_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("euro", "euros"), ("EUR",)),
    **dict.fromkeys(("dollar", "dollars"), SIGNS["$"]),
    **dict.fromkeys(("pound", "pounds"), SIGNS["£"]),
    **dict.fromkeys(("krona", "kronor", "krone", "kroner"), SIGNS["kr"]),
}
_SAID: Mapping[str, tuple[str, ...]] = {**SIGNS, **_WORDS}
_SAYS = "|".join(map(re.escape, sorted(_SAID, key=len, reverse=True)))
_SIGNED = re.compile(
    rf"(?P<minus>-?)(?:(?P<before>{_SAYS})\s*(?P<amount>-?[0-9].*)|(?P<number>[0-9].*?)\s*(?P<behind>{_SAYS}))",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?P<before>[A-Za-z]{3}\s*)?(?P<number>-?[0-9].*?)(?P<behind>\s*[A-Za-z]{3})?")
_BLANK = " \u00a0\u2009\u202f"
_APART = rf"[{_BLANK}'’]"
#: ``20,-`` is twenty and nothing behind it.
_STROKE = re.compile(r"(-?[0-9].*?)[.,]\s?[-–—]{1,2}")
_WAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    # 1 234  1'234.5  1 234,50: what parts thousands is no point and no comma
    (
        re.compile(rf"(-?)([1-9][0-9]{{0,2}}(?:({_APART})[0-9]{{3}})(?:\3[0-9]{{3}})*)(?:[.,]([0-9]+))?"),
        lambda m: m[1] + _digits_of(m[2]) + (f".{m[4]}" if m[4] else ""),
    ),
    # 1.234,50 and 1,234.50: both stand there, so that the last one is before the fraction
    (
        re.compile(r"(-?)([1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\3[0-9]{3})*)(?!\3)[.,]([0-9]+)"),
        lambda m: f"{m[1]}{_digits_of(m[2])}.{m[4]}",
    ),
    # 1.234.567 and 1,234,567: no number has two fractions
    (re.compile(r"(-?)([1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\3[0-9]{3})+)"), lambda m: m[1] + _digits_of(m[2])),
    # 12,50  0,125, but not 1,250
    (re.compile(r"(-?[0-9]+(?=,[0-9]{1,2}$)|-?0(?=,)),([0-9]+)"), lambda m: f"{m[1]}.{m[2]}"),
)
_UNIT = re.compile(r"(-?[0-9].*?)\s*([^\W\d_][^\s\d]*|%|°[A-Za-z]?)")
_EITHER = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_GROUPS = re.compile(rf"[0-9]+(?:[{_BLANK}][0-9]+)+")


def as_written(type_name: str, raw: Any, currency: str = "", about: str = "") -> Any:
    """
    What a person typed for a field of *type_name*, as files and other systems write it.

    That is with a point for the comma of a fraction, with nothing between thousands or groups of digits, with a code
    for a currency's sign or word (one that several currencies bear is the field's own *currency*, where it is among
    them), without the unit that stands in the field's label (*about*), and with a day as year, month and day.
    What can be read in two ways is left as it is, to be refused.
    """
    way = _READS.get(type_name)
    if way is None or not isinstance(raw, str) or len(raw) > LONGEST:
        return raw
    bare = raw.strip()
    typed = way(bare, currency or DEFAULT_CURRENCY, about)
    return raw if typed == bare else typed


def _number(text: str, currency: str, about: str) -> str:
    bare = _without_unit(text, about)
    # 1.250 is a thousand and more to half of those who type it: as with a comma, it is refused with both readings
    return bare.replace(".", ",") if _EITHER.fullmatch(bare) else _plain(bare)


def _integer(text: str, currency: str, about: str) -> str:
    text = _without_unit(text, about)
    plain = _plain(text)
    return plain if plain.lstrip("-").isdigit() else text


def _money(text: str, currency: str, about: str) -> str:
    text = _with_code(text, currency)
    found = _CODE.fullmatch(text)
    if not found:
        return text
    number = found["number"]
    stroke = _STROKE.fullmatch(number)
    return (found["before"] or "") + _plain(stroke[1] if stroke else number) + (found["behind"] or "")


def _digits(text: str, currency: str, about: str) -> str:
    return _digits_of(text) if _GROUPS.fullmatch(text) else text


_READS: Mapping[str, Callable[[str, str, str], str]] = {
    "number": _number,
    "integer": _integer,
    "money": _money,
    "digits": _digits,
    "date": lambda text, currency, about: day_typed(text),
    "time": lambda text, currency, about: clock_typed(text),
    "datetime": lambda text, currency, about: moment_typed(text),
}


def _plain(text: str) -> str:
    """A number's *text* with a point before its fraction and nothing else, where it has one reading."""
    for pattern, read in _WAYS:
        found = pattern.fullmatch(text)
        if found:
            return read(found)
    return text


def _digits_of(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def _without_unit(text: str, about: str) -> str:
    """*text* without the unit behind its number, where that stands in *about*."""
    found = _UNIT.fullmatch(text) if about else None
    if not found:
        return text
    known = {word.strip("()[].,:;?").casefold() for word in about.split()}
    return found[1] if found[2].rstrip(".").casefold() in known else text


def _with_code(text: str, currency: str) -> str:
    """*text* with the code of a currency behind it where it has a sign; ``$`` is *currency* wherever that may be so."""
    signed = _SIGNED.fullmatch(text)
    if not signed:
        return text
    codes = _SAID[(signed["before"] or signed["behind"]).casefold()]
    amount = f"{signed['minus']}{(signed['amount'] or signed['number']).strip()}"
    return f"{amount} {currency if currency in codes else codes[0]}"
