"""What was published: every proposal, approval, date and roll-back, chained; and who has read what changed."""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, PrimaryKeyConstraint, String, text

revision = "0003"
down_revision = "0002"

#: The tables with the columns of their keys: rows are only ever added.
APPEND_ONLY = {"publications": ("seq",), "receipts": ("publication", "reader")}


def upgrade() -> None:
    """Make the tables, and the triggers that keep their rows as they are."""
    op.create_table(
        "publications",
        Column("seq", Integer, nullable=False, autoincrement=False),
        Column("kind", String(40), nullable=False),
        Column("at", String(24), nullable=False),
        Column("actor", String(200), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "receipts",
        Column("publication", Integer, nullable=False),
        Column("reader", String(200), nullable=False),
        Column("at", String(24), nullable=False),
        Column("actor", String(200), nullable=False),
        PrimaryKeyConstraint("publication", "reader"),
    )
    for table, key in APPEND_ONLY.items():
        _guard(table, key)


def _guard(table: str, key: tuple[str, ...]) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        guard = f"{table}_append_only"
        connection.exec_driver_sql(
            f"CREATE TRIGGER {guard} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION shepherd_append_only()"
        )
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")
        return
    there = " AND ".join(f"{column} = NEW.{column}" for column in key)
    for name, moment in (
        ("no_update", f"BEFORE UPDATE ON {table}"),
        ("no_delete", f"BEFORE DELETE ON {table}"),
        ("no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {there})"),  # noqa: S608
    ):
        raised = f"SELECT RAISE(ABORT, 'append-only: {table}')"
        connection.execute(text(f"CREATE TRIGGER {table}_{name} {moment} BEGIN {raised}; END"))
