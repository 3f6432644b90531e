"""A column that holds what it never could is named as damage, never an error; and damage stays damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from shepherd.record import Record, RecordError
from tests.record.making import a_run, a_ticket, answer, attacker, opened

NONSENSE = {
    "nothing": None,
    "a number": 7,
    "a huge number": 2**62,
    "text": "nonsense",
    "empty text": "",
    "no text": b"\xff\xfe",
    "empty bytes": b"",
}
COLUMNS = ("run", "seq", "ticket", "kind", "at", "actor", "body", "hash")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """An empty record in the test's own folder."""
    made = opened(tmp_path)
    yield made
    made.close()


@pytest.fixture
def attack(record: Record, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who can write the file, where no column insists on anything."""
    with attacker(tmp_path) as connection:
        connection.execute("DROP TABLE entries")
        connection.execute(f"CREATE TABLE entries ({', '.join(COLUMNS)})")
        yield connection


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_in_a_column_is_named(record: Record, attack: sqlite3.Connection, nonsense: Any, column: str) -> None:
    """Whatever stands in a column of an entry, the verdict is a report that names the entry, never an error."""
    run = a_run(record, a_ticket(record), "red", "green")
    attack.execute(f"UPDATE entries SET {column} = ? WHERE seq = 2", (nonsense,))
    report = record.verify()
    assert not report.ok
    assert column == "run" or run in {one.run for one in report.broken}


def test_rebuilding_does_not_mend_a_cut_tail(record: Record, tmp_path: Path) -> None:
    """Working the cache out again from a run that lost its tail is refused, or leaves the loss to be seen."""
    run = a_run(record, a_ticket(record))
    record.append(run, 1, [answer("red", 1), answer("green", 2)])
    with attacker(tmp_path) as attack:
        attack.execute("DELETE FROM entries WHERE run = ? AND seq = 3", (run,))
    with suppress(RecordError):
        record.rebuild()
    assert run in {one.run for one in record.verify().broken}
