"""What the tests of the record share: a record in a folder, a ticket, and events as the interpreter makes them."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shepherd.flow.canonical import digest
from shepherd.record import Publication, Record, open_record
from shepherd.run.api import Actor, Event, Try

MARIA = Actor("agent", "maria")
BEGIN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
FLOW = {"flow": "help", "steps": {"greet": {"say": "Good morning"}}}
POLICY = {"desk": "small"}
DOCUMENTS = {digest(FLOW): FLOW, digest(POLICY): POLICY}
BUNDLE = {"desk": digest(POLICY), "flow:help": digest(FLOW)}


@cache
def _blank() -> tuple[bytes, bytes]:
    """An empty record's two files, as they are made: the database and the keys."""
    with TemporaryDirectory() as folder:
        opened(Path(folder)).close()
        return Path(folder, "shepherd.db").read_bytes(), Path(folder, "shepherd-keys.db").read_bytes()


def blank(folder: Path, database: str = "shepherd.db", keys: str = "shepherd-keys.db") -> None:
    """Lay the files of an empty record in *folder*: making its tables anew takes longer than most tests of it."""
    for name, data in zip((database, keys), _blank(), strict=True):
        (folder / name).write_bytes(data)


def opened(folder: Path) -> Record:
    """The record kept in *folder*."""
    return open_record(f"sqlite:///{folder / 'shepherd.db'}", str(folder / "shepherd-keys.db"))


def at(seconds: float) -> datetime:
    """*seconds* after the beginning."""
    return BEGIN + timedelta(milliseconds=round(seconds * 1000))


def event(
    kind: str,
    data: Mapping[str, Any],
    *,
    second: float = 0,
    step: str = "",
    private: tuple[tuple[str | int, ...], ...] = (),
    tries: tuple[Try, ...] = (),
    actor: Actor = MARIA,
    **item: Any,
) -> Event:
    """An event that enters *step*, where one is given."""
    entered = ({"visit": 1, "step": step, "by": "then", **item},) if step else ()
    return Event(kind, data, entered, at(second), "+02:00", actor, private, tries)


def started(second: float = 0, **more: Any) -> Event:
    """The first event of a run."""
    data = {"flow": "help", "language": 1, "bundle": BUNDLE, "inputs": {}, "facts": {"channel": "phone"}, **more}
    return event("run_started", data, second=second, step="help/greet")


def answer(value: Any, second: float = 1, **more: Any) -> Event:
    """An accepted answer."""
    return event("answered", {"visit": 1, "value": value}, second=second, step="help/light", **more)


_ids = itertools.count(1)


def new_id() -> str:
    """Another id of the right form."""
    return f"01930000-0000-7000-8000-{next(_ids):012x}"


def a_ticket(record: Record, *, customer: str | None = "C-1", subject: str = "No internet") -> str:
    """A ticket of *customer*; its id."""
    known = record.put_customer(new_id(), customer, {"first_name": "Adalgisa"}, at=BEGIN).id if customer else None
    return record.create_ticket(new_id(), customer=known, subject=subject, at=BEGIN, actor=MARIA).id


def a_run(record: Record, ticket: str, *answers: Any, first: Event | None = None) -> str:
    """A run on *ticket* with these answers; its id."""
    run = new_id()
    record.create_run(run, ticket, "help", [first or started()], documents=DOCUMENTS)
    for seq, value in enumerate(answers, 1):
        record.append(run, seq, [answer(value, seq)], submission=(f"token-{seq}", record.request_hash(value)))
    return run


def a_publication(record: Record) -> None:
    """Something published, and read by somebody."""
    data = {"version": 1, "hash": digest(FLOW), "documents": [["flow:help", digest(FLOW)]]}
    record.publish(lambda _: Publication("proposed", at(1), "+02:00", MARIA, data), {digest(FLOW): FLOW})
    record.receive(1, "maria", at=at(2), actor=MARIA)


@contextmanager
def attacker(folder: Path, *, careful: bool = True) -> Iterator[sqlite3.Connection]:
    """A connection of somebody who can write the file: no triggers, no rules; a *careful* one puts them back."""
    with closing(sqlite3.connect(folder / "shepherd.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA synchronous=OFF")  # nobody cuts the power here
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'").fetchall()
        connection.executescript("".join(("BEGIN;", *(f"DROP TRIGGER {name};" for name, _ in triggers), "COMMIT;")))
        yield connection
        if careful:
            connection.executescript("".join(("BEGIN;", *(f"{sql};" for _, sql in triggers), "COMMIT;")))
