"""Whether a customer was turned away before: what was to be established, was not, and ended a run."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from shepherd.desk.errors import DeskError
from shepherd.desk.runs import Runs
from shepherd.flow.model import End
from shepherd.record import Record, Ticket
from shepherd.run.state import Run, Visit, about

#: So many runs of a ticket, the latest, are looked through, and of its customer elsewhere.
LATEST = 20
#: How long a refusal on another ticket of the customer is told: who fails tries again soon, with another agent.
ELSEWHERE = timedelta(days=7)
#: A flow that ends like this was left by the customer.
HUNG_UP = "hung_up"


class TurnedAway(NamedTuple):
    """
    The latest *run* that ended because an assurance (*what*) was not established; *times* so many did.

    *ticket* is the number of the ticket that it was on, empty where that is the ticket in question.
    """

    run: str
    ticket: str
    flow: str
    what: str
    outcome: str
    at: datetime
    times: int

    @property
    def where(self) -> str:
        """On which ticket, in words that follow "turned away"."""
        return f"before, on {self.ticket}" if self.ticket else "on this ticket before"


def turned_away(runs: Runs, record: Record, ticket: Ticket, now: datetime, but: str = "") -> TurnedAway | None:
    """
    How the customer of *ticket* was turned away on it, or lately on another of their tickets; None where they were not.

    *but* is a run that is no earlier one. A run that can't be read tells nothing.
    """
    found = []
    rows = record.runs(ticket=ticket.id, status="ended", limit=LATEST)
    if ticket.customer is not None:
        lately = record.runs(customer=ticket.customer, status="ended", since=now - ELSEWHERE, limit=LATEST)
        rows += [row for row in lately if row.ticket != ticket.id]
    for row in sorted(rows, key=lambda row: row.updated_at, reverse=True):
        if row.id == but:
            continue
        with suppress(DeskError):
            missed = _missed(runs.load(row.id).run)
            if missed:
                where = "" if row.ticket == ticket.id else row.number
                found.append(TurnedAway(row.id, where, row.flow, *missed, row.updated_at, 0))
    return found[0]._replace(times=len(found)) if found else None


def _missed(run: Run) -> tuple[str, str] | None:
    """
    The assurance that *run* was to establish and did not, and how the flow ended that would have given it.

    None where it resolved the matter all the same, or the customer hung up meanwhile. What somebody
    who called for them could not establish is theirs: ``representative.identity``.
    """
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        flow, action = run.library.flows.get(visit.ref.partition("/")[0]), visit.step.action
        outcome = flow.outcomes.get(action.outcome) if flow and isinstance(action, End) else None
        if flow and outcome:
            if visit is run.tip and outcome.resolves:
                return None
            frame = visit.before.frame
            granted = {about(frame, grant.name) for one in flow.outcomes.values() for grant in one.grants}
            missed = granted - set(run.state.held)
            if missed and not outcome.grants and outcome.name != HUNG_UP:
                return min(missed), outcome.name
        visit = visit.prev
    return None
