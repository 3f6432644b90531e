"""How long a run lay aside, so that nobody takes a pause over night for the time that a step took."""

from __future__ import annotations

from datetime import datetime

from shepherd.run.api import Event

_LAID = ("paused", "handed_over")
_TAKEN = ("resumed", "taken_over")


class Aside:
    """The times during which a run was paused, or was handed over and nobody had taken it over yet."""

    def __init__(self) -> None:
        self._times: list[tuple[datetime, datetime]] = []
        self._since: datetime | None = None

    def hear(self, event: Event) -> None:
        """The next event of the run."""
        if event.kind in _LAID and self._since is None:
            self._since = event.at
        elif event.kind in _TAKEN and self._since is not None:
            self._times.append((self._since, event.at))
            self._since = None

    def between(self, begin: datetime, end: datetime) -> float:
        """For how many seconds from *begin* to *end* it lay aside."""
        times = [*self._times, (self._since, end)] if self._since is not None else self._times
        lain = ((min(until, end) - max(since, begin)).total_seconds() for since, until in times)
        return sum(seconds for seconds in lain if seconds > 0)
