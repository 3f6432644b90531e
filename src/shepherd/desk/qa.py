"""QA: recorded runs, their paths on the text that was shown, and whether they are whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shepherd.audit import PathRow, Verdict, marked, path_csv, rows_of
from shepherd.audit.words import branch
from shepherd.author.overlay import Stop, stops
from shepherd.check.library import FlowRejected, Library
from shepherd.desk.branches import Branches
from shepherd.desk.clock import Clock
from shepherd.desk.errors import Unknown
from shepherd.desk.runs import Runs, note_of, said
from shepherd.desk.views import CaseNote, Recorded
from shepherd.record import NotFound, Record, RecordError, RunRow, Ticket, Told
from shepherd.run.api import Event

#: So many runs are asked for at once.
PAGE = 500
#: What data of another form than was written leads to.
STRANGE = (LookupError, TypeError, ValueError, AttributeError)


class Audits:
    """What QA asks; nothing here moves a run."""

    def __init__(self, runs: Runs, record: Record, clock: Clock):
        self._runs, self._record, self._clock = runs, record, clock

    def audit(self, run: str) -> Recorded:
        """The path of *run* as far as it can be read, and verify's verdict on it now."""
        row = self._row(run)
        told = self._record.told(run)
        started = _started(told)
        library = self._library(started)
        last = self._library(started, _pinned(told))
        flow = last.flows.get(started["flow"]) if last else None
        facts = started.get("facts")
        report = self._record.verify(run=run)
        return Recorded(
            row=row,
            ticket=self._ticket(row),
            title=flow.title if flow else row.flow,
            version=flow.version if flow else 0,
            rows=tuple(marked(self._rows(library, told), report.broken)),
            ok=report.ok,
            sealed=report.sealed,
            verdict=report.sentence,
            verified_at=self._clock(),
            case_note=_note(run, told),
            facts=facts if isinstance(facts, Mapping) else {},
        )

    def csv(self, run: str, bom: bool) -> bytes:
        """The path of *run* as CSV, as far as it can be read, with what verify says of it and of its entries now."""
        row = self._row(run)
        told = self._record.told(run)
        report = self._record.verify(run=run)
        rows = marked(self._rows(self._library(_started(told)), told), report.broken)
        assured = all(one.event is not None and one.event.actor.assured for one in told)
        verdict = Verdict(report.sentence, self._clock(), self._record.last_hash(run), assured)
        return path_csv(rows, ticket=row.number, run=run, verdict=verdict, bom=bom)

    def walked(self, run: str) -> tuple[Library | None, list[Stop]]:
        """The library that *run* pins and its visits, as far as both can be read."""
        self._row(run)
        told = self._record.told(run)
        library = self._library(_started(told), _pinned(told))
        return library, stops(one.event for one in told if one.event is not None)

    def passed(self, *, flow: str | None, since: datetime | None, most: int) -> Iterator[list[Event]]:
        """
        The events of up to *most* recorded runs, newest first, as far as they can be read.

        Those that were started with *flow* and (None: whenever) after *since*.
        """
        before: str | None = None
        while most > 0:
            rows = self._record.runs(flow=flow, since=since, limit=min(most, PAGE), before=before)
            for row in rows:
                yield [one.event for one in self._record.told(row.id) if one.event is not None]
            most -= len(rows)
            if len(rows) < PAGE:
                return
            before = rows[-1].id

    def as_scenario(self, run: str, library: Library) -> dict[str, Any]:
        """*run* as a scenario of *library*. Raises Untold where there is none, Broken where it can't be read."""
        from shepherd.author.recorded import scenario_of

        customer = self._record.ticket(self._row(run).ticket).customer_ref
        return scenario_of(library, self._runs.events(run), known=(customer,) if customer else ())

    def _rows(self, library: Library | None, told: Sequence[Told]) -> list[PathRow]:
        """The rows of a run, each part of it over the version that it was on."""
        say = Branches(library) if library is not None else branch
        return rows_of(library, told, lambda bundle: self._library(_started(told), bundle), say)

    def _library(self, started: Mapping[str, Any], bundle: Mapping[str, str] | None = None) -> Library | None:
        """The library that a run pins, or *bundle*; None where it can't be known or read any more."""
        try:
            return self._runs.library_of(started, bundle)
        except (RecordError, FlowRejected, *STRANGE):
            return None

    def of_ticket(self, ticket: str) -> list[Recorded]:
        """The paths of every run of a ticket, oldest first."""
        rows = sorted(self._record.runs(ticket=ticket, limit=500), key=lambda r: (r.created_at, r.id))
        return [self.audit(row.id) for row in rows]

    def _ticket(self, row: RunRow) -> Ticket:
        """The ticket of *row*; where it was taken away, one that says so, since the path is there to be read."""
        try:
            return self._record.ticket(row.ticket)
        except NotFound:
            return Ticket(
                id=row.ticket,
                number=row.number,
                customer=row.customer,
                customer_ref=row.customer_ref,
                subject="",
                status="",
                created_at=row.created_at,
                created_by=row.created_by,
                updated_at=row.updated_at,
            )

    def _row(self, run: str) -> RunRow:
        try:
            return self._record.run(run)
        except NotFound:
            raise Unknown("There is no such run.") from None


def _started(told: Sequence[Told]) -> Mapping[str, Any]:
    """The data of the first event; nothing where it can't be read."""
    first = told[0].event if told else None
    return first.data if first is not None and first.kind == "run_started" else {}


def _pinned(told: Sequence[Told]) -> Mapping[str, str] | None:
    """The bundle that a run was moved to last; None where it was not."""
    moves = [
        one.event.data.get("bundle") for one in told if one.event is not None and one.event.kind == "version_moved"
    ]
    return moves[-1] if moves and isinstance(moves[-1], Mapping) else None


def _note(run: str, told: Sequence[Told]) -> CaseNote | None:
    try:
        return note_of(run, said([one.event for one in told if one.event is not None]))
    except STRANGE:
        return None
