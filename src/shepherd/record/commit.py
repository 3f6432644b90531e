"""Group commit: one writer thread, one transaction for all that waits, an answer to each only after the commit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from shepherd.record.api import RecordError, RecordUnavailable

T = TypeVar("T")
Work = Callable[[Connection], Any]
MOST_AT_ONCE = 256
UNAVAILABLE = "The record can't be written just now: {}. Nothing was saved; try again."


class Job(NamedTuple):
    """A piece of work in the writer's transaction, and who waits for its end."""

    work: Work
    done: Future[Any]


class Writer:
    """The only one who writes. Each job has a savepoint of its own, so that one that fails leaves the others alone."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="record-writer", daemon=True)
        self._closed = False
        self._thread.start()

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in the next transaction; returns, or raises, once that is committed."""
        if self._closed:
            raise RecordUnavailable("The record is closed.")
        done: Future[Any] = Future()
        self._jobs.put(Job(work, done))
        result: T = done.result()
        return result

    def close(self) -> None:
        """Finish what waits, then stop."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join(timeout=30)

    def _serve(self) -> None:
        while True:
            first = self._jobs.get()
            if first is None:
                return
            jobs, last = [first], False
            while len(jobs) < MOST_AT_ONCE:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    last = True
                    break
                jobs.append(following)
            self._commit(jobs)
            if last:
                return

    def _commit(self, jobs: list[Job]) -> None:
        """All *jobs* in one transaction; where the commit itself fails, none of them happened."""
        ends: list[tuple[Job, Any, BaseException | None]] = []
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                for job in jobs:
                    ends.append((job, *self._one(connection, job)))
        except Exception as error:
            broken = RecordUnavailable(UNAVAILABLE.format(_reason(error)))
            for job in jobs:
                job.done.set_exception(broken)
            return
        for job, result, failed in ends:
            if failed is None:
                job.done.set_result(result)
            else:
                job.done.set_exception(failed)

    def _one(self, connection: Connection, job: Job) -> tuple[Any, BaseException | None]:
        try:
            with connection.begin_nested():
                return job.work(connection), None
        except (RecordError, IntegrityError) as error:
            return None, error
        except DBAPIError as error:
            if "append-only" in str(error.orig):
                return None, error
            raise
        except Exception as error:
            return None, error


def _reason(error: Exception) -> str:
    """Why, in few words and without a value of anybody's: the driver's own message alone."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause)[:120] if isinstance(error, SQLAlchemyError | OSError) else type(error).__name__
