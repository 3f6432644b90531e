"""Reading a run that somebody may have damaged: what can be read is, what can't be has its place kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from shepherd.record.api import Damaged
from shepherd.record.bodies import event_of, time_of
from shepherd.record.seal import Find
from shepherd.run.api import Event

_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Told(NamedTuple):
    """An entry as it can be told: its *event*, or None where it is not as it was written; *at* is its time at best."""

    seq: int
    event: Event | None
    at: datetime


def told(rows: Iterable[Any], find: Find, began: Any) -> Iterator[Told]:
    """The entries of a run from *rows* (seq, at, body) in order; *began* is when the run is said to have begun."""
    seq, at = 0, _time(began) or _BEGINNING
    for row in rows:
        seq = row.seq if type(row.seq) is int and row.seq > seq else seq + 1
        event = _event(row.body, find)
        at = event.at if event is not None else max(at, _time(row.at) or at)
        yield Told(seq, event, at)


def _event(body: Any, find: Find) -> Event | None:
    """The event in *body* where all that a reader relies on has its form; else None."""
    try:
        event = event_of(body, find)
        whole = event.at.tzinfo is not None and _OFFSET.fullmatch(event.offset) is not None
    except (Damaged, LookupError, TypeError, ValueError, AttributeError):
        return None
    named = isinstance(event.actor.kind, str) and isinstance(event.actor.id, str)
    formed = isinstance(event.data, dict) and all(isinstance(item, dict) for item in event.entered)
    return event if whole and named and formed else None


def _time(text: Any) -> datetime | None:
    try:
        at = time_of(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo is not None else None
