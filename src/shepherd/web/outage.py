"""What the log says while the record can't be reached: once what is so, and once when it is back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shepherd.desk import Unavailable
from shepherd.record import RecordUnavailable

GONE = (Unavailable, RecordUnavailable)
GONE_SINCE = """The record ({where}) can't be reached since {since}.
  Kept: all that was acknowledged. What is sent now is answered with "Not saved", and can be sent again.
  At rest: every run, also where the clock would go on. Still shown: the flows and their pictures.
  What mends it: start the database, or mend the way to it; this desk goes on by itself then."""


class Outage:
    """
    The last trouble of what is done each second, so that the same is not told each second.

    *where* names the record, without a password; *say* writes a line; *clock* gives the time with its offset.
    """

    def __init__(self, where: str, say: Callable[[str], object], clock: Callable[[], datetime]):
        self._where, self._say, self._clock = where, say, clock
        self._since: datetime | None = None
        self._kind = ""

    def failed(self, error: Exception) -> None:
        """What was tried has come to *error*: told, if it is no more of the same."""
        kind = "record" if isinstance(error, GONE) else type(error).__name__
        if kind == self._kind:
            return
        self._kind, self._since = kind, self._since or self._clock()
        if kind != "record":
            self._say(f"tick: {kind}")
            return
        self._say(GONE_SINCE.format(where=self._where, since=f"{self._since:%Y-%m-%d %H:%M:%S %Z}"))

    def worked(self) -> None:
        """It went well: told, where it had not before."""
        if self._since is not None and self._kind == "record":
            seconds = int((self._clock() - self._since).total_seconds())
            self._say(f"The record ({self._where}) is back after {seconds} s. What came due meanwhile is done now.")
        self._since, self._kind = None, ""
