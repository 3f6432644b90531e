"""The transaction under way, and the quick way to run one statement again and again in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.sql.base import Executable


class Compiled(NamedTuple):
    """A statement as its driver wants it: *names* in order where its parameters are positional."""

    text: str
    names: tuple[str, ...] | None


class Batch:
    """
    The transaction under way.

    Rare work uses *connection*; frequent work uses ``run``: Core compiles each statement once, the driver executes it.
    """

    def __init__(self, engine: Engine):
        self.connection: Connection = engine.connect().execution_options(writes=True)
        self.cursor: Any = self.connection.connection.cursor()
        self._compiled: dict[Executable, Compiled] = {}

    def run(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Execute *statement* with *values* by name."""
        text, names = self._as_driven(statement)
        self.cursor.execute(text, values if names is None else [values[name] for name in names])

    def run_all(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute *statement* for each of *rows*, which are values by name."""
        if rows:
            text, names = self._as_driven(statement)
            self.cursor.executemany(text, rows if names is None else [[row[name] for name in names] for row in rows])

    def row(self, statement: Executable, values: Mapping[str, Any]) -> Any:
        """The first row of *statement*, or None."""
        self.run(statement, values)
        return self.cursor.fetchone()

    def close(self) -> None:
        """Let the connection go; what was not committed is rolled back."""
        self.connection.invalidate()
        self.connection.close()

    def _as_driven(self, statement: Executable) -> Compiled:
        compiled = self._compiled.get(statement)
        if compiled is None:
            made: Any = statement.compile(dialect=self.connection.dialect)  # type: ignore[attr-defined]
            compiled = Compiled(str(made), tuple(made.positiontup) if made.positional else None)
            self._compiled[statement] = compiled
        return compiled
