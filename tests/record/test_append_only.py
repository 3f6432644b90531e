"""The database itself refuses to change, remove or replace what happened."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shepherd.record import Once, Record
from shepherd.run.api import Try
from tests.record.making import MARIA, a_publication, a_run, a_ticket, answer, at, event

APPEND_ONLY = (
    "entries",
    "documents",
    "submissions",
    "attempts",
    "once",
    "tracking_ids",
    "items",
    "publications",
    "receipts",
)
KEPT = ("tickets", "runs", "customers", "contacts")


@pytest.fixture
def connection(record: Record, tmp_path: Path) -> closing[sqlite3.Connection]:
    """A plain connection to a record with a row in every table."""
    ticket = a_ticket(record)
    run = a_run(record, ticket, "red")
    key = record.once_key("ticket", ticket, "a.b", "f/s", {})
    asked = event("do_requested", {"visit": 1, "operation": "a.b"}, second=2)
    record.append(run, 2, [asked], once=Once(key, "requested"))
    record.append(run, 3, [answer("x", 3, tries=(Try("ticket", "f/s", 0, "", "f/s"),))])
    record.append(run, 4, [answer("x", 4, escalated={"id": "INC-2026-1121-1200", "queue": "engineering"})])
    record.create_contact("k", ticket, channel="phone", at=at(1), actor=MARIA)
    record.add_item(ticket, "k", "note", "text", at=at(1), actor=MARIA)
    a_publication(record)
    return closing(sqlite3.connect(tmp_path / "shepherd.db", isolation_level=None))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_are_never_changed_deleted_or_replaced(connection: closing[sqlite3.Connection], table: str) -> None:
    """UPDATE, DELETE, INSERT OR REPLACE and UPSERT are refused on every table of what happened."""
    with connection as database:
        row = database.execute(f"SELECT * FROM {table}").fetchone()
        columns = [d[0] for d in database.execute(f"SELECT * FROM {table}").description]
        assert row, table
        holes = ", ".join("?" * len(columns))
        for statement, values in (
            (f"UPDATE {table} SET {columns[-1]} = {columns[-1]}", ()),
            (f"DELETE FROM {table}", ()),
            (f"INSERT OR REPLACE INTO {table} VALUES ({holes})", row),
            (f"REPLACE INTO {table} VALUES ({holes})", row),
        ):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(statement, values)


@pytest.mark.parametrize("table", KEPT)
def test_what_others_hang_on_is_never_deleted(connection: closing[sqlite3.Connection], table: str) -> None:
    """Tickets, runs, customers and contacts stay, so that no number is ever given twice."""
    with connection as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(f"DELETE FROM {table}")


def test_the_files_are_durable_and_careful(record: Record, tmp_path: Path) -> None:
    """A commit has reached the disk: EXTRA sync, a rollback journal unless WAL is safe here, and care."""
    assert (tmp_path / "shepherd.db").is_file()
    with record._engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema")
        }
    version = sqlite3.sqlite_version_info
    safe = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    assert told == {
        "journal_mode": "wal" if safe else "delete",
        "synchronous": 3,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
    }


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_wal_only_where_it_is_mended(version: tuple[int, int, int], safe: bool) -> None:
    """WAL is used from the releases on that have the fix of the WAL-reset race, and in none between."""
    from shepherd.record.sqlite import wal_is_safe

    assert wal_is_safe(version) is safe
