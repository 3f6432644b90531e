"""A breaker: a system that fails again and again is left alone for a while. A shield of this process, never a truth."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 5
REST = 30.0


class Breaker:
    """
    Closed: calls go through. Open after *failures* in a row: none does. After *rest* seconds one call may try.

    *clock* gives seconds that never go back.
    """

    def __init__(self, *, failures: int = FAILURES, rest: float = REST, clock: Callable[[], float] = time.monotonic):
        self._failures, self._rest, self._clock = failures, rest, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._until = 0.0
        self._trying = False

    def lets_through(self) -> bool:
        """Whether a call may be made now; each one that may must be told of by ``went`` or ``given_up``."""
        with self._lock:
            if self._failed < self._failures:
                return True
            if self._trying or self._clock() < self._until:
                return False
            self._trying = True
            return True

    def went(self, well: bool) -> None:
        """A call came back: *well* with an answer that can be used, or not."""
        with self._lock:
            self._trying = False
            self._failed = 0 if well else self._failed + 1
            if self._failed >= self._failures:
                self._until = self._clock() + self._rest

    def given_up(self) -> None:
        """A call was not made after all: it says nothing about the system."""
        with self._lock:
            self._trying = False
