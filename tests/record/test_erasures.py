"""What was erased stays erased, and nothing else is unreadable: verify holds the values against their keys."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from shepherd.record import Record, RecordUnavailable
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
    assert ["was not erased" in what for what in told(record, ticket, run)] == [True]
    beside = [one.what for one in record.verify(ticket).broken if not one.run]
    assert ["was not erased" in what for what in beside] == [True, True, True]
    assert record.verify(run=other).ok


def test_an_erasure_that_is_only_said_is_named(record: Record, tmp_path: Path) -> None:
    """A customer who is marked as erased, and whose values can be read, is named."""
    ticket, run = written(record)
    with attacker(tmp_path) as connection:
        connection.execute("UPDATE customers SET erased_at = '2026-11-21T11:00:00.000Z'")
    assert ["was erased on 2026-11-21, as the" in what for what in told(record, ticket, run)] == [True]


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
    assert ["its key is there" in what for what in told(record, ticket, run)] == [True]
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


def test_what_came_after_an_erasure_is_not_excused_by_it(record: Record, tmp_path: Path) -> None:
    """A key that was made after the erasure, and taken away since, was erased by nobody."""
    ticket, run = written(record)
    customer = record.ticket(ticket).customer
    assert customer is not None
    record.erase(customer, at=at(9))
    record.append(run, 2, [event("noted", {"text": "calls again"}, second=10, private=(("text",),))])
    with sqlite3.connect(tmp_path / KEYS) as keys:
        keys.execute("DELETE FROM subject_keys WHERE subject = ?", (customer,))
    assert ["was not erased" in what for what in told(record, ticket, run)] == [True]


def test_a_key_that_is_none_is_named_and_seals_nothing(record: Record, tmp_path: Path) -> None:
    """A key file in which somebody wrote is no crash: what does not open is named, and nothing is sealed under it."""
    ticket, run = written(record)
    with sqlite3.connect(tmp_path / KEYS) as keys:
        keys.execute("UPDATE subject_keys SET key = 'abc'")
    assert ["does not open" in what for what in told(record, ticket, run)] == [True, True]
    with pytest.raises(RecordUnavailable, match="not as it was written"):
        record.append(run, 2, [event("noted", {"text": "more"}, second=10, private=(("text",),))])


def test_words_that_were_never_sealed_are_named(record: Record, tmp_path: Path) -> None:
    """A subject or facts in plain in the place of sealed ones can't be the record's."""
    ticket, _ = written(record)
    with attacker(tmp_path) as connection:
        connection.execute("""UPDATE tickets SET subject = cast('"Agreed to pay"' AS blob)""")
    assert ["never sealed" in one.what for one in record.verify(ticket).broken] == [True]


def test_facts_of_another_customer_are_named(record: Record, tmp_path: Path) -> None:
    """Who exchanges the owners of keys, to put a ticket under another, is betrayed by whose facts are sealed."""
    ticket, _ = written(record)
    second, _ = written(record, "C-2")
    mine, theirs = (record.ticket(one).customer for one in (ticket, second))
    with sqlite3.connect(tmp_path / KEYS) as keys:
        for subject, other in ((mine, "x"), (theirs, mine), ("x", theirs)):
            keys.execute("UPDATE subject_keys SET subject = ? WHERE subject = ?", (other, subject))
    told_of = [one.what for one in record.verify(ticket).broken if not one.run]
    assert any("another" in what for what in told_of)


def test_a_time_that_is_none_is_named_and_stops_no_list(record: Record, tmp_path: Path) -> None:
    """Each column of times is held to how the record writes them, and is read all the same where it is not so."""
    ticket, _ = written(record)
    with attacker(tmp_path) as connection:
        connection.execute("UPDATE tickets SET updated_at = 'abc'")
        connection.execute("UPDATE items SET at = 'abc'")
    assert record.ticket(ticket).updated_at.year == 1970
    assert [item.at.year for item in record.items(ticket)] == [1970]
    columns = [one.what for one in record.verify(ticket).broken]
    assert [sum(f"column {name} what it never could" in what for what in columns) for name in ("updated_at", "at")] == [
        1,
        1,
    ]


def test_a_column_of_a_run_that_never_could_be_is_one_verdict(record: Record, tmp_path: Path) -> None:
    """The run alone, its ticket and the whole record say the same of its row."""
    ticket, run = written(record)
    with attacker(tmp_path) as connection:
        connection.execute("UPDATE runs SET updated_at = 'abc'")
    assert any("column updated_at" in what for what in told(record, ticket, run))
