"""Tracking ids are given once: across runs, desks, threads and processes, and replay gives the very same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from shepherd.check.library import Library
from shepherd.desk import Desk, Settings, new_id
from shepherd.run import replay
from shepherd.run.api import Actor, Answer
from shepherd.run.escalation import tracking_ids

FLOWS = {
    "desk": "desk: small\ntime_zone: Europe/Helsinki\nqueues: {engineering: {owner: supervisor}}\n",
    "incident": """
flow: incident
title: Something is broken
category: escalation
version: 1
outcomes:
  one: {resolves: false}
  two: {resolves: false}
steps:
  how_many:
    ask: How much is broken?
    answers: {one: report, two: report_first}
  report:
    escalate: engineering
    because: One thing is broken.
    outcome: one
  report_first:
    escalate: engineering
    because: The first of two.
  report_second:
    escalate: engineering
    because: The second of two.
    outcome: two
""",
    "at_once": """
flow: at_once
title: Report it at once
category: escalation
version: 1
outcomes: {reported: {resolves: false}}
steps:
  report:
    escalate: engineering
    because: Nothing is asked.
    outcome: reported
""",
}
MINUTE = "INC-2026-1121-1200"


class Clock:
    """A clock that stands."""

    now = datetime(2026, 11, 21, 10, 0, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library, and room for the record beside it."""
    (tmp_path / "flows").mkdir()
    for name, text in FLOWS.items():
        (tmp_path / "flows" / f"{name}.yaml").write_text(text.lstrip(), "utf-8")
    return tmp_path


@contextmanager
def opened(folder: Path, clock: Clock | None = None) -> Iterator[Desk]:
    """A desk on the record in *folder*."""
    settings = Settings(folder / "flows", f"sqlite:///{folder / 'desk.db'}", str(folder / "keys.db"), "127.0.0.1", 0)
    desk = Desk.open(settings, clock=clock or Clock())
    try:
        yield desk
    finally:
        desk.close()


def escalated(desk: Desk, name: str, answer: str = "one") -> list[str]:
    """The ids that a run gives which *name* starts on a ticket of its own and answers."""
    actor = Actor("agent", name)
    ticket = desk.open_ticket(None, channel="phone", subject="Broken", actor=actor)
    run = desk.start(ticket.head.number, "incident", actor=actor, token=new_id()).run
    desk.take(run.id, Answer(answer), seq=run.seq, token=new_id(), actor=actor)
    return given(desk, run.id)


def given(desk: Desk, run: str) -> list[str]:
    """The ids in the entries of *run*."""
    return [
        item["escalated"]["id"] for event in desk.record.events(run) for item in event.entered if "escalated" in item
    ]


def test_the_second_and_third_of_a_minute_are_numbered(folder: Path) -> None:
    """The first id of a minute bears no number; a restart forgets none; the next minute begins anew."""
    clock = Clock()
    with opened(folder, clock) as desk:
        assert escalated(desk, "maria") == [MINUTE]
        assert escalated(desk, "olli", "two") == [f"{MINUTE}-2", f"{MINUTE}-3"]
    with opened(folder, clock) as desk:
        assert escalated(desk, "maria") == [f"{MINUTE}-4"]
        clock.now = clock.now.replace(minute=1)
        assert escalated(desk, "maria") == ["INC-2026-1121-1201"]
        assert desk.verify().ok


def test_a_flow_that_escalates_as_it_starts_is_numbered_too(folder: Path) -> None:
    """The first event of a run may give an id as well."""
    with opened(folder) as desk:
        for wanted in (MINUTE, f"{MINUTE}-2"):
            ticket = desk.open_ticket(None, channel="phone", subject="Broken", actor=Actor("agent", "maria"))
            taken = desk.start(ticket.head.number, "at_once", actor=Actor("agent", "maria"), token=new_id())
            assert given(desk, taken.run.id) == [wanted]


def test_replay_gives_the_same_id_from_the_event_alone(folder: Path) -> None:
    """No other record is needed to fold a run whose id bears a number."""
    with opened(folder) as desk:
        escalated(desk, "maria")
        escalated(desk, "olli", "two")
        latest = desk.recorded(agent="olli")[0]
        events = desk.record.events(latest.id)
        library = Library.load({name: desk.library.document(h) for name, h in events[0].data["bundle"].items()})
        run = replay(library, events)
    assert run.ended
    assert [n for event in events for _, n in tracking_ids(event)] == [2, 3]
    assert [event.data["taken"] for event in events if "taken" in event.data] == [1]


def test_threads_at_two_desks_never_get_the_same(folder: Path) -> None:
    """Two writers on one record, each with several threads, within one minute."""
    found: list[str] = []
    with opened(folder) as one, opened(folder) as other:
        threads = [
            threading.Thread(target=lambda n=n, desk=desk: found.extend(escalated(desk, f"agent {n}", "two")))
            for n in range(4)
            for desk in (one, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert one.verify().ok
    assert sorted(found) == sorted([MINUTE, *(f"{MINUTE}-{n}" for n in range(2, 17))])


def raise_many(folder: Path, name: str, many: int) -> None:
    """What each of two processes does."""
    with opened(folder) as desk:
        told = [id_ for _ in range(many) for id_ in escalated(desk, name)]
    (folder / f"{name}.txt").write_text("\n".join(told))


def test_two_processes_never_get_the_same(folder: Path) -> None:
    """What two processes were given in one minute are all the numbers from the first on, each once."""
    with opened(folder):
        pass
    context = get_context("spawn")
    processes = [context.Process(target=raise_many, args=(folder, name, 6)) for name in ("maria", "olli")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    found = [id_ for name in ("maria", "olli") for id_ in (folder / f"{name}.txt").read_text().split()]
    assert sorted(found) == sorted([MINUTE, *(f"{MINUTE}-{n}" for n in range(2, 13))])


def test_a_tracking_id_finds_its_ticket(folder: Path) -> None:
    """The number that a customer was told leads to their ticket, however it is written; each its own."""
    with opened(folder) as desk:
        first, second = escalated(desk, "maria")[0], escalated(desk, "timo")[0]
        assert (first, second) == (MINUTE, f"{MINUTE}-2")
        for said in (first, first.lower(), "INC 2026 1121 1200", "inc202611211200"):
            assert [t.number for t in desk.tickets(said)] == ["T-100001"]
        assert [t.number for t in desk.tickets(second)] == ["T-100002"]
        assert desk.tickets("INC-2026-1121-1159") == ()
