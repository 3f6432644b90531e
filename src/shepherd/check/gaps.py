"""Values that no row of a table fits: found by cutting each column at the ends of its cells."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from shepherd.flow.cells import LEAST, MOST, Bound, Cell
from shepherd.flow.types import to_text

#: How many rows are looked at on the way, each counted again in every part that it lies in.
MOST_LOOKED_AT = 500_000
#: The first value of a kind that has one.
FIRST = {"time": (1, time.min, 0), "date": (1, date.min, 0)}
Rows = Sequence[tuple[Cell, ...]]


class Unknown(Exception):
    """It takes too long to find out."""


class Gaps:
    """
    The values between the rows of a table.

    *kinds* says how each column is read, *cases* has the values that it may have where they are few.
    """

    def __init__(self, rows: Rows, kinds: Sequence[str], cases: Sequence[Sequence[Any]]):
        self.rows, self.kinds, self.cases = rows, kinds, cases
        self.left = MOST_LOOKED_AT

    def first(self) -> tuple[str, ...] | None:
        """Words for values that fit no row, one for each column; None where some row always fits. Raises Unknown."""
        return self._first(self.rows, 0)

    def _first(self, rows: Rows, column: int) -> tuple[str, ...] | None:
        self.left -= len(rows) + 1
        if self.left < 0:
            raise Unknown
        if not rows:
            return tuple("anything" for _ in self.kinds[column:])
        if any(all(cell is None for cell in row[column:]) for row in rows):
            return None
        if column == len(self.kinds) - 1 and self.kinds[column] != "text" and not self.cases[column]:
            return self._last(rows, column)
        parts = self._parts(rows, column)
        for words, part in parts:
            found = self._first(part, column + 1)
            if found is not None:
                return words, *found
        return None

    def _last(self, rows: Rows, column: int) -> tuple[str] | None:
        """The first gap between the spans of the last column."""
        kind = self.kinds[column]
        reached = FIRST.get(kind, LEAST)
        for low, high in sorted(span for row in rows for span in row[column] or ()):
            if low > reached:
                return (_words(reached, low),)
            reached = max(reached, _behind(high, kind))
        return (_words(reached, MOST),) if reached < MOST else None

    def _parts(self, rows: Rows, column: int) -> list[tuple[str, Rows]]:
        """The column cut into parts within which no cell ends: words for each, and the rows that take it."""
        kind, cases = self.kinds[column], self.cases[column]
        everywhere = [row for row in rows if row[column] is None]
        if cases:
            starts: list[Bound] = sorted((1, case, 0) for case in cases)
        elif kind == "text":
            starts = sorted({span.low for row in rows for span in row[column] or ()})
        else:
            first = FIRST.get(kind, LEAST)
            lows = {max(span.low, first) for row in rows for span in row[column] or ()}
            ends = {_behind(span.high, kind) for row in rows for span in row[column] or ()}
            starts = sorted({first, *lows, *(end for end in ends if end < MOST)})
        inside: list[list[tuple[Cell, ...]]] = [[] for _ in starts]
        for row in rows:
            for span in row[column] or ():
                for at in range(bisect_left(starts, span.low), bisect_right(starts, span.high)):
                    self.left -= 1
                    if self.left < 0:
                        raise Unknown
                    inside[at].append(row)
        parts: list[tuple[str, Rows]] = [
            (_words(start, starts[at + 1] if at + 1 < len(starts) else MOST), [*inside[at], *everywhere])
            for at, start in enumerate(starts)
        ]
        if kind == "text" and not cases:
            parts.insert(0, ("another text", everywhere))
        return parts


def _behind(bound: Bound, kind: str) -> Bound:
    """Where what lies behind *bound* begins: at the next one for whole numbers and days."""
    if len(bound) == 1:
        return (*bound, 0)
    _, value, shift = bound
    if kind == "integer":
        return (1, value + 1, 0)
    if kind == "date":
        return (1, value + timedelta(days=1), 0) if value < date.max else (*MOST, 0)
    return (1, value, shift + 1)


def _words(start: Bound, end: Bound) -> str:
    """A value of the part that begins at *start* and ends before *end*."""
    if len(start) == 1:
        return f"less than {to_text(end[1])}" if len(end) > 1 else "anything"
    return f"more than {to_text(start[1])}" if start[2] else to_text(start[1])
