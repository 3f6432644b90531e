"""Between events and stored bodies: what an entry holds, byte for byte, and what a run looks like in lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from shepherd.flow.canonical import canonical
from shepherd.record.api import Damaged, NotRecordable
from shepherd.record.seal import Find, unsealed_data
from shepherd.run.api import KINDS, Actor, Event

VERSION = 1
#: The columns of a run's row that lists show, worked out from its entries.
SEEN = ("status", "step", "owner", "outcome", "code")
FIELDS = {"v", "ticket", "run", "seq", "at", "offset", "actor", "kind", "data", "entered"}


def text_of(at: datetime) -> str:
    """A UTC time as it is stored: milliseconds and ``Z``."""
    if at.tzinfo is None:
        raise NotRecordable("A time without a zone can't be recorded.")
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


def time_of(text: str) -> datetime:
    """The time that ``text_of`` wrote."""
    return datetime.fromisoformat(text)


def whole(at: datetime) -> datetime:
    """*at* cut to whole milliseconds, as the record keeps it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class Written(NamedTuple):
    """A row of ``entries`` but for its hash, which only the writer knows: the columns in their order."""

    run: str
    seq: int
    ticket: str
    kind: str
    at: str
    actor: str
    body: bytes


def row_of(event: Event, data: Mapping[str, Any], *, ticket: str, run: str, seq: int) -> Written:
    """The row of ``entries`` that *event* makes, its *data* sealed, but for the hash. Raises NotRecordable."""
    if event.kind not in KINDS:
        raise NotRecordable(f"{event.kind} is no kind of event.")
    if event.at.microsecond % 1000:
        raise NotRecordable("An event's time has whole milliseconds, so that it is read as it was.")
    actor, at = event.actor, text_of(event.at)
    entry = {
        "v": VERSION,
        "ticket": ticket,
        "run": run,
        "seq": seq,
        "at": at,
        "offset": event.offset,
        "actor": {"kind": actor.kind, "id": actor.id, "assured": actor.assured},
        "kind": event.kind,
        "data": data,
        "entered": [dict(item) for item in event.entered],
    }
    try:
        body = canonical(entry)
    except ValueError as error:
        raise NotRecordable(str(error)) from None
    return Written(run, seq, ticket, event.kind, at, actor.id, body)


def entry_of(body: bytes) -> dict[str, Any]:
    """The entry in a stored *body*. Raises Damaged for what can't be read, and for a version or kind not known."""
    try:
        entry = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        raise Damaged("An entry can't be read. Verify the record.") from None
    return known(entry)


def known(entry: Any) -> dict[str, Any]:
    """*entry*, which a body reads as. Raises Damaged where it is none, and for a version or kind not known."""
    try:
        if entry.keys() == FIELDS and entry["v"] == VERSION and entry["kind"] in KINDS:
            return dict(entry)
    except (TypeError, AttributeError):
        raise Damaged("An entry can't be read. Verify the record.") from None
    raise Damaged("An entry was written by a newer release, or changed. Verify the record.")


def opened(body: bytes, find: Find) -> dict[str, Any]:
    """The entry in a stored *body*, personal values opened."""
    entry = entry_of(body)
    entry["data"] = unsealed_data(entry["data"], find, entry["run"], entry["seq"])
    return entry


def event_of(body: bytes, find: Find) -> Event:
    """The event in a stored body, personal values opened. Raises Damaged."""
    return event_in(opened(body, find))


def event_in(entry: Mapping[str, Any]) -> Event:
    """The event that a known *entry* tells of, its values as they are there. Raises Damaged."""
    try:
        actor = entry["actor"]
        return Event(
            entry["kind"],
            entry["data"],
            tuple(entry["entered"]),
            time_of(entry["at"]),
            entry["offset"],
            Actor(actor["kind"], actor["id"], actor["assured"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Damaged("An entry can't be read. Verify the record.") from None


def seen_as(row: Mapping[str, Any], events: Iterable[Event]) -> dict[str, Any]:
    """The columns of a run's row after *events*: a cache for lists, never read by the interpreter."""
    after: dict[str, Any] = {**_UNSEEN, **row}
    for event in events:
        if event.kind == "run_started":
            after |= {"status": "open", "owner": event.actor.id if event.actor.kind == "agent" else ""}
        elif event.kind in STATUS:
            after["status"] = STATUS[event.kind]
        if event.kind == "handed_over":
            after["owner"] = str(event.data.get("to", ""))[:200]
        elif event.kind == "taken_over":
            after["owner"] = event.actor.id
        for item in event.entered:
            after["step"] = item["step"]
            if "ended" in item:
                after |= {"status": "ended", "outcome": item["ended"]["outcome"], "code": item["ended"]["code"]}
    return after


_UNSEEN = dict.fromkeys(SEEN, "")
STATUS = {
    "paused": "paused",
    "resumed": "open",
    "handed_over": "handed_over",
    "taken_over": "open",
    "abandoned": "abandoned",
}
