"""Rows as the rest of the house sees them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from shepherd.record.api import Contact, Customer, Damaged, Item, RunRow, Ticket
from shepherd.record.bodies import SEEN, time_of
from shepherd.record.seal import Find, is_sealed, unseal

FIRST_NUMBER = 100_001
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: Stands for a value that is not as it was written.
UNREADABLE = "[not as it was written]"
#: Stands for the number of a ticket that was taken away.
GONE = "[ticket gone]"


def opened(blob: Any, find: Find, place: list[Any]) -> Any:
    """A sealed column, opened; what was never sealed is read as it is."""
    value = json.loads(bytes(blob))
    return unseal(value, find, place) if is_sealed(value) else value


def opened_or_marked(blob: Any, find: Find, place: list[Any]) -> Any:
    """The same; a damaged text does not take the rest of its row, nor a whole list, with it."""
    try:
        return opened(blob, find, place)
    except (Damaged, TypeError, ValueError, RecursionError):
        return UNREADABLE


def customer_of(row: Any, find: Find) -> Customer:
    """A row of ``customers``."""
    return Customer(
        id=row.id,
        ref=row.ref,
        facts=opened_or_marked(row.facts, find, ["customer", row.id, "facts"]),
        created_at=_time(row.created_at),
        erased_at=_time(row.erased_at) if row.erased_at else None,
    )


def ticket_of(row: Any, find: Find) -> Ticket:
    """A row of ``tickets``."""
    return Ticket(
        id=row.id,
        number=f"T-{row.n}",
        customer=row.customer,
        customer_ref=row.customer_ref,
        subject=opened_or_marked(row.subject, find, ["ticket", row.id, "subject"]),
        status=row.status,
        created_at=_time(row.created_at),
        created_by=row.created_by,
        updated_at=_time(row.updated_at),
    )


def contact_of(row: Any) -> Contact:
    """A row of ``contacts``."""
    return Contact(id=row.id, ticket=row.ticket, channel=row.channel, at=_time(row.at), actor=row.actor)


def item_of(row: Any, find: Find) -> Item:
    """A row of ``items``."""
    return Item(
        ticket=row.ticket,
        key=row.key,
        run=row.run,
        kind=row.kind,
        at=_time(row.at),
        actor=row.actor,
        value=opened_or_marked(row.value, find, ["item", row.ticket, row.key]),
    )


def run_of(row: Any) -> RunRow:
    """
    A row of ``runs``, joined with its ticket's number as ``n`` and that of the ticket's customer.

    What is no text or no time any more is marked, so that a damaged row does not take a whole list with it, and so is
    a ticket that was taken away.
    """
    texts = {name: _text(getattr(row, name)) for name in ("flow", "created_by", *SEEN)}
    return RunRow(
        id=row.id,
        ticket=row.ticket,
        number=f"T-{row.n}" if row.n is not None else GONE,
        contact=row.contact,
        customer=row.customer,
        customer_ref=row.customer_ref or "",
        created_at=_time(row.created_at),
        entries=row.entries,
        updated_at=_time(row.updated_at),
        **texts,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else UNREADABLE


def _time(text: Any) -> datetime:
    """When *text* says; the beginning of all clocks where it says no moment."""
    try:
        at = time_of(text)
    except (TypeError, ValueError):
        return BEGINNING
    return at if at.tzinfo is not None else BEGINNING
