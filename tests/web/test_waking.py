"""Being woken: by a signal in any thread, by a call from any thread, and once."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: A main thread that waits, and a signal that comes to another one, whose handler the main thread has to run.
PROGRAM = """
import os, signal, sys, threading, time
{made}
signal.signal(signal.SIGUSR1, lambda *_: woken.set())
hold = threading.Event()
other = threading.Thread(target=hold.wait, daemon=True)
other.start()
def later():
    time.sleep(0.3)
    signal.pthread_kill(other.ident, signal.SIGUSR1)
    time.sleep(2)
    os._exit(3)
threading.Thread(target=later, daemon=True).start()
woken.wait()
"""
OURS = "from shepherd.web.waking import Waking; woken = Waking()"


@pytest.mark.parametrize(("made", "code"), [(OURS, 0), ("woken = threading.Event()", 3)], ids=["ours", "an event"])
def test_a_signal_that_comes_to_another_thread_wakes_the_main_one(made: str, code: int) -> None:
    """Its handler runs at once; a thread that waits on an event sleeps on, which is why there is no event here."""
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(made=made)], timeout=30)
    assert done.returncode == code


def test_it_is_woken_once_and_waits_again() -> None:
    """What was set stays set until it is cleared; many calls fill nothing up."""
    program = """
import threading
from shepherd.web.waking import Waking
woken = Waking()
for _ in range(100_000):
    woken.set()
assert woken.wait() and woken.is_set()
woken.clear()
assert not woken.is_set()
threading.Timer(0.2, woken.set).start()
assert woken.wait()
woken.rest()
with open("/dev/null", "rb") as other:
    woken.set()  # a handler that comes late, as at a second Ctrl-C
assert woken.is_set()
"""
    done = subprocess.run([sys.executable, "-c", program], timeout=30, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
