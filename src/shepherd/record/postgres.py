"""All that is true of PostgreSQL only: durable transactions that queue, snapshots for reading, and its guards."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from shepherd.record.api import RecordUnavailable
from shepherd.record.errors import reason

#: Who writes holds this lock until the commit, so that writers of several processes queue and never meet in a deadlock.
WRITING = 0x5348_4550
#: What the two functions of the guards do, by name.
FUNCTIONS = {
    "shepherd_append_only": "BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = '23001'; END",
    "shepherd_rows_stay": "BEGIN RAISE EXCEPTION 'rows stay: %', TG_TABLE_NAME USING ERRCODE = '23001'; END",
}
#: The bits of ``pg_trigger.tgtype``: before each statement of DELETE (8), UPDATE (16) or TRUNCATE (32).
_BEFORE, _DELETE, _UPDATE, _TRUNCATE = 2, 8, 16, 32
_BEGIN_WRITING = (
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE",
    "SET LOCAL synchronous_commit TO on",
    "SET LOCAL lock_timeout TO '30s'",
    f"SELECT pg_advisory_xact_lock({WRITING})",
)
_GUARDS = text(
    "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled, t.tgqual IS NULL AND t.tgattr::text = '' AS whole, "
    "p.proname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
)


def engine_of(url: URL) -> Engine:
    """
    An engine whose commits have reached the server's disk when they return.

    Writers queue and see what the one before committed; each reading has one snapshot and can't write.
    """
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"), pool_size=16, max_overflow=64, pool_pre_ping=True
        )
    except ImportError:
        raise RecordUnavailable(
            "A record in PostgreSQL needs the driver psycopg: install shepherd with the extra [postgres]."
        ) from None

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            for statement in _BEGIN_WRITING:
                connection.exec_driver_sql(statement)
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    return engine


def holds_record(url: URL) -> bool:
    """Whether a record is kept in the database; nothing is made. Raises RecordUnavailable where it can't be reached."""
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT to_regclass('entries')")).scalar() is not None
    except SQLAlchemyError as error:
        raise RecordUnavailable(f"The database can't be read: {reason(error)}.") from None
    finally:
        engine.dispose()


def lacking_guards(connection: Connection, append_only: Iterable[Table], kept: Iterable[Table]) -> list[str]:
    """The names of triggers that are gone, were switched off, or do something else than they did."""
    there = {row.tgname: tuple(row)[1:] for row in connection.execute(_GUARDS)}
    changes = _BEFORE | _DELETE | _UPDATE | _TRUNCATE
    wanted = {f"{t.name}_append_only": (t.name, changes, "shepherd_append_only") for t in append_only}
    wanted |= {f"{t.name}_rows_stay": (t.name, changes & ~_UPDATE, "shepherd_rows_stay") for t in kept}
    return [
        name
        for name, (table, moments, function) in wanted.items()
        if there.get(name) != (table, moments, "A", True, function, FUNCTIONS[function])
    ]
