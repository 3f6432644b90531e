"""Timing two ways of doing one job, in turn, so that the machine's mood meets both alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Pair(NamedTuple):
    """The best seconds of each side over the rounds."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """How many times the other side's time ours is."""
        return self.ours / self.theirs


def seconds(job: Callable[[], object]) -> float:
    """How long *job* takes once."""
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 15) -> Pair:
    """Both jobs in turn, *rounds* times; the best of each."""
    ours(), theirs()
    times = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return Pair(min(t[0] for t in times), min(t[1] for t in times))
