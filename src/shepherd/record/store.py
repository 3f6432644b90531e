"""The record as one object: everything written goes through its one writer, everything read is unsealed here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from shepherd.flow.canonical import canonical
from shepherd.record import sqlite, tables
from shepherd.record.api import (
    Appended,
    Contact,
    Customer,
    Head,
    Item,
    NotFound,
    Once,
    OnceKey,
    OnceState,
    RecordUnavailable,
    Report,
    RunRow,
    Submission,
    Ticket,
)
from shepherd.record.append import Append, add_documents, append
from shepherd.record.bodies import body_of, event_of, seen_as, text_of, time_of
from shepherd.record.commit import Writer
from shepherd.record.keys import Keys
from shepherd.record.migrate import migrate
from shepherd.record.once import once_state
from shepherd.record.reading import FIRST_NUMBER, contact_of, customer_of, item_of, run_of, ticket_of
from shepherd.record.seal import seal, unsealed_data
from shepherd.record.verify import export, verify
from shepherd.run.api import Actor, Event, Spent

T = TypeVar("T")
c, t, r, e = tables.customers.c, tables.tickets.c, tables.runs.c, tables.entries.c


class Record:
    """What was said and done. Safe to use from many threads; see the package for what each method promises."""

    def __init__(self, url: str, keys_path: str):
        try:
            self._engine = sqlite.engine_of(url)
            migrate(self._engine)
            self._keys = Keys(keys_path)
        except (SQLAlchemyError, OSError) as error:
            raise RecordUnavailable(f"The record can't be opened: {str(error)[:200]}") from error
        self._writer = Writer(self._engine)

    def close(self) -> None:
        """Finish what is under way and let go of both files."""
        self._writer.close()
        self._engine.dispose()
        self._keys.close()

    # --- writing -----------------------------------------------------------------------------------

    def put_customer(self, id: str, ref: str, facts: Mapping[str, Any], *, at: datetime) -> Customer:
        """The customer *ref* of the customer base with its *facts*, new or renewed."""

        def work(connection: Connection) -> Any:
            known = connection.execute(select(tables.customers).where(c.ref == ref)).first()
            key = known.id if known else id
            sealed = canonical(seal(dict(facts), self._keys, key, ["customer", key, "facts"]))
            if known is None:
                row = {"id": id, "ref": ref, "facts": sealed, "created_at": text_of(at)}
                connection.execute(insert(tables.customers), row)
            else:
                connection.execute(update(tables.customers).where(c.id == key).values(facts=sealed))
            return connection.execute(select(tables.customers).where(c.id == key)).first()

        return customer_of(self._writer.write(work), self._keys)

    def create_ticket(
        self, id: str, *, customer: str | None = None, subject: str = "", at: datetime, actor: Actor
    ) -> Ticket:
        """A new ticket with the next number; the same *id* again gives the ticket as it is."""
        sealed = canonical(seal(subject, self._keys, customer or id, ["ticket", id, "subject"]))

        def work(connection: Connection) -> Any:
            known = connection.execute(select(tables.tickets).where(t.id == id)).first()
            if known is None:
                ref = connection.execute(select(c.ref).where(c.id == customer)).scalar() if customer else ""
                last = connection.execute(select(func.max(t.n))).scalar() or FIRST_NUMBER - 1
                row = {"id": id, "n": last + 1, "customer": customer, "customer_ref": ref or "", "subject": sealed}
                row |= {"status": "open", "created_by": actor.id, "created_at": text_of(at), "updated_at": text_of(at)}
                connection.execute(insert(tables.tickets), row)
                known = connection.execute(select(tables.tickets).where(t.id == id)).first()
            return known

        return ticket_of(self._again(work), self._keys)

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

        def work(connection: Connection) -> Any:
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

        return ticket_of(self._writer.write(work), self._keys)

    def create_contact(self, id: str, ticket_id: str, *, channel: str, at: datetime, actor: Actor) -> Contact:
        """One more conversation on a ticket."""
        row = {"id": id, "ticket": ticket_id, "channel": channel, "at": text_of(at), "actor": actor.id}

        def work(connection: Connection) -> Any:
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
        submission: Submission | None = None,
    ) -> Appended:
        """A new run with its first events. Raises Conflict where the run is there already."""
        ticket = self._row(select(t.customer).where(t.id == ticket_id), f"There is no ticket {ticket_id}.")
        first = events[0]
        new = {"id": id, "ticket": ticket_id, "contact": contact, "customer": ticket.customer, "flow": flow}
        new |= {"created_at": text_of(first.at), "created_by": first.actor.id, "status": "open", "step": ""}
        new |= {"owner": "", "outcome": "", "code": "", "entries": 0, "updated_at": text_of(first.at)}
        return self._append(id, ticket_id, ticket.customer, 0, events, submission, None, documents, new)

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
        row = self._row(select(r.ticket, r.customer).where(r.id == run_id), f"There is no run {run_id}.")
        sent = Submission(*submission) if submission is not None else None
        return self._append(run_id, row.ticket, row.customer, expected_seq, events, sent, once, documents or {}, None)

    def _append(
        self,
        run: str,
        ticket: str,
        customer: str | None,
        expected: int,
        events: Sequence[Event],
        submission: Submission | None,
        once: Once | None,
        documents: Mapping[str, Any],
        new_run: Mapping[str, Any] | None,
    ) -> Appended:
        subject = customer or ticket
        bodies = [
            body_of(event, ticket=ticket, run=run, seq=seq, keys=self._keys, subject=subject)
            for seq, event in enumerate(events, expected + 1)
        ]
        job = Append(run, ticket, customer, expected, events, bodies, submission, once, documents, new_run)
        return self._again(lambda connection: append(connection, job))

    def _again(self, work: Callable[[Connection], T]) -> T:
        """Write; where another process won a key meanwhile, look again and decide anew."""
        for _ in range(5):
            try:
                return self._writer.write(work)
            except IntegrityError:
                continue
            except SQLAlchemyError as error:
                if "append-only" not in str(error):
                    raise RecordUnavailable("The record can't be written just now. Nothing was saved.") from None
        raise RecordUnavailable("Others are writing the same rows. Nothing was saved; try again.")

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

        def work(connection: Connection) -> bool:
            if connection.execute(select(i.key).where(i.ticket == ticket_id, i.key == key)).first():
                return False
            connection.execute(insert(tables.items), {**row, "value": canonical(kept)})
            return True

        return self._again(work)

    def add_documents(self, documents: Mapping[str, Any]) -> None:
        """Keep typed sources by their hashes."""
        self._writer.write(lambda connection: add_documents(connection, documents))

    def erase(self, customer_id: str, *, at: datetime) -> int:
        """Destroy the key of a customer: what was sealed under it can't be read by anybody; chains stay whole."""

        def work(connection: Connection) -> None:
            connection.execute(update(tables.customers).where(c.id == customer_id).values(erased_at=text_of(at)))

        self._writer.write(work)
        return self._keys.erase(customer_id)

    # --- reading -----------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise RecordUnavailable(f"The record can't be read just now: {type(error).__name__}.") from error

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with self._reading() as connection:
            return connection.execute(query).all()

    def _row(self, query: Select[Any], otherwise: str) -> Any:
        rows = self._rows(query.limit(1))
        if not rows:
            raise NotFound(otherwise)
        return rows[0]

    def events(self, run_id: str) -> list[Event]:
        """The events of a run, oldest first."""
        rows = self._rows(select(e.body).where(e.run == run_id).order_by(e.seq))
        if not rows:
            raise NotFound(f"There is no run {run_id}.")
        return [event_of(row.body, self._keys) for row in rows]

    def head(self, run_id: str) -> Head:
        """Where a run stands."""
        rows = self._rows(select(e.seq, e.at).where(e.run == run_id).order_by(e.seq.desc()).limit(1))
        return Head(rows[0].seq, time_of(rows[0].at)) if rows else Head(0, None)

    def bodies(self, ticket_id: str, run: str | None = None) -> list[bytes]:
        """The entries of a ticket as stored, run by run, in order."""
        query = select(e.body).join(tables.runs, r.id == e.run).where(e.ticket == ticket_id)
        if run is not None:
            query = query.where(e.run == run)
        return [bytes(row.body) for row in self._rows(query.order_by(r.created_at, e.run, e.seq))]

    def entries(self, ticket_id: str, run: str | None = None) -> list[dict[str, Any]]:
        """The entries of a ticket as data, opened."""
        found = []
        for body in self.bodies(ticket_id, run):
            entry = json.loads(body)
            entry["data"] = unsealed_data(entry["data"], self._keys, entry["run"], entry["seq"])
            found.append(entry)
        return found

    def run(self, id: str) -> RunRow:
        """A run's row."""
        query = select(tables.runs, t.n).join(tables.tickets, t.id == r.ticket).where(r.id == id)
        return run_of(self._row(query, f"There is no run {id}."))

    def runs(
        self,
        *,
        ticket: str | None = None,
        agent: str | None = None,
        flow: str | None = None,
        outcome: str | None = None,
        status: str | None = None,
        customer: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[RunRow]:
        """Runs, newest first. *ticket* is an id or a number, *agent* whoever made any of its entries."""
        query = select(tables.runs, t.n).join(tables.tickets, t.id == r.ticket)
        for column, value in ((r.flow, flow), (r.outcome, outcome), (r.status, status), (r.customer, customer)):
            if value is not None:
                query = query.where(column == value)
        if ticket is not None:
            number = _number(ticket)
            query = query.where(or_(r.ticket == ticket, t.n == number) if number else r.ticket == ticket)
        if agent is not None:
            query = query.where(r.id.in_(select(e.run).where(e.actor == agent)))
        if since is not None:
            query = query.where(r.created_at >= text_of(since))
        if until is not None:
            query = query.where(r.created_at < text_of(until))
        if before is not None:
            query = query.where(r.id < before)
        return [run_of(row) for row in self._rows(query.order_by(r.id.desc()).limit(limit))]

    def ticket(self, id: str) -> Ticket:
        """A ticket by its id or its number."""
        number = _number(id)
        query = select(tables.tickets).where(t.n == number if number else t.id == id)
        return ticket_of(self._row(query, f"There is no ticket {id}."), self._keys)

    def tickets(
        self,
        query: str = "",
        *,
        customer: str | None = None,
        status: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Ticket]:
        """Tickets, newest first, by number, customer's number, or a word of the subject (which is sealed)."""
        asked = select(tables.tickets).order_by(t.n.desc())
        if customer is not None:
            asked = asked.where(t.customer == customer)
        if status is not None:
            asked = asked.where(t.status == status)
        if before is not None:
            asked = asked.where(t.id < before)
        words = query.casefold().split()
        if not words:
            return [ticket_of(row, self._keys) for row in self._rows(asked.limit(limit))]
        found = []
        for row in self._rows(asked.limit(2000)):
            ticket = ticket_of(row, self._keys)
            text = f"{ticket.number} {row.n} {ticket.customer_ref} {ticket.subject}".casefold()
            if all(word in text for word in words):
                found.append(ticket)
        return found[:limit]

    def customer(self, id: str) -> Customer | None:
        """A customer by the record's id."""
        rows = self._rows(select(tables.customers).where(c.id == id))
        return customer_of(rows[0], self._keys) if rows else None

    def customer_by_ref(self, ref: str) -> Customer | None:
        """A customer by their number in the customer base."""
        rows = self._rows(select(tables.customers).where(c.ref == ref))
        return customer_of(rows[0], self._keys) if rows else None

    def contacts(self, ticket_id: str) -> list[Contact]:
        """The conversations on a ticket, oldest first."""
        k = tables.contacts.c
        return [
            contact_of(row) for row in self._rows(select(tables.contacts).where(k.ticket == ticket_id).order_by(k.at))
        ]

    def items(self, ticket_id: str) -> list[Item]:
        """What stands on a ticket beside its runs, oldest first."""
        i = tables.items.c
        rows = self._rows(select(tables.items).where(i.ticket == ticket_id).order_by(i.at, i.key))
        return [item_of(row, self._keys) for row in rows]

    def document(self, hash: str) -> Any:
        """The typed source whose hash is *hash*."""
        return self.documents([hash])[hash]

    def documents(self, hashes: Iterable[str]) -> dict[str, Any]:
        """Typed sources by their hashes."""
        d = tables.documents.c
        found = {}
        for hash_ in hashes:
            row = self._row(select(d.body).where(d.hash == hash_), f"There is no document {hash_}.")
            found[hash_] = json.loads(bytes(row.body))
        return found

    def spent(self, ticket_id: str, keyed: Iterable[tuple[str, str, int | None]], *, now: datetime) -> dict[str, Spent]:
        """The tries spent at each step of *keyed* (per, ``flow/step``, within seconds) by all runs together."""
        ticket = self._row(select(t.customer).where(t.id == ticket_id), f"There is no ticket {ticket_id}.")
        a = tables.attempts.c
        found = {}
        with self._reading() as connection:
            for per, step, within in keyed:
                scope_id = ticket.customer if per == "customer" and ticket.customer else ticket_id
                rows = connection.execute(
                    select(a.n, a.at).where(a.scope == per, a.scope_id == scope_id, a.step == step).order_by(a.n)
                ).all()
                since = text_of(now - timedelta(seconds=within)) if within is not None else ""
                found[step] = Spent(sum(row.at > since for row in rows), rows[-1].n if rows else 0)
        return found

    def once_key(self, scope: str, scope_id: str, operation: str, step: str, inputs: Mapping[str, Any]) -> OnceKey:
        """The key of a change: two with the same are one change."""
        return OnceKey(scope, scope_id, operation, step, self._keys.mac(["once", dict(inputs)]))

    def once(self, key: OnceKey) -> OnceState | None:
        """What is known of a change, its values opened."""
        with self._reading() as connection:
            state = once_state(connection, key)
            if state is None or state.values is None:
                return state
            event = connection.execute(
                select(e.body)
                .where(e.run == state.run, e.seq <= state.seq, e.kind == "do_finished")
                .order_by(e.seq.desc())
            ).scalar()
        values = event_of(event, self._keys).data.get("values") if event is not None else None
        return OnceState(state.key, state.n, state.run, state.seq, state.open, state.done, state.result, values)

    def request_hash(self, value: Any) -> str:
        """An HMAC of what a page sent, secrets left out by the caller."""
        return self._keys.mac(["request", value])

    # --- care --------------------------------------------------------------------------------------

    def verify(self, ticket: str | None = None, run: str | None = None) -> Report:
        """Recompute every chain (or those of a ticket or run) and name what is not as it was written."""
        with self._reading() as connection:
            return verify(connection, ticket=ticket, run=run)

    def export(self, ticket_id: str) -> Iterator[bytes]:
        """The entries of a ticket as lines of JSON with their hashes, for ``record.verifier``."""
        with self._reading() as connection:
            yield from export(connection, ticket_id)

    def rebuild(self) -> int:
        """Work out the rows of ``runs`` from the entries again; the number of runs."""
        ids = [row.id for row in self._rows(select(r.id))]
        for id_ in ids:
            events = self.events(id_)
            seen = seen_as({}, events) | {"entries": len(events), "updated_at": text_of(events[-1].at)}
            self._writer.write(partial(_set_run, id_=id_, seen=seen))
        return len(ids)


def _set_run(connection: Connection, id_: str, seen: Mapping[str, Any]) -> None:
    connection.execute(update(tables.runs).where(r.id == id_).values(dict(seen)))


def _number(text: str) -> int:
    """The number in ``T-100042`` or ``100042``; 0 where it is none."""
    digits = text.strip().upper().removeprefix("T-")
    return int(digits) if digits.isdigit() and len(digits) < 10 else 0
