"""What is PostgreSQL's own: its guards, its queue of writers, its snapshots, and a server that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import InternalError

from shepherd.desk import Settings
from shepherd.desk.doctor import examine
from shepherd.record import (
    Conflict,
    NotRecordable,
    Once,
    Record,
    RecordError,
    RecordUnavailable,
    open_record,
    required_record,
)
from shepherd.record.databases import engine_of
from shepherd.record.tables import APPEND_ONLY, KEPT, metadata
from shepherd.run.api import Actor, Try
from tests.record.making import MARIA, a_publication, a_run, a_ticket, answer, at, event
from tests.record.server import Server
from tests.record.test_migrate import described

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(server: Server) -> str:
    """The address of a new database."""
    return server.database()


@pytest.fixture
def kept(url: str, tmp_path: Path) -> Iterator[Record]:
    """An empty record in PostgreSQL."""
    made = open_record(url, str(tmp_path / "keys.db"))
    yield made
    made.close()


@pytest.fixture
def database(kept: Record, url: str) -> Iterator[Any]:
    """A plain connection of the tables' owner to a record with a row in every table."""
    import psycopg

    ticket = a_ticket(kept)
    run = a_run(kept, ticket, "red")
    key = kept.once_key("ticket", ticket, "a.b", "f/s", {})
    kept.append(
        run, 2, [event("do_requested", {"visit": 1, "operation": "a.b"}, second=2)], once=Once(key, "requested")
    )
    kept.append(run, 3, [answer("x", 3, tries=(Try("ticket", "f/s", 0, "", "f/s"),))])
    kept.append(run, 4, [answer("x", 4, escalated={"id": "INC-2026-1121-1200", "queue": "engineering"})])
    kept.create_contact("k", ticket, channel="phone", at=at(1), actor=MARIA)
    kept.add_item(ticket, "k", "note", "text", at=at(1), actor=MARIA)
    a_publication(kept)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_a_migrated_database_is_what_the_tables_describe(kept: Record, server: Server) -> None:
    """Tables, columns, types, keys and indexes are alike; verify, which looks at the guards too, finds nothing."""
    engine = engine_of(server.database())
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        metadata.create_all(connection)
    assert described(kept._engine) == described(engine)
    engine.dispose()
    assert kept.verify().ok


@pytest.mark.parametrize("table", APPEND_ONLY, ids=str)
def test_rows_are_never_changed_deleted_or_replaced(database: Any, table: Any) -> None:
    """UPDATE, DELETE, TRUNCATE, an existing key and ON CONFLICT are refused, even where no trigger fires otherwise."""
    import psycopg

    found = database.execute(f"SELECT * FROM {table}")
    row, columns = found.fetchone(), [d.name for d in found.description]
    insert = f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(columns))})"
    keys = ", ".join(c.name for c in table.primary_key)
    change = f"{columns[-1]} = EXCLUDED.{columns[-1]}"
    for role in ("origin", "replica"):
        database.execute(f"SET session_replication_role = {role}")
        for statement, values in (
            (f"UPDATE {table} SET {columns[-1]} = {columns[-1]}", ()),
            (f"DELETE FROM {table}", ()),
            (f"TRUNCATE {table}", ()),
            (insert, row),
            (f"{insert} ON CONFLICT ({keys}) DO UPDATE SET {change}", row),
        ):
            with pytest.raises(psycopg.IntegrityError):
                database.execute(statement, values)


@pytest.mark.parametrize("table", KEPT, ids=str)
def test_what_others_hang_on_is_never_deleted(database: Any, table: Any) -> None:
    """Tickets, runs, customers and contacts stay."""
    import psycopg

    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(psycopg.IntegrityError):
            database.execute(statement)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("DROP TRIGGER entries_append_only ON entries", "entries_append_only"),
        ("ALTER TABLE once DISABLE TRIGGER once_append_only", "once_append_only"),
        ("ALTER TABLE items ENABLE TRIGGER items_append_only", "items_append_only"),
        (
            "CREATE OR REPLACE FUNCTION shepherd_rows_stay() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RETURN NULL; END$$",
            "tickets_rows_stay",
        ),
    ],
)
def test_guards_that_are_gone_are_named(kept: Record, database: Any, change: str, named: str) -> None:
    """A guard that was dropped, switched off, weakened or emptied is told by verify."""
    assert kept.verify().ok
    database.execute(change)
    assert [named in one.what for one in kept.verify().broken] == [True]


