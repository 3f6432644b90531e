"""One writer for all: many share a commit, a failure is nobody else's, and nothing is half done."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path

import pytest

from shepherd.record import Appended, Conflict, Record, RecordError, RecordUnavailable
from tests.record.making import a_run, a_ticket, answer, event, opened

RACES = int(os.environ.get("SHEPHERD_RACES", "100"))


def test_of_two_submits_on_one_step_one_wins(record: Record) -> None:
    """Two at once with the same number: one is recorded, the other is told the true number (SHEPHERD_RACES=2000)."""
    run = a_run(record, a_ticket(record))
    barrier = threading.Barrier(2)

    def submit(who: int, seq: int) -> Appended | int:
        barrier.wait()
        try:
            return record.append(run, seq, [answer(who, seq)], submission=(f"{seq}-{who}", "0" * 64))
        except Conflict as lost:
            return lost.seq

    with ThreadPoolExecutor(2) as pool:
        for seq in range(1, RACES + 1):
            ends = list(pool.map(submit, (1, 2), (seq, seq)))
            assert sorted(ends, key=str) == sorted([Appended(seq + 1, seq + 1), seq + 1], key=str)
    assert record.head(run).seq == RACES + 1
    assert record.verify().ok


def test_two_records_on_one_file_race_fairly(record: Record, tmp_path: Path) -> None:
    """Two processes on one database: every number is won once, and nobody relies on what they remember."""
    run = a_run(record, a_ticket(record))
    other = opened(tmp_path)
    barrier = threading.Barrier(2)

    def submit(on: Record, seq: int) -> bool:
        barrier.wait()
        try:
            on.append(run, seq, [answer("x", seq)])
        except Conflict as lost:
            return lost.seq != seq + 1
        return True

    with ThreadPoolExecutor(2) as pool:
        for seq in range(1, 31):
            assert sorted(pool.map(submit, (record, other), (seq, seq))) == [False, True]
    other.close()
    assert record.verify().ok


def test_a_double_click_is_one_answer(record: Record) -> None:
    """Eight times the same form at once: one entry, eight equal results, seven of them marked as repeated."""
    run = a_run(record, a_ticket(record))
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(record.append, run, 1, [answer("red")], submission=("t", "0" * 64)) for _ in range(8)]
        ends = [one.result() for one in sent]
    assert {(e.first_seq, e.last_seq) for e in ends} == {(2, 2)}
    assert sum(e.repeated for e in ends) == 7
    assert record.head(run).seq == 2


def test_one_that_fails_leaves_the_others_alone(record: Record) -> None:
    """Refused work in the middle of a batch costs only itself."""
    ticket = a_ticket(record)
    runs = [a_run(record, ticket) for _ in range(12)]

    def submit(number: int) -> bool:
        try:
            record.append(runs[number], 1 + number % 3 // 2, [answer(number), answer(number)])
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        ends = list(pool.map(submit, range(12)))
    assert ends == [number % 3 < 2 for number in range(12)]
    assert [record.head(run).seq for run in runs] == [3 if end else 1 for end in ends]
    assert record.verify().ok


def test_in_one_commit_each_is_decided_for_itself(record: Record, tmp_path: Path) -> None:
    """Of answers that are written together, those whose keys are there already get their own end, all others stay."""
    ticket = a_ticket(record)
    runs = [a_run(record, ticket, "red") for _ in range(6)]
    other = opened(tmp_path)
    other.append(runs[1], 2, [answer("elsewhere", 2)])
    other.append(runs[2], 2, [answer("sent", 2)], submission=("t", "1" * 64))
    other.append(runs[3], 2, [answer("sent", 2)], submission=("t", "2" * 64))
    other.close()

    def submit(run: str) -> Appended | str:
        try:
            return record.append(run, 2, [answer("sent", 2)], submission=("t", "1" * 64))
        except RecordError as error:
            return type(error).__name__

    held, go = threading.Event(), threading.Event()

    def hold(_: object, __: bool) -> bool:
        held.set()
        return go.wait(10)

    with ThreadPoolExecutor(8) as pool:
        pool.submit(record._writer.write, hold)
        held.wait(10)
        ends = [pool.submit(submit, run) for run in runs]
        while record._writer._jobs.qsize() < len(runs):
            threading.Event().wait(0.01)
        go.set()
        told = [end.result(10) for end in ends]
    whole = Appended(3, 3)
    assert told == [whole, "Conflict", whole._replace(repeated=True), "TokenReused", whole, whole]
    assert [record.head(run).seq for run in runs] == [3] * 6
    assert record.verify().ok


def test_what_comes_later_in_one_commit_stands(record: Record) -> None:
    """Of two appends to one run that share a commit, the run's row has the later one, whatever the first changed."""
    run = a_run(record, a_ticket(record))
    held, go = threading.Event(), threading.Event()

    def hold(_: object, __: bool) -> bool:
        held.set()
        return go.wait(10)

    with ThreadPoolExecutor(4) as pool:
        pool.submit(record._writer.write, hold)
        held.wait(10)
        pool.submit(record.append, run, 1, [event("paused", {}, second=1)])
        while record._writer._jobs.qsize() < 1:
            threading.Event().wait(0.01)
        pool.submit(record.append, run, 2, [answer("red", 2)])
        while record._writer._jobs.qsize() < 2:
            threading.Event().wait(0.01)
        go.set()
    assert (record.run(run).status, record.run(run).entries) == ("paused", 3)
    assert record.verify().ok


