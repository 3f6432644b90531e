"""Texts with values in them: ``{{ expression | filter }}``, read once, compiled into pieces."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from shepherd.flow.compile import Code
from shepherd.flow.expression import BAD_EXPRESSION, At, Expression
from shepherd.flow.findings import Finding, Rule
from shepherd.flow.parse import Wrong, tree_of
from shepherd.flow.types import to_text

MOST_FILLED = 20_000
BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
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
    Words for people. *source* as written; *values* are the expressions in it, with their filters.

    ``fill(v, c)`` gives the filled text; it raises Undefined or Unworkable.
    """

    __slots__ = ("_fixed", "_pieces", "place", "source", "step", "values")

    def __init__(self, source: str, pieces: tuple[str | Expression, ...], at: At, step: str):
        self.source, self.step = source, step
        self.place = at(0, len(source))
        self.values = tuple(piece for piece in pieces if isinstance(piece, Expression))
        self._pieces: tuple[Any, ...] = pieces
        self._fixed = source if not self.values else None

    @property
    def names(self) -> frozenset[str]:
        """The names that the text reads."""
        return frozenset(name for value in self.values for name in value.names)

    def bind(self, code: Code) -> None:
        """Compile what stands between braces."""
        made: list[str | Callable[[Any, Any], Any]] = []
        for piece in self._pieces:
            if isinstance(piece, Expression):
                piece.evaluate = code.compile(piece.tree)
                made.append(piece.evaluate)
            else:
                made.append(piece)
        self._pieces = tuple(made)

    def fill(self, v: Any, c: Any) -> str:
        """The text with its values."""
        if self._fixed is not None:
            return self._fixed
        parts = [piece if isinstance(piece, str) else to_text(piece(v, c)) for piece in self._pieces]
        return "".join(parts)[:MOST_FILLED]

    def __repr__(self) -> str:
        return f"Text({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)


def parse_text(text: str, *, at: At, file: str, flow: str, step: str) -> tuple[Text | None, list[Finding]]:
    """The words that *text* holds, or None and what is wrong with the values in it."""
    pieces: list[str | Expression] = []
    findings: list[Finding] = []
    end = 0
    for found in BRACES.finditer(text):
        pieces.append(text[end : found.start()])
        end = found.end()
        inner = found.start(1)

        def place(start: int, stop: int, inner: int = inner) -> Any:
            return at(inner + start, inner + stop)

        try:
            pieces.append(Expression(found[1], tree_of(found[1], filters=True), place, step))
        except Wrong as wrong:
            where = place(wrong.start, wrong.end)
            found_wrong = BAD_EXPRESSION.at(where, wrong.sentence, file=file, hint=wrong.hint, flow=flow, step=step)
            findings.append(found_wrong)
    pieces.append(text[end:])
    for piece in pieces:
        stray = OPEN_BRACES.search(piece) if isinstance(piece, str) else None
        if isinstance(piece, str) and stray and not findings:
            start = text.find(stray[0])
            message = f'"{stray[0]}" opens or closes nothing.'
            hint = "Write {{ name }} for a value."
            findings.append(BAD_BRACES.at(at(start, start + 2), message, file=file, hint=hint, flow=flow, step=step))
    if findings:
        return None, findings
    return Text(text, tuple(p for p in pieces if p != ""), at, step), []
