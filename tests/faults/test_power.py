"""A power cut at any moment: what was acknowledged is in the record that is opened afterwards, and all is whole."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, event

import shepherd.desk.desk as house
from shepherd.desk import Desk, RunView, Settings, new_id
from shepherd.record import Record, open_record, sqlite
from shepherd.record.health import look
from shepherd.run import replay
from shepherd.run.api import Actor, Answer, Continue, Fields, Form, Input, LookupDue, Message, Note, Question
from tests.desk.house import library_in
from tests.faults.disk import Disk, hidden
from tests.faults.faulty_server import Early
from tests.faults.platter import Platter
from tests.faults.replaying import libraries_of

CUTS = int(os.environ.get("SHEPHERD_POWER_CUTS", "8"))
SEED = int(os.environ.get("SHEPHERD_SEED", "20261121"))
CUTS_A_LOAD = 25
AGENTS = 6
CUSTOMERS = ("C-1", "C-2", "C-3")
HIDDEN = hidden()
LESS = {"DELETE": "FULL", "WAL": "NORMAL"}
MODES = ("DELETE", "WAL") if sqlite.wal_is_safe() else ("DELETE",)

pytestmark = pytest.mark.skipif(bool(HIDDEN), reason=HIDDEN)


class Acknowledged(NamedTuple):
    """What an agent was shown as saved: a ticket with its subject, or a run up to *seq*."""

    kind: str
    id: str
    seq: int = 0
    subject: str = ""


class Verdict(NamedTuple):
    """What was found after the cuts; *lost* and *broken* should be empty."""

    cuts: int
    twice: int
    acknowledged: int
    lost: list[str]
    broken: list[str]

    def __str__(self) -> str:
        return (
            f"{self.cuts} cuts ({self.twice} of them cut again while opening), {self.acknowledged} acknowledged acts "
            f"looked for; lost {len(self.lost)}, broken {len(self.broken)}"
        )


class Agent(threading.Thread):
    """Opens tickets, walks a flow and writes notes, *acts* in all; what the desk shows as saved goes on the log."""

    def __init__(self, desk: Desk, disk: Disk, number: int, acts: int):
        super().__init__(name=f"agent{number}", daemon=True)
        self.desk, self.disk, self.left = desk, disk, acts
        self.chance = random.Random(SEED + number)
        self.actor = Actor("agent", self.name)
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            while self.left > 0:
                self._contact()
        except BaseException as failed:
            self.failed = failed

    def _contact(self) -> None:
        subject = f"{self.name} has {self.left} to do"
        customer = self.chance.choice(CUSTOMERS)
        opened = self.desk.open_ticket(customer, channel="phone", subject=subject, actor=self.actor, token=new_id())
        self.disk.log.append(Acknowledged("ticket", opened.head.id, subject=subject))
        view = self._shown(self.desk.start(opened.head.id, "help", actor=self.actor, token=new_id()).run)
        while view.state == "open" and self.left > 0:
            given = self._choose(view)
            if given is None:
                view = self._shown(self.desk.wait(view.id, 1))
            else:
                view = self._shown(self.desk.take(view.id, given, seq=view.seq, token=new_id(), actor=self.actor).run)

    def _shown(self, view: RunView) -> RunView:
        self.disk.log.append(Acknowledged("run", view.id, view.seq))
        self.left -= 1
        return view

    def _choose(self, view: RunView) -> Input | None:
        waiting = view.waiting
        if isinstance(waiting, LookupDue):
            return None
        if self.chance.random() < 0.5:
            return Note(f"{self.name} had {self.left} to do")
        if isinstance(waiting, Message):
            return Continue()
        if isinstance(waiting, Form):
            return Fields({"mbps": str(self.chance.randint(0, 99))})
        assert isinstance(waiting, Question)
        return Answer(self.chance.choice(waiting.blank.choices).value)


def settings_of(folder: Path, library: Path) -> Settings:
    """A desk whose two files lie in folders of their own."""
    database, keys = files_of(folder)
    return Settings(library, f"sqlite:///{database}", str(keys), "::1", 0)


def files_of(folder: Path) -> tuple[Path, Path]:
    """The record's file and that of its keys."""
    return folder / "record" / "a.db", folder / "keys" / "b.db"


def opened(folder: Path) -> Record:
    """The record in *folder*."""
    database, keys = files_of(folder)
    return open_record(f"sqlite:///{database}", str(keys))


