"""The record's verdict on itself: every chain recomputed, every copy compared, what is wrong named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, or_, select

from shepherd.record import beside, publications, tables
from shepherd.record.api import Broken, Report
from shepherd.record.guards import forgiving
from shepherd.record.seal import Find, Owner

e, r, d = tables.entries.c, tables.runs.c, tables.documents.c
POINTERS = (
    (tables.submissions, tables.submissions.c.last_seq, "an answer was acknowledged as"),
    (tables.attempts, tables.attempts.c.seq, "a try was spent in"),
    (tables.once, tables.once.c.seq, "a change was recorded in"),
    (tables.tracking_ids, tables.tracking_ids.c.seq, "a tracking id was given in"),
)
COPIES = ("ticket", "kind", "at")


def verify(engine: Engine, find: Find, owner: Owner, *, ticket: str | None = None, run: str | None = None) -> Report:
    """
    Read the whole record, or one ticket's or one run's part, and say what is not as it was written.

    Each run is read in a transaction of its own, so that answers are taken meanwhile.
    """
    known = select(r.id).order_by(r.id)
    of_ticket = or_(r.ticket == ticket, r.id.in_(select(e.run).where(e.ticket == ticket)))
    known = known.where(of_ticket) if ticket is not None else known
    known = known.where(r.id == run) if run is not None else known
    whole = ticket is None and run is None
    broken: list[Broken] = []
    entries = 0
    documents: dict[str, bool] = {}
    ids = [row[0] for row in _read(engine, known)]
    if run is not None and not ids:
        broken.append(Broken(run, None, "there is no such run."))
    for id_ in ids:
        with engine.connect() as connection, connection.begin(), forgiving(connection):
            row, rows = _run(connection, id_)
            if row is None:
                broken.append(Broken(str(id_), None, "its id holds what it never could."))
                continue
            broken += _faults(connection, row, rows)
            broken += (Broken(id_, None, what) for what in beside.customer_of_run(connection, row, rows, owner))
        entries += len(rows)
        broken += _pinned(engine, str(id_), rows, documents)
    stray = select(e.run, e.seq).where(e.run.not_in(select(r.id)))
    stray = stray.where(e.ticket == ticket) if ticket is not None else stray
    stray = stray.where(e.run == run) if run is not None else stray
    for id_, seq in _read(engine, stray.order_by(e.run, e.seq)):
        entries += 1
        broken.append(Broken(str(id_), seq if isinstance(seq, int) else None, "an entry of a run that is not there."))
    if whole:
        broken += _documents(engine)
        broken += publications.verify(engine)
    if run is None:
        with engine.connect() as connection, connection.begin(), forgiving(connection):
            broken += beside.rows(connection, find, ticket)
            broken += beside.customers_of_tickets(connection, owner, ticket)
            broken += beside.guards(connection) if whole else ()
    return Report(entries=entries, runs=len(ids), broken=tuple(broken))


def _read(engine: Engine, query: Any) -> Sequence[Any]:
    with engine.connect() as connection, connection.begin(), forgiving(connection):
        return connection.execute(query).all()


def _run(connection: Connection, id_: str) -> tuple[Any, Sequence[Any]]:
    row = connection.execute(select(tables.runs).where(r.id == id_)).first()
    return row, connection.execute(select(tables.entries).where(e.run == id_).order_by(e.seq)).all()


def _faults(connection: Connection, run: Any, rows: Sequence[Any]) -> Iterator[Broken]:
    """What is wrong with the entries of *run*, with their copies, and with what points at them."""
    name = str(run.id)
    from shepherd.record.verifier import faults  # here, so that python -m runs a module that is not loaded yet

    found = faults(run.id, [(row.seq, row.body, row.hash) for row in rows], run.entries)
    yield from (Broken(name, seq, what) for seq, what in found)
    for row in rows:
        yield from (Broken(name, row.seq if isinstance(row.seq, int) else None, what) for what in _copies(run, row))
    if not found and rows and rows[-1].hash != run.head:
        yield Broken(name, rows[-1].seq, "it is not the last entry that was written.")
    length = len(rows)
    for table, column, what in POINTERS:
        last = connection.execute(select(func.max(column)).where(table.c.run == run.id)).scalar()
        if isinstance(last, int) and last > length and not found:
            yield Broken(name, last, f"{what} entry {last}, which is not there.")
    if not found:
        yield from (Broken(name, None, what) for what in beside.row_of_run(run, rows))
        yield from beside.once(connection, run, rows)


def _copies(run: Any, row: Any) -> Iterator[str]:
    """Side columns that say another thing than the body."""
    try:
        entry = json.loads(row.body)
        inside = {name: entry[name] for name in COPIES} | {"actor": entry["actor"]["id"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    for name, value in inside.items():
        if getattr(row, name) != value:
            yield f"its column {name} says another thing than its body."
    if inside["ticket"] != run.ticket:
        yield "its run stands on another ticket."


def _pinned(engine: Engine, run: str, rows: Sequence[Any], known: dict[str, bool]) -> Iterator[Broken]:
    """Documents that *run* pins and that are not there, or are not what they were."""
    pinning = [(place, row) for place, row in enumerate(rows, 1) if place == 1 or row.kind == "version_moved"]
    pins = [(place, hash_) for place, row in pinning for hash_ in _bundle(row)]
    for seq, hash_ in pins:
        if hash_ not in known:
            body = [row[0] for row in _read(engine, select(d.body).where(d.hash == hash_))]
            known[hash_] = bool(body) and _hash(body[0]) == hash_
        if not known[hash_]:
            yield Broken(run, seq, f"document {hash_[:64]}, which it pins, is gone or was changed.")


def _bundle(row: Any) -> list[str]:
    """The hashes of the documents that an entry pins; none where it can't be read."""
    try:
        return [str(hash_) for hash_ in json.loads(row.body)["data"]["bundle"].values()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []


def _documents(engine: Engine) -> Iterator[Broken]:
    """Documents whose content is not what their hash says."""
    for hash_, body in _read(engine, select(d.hash, d.body)):
        if _hash(body) != hash_:
            yield Broken("", None, f"document {str(hash_)[:64]!r} has another content than its hash says.")


def _hash(body: Any) -> str:
    return hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else ""


def export(connection: Connection, ticket: str) -> Iterator[bytes]:
    """
    A ticket's entries for ``record.verifier``: a line with how many each run has, then a line each.

    A line is ``{"body": …, "hash": …}`` with the body as text, exactly as stored.
    """
    asked = select(r.id, r.entries).where(r.ticket == ticket).order_by(r.id)
    runs = {row.id: row.entries for row in connection.execute(asked)}
    yield _line({"shepherd": "export/1", "ticket": ticket, "runs": runs})
    query = select(e.body, e.hash).where(e.run.in_(list(runs))).order_by(e.run, e.seq)
    for row in connection.execute(query):
        yield _line({"body": bytes(row.body).decode("utf-8", "surrogateescape"), "hash": bytes(row.hash).hex()})


def _line(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"
