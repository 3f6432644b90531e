"""What was changed through tables: a small SQLite file beside the database, one row per idempotency key."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

_TABLE = """
CREATE TABLE IF NOT EXISTS changes (
  connector TEXT NOT NULL, operation TEXT NOT NULL, idempotency_key TEXT NOT NULL, number INTEGER NOT NULL,
  row_key TEXT NOT NULL, inputs TEXT NOT NULL, result TEXT NOT NULL, given TEXT NOT NULL,
  PRIMARY KEY (connector, operation, idempotency_key))
"""


class Change:
    """One change under its key, within a transaction. *before*: the (result, values) of the same key, if there are."""

    def __init__(self, connection: sqlite3.Connection, connector: str, operation: str, key: str):
        self._connection, self._where = connection, (connector, operation, key)
        found = connection.execute(
            "SELECT result, given FROM changes WHERE connector = ? AND operation = ? AND idempotency_key = ?",
            self._where,
        ).fetchone()
        self.before: tuple[str, dict[str, Any]] | None = (found[0], json.loads(found[1])) if found else None

    def taken(self, row_key: str) -> bool:
        """Whether another change stands on that row."""
        query = "SELECT 1 FROM changes WHERE connector = ? AND row_key = ?"
        return self._connection.execute(query, (self._where[0], row_key)).fetchone() is not None

    def repeated(self, row_key: str, names: Collection[str]) -> bool:
        """Whether a change of that row, by the same operation or to one of the columns *names*, stands already."""
        query = "SELECT operation, inputs FROM changes WHERE connector = ? AND row_key = ?"
        stand = self._connection.execute(query, (self._where[0], row_key))
        return any(
            operation == self._where[1] or not json.loads(kept).keys().isdisjoint(names) for operation, kept in stand
        )

    def free(self, row_key: str, operation: str) -> bool:
        """Take back what *operation* changed on that row; whether there was such a change."""
        gone = self._connection.execute(
            "DELETE FROM changes WHERE connector = ? AND operation = ? AND row_key = ?",
            (self._where[0], operation, row_key),
        )
        return gone.rowcount > 0

    def keep(self, row_key: str, inputs: dict[str, str], result: str, values: dict[str, Any]) -> None:
        """Store the change and what it gave."""
        (number,) = self._connection.execute("SELECT COUNT(*) FROM changes").fetchone()
        self._connection.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*self._where, number + 1, row_key, json.dumps(inputs), result, json.dumps(values)),
        )


class Changes:
    """The file of changes; made at the first change."""

    def __init__(self, path: Path):
        self._path = path

    def of(self, connector: str) -> list[tuple[str, dict[str, str]]]:
        """Every change of *connector*, oldest first: the row's key and the inputs."""
        if not self._path.exists():
            return []
        with closing(self._connect()) as connection:
            query = "SELECT row_key, inputs FROM changes WHERE connector = ? ORDER BY number"
            return [(key, json.loads(inputs)) for key, inputs in connection.execute(query, (connector,))]

    @contextmanager
    def under(self, connector: str, operation: str, key: str) -> Iterator[Change]:
        """A change under *key*: all of it or nothing, one at a time."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Change(connection, connector, operation, key)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        connection.execute(_TABLE)
        return connection
