"""
Finding the first row of a table that some values fit, in a time that does not grow with the rows.

Rows are sorted into layers: those with values in the same columns, spans in the same columns and ``any`` in the rest.
In a layer the values are a key; so is each span, where the spans of its column do not overlap. One column of
overlapping spans is cut into pieces that know their first row. Only where a layer has two such columns are the rows of
one key looked at one after the other.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise, product
from typing import Any, TypeAlias

from shepherd.flow.cells import LEAST, Bound, Cell, Span, Unread, Written, key_of, read, takes
from shepherd.flow.memory import collector_rests

#: Into how many rows a row with lists in its cells is written out.
MOST_WRITTEN_OUT = 4096
Row: TypeAlias = tuple[int, tuple[Span | None, ...]]


class Finder:
    """The rows of a table, made ready for values of each kind when such values first come."""

    def __init__(self, rows: Sequence[Sequence[Written]], width: int):
        self._rows, self._width = rows, width
        self._made: dict[tuple[str, ...], _Index] = {}
        self._columns: dict[tuple[int, str], list[Cell | Unread]] = {}

    def column(self, number: int, kind: str) -> list[Cell | Unread]:
        """The cells of a column as they are read for values of *kind*; kept until ``forget``."""
        cells = self._columns.get((number, kind))
        if cells is None:
            written = [row[number] for row in self._rows]
            known = {one: read(one, kind) for one in set(written)}
            cells = self._columns[number, kind] = [known[one] for one in written]
        return cells

    def forget(self) -> None:
        """Let go of the columns that were read one by one."""
        self._columns.clear()

    def first(self, values: Iterable[Any]) -> int | None:
        """The number of the first row that *values*, one for each column, fit. Raises Unworkable for no such values."""
        kinds, keys = zip(*map(key_of, values), strict=True)
        index = self._made.get(kinds)
        if index is None:
            with collector_rests():
                index = self._made[kinds] = _Index([self.column(n, kind) for n, kind in enumerate(kinds)])
                self.forget()
        return index.first(keys)


class _Index:
    """The rows as they are read for values of certain kinds, column by column."""

    def __init__(self, columns: Sequence[Sequence[Cell | Unread]]):
        layers: dict[tuple[int, ...], list[Row]] = {}
        self.long: list[tuple[int, tuple[Cell, ...]]] = []
        for number, cells in enumerate(zip(*columns, strict=True)):
            for spans in self._written_out(number, cells):
                shape = tuple([0 if s is None else 1 if s.low == s.high else 2 for s in spans])
                layer = layers.get(shape)
                if layer is None:
                    layer = layers[shape] = []
                layer.append((number, spans))
        made = [_Layer(shape, layer) for shape, layer in layers.items()]
        self.layers = sorted(made, key=lambda layer: layer.begins)

    def _written_out(self, number: int, cells: tuple[Any, ...]) -> Iterable[tuple[Span | None, ...]]:
        """A row as rows of single spans, one for each choice from its lists; none where no value fits a cell of it."""
        count = 1
        for cell in cells:
            if cell.__class__ is Unread:
                return ()
            count *= 1 if cell is None else len(cell)
        if count == 1:
            return (tuple([None if cell is None else cell[0] for cell in cells]),)
        if count > MOST_WRITTEN_OUT:
            self.long.append((number, cells))
            return ()
        return product(*((None,) if cell is None else cell for cell in cells))

    def first(self, keys: Sequence[Any]) -> int | None:
        best: int | None = None
        for layer in self.layers:
            if best is not None and layer.begins > best:
                break
            found = layer.first(keys)
            if found is not None and (best is None or found < best):
                best = found
        for number, cells in self.long:
            if best is not None and number > best:
                break
            if all(map(takes, cells, keys)):
                return number
        return best


class _Layer:
    """Rows of one shape."""

    def __init__(self, shape: Sequence[int], rows: list[Row]):
        self.begins = rows[0][0]
        exact = [at for at, kind in enumerate(shape) if kind == 1]
        pieces: list[tuple[int, _Pieces]] = []
        numbers: list[tuple[int, dict[Any, int]]] = []
        loose: list[int] = []
        for at in (at for at, kind in enumerate(shape) if kind == 2):
            spans = sorted({row[1][at] for row in rows if row[1][at] is not None})  # type: ignore[type-var]
            if _apart(spans):  # type: ignore[arg-type]
                pieces.append((at, _Pieces((s, n) for n, s in enumerate(spans))))  # type: ignore[misc]
                numbers.append((at, {span: n for n, span in enumerate(spans)}))
            else:
                loose.append(at)
        self.exact, self.pieces, self.loose = exact, pieces, loose
        buckets: dict[tuple[Any, ...], Any] = {}
        for row in rows:
            spans_ = row[1]
            key = [spans_[at].low[1] for at in exact]  # type: ignore[union-attr]
            key += [number[spans_[at]] for at, number in numbers]
            buckets.setdefault(tuple(key), []).append(row)
        for key, bucket in buckets.items():  # type: ignore[assignment]
            if not loose:
                buckets[key] = bucket[0][0]  # type: ignore[index]
            elif len(loose) == 1:
                buckets[key] = _Pieces((spans[loose[0]], number) for number, spans in bucket)  # type: ignore[index]
        self.buckets = buckets

    def first(self, keys: Sequence[Any]) -> int | None:
        key = [keys[at] for at in self.exact]
        for at, pieces in self.pieces:
            key.append(pieces.at(keys[at]))
        bucket = self.buckets.get(tuple(key))
        if bucket is None or not self.loose:
            return bucket
        if len(self.loose) == 1:
            found: int | None = bucket.at(keys[self.loose[0]])
            return found
        bounds = [(at, (1, keys[at], 0)) for at in self.loose]
        for number, spans in bucket:
            if all(spans[at].low <= bound <= spans[at].high for at, bound in bounds):
                return int(number)
        return None


def _apart(spans: list[Span]) -> bool:
    """Whether no two of *spans*, which are sorted, overlap."""
    return all(one.high < other.low for one, other in pairwise(spans))


class _Pieces:
    """
    Numbered spans, cut at all their ends; each piece knows the least number of those that it lies in.

    *values* are the ends, in order; *on* has the number at each, *behind* that between it and the next.
    """

    __slots__ = ("before", "behind", "on", "values")

    def __init__(self, numbered: Iterable[tuple[Span, int]]):
        begins: dict[Bound, list[tuple[int, Bound]]] = {}
        cuts: set[Bound] = set()
        for span, number in numbered:
            end = _after(span.high)
            begins.setdefault(span.low, []).append((number, end))
            cuts |= {span.low, end}
        self.values: list[Any] = []
        self.before: int | None = None
        self.on: list[int | None] = []
        self.behind: list[int | None] = []
        here: list[tuple[int, Bound]] = []
        last: int | None = None
        for cut in sorted(cuts):
            for one in begins.get(cut, ()):
                heapq.heappush(here, one)
            while here and here[0][1] <= cut:
                heapq.heappop(here)
            number_ = here[0][0] if here else None
            self._cut(cut, last, number_)
            last = number_

    def _cut(self, cut: Bound, last: int | None, number: int | None) -> None:
        """Note that *number* holds from *cut* on, and *last* did before."""
        if cut == LEAST:
            self.before = number
        elif len(cut) == 3:
            _, value, shift = cut
            if not self.values or self.values[-1] != value:
                self.values.append(value)
                self.on.append(last if shift > 0 else number)
                self.behind.append(number)
            else:
                self.behind[-1] = number

    def at(self, value: Any) -> int | None:
        """The least number of the spans that *value* lies in."""
        place = bisect_right(self.values, value) - 1
        if place < 0:
            return self.before
        return self.on[place] if self.values[place] == value else self.behind[place]


def _after(bound: Bound) -> Bound:
    """The place just behind *bound*."""
    return (1, bound[1], bound[2] + 1) if len(bound) > 1 else (*bound, 0)
