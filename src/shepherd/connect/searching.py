"""
How rows are searched: by words that begin words of the row, and by numbers however they are written.

A word with a letter and a digit in it, like a customer's number, is found without its hyphens too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from shepherd.flow.findings import nearest_of

LEAST_DIGITS = LEAST_LETTERS = 3
LEAST_OF_A_NUMBER = 6
LONGEST_COUNTRY_CODE = 3
_NUMBER = re.compile(r"[+(]*[0-9][0-9()./+-]*")
_REFERENCE = re.compile(r"[^\W\d].*[0-9]|[0-9].*[^\W\d]")
_DIGIT = re.compile(r"[0-9]")
_STOPS = ".,;:!?()"
_NO_DIGIT = re.compile(r"[^0-9]")


def finder(words: str) -> Callable[[Sequence[str]], bool]:
    """Whether the cells of a row have every one of *words*; a number may be written in one word or in several."""
    wanted = words.casefold().split()
    parts = [(is_number, list(run)) for is_number, run in groupby(wanted, lambda w: bool(_NUMBER.fullmatch(w)))]

    def found(cells: Sequence[str]) -> bool:
        text = " " + " ".join(cells).casefold()

        def has(word: str, is_number: bool) -> bool:
            if f" {word}" in text or (is_number and _has_number(cells, word)):
                return True
            return bool(_REFERENCE.search(word)) and any(squeezed(c).startswith(squeezed(word)) for c in cells)

        return all(
            all(has(word, is_number) for word in run) or (is_number and _has_number(cells, "".join(run)))
            for is_number, run in parts
        )

    return found


def squeezed(text: str) -> str:
    """*text* in small letters, with nothing but letters and digits: ``C-1001`` is ``c1001``."""
    return "".join(c for c in text.casefold() if c.isalnum())


def meant(words: str, rows: Iterable[Sequence[str]]) -> str:
    """*words*, each that begins no word of *rows* replaced by the nearest one there; "" where that mends nothing."""
    every = (word.strip(_STOPS) for cells in rows for cell in cells for word in cell.split())
    known = {word.casefold(): word for word in every if word[:1].isalpha() and not _DIGIT.search(word)}
    given = words.split()
    mended = [word if _begins(word.casefold(), known) else _near(word.casefold(), known) for word in given]
    return " ".join(mended) if all(mended) and mended != given else ""


def _begins(word: str, known: Iterable[str]) -> bool:
    return any(one.startswith(word) for one in known)


def _near(word: str, known: Mapping[str, str]) -> str:
    return known.get(nearest_of(word, known), "") if len(word) >= LEAST_LETTERS else ""


def _has_number(cells: Iterable[str], wanted: str) -> bool:
    """Whether one of *cells* holds the number *wanted*, or a number that has it in it."""
    whole, given = _digits(wanted)
    if len(given) < LEAST_DIGITS:
        return False
    return any(_holds(*_digits(cell), whole, given) for cell in cells)


def _holds(kept_whole: bool, kept: str, whole: bool, given: str) -> bool:
    """
    Whether the digits *kept* have the digits *given* in them, or are the same number with or without its country.

    *whole* ones begin with the code of a country, which stands for the 0 of the others.
    """
    if given in kept:
        return True
    if kept_whole and not whole and given[0] == "0":
        return any(part.startswith(given[1:]) for part in _behind_a_country(kept))
    if whole and not kept_whole and kept[:1] == "0" and len(kept) > LEAST_OF_A_NUMBER:
        return any(part.startswith(kept[1:]) for part in _behind_a_country(given))
    return False


def _behind_a_country(digits: str) -> Iterator[str]:
    """*digits* without a country's code, which has one to three of them."""
    yield from (digits[n:] for n in range(1, LONGEST_COUNTRY_CODE + 1))


def _digits(text: str) -> tuple[bool, str]:
    """The digits of *text*, and whether they begin with a country's code; the 0 of "+49 (0)30" is none of them."""
    digits = _NO_DIGIT.sub("", text)
    if text.lstrip(" (").startswith("+"):
        return True, _NO_DIGIT.sub("", text.replace("(0)", ""))
    return (True, digits[2:]) if digits.startswith("00") else (False, digits)
