"""A row of a recorded path: one visit, or something beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shepherd.run.api import Spoken

#: The kind of a row that stands for an entry which is gone or can't be read.
DAMAGED = "not_as_written"
#: Seconds for which a page waits before it shows the words of a call that is under way (FORMATS §6).
PATIENCE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """
    One visit, or (*visit* 0) something beside the path: a note, a pause, a hand-over, going back, a changed answer.

    *seconds* from entering to leaving, of which *aside* the run was paused or waited to be taken over. *who* answered,
    *source* where the answer came from (``agent``, ``looked up``, ``kept from visit 4``, ``clock`` …). *words* and
    *title* as shown. *taken_back*: struck through, by entry *struck_by*.
    *granted* are the assurances that it gave. *seq* is the entry that made the row, *left_by* the one that answered it.
    *further* are entries that have no row of their own and stand with this one, like the request of a call.
    *broken* says what verify holds against these entries; see ``audit.broken``. *fell_back*: the contact had chosen a
    language, and the step has no words in it.
    """

    seq: int
    visit: int
    step: str
    kind: str
    by: str
    at: datetime
    offset: str
    title: str = ""
    words: Spoken = Spoken()  # noqa: RUF009 - frozen, never changed
    answer: str = ""
    seconds: float | None = None
    aside: float = 0.0
    who: str = ""
    role: str = ""
    source: str = ""
    attempt: int | None = None
    granted: tuple[str, ...] = ()
    taken_back: bool = False
    struck_by: int | None = None
    ended: str = ""
    left_by: int | None = None
    further: tuple[int, ...] = ()
    broken: tuple[str, ...] = ()
    fell_back: bool = False

    @property
    def unseen(self) -> bool:
        """Whether its words were for a wait that was over before they could be shown."""
        return self.kind in ("lookup", "do") and self.seconds is not None and self.seconds < PATIENCE

    @property
    def shown(self) -> tuple[str, ...]:
        """The words and the question, in reading order, without empty ones."""
        words = self.words
        return tuple(t for t in (words.say, self.title, words.guide, words.warn, words.why) if t)
