"""Append-only, in the way of the database at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, text

from shepherd.record import sqlite


def forbid_changes(connection: Connection, table: Table) -> None:
    """Let the database itself refuse to change, delete or replace rows of *table*."""
    if connection.dialect.name == "sqlite":
        sqlite.forbid_changes(connection, table)
        return
    name = table.name
    connection.execute(
        text(
            f"CREATE FUNCTION {name}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'append-only: {name}'; END $$"
        )
    )
    connection.execute(
        text(
            f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_append_only()"
        )
    )


def forbid_deletes(connection: Connection, table: Table) -> None:
    """Let the database itself refuse to delete rows of *table*."""
    if connection.dialect.name == "sqlite":
        sqlite.forbid_deletes(connection, table)
        return
    name = table.name
    connection.execute(
        text(
            f"CREATE FUNCTION {name}_stay() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'rows stay: {name}'; END $$"
        )
    )
    connection.execute(
        text(
            f"CREATE TRIGGER {name}_stay BEFORE DELETE OR TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_stay()"
        )
    )


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
