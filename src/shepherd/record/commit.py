"""Group commit: one writer thread, one transaction for all that waits, an answer to each only after the commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from shepherd.record.api import NotRecordable, RecordError, RecordUnavailable
from shepherd.record.batch import Batch
from shepherd.record.errors import reason
from shepherd.record.rows import Rows

T = TypeVar("T")
MOST_AT_ONCE = 256
#: Seconds in which those who shared the last commit come back; without another job by then, a batch is full.
BACK_AT_ONCE = 0.0003
CLOSED = "The record is closed. Nothing was saved."
UNAVAILABLE = "The record can't be written just now: {}. Nothing was saved; try again."
UNFIT = "A name or another short text is too long for its column, or holds what no text may. Nothing was saved."

Work = Callable[[Batch, bool], T]
Gather = Callable[[Rows], T | None]


class Job(Generic[T]):
    """A piece of work, and who waits for its end."""

    __slots__ = ("done", "error", "gather", "result", "work")

    def __init__(self, work: Work[T], gather: Gather[T] | None):
        self.work, self.gather, self.done = work, gather, threading.Lock()
        self.result: T
        self.error: BaseException | None = None
        self.done.acquire()


class Writer:
    """
    The only one who writes. A job that fails leaves the others alone.

    Jobs that need no look at the database only gather their rows; those go in together, in one savepoint. Where a key
    was there already, none of them counts as done, and each is done alone, like all other jobs: in a savepoint of its
    own, called with the batch and whether it is to look again. First it may rely on what is remembered; then it must
    read before it decides. *forget* is called when what was gathered, or a whole batch, came to nothing.
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

    def write(self, work: Work[T], gather: Gather[T] | None = None) -> T:
        """
        Do *work* in the next transaction; returns, or raises, once that is committed.

        *gather* is asked first where there is one: it adds rows and says what *work* would, or changes nothing and
        says None.
        """
        job = Job(work, gather)
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
        expected = 1
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            while len(jobs) < MOST_AT_ONCE and (job := self._another(wait=len(jobs) < expected)):
                jobs.append(job)
            self._commit(jobs)
            expected = len(jobs)
        if self._batch is not None:
            self._batch.close()

    def _another(self, *, wait: bool) -> Job[Any] | None:
        """
        The next job, if it is there; where some of those who shared the last commit are not back yet, *wait* for them.

        A simple queue's own `get(timeout=…)` is of no use: where the time is over before it has looked twice, CPython
        3.11 waits until somebody puts another job, and the answers of this batch with it.
        """
        if wait and self._jobs.empty():
            time.sleep(BACK_AT_ONCE)
        try:
            job = self._jobs.get_nowait()
        except Empty:
            return None
        if job is None:  # closed: this was the last one, and it is seen once more when the batch is done
            self._jobs.put(None)
        return job

    def _commit(self, jobs: list[Job[Any]]) -> None:
        """All *jobs* in one transaction; where the database or the commit itself fails, none of them happened."""
        try:
            batch = self._batch = self._batch or Batch(self._engine)
            with batch.connection.begin():
                for job in self._together(batch, jobs):
                    self._one(batch, job)
        except BaseException as error:
            self._lost(jobs, error)
        for job in jobs:
            job.done.release()

    def _together(self, batch: Batch, jobs: list[Job[Any]]) -> list[Job[Any]]:
        """Write what can be gathered; the jobs that are left."""
        execute = batch.cursor.execute
        execute("SAVEPOINT job")
        try:
            left = self._gathered(batch, jobs)
        except Exception as error:
            alone = (self._driver.IntegrityError, self._driver.DataError)
            if isinstance(error, self._driver.Error) and not isinstance(error, alone):
                raise
            self._forget()
            execute("ROLLBACK TO SAVEPOINT job")
            left = jobs
        execute("RELEASE SAVEPOINT job")
        return left

    def _gathered(self, batch: Batch, jobs: list[Job[Any]]) -> list[Job[Any]]:
        rows, left = Rows(), []
        for job in jobs:
            gathered = job.gather(rows) if job.gather else None
            if gathered is None:
                left.append(job)
            else:
                job.result = gathered
        rows.write(batch)
        return left

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
            except (DataError, self._driver.DataError):
                job.error = NotRecordable(UNFIT)
                execute("ROLLBACK TO SAVEPOINT job")
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
        known = isinstance(error, SQLAlchemyError | OSError | self._driver.Error)
        return reason(error) if known else type(error).__name__
