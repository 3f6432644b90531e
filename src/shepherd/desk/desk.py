"""The desk: every use of the product as one function. What each does stands in the modules beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shepherd.desk.clock import Clock, system_clock
from shepherd.desk.settings import Settings
from shepherd.desk.views import CaseNote, CustomerRow, FlowRow, Recorded, RunView, Taken, TicketView
from shepherd.record import Report, RunRow, Ticket
from shepherd.run.api import Actor, Change, GoBack, Input, PathItem

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.connect import Connectors
    from shepherd.record import Record


class Desk:
    """
    One desk: a library of flows, a record, connectors and a clock. Safe to use from many threads.

    Every *token* is made by the page (``new_id()``) and sent with its form: the same again gives the first result.
    """

    def __init__(self, library: Library, record: Record, connectors: Connectors, *, clock: Clock = system_clock):
        self.library, self.record, self.connectors, self.clock = library, record, connectors, clock

    @classmethod
    def open(cls, settings: Settings, *, clock: Clock = system_clock) -> Desk:
        """A desk by its settings; raises ``FlowRejected`` where the library has errors, ``RecordUnavailable`` else."""
        raise NotImplementedError

    def close(self) -> None:
        """Drain what is under way and let go of the record."""
        raise NotImplementedError

    # --- customers and tickets --------------------------------------------------------------------

    def search_customers(self, words: str, *, limit: int = 8) -> tuple[CustomerRow, ...]:
        """Customers whose searched columns have every one of *words*, for type-ahead; none without a customer base."""
        raise NotImplementedError

    def open_ticket(
        self, customer_id: str | None, *, channel: str, subject: str, actor: Actor, token: str = ""
    ) -> TicketView:
        """A new ticket with its first contact; the same *token* again gives the same ticket. None: an unknown caller."""
        raise NotImplementedError

    def tickets(self, words: str = "", *, limit: int = 50) -> tuple[Ticket, ...]:
        """The newest tickets, or those that *words* (a number, a customer's number, a subject's word) find."""
        raise NotImplementedError

    def ticket(self, id_or_number: str) -> TicketView:
        """A ticket with all that stands on it."""
        raise NotImplementedError

    def note_ticket(self, id_or_number: str, text: str, *, actor: Actor, token: str) -> TicketView:
        """A free note on the ticket, outside any run."""
        raise NotImplementedError

    # --- runs -------------------------------------------------------------------------------------

    def flows(self, words: str = "", *, category: str = "", limit: int = 20) -> tuple[FlowRow, ...]:
        """Flows that may be started whose title, id, category or words have every one of *words*, best first."""
        raise NotImplementedError

    def start(
        self,
        ticket: str,
        flow: str,
        *,
        actor: Actor,
        token: str,
        role: str = "agent",
        inputs: Mapping[str, Any] | None = None,
        channel: str = "",
    ) -> Taken:
        """Start *flow* on a ticket; ``customer_id`` is filled in from it, *inputs* gives the others (FlowRow.asks)."""
        raise NotImplementedError

    def see(self, run: str) -> RunView:
        """A run as it stands. What is due by the clock, or was left open by a crash, is set going first."""
        raise NotImplementedError

    def take(self, run: str, input: Input, *, seq: int, token: str, actor: Actor, role: str = "agent") -> Taken:
        """
        Take any input of a person (answer, note, pause, go back, hand over …) at the page numbered *seq*.

        ``Stale`` carries the true step. A call that follows is under way when this returns: ``wait`` for it.
        """
        raise NotImplementedError

    def wait(self, run: str, seconds: float = 0.3) -> RunView:
        """The run when its call has come back, or as it stands after *seconds*."""
        raise NotImplementedError

    def answer_open_do(self, run: str, made: bool, *, seq: int, token: str, actor: Actor, role: str = "agent") -> Taken:
        """The agent says whether a change that nobody knows about was made (``RunView.open_do``)."""
        raise NotImplementedError

    def preview(self, run: str, input: Change | GoBack) -> tuple[PathItem, ...]:
        """What would fall away."""
        raise NotImplementedError

    # --- the case note ------------------------------------------------------------------------------

    def case_note(self, run: str) -> CaseNote:
        """The case note of a run: as stored, or worked out from the path while the run is under way."""
        raise NotImplementedError

    def correct_note(self, run: str, text: str, *, actor: Actor, token: str) -> CaseNote:
        """Correct the stored note of a run that is over, by a new entry."""
        raise NotImplementedError

    # --- QA -----------------------------------------------------------------------------------------

    def recorded(
        self, *, ticket: str = "", agent: str = "", flow: str = "", outcome: str = "", limit: int = 50, before: str = ""
    ) -> tuple[RunRow, ...]:
        """Recorded runs, newest first; *before* is the id of the last one seen."""
        raise NotImplementedError

    def audit(self, run: str) -> Recorded:
        """The path of a run for QA: audit rows, verify's verdict on this run, the case note."""
        raise NotImplementedError

    def csv(self, run: str, *, bom: bool = False) -> bytes:
        """The path as CSV (RFC 4180); *bom* for spreadsheet programs that need one."""
        raise NotImplementedError

    def verify(self, ticket: str = "") -> Report:
        """The verdict over the whole record, or one ticket."""
        raise NotImplementedError

    def bodies(self, ticket: str) -> list[bytes]:
        """The entries of a ticket, in order, as stored (``path TICKET --json``)."""
        raise NotImplementedError

    def paths(self, ticket: str) -> Sequence[Recorded]:
        """The paths of every run of a ticket, oldest first."""
        raise NotImplementedError

    # --- time ---------------------------------------------------------------------------------------

    def tick(self, now: datetime | None = None) -> int:
        """Set going what the clock makes due (``no_answer``, runs nobody touched); how many runs moved."""
        raise NotImplementedError


