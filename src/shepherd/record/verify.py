"""The record's verdict on itself: every chain recomputed, every copy compared, what is wrong named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, or_, select

from shepherd.record import beside, erasures, publications, tables
from shepherd.record.absent import absent
from shepherd.record.api import Broken, Report
from shepherd.record.guards import forgiving
from shepherd.record.kept import Kept, content_hash, read, texts, whole_documents
from shepherd.record.seal import Find, Owner

e, r, d = tables.entries.c, tables.runs.c, tables.documents.c
COPIES = ("ticket", "kind", "at")


def verify(
    engine: Engine, find: Find, owner: Owner, *, ticket: str | None = None, runs: Sequence[str] | None = None
) -> Report:
    """
    Read the whole record, or the part of one ticket or of some runs, and say what is not as it was written.

    Some runs at a time are read in a transaction of their own, so that answers are taken meanwhile. What is said of a
    run is the same whether it is asked for alone, beside others or with its ticket.
    """
    known = select(r.id).order_by(r.id)
    of_ticket = or_(r.ticket == ticket, r.id.in_(select(e.run).where(e.ticket == ticket)))
    known = known.where(of_ticket) if ticket is not None else known
    known = known.where(r.id.in_(texts(runs))) if runs is not None else known
    whole = ticket is None and runs is None
    broken: list[Broken] = []
    entries = 0
    documents: dict[str, bool] = {}
    ids = [row[0] for row in _read(engine, known)]
    broken += (Broken(run, None, "there is no such run.") for run in runs or () if run not in ids)
    for lot in read(engine, ids):
        pins = {hash_ for one in lot for _, hash_ in _pins(one)} - documents.keys()
        documents |= dict.fromkeys(pins, False) | dict.fromkeys(whole_documents(engine, pins), True)
        for one in lot:
            entries += len(one.entries)
            broken += _of_run(one, find, owner, documents)
    stray = select(e.run, e.seq).where(e.run.not_in(select(r.id)))
    stray = stray.where(e.ticket == ticket) if ticket is not None else stray
    stray = stray.where(e.run.in_(texts(runs))) if runs is not None else stray
    for id_, seq in _read(engine, stray.order_by(e.run, e.seq)):
        entries += 1
        broken.append(Broken(str(id_), seq if isinstance(seq, int) else None, "an entry of a run that is not there."))
    if whole:
        broken += _documents(engine)
        broken += publications.verify(engine)
    if runs is None:
        with engine.connect() as connection, connection.begin(), forgiving(connection):
            broken += beside.rows(connection, find, ticket)
            broken += beside.customers_of_tickets(connection, owner, ticket)
            broken += absent(connection, ticket)
            broken += beside.guards(connection) if whole else ()
    return Report(entries=entries, runs=len(ids), broken=tuple(broken), whole=whole)


def _read(engine: Engine, query: Any) -> Sequence[Any]:
    with engine.connect() as connection, connection.begin(), forgiving(connection):
        return connection.execute(query).all()


def _of_run(run: Kept, find: Find, owner: Owner, documents: dict[str, bool]) -> Iterator[Broken]:
    """What is wrong with *run*; *documents* says of each that it pins whether it is what it was."""
    if run.row is None:
        yield Broken(str(run.id), None, "its id holds what it never could.")
        return
    yield from _faults(run)
    yield from (Broken(run.id, None, what) for what in beside.row_as_such(run))
    yield from (Broken(run.id, None, what) for what in beside.customer_of_run(run, owner))
    yield from (Broken(run.id, seq, what) for seq, what in erasures.of_run(run, find))
    for seq, hash_ in _pins(run):
        if not documents[hash_]:
            yield Broken(str(run.id), seq, f"document {hash_[:64]}, which it pins, is gone or was changed.")


def _faults(run: Kept) -> Iterator[Broken]:
    """What is wrong with the entries of *run*, with their copies, and with what points at them."""
    name, rows = str(run.id), run.entries
    from shepherd.record.verifier import faults  # here, so that python -m runs a module that is not loaded yet

    found = faults(run.id, [(row.seq, row.body, row.hash) for row in rows], run.row.entries)
    yield from (Broken(name, seq, what) for seq, what in found)
    for row, told in zip(rows, run.bodies, strict=True):
        seq = row.seq if isinstance(row.seq, int) else None
        yield from (Broken(name, seq, what) for what in _copies(run.row, row, told))
    if not found and rows and rows[-1].hash != run.row.head:
        yield Broken(name, rows[-1].seq, "it is not the last entry that was written.")
    for what, last in run.pointers:
        if isinstance(last, int) and last > len(rows) and not found:
            yield Broken(name, last, f"{what} entry {last}, which is not there.")
    if not found:
        yield from (Broken(name, None, what) for what in beside.row_of_run(run))
        yield from (Broken(name, seq, what) for seq, what in beside.once(run))


def _copies(run: Any, row: Any, told: Any) -> Iterator[str]:
    """Side columns that say another thing than the body, which reads as *told*."""
    try:
        inside = {name: told[name] for name in COPIES} | {"actor": told["actor"]["id"]}
    except (TypeError, KeyError):
        return
    for name, value in inside.items():
        if getattr(row, name) != value:
            yield f"its column {name} says another thing than its body."
    if inside["ticket"] != run.ticket:
        yield "its run stands on another ticket."


def _pins(run: Kept) -> Iterator[tuple[int, str]]:
    """The documents that *run* pins: the place of the entry that does, and the document's hash."""
    for place, (row, told) in enumerate(zip(run.entries, run.bodies, strict=True), 1):
        if place == 1 or row.kind == "version_moved":
            try:
                yield from ((place, str(hash_)) for hash_ in told["data"]["bundle"].values())
            except (TypeError, KeyError, AttributeError):
                continue


def _documents(engine: Engine) -> Iterator[Broken]:
    """Documents whose content is not what their hash says."""
    for hash_, body in _read(engine, select(d.hash, d.body)):
        if content_hash(body) != hash_:
            yield Broken("", None, f"document {str(hash_)[:64]!r} has another content than its hash says.")


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