def worked(folder: Path, library: Path, acts: int) -> tuple[Disk, dict[str, list[bytes]]]:
    """The disk of a desk on which agents did *acts* acts from its first start on, and the entries of each run."""
    for file in files_of(folder):
        file.parent.mkdir(parents=True)
    disk = Disk(folder)
    with disk.watched():
        desk = Desk.open(settings_of(folder, library))
        assert look(files_of(folder)[0]).wal is sqlite.wal_is_safe()
        agents = [Agent(desk, disk, number, acts // AGENTS) for number in range(AGENTS)]
        for agent in agents:
            agent.start()
        for agent in agents:
            agent.join(60)
        assert [agent.failed for agent in agents] == [None] * AGENTS
        desk.close()
    with closing(opened(folder)) as record:
        return disk, {row.id: record.bodies(row.ticket, row.id) for row in record.runs(limit=1_000_000)}


def cut_while_opening(folder: Path, into: Path, chance: random.Random) -> None:
    """Open what one cut left and cut the power again meanwhile; *into* gets what that leaves."""
    disk = Disk(folder)
    with disk.watched():
        opened(folder).close()
    platter = Platter(disk)
    for done in disk.log[: chance.randint(0, len(disk.log))]:
        platter.play(done)
    platter.after_cut(into, chance)


def judged(folder: Path, told: list[Acknowledged], entries: dict[str, list[bytes]]) -> tuple[list[str], list[str]]:
    """What is lost of all that was *told*, and what is broken, in the record that a cut left in *folder*."""
    broken = []
    try:
        for file in files_of(folder):
            if file.exists():
                with closing(sqlite3.connect(file)) as connection:
                    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
                    broken += [f"{file.name}: {one}" for one in found if one != "ok"]
        with closing(opened(folder)) as record:
            rows = record.runs(limit=1_000_000)
            kept = {row.id: record.bodies(row.ticket, row.id) for row in rows}
            subjects = {ticket.id: ticket.subject for ticket in record.tickets(limit=1_000_000)}
            broken += [str(one) for one in record.verify().broken]
            broken += [f"{run} was never written so" for run in kept if kept[run] != entries[run][: len(kept[run])]]
            library = libraries_of(record)
            for run in kept:
                events = record.events(run)
                if replay(library(events[0]), events).seq != len(events):
                    broken.append(f"{run} does not replay")
    except Exception as error:
        return [], [*broken, f"{type(error).__name__}: {error}"]
    lost = [one for one in told if one.kind == "run" and len(kept.get(one.id, ())) < one.seq]
    lost += [one for one in told if one.kind == "ticket" and subjects.get(one.id) != one.subject]
    return [str(one) for one in lost], broken


def campaign(folder: Path, cuts: int) -> Verdict:
    """Cut the power *cuts* times at random moments of a desk at work, and judge what each leaves."""
    chance = random.Random(SEED)
    library = library_in(folder)
    lost, broken, looked_for, twice, done = [], [], 0, 0, 0
    while done < cuts:
        share = min(CUTS_A_LOAD, cuts - done)
        home = folder / f"load{done}"
        disk, entries = worked(home, library, 8 * share + 60)
        moments = sorted(chance.sample(range(len(disk.log)), share))
        platter, told, at = Platter(disk), [], 0
        for moment in moments:
            for one in disk.log[at:moment]:
                told.append(one) if isinstance(one, Acknowledged) else platter.play(one)
            at, left = moment, home / f"left{moment}"
            platter.after_cut(left, chance)
            try:
                if chance.random() < 0.3:
                    again, twice = home / f"again{moment}", twice + 1
                    cut_while_opening(left, again, chance)
                    left = again
                gone, odd = judged(left, told, entries)
            except Exception as error:
                gone, odd = [], [f"{type(error).__name__}: {error}"]
            lost += gone
            broken += odd
            looked_for += len(told)
        done += share
    return Verdict(cuts, twice, looked_for, lost, broken)


def pragma(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    """Plant *setting* in every connection to a database, after the product's own."""
    engine_of = sqlite.engine_of

    def planted(url: str) -> Engine:
        engine = engine_of(url)
        event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {setting}"))
        return engine

    monkeypatch.setattr(sqlite, "engine_of", planted)


@pytest.mark.timeout(120 + 4 * CUTS)
@pytest.mark.parametrize("mode", MODES)
def test_power_cuts_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """
    The power is cut at random moments of a desk at work, some of them again while the record is opened: unsynced writes
    and removals reach the disk in part, in any order. The record opens, everything that was shown as saved is in it,
    SQLite finds it whole, every chain verifies, every run replays.
    """
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: mode == "WAL")
    found = campaign(tmp_path, CUTS)
    print(f"\nSQLite {sqlite3.sqlite_version}, journal mode {mode}, seed {SEED}: {found}")
    assert not found.lost
    assert not found.broken
    assert found.acknowledged > CUTS


@pytest.mark.parametrize("mode", MODES)
def test_writes_that_are_not_synced_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Without any sync, the same cuts lose answers or break the database, and the same look says so."""
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: mode == "WAL")
    pragma(monkeypatch, "synchronous=OFF")
    found = campaign(tmp_path, 4)
    print(f"\nplanted, synchronous=OFF, journal mode {mode}: {found}")
    assert found.lost or found.broken


@pytest.mark.parametrize("mode", MODES)
def test_one_sync_less_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """
    A rollback journal that comes back because its removal was not synced, or a log of which the end was not, takes back
    answers that were acknowledged, or the keys of what they hold; the same look says so.
    """
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: mode == "WAL")
    pragma(monkeypatch, f"synchronous={LESS[mode]}")
    found = campaign(tmp_path, 6)
    print(f"\nplanted, synchronous={LESS[mode]}, journal mode {mode}: {found}")
    assert found.lost or found.broken


def test_a_reply_before_the_commit_is_lost_by_a_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that shows answers as saved before they are committed loses them, and the same look says which."""
    monkeypatch.setattr(house, "open_record", Early)
    found = campaign(tmp_path, 4)
    print(f"\nplanted, acknowledged before the commit: {found}")
    assert found.lost
