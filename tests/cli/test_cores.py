"""Jobs on all cores: the same as one after the other, whatever becomes of the forks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]}
#: What each program begins with. Programs of their own, for a process in which threads run does not fork.
HEAD = """
import json, os, signal, threading, time
from functools import partial
from shepherd.cli.cores import spread
here = os.getpid()
def who(number):
    time.sleep(0.002)
    return number, os.getpid()
"""


def said(program: str) -> Any:
    """What *program* prints, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + program], env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("jobs", [0, 1, 31, 96, 300, 1000])
def test_all_comes_in_order_and_from_several_processes(jobs: int) -> None:
    """Whoever does a job, what it gives stands at its place; a few jobs are not worth a fork."""
    found = said(f"print(json.dumps(spread([partial(who, n) for n in range({jobs})], processes=3)))")
    assert [number for number, _ in found] == list(range(jobs))
    assert (len({process for _, process in found}) > 1) is (jobs >= 96)


def test_what_raises_comes_out_as_from_a_plain_loop() -> None:
    """The first job that raises is the one that is told, wherever it ran; nothing is printed by a fork."""
    found = said("""
def no(number):
    if number in (70, 200):
        raise ValueError(number)
    return who(number)
try:
    spread([partial(no, n) for n in range(300)], processes=3)
except ValueError as error:
    print(json.dumps([str(error), os.getpid() == here]))
""")
    assert found in (["70", True], ["200", True])


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "raise ValueError", "os._exit(3)"])
def test_what_a_fork_does_not_bring_is_done_here(end: str) -> None:
    """A fork that dies takes nothing along."""
    found = said(f"""
def dies(number):
    if os.getpid() != here and number > 50:
        {end}
    return who(number)
print(json.dumps(spread([partial(dies, n) for n in range(300)], processes=3)))
""")
    assert [number for number, _ in found] == list(range(300))


def test_a_process_with_threads_does_not_fork() -> None:
    """A fork would find the locks of its parent's threads shut for ever."""
    found = said("""
stay = threading.Event()
threading.Thread(target=stay.wait).start()
print(json.dumps([spread([partial(who, n) for n in range(300)], processes=3), here]))
stay.set()
""")
    assert {process for _, process in found[0]} == {found[1]}


def test_whoever_waits_is_told_how_far_it_is() -> None:
    """Numbers come in rising order, and reach into the last part."""
    found = said("""
told = []
spread([partial(who, n) for n in range(600)], told.append, processes=2)
print(json.dumps(told))
""")
    assert found == sorted(found)
    assert found[-1] > 500
