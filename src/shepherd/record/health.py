"""Looking at a record from outside: nothing is opened for writing, made, migrated or mended by looking."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from shepherd.flow.canonical import canonical
from shepherd.record.api import RecordUnavailable
from shepherd.record.bodies import time_of
from shepherd.record.publications import Publication, read_rows

LATEST = 1000
_WAL, _JOURNAL_BYTES = 2, slice(18, 20)


class Look(NamedTuple):
    """
    A database as it lies there.

    *holds* says whether there is a record in it; *revision* is that of its tables, *keys* the mark of the keys that it
    was written with, *last* when its latest entry was made (UTC).
    """

    wal: bool
    holds: bool = False
    revision: str = ""
    keys: str = ""
    last: datetime | None = None


def file_of(url: str) -> Path:
    """The file that *url* names. Raises RecordUnavailable where it names none, or another kind of database."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        raise RecordUnavailable(f'"{url}" names no database: write it like sqlite:///shepherd.db.') from None
    if parsed.get_backend_name() != "sqlite":
        raise RecordUnavailable(f"The record is kept in SQLite or PostgreSQL, not in {parsed.get_backend_name()}.")
    if not parsed.database or parsed.database == ":memory:":
        raise RecordUnavailable("The record needs a file, such as sqlite:///shepherd.db: memory forgets.")
    return Path(parsed.database)


def look(file: Path) -> Look:
    """What lies in the database *file*. Raises OSError or sqlite3.Error where it can't be read."""
    with file.open("rb") as stream:
        wal = set(stream.read(100)[_JOURNAL_BYTES]) == {_WAL}
    with closing(_opened(file)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"entries", "marks", "alembic_version"} <= names:
            return Look(wal)
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        keys = connection.execute("SELECT value FROM marks WHERE name = 'keys'").fetchone()
        latest = "SELECT max(at) FROM (SELECT at FROM entries ORDER BY rowid DESC LIMIT ?)"
        (last,) = connection.execute(latest, (LATEST,)).fetchone()
    return Look(
        wal, True, revision[0] if revision else "", keys[0] if keys else "", time_of(str(last)) if last else None
    )


def published(file: Path) -> list[Publication]:
    """
    All that was published in the database *file*, oldest first.

    Raises OSError or sqlite3.Error where it can't be read, and Damaged where it is not as it was written.
    """
    with closing(_opened(file)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'publications'").fetchone():
            return []
        return read_rows(connection.execute("SELECT seq, body, hash FROM publications ORDER BY seq").fetchall())


def mark_of(keys: Path) -> str:
    """The mark by which a record knows the *keys* file. Raises OSError or sqlite3.Error where it is no such file."""
    with closing(_opened(keys)) as connection:
        found = connection.execute("SELECT key FROM record_keys WHERE id = 'hmac'").fetchone()
    if found is None:
        raise sqlite3.DatabaseError("no key of a record")
    return hmac.new(bytes(found[0]), canonical(["keys"]), hashlib.sha256).hexdigest()[:16]


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
