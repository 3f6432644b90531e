"""Submissions are kept in the order of their tokens, which begin with their time: new ones stand side by side."""

from alembic import op
from sqlalchemy import Column, Connection, Integer, PrimaryKeyConstraint, String, text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give the table another key; what it holds stays as it is."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _anew(connection)
    else:
        key = "DROP CONSTRAINT submissions_pkey, ADD PRIMARY KEY (token, run)"
        connection.execute(text(f"ALTER TABLE submissions {key}"))


def _anew(connection: Connection) -> None:
    """SQLite can't change a key: the table is made again, and its guards with it."""
    for name in ("no_update", "no_delete", "no_replace"):
        connection.execute(text(f"DROP TRIGGER submissions_{name}"))
    op.rename_table("submissions", "submissions_before")
    op.create_table(
        "submissions",
        Column("run", String(64), nullable=False),
        Column("token", String(64), nullable=False),
        Column("request_hash", String(64), nullable=False),
        Column("first_seq", Integer, nullable=False),
        Column("last_seq", Integer, nullable=False),
        PrimaryKeyConstraint("token", "run"),
    )
    columns = "run, token, request_hash, first_seq, last_seq"
    connection.execute(
        text(f"INSERT INTO submissions ({columns}) SELECT {columns} FROM submissions_before ORDER BY token, run")  # noqa: S608
    )
    op.drop_table("submissions_before")
    there = "EXISTS (SELECT 1 FROM submissions WHERE token = NEW.token AND run = NEW.run)"
    for name, moment in (
        ("no_update", "BEFORE UPDATE ON submissions"),
        ("no_delete", "BEFORE DELETE ON submissions"),
        ("no_replace", f"BEFORE INSERT ON submissions WHEN {there}"),
    ):
        raised = "SELECT RAISE(ABORT, 'append-only: submissions')"
        connection.execute(text(f"CREATE TRIGGER submissions_{name} {moment} BEGIN {raised}; END"))
