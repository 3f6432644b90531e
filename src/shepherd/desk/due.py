"""When runs are due by the clock: a heap of times, rebuilt from the open runs at the start, never the truth."""

from __future__ import annotations

import heapq
import threading
from datetime import datetime


class Dues:
    """The due times of runs known in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heap: list[tuple[datetime, str]] = []
        self._of: dict[str, datetime] = {}

    def note(self, run: str, due: datetime | None) -> None:
        """*run* waits until *due*, or for no time."""
        if due is None and run not in self._of:
            return
        with self._lock:
            if due is None:
                self._of.pop(run, None)
            elif self._of.get(run) != due:
                self._of[run] = due
                heapq.heappush(self._heap, (due, run))

    def reached(self, now: datetime) -> list[str]:
        """The runs whose time has come by *now*, each once."""
        found = []
        with self._lock:
            while self._heap and self._heap[0][0] <= now:
                due, run = heapq.heappop(self._heap)
                if self._of.get(run) == due:
                    del self._of[run]
                    found.append(run)
        return found
