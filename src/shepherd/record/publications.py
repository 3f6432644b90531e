"""What was published: one chained list of facts, added to only by whoever has read all that stands in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select

from shepherd.flow.canonical import canonical
from shepherd.record import tables
from shepherd.record.api import Broken, Damaged, NotRecordable
from shepherd.record.append import keep_documents
from shepherd.record.batch import Batch
from shepherd.record.bodies import text_of, time_of
from shepherd.record.chain import FIRST, link
from shepherd.record.guards import forgiving
from shepherd.run.api import Actor

#: What the chain is called in its bodies, where an entry of a run names the run.
LOG = "publications"
VERSION = 1
KINDS = ("proposed", "approved", "scheduled", "withdrawn", "rolled_back")
FIELDS = {"v", "log", "seq", "at", "offset", "actor", "kind", "data"}
p = tables.publications.c


class Publication(NamedTuple):
    """A fact about what is published: its number *seq* from 1, when and by whom, its *kind* and what belongs to it."""

    kind: str
    at: datetime
    offset: str
    actor: Actor
    data: Mapping[str, Any]
    seq: int = 0


class Receipt(NamedTuple):
    """Somebody has read what changed with publication number *publication*."""

    publication: int
    actor: str
    at: datetime


#: Given all that stands in the list, says what comes next, or raises.
Decide = Callable[[Sequence[Publication]], Publication]


def publications(connection: Connection) -> list[Publication]:
    """The whole list, oldest first. Raises Damaged where it is not as it was written."""
    return read_rows([tuple(row) for row in connection.execute(select(p.seq, p.body, p.hash).order_by(p.seq))])


def read_rows(rows: Sequence[tuple[int, bytes, bytes]]) -> list[Publication]:
    """The list of the *rows* (number, body, hash), in their order. Raises Damaged where it is not as it was written."""
    broken = _faults(rows)
    if broken:
        raise Damaged(f"What was published is not as it was written: {broken[0][1]} Verify the record.")
    return [_read(seq, body) for seq, body, _ in rows]


def last(connection: Connection) -> int:
    """The number of the latest publication, 0 where there is none."""
    return int(connection.execute(select(func.max(p.seq))).scalar() or 0)


def add(batch: Batch, decide: Decide, documents: Mapping[str, Any]) -> Publication:
    """
    Add what *decide* says, with the *documents* (hash → typed source) that it names.

    The list is read in the same transaction, and writers queue, so nothing comes between reading and adding.
    """
    known = publications(batch.connection)
    fresh = decide(known)._replace(seq=len(known) + 1)
    if fresh.kind not in KINDS:
        raise NotRecordable(f"{fresh.kind} is no kind of publication.")
    if fresh.at.microsecond % 1000 or (known and fresh.at < known[-1].at):
        raise NotRecordable("A publication's time has whole milliseconds, and is not before the one ahead of it.")
    keep_documents(batch, documents)
    body = _body(fresh)
    head = batch.connection.execute(select(p.hash).order_by(p.seq.desc()).limit(1)).scalar()
    row = {"seq": fresh.seq, "kind": fresh.kind, "at": text_of(fresh.at), "actor": fresh.actor.id}
    hash_ = link(bytes(head) if head is not None else FIRST, body)
    batch.connection.execute(insert(tables.publications), {**row, "body": body, "hash": hash_})
    return fresh


def add_receipt(batch: Batch, publication: int, reader: str, *, at: datetime, actor: Actor) -> bool:
    """Write down that *reader* has read about *publication*; False where that stands there already."""
    r = tables.receipts.c
    there = select(r.at).where(r.publication == publication, r.reader == reader)
    if batch.connection.execute(there).first():
        return False
    row = {"publication": publication, "reader": reader, "at": text_of(at), "actor": actor.id}
    batch.connection.execute(insert(tables.receipts), row)
    return True


def receipts(connection: Connection, *, reader: str | None = None, publication: int | None = None) -> list[Receipt]:
    """What was read by *reader*, or about *publication*, oldest first."""
    r = tables.receipts.c
    query = select(tables.receipts).order_by(r.at, r.publication, r.reader)
    query = query.where(r.reader == reader) if reader is not None else query
    query = query.where(r.publication == publication) if publication is not None else query
    return [Receipt(row.publication, row.actor, time_of(row.at)) for row in connection.execute(query)]


def verify(engine: Engine) -> Iterator[Broken]:
    """What is wrong with the list, with the copies beside its bodies, and with the documents that it names."""
    with engine.connect() as connection, connection.begin(), forgiving(connection):
        rows = connection.execute(select(tables.publications).order_by(p.seq)).all()
        known = set(connection.execute(select(tables.documents.c.hash)).scalars())
    yield from (
        Broken("", None, f"publication {seq}: {what}")
        for seq, what in _faults([(row.seq, row.body, row.hash) for row in rows])
    )
    for row in rows:
        try:
            told = json.loads(row.body)
            inside = {"kind": told["kind"], "at": told["at"], "actor": told["actor"]["id"]}
            pinned = [told["data"]["hash"], *(hash_ for _, hash_ in told["data"].get("documents", ()))]
        except (ValueError, TypeError, LookupError, RecursionError):
            continue
        for name, value in inside.items():
            if getattr(row, name) != value:
                yield Broken("", None, f"publication {row.seq}: its column {name} says another thing than its body.")
        for hash_ in pinned:
            if hash_ not in known:
                yield Broken("", None, f"publication {row.seq}: document {str(hash_)[:64]}, which it names, is gone.")


def export(connection: Connection) -> Iterator[bytes]:
    """The list for ``record.verifier``: a line with how many there are, then one with body and hash for each."""
    rows = connection.execute(select(p.body, p.hash).order_by(p.seq)).all()
    yield canonical({"shepherd": "export/1", "runs": {LOG: len(rows)}}) + b"\n"
    for row in rows:
        told = {"body": bytes(row.body).decode("utf-8", "surrogateescape"), "hash": bytes(row.hash).hex()}
        yield json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _faults(rows: Sequence[tuple[int, bytes, bytes]]) -> list[tuple[int | None, str]]:
    from shepherd.record.verifier import faults  # here, so that python -m runs a module that is not loaded yet

    return faults(LOG, list(rows))


def _body(one: Publication) -> bytes:
    actor = {"kind": one.actor.kind, "id": one.actor.id, "assured": one.actor.assured}
    told = {"v": VERSION, "log": LOG, "seq": one.seq, "at": text_of(one.at), "offset": one.offset, "actor": actor}
    try:
        return canonical({**told, "kind": one.kind, "data": dict(one.data)})
    except ValueError as error:
        raise NotRecordable(str(error)) from None


def _read(seq: int, body: bytes) -> Publication:
    told = json.loads(body)
    if told.keys() != FIELDS or told["v"] != VERSION or told["kind"] not in KINDS:
        raise Damaged("A publication was written by a newer release, or changed. Verify the record.")
    actor = told["actor"]
    try:
        who = Actor(actor["kind"], actor["id"], actor["assured"])
        return Publication(told["kind"], time_of(told["at"]), told["offset"], who, told["data"], seq)
    except (KeyError, TypeError, ValueError):
        raise Damaged("A publication can't be read. Verify the record.") from None
