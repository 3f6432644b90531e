"""Which rows share values: as if each were held against every other, but soon told for a hundred thousand."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from shepherd.check.overlaps import FEW, Pairs
from shepherd.flow.cells import Cell, Unread, meet, read


def made(chance: random.Random, kind: str, most: int) -> Cell:
    """A random cell of numbers or texts up to *most*."""
    one, other = sorted(chance.choices(range(most), k=2))
    texts = ["any", f"{one}", f"{other}", f"over {one}", f"{one} to {other}", f"up to {one}"]
    written = chance.choice([*texts, (f"{one}", f"{other}")] if kind == "number" else ["any", f"{one}", f"{other}"])
    cell = read(written, kind)
    assert not isinstance(cell, Unread)
    return cell


@pytest.mark.parametrize("seed", range(80))
def test_every_pair_that_meets_is_found_once(seed: int):
    """
    Over random rows, the pairs found are those that some values fit both; each once, the earlier row first.
    """
    chance = random.Random(seed)
    kinds = chance.choices(("number", "text"), k=chance.randint(1, 3))
    most = chance.choice((3, 10, 200))
    rows = [tuple(made(chance, kind, most) for kind in kinds) for _ in range(chance.choice((FEW, 40, 150)))]
    expected = {(a, b) for b in range(len(rows)) for a in range(b) if all(map(meet, rows[a], rows[b]))}
    pairs = Pairs(rows)
    found = list(pairs.meeting())

    assert len(found) == len(set(found))
    assert set(found) == expected
    assert not pairs.exhausted


def cells(*written: str) -> tuple[Cell, ...]:
    """Cells of numbers."""
    made_ = [read(one, "number") for one in written]
    return tuple(cell for cell in made_ if not isinstance(cell, Unread))


@pytest.mark.parametrize(
    "rows",
    [
        lambda: [cells(str(n), "any") for n in range(30_000)],
        lambda: [cells(f"{n} to {n}.5", "any") for n in range(30_000)],
        lambda: [cells(str(n // 300), f"{n % 300} to {n % 300}.5") for n in range(30_000)],
        lambda: [cells(f"{n // 170} to {n // 170}.9", f"{n % 170} to {n % 170}.9") for n in range(28_900)],
        lambda: [cells("5", str(n), "any") for n in range(15_000)] + [cells("6", "any", str(n)) for n in range(15_000)],
    ],
    ids=["values", "spans", "values and spans", "spans by spans", "two shapes"],
)
def test_many_rows_apart_are_soon_told(rows: Callable[[], list[tuple[Cell, ...]]]):
    """
    Thirty thousand rows that lie apart are proved so without holding each against each, which would take minutes.
    """
    apart = rows()
    began = time.process_time()
    pairs = Pairs(apart)

    assert list(pairs.meeting()) == []
    assert not pairs.exhausted
    assert time.process_time() - began < 6


def test_what_can_not_be_cut_apart_ends():
    """
    Rows that all meet are told by their first pairs; and the search ends, whatever the rows.
    """
    rows = [cells(f"0 to {n}", "any") for n in range(1, 4_000)]
    pairs = Pairs(rows)
    assert next(pairs.meeting()) == (0, 1)
    list(pairs.meeting())
    assert pairs.exhausted
