"""The designer's bench: a folder of flows that is followed as it is edited, with the last good version of each flow."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

from shepherd.author.changes import Seen, seen
from shepherd.author.counting import Counted, Counter
from shepherd.author.snapshot import Snapshot, snapshot
from shepherd.check.library import Library
from shepherd.desk.clock import Clock, days, system_clock
from shepherd.desk.errors import Unknown
from shepherd.desk.shelf import Shelf
from shepherd.flow.draft import Draft
from shepherd.record.outside import traffic

log = logging.getLogger("shepherd.desk")
#: Seconds between two looks at the folder, between two looks that must agree, and after which nobody is looking.
PAUSE, SETTLED, IDLE = 0.4, 0.1, 30.0
#: So long a page waits for a change to be checked before it shows what was there before, in seconds.
PATIENCE = 5.0
#: So many old libraries are kept for flows that are broken now.
MOST_KEPT = 8
Committed = Callable[[], tuple[str, Draft] | None]
#: Traffic is that of so many days, and counted again after so many seconds.
DAYS, COUNTED_FOR = 30, 60.0


class Good(NamedTuple):
    """A version of a flow without errors: the *library* and the *draft* it was read with, and when (UTC)."""

    library: Library
    draft: Draft
    at: datetime


class Earlier(NamedTuple):
    """An earlier version of the folder: *key* in addresses, *name* for people, and what was read."""

    key: str
    name: str
    draft: Draft


class Bench(NamedTuple):
    """
    One look at the bench. *number* grows whenever anything that a page shows has changed.

    *good* has the last version without errors of each flow, the present one where it has none; *counted* what the
    scenarios came to; *counting* says that they are being walked. *trouble* is why the folder can't be followed.
    """

    number: int
    now: Snapshot
    at: datetime
    good: Mapping[str, Good]
    counted: Mapping[str, Counted]
    counting: bool
    trouble: str = ""

    @property
    def zone(self) -> str:
        """The desk's time zone, UTC where desk.yaml names one that does not exist."""
        zone = self.now.draft.policy.time_zone
        return zone if zone in available_timezones() else "UTC"

    def is_good(self, flow: str) -> bool:
        """Whether the present version of *flow* has no errors, nor has one that it leads into."""
        return self.now.library is not None and flow in self.now.library.flows


