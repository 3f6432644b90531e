"""How many runs each flow had, counted from outside: nothing is made, migrated or opened for writing by asking."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from shepherd.record import tables
from shepherd.record.api import RecordUnavailable
from shepherd.record.bodies import text_of
from shepherd.record.databases import engine_of, holds_record
from shepherd.record.health import file_of

_COUNT = "SELECT flow, count(*) FROM runs WHERE created_at >= ? GROUP BY flow"


def traffic(url: str, since: datetime) -> Mapping[str, int] | None:
    """The runs begun *since* then, by the flow that each began with; None where no record is kept at *url*."""
    try:
        if url.startswith("postgresql"):
            return _counted(url, since) if holds_record(url) else None
        file = file_of(url)
        if not file.is_file():
            return None
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
            return dict(connection.execute(_COUNT, (text_of(since),)).fetchall())
    except (RecordUnavailable, sqlite3.Error, SQLAlchemyError, OSError):
        return None


def _counted(url: str, since: datetime) -> dict[str, int]:
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            runs = tables.runs.c
            query = select(runs.flow, func.count()).where(runs.created_at >= text_of(since)).group_by(runs.flow)
            return {row[0]: row[1] for row in connection.execute(query)}
    finally:
        engine.dispose()
