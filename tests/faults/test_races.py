"""Races of real threads at one desk: no try more than there is, no step answered twice."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from shepherd.connect import Reply
from shepherd.connect.connectors import KINDS
from shepherd.connect.table import Table
from shepherd.desk import Desk, RunView, Settings, Stale, Taken, new_id
from shepherd.flow.beside import Connector, Operation
from shepherd.run import replay
from shepherd.run.api import Actor, Answer, Continue, Counted, GoBack, Input, LookupDue, Refused
from tests.faults.replaying import libraries_of
from tests.faults.serving import library_of

RACES = int(os.environ.get("SHEPHERD_RACES", "100"))
RUNS = 20
PINS = {"C-2000": "4071", "C-2001": "5182"}
ASKED: dict[str, Input] = {
    "authentication/has_pin": Answer("yes"),
    "authentication/pin": Answer("0000"),
    "authentication/try_again": Answer("yes"),
}
T = TypeVar("T")


class Noted(Table):
    """A table that appends a line to a file for each call that really reaches it."""

    file: Path

    def call(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(f"{self.name}.{operation.name}\n")
        time.sleep(0.01)
        return super().call(operation, inputs, key)


@pytest.fixture
def reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the calls that reached a table."""
    file = tmp_path / "reached.txt"
    file.touch()

    def opened(connector: Connector, setting: Any) -> Noted:
        table = Noted(connector, setting)
        table.file = file
        return table

    monkeypatch.setitem(KINDS, "table", opened)
    return file


@pytest.fixture
def desk(tmp_path: Path, reached: Path) -> Iterator[Desk]:
    """A desk over a few shipped flows."""
    library = library_of(tmp_path, PINS)
    opened = Desk.open(Settings(library, f"sqlite:///{tmp_path / 'desk.db'}", str(tmp_path / "keys.db"), "::1", 0))
    yield opened
    opened.close()


def at_once(works: list[Callable[[], T]]) -> list[T | Exception]:
    """Do all *works* at the same time, each in a thread of its own; what each gave or raised."""
    gate = threading.Barrier(len(works))
    ends: list[T | Exception] = [TimeoutError("never came back")] * len(works)

    def one(n: int) -> None:
        gate.wait(timeout=30)
        try:
            ends[n] = works[n]()
        except Exception as error:
            ends[n] = error

    threads = [threading.Thread(target=one, args=(n,), daemon=True) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return ends


def begun(desk: Desk, flow: str, agent: str) -> RunView:
    """A run of *flow* for the customer, on a ticket of its own."""
    actor = Actor("agent", agent)
    ticket = desk.open_ticket("C-2000", channel="phone", subject="At once", actor=actor, token=new_id())
    return settled(desk, desk.start(ticket.head.id, flow, actor=actor, token=new_id()).run)


def settled(desk: Desk, view: RunView) -> RunView:
    """The run when none of its calls is under way."""
    for _ in range(20):
        if not isinstance(view.waiting, LookupDue):
            return view
        view = desk.wait(view.id, 5)
    raise AssertionError(f"{view.id} waits for ever.")


def give(desk: Desk, view: RunView, given: Input, agent: str, token: str = "") -> Taken:
    """Give *given* at the page *view*."""
    return desk.take(view.id, given, seq=view.seq, token=token or new_id(), actor=Actor("agent", agent))


def test_three_tries_stay_three_in_twenty_runs_at_once(desk: Desk, reached: Path) -> None:
    """
    Twenty runs of one customer, three tries a day, each run giving wrong PINs as long as it is asked for one, all at
    once: exactly three PIN checks reach the connector, and every other run is led another way.
    """
    views = [begun(desk, "internet_down", f"agent{n}") for n in range(RUNS)]
    for n, view in enumerate(views):
        views[n] = settled(desk, give(desk, view, Continue(), f"agent{n}").run)
    assert {v.waiting.step for v in views} == {"authentication/has_pin"}

    def work(n: int) -> Callable[[], str]:
        def press_on() -> str:
            view = views[n]
            for _ in range(20):
                step = view.waiting.step
                if step not in ASKED:
                    return step
                given: Input = ASKED[step]
                view = settled(desk, give(desk, view, given, f"agent{n}").run)
            return "asked for ever"

        return press_on

    ends = at_once([work(n) for n in range(RUNS)])
    checks = reached.read_text("utf-8").split().count("customers.check_pin")
    print(f"\n{RUNS} runs at once, 3 tries: {checks} PIN checks reached the connector; they came to {Counter(ends)}")
    assert checks == 3
    assert set(ends) <= {"authentication/another_way", "internet_down/not_verified"}
    counted = Counted("customer", "authentication/check_pin", None, "", "authentication/check_pin")
    spent = desk.record.spent(views[0].ticket.place, [counted], now=desk.clock())
    assert spent["authentication/check_pin"].last == 3


@pytest.mark.timeout(120 + RACES)
def test_two_submits_on_one_step_have_one_winner(desk: Desk) -> None:
    """
    Two forms sent from the same page at the same time, by two tabs (two tokens) or by a double click (one token): one
    is taken, the other is told the true step or the first result; the record holds one answer.
    """
    begin = time.monotonic()
    tabs = clicks = 0
    view = begun(desk, "closing", "maria")
    for n in range(RACES):
        if view.waiting.step != "closing/confirm" or n % 25 == 0:
            view = begun(desk, "closing", "maria")
        same = new_id() if n % 2 else ""
        first, second = ("yes", "yes") if same else ("yes", "too_early")
        page = view
        ends = at_once(
            [lambda v=v, page=page, same=same: give(desk, page, Answer(v), "maria", same) for v in (first, second)]
        )
        taken = [e for e in ends if isinstance(e, Taken) and not e.repeated]
        events = desk.record.events(view.id)
        assert len(taken) == 1, f"race {n}: {ends}"
        assert [e.kind for e in events[view.seq :]] == ["answered"], f"race {n}"
        if same:
            clicks += 1
            assert [e.repeated for e in ends if e not in taken] == [True], f"race {n}: {ends}"
        else:
            tabs += 1
            won = ends.index(taken[0])
            assert events[-1].data["value"] == (first, second)[won], f"race {n}"
            assert isinstance(ends[1 - won], Stale), f"race {n}: {ends}"
            assert ends[1 - won].run.seq == view.seq + 1
        run = replay(libraries_of(desk.record)(events[0]), events) if n % 50 == 0 else None
        assert run is None or run.seq == len(events)
        view = go_back(desk, taken[0].run)
    print(
        f"\n{RACES} races in {time.monotonic() - begin:.0f} s: {tabs} of two tabs, {clicks} of a double click; "
        f"one winner each; chains broken: {len(desk.verify().broken)}"
    )
    assert desk.verify().ok


def go_back(desk: Desk, view: RunView) -> RunView:
    """The same question once more, or the run as it is where that can't be."""
    try:
        return give(desk, view, GoBack(view.path[0].visit), "maria").run
    except Refused:
        return view
