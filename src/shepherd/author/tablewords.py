"""A table as sentences: what it is looked up by, and its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shepherd.author.english import English
from shepherd.author.spoken import listed, named, seen, written_day
from shepherd.flow.cells import ANY, Written
from shepherd.flow.findings import Place
from shepherd.flow.shown import many
from shepherd.flow.tables import Table

#: Rows that are told one by one; nobody listens to more.
MOST_ROWS = 60
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Row(NamedTuple):
    """A sentence of a table: whether it is about one row, where that stands, and its words."""

    is_row: bool
    place: Place
    text: str


def table_words(table: Table, english: English) -> Iterator[Row]:
    """*table* in sentences; rows of another file are only counted."""
    by = listed([_column(name, english.value(e.tree)) for name, e in table.by.items()], "and")
    gives = listed([f"the {named(name)}" for name in table.gives], "and")
    only = "the one row that fits" if table.unique else "the first row that fits"
    rows = many(len(table.rows), "row")
    where = f" Its {rows} {'stands' if len(table.rows) == 1 else 'stand'} in {seen(table.file)}." if table.file else ""
    yield Row(False, table.place, f"The {named(table.name)} is looked up by {by}: {only} gives {gives}.{where}")
    if table.file:
        return
    for number, row in enumerate(table.rows[:MOST_ROWS]):
        yield Row(True, table.at(number, 0), _row(table, row))
    if len(table.rows) > MOST_ROWS:
        more = f"And {many(len(table.rows) - MOST_ROWS, 'row')} more."
        yield Row(True, table.at(MOST_ROWS, 0), more)


def _column(name: str, value: str) -> str:
    """What a column is looked up by, with its name where that says something else."""
    return value if value.endswith(f" {named(name)}") else f"{value} ({named(name)})"


def _row(table: Table, row: Sequence[Written]) -> str:
    width = len(table.by)
    tests = [f"the {named(n)} is {_cell(c)}" for n, c in zip(table.by, row[:width], strict=True) if c != ANY]
    gives = [f"the {named(n)} is {_cell(c)}" for n, c in zip(table.gives, row[width:], strict=True) if c != ""]
    given = listed(gives, "and") or "nothing is given"
    return f"If {listed(tests, 'and')}: {given}." if tests else f"In every other case: {given}."


def _cell(cell: Written) -> str:
    if isinstance(cell, tuple):
        return listed([_cell(part) for part in cell], "or")
    words = DAY.sub(lambda found: written_day(found[0]), seen(cell))
    return f"{words} on" if cell.startswith("from ") else words
