"""Whatever is changed behind the record's back is found, and the place is named."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shepherd.flow.canonical import canonical
from shepherd.record import Record, Report
from shepherd.record.chain import link
from tests.record.making import DOCUMENTS, a_run, a_ticket, answer, attacker, event, new_id, opened

FLIPS = int(os.environ.get("SHEPHERD_BIT_FLIPS", "200"))
SEED = 20261121
ENTRIES = ("run", "seq", "ticket", "kind", "at", "actor", "body", "hash")
COLUMNS = [*(("entries", name) for name in ENTRIES), ("documents", "hash"), ("documents", "body")]
TEXTS = [pair for pair in COLUMNS if pair[1] not in ("seq", "body") and pair != ("entries", "hash")]


class Scene(NamedTuple):
    """A whole record with two runs of six entries, and the connection of somebody who can write the file."""

    record: Record
    attack: sqlite3.Connection
    runs: tuple[str, str]

    def verdict(self) -> Report:
        """What verify says of the whole record, but for the triggers that the attacker has dropped."""
        report = self.record.verify()
        found = tuple(one for one in report.broken if not one.what.startswith("guards of the database"))
        return Report(entries=report.entries, runs=report.runs, broken=found)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Two runs on two tickets, with sealed values and submissions."""
    record = opened(tmp_path)
    runs = tuple(a_run(record, a_ticket(record, customer=ref), "red", "green", "häßlich", "off") for ref in "AB")
    for run in runs:
        record.append(run, 5, [event("noted", {"text": "Call after six"}, second=9, private=(("text",),))])
    assert record.verify().ok
    with attacker(tmp_path) as attack:
        attack.execute("PRAGMA synchronous=OFF")
        yield Scene(record, attack, (runs[0], runs[1]))
    record.close()


# --- one bit -------------------------------------------------------------------------------------


