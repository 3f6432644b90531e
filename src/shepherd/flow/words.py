"""Texts with values in them: ``{{ expression | filter }}``, read once, filled from its pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shepherd.flow.compile import Code
from shepherd.flow.expression import BAD_EXPRESSION, At, Expression
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.parse import Wrong, tree_of
from shepherd.flow.types import to_text

MOST_FILLED = 20_000
# What may stand between braces: quoted texts are passed over whole, as they may hold braces themselves.
INSIDE = re.compile(r"""\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\}\}|\{\{""", re.DOTALL)
OPEN_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\{#")

BAD_BRACES = Rule(
    "SHP303",
    "open-braces",
    "error",
    "In a text, two braces open a value and two close it; nothing else of a template language is known.",
)
RULES = (BAD_BRACES,)


class Text:
    """
    Words for people. *source* as written; *pieces* its fixed words and expressions, *values* the expressions alone.
    *place* is that of the whole, *at* gives the place of a part.

    ``fill(v, c)`` gives the filled text; it raises Undefined or Unworkable.
    """

    __slots__ = ("_fixed", "at", "cases", "pieces", "place", "source", "step", "values")

    def __init__(self, source: str, pieces: tuple[str | Expression, ...], at: At, step: str):
        self.source, self.step, self.at = source, step, at
        self.place = at(0, len(source))
        self.values = tuple(piece for piece in pieces if isinstance(piece, Expression))
        self.pieces = pieces
        self._fixed = source if not self.values else None
        self.cases: tuple[tuple[Expression | None, Text], ...] = ()

    @classmethod
    def by_cases(cls, cases: tuple[tuple[Expression | None, Text], ...], place: Place, step: str) -> Text:
        """Words that depend on answers: the first of *cases* that holds gives them; none gives no words."""
        made = cls("\n".join(text.source for _, text in cases), (), lambda start, end: place, step)
        made.values = tuple(v for when, text in cases for v in (*((when,) if when else ()), *text.values))
        made.cases, made._fixed = cases, None
        return made

    @property
    def names(self) -> frozenset[str]:
        """The names that the text reads."""
        return frozenset(name for value in self.values for name in value.names)

    def uses(self) -> Iterator[tuple[Expression, tuple[tuple[Expression, bool], ...]]]:
        """Every expression of the text, with the conditions that hold, or do not hold, where it is worked out."""
        if not self.cases:
            yield from ((value, ()) for value in self.values)
        before: tuple[tuple[Expression, bool], ...] = ()
        for when, text in self.cases:
            if when is not None:
                yield when, before
            held = before if when is None else (*before, (when, True))
            yield from ((value, held) for value in text.values)
            before = before if when is None else (*before, (when, False))

    def bind(self, code: Code) -> None:
        """Let what stands between braces be worked out by *code*."""
        for value in self.values:
            value.bind(code)

    def fill(self, v: Any, c: Any) -> str:
        """The text with its values."""
        if self._fixed is not None:
            return self._fixed
        if self.cases:
            held = (text for when, text in self.cases if when is None or when.evaluate(v, c))
            said = next(held, None)
            return said.fill(v, c) if said is not None else ""
        parts = [piece if isinstance(piece, str) else to_text(piece.evaluate(v, c)) for piece in self.pieces]
        return "".join(parts)[:MOST_FILLED]

    def __repr__(self) -> str:
        return f"Text({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)


def parse_text(text: str, *, at: At, file: str, flow: str, step: str) -> tuple[Text | None, list[Finding]]:
    """The words that *text* holds, or None and what is wrong with the values in it."""
    if "{" not in text and "}" not in text:
        return Text(text, (text,) if text else (), at, step), []
    pieces: list[str | Expression] = []
    findings: list[Finding] = []
    end = 0

    def fixed(start: int, stop: int) -> None:
        pieces.append(text[start:stop])
        stray = OPEN_BRACES.search(text, start, stop)
        if stray:
            place = at(stray.start(), stray.end())
            message = f'"{stray[0]}" opens or closes nothing.'
            hint = "Write {{ name }} for a value."
            findings.append(BAD_BRACES.at(place, message, file=file, hint=hint, flow=flow, step=step))

    for start, stop in placeholders(text):
        fixed(end, start)
        end = stop
        inner = start + 2

        def place(first: int, last: int, inner: int = inner) -> Any:
            return at(inner + first, inner + last)

        written = text[inner : stop - 2]
        try:
            pieces.append(Expression(written, tree_of(written, filters=True), place, step))
        except Wrong as wrong:
            where = place(wrong.start, wrong.end)
            findings.append(BAD_EXPRESSION.at(where, wrong.sentence, file=file, hint=wrong.hint, flow=flow, step=step))
    fixed(end, len(text))
    if findings:
        return None, findings
    return Text(text, tuple(p for p in pieces if p != ""), at, step), []


def placeholders(text: str) -> Iterator[tuple[int, int]]:
    """Where each ``{{ … }}`` of *text* begins and ends."""
    start = text.find("{{")
    while start >= 0:
        closed = next((m for m in INSIDE.finditer(text, start + 2) if m[0] in ("}}", "{{")), None)
        # Where the quotation marks do not come in pairs, the next braces count: the mistake is then shown inside.
        stop = closed.start() if closed and closed[0] == "}}" else text.find("}}", start + 2)
        if stop < 0:
            return
        yield start, stop + 2
        start = text.find("{{", stop + 2)
