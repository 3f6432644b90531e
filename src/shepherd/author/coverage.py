"""What scenarios cover: steps, edges and rows of tables, by the graph's own count and by the lines of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from shepherd.author.trail import Crossing
from shepherd.flow.model import Flow

#: The edges by which calls come back, and those of a ``decide``.
RESULTS, BRANCHES = ("result:", "outcome:"), ("when:", "otherwise")


class Walk(Protocol):
    """What is counted of a walk: all edges, also those of visits that fell later, all steps, and all rows of tables."""

    @property
    def crossed(self) -> frozenset[Crossing]: ...

    @property
    def entered(self) -> frozenset[str]: ...

    @property
    def rows(self) -> frozenset[tuple[str, str, int]]: ...


class Way(NamedTuple):
    """An edge of a flow: how many *walks* took it, and the *line* where its target is written."""

    source: str
    by: str
    target: str
    line: int
    walks: int

    def __str__(self) -> str:
        return f"{self.source} --{self.by}--> {self.target}"


class Row(NamedTuple):
    """A row of a table, counted from 1: where it stands, and to how many *walks* it gave something."""

    table: str
    number: int
    file: str
    line: int
    walks: int


class Line(NamedTuple):
    """A line of a flow's file: of the steps and edges that are written there, how many were walked, and how often."""

    number: int
    hit: int
    every: int
    walks: int


class Coverage(NamedTuple):
    """
    What was walked of one flow. *missing* are edges as ``step --by--> target``, in the flow's order.

    *ways* are all its edges in that order; *entered* tells for each step its line and how many walks came to it, and
    *table_rows* has all rows of its tables.
    """

    flow: str
    steps: tuple[int, int]
    edges: tuple[int, int]
    missing: tuple[str, ...]
    ways: tuple[Way, ...] = ()
    entered: Mapping[str, tuple[int, int]] = {}
    file: str = ""
    table_rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[int, int]:
        """Of the rows of tables: how many gave something in a walk, and how many there are."""
        return sum(row.walks > 0 for row in self.table_rows), len(self.table_rows)

    @property
    def not_given(self) -> tuple[Row, ...]:
        """The rows of tables that no scenario comes to."""
        return tuple(row for row in self.table_rows if not row.walks)

    @property
    def results(self) -> tuple[int, int]:
        """Of the results of calls, lookups and changes: how many were walked, and how many there are."""
        return self._of(RESULTS)

    @property
    def branches(self) -> tuple[int, int]:
        """The same of the branches of decisions."""
        return self._of(BRANCHES)

    def _of(self, kinds: tuple[str, ...]) -> tuple[int, int]:
        ways = [way for way in self.ways if way.by.startswith(kinds)]
        return sum(way.walks > 0 for way in ways), len(ways)

    @property
    def not_walked(self) -> tuple[Way, ...]:
        """The edges that no scenario takes."""
        return tuple(way for way in self.ways if not way.walks)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the flow's file on which a step begins or an edge is written, from top to bottom."""
        walks: dict[int, list[int]] = {}
        for line, times in self.entered.values():
            walks.setdefault(line, []).append(times)
        for way in self.ways:
            walks.setdefault(way.line, []).append(way.walks)
        return tuple(Line(n, sum(t > 0 for t in walks[n]), len(walks[n]), max(walks[n])) for n in sorted(walks))


def cover(flows: Mapping[str, Flow], walks: Iterable[Walk]) -> tuple[Coverage, ...]:
    """The coverage of every flow by *walks*, in the order of *flows*."""
    crossed: Counter[Crossing] = Counter()
    entered: Counter[str] = Counter()
    rows: Counter[tuple[str, str, int]] = Counter()
    for walk in walks:
        crossed.update(walk.crossed)
        entered.update(walk.entered)
        rows.update(walk.rows)
    return tuple(_of(flow, crossed, entered, rows) for flow in flows.values())


def total(covered: Iterable[Coverage]) -> str:
    """The last line of a test: ``edges 412/412 (100 %)``."""
    hit = every = 0
    for one in covered:
        hit, every = hit + one.edges[0], every + one.edges[1]
    percent = 100 if hit == every else min(99, hit * 100 // every)
    return f"edges {hit}/{every} ({percent} %)"


def _of(flow: Flow, crossed: Counter[Crossing], entered: Counter[str], rows: Counter[tuple[str, str, int]]) -> Coverage:
    steps = {name: (step.place.line, entered[f"{flow.id}/{name}"]) for name, step in flow.steps.items()}
    ways = tuple(
        Way(edge.source, edge.by, edge.target, edge.place.line, crossed[Crossing(flow.id, edge.source, edge.by)])
        for edge in flow.edges
    )
    missing = tuple(str(way) for way in ways if not way.walks)
    return Coverage(
        flow.id,
        (sum(times > 0 for _, times in steps.values()), len(steps)),
        (len(ways) - len(missing), len(ways)),
        missing,
        ways,
        steps,
        flow.file,
        tuple(
            Row(name, row + 1, table.file or flow.file, table.at(row, 0).line, rows[flow.id, name, row])
            for name, table in flow.tables.items()
            for row in range(len(table.rows))
        ),
    )