def flipped(value: Any, chance: random.Random, *, top: bool | None) -> Any:
    """*value* with one bit turned; *top* asks for the highest bit of a byte, or for any but that."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(62))
    data = bytearray(value.encode() if isinstance(value, str) else value)
    bit = {True: 7, False: chance.randrange(7), None: chance.randrange(8)}[top]
    data[chance.randrange(len(data))] ^= 1 << bit
    return bytes(data)


def flip(scene: Scene, chance: random.Random, table: str, column: str, *, top: bool | None) -> str:
    """Turn a bit of *column* in any row of *table*, ask for the verdict, put it back; what was missed, or nothing."""
    attack = scene.attack
    rowid, before = chance.choice(attack.execute(f"SELECT rowid, {column} FROM {table}").fetchall())
    after = flipped(before, chance, top=top)
    put = "CAST(? AS TEXT)" if isinstance(before, str) else "?"
    try:
        attack.execute(f"UPDATE {table} SET {column} = {put} WHERE rowid = ?", (after, rowid))
    except sqlite3.IntegrityError:
        return flip(scene, chance, table, column, top=top)  # another row has that number
    place = "run, seq" if table == "entries" else "hash, 0"
    attack.text_factory = lambda data: data.decode("utf-8", "replace")
    stands = attack.execute(f"SELECT {place} FROM {table} WHERE rowid = ?", (rowid,)).fetchone()
    attack.text_factory = str
    try:
        report = scene.verdict()
    finally:
        attack.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (before, rowid))
    if table == "entries":
        named = any((one.run, one.seq) == stands for one in report.broken)
    else:
        named = any(repr(stands[0]) in one.what for one in report.broken)
    return "" if named else f"{table}.{column} of {stands}: {before!r} became {after!r}, told {report.broken}"


def test_a_turned_bit_is_found_and_named(scene: Scene) -> None:
    """Any bit in any column of any row of entries and documents (2 000 of them with SHEPHERD_BIT_FLIPS)."""
    chance = random.Random(SEED)
    for number in range(FLIPS):
        table, column = COLUMNS[number % len(COLUMNS)]
        top = False if (table, column) in TEXTS else None
        missed = flip(scene, chance, table, column, top=top)
        assert not missed, missed
    assert scene.verdict().ok


def test_a_turned_bit_that_makes_text_unreadable_is_found_and_named(scene: Scene) -> None:
    """The highest bit of a byte of a text column: no text any more, and still a named finding, not an error."""
    chance = random.Random(SEED)
    for number in range(max(len(TEXTS), FLIPS // 8)):
        missed = flip(scene, chance, *TEXTS[number % len(TEXTS)], top=True)
        assert not missed, missed
    assert scene.verdict().ok


# --- whole rows ----------------------------------------------------------------------------------


def delete_middle(scene: Scene) -> None:
    """An entry is taken out of the middle."""
    scene.attack.execute("DELETE FROM entries WHERE run = ? AND seq = 3", scene.runs[:1])


def delete_first(scene: Scene) -> None:
    """The first entry is taken away."""
    scene.attack.execute("DELETE FROM entries WHERE run = ? AND seq = 1", scene.runs[:1])


def cut_tail(scene: Scene) -> None:
    """The last two entries are cut off."""
    scene.attack.execute("DELETE FROM entries WHERE run = ? AND seq > 4", scene.runs[:1])


def cut_tail_and_cache(scene: Scene) -> None:
    """The tail is cut, and the row of the run says that it was never longer; its forms still tell."""
    scene.attack.execute("DELETE FROM entries WHERE run = ? AND seq > 3", scene.runs[:1])
    scene.attack.execute("UPDATE runs SET entries = 3 WHERE id = ?", scene.runs[:1])


def cut_tail_and_forms(scene: Scene) -> None:
    """The tail is cut together with its forms; the row of the run still tells."""
    scene.attack.execute("DELETE FROM entries WHERE run = ? AND seq > 3", scene.runs[:1])
    scene.attack.execute("DELETE FROM submissions WHERE run = ? AND last_seq > 3", scene.runs[:1])


def delete_all(scene: Scene) -> None:
    """Every entry of a run is taken away."""
    scene.attack.execute("DELETE FROM entries WHERE run = ?", scene.runs[:1])


def delete_run(scene: Scene) -> None:
    """The row of a run is taken away, its entries stay."""
    scene.attack.execute("DELETE FROM runs WHERE id = ?", scene.runs[:1])


def insert_at_end(scene: Scene) -> None:
    """An entry is forged at the end, with a body and a hash that fit."""
    forge(scene, seq=7, value="forged")


def insert_in_middle(scene: Scene) -> None:
    """Entries move up, and one is put between them."""
    scene.attack.execute("UPDATE entries SET seq = -seq - 1 WHERE run = ? AND seq > 2", scene.runs[:1])
    scene.attack.execute("UPDATE entries SET seq = -seq WHERE run = ? AND seq < 0", scene.runs[:1])
    forge(scene, seq=3, value="forged")


def replace(scene: Scene) -> None:
    """A body is written anew, its hash is left."""
    body = changed(scene, seq=3, value="forged")
    scene.attack.execute("UPDATE entries SET body = ? WHERE run = ? AND seq = 3", (body, scene.runs[0]))


def replace_with_hash(scene: Scene) -> None:
    """A body is written anew with a hash that fits it; the next entry still tells."""
    body = changed(scene, seq=3, value="forged")
    previous = scene.attack.execute("SELECT hash FROM entries WHERE run = ? AND seq = 2", scene.runs[:1]).fetchone()[0]
    told = (body, link(previous, body), scene.runs[0])
    scene.attack.execute("UPDATE entries SET body = ?, hash = ? WHERE run = ? AND seq = 3", told)


def swap(scene: Scene) -> None:
    """Two neighbours change places."""
    for before, after in ((3, -1), (4, 3), (-1, 4)):
        scene.attack.execute("UPDATE entries SET seq = ? WHERE run = ? AND seq = ?", (after, scene.runs[0], before))


def swap_contents(scene: Scene) -> None:
    """Two entries change everything but their numbers."""
    rows = {
        s: scene.attack.execute(
            "SELECT kind, at, actor, body, hash FROM entries WHERE run = ? AND seq = ?", (scene.runs[0], s)
        ).fetchone()
        for s in (3, 4)
    }
    for seq, row in ((3, rows[4]), (4, rows[3])):
        scene.attack.execute(
            "UPDATE entries SET kind = ?, at = ?, actor = ?, body = ?, hash = ? WHERE run = ? AND seq = ?",
            (*row, scene.runs[0], seq),
        )


def copy_over(scene: Scene) -> None:
    """An entry of the other run takes the place of the one with its number."""
    row = scene.attack.execute("SELECT body, hash FROM entries WHERE run = ? AND seq = 4", scene.runs[1:]).fetchone()
    scene.attack.execute("UPDATE entries SET body = ?, hash = ? WHERE run = ? AND seq = 4", (*row, scene.runs[0]))


def copy_behind(scene: Scene) -> None:
    """An entry of the other run is put behind the last."""
    scene.attack.execute(
        "INSERT INTO entries (run, seq, ticket, kind, at, actor, body, hash) "
        "SELECT ?, 7, ticket, kind, at, actor, body, hash FROM entries WHERE run = ? AND seq = 6",
        scene.runs,
    )


def copy_run(scene: Scene) -> None:
    """The entries of the other run stand in the place of this one's."""
    delete_all(scene)
    scene.attack.execute(
        "INSERT INTO entries (run, seq, ticket, kind, at, actor, body, hash) "
        "SELECT ?, seq, ticket, kind, at, actor, body, hash FROM entries WHERE run = ?",
        scene.runs,
    )