def test_a_changed_entry_is_found(kept: Record, database: Any) -> None:
    """Who owns the tables can switch the guards off; the chain still tells."""
    database.execute("ALTER TABLE entries DISABLE TRIGGER entries_append_only")
    changed = "convert_to(replace(convert_from(body, 'UTF8'), '\"red\"', '\"green\"'), 'UTF8')"
    database.execute(f"UPDATE entries SET body = {changed} WHERE seq = 2")
    database.execute("ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_append_only")
    assert [one.seq for one in kept.verify().broken] == [2]


def test_two_records_on_one_database_race_fairly(kept: Record, url: str, tmp_path: Path) -> None:
    """Of several writers in two processes' records one wins each place; none is lost, none deadlocks."""
    other = open_record(url, str(tmp_path / "keys.db"))
    ticket = a_ticket(kept)
    runs = [a_run(kept, ticket) for _ in range(4)]

    def write(job: int) -> int:
        record, won = (kept, other)[job % 2], 0
        for run in runs if job % 3 else reversed(runs):
            for seq in range(1, 6):
                try:
                    record.append(run, seq, [answer(job, 1)])
                    won += 1
                except Conflict:
                    continue
        return won

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == sum(kept.head(run).seq - 1 for run in runs) > 0
    assert other.verify().ok
    other.close()


def test_a_name_that_does_not_fit_harms_nobody_else(kept: Record) -> None:
    """What is too long for its column, or no text for PostgreSQL, is refused alone; others at that moment are saved."""
    ticket = a_ticket(kept)
    run = a_run(kept, ticket)
    for name in ("m" * 201, "m\0"):
        with pytest.raises(NotRecordable):
            kept.append(run, 1, [answer("red", 1, actor=Actor("agent", name))])
        with pytest.raises(NotRecordable):
            kept.create_contact("c", ticket, channel="phone", at=at(1), actor=Actor("agent", name))
    assert kept.append(run, 1, [answer("red")]).last_seq == 2


def test_a_reading_can_not_write(kept: Record) -> None:
    """Whoever only reads has a transaction that refuses to write."""
    with kept._engine.connect() as connection, pytest.raises(InternalError, match="read-only"):
        connection.exec_driver_sql("INSERT INTO marks VALUES ('a', 'b')")


def test_a_connection_that_breaks_is_said_and_gets_well(kept: Record, database: Any) -> None:
    """Where the server ends a connection nothing is half saved; the next attempt finds another."""
    run = a_run(kept, a_ticket(kept))
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND datname = current_database()"
    )
    with pytest.raises(RecordUnavailable):
        kept.append(run, 1, [answer("red")])
    assert kept.append(run, 1, [answer("red")]).last_seq == 2
    assert kept.verify().ok


def test_the_doctor_reaches_the_server(kept: Record, url: str, server: Server, tmp_path: Path) -> None:
    """A record, none yet, and a database that is not there are told apart, each with what mends it."""
    found = []
    for database in (url, server.database(), server.url("none")):
        checks = examine(Settings(Path("flows"), database, str(tmp_path / "keys.db"), "127.0.0.1", 0))
        found += [(check.state, check.mend) for check in checks if check.name == "database"]
    assert found == [("fine", ""), ("advice", "shepherd serve"), ("fault", "pg_isready")]


def test_an_empty_database_holds_no_record(url: str) -> None:
    """Reading makes nothing; a database that is not there is said so."""
    with pytest.raises(RecordError, match="holds no record"):
        required_record(url)
    with pytest.raises(RecordError, match="can't be read"):
        required_record(url.replace("record_", "none_"))