def test_an_answer_waits_for_nobody_elses(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    An answer that comes while a shared commit is under way is committed even when no other ever follows: the wait for
    company ends, however short it is (a queue's own time limit once did not, see tests/test_house.py).
    """
    monkeypatch.setattr("shepherd.record.commit.BACK_AT_ONCE", 1e-6)
    gates = [threading.Event() for _ in range(2)]
    held = [threading.Event() for _ in range(2)]

    def hold(n: int) -> Callable[[object, bool], bool]:
        def work(_: object, __: bool) -> bool:
            held[n].set()
            return gates[n].wait(10)

        return work

    for _ in range(10):
        for gate in (*gates, *held):
            gate.clear()
        with ThreadPoolExecutor(4) as pool:
            ends = [pool.submit(record._writer.write, hold(0))]
            held[0].wait(10)
            ends += [pool.submit(record._writer.write, work) for work in (hold(1), lambda _, __: True)]
            while record._writer._jobs.qsize() < 2:
                threading.Event().wait(0.0005)
            gates[0].set()
            held[1].wait(10)
            ends.append(pool.submit(record._writer.write, lambda _, __: True))
            while record._writer._jobs.qsize() < 1:
                threading.Event().wait(0.0005)
            gates[1].set()
            assert [end.result(20) for end in ends] == [True] * 4


def test_a_full_disk_is_said_and_gets_well_by_itself(record: Record, tmp_path: Path) -> None:
    """Where the file can't grow, nothing is half written and the sentence says so; with room again, work goes on."""
    run = a_run(record, a_ticket(record))
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "shepherd.db").stat().st_size + 8192, free[1]))
    acknowledged, said = 1, ""
    try:
        while acknowledged < 200:
            acknowledged = record.append(run, acknowledged, [answer("x" * 2000, acknowledged)]).last_seq
    except RecordUnavailable as full:
        said = full.sentence
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, free)
    assert "Nothing was saved" in said
    assert record.head(run).seq == acknowledged
    assert record.append(run, acknowledged, [answer("more", 200)]).last_seq == acknowledged + 1
    assert record.verify().ok


def test_close_finishes_what_is_under_way_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    """Each append around a close is either durable or refused; none hangs, and what was acknowledged is there."""
    record = opened(tmp_path)
    ticket = a_ticket(record)
    runs = [a_run(record, ticket) for _ in range(8)]
    begun = threading.Barrier(9)

    def submit(run: str) -> int:
        begun.wait()
        seq = 1
        try:
            for seq in range(1, 500):
                record.append(run, seq, [answer("x", seq)])
        except RecordError:
            return seq
        return 500

    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(submit, run) for run in runs]
        begun.wait()
        record.close()
        try:
            acknowledged = [end.result(timeout=20) for end in ends]
        except TooLate:
            os._exit(70)  # threads that wait for ever would keep the tests from ending
    again = opened(tmp_path)
    assert [again.head(run).seq for run in runs] == acknowledged
    again.close()


def test_verify_does_not_stop_the_desk(record: Record) -> None:
    """While the record is verified, answers are still taken."""
    ticket = a_ticket(record)
    run = a_run(record, ticket)
    for seq in range(1, 400, 40):
        record.append(run, seq, [answer("x" * 200, seq + i) for i in range(40)])
    stop = threading.Event()
    rounds = 0

    def look() -> None:
        nonlocal rounds
        while not stop.is_set():
            assert record.verify().ok
            rounds += 1

    watcher = threading.Thread(target=look)
    watcher.start()
    other = a_run(record, ticket)
    try:
        for seq in range(1, 31):
            record.append(other, seq, [answer("x", seq)])
    finally:
        stop.set()
        watcher.join()
    assert rounds