def move_to_ticket(scene: Scene) -> None:
    """All entries of a run are said to be the other ticket's."""
    scene.attack.execute(
        "UPDATE entries SET ticket = (SELECT ticket FROM runs WHERE id = ?) WHERE run = ?", scene.runs[::-1]
    )


def changed(scene: Scene, *, seq: int, value: str) -> bytes:
    """The body of the entry at *seq* with another answer, written as the record writes."""
    bodies = scene.record.entries(scene.record.run(scene.runs[0]).ticket)
    return canonical({**bodies[min(seq, 4) - 1], "seq": seq, "data": {"visit": 1, "value": value}})


def forge(scene: Scene, *, seq: int, value: str) -> None:
    """Put in an entry that fits the one before it."""
    body = changed(scene, seq=seq, value=value)
    before = (scene.runs[0], seq - 1)
    row = scene.attack.execute("SELECT hash, ticket, kind, at FROM entries WHERE run = ? AND seq = ?", before)
    previous, ticket, *_ = row.fetchone()
    scene.attack.execute(
        "INSERT INTO entries (run, seq, ticket, kind, at, actor, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (scene.runs[0], seq, ticket, "answered", "2026-11-21T10:00:03.000Z", "maria", body, link(previous, body)),
    )


HARMS = (
    delete_middle, delete_first, cut_tail, cut_tail_and_cache, cut_tail_and_forms, delete_all, delete_run,
    insert_at_end, insert_in_middle, replace, replace_with_hash, swap, swap_contents, copy_over, copy_behind,
    copy_run, move_to_ticket,
)  # fmt: skip


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_rows_that_were_tampered_with_are_found(scene: Scene, harm: Callable[[Scene], None]) -> None:
    """The run that was harmed is named, by the verdict on everything and on that run; the other run is not."""
    harm(scene)
    report = scene.verdict()
    assert scene.runs[0] in {one.run for one in report.broken}
    assert scene.runs[1] not in {one.run for one in report.broken}
    assert not report.ok
    assert report.sentence.startswith("Broken: run ")
    assert not scene.record.verify(run=scene.runs[0]).ok
    assert scene.record.verify(run=scene.runs[1]).ok


@pytest.mark.parametrize("harm", ["replaced", "swapped", "put in"])
def test_documents_that_were_tampered_with_are_found(scene: Scene, harm: str) -> None:
    """A document with another content than its hash says is named by its hash."""
    first, second = DOCUMENTS
    if harm == "replaced":
        scene.attack.execute("UPDATE documents SET body = ? WHERE hash = ?", (b"{}", first))
    elif harm == "swapped":
        for before, after in ((first, "x"), (second, first), ("x", second)):
            scene.attack.execute("UPDATE documents SET hash = ? WHERE hash = ?", (after, before))
    else:
        first = "0" * 64
        scene.attack.execute("INSERT INTO documents (hash, body) VALUES (?, ?)", (first, b"{}"))
    assert any(first in one.what for one in scene.verdict().broken)


def test_a_document_that_was_removed_is_found(scene: Scene) -> None:
    """What a run pins and is not there any more is named."""
    first = next(iter(DOCUMENTS))
    scene.attack.execute("DELETE FROM documents WHERE hash = ?", (first,))
    assert any(first in one.what for one in scene.verdict().broken)


def test_a_whole_run_that_was_put_in_under_another_name_is_found(scene: Scene) -> None:
    """The entries of a run, copied with its row under a new id, tell whose they are."""
    copy = new_id()
    rest = ", ".join(row[1] for row in scene.attack.execute("PRAGMA table_info(runs)") if row[1] != "id")
    scene.attack.execute(
        f"INSERT INTO runs (id, {rest}) SELECT ?, {rest} FROM runs WHERE id = ?", (copy, scene.runs[1])
    )
    copy_run(scene._replace(runs=(copy, scene.runs[1])))
    assert {one.run for one in scene.verdict().broken} == {copy}


def test_rewriting_everything_is_said_to_be_possible(scene: Scene) -> None:
    """A whole chain is never called more than that: until it is sealed, its sentence says what could have been done."""
    assert "not sealed: whoever can write the database could have rewritten it" in scene.verdict().sentence
    assert not scene.verdict().sealed


def test_the_record_goes_on_after_a_look(scene: Scene) -> None:
    """Verifying takes nothing away: the next answer is recorded, and the verdict stays."""
    assert scene.record.append(scene.runs[0], 6, [answer("red", 10)]).last_seq == 7
    assert scene.verdict().ok
