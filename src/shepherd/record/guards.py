"""Append-only, in the way of the database at hand: which triggers must stand, and how damaged text is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table

from shepherd.record import sqlite


def lacking(connection: Connection, append_only: Iterable[Table], kept: Iterable[Table]) -> list[str]:
    """The names of guards that are gone from the database or were changed; only SQLite's are known."""
    return sqlite.lacking_guards(connection, append_only, kept) if connection.dialect.name == "sqlite" else []


@contextmanager
def forgiving(connection: Connection) -> Iterator[None]:
    """Damaged text is read with marks in it; only SQLite can hold any."""
    if connection.dialect.name == "sqlite":
        with sqlite.forgiving(connection):
            yield
    else:
        yield
