"""All that is true of SQLite only: pragmas, the journal mode that is safe here, and the triggers of append-only."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.engine import make_url

from shepherd.record.api import RecordUnavailable

FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the fix of the WAL-reset race (3.44.6, 3.50.7, 3.51.3 and what follows each)."""
    return version >= FIXED[2] or any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED)


def engine_of(url: str) -> Engine:
    """An engine whose connections are durable: a commit has reached the disk when it returns."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise RecordUnavailable(f"The record is kept in SQLite or PostgreSQL, not in {parsed.get_backend_name()}.")
    if not parsed.database or parsed.database == ":memory:":
        raise RecordUnavailable("The record needs a file, such as sqlite:///shepherd.db: memory forgets.")
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, connect_args={"check_same_thread": False, "timeout": 30}, pool_size=16, max_overflow=64
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        mode = "WAL" if wal_is_safe() else "DELETE"
        for pragma in (
            "busy_timeout=30000",
            f"journal_mode={mode}",
            "synchronous=EXTRA",
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "recursive_triggers=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def forget_log(engine: Engine) -> None:
    """Leave nothing of what was deleted in the write-ahead log; there is none where the journal mode is DELETE."""
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def private_file(url: str) -> None:
    """Make the file behind *url* readable by its owner alone, before anything is written to it."""
    name = make_url(url).database
    if name and name != ":memory:":
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)


def new_private_file(url: str) -> None:
    """Where no file is behind *url* yet, make one readable by its owner alone; one that is there stays as it is."""
    name = make_url(url).database
    if name and not name.startswith("file:") and not Path(name).exists():
        private_file(url)


def required_file(file: str, what: str, hint: str) -> None:
    """Refuse to go on without *file*, which something else belongs to: made anew it would be an empty one."""
    path = Path(file)
    if not path.is_file() or not path.stat().st_size:
        state = "is empty" if path.is_file() else "is not there"
        raise RecordUnavailable(f"The {what} {file} {state}. {hint}")


def required_record(url: str) -> None:
    """Refuse to go on where no record is kept at *url*; nothing is made. Raises RecordUnavailable."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return
    file = str(parsed.database)
    hint = "Name the right one with --database."
    required_file(file, "database", hint)
    try:
        # Opened for reading alone, what was left in the middle of a write could not be taken back first.
        with closing(sqlite3.connect(f"{Path(file).resolve().as_uri()}?mode=rw", uri=True)) as connection:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries'").fetchone()
    except sqlite3.Error as error:
        raise RecordUnavailable(f"The database {file} can't be read: {error}. {hint}") from None
    if not found:
        raise RecordUnavailable(f"The database {file} holds no record. {hint}")


@contextmanager
def forgiving(connection: Connection) -> Iterator[None]:
    """Text that is no longer UTF-8 is read with marks in it, so that damage can be looked at and named."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = str


def guards_of(table: Table, *, stays: bool) -> dict[str, str]:
    """
    The triggers that migrations gave *table*, by name.

    Only DELETE is refused where its rows may change but stay, else UPDATE, DELETE and INSERT OR REPLACE.
    """
    name = table.name
    if stays:
        raised = f"SELECT RAISE(ABORT, 'rows stay: {name}')"
        return {f"{name}_no_delete": f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} BEGIN {raised}; END"}
    keys = " AND ".join(f"{c.name} = NEW.{c.name}" for c in table.primary_key)
    # The message names the table, so that a lost race is told from a forbidden change.
    raised = f"SELECT RAISE(ABORT, 'append-only: {name}')"
    return {
        trigger: f"CREATE TRIGGER {trigger} {when} BEGIN {raised}; END"
        for trigger, when in (
            (f"{name}_no_update", f"BEFORE UPDATE ON {name}"),
            (f"{name}_no_delete", f"BEFORE DELETE ON {name}"),
            (f"{name}_no_replace", f"BEFORE INSERT ON {name} WHEN EXISTS (SELECT 1 FROM {name} WHERE {keys})"),  # noqa: S608
        )
    }


def lacking_guards(connection: Connection, append_only: Iterable[Table], kept: Iterable[Table]) -> list[str]:
    """The names of triggers that are gone, or do something else than they did."""
    wanted: dict[str, str] = {}
    for table in append_only:
        wanted |= guards_of(table, stays=False)
    for table in kept:
        wanted |= guards_of(table, stays=True)
    asked = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there = {row.name: row.sql for row in connection.execute(asked)}
    return [name for name, sql in wanted.items() if there.get(name) != sql]
