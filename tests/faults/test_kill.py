"""``kill -9`` of the serving process: what was acknowledged is in the record, once, and nothing else is broken."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests.faults.callers import Caller, Verdict, judge
from tests.faults.serving import Server, library_of
from tests.nursery import nursery

KILLS = int(os.environ.get("SHEPHERD_KILLS", "4"))
SEED = int(os.environ.get("SHEPHERD_SEED", "20261121"))
CALLERS = 8
PINS = {f"C-{2000 + n}": ("4071", "5182", "6293")[n % 3] for n in range(400)}
FLOWS = ("internet_down", "internet_down", "closing")


def campaign(folder: Path, kills: int, *, fault: str = "", lose: float = 0.08) -> Verdict:
    """Kill the serving process *kills* times under eight callers, and judge what the record then holds."""
    chance = random.Random(SEED)
    server = Server(folder, library_of(folder, PINS), nursery=nursery(), fault=fault)
    callers = [Caller(server, f"agent{n}", SEED + n, PINS, FLOWS, lose) for n in range(CALLERS)]
    server.start()
    try:
        for caller in callers:
            caller.start()
        for _ in range(kills):
            await_work(callers, 80 if fault else 1)
            time.sleep(chance.uniform(0.05, 1.2))
            server.kill()
            server.start()
        await_work(callers, 2 * CALLERS)
        for caller in callers:
            caller.leave.set()
        for caller in callers:
            caller.join(timeout=60)
        assert not any(c.is_alive() for c in callers)
    finally:
        server.kill()
    odd = [o for c in callers for o in c.odd]
    if not fault:
        assert odd == [], odd[:5]
        assert server.said() == ""
    return judge(server, callers)


def await_work(callers: list[Caller], acts: int) -> None:
    """Return when the callers have *acts* more acts acknowledged, after half a minute at the latest."""
    before = sum(len(c.acknowledged) for c in callers)
    end = time.monotonic() + 30
    while time.monotonic() < end and sum(len(c.acknowledged) for c in callers) < before + acts:
        time.sleep(0.05)


@pytest.mark.timeout(120 + 15 * KILLS)
def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """
    The process is killed at random moments under eight clients that resend what got no reply. Every 303 that a client
    saw is an entry of the record, no act is in it twice, every chain verifies, every run replays.
    """
    begun = time.monotonic()
    found = campaign(tmp_path, KILLS)
    print(
        f"\n{KILLS} kills, {CALLERS} clients, {time.monotonic() - begun:.0f} s, seed {SEED}: {found.runs} runs, "
        f"{found.entries} entries; {found.acknowledged} acts acknowledged, {found.resent} sent again; "
        f"lost {len(found.lost)}, doubled {len(found.doubled)}, chains broken {len(found.broken)}, "
        f"runs that do not replay {len(found.unlike)}"
    )
    assert found.clean, found
    assert found.acknowledged > 2 * KILLS
    assert 4 * found.resent > KILLS


def test_a_reply_before_the_commit_is_found(tmp_path: Path) -> None:
    """A server that acknowledges before it commits loses answers, and the same harness says which."""
    found = campaign(tmp_path, 1, fault="early")
    print(f"\nplanted, reply before the commit: {len(found.lost)} lost, such as {found.lost[:2]}")
    assert found.lost


def test_a_dropped_submission_key_is_found(tmp_path: Path) -> None:
    """A server that forgets the token of a form takes it twice, and the same harness says which."""
    found = campaign(tmp_path, 1, fault="forgetful", lose=0.4)
    print(f"\nplanted, submission key dropped: {len(found.doubled)} doubled, such as {found.doubled[:2]}")
    assert found.doubled
