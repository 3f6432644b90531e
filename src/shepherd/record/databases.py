"""Which database an address names, and what each of them does in its own way."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from shepherd.record import postgres, sqlite
from shepherd.record.api import RecordUnavailable


def engine_of(url: str) -> Engine:
    """An engine for the record at *url*, a new file its owner's alone. Raises RecordUnavailable for no known kind."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return postgres.engine_of(parsed)
    engine = sqlite.engine_of(url)
    sqlite.new_private_file(url)
    return engine


def required_record(url: str) -> None:
    """Refuse to go on where no record is kept at *url*; nothing is made. Raises RecordUnavailable."""
    if _parsed(url).get_backend_name() != "postgresql":
        sqlite.required_record(url)
    elif not holds_record(url):
        raise RecordUnavailable("The database holds no record. Name the right one with --database.")


def holds_record(url: str) -> bool:
    """Whether a record is kept in the PostgreSQL database at *url*. Raises RecordUnavailable where it can't be read."""
    return postgres.holds_record(_parsed(url))


def called(url: str) -> str:
    """The database at *url* as people call it: a file, or a name and its host. Nothing that signs in is in it."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return str(parsed.database or "in memory")
    host = parsed.host or parsed.query.get("host") or "this machine"
    return f"{parsed.database} on {host}"


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except SQLAlchemyError:
        raise RecordUnavailable(f'"{url}" names no database: write it like sqlite:///shepherd.db.') from None
