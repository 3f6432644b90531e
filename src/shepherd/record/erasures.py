"""What is erased stays erased, and nothing else is: sealed values held against their keys and against the erasures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from shepherd.record import tables
from shepherd.record.api import Damaged
from shepherd.record.kept import Kept
from shepherd.record.seal import Find, keys_in, unsealed_data

BACK = (
    "was erased on {day}, as the customer's row says, and can be read all the same: its key is there. "
    "The row was changed, an older key file was put in place, or the erasure was cut short."
)
GONE = "can't be read, and was not erased, as the customer's row says: its key is gone."


def of_run(run: Kept, find: Find) -> Iterator[tuple[int | None, str]]:
    """What is sealed in the entries of *run* and does not open, opens though it was erased, or is lost: entry, what."""
    back = lost = False
    for row, told in zip(run.entries, run.bodies, strict=True):
        keys = keys_in(row.body)
        if not keys or not isinstance(row.seq, int):
            continue
        there = [find(key) is not None for key in keys]
        back = back or (any(there) and written_before(row.at, run.erased_at))
        lost = lost or (not all(there) and not written_before(row.at, run.erased_at))
        try:
            unsealed_data(told["data"], find, told["run"], told["seq"])
        except Damaged:
            yield row.seq, "a personal value in it does not open: it was changed, or the key that it names was."
        except (TypeError, LookupError, RecursionError):
            continue
    if back:
        yield None, f"what is personal in it {BACK.format(day=run.erased_at[:10])}"
    if lost:
        yield None, f"what is personal in it {GONE}"


def of_row(sealed: Any, written: Any, erased_at: Any, find: Find) -> str:
    """What is wrong with a column that holds *sealed* and was *written* last then; "" where nothing is."""
    there = [find(key) is not None for key in keys_in(sealed)]
    if any(there) and written_before(written, erased_at):
        return BACK.format(day=erased_at[:10])
    lost = not all(there) and (erased_at is None or (isinstance(written, str) and written > erased_at))
    return GONE if lost else ""


def written_before(at: Any, erased_at: Any) -> bool:
    """Whether what was written *at* is among what was erased; what came later is sealed under a new key."""
    return isinstance(erased_at, str) and isinstance(at, str) and at <= erased_at


def erased_tickets(connection: Connection) -> Mapping[Any, Any]:
    """The tickets of customers who were erased, each with when."""
    t, c = tables.tickets.c, tables.customers.c
    erased = select(t.id, c.erased_at).join_from(tables.tickets, tables.customers, t.customer == c.id)
    return {row.id: row.erased_at for row in connection.execute(erased.where(c.erased_at.is_not(None)))}
