"""Card numbers are masked before anything is stored: found as people write them, told apart by issuer and Luhn."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Issuer ranges: (first, last) of the leading digits, and the lengths that the issuer gives out.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4, 4, frozenset({13, 16, 19})),
    (51, 55, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),
    (37, 37, frozenset({15})),
    (300, 305, frozenset({14, 16, 17, 18, 19})),
    (3095, 3095, frozenset({14, 16, 17, 18, 19})),
    (36, 36, frozenset({14, 15, 16, 17, 18, 19})),
    (38, 39, frozenset({14, 16, 17, 18, 19})),
    (3528, 3589, frozenset({16, 17, 18, 19})),
    (6011, 6011, frozenset({16, 17, 18, 19})),
    (62, 62, frozenset({16, 17, 18, 19})),
    (644, 659, frozenset({16, 17, 18, 19})),
    (2200, 2204, frozenset({16, 17, 18, 19})),
    (50, 50, frozenset(range(13, 20))),
    (56, 58, frozenset(range(13, 20))),
    (60, 61, frozenset(range(13, 20))),
    (63, 69, frozenset(range(13, 20))),
    (81, 82, frozenset({16})),
)
_SHORTEST, _LONGEST = 13, 19
# Up to three characters that are no letter may stand between two digits of one number.
_RUN = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9])*")


def mask(text: str) -> str:
    """*text* with each card number as ``[card ending 1111]``; all else as it was."""
    if sum(character.isdigit() for character in text) < _SHORTEST:
        return text
    plain, origin = _plain(text)
    pieces, done = [], 0
    for run in _RUN.finditer(plain):
        for start, end, last in _cards(plain, run.start(), run.end()):
            first, after = origin[start], origin[end - 1] + 1
            if first >= done:
                pieces += [text[done:first], f"[card ending {last}]"]
                done = after
    return "".join([*pieces, text[done:]])


def mask_all(value: Any) -> Any:
    """Every text inside JSON *value* masked; names of fields stay."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {k: mask_all(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [mask_all(v) for v in value]
    return value


def _plain(text: str) -> tuple[str, list[int]]:
    """*text* with every digit of any script as 0-9 and unseen characters dropped; where each character came from."""
    plain: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        if character.isascii():
            plain.append(character)
            origin.append(at)
        elif unicodedata.category(character) not in ("Cf", "Mn", "Me"):
            for part in unicodedata.normalize("NFKC", character):
                digit = unicodedata.digit(part, None)
                plain.append(part if digit is None else str(digit))
                origin.append(at)
    return "".join(plain), origin


def _cards(plain: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """The card numbers in one run of digits and separators, left to right, the longest first at each place."""
    places = [i for i in range(start, end) if "0" <= plain[i] <= "9"]
    digits = "".join(plain[i] for i in places)
    found, at, may = [], 0, _beginnings(places)
    while at + _SHORTEST <= len(digits):
        length = _card_length(digits, at) if may[at] else 0
        if length:
            found.append((places[at], places[at + length - 1] + 1, digits[at + length - 4 : at + length]))
        at += length or 1
    return found


def _beginnings(places: list[int]) -> list[bool]:
    """Whether a card number may begin at a digit: the first of a group, or any of a group too long to be one."""
    may: list[bool] = []
    for at, place in enumerate([*places, -1]):
        if at and place != places[at - 1] + 1:
            size = at - len(may)
            may += [True] + [size > _LONGEST] * (size - 1)
    return may


def _card_length(digits: str, at: int) -> int:
    return next((n for n in _lengths(digits[at : at + 4]) if at + n <= len(digits) and luhn(digits[at : at + n])), 0)


@lru_cache(maxsize=10_000)
def _lengths(first: str) -> tuple[int, ...]:
    """How long numbers that begin with these four digits may be, the longest first."""
    issued = (ns for low, high, ns in _ISSUERS if low <= int(first[: len(str(low))]) <= high)
    return tuple(sorted({n for ns in issued for n in ns}, reverse=True))


def luhn(digits: str) -> bool:
    """Whether the check digit of *digits* is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
