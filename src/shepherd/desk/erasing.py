"""Erasing a customer: what that takes with it, and doing it."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.desk.errors import Unknown
from shepherd.desk.moving import UNDER_WAY
from shepherd.record import Record, RunRow

#: More than one customer has.
MOST = 10_000
#: Why a run was ended by it.
ERASED = "data_erased"
#: What stands on each ticket of the customer from then on.
DONE = "What is personal about the customer was erased for good."


class Erasure(NamedTuple):
    """
    What erasing a *customer* (the record's id) takes: the values on so many *tickets* and in so many *runs*.

    Those *under_way* are ended by it.
    """

    customer: str
    tickets: int
    runs: int
    under_way: tuple[RunRow, ...]


def erasure(record: Record, ref: str) -> Erasure:
    """What erasing the customer with the number *ref* would take. Raises Unknown where the record has none."""
    customer = record.customer_by_ref(ref)
    if customer is None:
        raise Unknown(f"Nothing is recorded of a customer {ref}. Give the number as the customer base has it.")
    runs = record.runs(customers=[customer.id], limit=MOST)
    under_way = tuple(run for run in runs if run.status in UNDER_WAY)
    return Erasure(customer.id, len(record.tickets(customer=customer.id, limit=MOST)), len(runs), under_way)
