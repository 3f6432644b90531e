"""Which tracking ids were given: a row for each, so that no two runs get the same."""

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, and the triggers that keep its rows as they are."""
    op.create_table(
        "tracking_ids",
        Column("minute", String(18), nullable=False),
        Column("n", Integer, nullable=False),
        Column("run", String(64), nullable=False),
        Column("seq", Integer, nullable=False),
        PrimaryKeyConstraint("minute", "n"),
    )
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(
            "CREATE TRIGGER tracking_ids_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tracking_ids "
            "FOR EACH STATEMENT EXECUTE FUNCTION shepherd_append_only()"
        )
        connection.exec_driver_sql("ALTER TABLE tracking_ids ENABLE ALWAYS TRIGGER tracking_ids_append_only")
        return
    there = "EXISTS (SELECT 1 FROM tracking_ids WHERE minute = NEW.minute AND n = NEW.n)"
    for name, moment in (
        ("no_update", "BEFORE UPDATE ON tracking_ids"),
        ("no_delete", "BEFORE DELETE ON tracking_ids"),
        ("no_replace", f"BEFORE INSERT ON tracking_ids WHEN {there}"),
    ):
        raised = "SELECT RAISE(ABORT, 'append-only: tracking_ids')"
        connection.execute(text(f"CREATE TRIGGER tracking_ids_{name} {moment} BEGIN {raised}; END"))
