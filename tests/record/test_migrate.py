"""What the migrations make is what the code believes is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, Index, Integer, MetaData, PrimaryKeyConstraint, String, Table, inspect, text
from sqlalchemy.exc import DatabaseError

from shepherd.record import Record
from shepherd.record.guards import lacking
from shepherd.record.migrate import _config, migrate
from shepherd.record.migrations import REVISIONS
from shepherd.record.sqlite import engine_of
from shepherd.record.tables import APPEND_ONLY, KEPT, metadata


def described(engine: Engine) -> dict[str, Any]:
    """Tables by name: columns in order with type and nullability, keys, unique columns and indexes."""
    look = inspect(engine)
    return {
        name: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(name)],
            "key": look.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(tuple(u["column_names"]) for u in look.get_unique_constraints(name)),
            "indexes": sorted((i["name"], tuple(i["column_names"]), i["unique"]) for i in look.get_indexes(name)),
            "foreign": look.get_foreign_keys(name),
        }
        for name in look.get_table_names()
        if name != "alembic_version"
    }


def made_from(tables: MetaData, folder: Path) -> dict[str, Any]:
    """What a database has that is made from *tables* alone."""
    engine = engine_of(f"sqlite:///{folder / 'described.db'}")
    with engine.execution_options(writes=True).begin() as connection:
        tables.create_all(connection)
    found = described(engine)
    engine.dispose()
    return found


def test_a_database_migrated_from_nothing_is_what_the_tables_describe(record: Record, tmp_path: Path) -> None:
    """Tables, columns, types, nullability, keys and indexes are alike, and every guard stands."""
    found = described(record._engine)
    assert found.keys() == metadata.tables.keys()
    assert found == made_from(metadata, tmp_path)
    with record._engine.connect() as connection:
        assert lacking(connection, APPEND_ONLY, KEPT) == []


def test_a_database_of_the_release_before_is_brought_to_this_one(tmp_path: Path) -> None:
    """What it holds is kept, what is new is made, and every guard stands."""
    engine = engine_of(f"sqlite:///{tmp_path / 'shepherd.db'}")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO contacts VALUES ('k', 't', 'phone', '2026-11-21T10:00:00.000Z', 'maria')"))
    assert "tracking_ids" not in described(engine)
    migrate(engine)
    assert described(engine) == made_from(metadata, tmp_path)
    with engine.connect() as connection:
        assert lacking(connection, APPEND_ONLY, KEPT) == []
        assert connection.execute(text("SELECT actor FROM contacts")).scalar() == "maria"
    engine.dispose()


def test_submissions_are_kept_where_their_key_is_made_anew(tmp_path: Path) -> None:
    """A form that was sent before the release came is known after it, and its row can't be changed."""
    engine = engine_of(f"sqlite:///{tmp_path / 'shepherd.db'}")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for run in ("a", "b"):
            connection.execute(text(f"INSERT INTO submissions VALUES ('{run}', 'form', '{run * 64}', 2, 3)"))
    migrate(engine)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM submissions ORDER BY run")).all()
        assert [tuple(row) for row in kept] == [(run, "form", run * 64, 2, 3) for run in ("a", "b")]
        assert inspect(engine).get_pk_constraint("submissions")["constrained_columns"] == ["token", "run"]
        for change in ("UPDATE submissions SET last_seq = 4", "DELETE FROM submissions"):
            with pytest.raises(DatabaseError, match="append-only: submissions"):
                connection.execute(text(change))
    engine.dispose()


def test_the_revisions_named_are_those_that_there_are() -> None:
    """Newest first; a database that has the newest is opened without asking Alembic."""
    assert [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()] == list(REVISIONS)


def no_index(tables: MetaData) -> None:
    runs = tables.tables["runs"]
    runs.indexes.remove(next(i for i in runs.indexes if i.name == "runs_by_flow"))


def another_key(tables: MetaData) -> None:
    entries = tables.tables["entries"]
    entries.constraints.remove(entries.primary_key)
    entries.c.kind.primary_key = True
    entries.append_constraint(PrimaryKeyConstraint("run", "seq", "kind"))


def not_unique(tables: MetaData) -> None:
    tickets = tables.tables["tickets"]
    tickets.constraints = {c for c in tickets.constraints if isinstance(c, PrimaryKeyConstraint)}


def set_on(table: str, column: str, what: str, value: Any) -> Callable[[MetaData], None]:
    return lambda tables: setattr(tables.tables[table].c[column], what, value)


PLANTED: dict[str, Callable[[MetaData], object]] = {
    "a table more": lambda tables: Table("more", tables, Column("id", String(64), primary_key=True)),
    "a table less": lambda tables: tables.remove(tables.tables["marks"]),
    "a column more": lambda tables: tables.tables["runs"].append_column(Column("seen", Integer)),
    "another length": set_on("items", "kind", "type", String(41)),
    "another type": set_on("once", "seq", "type", String(12)),
    "a column that may be empty": set_on("tickets", "subject", "nullable", True),
    "an index more": lambda tables: Index("by_kind", tables.tables["entries"].c.kind),
    "an index less": no_index,
    "another key": another_key,
    "no unique numbers": not_unique,
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_difference_between_tables_and_migrations_is_seen(record: Record, tmp_path: Path, planted: str) -> None:
    """A table that somebody changes without a migration is not what a migrated database has."""
    changed = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(changed)
    assert made_from(changed, tmp_path) == described(record._engine)
    (tmp_path / "described.db").unlink()
    PLANTED[planted](changed)
    assert made_from(changed, tmp_path) != described(record._engine)


@pytest.mark.parametrize("table", [*APPEND_ONLY, *KEPT], ids=str)
def test_a_guard_that_a_migration_forgot_is_seen(record: Record, table: Table) -> None:
    """Each table has a guard, and one that is dropped is missed by its name."""
    guard, of = f"{table.name}_no_delete", ""
    if record._engine.dialect.name == "postgresql":
        guard, of = f"{table.name}_{'rows_stay' if table in KEPT else 'append_only'}", f" ON {table.name}"
    with record._engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text(f"DROP TRIGGER {guard}{of}"))
        assert lacking(connection, APPEND_ONLY, KEPT) == [guard]


def test_every_table_is_guarded() -> None:
    """No table of the record is without a rule of what may happen to its rows."""
    assert {table.name for table in (*APPEND_ONLY, *KEPT)} == set(metadata.tables)
