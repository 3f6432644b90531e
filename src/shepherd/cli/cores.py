"""Doing much of the same on all cores: what a person waits for takes half the time on two."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

#: Lots are handed out by the single bytes of a pipe, so that there can be no more.
MOST_LOTS = 256
#: For fewer pieces, another process takes longer than it spares.
FEWEST = 32


def _nobody(number: int) -> None:
    """Nobody wants to know."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    jobs: Sequence[Callable[[], T]], come_to: Callable[[int], None] = _nobody, *, processes: int | None = None
) -> list[T]:
    """
    What *jobs* give, in their order; *come_to* is told now and then which one is under way.

    They are done by this process and forks of it: a job may read all that this one knows, changes nothing that the
    caller sees, and gives what can be pickled. What a fork did not bring, because a job raised there or the fork was
    killed, is done here, so that an exception comes out as it would from a plain loop. Where processes can't be forked
    (or threads run here, whose locks a fork would find shut for ever), all is done here.
    """
    wanted = min(cores() if processes is None else processes, len(jobs) // FEWEST)
    if wanted < 2 or not hasattr(os, "fork") or threading.active_count() > 1:
        return list(_done(jobs, [range(len(jobs))], (0,), come_to).values())
    size = -(-len(jobs) // MOST_LOTS)
    lots = [range(start, min(start + size, len(jobs))) for start in range(0, len(jobs), size)]
    taking, giving = os.pipe()
    os.write(giving, bytes(range(len(lots))))
    os.close(giving)
    forks: list[tuple[int, int]] = []
    try:
        with suppress(OSError):  # no more processes may be made: those that there are do it
            forks += (_forked(jobs, lots, taking) for _ in range(wanted - 1))
        found = _done(jobs, lots, _taken(taking), come_to)
        for _, brought in forks:
            with os.fdopen(brought, "rb", closefd=False) as sent:
                found.update(_read(sent.read()))
        missing = [range(number, number + 1) for number in range(len(jobs)) if number not in found]
        found.update(_done(jobs, missing, range(len(missing)), come_to))
        return [found[number] for number in range(len(jobs))]
    finally:
        os.close(taking)
        for process, brought in forks:
            os.close(brought)
            _ended(process)


def _done(
    jobs: Sequence[Callable[[], T]], lots: Sequence[range], taken: Iterable[int], come_to: Callable[[int], None]
) -> dict[int, T]:
    """What the jobs of the *taken* lots give, by their numbers."""
    found = {}
    for lot in taken:
        for number in lots[lot]:
            come_to(number)
            found[number] = jobs[number]()
    return found


def _taken(taking: int) -> Iterator[int]:
    """The lots that this process gets from the pipe, until all are taken."""
    while lot := os.read(taking, 1):
        yield lot[0]


def _forked(jobs: Sequence[Callable[[], Any]], lots: Sequence[range], taking: int) -> tuple[int, int]:
    """A fork that takes lots as well, and where what it brings can be read."""
    brought, bring = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        os.close(bring)
        return process, brought
    try:
        found = _done(jobs, lots, _taken(taking), _nobody)
        with os.fdopen(bring, "wb") as sent:
            pickle.dump(found, sent, pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)  # nothing of the caller's is cleaned up or printed twice


def _read(sent: bytes) -> dict[int, Any]:
    """What a fork brought: all or nothing."""
    try:
        found: dict[int, Any] = pickle.loads(sent)
    except Exception:  # half a pickle can fail in any way; its jobs are done here
        return {}
    return found


def _ended(process: int) -> None:
    """See a fork off; one that still works, because this process was interrupted, finds nobody who reads it."""
    import signal

    done, _ = os.waitpid(process, os.WNOHANG)
    if not done:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
