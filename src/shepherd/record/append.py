"""Adding to a run: the checks that decide a race, and the rows that go together in one savepoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from shepherd.flow.canonical import canonical, digest
from shepherd.record import tables
from shepherd.record.api import (
    Appended,
    Conflict,
    NotFound,
    NotRecordable,
    Once,
    OnceTaken,
    Submission,
    TokenReused,
    TryTaken,
)
from shepherd.record.bodies import seen_as, text_of
from shepherd.record.chain import FIRST, link
from shepherd.record.once import once_state
from shepherd.run.api import Event

e, r = tables.entries.c, tables.runs.c
HEAD = select(e.seq, e.hash, e.at).where(e.run == bindparam("run_id")).order_by(e.seq.desc()).limit(1)
TOKEN = select(tables.submissions).where(
    tables.submissions.c.run == bindparam("run_id"), tables.submissions.c.token == bindparam("token_")
)
RUN = select(tables.runs).where(r.id == bindparam("run_id"))
ADD_ENTRY, ADD_TOKEN = insert(tables.entries), insert(tables.submissions)
ADD_TRY, ADD_ONCE = insert(tables.attempts), insert(tables.once)
SEEN = (
    update(tables.runs)
    .where(r.id == bindparam("run_id"))
    .values({k: bindparam(k) for k in ("status", "step", "owner", "outcome", "code", "entries", "updated_at")})
)


class Append(NamedTuple):
    """Everything that one append writes; *bodies* belong to *events*, the first is ``expected + 1``."""

    run: str
    ticket: str
    customer: str | None
    expected: int
    events: Sequence[Event]
    bodies: Sequence[bytes]
    submission: Submission | None
    once: Once | None
    documents: Mapping[str, Any]
    new_run: Mapping[str, Any] | None = None


def append(connection: Connection, job: Append) -> Appended:
    """Write *job*, or raise and have written nothing."""
    repeated = _repeated(connection, job)
    if repeated is not None:
        return repeated
    head = connection.execute(HEAD, {"run_id": job.run}).first()
    at_seq = head.seq if head else 0
    if at_seq != job.expected:
        raise Conflict(job.run, at_seq)
    if job.new_run is not None:
        connection.execute(insert(tables.runs), job.new_run)
    row = connection.execute(RUN, {"run_id": job.run}).mappings().first()
    if row is None:
        raise NotFound(f"There is no run {job.run}.")
    add_documents(connection, job.documents)
    previous = bytes(head.hash) if head else FIRST
    latest = head.at if head else ""
    rows = []
    for number, (event, body) in enumerate(zip(job.events, job.bodies, strict=True), job.expected + 1):
        at = text_of(event.at)
        if at < latest:
            raise NotRecordable(f"Entry {number} is dated before the one ahead of it.")
        previous, latest = link(previous, body), at
        rows.append(
            {
                "run": job.run,
                "seq": number,
                "ticket": job.ticket,
                "kind": event.kind,
                "at": at,
                "actor": event.actor.id,
                "body": body,
                "hash": previous,
            }
        )
    last = job.expected + len(rows)
    if rows:
        connection.execute(ADD_ENTRY, rows)
        for number, event in enumerate(job.events, job.expected + 1):
            if event.tries:
                _spend(connection, job, event, number)
        seen = seen_as(dict(row), job.events)
        connection.execute(SEEN, {"run_id": job.run, **seen, "entries": last, "updated_at": latest})
    if job.once is not None:
        _once(connection, job, job.once, last)
    if job.submission is not None:
        token, request_hash = job.submission
        values = {"run": job.run, "token": token, "request_hash": request_hash}
        connection.execute(ADD_TOKEN, {**values, "first_seq": job.expected + 1, "last_seq": last})
    return Appended(job.expected + 1, last)


def _repeated(connection: Connection, job: Append) -> Appended | None:
    if job.submission is None:
        return None
    found = connection.execute(TOKEN, {"run_id": job.run, "token_": job.submission.token}).first()
    if found is None:
        return None
    if found.request_hash != job.submission.request_hash:
        raise TokenReused()
    return Appended(found.first_seq, found.last_seq, repeated=True)


def add_documents(connection: Connection, documents: Mapping[str, Any]) -> None:
    """Keep each document under its hash; those known are left alone."""
    for hash_, typed in documents.items():
        known = connection.execute(select(tables.documents.c.hash).where(tables.documents.c.hash == hash_)).first()
        if known is None:
            if digest(typed) != hash_:
                raise NotRecordable(f"Document {hash_} has another content than its hash says.")
            connection.execute(insert(tables.documents), {"hash": hash_, "body": canonical(typed)})


def _spend(connection: Connection, job: Append, event: Event, seq: int) -> None:
    """One row per try; its key decides a race between runs."""
    for spent in event.tries:
        scope_id = job.customer if spent.per == "customer" and job.customer else job.ticket
        a = tables.attempts.c
        last = connection.execute(
            select(func.max(a.n)).where(a.scope == spent.per, a.scope_id == scope_id, a.step == spent.step)
        ).scalar()
        if (last or 0) != spent.last:
            raise TryTaken(spent.step)
        values = {"scope": spent.per, "scope_id": scope_id, "step": spent.step, "n": spent.last + 1}
        try:
            connection.execute(ADD_TRY, {**values, "run": job.run, "seq": seq, "at": text_of(event.at)})
        except DBAPIError:
            raise TryTaken(spent.step) from None


def _once(connection: Connection, job: Append, once: Once, seq: int) -> None:
    state = once_state(connection, once.key)
    if once.phase == "requested":
        if state is not None and (state.open or state.done):
            raise OnceTaken(state)
        n = state.n + 1 if state else 1
    else:
        n = state.n if state else 1
    values = dict(once.key._asdict(), n=n, phase=once.phase, run=job.run, seq=seq, result=once.result)
    connection.execute(ADD_ONCE, values)
