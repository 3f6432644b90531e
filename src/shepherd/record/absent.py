"""What is gone as a whole: runs that other rows speak of, tickets between others, and what runs stand on."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, literal, or_, select

from shepherd.record import tables
from shepherd.record.api import Broken
from shepherd.record.kept import POINTERS
from shepherd.record.reading import FIRST_NUMBER

r, t, i = tables.runs.c, tables.tickets.c, tables.items.c


def absent(connection: Connection, ticket: str | None = None) -> Iterator[Broken]:
    """Everything of which something is left that speaks of it; of *ticket* alone where one is given."""
    yield from _runs(connection, ticket)
    yield from _stands_on(connection, ticket)
    if ticket is None:
        yield from _numbers(connection)


def _runs(connection: Connection, ticket: str | None) -> Iterator[Broken]:
    """Runs without a row, whose answers, tries, changes, tracking ids or notes are there still."""
    last: dict[str, int] = {}
    pointing = [(table, func.max(seq), table.c.run) for table, seq, _ in POINTERS]
    for table, most, run in (*pointing, (tables.items, literal(0), i.run)):
        query = select(run, most).where(run.is_not(None), run.not_in(select(r.id))).group_by(run)
        if ticket is not None:
            columns = [table.c[name] for name in ("scope_id", "ticket") if name in table.c]
            if not columns:
                continue
            query = query.where(or_(*(column == ticket for column in columns)))
        for name, found in connection.execute(query):
            last[str(name)] = max(last.get(str(name), 0), found if isinstance(found, int) else 0)
    for name, found in sorted(last.items()):
        up_to = f"; they speak of its entries up to {found}" if found else ""
        yield Broken(name, None, f"it is gone, and only rows that point at it are left{up_to}.")


def _stands_on(connection: Connection, ticket: str | None) -> Iterator[Broken]:
    """Contacts and notes whose ticket is not there."""
    tickets = select(t.id)
    for table, what in ((tables.contacts, "A contact"), (tables.items, "A note or a change")):
        column = table.c.ticket
        query = select(column).where(column.not_in(tickets)).distinct().order_by(column)
        for (of,) in connection.execute(query.where(column == ticket) if ticket is not None else query):
            yield Broken("", None, f"{what} stands on ticket {str(of)[:64]}, which is gone.")


def _numbers(connection: Connection) -> Iterator[Broken]:
    """Tickets have numbers without gaps; a number that none has was taken away."""
    expected = FIRST_NUMBER
    for (number,) in connection.execute(select(t.n).order_by(t.n)):
        if not isinstance(number, int):
            continue
        if number > expected:
            last = number - 1
            which = f"Ticket T-{expected} is" if last == expected else f"Tickets T-{expected} to T-{last} are"
            yield Broken("", None, f"{which} gone: numbers are given without gaps.")
        expected = max(expected, number + 1)
