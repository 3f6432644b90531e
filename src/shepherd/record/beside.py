"""What stands beside the entries: rows and columns that are held against them, and the guards of the database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Integer, LargeBinary, Table, select

from shepherd.record import tables
from shepherd.record.api import Broken, Damaged
from shepherd.record.bodies import SEEN, event_in, known, seen_as
from shepherd.record.erasures import erased_tickets, of_row
from shepherd.record.guards import lacking
from shepherd.record.kept import Kept
from shepherd.record.once import FAILED
from shepherd.record.reading import opened
from shepherd.record.seal import Find, Owner, keys_in

#: Tables without the entries and documents, which are proved by their hashes.
ROWS = tuple(table for table in tables.metadata.sorted_tables if table not in (tables.entries, tables.documents))
SEALED = {"tickets": ("subject", "ticket"), "customers": ("facts", "customer"), "items": ("value", "item")}
#: Columns that hold times, as the record writes them.
TIMES = ("at", "created_at", "updated_at", "erased_at")
_MOMENT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z")


def rows(connection: Connection, find: Find, ticket: str | None = None) -> Iterator[Broken]:
    """Columns that hold what they never could: in every table, or in the rows of *ticket* and its customer."""
    erased = erased_tickets(connection)
    for table in (one for one in ROWS if one is not tables.runs):
        query = select(table)
        if ticket is not None and table is tables.customers:
            query = query.where(table.c.id.in_(select(tables.tickets.c.customer).where(tables.tickets.c.id == ticket)))
        elif ticket is not None:
            column = table.c.get("id" if table is tables.tickets else "ticket")
            if column is None:
                continue
            query = query.where(column == ticket)
        for row in connection.execute(query):
            for what in _strange(table, row, find, erased):
                yield Broken("", None, what)


def _strange(table: Table, row: Any, find: Find, erased: Mapping[Any, Any]) -> Iterator[str]:
    place = _place(table, row)
    wrong = [c.name for c in table.columns if not _fits(getattr(row, c.name), c)]
    yield from (f"{place} holds in its column {name} what it never could." for name in wrong)
    column, kind = SEALED.get(table.name, ("", ""))
    if not column or wrong:
        return
    where = ["item", row.ticket, row.key] if kind == "item" else [kind, row.id, column]
    try:
        opened(getattr(row, column), find, where)
    except (Damaged, ValueError, TypeError, RecursionError):
        yield f"{place} holds in its column {column} what is not as it was written."
        return
    if table is not tables.items and not keys_in(getattr(row, column)):
        yield f"{place} holds in its column {column} what was never sealed."
    if table is tables.customers:
        what = of_row(getattr(row, column), None, row.erased_at, find)  # its facts are written anew with each contact
    elif table is tables.tickets:
        what = of_row(getattr(row, column), row.updated_at, erased.get(row.id), find)
    else:
        what = of_row(getattr(row, column), row.at, erased.get(row.ticket), find)
    if what:
        yield f"what is personal in {place} {what}"


def row_as_such(run: Kept) -> Iterator[str]:
    """Columns of the row of *run* that hold what they never could."""
    return _strange(tables.runs, run.row, lambda key: None, {})


def _place(table: Table, row: Any) -> str:
    """*row* in words that people can look for."""
    if table is tables.tickets and isinstance(row.n, int):
        return f"ticket T-{row.n}"
    if table is tables.customers and isinstance(row.ref, str):
        return f"customer {row.ref[:64]}"
    key = ", ".join(str(getattr(row, column.name))[:64] for column in table.primary_key)
    return f"the row {key} of {table.name}"


def customers_of_tickets(connection: Connection, owner: Owner, ticket: str | None = None) -> Iterator[Broken]:
    """Tickets that stand under another customer than the one for whom they were written."""
    t, c = tables.tickets.c, tables.customers.c
    query = select(t.id, t.n, t.customer, t.customer_ref, t.subject, c.ref, c.facts).join_from(
        tables.tickets, tables.customers, t.customer == c.id, isouter=True
    )
    for row in connection.execute(query.where(t.id == ticket) if ticket is not None else query):
        place = _place(tables.tickets, row)
        if _owners(row.subject, owner) - {row.id, row.customer}:
            yield Broken("", None, f"{place} stands under another customer than the one it was opened for.")
        elif _owners(row.facts, owner) - {row.customer}:
            yield Broken("", None, f"{place} stands under a customer whose facts are another's.")
        elif row.customer is not None and row.ref is None:
            yield Broken("", None, f"{place} stands under a customer who is gone.")
        elif row.customer is not None and row.customer_ref != row.ref:
            yield Broken("", None, f"{place} has another customer number than its customer.")


def customer_of_run(run: Kept, owner: Owner) -> Iterator[str]:
    """That *run* stands under another customer than the one with whom it was walked, or its ticket does or is gone."""
    row = run.row
    if not run.ticket_there:
        yield f"its ticket {str(row.ticket)[:64]} is gone."
    owners = {found for entry in run.entries for found in _owners(entry.body, owner)}
    if owners - {row.customer or row.ticket}:
        yield "its row names another customer than the one with whom it was walked."
    elif row.customer is not None and run.ticket_there and run.on_ticket != row.customer:
        yield "its ticket stands under another customer."


def _owners(body: Any, owner: Owner) -> set[str]:
    """For whom the values in *body* were sealed, as far as their keys are not erased."""
    return {found for key in keys_in(body) if (found := owner(key)) is not None}


def _fits(value: Any, column: Any) -> bool:
    if value is None:
        return bool(column.nullable)
    if column.name in TIMES:
        return isinstance(value, str) and _MOMENT.fullmatch(value) is not None
    if isinstance(column.type, LargeBinary):
        return isinstance(value, bytes)
    if isinstance(column.type, Integer):
        return type(value) is int
    return isinstance(value, str) and "\ufffd" not in value


def guards(connection: Connection) -> Iterator[Broken]:
    """Triggers that kept rows as they are, and are gone or changed."""
    gone = lacking(connection, tables.APPEND_ONLY, tables.KEPT)
    if gone:
        yield Broken("", None, f"guards of the database are gone or changed: {', '.join(gone)}.")


def row_of_run(of: Kept) -> Iterator[str]:
    """What the row of a run says otherwise than its entries: who began it, which flow, and what lists show."""
    run = of.row
    try:
        events = [event_in(known(told)) for told in of.bodies]
        first, seen = events[0], seen_as({}, events)
        flow = first.data["flow"]
    except (Damaged, LookupError, TypeError, ValueError, AttributeError):
        return
    if run.created_by != first.actor.id:
        yield "its row names another person who began it than its first entry."
    if run.flow != flow:
        yield "its row names another flow than its first entry."
    if run.created_at != of.entries[0].at:
        yield "its row says that it began at another time than its first entry."
    differing = [name for name in SEEN if getattr(run, name) != seen[name]]
    if differing:
        yield f"the list row differs in {', '.join(differing)}: its entries say otherwise."


def once(run: Kept) -> Iterator[tuple[int, str]]:
    """Changes that an entry says were made, and that nothing keeps from being made again: the entry, and that."""
    for row, entry in zip(run.entries, run.bodies, strict=True):
        try:
            data = entry["data"]
            made = entry["kind"] == "do_finished" and not data.get("repeated") and data["result"] not in FAILED
        except (TypeError, LookupError, AttributeError):
            continue
        if made and row.seq not in run.finished:
            yield row.seq, "what keeps the change that it made from being made again is gone."
