"""Asking a record from outside: nothing is made, migrated or opened for writing by asking; None where there is none."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from shepherd.record import tables
from shepherd.record.api import Damaged, RecordUnavailable
from shepherd.record.bodies import text_of
from shepherd.record.databases import engine_of, holds_record
from shepherd.record.health import file_of
from shepherd.record.publications import Publication, publications

T = TypeVar("T")


def traffic(url: str, since: datetime) -> Mapping[str, int] | None:
    """The runs begun *since* then, by the flow that each began with."""
    runs = tables.runs.c
    query = select(runs.flow, func.count()).where(runs.created_at >= text_of(since)).group_by(runs.flow)
    return _asked(url, lambda connection: {row[0]: row[1] for row in connection.execute(query)})


def published(url: str) -> list[Publication] | None:
    """All that was published, oldest first. Raises Damaged where that is not as it was written."""
    return _asked(url, publications)


def documents(url: str, hashes: Iterable[str]) -> Mapping[str, Any] | None:
    """Typed sources by their hashes, those that are there. Raises Damaged where one is not as it was written."""
    wanted = list(hashes)
    return _asked(url, lambda connection: _documents(connection, wanted))


def _documents(connection: Connection, wanted: list[str]) -> dict[str, Any]:
    d, found = tables.documents.c, {}
    for hash_ in wanted:
        body = connection.execute(select(d.body).where(d.hash == hash_)).scalar()
        if body is None:
            continue
        if hashlib.sha256(body).hexdigest() != hash_:
            raise Damaged(f"Document {hash_} is not as it was written. Verify the record.")
        found[hash_] = json.loads(body)
    return found


def _asked(url: str, ask: Callable[[Connection], T]) -> T | None:
    try:
        if url.startswith("postgresql"):
            if not holds_record(url):
                return None
            engine = engine_of(url)
        else:
            address = f"{file_of(url).resolve().as_uri()}?mode=ro"
            engine = create_engine(
                "sqlite://", creator=lambda: sqlite3.connect(address, uri=True, timeout=2), poolclass=NullPool
            )
        try:
            with engine.connect() as connection:
                return ask(connection)
        finally:
            engine.dispose()
    except (RecordUnavailable, sqlite3.Error, SQLAlchemyError, OSError):
        return None
