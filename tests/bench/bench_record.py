"""
Durable answers per second: 32 clients sharing commits, against bare inserts of the same rows, one commit each.

The clients are threads, of which Python lets one run at a time; each round is also made with all of them held to one
processor, where handing on costs least (as ``taskset`` does for a server).
The bare side takes the first ``BARE`` of the rows: its speed does not depend on their number, and a disk may be slow.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from shepherd.record import Record
from shepherd.record.sqlite import engine_of, wal_is_safe
from tests.record.making import a_run, a_ticket, answer, new_id, opened

CLIENTS = 32
ANSWERS = int(os.environ.get("SHEPHERD_BENCH_ANSWERS", "3200"))
BARE = 320
ROUNDS = 3
TABLES = ("entries", "submissions")


def answered(record: Record, runs: list[str], first: int, each: int) -> float:
    """Seconds in which every run takes *each* answers after entry *first*, each run from a client of its own."""
    hashed = record.request_hash("red")
    events = {seq: answer("red", seq) for seq in range(first, first + each)}
    begun = threading.Barrier(len(runs) + 1)
    failed: list[BaseException] = []

    def client(run: str) -> None:
        begun.wait()
        try:
            for seq, event in events.items():
                told = record.append(run, seq, [event], submission=(f"token-{seq}", hashed))
                assert told.last_seq == seq + 1
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=client, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    begun.wait()
    seconds = timed(lambda: [thread.join() for thread in threads])
    if failed:
        raise failed[0]
    return seconds


@contextmanager
def held_to_one_processor() -> Iterator[None]:
    """Keep every thread of this process, and those that they start, on one processor."""
    free = os.sched_getaffinity(0)
    allow({max(free)})
    try:
        yield
    finally:
        allow(free)


def allow(processors: set[int]) -> None:
    """Let every thread of this process run on *processors* alone."""
    for thread in os.listdir("/proc/self/task"):
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread), processors)


def rows_of(folder: Path, first: int, each: int) -> list[dict[str, tuple[Any, ...]]]:
    """The rows that those answers left, by table, one answer after the other."""
    engine = engine_of(f"sqlite:///{folder / 'shepherd.db'}")
    columns = {"entries": "seq", "submissions": "last_seq"}
    with engine.connect() as connection:
        kept = {
            table: connection.exec_driver_sql(
                f"SELECT * FROM {table} WHERE {by} > ? AND {by} <= ? ORDER BY {by}, run", (first, first + each)
            ).all()
            for table, by in columns.items()
        }
    engine.dispose()
    return [{table: tuple(kept[table][i]) for table in TABLES} for i in range(len(kept["entries"]))]


def inserted(folder: Path, rows: list[dict[str, tuple[Any, ...]]], source: Path) -> float:
    """Seconds of one connection with the same pragmas that inserts those *rows*, a transaction for each answer."""
    origin = engine_of(f"sqlite:///{source / 'shepherd.db'}")
    with origin.connect() as connection:
        made = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND tbl_name IN (?, ?) AND sql > ''", TABLES
        ).all()
    origin.dispose()
    engine = engine_of(f"sqlite:///{folder / f'bare-{new_id()}.db'}")
    wrapped = engine.raw_connection()
    cursor = wrapped.cursor()
    for (sql,) in made:
        cursor.execute(sql)
    statements = {t: f"INSERT INTO {t} VALUES ({', '.join('?' * len(rows[0][t]))})" for t in TABLES}

    def job() -> None:
        for row in rows:
            cursor.execute("BEGIN IMMEDIATE")
            for table in TABLES:
                cursor.execute(statements[table], row[table])
            cursor.execute("COMMIT")

    seconds = timed(job)
    cursor.close()
    wrapped.close()
    engine.dispose()
    return seconds


def timed(job: Callable[[], object]) -> float:
    """How long *job* takes."""
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def main() -> dict[str, float]:
    """Both sides in turn, the best of each; prints and returns answers per second and their ratio."""
    each = max(1, ANSWERS // CLIENTS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = opened(folder)
        ticket = a_ticket(record)
        runs = [a_run(record, ticket) for _ in range(CLIENTS)]
        ours, held, bare = [], [], []
        for turn in range(ROUNDS):
            first = 1 + 2 * turn * each
            ours.append(answered(record, runs, first, each))
            with held_to_one_processor():
                held.append(answered(record, runs, first + each, each))
            rows = rows_of(folder, first, each)
            assert len(rows) == each * CLIENTS
            bare.append(inserted(folder, rows[:BARE], folder))
        assert record.verify().ok
        record.close()
    count = each * CLIENTS
    told = {"shared_per_second": count / min(ours), "held_per_second": count / min(held)}
    told |= {"bare_per_second": min(BARE, count) / min(bare)}
    told["ratio"] = told["shared_per_second"] / told["bare_per_second"]
    mode = "WAL" if wal_is_safe() else "DELETE"
    print(f"SQLite {sqlite3.sqlite_version}, journal mode {mode}")
    shared, held_said, bare_said = (
        f"{told[f'{name}_per_second']:8.0f} a second" for name in ("shared", "held", "bare")
    )
    print(f"{count} durable answers, {CLIENTS} clients, one commit shared:  {shared}   (aim: 8000)")
    print(f"the same, all threads on one processor:              {held_said}")
    print(f"the same rows bare, one connection, one commit each: {bare_said}")
    print(f"ratio {told['ratio']:.2f}")
    return told


if __name__ == "__main__":
    main()
