"""Random walks kept in a real record: what a fresh process replays from the file is what the live process knew."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shepherd.check.library import Library
from shepherd.record import Once, Record, open_record
from shepherd.run import replay
from shepherd.run.api import Event
from tests.faults.serving import ROOT, environment
from tests.record.making import a_ticket, new_id
from tests.run.random_library import random_documents
from tests.run.walker import Walker, alike, picture

WALKS = int(os.environ.get("SHEPHERD_FRESH_WALKS", "10"))
ONE_IN = 50
MOVES = 60


class Kept(Walker):
    """A walk whose every event is stored at once, and read from the record again before it is compared."""

    def __init__(self, library: Library, seed: int, record: Record):
        self.record, self.calls = record, 0
        self.id, self.ticket = new_id(), a_ticket(record, customer=f"C-{seed}")
        super().__init__(library, seed)

    def ids(self, minute: str) -> int:
        """The highest number that any walk was given in *minute*."""
        return self.record.last_tracking_id(minute)

    def keep(self, step: tuple) -> None:
        """Store the step's event, its tries, its sealed values and the row of a change included."""
        _, event = step
        once = self.row(event) if event.kind in ("do_requested", "do_finished") else None
        super().keep(step)
        if event.kind == "run_started":
            documents = {hash_: self.library.document(hash_) for hash_ in event.data["bundle"].values()}
            self.record.create_run(self.id, self.ticket, "f0", [event], documents=documents)
        else:
            self.record.append(self.id, self.run.seq - 1, [event], once=once)

    def row(self, event: Event) -> Once:
        """The row of a change that is asked for, or has come back; each request here is a change of its own."""
        waiting = self.run.waiting
        self.calls += event.kind == "do_requested"
        key = self.record.once_key("visit", f"{self.id}:{self.calls}", waiting.operation, waiting.step, {})
        return Once(key, "requested") if event.kind == "do_requested" else Once(key, "finished", event.data["result"])

    def stored(self) -> list[Event]:
        """The events as the record has them."""
        return self.record.events(self.id)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the record is."""
    return tmp_path_factory.mktemp("walks")


@pytest.fixture(scope="module")
def record(folder: Path) -> Iterator[Record]:
    """One record for all walks."""
    opened = open_record(f"sqlite:///{folder / 'walks.db'}", str(folder / "keys.db"))
    yield opened
    opened.close()


def fresh(folder: Path, run: str) -> str:
    """The picture of *run* as a new Python process makes it from the database alone."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.replaying", folder / "walks.db", folder / "keys.db", run],
        capture_output=True,
        cwd=ROOT,
        env=environment(PYTHONHASHSEED="random"),
        timeout=60,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.timeout(120 + 2 * WALKS)
def test_a_fresh_process_knows_what_the_live_one_knew(folder: Path, record: Record) -> None:
    """
    Every event of random walks over random libraries is stored when it happens and read again from the record; after
    each the replayed state is the live one, and for one walk in fifty a fresh process says the very same.
    """
    events = processes = 0
    for seed in range(WALKS):
        library = Library.load(random_documents(seed))
        walker = Kept(library, seed, record)
        before = 0
        for _ in range(MOVES):
            if not walker.move():
                break
            if walker.run.seq > before:
                before = walker.run.seq
                assert alike(walker.run, replay(library, walker.stored())), f"seed {seed}, event {before}"
        events += len(walker.events)
        if seed % ONE_IN == 0:
            assert fresh(folder, walker.id) == picture(walker.run), f"seed {seed}"
            processes += 1
    report = record.verify()
    print(
        f"\n{WALKS} walks, {events} events, each stored and read again; {processes} replayed by a fresh process; "
        f"chains broken: {len(report.broken)}"
    )
    assert report.ok
    assert report.entries == events
    assert processes == -(-WALKS // ONE_IN)
