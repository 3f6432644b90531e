"""The last recorded runs, walked over a draft; nothing is stored, and no value of anybody is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.author.replayed import Told, why
from shepherd.author.rerun import rerun
from shepherd.record import Damaged, NotFound, Record, RunRow

if TYPE_CHECKING:
    from shepherd.author.difference import Difference
    from shepherd.check.library import Library

PAGE = 500


def last_runs(record: Record, most: int, *, flow: str = "") -> Iterator[RunRow]:
    """The newest *most* runs, of *flow* alone where it is given, newest first."""
    before: str | None = None
    while most > 0 and (page := record.runs(flow=flow or None, limit=min(PAGE, most), before=before)):
        before, most = page[-1].id, most - len(page)
        yield from page


def walked_again(
    record: Record, library: Library, difference: Difference, rows: Iterator[RunRow], unread: list[str]
) -> Iterator[Told | None]:
    """
    Each of *rows* that would come to something else over *library*, None for one that would not.

    *difference* is from the flows as they are now to *library*. The ids of those that can't be read go to *unread*.
    """
    renamed = difference.renamed
    for row in rows:
        try:
            events = record.events(row.id)
        except (Damaged, NotFound):
            unread.append(row.id)
            yield None
            continue
        found = rerun(library, events, renamed)
        if found.verdict == "same" and not found.lost:
            yield None
        else:
            yield Told(row.id, row.number, row.flow, found, why(difference, found))
