"""Customers: found in the customer base, and the tickets that they have here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shepherd.check.library import Library
from shepherd.connect import Connectors
from shepherd.connect.searching import meant, squeezed
from shepherd.desk.errors import Misused
from shepherd.desk.live import LiveLibrary
from shepherd.desk.moving import UNDER_WAY
from shepherd.desk.views import RESOLVED, CustomerRow, TicketRow
from shepherd.record import Record, RunRow, Ticket

MOST_RUNS, LATEST, MOST_FOUND = 500, 200, 500
#: So many customers are counted whom a name fits where one is due.
MOST_FITTING = 50


class Customers:
    """The customers of a desk, as far as they can be searched."""

    def __init__(self, live: LiveLibrary, record: Record, connectors: Connectors):
        self._live, self._record, self._connectors = live, record, connectors

    def search(self, words: str, limit: int) -> tuple[CustomerRow, ...]:
        """Customers that have every one of *words*."""
        library = self._live.library
        operation = library.policy.customer_lookup
        if not operation:
            return ()
        rows = self._connectors.search(operation, words[:200], limit=limit, declared=library.connectors)
        return tuple(_customer_row(row) for row in rows)

    def near(self, words: str) -> str:
        """*words* as the customer base has them, each replaced by the nearest one; "" where nothing comes near."""
        library = self._live.library
        operation = library.policy.customer_lookup
        return self._connectors.near(operation, words[:200], declared=library.connectors) if operation else ""

    def near_subject(self, words: str) -> str:
        """The same as the subjects of the latest tickets have them."""
        subjects = (ticket.subject for ticket in self._record.tickets(limit=LATEST))
        return meant(words[:200], ([subject] for subject in subjects if isinstance(subject, str)))

    def number(self, text: str) -> tuple[str, int]:
        """The number that differs from *text* in capitals or hyphens only, "" for none; and how many *text* fits."""
        rows = self.search(text, MOST_FITTING)
        return next((r.id for r in rows if squeezed(r.id) == squeezed(text)), ""), len(rows)

    def known(self, text: str) -> list[str]:
        """
        The record's ids of those whose number is *text*, however it is written; without any, of all whom it fits.

        Raises Misused where it fits more of the customer base than can be told apart.
        """
        same = self._record.customers_numbered([text])
        if same:
            return same
        rows = self.search(text, MOST_FOUND + 1)
        if len(rows) > MOST_FOUND:
            raise Misused(f"More than {MOST_FOUND} customers fit that. Give more of the name, or the number.")
        return self._record.customers_numbered([row.id for row in rows])

    def tickets(self, text: str, limit: int) -> tuple[TicketRow, ...]:
        """The newest tickets of the customer whose number is *text*, however it is written."""
        ref = text.strip()
        known = self._record.customer_by_ref(ref) or self._record.customer_by_ref(self.number(ref)[0])
        if known is None:
            return ()
        return self.stand(self._record.tickets(customer=known.id, limit=limit))

    def stand(self, heads: Sequence[Ticket]) -> tuple[TicketRow, ...]:
        """The tickets *heads*, each with how it stands."""
        runs = self._record.runs(tickets=[head.id for head in heads], limit=MOST_RUNS)
        library = self._live.library
        return tuple(
            TicketRow(head=head, state=state_of([r for r in runs if r.ticket == head.id], library)) for head in heads
        )


def state_of(runs: Sequence[RunRow], library: Library) -> str:
    """How a ticket stands whose *runs* (newest first) these are: new, in progress, resolved or open."""
    if not runs:
        return "new"
    if any(run.status in UNDER_WAY for run in runs):
        return "in progress"
    last = runs[0]
    flow = library.flows.get(last.step.partition("/")[0])
    outcome = flow.outcomes.get(last.outcome) if flow else None
    return RESOLVED if last.status == "ended" and outcome and outcome.resolves else "open"


def _customer_row(row: Mapping[str, str]) -> CustomerRow:
    id_, *rest = row.values()
    names = [v for n, v in row.items() if n.endswith("name") and v] or [v for v in rest if v][:2]
    return CustomerRow(id=id_, label=" ".join(names) or id_, facts=dict(list(row.items())[1:]))
