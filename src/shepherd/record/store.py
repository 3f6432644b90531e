"""The record as one object: everything written goes through its one writer, everything read is unsealed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from shepherd.flow.canonical import canonical
from shepherd.record import databases, publications, sqlite, tables
from shepherd.record.api import (
    Appended,
    Contact,
    Customer,
    NotFound,
    NotRecordable,
    Once,
    Place,
    RecordUnavailable,
    Report,
    Submission,
    Ticket,
)
from shepherd.record.append import Append, counted_at
from shepherd.record.batch import Batch
from shepherd.record.bodies import seen_as, text_of
from shepherd.record.commit import Writer
from shepherd.record.errors import readable, reason
from shepherd.record.keys import Keys
from shepherd.record.migrate import known_keys, migrate, same_keys
from shepherd.record.publications import Decide, Publication
from shepherd.record.queries import Reader
from shepherd.record.reading import FIRST_NUMBER, contact_of, customer_of, ticket_of
from shepherd.record.seal import seal, sealed_data
from shepherd.record.tails import Tails
from shepherd.record.verify import export, verify
from shepherd.run.api import Actor, Event

MOST_PLACES = 100_000
NONE: Mapping[str, Any] = {}
c, t, r = tables.customers.c, tables.tickets.c, tables.runs.c


class Record(Reader):
    """What was said and done. Safe to use from many threads; see the package for what each method promises."""

    def __init__(self, url: str, keys_path: str):
        try:
            engine = databases.engine_of(url)
            migrate(engine)
            if known_keys(engine) is not None:
                sqlite.required_file(keys_path, "key file", "Put it back, or name it with --keys.")
            keys = Keys(keys_path)
            same_keys(engine, keys)
        except (SQLAlchemyError, OSError) as error:
            raise RecordUnavailable(f"The record can't be opened: {reason(error)}.") from error
        super().__init__(engine, keys)
        self._places: dict[str, Place] = {}
        self._tails = Tails()
        self._writer = Writer(engine, self._tails.forget)

    def close(self) -> None:
        """Finish what is under way and let go of both files."""
        self._writer.close()
        self._engine.dispose()
        self._keys.close()

    # --- writing -----------------------------------------------------------------------------------

    def mark(self, name: str, value: str) -> None:
        """Write down for good what this record is; a mark of that *name* that is there stays."""

        def work(batch: Batch, _: bool) -> None:
            known = batch.connection.execute(select(tables.marks.c.value).where(tables.marks.c.name == name)).first()
            if known is None:
                batch.connection.execute(insert(tables.marks), {"name": name, "value": value})

        self._writer.write(work)

    def put_customer(self, id: str, ref: str, facts: Mapping[str, Any], *, at: datetime) -> Customer:
        """The customer *ref* of the customer base with its *facts*, new or renewed."""

        def work(batch: Batch, _: bool) -> Any:
            connection = batch.connection
            known = connection.execute(select(tables.customers).where(c.ref == ref)).first()
            key = known.id if known else id
            sealed = canonical(seal(dict(facts), self._keys, key, ["customer", key, "facts"]))
            if known is None:
                row = {"id": id, "ref": ref, "facts": sealed, "created_at": text_of(at)}
                connection.execute(insert(tables.customers), row)
            else:
                connection.execute(update(tables.customers).where(c.id == key).values(facts=sealed))
            return connection.execute(select(tables.customers).where(c.id == key)).first()

        return customer_of(self._writer.write(work), self._keys.finder())

    def create_ticket(
        self, id: str, *, customer: str | None = None, subject: str = "", at: datetime, actor: Actor
    ) -> Ticket:
        """A new ticket with the next number; the same *id* again gives the ticket as it is."""
        sealed = canonical(seal(subject, self._keys, customer or id, ["ticket", id, "subject"]))

        def work(batch: Batch, _: bool) -> Any:
            connection = batch.connection
            known = connection.execute(select(tables.tickets).where(t.id == id)).first()
            if known is None:
                ref = connection.execute(select(c.ref).where(c.id == customer)).scalar() if customer else ""
                last = connection.execute(select(func.max(t.n))).scalar() or FIRST_NUMBER - 1
                row = {"id": id, "n": last + 1, "customer": customer, "customer_ref": ref or "", "subject": sealed}
                row |= {"status": "open", "created_by": actor.id, "created_at": text_of(at), "updated_at": text_of(at)}
                connection.execute(insert(tables.tickets), row)
                known = connection.execute(select(tables.tickets).where(t.id == id)).first()
            return known

        return ticket_of(self._writer.write(work), self._keys.finder())

    def change_ticket(
        self,
        id: str,
        *,
        at: datetime,
        customer: str | None = None,
        subject: str | None = None,
        status: str | None = None,
    ) -> Ticket:
        """Change what a ticket's row says; what happened on it stays in its entries."""

        def work(batch: Batch, _: bool) -> Any:
            connection = batch.connection
            row = connection.execute(select(tables.tickets).where(t.id == id)).first()
            if row is None:
                raise NotFound(f"There is no ticket {id}.")
            after: dict[str, Any] = {"updated_at": text_of(at)}
            if customer is not None:
                ref = connection.execute(select(c.ref).where(c.id == customer)).scalar() or ""
                after |= {"customer": customer, "customer_ref": ref}
            if subject is not None:
                subject_of = customer or row.customer or id
                after["subject"] = canonical(seal(subject, self._keys, subject_of, ["ticket", id, "subject"]))
            if status is not None:
                after["status"] = status
            connection.execute(update(tables.tickets).where(t.id == id).values(after))
            return connection.execute(select(tables.tickets).where(t.id == id)).first()

        return ticket_of(self._writer.write(work), self._keys.finder())

    def create_contact(self, id: str, ticket_id: str, *, channel: str, at: datetime, actor: Actor) -> Contact:
        """One more conversation on a ticket."""
        row = {"id": id, "ticket": ticket_id, "channel": channel, "at": text_of(at), "actor": actor.id}

        def work(batch: Batch, _: bool) -> Any:
            connection = batch.connection
            connection.execute(insert(tables.contacts), row)
            return connection.execute(select(tables.contacts).where(tables.contacts.c.id == id)).first()

        return contact_of(self._writer.write(work))

    def create_run(
        self,
        id: str,
        ticket_id: str,
        flow: str,
        events: Sequence[Event],
        *,
        documents: Mapping[str, Any],
        contact: str | None = None,
        submission: Submission | tuple[str, str] | None = None,
    ) -> Appended:
        """A new run with its first events. Raises Conflict where the run is there already."""
        ticket = self._row(
            select(t.customer, t.customer_ref).where(t.id == ticket_id), f"There is no ticket {ticket_id}."
        )
        if not events:
            raise NotRecordable("A run begins with an event.")
        first = events[0]
        new = {"id": id, "ticket": ticket_id, "contact": contact, "customer": ticket.customer, "flow": flow}
        new |= {"created_at": text_of(first.at), "created_by": first.actor.id}
        place = Place(ticket_id, ticket.customer, ticket.customer_ref)
        return self._append(id, place, 0, events, submission, None, documents, new)

    def append(
        self,
        run_id: str,
        expected_seq: int,
        events: Sequence[Event],
        *,
        submission: Submission | tuple[str, str] | None = None,
        once: Once | None = None,
        documents: Mapping[str, Any] | None = None,
    ) -> Appended:
        """Add *events* after *expected_seq*; durable when this returns."""
        place = self.place(run_id)
        return self._append(run_id, place, expected_seq, events, submission, once, documents or {}, None)

    def place(self, run: str) -> Place:
        """Where *run* stands."""
        known = self._places.get(run)
        if known is None:
            stands = select(r.ticket, r.customer, c.ref).join_from(
                tables.runs, tables.customers, r.customer == c.id, isouter=True
            )
            row = self._row(stands.where(r.id == run), f"There is no run {run}.")
            if len(self._places) > MOST_PLACES:
                self._places.clear()
            known = self._places[run] = Place(row.ticket, row.customer, row.ref or "")
        return known

    def _append(
        self,
        run: str,
        place: Place,
        expected: int,
        events: Sequence[Event],
        submission: Submission | tuple[str, str] | None,
        once: Once | None,
        documents: Mapping[str, Any],
        new_run: Mapping[str, Any] | None,
    ) -> Appended:
        subject = place.customer or place.ticket
        data = [
            sealed_data(event.data, event.private, self._keys, subject, run, seq)
            for seq, event in enumerate(events, expected + 1)
        ]
        sent = Submission(*submission) if submission is not None else None
        counted = partial(counted_at, place=place, mac=self._keys.mac)
        job = Append(self._tails, run, expected, events, data, sent, once, documents, counted, new_run)
        return self._writer.write(job.write, job.gather)

    def add_item(
        self,
        ticket_id: str,
        key: str,
        kind: str,
        value: Any,
        *,
        at: datetime,
        actor: Actor,
        run: str | None = None,
        private: bool = True,
    ) -> bool:
        """Something on the ticket beside its runs; False where *key* was there already."""
        ticket = self._row(select(t.customer).where(t.id == ticket_id), f"There is no ticket {ticket_id}.")
        kept = seal(value, self._keys, ticket.customer or ticket_id, ["item", ticket_id, key]) if private else value
        row = {"ticket": ticket_id, "key": key, "run": run, "kind": kind, "at": text_of(at), "actor": actor.id}
        i = tables.items.c

        def work(batch: Batch, _: bool) -> bool:
            connection = batch.connection
            if connection.execute(select(i.key).where(i.ticket == ticket_id, i.key == key)).first():
                return False
            connection.execute(insert(tables.items), {**row, "value": canonical(kept)})
            return True

        return self._writer.write(work)

    def publish(self, decide: Decide, documents: Mapping[str, Any] = NONE) -> Publication:
        """
        Add what *decide*, given all that was published so far, says; what it raises is raised, and nothing is added.

        *documents* (hash → typed source) are kept with it.
        """
        return self._writer.write(lambda batch, _: publications.add(batch, decide, documents))

    def receive(self, publication: int, reader: str, *, at: datetime, actor: Actor) -> bool:
        """*reader* has read what changed with that publication; False where they had before."""
        return self._writer.write(
            lambda batch, _: publications.add_receipt(batch, publication, reader, at=at, actor=actor)
        )

    def erase(self, customer_id: str, *, at: datetime) -> int:
        """
        Destroy the keys of a customer and of their tickets; how many there were.

        What was sealed under them can't be read by anybody any more; chains stay whole.
        """

        def work(batch: Batch, _: bool) -> list[str]:
            connection = batch.connection
            found = list(connection.execute(select(t.id).where(t.customer == customer_id)).scalars())
            e = tables.entries.c
            latest = select(func.max(e.at)).where(e.ticket.in_(select(t.id).where(t.customer == customer_id)))
            last = connection.execute(latest).scalar() or ""  # a clock may have been put back since
            erased_at = max(text_of(at), last)
            connection.execute(update(tables.customers).where(c.id == customer_id).values(erased_at=erased_at))
            return found

        tickets = self._writer.write(work)
        return self._keys.erase([customer_id, *tickets])

    # --- care --------------------------------------------------------------------------------------

    def verify(self, ticket: str | None = None, run: str | None = None) -> Report:
        """Recompute every chain (or those of a ticket or run) and name what is not as it was written."""
        with readable():
            runs = [run] if run is not None else None
            return verify(self._engine, self._keys.finder(), self._keys.owner(), ticket=ticket, runs=runs)

    def broken(self, runs: Sequence[str]) -> frozenset[str]:
        """Those of *runs* of which ``verify`` says that they are not whole; all are read together."""
        with readable():
            report = verify(self._engine, self._keys.finder(), self._keys.owner(), runs=runs)
        return frozenset(one.run for one in report.broken)

    def export(self, ticket_id: str) -> Iterator[bytes]:
        """The entries of a ticket as lines of JSON with their hashes, for ``record.verifier``."""
        with self._reading() as connection:
            lines = list(export(connection, ticket_id))
        return iter(lines)

    def export_publications(self) -> Iterator[bytes]:
        """What was published as lines of JSON with their hashes, for ``record.verifier``."""
        with self._reading() as connection:
            return iter(list(publications.export(connection)))

    def rebuild(self) -> int:
        """Work out the rows of ``runs`` from the entries again, but for what tells a cut tail; the number of runs."""
        ids = [row.id for row in self._rows(select(r.id))]
        for id_ in ids:
            self._writer.write(partial(_rebuilt, id_, self._tails, self.events(id_)))
        return len(ids)


def _rebuilt(run: str, tails: Tails, events: Sequence[Event], batch: Batch, _: bool) -> None:
    seen = {**seen_as({}, events), "updated_at": text_of(events[-1].at)}
    batch.connection.execute(update(tables.runs).where(r.id == run).values(seen))
    tails.of(batch, run, fresh=True)
