"""Taking back changes that were made elsewhere, so that one may go back over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shepherd.flow.model import Do
from shepherd.flow.types import from_json
from shepherd.run.api import SecretRef
from shepherd.run.keep import fall
from shepherd.run.state import Run, Visit

DONE = "ok"


def can_undo(visit: Visit, undone: frozenset[int]) -> bool:
    """Whether the change of *visit* stands and its step says how it is taken back."""
    action = visit.step.action
    made = isinstance(action, Do) and visit.result not in ("", "error", "unknown")
    return made and getattr(action, "undo", None) is not None and visit.number not in undone


def to_undo(run: Run, target: int) -> tuple[int, ...]:
    """The visits whose changes have to be taken back before *run* stands at *target* again, the latest first."""
    return tuple(v.number for v in reversed(fall(run.tip, target)) if can_undo(v, run.undone))


def undoing_at(run: Run) -> Visit:
    """The visit whose change is being taken back."""
    assert run.undoing is not None
    return fall(run.tip, run.undoing.left[0])[0]


def undo_of(visit: Visit) -> str:
    """The operation that takes back the change of *visit*."""
    action = visit.step.action
    assert isinstance(action, Do)
    assert action.undo is not None
    return action.undo


def undo_inputs(run: Run, visit: Visit) -> Mapping[str, Any]:
    """
    What the operation that takes a change back is given: by name, what the change was given and what it gave.

    Secrets are gone by then.
    """
    action = visit.step.action
    assert isinstance(action, Do)
    connectors = run.library.connectors
    connector, _, name = action.operation.partition(".")
    results = connectors[connector].operations[name].results.get(visit.result, {})
    gave = {n: from_json(v, results[n].type) for n, v in (visit.value or {}).items() if n in results}
    was_given = {n: v for n, v in (visit.inputs or {}).items() if not isinstance(v, SecretRef)}
    known = {**was_given, **gave}
    connector, _, name = undo_of(visit).partition(".")
    return {n: known[n] for n in connectors[connector].operations[name].inputs if n in known}
