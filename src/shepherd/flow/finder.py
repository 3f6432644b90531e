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
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product
from typing import Any, TypeAlias

from shepherd.flow.cells import Bound, Cell, Span, Unread, Written, key_of, read, takes

#: Into how many rows a row with lists in its cells is written out.
MOST_WRITTEN_OUT = 4096
Row: TypeAlias = tuple[int, tuple[Span | None, ...]]


class Finder:
    """The rows of a table, made ready for values of each kind when such values first come."""

    def __init__(self, rows: Sequence[Sequence[Written]], width: int):
        self._rows, self._width = rows, width
        self._made: dict[tuple[str, ...], _Index] = {}

    def first(self, values: Iterable[Any]) -> int | None:
        """The number of the first row that *values*, one for each column, fit. Raises Unworkable for no such values."""
        kinds, keys = zip(*map(key_of, values), strict=True)
        index = self._made.get(kinds)
        if index is None:
            index = self._made[kinds] = _Index(self._rows, kinds)
        return index.first(keys)


class _Index:
    """The rows as they are read for values of certain kinds."""

    def __init__(self, rows: Sequence[Sequence[Written]], kinds: Sequence[str]):
        layers: dict[tuple[int, ...], list[Row]] = {}
        self.long: list[tuple[int, tuple[Cell, ...]]] = []
        for number, cells in enumerate(read_rows(rows, kinds)):
            if cells is None:
                continue
            count = 1
            for cell in cells:
                count *= len(cell) if cell is not None else 1
            if count > MOST_WRITTEN_OUT:
                self.long.append((number, cells))
                continue
            for spans in product(*(cell if cell is not None else (None,) for cell in cells)):
                shape = tuple(0 if s is None else 1 if s.low == s.high else 2 for s in spans)
                layers.setdefault(shape, []).append((number, spans))
        made = [_Layer(shape, layer) for shape, layer in layers.items()]
        self.layers = sorted(made, key=lambda layer: layer.begins)

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


def read_rows(rows: Sequence[Sequence[Written]], kinds: Sequence[str]) -> Iterator[tuple[Cell, ...] | None]:
    """The cells of each row; None for a row with one that no value of its kind fits."""
    known: list[dict[Written, Any]] = [{} for _ in kinds]
    columns = list(zip(kinds, known, range(len(kinds)), strict=True))
    for row in rows:
        cells = []
        for kind, seen, at in columns:
            written = row[at]
            cell = seen.get(written, seen)
            if cell is seen:
                cell = seen[written] = read(written, kind)
            if cell.__class__ is Unread:
                break
            cells.append(cell)
        yield tuple(cells) if len(cells) == len(columns) else None


class _Layer:
    """Rows of one shape."""

    def __init__(self, shape: Sequence[int], rows: list[Row]):
        self.begins = rows[0][0]
        exact = [at for at, kind in enumerate(shape) if kind == 1]
        pieces: list[tuple[int, _Pieces]] = []
        loose: list[int] = []
        for at in (at for at, kind in enumerate(shape) if kind == 2):
            spans = sorted({row[1][at] for row in rows if row[1][at] is not None})  # type: ignore[type-var]
            if _apart(spans):  # type: ignore[arg-type]
                pieces.append((at, _Pieces((s, n) for n, s in enumerate(spans))))  # type: ignore[misc]
            else:
                loose.append(at)
        self.exact, self.pieces, self.loose = exact, pieces, loose
        buckets: dict[tuple[Any, ...], Any] = {}
        for row in rows:
            spans_ = row[1]
            key = [spans_[at].value for at in exact]  # type: ignore[union-attr]
            key += [piece.at(spans_[at].low) for at, piece in pieces]  # type: ignore[union-attr]
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
            key.append(pieces.at((1, keys[at], 0)))
        bucket = self.buckets.get(tuple(key))
        if bucket is None or not self.loose:
            return bucket
        if len(self.loose) == 1:
            found: int | None = bucket.at((1, keys[self.loose[0]], 0))
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
    """Numbered spans, cut at all their ends; each piece knows the least number of those that it lies in."""

    __slots__ = ("cuts", "numbers")

    def __init__(self, numbered: Iterable[tuple[Span, int]]):
        begins: dict[Bound, list[tuple[int, Bound]]] = {}
        cuts: set[Bound] = set()
        for span, number in numbered:
            end = _after(span.high)
            begins.setdefault(span.low, []).append((number, end))
            cuts |= {span.low, end}
        self.cuts: list[Bound] = sorted(cuts)
        self.numbers: list[int | None] = []
        here: list[tuple[int, Bound]] = []
        for cut in self.cuts:
            for one in begins.get(cut, ()):
                heapq.heappush(here, one)
            while here and here[0][1] <= cut:
                heapq.heappop(here)
            self.numbers.append(here[0][0] if here else None)

    def at(self, bound: Bound) -> int | None:
        """The least number of the spans that *bound* lies in."""
        place = bisect_right(self.cuts, bound) - 1
        return self.numbers[place] if place >= 0 else None


def _after(bound: Bound) -> Bound:
    """The place just behind *bound*."""
    return (1, bound[1], bound[2] + 1) if len(bound) > 1 else (*bound, 0)
