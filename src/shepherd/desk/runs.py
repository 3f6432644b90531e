"""Runs as last seen: a cache over the record, never the truth, and the libraries that they pin."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from shepherd.check.library import Library
from shepherd.desk.errors import Broken, Unknown
from shepherd.desk.views import CaseNote
from shepherd.flow.canonical import digest
from shepherd.record import Damaged, NotFound, Record, Ticket
from shepherd.run import Diverged, Erased, replay
from shepherd.run.api import Event
from shepherd.run.state import Run

_MOST_RUNS, _MOST_LIBRARIES = 2000, 32
CASE_NOTE = "case_note"


class Said(NamedTuple):
    """A note as it stands in the record."""

    at: datetime
    by: str
    text: str
    use: str


class Live(NamedTuple):
    """A run with what belongs to it: its ticket and contact, what it was started with, its notes, how it stands."""

    id: str
    run: Run
    ticket: Ticket
    contact: str
    started: Mapping[str, Any]
    notes: tuple[Said, ...]
    handed_to: str
    erased_at: datetime | None = None

    def after(self, run: Run, events: list[Event]) -> Live:
        """The same some events later."""
        return self._replace(run=run, notes=(*self.notes, *said(events)), handed_to=handed(events, self.handed_to))


def said(events: list[Event]) -> list[Said]:
    """The notes among *events*, and that the run was handed over, with what was said then, and taken over."""
    found = []
    for event in events:
        if event.kind == "noted":
            found.append(Said(event.at, event.actor.id, _text(event.data["text"]), event.data.get("use", "")))
        elif event.kind == "handed_over":
            to, reason = event.data["to"].replace("_", " "), _text(event.data.get("reason") or "")
            told = f"Handed over to {to}: {reason}" if reason else f"Handed over to {to}"
            found.append(Said(event.at, event.actor.id, told, ""))
        elif event.kind == "taken_over":
            whose = str(event.data.get("from") or "").replace("_", " ")
            found.append(Said(event.at, event.actor.id, f"Taken over from {whose}" if whose else "Taken over", ""))
    return found


def note_of(run: str, notes: Sequence[Said]) -> CaseNote | None:
    """The case note of *run* as its *notes* have it, oldest first; None while there is none."""
    found = [n for n, note in enumerate(notes) if note.use == CASE_NOTE]
    if not found:
        return None
    last = notes[found[-1]]
    before, since = ([notes[n] for n in found[:-1]], [note for note in notes[found[-1] + 1 :] if not note.use])
    return CaseNote(
        run=run,
        text=last.text,
        stored=True,
        actor=last.by,
        at=last.at,
        before=tuple((n.text, n.by, n.at) for n in before),
        since=tuple((n.text, n.by, n.at) for n in since),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "erased"


def handed(events: list[Event], before: str = "") -> str:
    """To whom the run was handed over and waits for, after *events*."""
    for event in events:
        if event.kind == "handed_over":
            before = event.data["to"]
        elif event.kind == "taken_over":
            before = ""
    return before


class Runs:
    """The cache: by run id, newest state wins, least used falls out. *now* tells the library that is live."""

    def __init__(self, now: Callable[[], Library], record: Record):
        self._now, self._record = now, record
        self._lock = threading.Lock()
        self._live: OrderedDict[str, Live] = OrderedDict()
        self._libraries: OrderedDict[str, Library] = OrderedDict()

    def load(self, run_id: str, *, fresh: bool = False) -> Live:
        """The run *run_id*; *fresh* asks the record whether somebody else has moved it, or erased its customer."""
        with self._lock:
            live = self._live.get(run_id)
            if live is not None:
                self._live.move_to_end(run_id)
        if live is not None:
            head = self._record.head(run_id) if fresh else None
            if head is None or (head.seq, head.erased_at) == (live.run.seq, live.erased_at):
                return live
            if head.erased_at != live.erased_at:
                self.forget(run_id)
        live = self._read(run_id)
        self.keep(live)
        return live

    def keep(self, live: Live) -> None:
        """Remember *live*, unless something newer is known."""
        with self._lock:
            known = self._live.get(live.id)
            if known is None or known.run.seq < live.run.seq:
                self._live[live.id] = live
            self._live.move_to_end(live.id)
            if len(self._live) > _MOST_RUNS:
                self._live.popitem(last=False)

    def forget(self, run_id: str) -> None:
        """Read *run_id* from the record next time."""
        with self._lock:
            self._live.pop(run_id, None)

    def library_of(self, started: Mapping[str, Any], bundle: Mapping[str, str] | None = None) -> Library:
        """
        The library that a run pins, by the data of its first event: compiled again from the stored documents.

        *bundle* is the one that it was moved to since, where it was.
        """
        bundle = started["bundle"] if bundle is None else bundle
        current = self._now()
        if started["flow"] in current.flows and dict(current.bundle(started["flow"])) == dict(bundle):
            return current
        key = digest(dict(bundle))
        with self._lock:
            known = self._libraries.get(key)
        if known is None:
            stored = self._record.documents(bundle.values())
            known = Library.load({name: stored[hash_] for name, hash_ in bundle.items()})
            with self._lock:
                self._libraries[key] = known
                if len(self._libraries) > _MOST_LIBRARIES:
                    self._libraries.popitem(last=False)
        return known

    def events(self, run_id: str) -> list[Event]:
        """The events of *run_id*, oldest first."""
        try:
            events = self._record.events(run_id)
        except NotFound:
            events = []
        except Damaged as error:
            raise Broken(f"The record of this run is not as it was written. {error.sentence}") from None
        if not events:
            raise Unknown("There is no such run.")
        return events

    def _read(self, run_id: str) -> Live:
        events = self.events(run_id)
        started = events[0].data
        try:
            row = self._record.run(run_id)
        except NotFound:
            raise Broken("The row of this run was taken away. It can't go on; verify the record.") from None
        try:
            run = replay(self.library_of(started), events, libraries=partial(self.library_of, started))
        except Erased:
            raise Broken("Personal values of this contact were erased. It can be read, but not continued.") from None
        except Damaged as error:
            raise Broken(f"What this run was started from is not as it was written. {error.sentence}") from None
        except Diverged as error:
            raise Broken(f"The record of this run does not hold together: {error.sentence} Verify it.") from None
        try:
            ticket = self._record.ticket(row.ticket)
        except NotFound:
            raise Broken("The ticket of this run was taken away. The path can be read, but not continued.") from None
        erased_at = self._record.head(run_id).erased_at
        return Live(run_id, run, ticket, row.contact or "", started, tuple(said(events)), handed(events), erased_at)
