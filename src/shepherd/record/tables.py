"""The tables of the record and of its keys: one schema for SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, String, Table

metadata = MetaData()

customers = Table(
    "customers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ref", String(200), nullable=False, unique=True),
    Column("facts", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("erased_at", String(24)),
)
tickets = Table(
    "tickets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("n", Integer, nullable=False, unique=True),
    Column("customer", String(64), index=True),
    Column("customer_ref", String(200), nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("status", String(20), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("updated_at", String(24), nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ticket", String(64), nullable=False, index=True),
    Column("channel", String(40), nullable=False),
    Column("at", String(24), nullable=False),
    Column("actor", String(200), nullable=False),
)
runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ticket", String(64), nullable=False, index=True),
    Column("contact", String(64)),
    Column("customer", String(64), index=True),
    Column("flow", String(64), nullable=False),
    Column("created_at", String(24), nullable=False, index=True),
    Column("created_by", String(200), nullable=False),
    Column("status", String(20), nullable=False, index=True),
    Column("step", String(140), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("code", String(200), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("updated_at", String(24), nullable=False),
)
entries = Table(
    "entries",
    metadata,
    Column("run", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("ticket", String(64), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("at", String(24), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run", "seq"),
)
documents = Table(
    "documents",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
submissions = Table(
    "submissions",
    metadata,
    Column("run", String(64), nullable=False),
    Column("token", String(64), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    PrimaryKeyConstraint("token", "run"),
)
attempts = Table(
    "attempts",
    metadata,
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
once = Table(
    "once",
    metadata,
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
tracking_ids = Table(
    "tracking_ids",
    metadata,
    Column("minute", String(18), nullable=False),
    Column("n", Integer, nullable=False),
    Column("run", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("minute", "n"),
)
items = Table(
    "items",
    metadata,
    Column("ticket", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    Column("run", String(64)),
    Column("kind", String(40), nullable=False),
    Column("at", String(24), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("value", LargeBinary, nullable=False),
    PrimaryKeyConstraint("ticket", "key"),
)
marks = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(64), nullable=False),
)
publications = Table(
    "publications",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("at", String(24), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
receipts = Table(
    "receipts",
    metadata,
    Column("publication", Integer, nullable=False),
    Column("reader", String(200), nullable=False),
    Column("at", String(24), nullable=False),
    Column("actor", String(200), nullable=False),
    PrimaryKeyConstraint("publication", "reader"),
)
Index("runs_by_flow", runs.c.flow, runs.c.created_at)

#: Rows of these are only ever added.
APPEND_ONLY = (entries, documents, submissions, attempts, once, tracking_ids, items, marks, publications, receipts)
#: Rows of these may change, but stay.
KEPT = (tickets, runs, customers, contacts)

keys_metadata = MetaData()
subject_keys = Table(
    "subject_keys",
    keys_metadata,
    Column("id", String(64), primary_key=True),
    Column("subject", String(64), nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
)
record_keys = Table(
    "record_keys",
    keys_metadata,
    Column("id", String(64), primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
