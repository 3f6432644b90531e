"""Which rows of a table share values: found without holding every row against every other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from shepherd.flow.cells import LEAST, MOST, Bound, Cell, meet

#: Rows that are few enough to be held against each other.
FEW = 12
#: How many pairs of rows are held against each other at most, beside those in groups of few.
MOST_PAIRS = 400_000
#: How many rows are cut at most, for each row of the table.
MOST_WORK = 40
#: So many rows at the beginning are held against each other before anything is cut.
FIRST = 150
#: By how much a cut may multiply rows that lie on both sides of it.
MOST_COPIES = 8
Rows = Sequence[tuple[Cell, ...]]


class Pairs:
    """
    The rows of a table, cut apart column by column until only few are left together.

    *exhausted* is set where they can't be cut so that the pairs left are less than anybody would wait for.
    """

    def __init__(self, rows: Rows):
        self.rows = rows
        self.width = len(rows[0]) if rows else 0
        self.exhausted = False
        self.left = MOST_PAIRS
        self.work = MOST_WORK * (len(rows) + 2_000)

    def meeting(self) -> Iterator[tuple[int, int]]:
        """Every pair of rows that some values fit both, the earlier first, ordered by the later one of a group."""
        seen: set[tuple[int, int]] = set()
        if len(self.rows) > FIRST:
            # Rows that get in each other's way do so everywhere, mostly: the first ones show it soon.
            for pair in self.within(list(range(FIRST))):
                seen.add(pair)
                yield pair
        todo: list[tuple[list[int], frozenset[int]]] = [(list(range(len(self.rows))), frozenset())]
        while todo:
            group, done = todo.pop()
            self.work -= len(group)
            if self.work < 0:
                self.exhausted = True
                return
            parts = self.cut(group, done) if len(group) > FEW else None
            if parts is not None:
                column, pieces = parts
                # A column whose every cell is a piece of its own is done; one that was halved may be halved again.
                after = done | {column} if column >= 0 else done
                todo += ((piece, after) for piece in reversed(pieces) if len(piece) > 1)
                continue
            for pair in self.within(group):
                if pair not in seen:
                    seen.add(pair)
                    yield pair

    def within(self, group: list[int]) -> Iterator[tuple[int, int]]:
        rows = self.rows
        for at, second in enumerate(group):
            self.left -= at if len(group) > FEW else 0
            if self.left < 0:
                self.exhausted = True
                return
            row = rows[second]
            for first in group[:at]:
                if all(map(meet, rows[first], row)):
                    yield first, second

    def cut(self, group: list[int], done: frozenset[int]) -> tuple[int, list[list[int]]] | None:
        """*group* in parts such that rows that meet are together in one; None where no column parts it."""
        best: tuple[int, int, list[list[int]]] | None = None
        for column in range(self.width):
            if column in done:
                continue
            pieces = self.pieces(group, column)
            if pieces is not None:
                largest = max(map(len, pieces))
                if best is None or largest < best[0]:
                    best = (largest, column, pieces)
                if largest <= FEW:
                    break
        if best is not None and best[0] * 2 <= len(group):
            return best[1], best[2]
        for column in range(self.width):
            halves = self.halves(group, column) if column not in done else None
            if halves is not None:
                return -1, halves
        return (best[1], best[2]) if best is not None and best[0] < len(group) else None

    def pieces(self, group: list[int], column: int) -> list[list[int]] | None:
        """*group* by the pieces into which all ends of a column cut it; None where that multiplies rows too much."""
        cells = [self.rows[row][column] for row in group]
        everywhere = [row for row, cell in zip(group, cells, strict=True) if cell is None]
        spans = [(row, span) for row, cell in zip(group, cells, strict=True) for span in cell or ()]
        if not spans:
            return None
        found: dict[object, list[int]] = {}
        if all(span.low == span.high for _, span in spans):
            for row, span in spans:
                found.setdefault(span.low, []).append(row)
        else:
            starts = sorted({span.low for _, span in spans} | {_behind(span.high) for _, span in spans})
            copies = 0
            for row, span in spans:
                first, last = bisect_left(starts, span.low), bisect_right(starts, span.high)
                copies += last - first
                if copies > MOST_COPIES * len(group):
                    return None
                for at in range(first, last):
                    found.setdefault(at, []).append(row)
        if len(everywhere) * len(found) > MOST_COPIES * len(group):
            return None
        pieces = [_sorted(piece, everywhere) for piece in found.values()]
        return [*pieces, everywhere] if everywhere else pieces

    def halves(self, group: list[int], column: int) -> list[list[int]] | None:
        """*group* on both sides of the middle of a column; None where that does not make it much smaller."""
        lows = sorted(span.low for row in group for span in self.rows[row][column] or ())
        if not lows or lows[0] == lows[-1]:
            return None
        middle = lows[len(lows) // 2]
        if middle == lows[0]:
            middle = lows[bisect_right(lows, middle)]
        below = [row for row in group if _reaches(self.rows[row][column], LEAST, middle)]
        above = [row for row in group if _reaches(self.rows[row][column], middle, MOST)]
        return [below, above] if max(len(below), len(above)) * 4 <= len(group) * 3 else None


def _behind(bound: Bound) -> Bound:
    return (1, bound[1], bound[2] + 1) if len(bound) > 1 else (*bound, 0)


def _reaches(cell: Cell, low: Bound, high: Bound) -> bool:
    """Whether *cell* takes something from *low* on and below *high*."""
    return cell is None or any(span.high >= low and span.low < high for span in cell)


def _sorted(piece: list[int], everywhere: list[int]) -> list[int]:
    return sorted({*piece, *everywhere}) if everywhere else sorted(set(piece))
