"""
The tables of the first release, append-only where they hold what happened.

All of it is written out here: what a later release makes of its tables and guards changes nothing that this one made.
"""

from alembic import op
from sqlalchemy import Column, Connection, Integer, LargeBinary, PrimaryKeyConstraint, String, UniqueConstraint, text

revision = "0001"
down_revision = None

#: Tables with the columns of their keys: rows are only ever added.
APPEND_ONLY = {
    "entries": ("run", "seq"),
    "documents": ("hash",),
    "submissions": ("run", "token"),
    "attempts": ("scope", "scope_id", "flow", "step", "n"),
    "once": ("scope", "scope_id", "operation", "flow", "step", "inputs", "n", "phase"),
    "items": ("ticket", "key"),
    "marks": ("name",),
}
#: Rows may change, but stay.
KEPT = ("tickets", "runs", "customers", "contacts")


def upgrade() -> None:
    """Make every table, and the triggers that keep rows as they are."""
    _people()
    _runs()
    _counted()
    connection = op.get_bind()
    guard = _guard_sqlite
    if connection.dialect.name != "sqlite":
        guard = _guard_postgres
        _functions_postgres(connection)
    for table in APPEND_ONLY:
        guard(connection, table)
    for table in KEPT:
        guard(connection, table)


def _people() -> None:
    op.create_table(
        "customers",
        Column("id", String(64), nullable=False),
        Column("ref", String(200), nullable=False),
        Column("facts", LargeBinary, nullable=False),
        Column("created_at", String(24), nullable=False),
        Column("erased_at", String(24)),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("ref"),
    )
    op.create_table(
        "tickets",
        Column("id", String(64), nullable=False),
        Column("n", Integer, nullable=False),
        Column("customer", String(64)),
        Column("customer_ref", String(200), nullable=False),
        Column("subject", LargeBinary, nullable=False),
        Column("status", String(20), nullable=False),
        Column("created_at", String(24), nullable=False),
        Column("created_by", String(200), nullable=False),
        Column("updated_at", String(24), nullable=False),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("n"),
    )
    op.create_index("ix_tickets_customer", "tickets", ["customer"])
    op.create_table(
        "contacts",
        Column("id", String(64), nullable=False),
        Column("ticket", String(64), nullable=False),
        Column("channel", String(40), nullable=False),
        Column("at", String(24), nullable=False),
        Column("actor", String(200), nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contacts_ticket", "contacts", ["ticket"])
    op.create_table(
        "items",
        Column("ticket", String(64), nullable=False),
        Column("key", String(64), nullable=False),
        Column("run", String(64)),
        Column("kind", String(40), nullable=False),
        Column("at", String(24), nullable=False),
        Column("actor", String(200), nullable=False),
        Column("value", LargeBinary, nullable=False),
        PrimaryKeyConstraint("ticket", "key"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        Column("id", String(64), nullable=False),
        Column("ticket", String(64), nullable=False),
        Column("contact", String(64)),
        Column("customer", String(64)),
        Column("flow", String(64), nullable=False),
        Column("created_at", String(24), nullable=False),
        Column("created_by", String(200), nullable=False),
        Column("status", String(20), nullable=False),
        Column("step", String(140), nullable=False),
        Column("owner", String(200), nullable=False),
        Column("outcome", String(64), nullable=False),
        Column("code", String(200), nullable=False),
        Column("entries", Integer, nullable=False),
        Column("head", LargeBinary, nullable=False),
        Column("updated_at", String(24), nullable=False),
        PrimaryKeyConstraint("id"),
    )
    for column in ("ticket", "customer", "created_at", "status"):
        op.create_index(f"ix_runs_{column}", "runs", [column])
    op.create_index("runs_by_flow", "runs", ["flow", "created_at"])
    op.create_table(
        "entries",
        Column("run", String(64), nullable=False),
        Column("seq", Integer, nullable=False),
        Column("ticket", String(64), nullable=False),
        Column("kind", String(40), nullable=False),
        Column("at", String(24), nullable=False),
        Column("actor", String(200), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        PrimaryKeyConstraint("run", "seq"),
    )
    op.create_index("ix_entries_ticket", "entries", ["ticket"])
    op.create_table(
        "documents",
        Column("hash", String(64), nullable=False),
        Column("body", LargeBinary, nullable=False),
        PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "submissions",
        Column("run", String(64), nullable=False),
        Column("token", String(64), nullable=False),
        Column("request_hash", String(64), nullable=False),
        Column("first_seq", Integer, nullable=False),
        Column("last_seq", Integer, nullable=False),
        PrimaryKeyConstraint("run", "token"),
    )


def _counted() -> None:
    op.create_table(
        "attempts",
        Column("scope", String(20), nullable=False),
        Column("scope_id", String(64), nullable=False),
        Column("flow", String(64), nullable=False),
        Column("step", String(64), nullable=False),
        Column("n", Integer, nullable=False),
        Column("run", String(64), nullable=False),
        Column("seq", Integer, nullable=False),
        Column("at", String(24), nullable=False),
        PrimaryKeyConstraint("scope", "scope_id", "flow", "step", "n"),
    )
    op.create_table(
        "once",
        Column("scope", String(20), nullable=False),
        Column("scope_id", String(64), nullable=False),
        Column("operation", String(140), nullable=False),
        Column("flow", String(64), nullable=False),
        Column("step", String(64), nullable=False),
        Column("inputs", String(64), nullable=False),
        Column("n", Integer, nullable=False),
        Column("phase", String(12), nullable=False),
        Column("run", String(64), nullable=False),
        Column("seq", Integer, nullable=False),
        Column("result", String(64), nullable=False),
        PrimaryKeyConstraint("scope", "scope_id", "operation", "flow", "step", "inputs", "n", "phase"),
    )
    op.create_table(
        "marks",
        Column("name", String(64), nullable=False),
        Column("value", String(64), nullable=False),
        PrimaryKeyConstraint("name"),
    )


def _guard_sqlite(connection: Connection, name: str) -> None:
    if name in KEPT:
        raised, moments = f"rows stay: {name}", {"no_delete": f"BEFORE DELETE ON {name}"}
    else:
        keys = " AND ".join(f"{column} = NEW.{column}" for column in APPEND_ONLY[name])
        raised = f"append-only: {name}"
        moments = {
            "no_update": f"BEFORE UPDATE ON {name}",
            "no_delete": f"BEFORE DELETE ON {name}",
            "no_replace": f"BEFORE INSERT ON {name} WHEN EXISTS (SELECT 1 FROM {name} WHERE {keys})",  # noqa: S608
        }
    for trigger, moment in moments.items():
        connection.execute(text(f"CREATE TRIGGER {name}_{trigger} {moment} BEGIN SELECT RAISE(ABORT, '{raised}'); END"))


def _guard_postgres(connection: Connection, name: str) -> None:
    function, moment = "append_only", "UPDATE OR DELETE OR TRUNCATE"
    if name in KEPT:
        function, moment = "rows_stay", "DELETE OR TRUNCATE"
    guard = f"{name}_{function}"
    made = f"CREATE TRIGGER {guard} BEFORE {moment} ON {name} FOR EACH STATEMENT EXECUTE FUNCTION shepherd_{function}()"
    connection.exec_driver_sql(made)
    connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {guard}")


def _functions_postgres(connection: Connection) -> None:
    for name, said in (("append_only", "append-only"), ("rows_stay", "rows stay")):
        body = f"BEGIN RAISE EXCEPTION '{said}: %', TG_TABLE_NAME USING ERRCODE = '23001'; END"
        connection.execute(text(f"CREATE FUNCTION shepherd_{name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"))
