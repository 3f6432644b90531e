"""Errors of the database while reading, said in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from shepherd.record.api import RecordUnavailable


@contextmanager
def readable() -> Iterator[None]:
    """Turn the database's errors into RecordUnavailable."""
    try:
        yield
    except SQLAlchemyError as error:
        raise RecordUnavailable(f"The record can't be read just now: {type(error).__name__}.") from error
