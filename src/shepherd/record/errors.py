"""Errors of the database while reading, said in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from shepherd.record.api import RecordUnavailable


@contextmanager
def readable() -> Iterator[None]:
    """Turn the database's errors into RecordUnavailable."""
    try:
        yield
    except SQLAlchemyError as error:
        raise RecordUnavailable(f"The record can't be read just now: {reason(error)}.") from error


def reason(error: BaseException) -> str:
    """Why, in one short line and without a value of anybody's: the driver's own message, not the statement's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    first, *_ = [line.strip() for line in str(cause).splitlines() if line.strip()] or [type(cause).__name__]
    return first[:160].rstrip(".")
