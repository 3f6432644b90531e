"""What verify finds beside a changed chain, and what it says that it can't find."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy import event as listened

from shepherd.flow.canonical import digest
from shepherd.record import Once, Record
from shepherd.record.chain import FIRST, link
from shepherd.record.kept import AT_ONCE
from shepherd.record.tables import metadata
from shepherd.run.api import Try
from tests.record.making import BEGIN, MARIA, a_publication, a_run, a_ticket, attacker, event, new_id, opened, started


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


def test_several_runs_have_the_verdicts_that_each_has_alone(record: Record, tmp_path: Path) -> None:
    """Runs asked for together are broken exactly where each is by itself, whatever was done to which."""
    ticket = a_ticket(record)
    runs = [a_run(record, ticket, "red", "green") for _ in range(AT_ONCE + 9)]
    assert record.broken(runs) == record.broken([]) == frozenset()
    body, tail, row, head, gone, stray = runs[1], runs[AT_ONCE - 1], runs[AT_ONCE], runs[-1], new_id(), runs[4]
    with attacker(tmp_path) as connection:
        red = "CAST(replace(CAST(body AS TEXT), '\"red\"', '\"tan\"') AS BLOB)"
        connection.execute(f"UPDATE entries SET body = {red} WHERE run = ? AND seq = 2", (body,))
        connection.execute("DELETE FROM entries WHERE run = ? AND seq = 3", (tail,))
        connection.execute("UPDATE runs SET created_by = 'olli' WHERE id = ?", (row,))
        connection.execute("UPDATE runs SET head = x'00' WHERE id = ?", (head,))
        connection.execute("DELETE FROM runs WHERE id = ?", (stray,))
    asked = [*runs, gone]

    assert record.broken(asked) == {body, tail, row, head, gone, stray}
    assert record.broken(asked) == {run for run in asked if not record.verify(run=run).ok}
    assert record.broken([one for one in runs if one not in (body, tail, row, head, stray)]) == frozenset()


def test_a_run_whose_id_became_a_blob_is_broken_in_a_list(record: Record, run: str, tmp_path: Path) -> None:
    """A list of runs is verified whatever their ids were made; the one that was changed is broken, the other is not."""
    with attacker(tmp_path) as connection:
        connection.execute("UPDATE runs SET id = x'fffe' WHERE id = ?", (run,))
    listed: list[Any] = [one.id for one in record.runs()]
    assert len(listed) == 2
    assert record.broken(listed) == {b"\xff\xfe"}


def test_a_lost_document_breaks_the_runs_that_pin_it_and_no_others(record: Record, tmp_path: Path) -> None:
    """Documents are read once for all runs; each run is held against its own, one that names nonsense too."""
    ticket = a_ticket(record)
    other = {"flow": "other"}
    whole = [a_run(record, ticket, "red") for _ in range(2)]
    pinning, strange = new_id(), new_id()
    record.create_run(
        pinning, ticket, "help", [started(bundle={"desk": digest(other)})], documents={digest(other): other}
    )
    record.create_run(strange, ticket, "help", [started(bundle={"desk": "\x00'"})], documents={})
    assert record.broken([*whole, pinning]) == frozenset()
    with attacker(tmp_path) as connection:
        connection.execute("DELETE FROM documents WHERE hash = ?", (digest(other),))

    assert record.broken([*whole, pinning, strange]) == {pinning, strange}


def test_a_list_of_runs_is_verified_in_few_readings(record: Record) -> None:
    """More runs in a lot are not more statements: what is kept of them is read together."""
    ticket = a_ticket(record, customer=None)
    runs = [a_run(record, ticket, "red") for _ in range(9)]
    counts = []
    for asked in (runs[:2], runs):
        seen: list[str] = []
        with statements(record, seen):
            assert record.broken(asked) == frozenset()
        counts.append(len(seen))

    assert counts[0] == counts[1] > 0


@contextmanager
def statements(record: Record, seen: list[str]) -> Iterator[None]:
    """Puts into *seen* each statement that the record sends to its database meanwhile."""

    def sent(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    listened.listen(record._engine, "before_cursor_execute", sent)
    try:
        yield
    finally:
        listened.remove(record._engine, "before_cursor_execute", sent)


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


def test_guards_that_are_gone_are_named(record: Record, run: str, tmp_path: Path) -> None:
    """Somebody who dropped the triggers has been there, even where nothing else differs."""
    with attacker(tmp_path, careful=False):
        pass
    (one,) = record.verify().broken
    assert "entries_no_update" in one.what


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("created_by = 'olli'", "another person"),
        ("flow = 'other'", "another flow"),
        ("created_at = '2020-01-01T00:00:00.000Z'", "another time"),
        ("ticket = (SELECT id FROM tickets ORDER BY n DESC LIMIT 1)", "stands on another ticket"),
        (
            "status = 'ended', outcome = 'fixed'",
            "the list row differs in status, outcome: its entries say otherwise.",
        ),
    ],
)
def test_a_changed_row_of_a_run_is_named(record: Record, run: str, tmp_path: Path, change: str, told: str) -> None:
    """What lists show of a run is held against its entries, for the whole record and for its ticket."""
    ticket = record.run(run).ticket
    a_ticket(record, customer=None)
    with attacker(tmp_path) as connection:
        connection.execute(f"UPDATE runs SET {change} WHERE id = ?", (run,))
    for report in (record.verify(), record.verify(ticket), record.verify(run=run)):
        assert any(one.run == run and told in one.what for one in report.broken)
    if "list row" in told:
        record.rebuild()
        assert record.verify().ok


THEIRS = "(SELECT id FROM customers WHERE ref = 'C-2')"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([f"tickets SET customer = {THEIRS}, customer_ref = 'C-2'"], "stands under another customer"),
        ([f"runs SET customer = {THEIRS}"], "with whom it was walked"),
        (
            [f"tickets SET customer = {THEIRS}, customer_ref = 'C-2'", f"runs SET customer = {THEIRS}"],
            "with whom it was walked",
        ),
        (["tickets SET customer = NULL, customer_ref = ''"], "ticket stands under another customer"),
        (["tickets SET customer_ref = 'C-2'"], "another customer number"),
    ],
)
def test_a_contact_put_under_another_customer_is_named(
    record: Record, run: str, tmp_path: Path, changes: list[str], told: str
) -> None:
    """Who a ticket and its runs are about is held against the keys under which their values were sealed."""
    a_ticket(record, customer="C-2")
    ticket = record.run(run).ticket
    known = started(facts={"customer": {"first_name": "Adalgisa"}})._replace(private=(("facts", "customer"),))
    walked = a_run(record, ticket, "red", first=known)
    assert record.verify().ok
    with attacker(tmp_path) as connection:
        for change in changes:
            where = "id" if change.startswith("tickets") else "ticket"
            connection.execute(f"UPDATE {change} WHERE {where} = ?", (ticket,))
    for report in (record.verify(), record.verify(ticket)):
        named = [one.what for one in report.broken if one.run in ("", walked)]
        assert any(told in what for what in named), named


def test_a_caller_who_was_known_later_is_no_fault(record: Record) -> None:
    """A ticket that was opened for an unknown caller may get its customer, once; runs begun before keep having none."""
    ticket = a_ticket(record, customer=None)
    a_run(record, ticket, "red")
    known = record.put_customer(new_id(), "C-3", {}, at=BEGIN)
    record.change_ticket(ticket, at=BEGIN, customer=known.id)
    a_run(record, ticket, "green")
    assert record.verify().broken == ()


def test_a_change_that_may_be_made_again_is_named(record: Record, tmp_path: Path) -> None:
    """Where an entry says that a change was made, the row that keeps it from being made again has to be there."""
    run = a_run(record, a_ticket(record))
    key = record.once_key("run", run, "visits.book", "help/book", {})
    requested = event("do_requested", {"visit": 2, "operation": "visits.book"}, second=1)
    record.append(run, 1, [requested], once=Once(key, "requested"))
    finished = event("do_finished", {"visit": 2, "result": "ok", "values": {}}, second=2)
    record.append(run, 2, [finished], once=Once(key, "finished", "ok"))
    assert record.verify().ok
    with attacker(tmp_path) as connection:
        connection.execute("DELETE FROM once")
    assert [(one.run, one.seq) for one in record.verify().broken] == [(run, 3)]


def test_a_run_that_was_removed_as_a_whole_is_named(record: Record, tmp_path: Path) -> None:
    """Where its entries and its row are gone, the answers, tries and notes that speak of it tell, on its ticket too."""
    ticket = a_ticket(record)
    a_run(record, ticket, "red")
    run = a_run(record, ticket, "red", "green")
    spent = event(
        "answered", {"visit": 2, "value": "x"}, second=4, tries=(Try("ticket", "help/light", 0, "", "help/light"),)
    )
    record.append(run, 3, [spent])
    assert record.verify().ok
    with attacker(tmp_path) as connection:
        connection.execute("DELETE FROM entries WHERE run = ?", (run,))
        connection.execute("DELETE FROM runs WHERE id = ?", (run,))
    for report in (record.verify(), record.verify(ticket)):
        assert [one.run for one in report.broken] == [run]
        assert "it is gone, and only rows that point at it are left" in report.sentence
    assert "entries up to 4" in record.verify().sentence


def test_a_ticket_that_was_removed_is_named_by_its_number(record: Record, tmp_path: Path) -> None:
    """Numbers are given without gaps; what stood on the ticket says that it is gone."""
    tickets = [a_ticket(record) for _ in range(4)]
    run = a_run(record, tickets[1], "red")
    assert record.verify().ok
    with attacker(tmp_path) as connection:
        connection.execute("DELETE FROM tickets WHERE id IN (?, ?)", (tickets[1], tickets[2]))
    told = [(one.run, one.what) for one in record.verify().broken]
    assert [what for of, what in told if of == run] == [f"its ticket {tickets[1]} is gone."]
    assert [one.what for one in record.verify(run=run).broken] == [f"its ticket {tickets[1]} is gone."]
    assert ("", "Tickets T-100002 to T-100003 are gone: numbers are given without gaps.") in told


def test_the_facts_of_a_tickets_customer_are_verified_with_it(record: Record, tmp_path: Path) -> None:
    """Facts that were put under another customer are told where one asks for the ticket alone."""
    ids = [new_id() for _ in range(2)]
    for number, id_ in enumerate(ids, 1):
        customer = record.put_customer(new_id(), f"C-{number}", {"name": f"N{number}"}, at=BEGIN)
        record.create_ticket(id_, customer=customer.id, at=BEGIN, actor=MARIA)
    with attacker(tmp_path) as connection:
        (facts,) = connection.execute("SELECT facts FROM customers WHERE ref = 'C-2'").fetchone()
        connection.execute("UPDATE customers SET facts = ? WHERE ref = 'C-1'", (facts,))
    assert [one.what[:12] for one in record.verify(ids[0]).broken] == ["customer C-1", "ticket T-100"]
    assert record.verify(ids[1]).ok


def test_nothing_recorded_is_not_called_whole(record: Record) -> None:
    """A ticket without a run has no chain, and the sentence says so."""
    report = record.verify(a_ticket(record))
    assert (report.ok, report.sentence) == (True, "Nothing is recorded there, so there is no chain to verify.")


NONSENSE = {"a number": 7, "nothing": None, "text": "nonsense", "no text": b"\xff\xfe"}
COLUMNS = [(table, column) for table in metadata.sorted_tables for column in table.columns if table.name != "entries"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A record with a row in every table, made once: its folder, a ticket and a run."""
    folder = tmp_path_factory.mktemp("filled")
    record = opened(folder)
    ticket = a_ticket(record)
    a_run(record, ticket, "red")
    run = a_run(record, ticket, "red", "green", "dark")
    record.create_contact(new_id(), ticket, channel="phone", at=BEGIN, actor=MARIA)
    record.add_item(ticket, "note", "note", "text", at=BEGIN, actor=MARIA, run=run)
    key = record.once_key("run", run, "visits.book", "help/book", {})
    told = {"id": "INC-2026-1121-1200", "queue": "engineering"}
    requested = event(
        "do_requested", {"visit": 2, "operation": "visits.book"}, second=5, step="help/light", escalated=told
    )
    record.append(
        run,
        4,
        [requested._replace(tries=(Try("ticket", "help/light", 0, "", "help/light"),))],
        once=Once(key, "requested"),
    )
    a_publication(record)
    assert record.verify().ok
    record.close()
    return folder, ticket, run


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[str(column) for _, column in COLUMNS])
def test_any_column_of_a_strange_type_is_named(
    filled: tuple[Path, str, str], tmp_path: Path, table: Table, column: Column[Any]
) -> None:
    """Whatever stands in a column of any table, the verdict is a report, which names what never could stand there."""
    folder, ticket, run = filled
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    record = opened(tmp_path)
    with attacker(tmp_path) as connection:
        connection.execute(f"CREATE TABLE loose AS SELECT * FROM {table.name}")
        (before,) = connection.execute(f"SELECT {column.name} FROM loose LIMIT 1").fetchone()
        connection.execute(f"DROP TABLE {table.name}")
        connection.execute(f"CREATE TABLE {table.name} ({', '.join(c.name for c in table.columns)})")
        connection.execute(f"INSERT INTO {table.name} SELECT * FROM loose")
    for name, nonsense in NONSENSE.items():
        with attacker(tmp_path) as connection:
            connection.execute(f"UPDATE {table.name} SET {column.name} = ? WHERE rowid = 1", (nonsense,))
        reports = [record.verify(), record.verify(ticket), record.verify(run=run)]
        assert all(json.dumps(report.broken) and report.sentence for report in reports)
        plausible = (isinstance(column.type, String) and name == "text") or (
            isinstance(column.type, Integer) and nonsense == 7
        )
        if not plausible and not (nonsense is None and column.nullable):
            assert not reports[0].ok, name
            assert table.name != "tickets" or column.name == "id" or not reports[1].ok, name
        with attacker(tmp_path) as connection:
            connection.execute(f"UPDATE {table.name} SET {column.name} = ? WHERE rowid = 1", (before,))
    assert record.verify().ok
    record.close()
