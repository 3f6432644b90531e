"""Reading the record: rows, events and bodies, personal values opened."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, bindparam, func, or_, select

from shepherd.flow.calendar import since
from shepherd.record import publications, tables
from shepherd.record.api import (
    Contact,
    Customer,
    Damaged,
    Head,
    Item,
    NotFound,
    OnceKey,
    OnceState,
    Place,
    RunRow,
    Ticket,
)
from shepherd.record.append import counted_at
from shepherd.record.bodies import event_of, opened, text_of, time_of
from shepherd.record.errors import readable
from shepherd.record.guards import forgiving
from shepherd.record.keys import Keys
from shepherd.record.once import OF_KEY, asked, state_of
from shepherd.record.publications import Publication, Receipt
from shepherd.record.reading import contact_of, customer_of, item_of, run_of, ticket_of
from shepherd.record.seal import Find
from shepherd.record.tolerant import Told, told
from shepherd.run.api import SYSTEM, Counted, Event, Spent

MOST_SEARCHED = 2000
_TRACKING = re.compile("inc([0-9]{4})([0-9]{4})([0-9]{4})([0-9]{0,4})")
#: So many ids go into one query.
MOST_NAMED = 500
c, t, r, e, a = tables.customers.c, tables.tickets.c, tables.runs.c, tables.entries.c, tables.attempts.c
HEAD = (
    select(e.seq, e.at, c.erased_at)
    .join(tables.runs, r.id == e.run)
    .outerjoin(tables.customers, c.id == r.customer)
    .where(e.run == bindparam("run_"))
    .order_by(e.seq.desc())
    .limit(1)
)
RUNS = select(tables.runs, t.n, t.customer_ref).outerjoin(tables.tickets, t.id == r.ticket)
TRIES = (
    select(a.n, a.at)
    .where(*(a[name] == bindparam(f"{name}_") for name in ("scope", "scope_id", "flow", "step")))
    .order_by(a.n)
)


class Reader:
    """What can be asked of a record."""

    def __init__(self, engine: Engine, keys: Keys):
        self._engine, self._keys = engine, keys

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with readable(), self._engine.connect() as connection:
            yield connection

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with self._reading() as connection:
            return connection.execute(query).all()

    def _row(self, query: Select[Any], otherwise: str) -> Any:
        rows = self._rows(query.limit(1))
        if not rows:
            raise NotFound(otherwise)
        return rows[0]

    def marked(self, name: str) -> str:
        """The value of the mark *name*, "" where there is none."""
        rows = self._rows(select(tables.marks.c.value).where(tables.marks.c.name == name))
        return str(rows[0].value) if rows else ""

    def events(self, run_id: str) -> list[Event]:
        """The events of a run, oldest first; Damaged where an entry is missing or not as it was written."""
        rows = self._rows(select(e.seq, e.body).where(e.run == run_id).order_by(e.seq))
        if not rows:
            self.run(run_id)
        if not rows or [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            raise Damaged("An entry is missing. Verify the record.")
        find = self._keys.finder()
        return [event_of(row.body, find) for row in rows]

    def told(self, run_id: str) -> list[Told]:
        """The entries of a run as far as they can be read; none is an error, one that can't be read has no event."""
        rows = select(e.seq, e.at, e.body).where(e.run == run_id).order_by(e.seq)
        with self._reading() as connection, forgiving(connection):
            began = connection.execute(select(r.created_at).where(r.id == run_id)).scalar()
            return list(told(connection.execute(rows).all(), self._keys.finder(), began))

    def head(self, run_id: str) -> Head:
        """Where a run stands."""
        with self._reading() as connection:
            row = connection.execute(HEAD, {"run_": run_id}).first()
        if row is None:
            return Head(0, None)
        return Head(row.seq, time_of(row.at), time_of(row.erased_at) if row.erased_at else None)

    def last_hash(self, run_id: str) -> str:
        """The hash of the last entry of a run, as stored, in hexadecimal; "" where there is none that is a hash."""
        query = select(e.hash).where(e.run == run_id).order_by(e.seq.desc()).limit(1)
        with self._reading() as connection, forgiving(connection):
            found = connection.execute(query).scalar()
        return found.hex() if isinstance(found, bytes) else ""

    def bodies(self, ticket_id: str, run: str | None = None) -> list[bytes]:
        """The entries of a ticket as stored, run by run, in order; what is no bytes any more is left out."""
        return [body for body in self._stored(ticket_id, run) if isinstance(body, bytes)]

    def _stored(self, ticket_id: str, run: str | None) -> list[Any]:
        query = select(e.body).join(tables.runs, r.id == e.run).where(e.ticket == ticket_id)
        if run is not None:
            query = query.where(e.run == run)
        with self._reading() as connection, forgiving(connection):
            return [row.body for row in connection.execute(query.order_by(r.created_at, e.run, e.seq))]

    def entries(self, ticket_id: str, run: str | None = None) -> list[dict[str, Any]]:
        """The entries of a ticket as data, opened. Raises Damaged where one is not as it was written."""
        find = self._keys.finder()
        return [opened(body, find) for body in self._stored(ticket_id, run)]

    def readable(self, ticket_id: str) -> list[dict[str, Any] | None]:
        """The same as far as they can be read; None stands for one that can't."""
        find = self._keys.finder()
        return [_opened(body, find) for body in self._stored(ticket_id, None)]

    def run(self, id: str) -> RunRow:
        """A run's row."""
        query = RUNS.where(r.id == id)
        return run_of(self._row(query, f"There is no run {id}."))

    def runs(
        self,
        *,
        ticket: str | None = None,
        tickets: Sequence[str] | None = None,
        agent: str | None = None,
        flow: str | None = None,
        outcome: str | None = None,
        reasons: Sequence[str] = (),
        status: str | None = None,
        customer: str | None = None,
        customers: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[RunRow]:
        """
        Runs, newest first. *ticket* is an id or a number, *tickets* are ids. *customers* are the ids of those who are
        on their tickets, *customer* of the one who was when they began.

        *agent* has parts, in any order, of the name of whoever made any of its entries or has it now. *outcome* is a
        part of one, of its code, or (where there is none yet) of a status, as it is stored or as people read it; with
        it those are found that ended without one for one of the *reasons*.
        """
        query = RUNS
        for column, value in ((r.flow, flow), (r.status, status), (r.customer, customer)):
            if value is not None:
                query = query.where(column == value)
        if ticket is not None:
            number = _number(ticket)
            query = query.where(or_(r.ticket == ticket, t.n == number) if number else r.ticket == ticket)
        if tickets is not None:
            query = query.where(r.ticket.in_(tickets))
        if customers is not None:
            query = query.where(t.customer.in_(customers))
        if agent is not None:
            made, have = self._names(e.actor, agent), self._names(r.owner, agent)
            query = query.where(or_(r.id.in_(select(e.run).where(e.actor.in_(made))), r.owner.in_(have)))
        if outcome is not None:
            word = outcome.strip().lower()
            name = word.replace(" ", "_")
            stands = and_(r.outcome == "", r.status.contains(name, autoescape=True))
            ended, coded = (func.lower(n).contains(w, autoescape=True) for n, w in ((r.outcome, name), (r.code, word)))
            gone = [run for run, reason in self._reasons(None).items() if reason in reasons] if reasons else []
            query = query.where(or_(ended, coded, stands, r.id.in_(gone)))
        if since is not None:
            query = query.where(r.created_at >= text_of(since))
        if until is not None:
            query = query.where(r.created_at < text_of(until))
        if before is not None:
            query = query.where(r.id < before)
        return [run_of(row) for row in self._rows(query.order_by(r.id.desc()).limit(limit))]

    def reasons(self, runs: Sequence[str]) -> dict[str, str]:
        """Why those of *runs* ended that ended without an outcome, by the run's id."""
        return self._reasons(runs)

    def _reasons(self, runs: Sequence[str] | None) -> dict[str, str]:
        """The same of the latest of all runs, where *runs* is None."""
        query = select(e.run, e.body).where(e.kind == "abandoned").order_by(e.at.desc()).limit(MOST_SEARCHED)
        found: dict[str, str] = {}
        for run, body in self._rows(query if runs is None else query.where(e.run.in_(runs))):
            with suppress(ValueError, LookupError, TypeError):
                found[str(run)] = str(json.loads(body)["data"]["reason"])
        return found

    def agents(self, runs: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Who has acted in each of *runs*, in the order in which they first did, by the run's id."""
        query = select(e.run, e.actor).where(e.run.in_(runs), e.actor != SYSTEM.id).group_by(e.run, e.actor)
        found: dict[str, tuple[str, ...]] = {}
        for run, actor in self._rows(query.order_by(func.min(e.seq))):
            found[str(run)] = (*found.get(str(run), ()), str(actor))
        return found

    def numbers(self, runs: Sequence[str]) -> dict[str, str]:
        """The number of the ticket of each of *runs* (``T-100042``), by the run's id, as far as it can be told."""
        query = select(r.id, t.n).join(tables.tickets, t.id == r.ticket)
        found: dict[str, str] = {}
        for at in range(0, len(runs), MOST_NAMED):
            rows = self._rows(query.where(r.id.in_(runs[at : at + MOST_NAMED])))
            found |= {str(run): f"T-{n}" for run, n in rows}
        return found

    def _names(self, column: Any, name: str) -> list[str]:
        """Those in *column* with each word of *name* in them, in any case and alphabet: databases differ in that."""
        wanted, known = name.casefold().split(), [row[0] for row in self._rows(select(column).distinct())]
        return [one for one in known if all(word in str(one).casefold() for word in wanted)]

    def ticket(self, id: str) -> Ticket:
        """A ticket by its id or its number."""
        number = _number(id)
        query = select(tables.tickets).where(t.n == number if number else t.id == id)
        return ticket_of(self._row(query, f"There is no ticket {id}."), self._keys.finder())

    def tickets(
        self,
        query: str = "",
        *,
        customer: str | None = None,
        status: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Ticket]:
        """
        Tickets, newest first, by number, customer's number, or a word of the subject (which is sealed).

        The tracking id of an escalation (``INC-2026-1121-1200``), however it is written, finds the ticket it was given
        on.
        """
        found_by = select(tables.tickets).order_by(t.n.desc())
        if customer is not None:
            found_by = found_by.where(t.customer == customer)
        if status is not None:
            found_by = found_by.where(t.status == status)
        if before is not None:
            found_by = found_by.where(t.id < before)
        given_as = _TRACKING.fullmatch(re.sub(r"[\W_]", "", query.casefold()))
        if given_as:
            found_by = found_by.where(t.id.in_(self._tracked(given_as)))
        words, find = "" if given_as else query.casefold().split(), self._keys.finder()
        if not words:
            return [ticket_of(row, find) for row in self._rows(found_by.limit(limit))]
        found = []
        for row in self._rows(found_by.limit(MOST_SEARCHED)):
            ticket = ticket_of(row, find)
            numbers = f"{ticket.number} {ticket.customer_ref}"
            text = f"{numbers} {numbers.replace('-', '')} {ticket.subject}".casefold()
            if all(word in text for word in words):
                found.append(ticket)
        return found[:limit]

    def _tracked(self, found: re.Match[str]) -> Select[tuple[str]]:
        """The tickets on which a tracking id was given; one without its number within the minute finds the first."""
        i, minute = tables.tracking_ids.c, "INC-" + "-".join(found.groups()[:3])
        first = i.n == int(found[4] or 1)
        return select(r.ticket).join(tables.tracking_ids, i.run == r.id).where(i.minute == minute, first)

    def customer(self, id: str) -> Customer | None:
        """A customer by the record's id."""
        rows = self._rows(select(tables.customers).where(c.id == id))
        return customer_of(rows[0], self._keys.finder()) if rows else None

    def customer_by_ref(self, ref: str) -> Customer | None:
        """A customer by their number in the customer base."""
        rows = self._rows(select(tables.customers).where(c.ref == ref))
        return customer_of(rows[0], self._keys.finder()) if rows else None

    def customers_numbered(self, refs: Sequence[str]) -> list[str]:
        """The ids of customers whose number is one of *refs*, whatever its capitals, hyphens and blanks."""
        plain = func.lower(func.replace(func.replace(c.ref, "-", ""), " ", ""))
        found: list[str] = []
        for at in range(0, len(refs), MOST_NAMED):
            wanted = refs[at : at + MOST_NAMED]
            bare = [ref.replace("-", "").replace(" ", "").lower() for ref in wanted]
            found += [row.id for row in self._rows(select(c.id).where(or_(c.ref.in_(wanted), plain.in_(bare))))]
        return found

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
        find = self._keys.finder()
        return [item_of(row, find) for row in rows]

    def document(self, hash: str) -> Any:
        """The typed source whose hash is *hash*."""
        return self.documents([hash])[hash]

    def documents(self, hashes: Iterable[str]) -> dict[str, Any]:
        """Typed sources by their hashes."""
        d = tables.documents.c
        found = {}
        for hash_ in hashes:
            row = self._row(select(d.body).where(d.hash == hash_), f"There is no document {hash_}.")
            if not isinstance(row.body, bytes) or hashlib.sha256(row.body).hexdigest() != hash_:
                raise Damaged(f"Document {hash_} is not as it was written. Verify the record.")
            found[hash_] = json.loads(row.body)
        return found

    def hashes(self, prefix: str, *, limit: int = 10) -> list[str]:
        """The hashes of documents that begin with *prefix*, in their order."""
        d = tables.documents.c
        query = select(d.hash).where(d.hash.startswith(prefix, autoescape=True)).order_by(d.hash).limit(limit)
        return [row.hash for row in self._rows(query)]

    def publications(self) -> list[Publication]:
        """All that was published, oldest first; Damaged where that is not as it was written."""
        with self._reading() as connection:
            return publications.publications(connection)

    def last_publication(self) -> int:
        """The number of the latest publication, 0 where there is none."""
        with self._reading() as connection:
            return publications.last(connection)

    def receipts(self, *, reader: str | None = None, publication: int | None = None) -> list[Receipt]:
        """Who has read what changed: of *reader*, or of *publication*, oldest first."""
        with self._reading() as connection:
            return publications.receipts(connection, reader=reader, publication=publication)

    def spent(self, place: Place, keyed: Iterable[Counted], *, now: datetime) -> dict[str, Spent]:
        """The tries of *keyed* that all runs together have spent, by their keys."""
        found = {}
        with self._reading() as connection:
            for one in keyed:
                flow, _, name = one.step.partition("/")
                scope_id = counted_at(one, place, self._keys.mac)
                at = {"scope_": one.per, "scope_id_": scope_id, "flow_": flow, "step_": name}
                rows = connection.execute(TRIES, at).all()
                first = since(now, one.within)
                after = text_of(first) if first is not None else ""
                found[one.key] = Spent(sum(row.at > after for row in rows), rows[-1].n if rows else 0)
        return found

    def last_tracking_id(self, minute: str) -> int:
        """The highest number that was given in *minute* (``INC-YYYY-MMDD-HHMM``); 0 where none was."""
        i = tables.tracking_ids.c
        (row,) = self._rows(select(func.max(i.n)).where(i.minute == minute))
        return row[0] or 0

    def once_key(self, scope: str, scope_id: str, operation: str, step: str, inputs: Mapping[str, Any]) -> OnceKey:
        """The key of a change: two with the same are one change."""
        return OnceKey(scope, scope_id, operation, step, self._keys.mac(["once", dict(inputs)]))

    def once(self, key: OnceKey) -> OnceState | None:
        """What is known of a change, its values opened."""
        state = state_of(key, self._rows(OF_KEY.params(asked(key))))
        if state is None or not state.done:
            return state
        row = self._row(select(e.body).where(e.run == state.run, e.seq == state.seq), "The result of a change is gone.")
        values = event_of(bytes(row.body), self._keys.finder()).data.get("values") or {}
        return replace(state, values=values)

    def request_hash(self, value: Any) -> str:
        """An HMAC of what a page sent, secrets left out by the caller."""
        return self._keys.mac(["request", value])


def _opened(body: Any, find: Find) -> dict[str, Any] | None:
    try:
        return opened(body, find)
    except (Damaged, LookupError, TypeError, AttributeError):
        return None


def _number(text: str) -> int:
    """The number in ``T-100042`` or ``100042``; 0 where it is none."""
    digits = text.strip().upper().removeprefix("T").lstrip("- ")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
