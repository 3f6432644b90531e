"""Adding to a run: the checks that decide a race, and the rows that go together in one savepoint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select

from shepherd.flow.canonical import canonical
from shepherd.record import tables
from shepherd.record.api import (
    Appended,
    Conflict,
    IdTaken,
    NotFound,
    NotRecordable,
    Once,
    OnceTaken,
    Place,
    Submission,
    TokenReused,
    TryTaken,
)
from shepherd.record.batch import Batch
from shepherd.record.bodies import SEEN, row_of, seen_as, text_of
from shepherd.record.chain import FIRST, link
from shepherd.record.once import claim
from shepherd.record.rows import Rows
from shepherd.record.tails import Tail, Tails
from shepherd.run.api import Counted, Event, Try
from shepherd.run.escalation import tracking_ids
from shepherd.run.state import plain_number

s, a, i = tables.submissions.c, tables.attempts.c, tables.tracking_ids.c
SENT = select(s.request_hash, s.first_seq, s.last_seq).where(s.run == bindparam("run_id"), s.token == bindparam("sent"))
LAST_TRY = select(func.max(a.n)).where(
    *(a[name] == bindparam(f"{name}_") for name in ("scope", "scope_id", "flow", "step"))
)
LAST_ID = select(func.max(i.n)).where(i.minute == bindparam("minute_"))
TICKET = select(tables.tickets.c.id).where(tables.tickets.c.id == bindparam("ticket_id"))
KNOWN = select(tables.documents.c.hash).where(tables.documents.c.hash == bindparam("hash_"))
ADD_RUN, ADD_TRY, ADD_DOCUMENT = insert(tables.runs), insert(tables.attempts), insert(tables.documents)
ADD_ID = insert(tables.tracking_ids)


class Append(NamedTuple):
    """One append as the writer does it; *data* is that of *events*, personal values sealed; *counted* as counted_at."""

    tails: Tails
    run: str
    expected: int
    events: Sequence[Event]
    data: Sequence[Mapping[str, Any]]
    submission: Submission | None
    once: Once | None
    documents: Mapping[str, Any]
    counted: Callable[[Try], str]
    new_run: Mapping[str, Any] | None = None

    def gather(self, rows: Rows) -> Appended | None:
        """Add what this append writes to *rows*; None, and nothing added, where it must look at the database first."""
        tail = self.tails.known(self.run)
        if tail is None or tail.seq != self.expected or not self.events or self._looks():
            return None
        try:
            after = self._add(rows, tail)
        except NotRecordable:
            return None
        self.tails.keep(self.run, after)
        return Appended(tail.seq + 1, after.seq)

    def _looks(self) -> bool:
        """Whether what is there decides what is written."""
        if self.new_run or self.once or self.documents:
            return True
        return any(event.tries or any("escalated" in item for item in event.entered) for event in self.events)

    def write(self, batch: Batch, again: bool) -> Appended:
        """Write it all, or raise; *again*: a key was there already, so nothing remembered is to be relied on."""
        tail = self.tails.of(batch, self.run, fresh=again)
        if tail is None and self.new_run is None:
            raise NotFound(f"There is no run {self.run}.")
        behind = tail is not None and (tail.seq != self.expected or self.new_run is not None)
        if behind and not again:
            tail = self.tails.of(batch, self.run, fresh=True)
        if self.submission is not None and (again or behind or not self.events):
            before = self._sent(batch, self.submission)
            if before is not None:
                return before
        if tail is not None and (tail.seq != self.expected or self.new_run is not None):
            raise Conflict(self.run, tail.seq)
        if not self.events:
            raise NotRecordable("There is nothing to record.")
        return self._write(batch, tail or self._begin(batch))

    def _sent(self, batch: Batch, submission: Submission) -> Appended | None:
        row = batch.row(SENT, {"run_id": self.run, "sent": submission.token})
        if row is None:
            return None
        if row[0] != submission.request_hash:
            raise TokenReused()
        return Appended(row[1], row[2], repeated=True)

    def _begin(self, batch: Batch) -> Tail:
        new = self.new_run
        assert new is not None
        if batch.row(TICKET, {"ticket_id": new["ticket"]}) is None:
            raise NotFound(f"There is no ticket {new['ticket']}.")
        seen = dict.fromkeys(SEEN, "") | {"status": "open"}
        batch.run(ADD_RUN, {**new, **seen, "entries": 0, "head": FIRST, "updated_at": new["created_at"]})
        return Tail(new["ticket"], new["customer"], 0, FIRST, "", seen)

    def _write(self, batch: Batch, tail: Tail) -> Appended:
        rows, first = Rows(), tail.seq + 1
        after = self._add(rows, tail)
        documents = self._keep_documents(batch)
        rows.write(batch)
        for seq, event in enumerate(self.events, first):
            for one in event.tries:
                self._spend(batch, tail, one, text_of(event.at), seq)
            for minute, n in tracking_ids(event):
                self._give(batch, minute, n, seq)
        if self.once is not None:
            self._once(batch, self.once, first)
        self.tails.documents |= documents
        self.tails.keep(self.run, after)
        return Appended(first, after.seq)

    def _add(self, rows: Rows, tail: Tail) -> Tail:
        """Add the rows that follow *tail*; the tail after them. Raises NotRecordable before anything is added."""
        seq, previous, latest, linked = tail.seq, tail.hash, tail.at, []
        for event, data in zip(self.events, self.data, strict=True):
            seq = seq + 1
            entry = row_of(event, data, ticket=tail.ticket, run=self.run, seq=seq)
            if entry.at < latest:
                raise NotRecordable(f"Entry {seq} is dated before the one ahead of it.")
            previous, latest = link(previous, entry.body), entry.at
            linked.append((*entry, previous))
        rows.entries += linked
        if self.submission is not None:
            rows.submissions.append((self.run, *self.submission, tail.seq + 1, seq))
        seen = seen_as(tail.seen, self.events)
        rows.stands(self.run, tail.seen, seen, seq, previous, latest)
        return Tail(tail.ticket, tail.customer, seq, previous, latest, seen)

    def _keep_documents(self, batch: Batch) -> set[str]:
        """Write the documents that are not there yet; the hashes that are there once this append is."""
        new = self.documents.keys() - self.tails.documents
        keep_documents(batch, {hash_: self.documents[hash_] for hash_ in new})
        return new

    def _spend(self, batch: Batch, tail: Tail, one: Try, at: str, seq: int) -> None:
        """One row per try; its key decides a race between runs."""
        scope_id = self.counted(one)
        flow, _, step = one.step.partition("/")
        key = {"scope": one.per, "scope_id": scope_id, "flow": flow, "step": step}
        (last,) = batch.row(LAST_TRY, {f"{name}_": value for name, value in key.items()})
        if (last or 0) != one.last:
            raise TryTaken(one.step)
        batch.run(ADD_TRY, {**key, "n": one.last + 1, "at": at, "run": self.run, "seq": seq})

    def _give(self, batch: Batch, minute: str, n: int, seq: int) -> None:
        """One row per tracking id; its key decides a race between runs."""
        (last,) = batch.row(LAST_ID, {"minute_": minute})
        if (last or 0) >= n:
            raise IdTaken(minute)
        batch.run(ADD_ID, {"minute": minute, "n": n, "run": self.run, "seq": seq})

    def _once(self, batch: Batch, wanted: Once, first: int) -> None:
        kind = f"do_{wanted.phase}"
        places = [seq for seq, event in enumerate(self.events, first) if event.kind == kind]
        if not places:
            raise NotRecordable(f"What is said of a change goes with a {kind}.")
        taken = claim(batch, wanted, self.run, places[-1])
        if taken is not None:
            raise OnceTaken(taken)


def keep_documents(batch: Batch, documents: Mapping[str, Any]) -> None:
    """Write those of *documents* (hash → typed source) that are not there yet. Raises NotRecordable."""
    for hash_, document in documents.items():
        if batch.row(KNOWN, {"hash_": hash_}) is None:
            body = canonical(document)
            if hashlib.sha256(body).hexdigest() != hash_:
                raise NotRecordable(f"Document {hash_} has another content than its hash says.")
            batch.run(ADD_DOCUMENT, {"hash": hash_, "body": body})


def counted_at(of: Try | Counted, place: Place, mac: Callable[[Any], str]) -> str:
    """
    Where tries are counted: for the person whom they name, else for the customer of *place*, else for its ticket.

    A person is known by the HMAC of the customer number, which may be that of somebody who has no ticket.
    """
    person = of.person or plain_number(place.number)
    return mac(["person", person]) if of.per == "customer" and person else place.ticket
