"""Tables of 100 and 100 000 rows: what a look-up costs in each, and how long the larger takes to read and to check."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from shepherd.check import examine
from shepherd.flow.draft import read_draft
from shepherd.flow.model import Flow
from tests.bench.measure import side_by_side

FEW, MANY = 100, 100_000
LOOKED_UP = 400
TEXT = """flow: rates
title: Rates
category: orders
outcomes: {{done: {{resolves: true, returns: {{fee: row.fee if row is defined else 0}}}}}}
tables:
  row:
    by: {{{by}}}
    gives: {{fee: number, team: text}}
    unique: {unique}
    rows_from: rows.csv
steps:
  place:
    ask: Which place?
    type: text
  weight:
    ask: How heavy?
    type: number
  finish: {{end: done}}
"""
Shape = tuple[str, str, bool, Callable[[int, int], str]]
#: For each shape: its columns, the header, whether it is unique, and the cells of one row of so many.
SHAPES: dict[str, Shape] = {
    "a value": ("place: place", "place", True, lambda n, most: f"P{n}"),
    "a value, and a span": (
        "place: place, weight: weight",
        "place,weight",
        True,
        lambda n, most: f"P{n // 10},{n % 10} to {n % 10}.5",
    ),
    "a span": ("weight: weight", "weight", True, lambda n, most: f"{n} to {n}.5"),
    "values, then any": (
        "place: place, weight: weight",
        "place,weight",
        False,
        lambda n, most: "any,any" if n == most - 1 else f"P{n},any" if n % 2 else f"P{n},{n}",
    ),
}


def written(folder: Path, shape: Shape, rows: int) -> Path:
    """A flow with a table of *rows* rows."""
    by, header, unique, cells = shape
    folder.mkdir()
    (folder / "rates.yaml").write_text(TEXT.format(by=by, unique=str(unique).lower()), encoding="utf-8")
    lines = (f"{cells(n, rows)},{n % 97}.50,Team {n % 7}\n" for n in range(rows))
    (folder / "rows.csv").write_text(f"{header},fee,team\n" + "".join(lines), encoding="utf-8")
    return folder


def looking_up(flow: Flow, values: Sequence[dict[str, Any]]) -> Callable[[], None]:
    """A job that looks each of *values* up."""
    evaluate = flow.outcomes["done"].returns["fee"].evaluate
    context = SimpleNamespace()
    for one in values:
        evaluate(one, context)
    evaluate = flow.outcomes["done"].returns["fee"].evaluate

    def job() -> None:
        for one in values:
            evaluate(one, context)

    return job


def measured(shape: Shape) -> tuple[float, float, float, float]:
    """The ratio of a look-up in many rows to one in few, its microseconds; seconds to read and to examine."""
    with tempfile.TemporaryDirectory() as folder:
        few = read_draft(written(Path(folder) / "few", shape, FEW)).flows["rates"]
        place = written(Path(folder) / "many", shape, MANY)
        began = time.perf_counter()
        draft = read_draft(place)
        middle = time.perf_counter()
        found = examine(draft)
        end = time.perf_counter()
        assert found == [], found[:3]
        jobs = []
        for flow, most in ((draft.flows["rates"], MANY), (few, FEW)):
            step = most // LOOKED_UP or 1
            values = [{"place": f"P{n % most}", "weight": n % most} for n in range(0, step * LOOKED_UP, step)]
            jobs.append(looking_up(flow, values))
        pair = side_by_side(*jobs)
    return pair.ratio, pair.ours / LOOKED_UP * 1e6, middle - began, end - middle


def main() -> dict[str, float]:
    """Print each shape; the aims are a ratio of 3 at most, and 6 seconds for reading and examining."""
    results: dict[str, float] = {}
    print("                       look-up    ratio      read   examine")
    for name, shape in SHAPES.items():
        ratio, micro, read, examined = measured(shape)
        print(f"{name:20}  {micro:6.2f} µs  {ratio:5.2f} ×  {read:6.3f} s  {examined:6.3f} s")
        results[f"ratio {name}"] = ratio
        results[f"seconds {name}"] = read + examined
    return results


if __name__ == "__main__":
    main()
