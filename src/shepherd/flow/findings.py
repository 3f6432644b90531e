"""What is wrong in a flow's text: rules, findings and places."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Place(NamedTuple):
    """A span of text: lines and columns count characters from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Place(1, 1, 1, 1)
#: How many words are compared with a misspelt one, and how long that may be.
MOST_COMPARED, LONGEST_WORD = 500, 200
#: How alike two words are of which one may be the other misspelt; and where a new word is as likely as a misspelt one.
ALIKE, MUCH_ALIKE = 0.6, 0.66


class Hop(NamedTuple):
    """One stop of a path that shows a finding: the step as ``flow/step``, and the edge by which it was entered."""

    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong in a flow's text, at its place, with what mends it."""

    code: str
    name: str
    severity: Severity
    file: str
    place: Place
    message: str
    hint: str = ""
    flow: str = ""
    step: str = ""
    path: tuple[Hop, ...] = ()

    @property
    def order(self) -> tuple[str, Place, str, str]:
        """The key by which findings are sorted: file, place, code, message."""
        return (self.file, self.place, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A stable code, the name it goes by, and what it is for.

    *says* is one or two sentences for a designer: what is refused and why.
    A wrong and a right example stand in ``check/examples/CODE-name/``.
    """

    code: str
    name: str
    severity: Severity
    says: str

    def at(
        self,
        place: Place,
        message: str,
        *,
        file: str,
        hint: str,
        flow: str = "",
        step: str = "",
        path: Iterable[Hop] = (),
    ) -> Finding:
        """A finding of this rule at *place* of *file*."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            file=file,
            place=place,
            message=message,
            hint=hint,
            flow=flow,
            step=step,
            path=tuple(path),
        )


def nearest(word: str, known: Iterable[str], least: float = ALIKE) -> str:
    """A hint ``Did you mean "x"?`` for the nearest of *known* words, or the empty text; *least* as for the nearest."""
    close = nearest_of(word, known, least)
    return f'Did you mean "{close}"?' if close else ""


def nearest_of(word: str, known: Iterable[str], least: float = ALIKE) -> str:
    """
    The nearest of *known* words to *word*, or the empty text where none is near: *least* is 1 for the same word alone.

    Where there are very many, only those are looked at that begin alike and are about as long.
    """
    if len(word) > LONGEST_WORD:
        return ""
    words = list(known)
    if len(words) > MOST_COMPARED:
        begins = (word[:1], word[1:2])
        words = [w for w in words if w[:1] in begins and abs(len(w) - len(word)) < 3][:MOST_COMPARED]
    return next(iter(difflib.get_close_matches(word, words, n=1, cutoff=least)), "")


def allowed(words: Iterable[str], most: int = 12) -> str:
    """*words* as a readable list, shortened after *most*."""
    listed = list(words)
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown} and {len(listed) - most} more"
