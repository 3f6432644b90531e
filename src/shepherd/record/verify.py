"""The record's verdict on itself: every chain recomputed, every copy compared, what is wrong named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from shepherd.flow.canonical import canonical
from shepherd.record import tables
from shepherd.record.api import Broken, Report
from shepherd.record.chain import FIRST, link

e, r, s = tables.entries.c, tables.runs.c, tables.submissions.c


def verify(connection: Connection, *, ticket: str | None = None, run: str | None = None) -> Report:
    """Read the whole record, or one ticket's or one run's part, and say what is not as it was written."""
    query = select(tables.entries).order_by(e.run, e.seq)
    known = select(r.id, r.ticket, r.entries)
    if ticket is not None:
        query, known = query.where(e.ticket == ticket), known.where(r.ticket == ticket)
    if run is not None:
        query, known = query.where(e.run == run), known.where(r.id == run)
    expected = {row.id: row for row in connection.execute(known)}
    broken: list[Broken] = []
    entries, last, previous, here = 0, 0, FIRST, ""
    seen: dict[str, int] = {}
    for row in connection.execute(query):
        entries += 1
        if row.run != here:
            here, last, previous = row.run, 0, FIRST
        broken += _entry(row, last + 1, previous)
        previous, last = bytes(row.hash), row.seq
        seen[here] = last
    broken += _lengths(connection, expected, seen, whole=ticket is None and run is None)
    broken += _documents(connection, whole=ticket is None and run is None)
    return Report(entries=entries, runs=len(seen), broken=tuple(broken))


def _entry(row: Any, expected: int, previous: bytes) -> Iterator[Broken]:
    """What is wrong with one entry, after *previous*."""
    body = bytes(row.body)
    if row.seq != expected:
        missing = f"entry {expected} is missing" if row.seq > expected else "this number stands twice"
        yield Broken(row.run, row.seq, f"{missing}.")
    if link(previous, body) != bytes(row.hash):
        yield Broken(row.run, row.seq, "its hash does not fit its body and the entry before it.")
    try:
        entry = json.loads(body)
        same = canonical(entry) == body
    except (ValueError, RecursionError):
        yield Broken(row.run, row.seq, "its body can't be read.")
        return
    if not same or not isinstance(entry, dict):
        yield Broken(row.run, row.seq, "its body is not written as the record writes.")
        return
    actor = entry.get("actor")
    copies = {"run": row.run, "seq": row.seq, "ticket": row.ticket, "kind": row.kind, "at": row.at}
    copies["actor"] = row.actor
    inside = {**entry, "actor": actor.get("id") if isinstance(actor, dict) else None}
    for name, value in copies.items():
        if inside.get(name) != value:
            yield Broken(row.run, row.seq, f"its column {name} says another thing than its body.")


def _lengths(connection: Connection, expected: Any, seen: dict[str, int], *, whole: bool) -> Iterator[Broken]:
    """Runs that vanished or lost their tail: other rows still tell how far they went."""
    for id_, row in expected.items():
        length = seen.get(id_, 0)
        if length < row.entries:
            yield Broken(id_, None, f"{row.entries} entries were written, {length} are there.")
        elif length > row.entries:
            yield Broken(id_, None, f"{row.entries} entries were written, {length} are there: some were put in.")
    for id_ in seen:
        if id_ not in expected:
            yield Broken(id_, None, "entries without a run.")
    tails: dict[str, int] = {}
    for row in connection.execute(select(s.run, s.last_seq)):
        tails[row.run] = max(tails.get(row.run, 0), row.last_seq)
    for id_, last in tails.items():
        if (
            (whole or id_ in expected)
            and seen.get(id_, 0) < last
            and id_ not in {x for x in expected if seen.get(x, 0) < expected[x].entries}
        ):
            yield Broken(id_, None, f"an answer was acknowledged as entry {last}, which is not there.")


def _documents(connection: Connection, *, whole: bool) -> Iterator[Broken]:
    """Documents whose content is not what their hash says."""
    d = tables.documents.c
    for row in connection.execute(select(d.hash, d.body)) if whole else ():
        if hashlib.sha256(bytes(row.body)).hexdigest() != row.hash:
            yield Broken("", None, f"document {str(row.hash)[:64]!r} has another content than its hash says.")


def export(connection: Connection, ticket: str) -> Iterator[bytes]:
    """A ticket's entries, a line each: ``{"body": …, "hash": …}`` with the body as text, exactly as stored."""
    query = select(e.body, e.hash).where(e.ticket == ticket).order_by(e.run, e.seq)
    for row in connection.execute(query):
        line = {"body": bytes(row.body).decode("utf-8"), "hash": bytes(row.hash).hex()}
        yield canonical(line) + b"\n"
