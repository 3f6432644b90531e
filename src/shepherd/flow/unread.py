"""What to say of an expression that can't be read: what was meant, and how it is written here."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from jinja2 import TemplateSyntaxError

from shepherd.flow.findings import nearest
from shepherd.flow.functions import FUNCTIONS
from shepherd.flow.slips import (
    FUNCTIONS_ELSEWHERE,
    SLIPS,
    TIME_OF_DAY,
    WORDS,
    number_in,
    span_in,
    without_texts,
    words_alone,
)

CLOSING = frozenset(")]}")


class Wrong(Exception):
    """What is wrong with an expression: the sentence, how to mend it, and the characters it is about."""

    def __init__(self, sentence: str, start: int, end: int, hint: str):
        super().__init__(sentence)
        self.sentence, self.start, self.end, self.hint = sentence, start, end, hint


class Token(NamedTuple):
    """One token with its place in the text."""

    kind: str
    text: str
    start: int
    end: int


def refuse_slips(text: str) -> None:
    """Raise Wrong for what people of other languages write; looked for outside quoted texts."""
    bare = without_texts(text)
    for slip in SLIPS:
        found = slip.pattern.search(bare)
        if found:
            hint = found.expand(slip.hint.replace("{lower}", found[0].lower()))
            raise Wrong(slip.sentence.replace("{}", found[0].strip()), found.start(), found.end(), hint)


def stopped(text: str, at: int, filters: bool) -> Wrong:
    """What to say where the reading stopped at the character *at*."""
    return _as_people(text, filters) or _stopped(text, at)


def _stopped(text: str, at: int) -> Wrong:
    char = text[at : at + 1]
    if char in ("'", '"'):
        return Wrong("This text is never closed.", at, len(text), f"Write {char} at its end.")
    if char in CLOSING and char:
        return Wrong(f'"{char}" closes nothing that is open here.', at, at + 1, "Count the brackets.")
    if not char:
        return Wrong("A bracket is never closed.", max(0, len(text) - 1), len(text), "Count the brackets.")
    return Wrong(f'"{char}" is not a character of the language.', at, at + 1, "Compare with ==, !=, <, <=, > or >=.")


def misread(error: TemplateSyntaxError, text: str, tokens: list[Token], filters: bool) -> Wrong:
    """What to say of *tokens* that make no expression."""
    return _amount(tokens) or _as_people(text, filters) or _misread(error, text, tokens)


def _misread(error: TemplateSyntaxError, text: str, tokens: list[Token]) -> Wrong:
    message = error.message or "not an expression"
    misfit = next((t for t in tokens if f"got '{t.text}'" in message), None)
    if misfit:
        return Wrong(
            f'"{misfit.text}" does not fit here.',
            misfit.start,
            misfit.end,
            WORDS.get(misfit.text, "A unit belongs in the label. Is and, or, == missing before it?"),
        )
    if "end of print statement" in message or not tokens or tokens[-1].text == ".":
        last = tokens[-1] if tokens else Token("", text, 0, len(text))
        return Wrong(f'Something is missing behind "{last.text}".', last.start, last.end, "Add a name or a value.")
    return Wrong("This is not a whole expression.", 0, len(text), "Is something missing at the end?")


def _amount(tokens: list[Token]) -> Wrong | None:
    """What is wrong where an amount is written with its currency."""
    for pair in pairwise(tokens):
        for number, currency in (pair, pair[::-1]):
            if number.kind in ("integer", "float") and re.fullmatch("[A-Z]{3}", currency.text):
                hint = f"Write {number.text}: an amount is compared and counted without its currency."
                return Wrong(f'"{currency.text}" does not fit here.', currency.start, currency.end, hint)
    return None


def _as_people(text: str, filters: bool) -> Wrong | None:
    """What is wrong where a number or a length of time is written as people do, or words stand without quotes."""
    for found in (span_in(text), number_in(text)):
        if found is not None:
            start, end, hint = found
            return Wrong(f'"{text[start:end].strip()}" does not fit here.', start, end, hint)
    hint = "" if filters else words_alone(text)
    return Wrong("These words are no name and no comparison.", 0, len(text), hint) if hint else None


def function_meant(name: str) -> str:
    """What is meant by a call of *name*, which is no function."""
    if name in ("today", "now"):
        return f"Write {name} alone, without brackets."
    if name in ("time", "minute"):
        return TIME_OF_DAY
    meant = FUNCTIONS_ELSEWHERE.get(name.replace("_", "").lower(), "")
    return f'Did you mean "{meant}"?' if meant else nearest(name, FUNCTIONS) or f"Functions: {', '.join(FUNCTIONS)}."
