"""Group commit: one writer thread, one transaction for all that waits, an answer to each only after the commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.sql.base import Executable

from shepherd.record.api import RecordError, RecordUnavailable

T = TypeVar("T")
MOST_AT_ONCE = 256
CLOSED = "The record is closed. Nothing was saved."
UNAVAILABLE = "The record can't be written just now: {}. Nothing was saved; try again."


class Compiled(NamedTuple):
    """A statement as its driver wants it: *names* in order where its parameters are positional."""

    text: str
    names: tuple[str, ...] | None


class Batch:
    """
    The transaction under way.

    Rare work uses *connection*; frequent work uses ``run``: Core compiles each statement once, the driver executes it.
    """

    def __init__(self, engine: Engine):
        self.connection: Connection = engine.connect().execution_options(writes=True)
        self.cursor: Any = self.connection.connection.cursor()
        self._compiled: dict[Executable, Compiled] = {}

    def run(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Execute *statement* with *values* by name."""
        compiled = self._compiled.get(statement)
        if compiled is None:
            made: Any = statement.compile(dialect=self.connection.dialect)  # type: ignore[attr-defined]
            compiled = Compiled(str(made), tuple(made.positiontup) if made.positional else None)
            self._compiled[statement] = compiled
        text, names = compiled
        self.cursor.execute(text, values if names is None else [values[name] for name in names])

    def row(self, statement: Executable, values: Mapping[str, Any]) -> Any:
        """The first row of *statement*, or None."""
        self.run(statement, values)
        return self.cursor.fetchone()

    def close(self) -> None:
        """Let the connection go; what was not committed is rolled back."""
        self.connection.invalidate()
        self.connection.close()


Work = Callable[[Batch, bool], T]


class Job(Generic[T]):
    """A piece of work, and who waits for its end."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Work[T]):
        self.work, self.done = work, threading.Lock()
        self.result: T
        self.error: BaseException | None = None
        self.done.acquire()


class Writer:
    """
    The only one who writes. Each job has a savepoint of its own, so that one that fails leaves the others alone.

    A job is called with the batch and whether it is to look again: first it may rely on what is remembered; where a
    key was there already, it must read before it decides. *forget* is called when a whole batch came to nothing.
    """

    def __init__(self, engine: Engine, forget: Callable[[], None]):
        self._engine, self._forget = engine, forget
        self._driver: Any = engine.dialect.loaded_dbapi
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._batch: Batch | None = None
        self._thread = threading.Thread(target=self._serve, name="record-writer", daemon=True)
        self._thread.start()

    def write(self, work: Work[T]) -> T:
        """Do *work* in the next transaction; returns, or raises, once that is committed."""
        job = Job(work)
        with self._gate:
            if self._closed:
                raise RecordUnavailable(CLOSED)
            self._jobs.put(job)
        job.done.acquire()
        if job.error is not None:
            raise job.error
        return job.result

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        job: Job[Any] | None
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            try:
                while len(jobs) < MOST_AT_ONCE and (job := self._jobs.get_nowait()) is not None:
                    jobs.append(job)
            except Empty:
                pass
            self._commit(jobs)
            if job is None:
                break
        if self._batch is not None:
            self._batch.close()

    def _commit(self, jobs: list[Job[Any]]) -> None:
        """All *jobs* in one transaction; where the database or the commit itself fails, none of them happened."""
        try:
            batch = self._batch = self._batch or Batch(self._engine)
            with batch.connection.begin():
                for job in jobs:
                    self._one(batch, job)
        except BaseException as error:
            self._lost(jobs, error)
        for job in jobs:
            job.done.release()

    def _one(self, batch: Batch, job: Job[Any]) -> None:
        execute = batch.cursor.execute
        for again in (False, True, True):
            execute("SAVEPOINT job")
            try:
                job.result = job.work(batch, again)
            except (IntegrityError, self._driver.IntegrityError):
                execute("ROLLBACK TO SAVEPOINT job")
                execute("RELEASE SAVEPOINT job")
                continue
            except (SQLAlchemyError, self._driver.Error):
                raise
            except Exception as error:
                job.error = error
                execute("ROLLBACK TO SAVEPOINT job")
            execute("RELEASE SAVEPOINT job")
            return
        job.error = RecordError("What was to be recorded does not fit what is there. Read it again.")

    def _lost(self, jobs: list[Job[Any]], error: BaseException) -> None:
        for job in jobs:
            job.error = RecordUnavailable(UNAVAILABLE.format(self._reason(error)))
        self._forget()
        lost, self._batch = self._batch, None
        if lost is not None:
            try:
                lost.close()
            except Exception:  # beyond use; the next batch opens another
                return

    def _reason(self, error: BaseException) -> str:
        """Why, in few words and without a value of anybody's: the driver's own message alone."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        known = isinstance(cause, SQLAlchemyError | OSError | self._driver.Error)
        return str(cause)[:120] if known else type(error).__name__