class Workbench:
    """
    Follows the folder of flows *folder* while somebody looks, and walks its scenarios in the background.

    It has neither a record nor connectors, so that nothing tried here is written down or reaches another system. Of
    *database* it only reads how many runs each flow had, and what was published (*shelf*); *committed* gives the flows
    of the last commit, with its name. The days of reviews are held against *today*, or the desk's day by *clock*.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "",
        committed: Committed | None = None,
        clock: Clock = system_clock,
        today: date | None = None,
    ):
        self.folder, self._database, self._committed, self.clock = folder, database, committed, clock
        self.shelf, self.today = Shelf(database, clock), days(today, clock)
        self._traffic: tuple[float, Mapping[str, int] | None] = (-COUNTED_FOR, None)
        self._change = threading.Condition()
        self._closed = False
        self._asked, self._looked = 0, 0
        self._viewed = time.monotonic()
        self._seen: Seen = seen([folder])
        now, at = snapshot(folder, self.today), clock()
        self._day = self.today(now.draft.policy.time_zone)
        self._opened = now.draft
        self._bench = Bench(1, now, at, _good({}, now, at), {}, counting=now.library is not None)
        self._counter = Counter()
        self._done: Snapshot | None = None
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._follow, self._count)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop following; whoever waits for a change is told at once."""
        self.leave()
        for thread in self._threads:
            thread.join(PATIENCE)

    def leave(self) -> None:
        """Let everybody go who waits for a change; nothing is followed any more."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    @property
    def closed(self) -> bool:
        """Whether nothing is followed any more."""
        return self._closed

    def look(self) -> Bench:
        """The bench as it is now: a change that was saved is checked first, unless that takes too long."""
        until = time.monotonic() + PATIENCE
        with self._change:
            self._viewed = time.monotonic()
            self._asked += 1
            wanted = self._asked
            self._change.notify_all()
            self._change.wait_for(lambda: self._closed or self._looked >= wanted, until - time.monotonic())
            return self._bench

    def flow(self, flow: str) -> Bench:
        """The bench, once *flow* is known to be on it. Raises Unknown."""
        bench = self.look()
        if flow not in bench.now.files and flow not in bench.good:
            raise Unknown(f'There is no flow "{flow}" in {self.folder}.')
        return bench

    def earlier(self) -> tuple[Earlier, ...]:
        """The earlier versions that the present one can be held against, the first being what is mostly asked for."""
        found = [Earlier("opened", "the workshop was opened", self._opened)]
        last = self._committed() if self._committed is not None else None
        if last is not None:
            found.insert(0, Earlier("committed", f"the last commit ({last[0]})", last[1]))
        live = self.shelf.live()
        draft = self.shelf.draft(live) if live is not None else None
        if live is not None and draft is not None:
            found.insert(0, Earlier(f"version-{live.number}", f"version {live.number}, which is live", draft))
        return tuple(found)

    def traffic(self) -> Mapping[str, int] | None:
        """How many runs of each flow began in the last DAYS days; None where there is no record. Kept for a minute."""
        counted, found = self._traffic
        if self._database and time.monotonic() - counted >= COUNTED_FOR:
            found = traffic(self._database, self.clock() - timedelta(days=DAYS))
            self._traffic = (time.monotonic(), found)
        return found

    def wait(self, number: int, seconds: float) -> int:
        """The number of the bench, as soon as it is another than *number*, or after so many *seconds*."""
        with self._change:
            self._viewed = time.monotonic()
            self._change.notify_all()
            self._change.wait_for(lambda: self._closed or self._bench.number != number, seconds)
            return self._bench.number

    # --- following ---------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Look at the folder now and then while somebody looks at the bench, and at once when a page is asked for."""
        while True:
            with self._change:
                idle = time.monotonic() - self._viewed > IDLE
                if not self._closed and self._looked >= self._asked:
                    self._change.wait(None if idle else PAUSE)
                if self._closed:
                    return
                asked = self._asked
            self._safely(self._renew)
            with self._change:
                self._looked = max(self._looked, asked)
                self._change.notify_all()

    def _renew(self) -> None:
        found = seen([self.folder])
        day = self.today(self._bench.now.draft.policy.time_zone)
        if found == self._seen and day == self._day:
            return
        while True:  # a file may be half written yet
            time.sleep(SETTLED)
            again = seen([self.folder])
            if again == found:
                break
            found = again
        self._seen, self._day = found, day
        now = snapshot(self.folder, self.today)
        with self._change:
            before = self._bench
            self._bench = before._replace(
                number=before.number + 1,
                now=now,
                at=self.clock(),
                good=_good(before.good, now, self.clock()),
                counting=now.library is not None,
                trouble="",
            )
            self._change.notify_all()

    # --- counting ----------------------------------------------------------------------------------

    def _count(self) -> None:
        """Walk the scenarios of the latest library that may be tried; one that is out of date is given up."""
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or self._is_uncounted())
                if self._closed:
                    return
                self._done = self._bench.now
            self._safely(self._walk)

    def _is_uncounted(self) -> bool:
        return self._bench.counting and self._bench.now is not self._done

    def _walk(self) -> None:
        now = self._done
        assert now is not None
        assert now.library is not None
        found: Mapping[str, Counted] = {}
        try:
            for one in self._counter.count(now.library, now.draft):
                if self._closed or self._bench.now is not now:
                    return
                found = one or found
        finally:
            with self._change:
                if self._bench.now is now:
                    kept = {flow: one for flow, one in self._bench.counted.items() if flow in self._bench.good}
                    self._bench = self._bench._replace(
                        number=self._bench.number + 1, counted={**kept, **found}, counting=False
                    )
                    self._change.notify_all()

    def _safely(self, do: Callable[[], None]) -> None:
        """Whatever goes wrong in the background is said on the page, and the next change is followed again."""
        try:
            do()
        except Exception as error:
            log.error("workshop: %s", type(error).__name__, exc_info=True)
            gone = isinstance(error, OSError)
            why = f"The folder {self.folder} can’t be read." if gone else "The last change could not be checked."
            with self._change:
                self._bench = self._bench._replace(number=self._bench.number + 1, trouble=why, counting=False)
                self._change.notify_all()


def _good(before: Mapping[str, Good], now: Snapshot, at: datetime) -> dict[str, Good]:
    """The last version without errors of each flow that is still there."""
    fresh = Good(now.library, now.draft, at) if now.library is not None else None
    found = {}
    recent = sorted({good.at for good in before.values()})[1 - MOST_KEPT :]
    for flow in now.files:
        if fresh is not None and flow in fresh.library.flows:
            found[flow] = fresh
        elif flow in before and before[flow].at in recent:
            found[flow] = before[flow]
    return found
