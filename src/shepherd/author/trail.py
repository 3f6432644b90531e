"""Which edges a run has just crossed, told from the visits that it made."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.run.state import Run, Visit


class Crossing(NamedTuple):
    """An edge that was taken: its flow, the step that it leaves, and its name."""

    flow: str
    source: str
    by: str


def crossings(run: Run, before: Run | None) -> list[tuple[str, Crossing | None]]:
    """Every step entered since *before* as ``flow/step``, oldest first, with the edge by which it was entered."""
    made = before.made if before is not None else 0
    found = []
    visit: Visit | None = run.tip
    while visit is not None and visit.number > made:
        found.append((visit.ref, _crossing(visit)))
        visit = visit.prev
    return found[::-1]


def _crossing(visit: Visit) -> Crossing | None:
    frame = visit.before.frame
    by, _, detail = visit.by.partition(":")
    if by in ("start", "call", "back", "guard", "hand_on"):
        return None
    if by in ("out_of_attempts", "unmet"):
        return Crossing(frame.flow.id, detail, by)
    last = visit.prev
    if last is None:
        return None
    if by == "outcome":
        return Crossing(frame.flow.id, last.before.frame.step, visit.by)
    return Crossing(frame.flow.id, last.step.id, visit.by)
