"""Values that no row of a table fits: found by cutting each column at the ends of its cells."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from shepherd.flow.cells import LEAST, MOST, Bound, Cell
from shepherd.flow.types import to_text

#: How many rows are looked at on the way, each counted again in every part that it lies in.
MOST_LOOKED_AT = 1_000_000
#: The first value of a kind that has one.
FIRST = {"time": (1, time.min, 0), "date": (1, date.min, 0)}
Rows = Sequence[tuple[Cell, ...]]


class Unknown(Exception):
    """It takes too long to find out."""


class Gaps:
    """
    The values between the rows of a table.

    *kinds* says how each column is read, *cases* has the values that it may have where they are few, *limits* the least
    and the greatest that it may have, each None where there is none. *steps* tells how far apart its values lie, as
    amounts of money do.
    """

    def __init__(
        self,
        rows: Rows,
        kinds: Sequence[str],
        cases: Sequence[Sequence[Any]],
        limits: Sequence[tuple[Any, Any]] | None = None,
        steps: Sequence[Decimal | None] | None = None,
    ):
        self.rows, self.kinds, self.cases = rows, kinds, cases
        self.steps = steps or [None] * len(kinds)
        ends = zip(kinds, limits or [(None, None)] * len(kinds), self.steps, strict=True)
        self.bounds = [_bounds(*column) for column in ends]
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
        for words, part in self._parts(rows, column):
            found = self._first(part, column + 1)
            if found is not None:
                return words, *found
        return None

    def _last(self, rows: Rows, column: int) -> tuple[str] | None:
        """The first gap between the spans of the last column."""
        (reached, end), step = self.bounds[column], self.steps[column]
        for low, high in sorted(span for row in rows for span in row[column] or ()):
            if reached >= end:
                return None
            if _from(low, step) > reached:
                return (_words(reached, low),)
            reached = max(reached, _behind(high, self.kinds[column], step))
        return (_words(reached, MOST),) if reached < end else None

    def _parts(self, rows: Rows, column: int) -> Iterator[tuple[str, Rows]]:
        """The column cut into parts within which no cell ends: words for each, and the rows that take it."""
        kind, cases = self.kinds[column], self.cases[column]
        everywhere = [row for row in rows if row[column] is None]
        if kind == "text" and not cases:
            yield "another text", everywhere
        if cases:
            starts: list[Bound] = sorted((1, case, 0) for case in cases)
        elif kind == "text":
            starts = sorted({span.low for row in rows for span in row[column] or ()})
        else:
            (first, end), step = self.bounds[column], self.steps[column]
            lows = {max(_from(span.low, step), first) for row in rows for span in row[column] or ()}
            ends = {_behind(span.high, kind, step) for row in rows for span in row[column] or ()}
            starts = sorted(start for start in {first, *lows, *ends} if first <= start < end)
        inside: list[list[tuple[Cell, ...]]] = [[] for _ in starts]
        for row in rows:
            for span in row[column] or ():
                for at in range(bisect_left(starts, span.low), bisect_right(starts, span.high)):
                    self.left -= 1
                    if self.left < 0:
                        raise Unknown
                    inside[at].append(row)
        for at, start in enumerate(starts):
            yield _words(start, starts[at + 1] if at + 1 < len(starts) else MOST), [*inside[at], *everywhere]


def _bounds(kind: str, limits: tuple[Any, Any], step: Decimal | None) -> tuple[Bound, Bound]:
    """Where the values of a column begin, and where what lies behind them does."""
    least, most = limits
    low = FIRST.get(kind, LEAST) if least is None else (1, least, 0)
    return low, MOST if most is None else _behind((1, most, 0), kind, step)


def _from(low: Bound, step: Decimal | None) -> Bound:
    """The first value that is not before *low*, of those that lie a *step* apart."""
    if step is None or len(low) == 1:
        return low
    _, value, shift = low
    below = (Decimal(value) / step).to_integral_value(ROUND_FLOOR) * step
    return (1, below if value == below and shift < 1 else below + step, 0)


def _behind(bound: Bound, kind: str, step: Decimal | None) -> Bound:
    """Where what lies behind *bound* begins: at the next one for whole numbers, days, and amounts of money."""
    if len(bound) == 1:
        return (*bound, 0)
    _, value, shift = bound
    if step is not None:
        return _from((1, value, shift + 1), step)
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
