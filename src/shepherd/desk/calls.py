"""Calls under way: a small pool for each connector, a deadline for each call, and who waits for them."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from shepherd.connect import Connectors, Reply
from shepherd.flow.beside import Connector

_log = logging.getLogger("shepherd.desk")


@dataclass(eq=False, slots=True)
class Call:
    """
    One call of a run: its visit, operation, inputs (secrets included, in memory only), key and seconds to live.

    *declared* are the connectors as the run's own library has them.
    """

    run: str
    visit: int
    operation: str
    inputs: Mapping[str, Any] = field(repr=False)
    key: str
    timeout: float
    reads: bool
    declared: Mapping[str, Connector] | None = field(default=None, repr=False)
    over: bool = False
    future: Future[None] | None = None


class Calls:
    """
    The pools: *share* calls of one connector at once, so that one that is slow takes nothing from another.

    *finish* is told each result once: what came back in time, else ``error`` or ``unknown``.
    """

    def __init__(self, connectors: Connectors, finish: Callable[[Call, Reply], None], *, share: int = 8):
        self._connectors, self._finish, self._share = connectors, finish, share
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._late = ThreadPoolExecutor(2, thread_name_prefix="shepherd-deadline")
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._wake = threading.Condition(self._lock)
        self._under: dict[str, set[object]] = {}
        self._deadlines: list[tuple[float, int, Call]] = []
        self._count = itertools.count()
        self._closed = False
        self._watcher = threading.Thread(target=self._watch, name="shepherd-clock", daemon=True)
        self._watcher.start()

    def reserve(self, run: str) -> object:
        """Say that a call of *run* may be about to be requested, so that nobody takes it for one left by a crash."""
        mark = object()
        with self._lock:
            self._under.setdefault(run, set()).add(mark)
        return mark

    def release(self, run: str, mark: object) -> None:
        """Take a reservation back."""
        with self._lock:
            marks = self._under.get(run, set())
            marks.discard(mark)
            if not marks:
                self._under.pop(run, None)
                self._idle.notify_all()

    def launch(self, call: Call) -> None:
        """Hand *call* to the pool; its deadline runs from now."""
        with self._lock:
            self._under.setdefault(call.run, set()).add(call)
            heapq.heappush(self._deadlines, (time.monotonic() + call.timeout, next(self._count), call))
            self._wake.notify()
            if not self._closed:
                call.future = self._pool(call.operation.partition(".")[0]).submit(self._make, call)

    def _pool(self, connector: str) -> ThreadPoolExecutor:
        if connector not in self._pools:
            self._pools[connector] = ThreadPoolExecutor(self._share, thread_name_prefix=f"shepherd-{connector}")
        return self._pools[connector]

    def under_way(self, run: str) -> bool:
        """Whether this process works on a call of *run*."""
        with self._lock:
            return run in self._under

    def wait(self, run: str, seconds: float) -> None:
        """Return when no call of *run* is under way, or after *seconds*."""
        with self._lock:
            self._idle.wait_for(lambda: run not in self._under, timeout=seconds)

    def close(self, seconds: float = 10.0) -> None:
        """Take no more calls, and wait for those under way until they are over or *seconds* have passed."""
        with self._lock:
            self._idle.wait_for(lambda: not self._under, timeout=seconds)
            self._closed = True
            self._wake.notify()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self._late.shutdown(wait=True)

    def _make(self, call: Call) -> None:
        reply = self._connectors.call(call.operation, call.inputs, key=call.key, declared=call.declared)
        call.inputs = {}
        self._over(call, reply)

    def _over(self, call: Call, reply: Reply) -> None:
        with self._lock:
            if call.over:
                return
            call.over = True
        try:
            self._finish(call, reply)
        except Exception as error:
            # The call stays open in the record, and is offered again by the next page that shows the run.
            _log.error("the result of %s could not be recorded: %s", call.operation, type(error).__name__)
        finally:
            self.release(call.run, call)

    def _watch(self) -> None:
        while True:
            with self._lock:
                if self._closed:
                    return
                now = time.monotonic()
                due = []
                while self._deadlines and self._deadlines[0][0] <= now:
                    due.append(heapq.heappop(self._deadlines)[2])
                if not due:
                    self._wake.wait(self._deadlines[0][0] - now if self._deadlines else None)
            for call in due:
                if not call.over:
                    # A change that never left the queue did not happen.
                    unsent = call.future is None or call.future.cancel()
                    result = "error" if call.reads or unsent else "unknown"
                    self._late.submit(self._over, call, Reply(result, source=f"{call.operation}, no reply in time"))
