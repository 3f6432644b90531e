"""Append-only, in the way of the database at hand: which triggers must stand, and how damaged text is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table

from shepherd.record import postgres, sqlite


def lacking(connection: Connection, append_only: Iterable[Table], kept: Iterable[Table]) -> list[str]:
    """The names of guards that are gone from the database or were changed."""
    if connection.dialect.name == "sqlite":
        return sqlite.lacking_guards(connection, append_only, kept)
    return postgres.lacking_guards(connection, append_only, kept)


@contextmanager
def forgiving(connection: Connection) -> Iterator[None]:
    """Damaged text is read with marks in it; only SQLite can hold any."""
    if connection.dialect.name == "sqlite":
        with sqlite.forgiving(connection):
            yield
    else:
        yield
