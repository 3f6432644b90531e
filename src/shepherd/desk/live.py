"""Which library is live: the folder's while nothing was published, then the published version, by the record alone."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict

from shepherd.check.library import FlowRejected, Library
from shepherd.desk.clock import Clock
from shepherd.desk.errors import DeskError, Unavailable
from shepherd.desk.published import library_of
from shepherd.desk.versions import Published, Release, Version, folded
from shepherd.record import Damaged, Record, RecordError, RecordUnavailable

_log = logging.getLogger("shepherd.desk")
#: Seconds for which the list of what was published is not asked for again, where a page only shows something.
ASKED_AGAIN = 0.25
_MOST_LIBRARIES = 4


class NoneLive(DeskError):
    """There is no library to work with: nothing is live, or what is can't be read."""


class LiveLibrary:
    """
    The library that is live now. Safe to use from many threads.

    What is remembered (the list, compiled libraries) is only ever added to in the record; which version is live is
    worked out from it and the clock at each question, so that a date is kept to the second by every process.
    *folder* is the library that was read from files, None where that is of no use because something was published.
    """

    def __init__(self, record: Record, clock: Clock, folder: Library | None):
        self._record, self._clock, self._folder = record, clock, folder
        self._lock = threading.Lock()
        self._published = Published({}, ())
        self._last, self._asked = 0, float("-inf")
        self._libraries: OrderedDict[str, Library] = OrderedDict()
        self._good, self._told = folder, ""

    @property
    def library(self) -> Library:
        """
        What pages show: live a quarter of a second ago, or now.

        While the record does not answer, or the live version can't be read, it is the last one that could be.
        """
        try:
            return self._now(fresh=False)[0]
        except (NoneLive, Unavailable):
            return self._good if self._good is not None else self.fresh()

    def published(self) -> bool:
        """Whether any version is live by now, so that the folder counts no more. Raises RecordUnavailable."""
        if not self._record.last_publication():
            return False
        try:
            return folded(self._record.publications()).live(self._clock()) is not None
        except Damaged:
            return True

    def fresh(self) -> Library:
        """What a new run starts with: live now, by the record. Raises NoneLive or Unavailable."""
        return self._now(fresh=True)[0]

    def version(self) -> Version | None:
        """The version that is live; None while the folder is. Raises NoneLive or Unavailable."""
        release = self.release()
        return self._published.versions[release.version] if release is not None else None

    def release(self) -> Release | None:
        """Since when it is live, and by whom; None while the folder is. Raises NoneLive or Unavailable."""
        return self._now(fresh=True)[1]

    def _now(self, *, fresh: bool) -> tuple[Library, Release | None]:
        with self._lock:
            try:
                self._ask(fresh)
                release = self._published.live(self._clock())
                library = self._folder if release is None else self._compiled(self._published.versions[release.version])
            except RecordUnavailable as error:
                raise Unavailable(error.sentence) from None
            except (RecordError, FlowRejected) as error:
                sentence = error.sentence if isinstance(error, RecordError) else str(error)
                if sentence != self._told:
                    _log.error("the live version can't be read: %s", sentence)
                self._told = sentence
                raise NoneLive(
                    f"The live version can't be read, so nothing is started. {sentence} "
                    "See: shepherd verify, and shepherd publish rollback"
                ) from None
            if library is None:
                raise NoneLive("What was published goes live later than this machine's clock says. Set the clock.")
            self._good = library
            return library, release

    def _ask(self, fresh: bool) -> None:
        """Read what was published, where there is more of it than was known."""
        if not fresh and time.monotonic() - self._asked < ASKED_AGAIN:
            return
        last = self._record.last_publication()
        if last != self._last:
            self._published = folded(self._record.publications())
            self._last = last
        self._asked = time.monotonic()

    def _compiled(self, version: Version) -> Library:
        if self._folder is not None and dict(self._folder.hashes) == dict(version.documents):
            return self._folder
        known = self._libraries.get(version.hash)
        if known is None:
            known = self._libraries[version.hash] = library_of(self._record, version)
            if len(self._libraries) > _MOST_LIBRARIES:
                self._libraries.popitem(last=False)
        return known
