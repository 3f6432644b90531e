"""All that is kept of several runs, read in one transaction: what verify holds together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from shepherd.record import tables
from shepherd.record.guards import forgiving

#: So many runs are read in one transaction, so that answers are taken meanwhile and memory holds them.
AT_ONCE = 25
#: So many documents are asked for at once.
MOST_NAMED = 500
e, r, d, o = tables.entries.c, tables.runs.c, tables.documents.c, tables.once.c
POINTERS = (
    (tables.submissions, tables.submissions.c.last_seq, "an answer was acknowledged as"),
    (tables.attempts, tables.attempts.c.seq, "a try was spent in"),
    (tables.once, tables.once.c.seq, "a change was recorded in"),
    (tables.tracking_ids, tables.tracking_ids.c.seq, "a tracking id was given in"),
)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """
    A run as it is kept: its *row*, None where there is none that can be found by *id*, and its entries in order.

    *pointers* are the last entries that other tables name, each with what they say of it. *finished* are the entries
    whose change is kept from being made again, *on_ticket* is the customer on its ticket, and *erased_at* when that one
    was erased, if so; *ticket_there* tells whether there is a ticket at all.
    """

    id: Any
    row: Any
    entries: Sequence[Any]
    pointers: Sequence[tuple[str, Any]]
    finished: frozenset[Any]
    on_ticket: Any
    erased_at: Any
    ticket_there: bool

    @cached_property
    def bodies(self) -> list[Any]:
        """What the bodies of the entries read as, each once; None where one can't be read."""
        return [_told(entry.body) for entry in self.entries]


def read(engine: Engine, ids: Sequence[Any]) -> Iterator[list[Kept]]:
    """All that is kept of the runs *ids*, some at a time, each lot in a transaction that is over when it is given."""
    for at in range(0, len(ids), AT_ONCE):
        with engine.connect() as connection, connection.begin(), forgiving(connection):
            lot = ids[at : at + AT_ONCE]
            found = _read(connection, lot, texts(lot))
        yield found


def texts(values: Iterable[Any]) -> list[str]:
    """Those of *values* that an id can be. A driver is given no others beside them: it takes all for what one is."""
    return [value for value in values if isinstance(value, str)]


def _read(connection: Connection, lot: Sequence[Any], ids: Sequence[str]) -> list[Kept]:
    rows = {row.id: row for row in connection.execute(select(tables.runs).where(r.id.in_(ids)))}
    entries: dict[Any, list[Any]] = {}
    for entry in connection.execute(select(tables.entries).where(e.run.in_(ids)).order_by(e.run, e.seq)):
        entries.setdefault(entry.run, []).append(entry)
    pointers: dict[Any, list[tuple[str, Any]]] = {}
    for table, column, what in POINTERS:
        last = select(table.c.run, func.max(column)).where(table.c.run.in_(ids)).group_by(table.c.run)
        for run, seq in connection.execute(last):
            pointers.setdefault(run, []).append((what, seq))
    finished: dict[Any, set[Any]] = {}
    for run, seq in connection.execute(select(o.run, o.seq).where(o.run.in_(ids), o.phase == "finished")):
        finished.setdefault(run, set()).add(seq)
    t, c = tables.tickets.c, tables.customers.c
    named = texts({row.ticket for row in rows.values()})
    stands = select(t.id, t.customer, c.erased_at).join_from(
        tables.tickets, tables.customers, t.customer == c.id, isouter=True
    )
    tickets = {row.id: row for row in connection.execute(stands.where(t.id.in_(named)))}
    return [
        Kept(
            id=id_,
            row=rows.get(id_),
            entries=entries.get(id_, ()),
            pointers=pointers.get(id_, ()),
            finished=frozenset(finished.get(id_, ())),
            on_ticket=ticket.customer if ticket is not None else None,
            erased_at=ticket.erased_at if ticket is not None else None,
            ticket_there=ticket is not None,
        )
        for id_ in lot
        for ticket in [tickets.get(rows[id_].ticket) if id_ in rows else None]
    ]


def _told(stored: Any) -> Any:
    try:
        return json.loads(stored)
    except (ValueError, TypeError, RecursionError):
        return None


def whole_documents(engine: Engine, hashes: Iterable[str]) -> Iterator[str]:
    """Those of *hashes* whose document is there and has the content that its hash says."""
    wanted = [hash_ for hash_ in hashes if hash_.isascii() and hash_.isalnum()]
    for at in range(0, len(wanted), MOST_NAMED):
        with engine.connect() as connection, connection.begin(), forgiving(connection):
            found = connection.execute(select(d.hash, d.body).where(d.hash.in_(wanted[at : at + MOST_NAMED]))).all()
        yield from (hash_ for hash_, body in found if content_hash(body) == hash_)


def content_hash(body: Any) -> str:
    """The hash of a document's *body*; "" where it is none."""
    return hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else ""
