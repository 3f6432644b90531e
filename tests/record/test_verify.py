"""What verify finds beside a changed chain, and what it says that it can't find."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.record import Record
from shepherd.record.chain import FIRST, link
from tests.record.making import a_run, a_ticket, attacker


@pytest.fixture
def run(record: Record) -> str:
    """A run of four entries, beside another."""
    ticket = a_ticket(record)
    a_run(record, ticket, "red")
    return a_run(record, ticket, "red", "green", "dark")


def test_a_whole_record_is_counted(record: Record, run: str) -> None:
    """Entries and runs of the record, of a ticket and of one run; the sentence says what is not promised."""
    ticket = record.run(run).ticket
    assert [(r.entries, r.runs, r.ok) for r in (record.verify(), record.verify(ticket), record.verify(run=run))] == [
        (6, 2, True),
        (6, 2, True),
        (4, 1, True),
    ]
    assert record.verify().sealed is False
    assert record.verify().sentence == (
        "Chain whole, not sealed: whoever can write the database could have rewritten it."
    )


def test_a_run_that_is_not_there_is_not_whole(record: Record) -> None:
    """A run that was asked for and is gone is no good news."""
    assert not record.verify(run="01930000-0000-7000-8000-ffffffffffff").ok


def test_the_last_entry_replaced_with_its_hash_is_found(record: Record, run: str, tmp_path: Path) -> None:
    """The end of a run has no entry behind it; the run's row keeps the hash that it had."""
    with attacker(tmp_path) as connection:
        asked = "SELECT hash, body FROM entries WHERE run = ? AND seq >= 3 ORDER BY seq"
        (before, _), (_, body) = connection.execute(asked, (run,)).fetchall()
        body = body.replace(b'"dark"', b'"bark"')
        values = (body, link(before, body), run)
        connection.execute("UPDATE entries SET body = ?, hash = ? WHERE run = ? AND seq = 4", values)
    assert [(b.run, b.seq) for b in record.verify().broken] == [(run, 4)]


@pytest.mark.parametrize("what", ["documents", "one run", "one ticket"])
def test_a_removed_document_is_found(record: Record, run: str, tmp_path: Path, what: str) -> None:
    """A run pins the documents it walked through; where one is gone, the record, the ticket and the run say so."""
    ticket = record.run(run).ticket
    with attacker(tmp_path) as connection:
        connection.execute("DELETE FROM documents WHERE rowid = 1")
    report = {"documents": record.verify(), "one run": record.verify(run=run), "one ticket": record.verify(ticket)}[
        what
    ]
    assert any("document" in one.what for one in report.broken)


def test_rebuilding_does_not_heal_a_cut_tail(record: Record, run: str, tmp_path: Path) -> None:
    """``rebuild`` works out lists; it does not make a shortened run look whole."""
    with attacker(tmp_path) as connection:
        connection.execute("DELETE FROM submissions WHERE run = ?", (run,))
        connection.execute("DELETE FROM entries WHERE run = ? AND seq > 2", (run,))
    record.rebuild()
    assert {one.run for one in record.verify().broken} == {run}


def test_a_forged_run_is_what_the_verdict_warns_of(record: Record, run: str, tmp_path: Path) -> None:
    """Whoever rewrites a whole run with all that points at it is not found: the sentence says just that."""
    with attacker(tmp_path) as connection:
        before = FIRST
        asked = "SELECT seq, body FROM entries WHERE run = ? ORDER BY seq"
        for seq, body in connection.execute(asked, (run,)).fetchall():
            forged = body.replace(b'"red"', b'"tan"')
            before = link(before, forged)
            values = (forged, before, run, seq)
            connection.execute("UPDATE entries SET body = ?, hash = ? WHERE run = ? AND seq = ?", values)
        if "head" in [row[1] for row in connection.execute("PRAGMA table_info(runs)")]:
            connection.execute("UPDATE runs SET head = ? WHERE id = ?", (before, run))
    report = record.verify()
    assert report.ok
    assert "could have rewritten it" in report.sentence
