"""The transaction under way, and the quick way to run one statement again and again in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, bindparam, insert
from sqlalchemy.sql.base import Executable

#: How many rows one statement adds: largest first, so that a handful of statements serve for any number.
AT_ONCE = (64, 32, 16, 8, 4, 2, 1)
Values = Sequence[Any]


class Compiled(NamedTuple):
    """A statement as its driver wants it: *names* in order where its parameters are positional."""

    text: str
    names: tuple[str, ...] | None

    def given(self, names: tuple[str, ...], values: Values) -> Any:
        """*values* of *names* as the driver takes them."""
        if names == self.names:
            return values
        by_name = dict(zip(names, values, strict=True))
        return by_name if self.names is None else [by_name[name] for name in self.names]


class Adding(NamedTuple):
    """A statement that adds some rows to a table, and the names of its parameters, row by row."""

    compiled: Compiled
    names: tuple[str, ...]


class Batch:
    """
    The transaction under way.

    Rare work uses *connection*; frequent work uses ``run``: Core compiles each statement once, the driver executes it.
    """

    def __init__(self, engine: Engine):
        self.connection: Connection = engine.connect().execution_options(writes=True)
        self.cursor: Any = self.connection.connection.cursor()
        self._compiled: dict[Executable, Compiled] = {}
        self._adding: dict[tuple[str, int], Adding] = {}

    def run(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Execute *statement* with *values* by name."""
        text, names = self._as_driven(statement)
        self.cursor.execute(text, values if names is None else [values[name] for name in names])

    def run_all(self, statement: Executable, names: tuple[str, ...], rows: Sequence[Values]) -> None:
        """Execute *statement* for each of *rows*, which are the values of *names*."""
        if rows:
            compiled = self._as_driven(statement)
            self.cursor.executemany(compiled.text, [compiled.given(names, row) for row in rows])

    def add_all(self, table: Table, rows: Sequence[Values]) -> None:
        """
        Add *rows*, each in the order of the columns of *table*.

        Many go in by one statement, in which the driver lets go of the interpreter once and not for each row.
        """
        done = 0
        for count in AT_ONCE:
            while len(rows) - done >= count:
                adding = self._adding.get((table.name, count)) or self._add(table, count)
                values = tuple(chain.from_iterable(rows[done : done + count]))
                self.cursor.execute(adding.compiled.text, adding.compiled.given(adding.names, values))
                done += count

    def row(self, statement: Executable, values: Mapping[str, Any]) -> Any:
        """The first row of *statement*, or None."""
        self.run(statement, values)
        return self.cursor.fetchone()

    def close(self) -> None:
        """Let the connection go; what was not committed is rolled back."""
        self.connection.invalidate()
        self.connection.close()

    def _add(self, table: Table, count: int) -> Adding:
        columns = [column.name for column in table.columns]
        rows: list[Any] = [{name: bindparam(f"{name}_{i}") for name in columns} for i in range(count)]
        compiled = self._as_driven(insert(table).values(rows))
        adding = Adding(compiled, tuple(f"{name}_{i}" for i in range(count) for name in columns))
        self._adding[table.name, count] = adding
        return adding

    def _as_driven(self, statement: Executable) -> Compiled:
        compiled = self._compiled.get(statement)
        if compiled is None:
            made: Any = statement.compile(dialect=self.connection.dialect)  # type: ignore[attr-defined]
            compiled = Compiled(str(made), tuple(made.positiontup) if made.positional else None)
            self._compiled[statement] = compiled
        return compiled
