"""The desk: every use of the product as one function. What each does stands in the modules beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from shepherd.audit import PATIENCE
from shepherd.audit.words import reasons_like
from shepherd.check.library import FlowRejected, Library
from shepherd.connect import Connectors
from shepherd.desk.anew import asked, question
from shepherd.desk.clock import Clock, system_clock, whole
from shepherd.desk.erasing import DONE, ERASED, MOST, Erasure, erasure
from shepherd.desk.errors import DeskError, Misused, Unknown
from shepherd.desk.flows import find
from shepherd.desk.going import Going
from shepherd.desk.guide import Guide
from shepherd.desk.ids import new_id
from shepherd.desk.inputs import LONGEST_NOTE
from shepherd.desk.live import LiveLibrary
from shepherd.desk.mask import mask
from shepherd.desk.moving import Moved, Moving
from shepherd.desk.pictures import Pictures
from shepherd.desk.published import News
from shepherd.desk.publishing import Publishing
from shepherd.desk.qa import Audits
from shepherd.desk.runs import Runs
from shepherd.desk.settings import Settings, changes_file
from shepherd.desk.starting import Starting
from shepherd.desk.tickets import Tickets, valid_id
from shepherd.desk.times import Times
from shepherd.desk.turned_away import TurnedAway, turned_away
from shepherd.desk.views import CaseNote, CustomerRow, FlowRow, Recorded, RunView, Taken, TicketRow, TicketView
from shepherd.flow.languages import falls_back
from shepherd.record import Record, RecordError, Report, RunRow, Ticket, open_record
from shepherd.run.api import Actor, Change, Form, GoBack, Input, PathItem, Question
from shepherd.run.resting import absolute

LONGEST_NAME = 80


class Desk:
    """
    One desk: a library of flows, a record, connectors and a clock; *pictures* draws. Safe to use from many threads.

    What runs start with is *live*: the given library, until a version goes live that was published in the record.
    Every *token* is made by the page (``new_id()``) and sent with its form: the same again gives the first result.
    """

    def __init__(self, library: Library | None, record: Record, connectors: Connectors, *, clock: Clock = system_clock):
        self.record, self.connectors, self.clock = record, connectors, clock
        self.live = LiveLibrary(record, clock, library)
        self.publishing = Publishing(record, clock)
        self._runs = Runs(lambda: self.library, record)
        self._going = Going(self._runs, record, connectors, clock, self.live)
        self._guide = Guide(self._going, self._runs, record)
        self._tickets = Tickets(self.live, record, connectors, clock)
        self._starting = Starting(self.live, record, self._runs, self._tickets, self._going, self._guide)
        self._audits = Audits(self._runs, record, clock)
        self.pictures = Pictures(self.live, self._audits)
        self._moving = Moving(self.live.fresh, record, self._runs, self._going.stamp)
        self._times = Times(self._going, self._guide, self._runs, record)

    @classmethod
    def open(cls, settings: Settings, *, clock: Clock = system_clock) -> Desk:
        """
        A desk by its settings; the folder of flows is read only where nothing was published in the record.

        Raises ``FlowRejected`` where it has errors, and ``RecordUnavailable``. That what is live can't be read is told
        by whoever asks ``live`` for it: the record may be verified all the same.
        """
        return cls._opened(partial(Library.read, settings.library), settings, clock)

    @classmethod
    def over(cls, library: Library, settings: Settings, *, clock: Clock = system_clock) -> Desk:
        """A desk over a library that was read and checked already; raises ``RecordUnavailable``."""
        return cls._opened(lambda: library, settings, clock)

    @classmethod
    def _opened(cls, read: Callable[[], Library], settings: Settings, clock: Clock) -> Desk:
        record = open_record(settings.database, settings.keys)
        try:
            library = None if LiveLibrary(record, clock, None).published() else read()
        except BaseException:
            record.close()
            raise
        declared = library.connectors if library else {}
        connectors = Connectors(declared, folder=settings.library, changes=changes_file(settings))
        desk = cls(library, record, connectors, clock=clock)
        with suppress(DeskError):
            connectors.in_zone(desk.library.policy.time_zone)
        return desk

    @property
    def library(self) -> Library:
        """The flows that may be started now."""
        return self.live.library

    def close(self) -> None:
        """Drain what is under way and let go of the record."""
        self._going.calls.close()
        self._tickets.close()
        self.record.close()

    # --- customers and tickets --------------------------------------------------------------------

    def search_customers(self, words: str, *, limit: int = 8) -> tuple[CustomerRow, ...]:
        """Customers whose searched columns have every one of *words*, for type-ahead; none without a customer base."""
        return self._tickets.customers.search(words, limit)

    def near_customers(self, words: str) -> str:
        """What was meant by *words* that no customer has: each replaced by the nearest that one has; "" for nothing."""
        return self._tickets.customers.near(words)

    def near(self, words: str) -> str:
        """The same for a search that found nothing: of customers, else of the latest tickets' subjects."""
        return self.near_customers(words) or self._tickets.customers.near_subject(words)

    def tickets_of(self, customer: str, *, limit: int = 20) -> tuple[TicketRow, ...]:
        """The newest tickets of a customer, by their number, each with how it stands."""
        return self._tickets.customers.tickets(customer, limit)

    def open_ticket(
        self, customer_id: str | None, *, channel: str, subject: str, actor: Actor, token: str = ""
    ) -> TicketView:
        """A new ticket with its first contact, the same for the same *token*. None: an unknown caller."""
        named(actor)
        ticket = self._tickets.open(
            customer_id, channel=channel, subject=subject, actor=actor, id_=valid_id(token or new_id()), new_id=new_id
        )
        return self._tickets.view(ticket)

    def attach_customer(self, id_or_number: str, customer_id: str, *, actor: Actor) -> TicketView:
        """Put a customer on a ticket that was opened for an unknown caller."""
        named(actor)
        ticket = self._tickets.find(id_or_number)
        return self._tickets.view(self._tickets.attach(ticket, customer_id, actor=actor, new_id=new_id))

    def erasure(self, customer_id: str) -> Erasure:
        """What erasing a customer, by their number, would take. Raises Unknown."""
        return erasure(self.record, customer_id)

    def erase(self, what: Erasure, *, actor: Actor) -> int:
        """
        End what is under way, then destroy the keys of the customer and of their tickets; how many keys there were.

        Each ticket says from then on who did it. Whoever still has a page of such a run open, at whichever server, sees
        that it is over.
        """
        named(actor)
        for run in what.under_way:
            with suppress(DeskError):  # one that can't be read any more can't be ended either
                self._guide.abandon(run.id, ERASED)
        at = whole(self.clock())
        for ticket in self.record.tickets(customer=what.customer, limit=MOST):
            self.record.add_item(ticket.id, new_id(), "note", DONE, at=at, actor=actor, private=False)
        return self.record.erase(what.customer, at=at)

    def tickets(self, words: str = "", *, limit: int = 50) -> tuple[Ticket, ...]:
        """The newest tickets, or those that *words* (a number, a customer's number, a subject's word) find."""
        return tuple(self.record.tickets(words.strip()[:200], limit=limit))

    def stand(self, tickets: Sequence[Ticket]) -> tuple[TicketRow, ...]:
        """*tickets*, each with how it stands."""
        return self._tickets.customers.stand(tickets)

    def ticket(self, id_or_number: str) -> TicketView:
        """A ticket with all that stands on it."""
        return self._tickets.view(self._tickets.find(id_or_number))

    def note_ticket(self, id_or_number: str, text: str, *, actor: Actor, token: str) -> TicketView:
        """A free note on the ticket, outside any run."""
        named(actor)
        ticket = self._tickets.find(id_or_number)
        text = mask(text.strip())
        if not text or len(text) > LONGEST_NOTE:
            raise Misused(f"A note has 1 to {LONGEST_NOTE} characters.")
        at = whole(self.clock())
        self.record.add_item(ticket.id, valid_id(token), "note", text, at=at, actor=actor)
        return self._tickets.view(ticket)

    # --- runs -------------------------------------------------------------------------------------

    def flows(self, words: str = "", *, category: str = "", limit: int = 20) -> tuple[FlowRow, ...]:
        """Flows that may be started whose title, id, category or words have every one of *words*, best first."""
        return find(self.library, words, category, limit)

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
        language: str | None = None,
    ) -> Taken:
        """Start *flow* on a ticket; ``customer_id`` is filled in from it, *inputs* gives the others (FlowRow.asks)."""
        named(actor)
        found = self._tickets.find(ticket)
        return self._starting.start(
            found, flow, actor=actor, token=token, role=role, inputs=inputs or {}, channel=channel, language=language
        )

    def languages(self, ticket: str) -> tuple[tuple[str, ...], str]:
        """
        The languages that flows can be said in beside their own, and the one to begin with.

        That is the one of the ticket's latest run; before the first, the one that the customer base tells, if any.
        """
        found, known = self._tickets.find(ticket), self.library.every_language
        rows = self.record.runs(ticket=found.id, limit=1)
        if rows or not found.customer:
            return known, self._starting.spoken(rows)
        told = self._tickets.view(found).customer.get("language", "")
        return known, next((tag for tag in falls_back(told) if tag in known), "")

    def awaits(self, role: str) -> bool:
        """Whether a step of any flow waits for *role*."""
        return any(s.role == role for f in self.library.flows.values() for s in f.steps.values())

    def waits_for(self, role: str, *, limit: int = 20) -> tuple[RunView, ...]:
        """Open runs among the latest 200 whose step waits for *role*; one that can't be read is left out."""
        if not self.awaits(role):
            return ()
        others = {s.ref for f in self.library.flows.values() for s in f.steps.values() if s.role != role}
        found: list[RunView] = []
        for row in self.record.runs(status="open", limit=200):
            if row.step not in others and len(found) < limit:
                with suppress(DeskError):
                    found.append(self.see(row.id))
        return tuple(v for v in found if v.state == "open" and v.waiting.role == role)

    def see(self, run: str) -> RunView:
        """A run as it stands. What is due by the clock, or was left open by a crash, is set going first."""
        return self._guide.see(run)

    def take(self, run: str, input: Input, *, seq: int, token: str, actor: Actor, role: str = "agent") -> Taken:
        """
        Take any input of a person (answer, note, pause, go back, hand over …) at the page numbered *seq*.

        ``Stale`` carries the true step. A call that follows is under way when this returns: ``wait`` for it.
        """
        named(actor)
        return self._guide.take(run, input, seq=seq, token=token, actor=actor, role=role)

    def wait(self, run: str, seconds: float = PATIENCE) -> RunView:
        """The run when its call has come back, or as it stands after *seconds*."""
        return self._guide.wait(run, seconds)

    def answer_open_do(self, run: str, made: bool, *, seq: int, token: str, actor: Actor, role: str = "agent") -> Taken:
        """The agent says whether a change that nobody knows about was made (``RunView.open_do``)."""
        named(actor)
        return self._guide.answer_open_do(run, made, seq=seq, token=token, actor=actor, role=role)

    def preview(self, run: str, input: Change | GoBack) -> tuple[PathItem, ...]:
        """What would fall away."""
        return self._guide.preview(run, input)

    def would_lose(self, run: str, input: Change | GoBack) -> tuple[str, ...]:
        """What is established now and would have to be proved again."""
        return self._guide.would_lose(run, input)

    def is_same(self, run: str, input: Change) -> bool:
        """Whether *input* gives the very answer that stands."""
        return self._guide.is_same(run, input)

    def asks_first(self, run: str, input: GoBack) -> bool:
        """Whether going back takes more off than the step not answered yet, so that the agent is asked first."""
        return self._guide.asks_first(run, input)

    def question(self, run: str, visit: int) -> Question | Form:
        """The question of an old visit with what was given, to be answered anew (``Change``)."""
        return question(self._runs.load(run).run, visit)

    def asked(self, run: str, visit: int, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields that the form of *visit* shows when *values* (name → raw) are filled in so far."""
        return asked(self._runs.load(run).run, visit, values)

    def turned_away(self, ticket: Ticket, but: str = "") -> TurnedAway | None:
        """How the customer of *ticket* was turned away before, *but* by one run; None where they were not."""
        return turned_away(self._runs, self.record, ticket, self.clock(), but)

    # --- what changed in the flows ------------------------------------------------------------------

    def news(self, reader: str) -> News | None:
        """What changed for *reader* since they last confirmed reading it; None where that can't be told, either."""
        with suppress(RecordError, FlowRejected):
            return self.publishing.news(reader)
        return None

    # --- the case note ------------------------------------------------------------------------------

    def case_note(self, run: str) -> CaseNote:
        """The case note of a run: as stored, or worked out from the path while the run is under way."""
        return self._guide.case_note(run)

    def correct_note(self, run: str, text: str, *, actor: Actor, token: str) -> CaseNote:
        """Correct the stored note of a run that is over, by a new entry."""
        named(actor)
        return self._guide.correct_note(run, text, actor=actor, token=token)

    # --- QA -----------------------------------------------------------------------------------------

    def recorded(
        self,
        *,
        ticket: str = "",
        customer: str = "",
        agent: str = "",
        flow: str = "",
        outcome: str = "",
        first: date | None = None,
        last: date | None = None,
        limit: int = 50,
        before: str = "",
    ) -> tuple[RunRow, ...]:
        """
        Recorded runs, newest first; *before* is the id of the last one seen.

        *customer* is a number, or what finds customers in the customer base; Misused is raised where it fits too many.
        Parts of *agent* and *outcome* do, of why a run ended without one, too. *first* and *last* are days on the
        desk's clock on which they were begun.
        """
        if ticket:
            try:
                ticket = self._tickets.find(ticket).id
            except Unknown:
                return ()
        return tuple(
            self.record.runs(
                ticket=ticket or None,
                customers=self._tickets.customers.known(customer) if customer else None,
                agent=agent or None,
                flow=flow or None,
                outcome=outcome or None,
                reasons=reasons_like(outcome),
                since=self._midnight(first) if first else None,
                until=self._midnight(last + timedelta(days=1)) if last else None,
                limit=limit,
                before=before or None,
            )
        )

    def _midnight(self, day: date) -> datetime:
        """The moment at which *day* begins on the desk's clock."""
        return absolute(datetime.combine(day, time.min), self.library.policy)

    def audit(self, run: str) -> Recorded:
        """The path of a run for QA: audit rows, verify's verdict on this run, the case note."""
        return self._audits.audit(run)

    def broken(self, runs: Sequence[RunRow]) -> frozenset[str]:
        """The ids of those of *runs* of which verify says now that they are not whole, as ``audit`` does of each."""
        return self.record.broken([run.id for run in runs])

    def csv(self, run: str, *, bom: bool = False) -> bytes:
        """The path as CSV (RFC 4180); *bom* for spreadsheet programs that need one."""
        return self._audits.csv(run, bom)

    def verify(self, ticket: str = "") -> Report:
        """The verdict over the whole record, or one ticket."""
        return self.record.verify(self._tickets.find(ticket).id if ticket else None)

    def acted(self, runs: Sequence[str]) -> tuple[Mapping[str, Sequence[str]], Mapping[str, str]]:
        """Who has acted in each of *runs*; why those ended that ended without an outcome."""
        return self.record.agents(runs), self.record.reasons(runs)

    def bodies(self, ticket: str) -> list[bytes]:
        """The entries of a ticket, in order, as stored (``path TICKET --json``)."""
        return self.record.bodies(self._tickets.find(ticket).id)

    def export(self, ticket: str) -> Iterator[bytes]:
        """The entries of a ticket with their hashes, as an outsider proves them (``path TICKET --export FILE``)."""
        return self.record.export(self._tickets.find(ticket).id)

    def paths(self, ticket: str) -> Sequence[Recorded]:
        """The paths of every run of a ticket, oldest first."""
        return self._audits.of_ticket(self._tickets.find(ticket).id)

    def as_scenario(self, run: str) -> dict[str, Any]:
        """
        A recorded run as a scenario of the flows as they are now, with nobody's values in it.

        Raises ``author.recorded.Untold`` where there is no such scenario.
        """
        return self._audits.as_scenario(run, self.library)

    # --- versions -----------------------------------------------------------------------------------

    def moves(self, *, flow: str = "", ticket: str = "", actor: Actor | None = None) -> Iterator[Moved]:
        """
        Each run under way, and whether it could be moved to the flows as they are now.

        With *actor* those that can be are moved, in that name, one event each.
        """
        if actor is not None:
            named(actor)
        found = self._tickets.find(ticket).id if ticket else ""
        return self._moving.moves(flow=flow, ticket=found, actor=actor)

    # --- time ---------------------------------------------------------------------------------------

    def tick(self, now: datetime | None = None) -> int:
        """Set going what the clock makes due (a version, ``no_answer``, runs nobody touched); how many runs moved."""
        self.connectors.in_zone(self.library.policy.time_zone)
        return self._times.tick(now or self.clock())


def named(actor: Actor) -> None:
    """Refuse whoever has no name: it is all that the record has of them until sign-in exists."""
    if not actor.id.strip() or len(actor.id) > LONGEST_NAME:
        raise Misused(f"Say who you are, in 1 to {LONGEST_NAME} characters.")
