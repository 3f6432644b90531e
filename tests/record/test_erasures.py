"""What was erased stays erased, and nothing else is unreadable: verify holds the values against their keys."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from shepherd.record import Record
from tests.record.making import at, attacker, event
from tests.record.test_seal import written

KEYS = "shepherd-keys.db"


def told(record: Record, ticket: str, run: str) -> list[str]:
    """What verify holds against *run*: the same whether it is asked of the run, of its ticket or of all."""
    alone = [one.what for one in record.verify(run=run).broken]
    for report in (record.verify(ticket), record.verify()):
        assert [one.what for one in report.broken if one.run == run] == alone
    return alone


def test_a_key_that_is_gone_without_an_erasure_is_named(record: Record, tmp_path: Path) -> None:
    """Who takes away a key has erased without a trace: the run, the ticket and the customer are named."""
    ticket, run = written(record)
    _, other = written(record, "C-2")
    with sqlite3.connect(tmp_path / KEYS) as keys:
        keys.execute("DELETE FROM subject_keys WHERE subject = ?", (record.ticket(ticket).customer,))
    assert ["nobody has erased it" in what for what in told(record, ticket, run)] == [True]
    beside = [one.what for one in record.verify(ticket).broken if not one.run]
    assert ["nobody has erased it" in what for what in beside] == [True, True, True]
    assert record.verify(run=other).ok


def test_an_erasure_that_is_only_said_is_named(record: Record, tmp_path: Path) -> None:
    """A customer who is marked as erased, and whose values can be read, is named."""
    ticket, run = written(record)
    with attacker(tmp_path) as connection:
        connection.execute("UPDATE customers SET erased_at = '2026-11-21T11:00:00.000Z'")
    assert ["was erased on 2026-11-21, and can be read" in what for what in told(record, ticket, run)] == [True]


def test_an_older_key_file_that_undoes_an_erasure_is_named(record: Record, tmp_path: Path) -> None:
    """A copy of the keys that is put back makes readable again what was erased; erased once more, all is whole."""
    ticket, run = written(record)
    customer = record.ticket(ticket).customer
    assert customer is not None
    shutil.copy(tmp_path / KEYS, tmp_path / "older.db")
    record.erase(customer, at=at(9))
    assert told(record, ticket, run) == []
    with sqlite3.connect(tmp_path / "older.db") as older, sqlite3.connect(tmp_path / KEYS) as keys:
        older.backup(keys)
    assert ["its key is there again" in what for what in told(record, ticket, run)] == [True]
    record.erase(customer, at=at(10))
    assert told(record, ticket, run) == []


def test_what_a_customer_says_after_their_erasure_is_whole(record: Record) -> None:
    """Who comes back is sealed under a new key: that is no undone erasure, and what came before stays erased."""
    ticket, run = written(record)
    customer = record.ticket(ticket).customer
    assert customer is not None
    record.erase(customer, at=at(9))
    record.append(run, 2, [event("noted", {"text": "calls again"}, second=10, private=(("text",),))])
    assert record.verify().ok


def test_exchanged_keys_are_one_verdict(record: Record, tmp_path: Path) -> None:
    """Where two customers' keys change places, each run is broken at the entries that do not open, whoever asks."""
    ticket, run = written(record)
    second, other = written(record, "C-2")
    with sqlite3.connect(tmp_path / KEYS) as keys:
        (one, mine), (two, theirs) = (
            keys.execute(
                "SELECT id, key FROM subject_keys WHERE subject = ?", (record.ticket(id_).customer,)
            ).fetchone()
            for id_ in (ticket, second)
        )
        keys.execute("UPDATE subject_keys SET key = ? WHERE id = ?", (theirs, one))
        keys.execute("UPDATE subject_keys SET key = ? WHERE id = ?", (mine, two))
    for of, walked in ((ticket, run), (second, other)):
        assert ["does not open" in what for what in told(record, of, walked)] == [True, True]
    assert record.broken([run, other]) == {run, other}
