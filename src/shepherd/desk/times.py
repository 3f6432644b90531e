"""What the clock makes due: steps that nobody answers, and runs that nobody touches any more."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from shepherd.desk.errors import DeskError
from shepherd.desk.going import Going
from shepherd.desk.guide import Guide
from shepherd.desk.runs import Runs
from shepherd.record import Record
from shepherd.run.api import Refused
from shepherd.run.waiting import due_at

_log = logging.getLogger("shepherd.desk")
UNTOUCHED = timedelta(days=7)
_UNDER_WAY = ("open", "paused", "handed_over")
_LOOK_AGAIN = timedelta(hours=1)


class Times:
    """The ticker's work."""

    def __init__(self, going: Going, guide: Guide, runs: Runs, record: Record):
        self._going, self._guide, self._runs, self._record = going, guide, runs, record
        self._looked: datetime | None = None
        self._lock = threading.Lock()

    def tick(self, now: datetime) -> int:
        """Set going what is due by *now*; how many runs moved. One tick at a time, others return at once."""
        if not self._lock.acquire(blocking=False):
            return 0
        try:
            moved = 0
            if self._looked is None or now - self._looked >= _LOOK_AGAIN:
                moved = self._look_through(now)
                self._looked = now
            return moved + self._guide.reach_due(now)
        finally:
            self._lock.release()

    def _look_through(self, now: datetime) -> int:
        """Every run under way once: its due time is noted, and it is abandoned where nobody has touched it."""
        moved = 0
        for status in _UNDER_WAY:
            before = None
            while rows := self._record.runs(status=status, limit=200, before=before):
                before = rows[-1].id
                for row in rows:
                    try:
                        run = self._runs.load(row.id).run
                        due = None if run.ended else due_at(run)
                        if now - row.updated_at >= UNTOUCHED and due is None:
                            moved += self._guide.abandon(row.id, "untouched")
                        else:
                            self._going.dues.note(row.id, due)
                    except (DeskError, Refused) as error:
                        _log.warning("run %s can't be looked at: %s", row.id, type(error).__name__)
        return moved
