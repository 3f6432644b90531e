"""QA: recorded runs, their paths on the text that was shown, and whether they are whole."""

from __future__ import annotations

from shepherd.audit import path_csv, path_rows
from shepherd.desk.clock import Clock
from shepherd.desk.errors import Unknown
from shepherd.desk.runs import CASE_NOTE, Runs, said
from shepherd.desk.views import CaseNote, Recorded
from shepherd.record import NotFound, Record, RunRow
from shepherd.run.api import Event


class Audits:
    """What QA asks; nothing here moves a run."""

    def __init__(self, runs: Runs, record: Record, clock: Clock):
        self._runs, self._record, self._clock = runs, record, clock

    def audit(self, run: str) -> Recorded:
        """The path of *run*, and verify's verdict on it now."""
        row = self._row(run)
        events = self._runs.events(run)
        started = events[0].data
        library = self._runs.library_of(started)
        flow = library.flows[started["flow"]]
        report = self._record.verify(run=run)
        return Recorded(
            row=row,
            ticket=self._record.ticket(row.ticket),
            title=flow.title,
            version=flow.version,
            rows=tuple(path_rows(library, events)),
            ok=report.ok,
            verdict=report.sentence,
            verified_at=self._clock(),
            case_note=stored_note(run, events),
            facts=started.get("facts", {}),
        )

    def csv(self, run: str, bom: bool) -> bytes:
        """The path of *run* as CSV."""
        row = self._row(run)
        events = self._runs.events(run)
        rows = path_rows(self._runs.library_of(events[0].data), events)
        return path_csv(rows, ticket=row.number, run=run, bom=bom)

    def of_ticket(self, ticket: str) -> list[Recorded]:
        """The paths of every run of a ticket, oldest first."""
        rows = sorted(self._record.runs(ticket=ticket, limit=500), key=lambda r: (r.created_at, r.id))
        return [self.audit(row.id) for row in rows]

    def _row(self, run: str) -> RunRow:
        try:
            return self._record.run(run)
        except NotFound:
            raise Unknown("There is no such run.") from None


def stored_note(run: str, events: list[Event]) -> CaseNote | None:
    """The case note as the entries of *run* have it; None while there is none."""
    notes = [n for n in said(events) if n.use == CASE_NOTE]
    if not notes:
        return None
    last = notes[-1]
    before = tuple((n.text, n.by, n.at) for n in notes[:-1])
    return CaseNote(run=run, text=last.text, stored=True, actor=last.by, at=last.at, before=before)
