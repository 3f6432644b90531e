"""Whether a customer was turned away before: what was asked for on a ticket, was not established, and ended a run."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from shepherd.desk.errors import DeskError
from shepherd.desk.runs import Runs
from shepherd.flow.model import End
from shepherd.record import Record
from shepherd.run.state import Run, Visit

#: So many runs of a ticket, the latest, are looked through.
LATEST = 20
#: A flow that ends like this was left by the customer.
HUNG_UP = "hung_up"


class TurnedAway(NamedTuple):
    """The latest *run* that ended because an assurance (*what*) was not established; *times* so many did."""

    run: str
    flow: str
    what: str
    outcome: str
    at: datetime
    times: int


def turned_away(runs: Runs, record: Record, ticket: str, but: str = "") -> TurnedAway | None:
    """
    How the customer of *ticket* (an id) was turned away on it, None where they were not.

    *but* is a run that is no earlier one. A run that can't be read tells nothing.
    """
    found = []
    for row in record.runs(ticket=ticket, status="ended", limit=LATEST):
        if row.id == but:
            continue
        with suppress(DeskError):
            missed = _missed(runs.load(row.id).run)
            if missed:
                found.append(TurnedAway(row.id, row.flow, *missed, row.updated_at, 0))
    return found[0]._replace(times=len(found)) if found else None


def _missed(run: Run) -> tuple[str, str] | None:
    """
    The assurance that *run* was to establish and did not, and how the flow ended that would have given it.

    None where it resolved the matter all the same, or the customer hung up meanwhile.
    """
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        flow, action = run.library.flows.get(visit.ref.partition("/")[0]), visit.step.action
        outcome = flow.outcomes.get(action.outcome) if flow and isinstance(action, End) else None
        if flow and outcome:
            if visit is run.tip and outcome.resolves:
                return None
            missed = {grant.name for one in flow.outcomes.values() for grant in one.grants} - set(run.state.held)
            if missed and not outcome.grants and outcome.name != HUNG_UP:
                return min(missed), outcome.name
        visit = visit.prev
    return None
