"""Promises while a run goes on: what was passed is kept, and a step whose promise does not hold is not entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shepherd.flow.model import Guard, Mark, Step
from shepherd.run.state import Visit, holds

if TYPE_CHECKING:
    from shepherd.run.walk import Walk

BROKEN = "promise_broken"


def passed(walk: Walk, marks: tuple[Mark, ...]) -> None:
    """Keep that the visit at hand passed what *marks* stand for."""
    number = walk.tip.number
    for mark in marks:
        if mark.lasting:
            walk.happened = walk.happened | {(mark.key, number)}
        else:
            walk.state = walk.state._replace(passed=walk.state.passed.set(mark.key, number))


def broken(walk: Walk, step: Step) -> str:
    """Why *step* may not be entered now, as a sentence; empty where every promise about it holds."""
    for guard in step.promised:
        if (not guard.ends or walk.state.frame.caller is None) and not _holds(walk, step, guard):
            why = f" {guard.because}" if guard.because else ""
            return f'Step "{step.id}" is not entered: {_asks(guard)}, as "{guard.promise}" promises.{why}'
    return ""


def _holds(walk: Walk, step: Step, guard: Guard) -> bool:
    state = walk.state
    if guard.need is not None:
        return holds(state.held, guard.need.name, guard.need.level, walk.stamp.at)
    if guard.kind == "needs":
        return guard.key in state.passed
    if guard.kind == "never_after":
        return all(key != guard.key for key, _ in walk.happened)
    if guard.kind == "followed_by":
        return _followed(walk, step, guard)
    return _counted(walk.tip, guard.counts) <= guard.most


def _followed(walk: Walk, step: Step, guard: Guard) -> bool:
    """Whether nothing is owed any more, be it that this very end of the run gives it."""
    owed = max((number for key, number in walk.happened if key == guard.key), default=0)
    if owed <= walk.state.passed.get(guard.key, 0):
        return True
    outcome = walk.state.frame.flow.outcomes[getattr(step.action, "outcome", "")]
    return any(mark.key == guard.key and not mark.lasting for mark in (*step.passes, *outcome.passes))


def _counted(tip: Visit | None, counts: str) -> int:
    """How many steps that people answer, or others, stand on the path."""
    found = 0
    while tip is not None and tip.number:
        found += tip.step.human is (counts == "human")
        tip = tip.prev
    return found


def _asks(guard: Guard) -> str:
    if guard.kind == "at_most":
        return f"there are more than {guard.most} {guard.counts} steps before it"
    if guard.kind == "never_after":
        return f"it never comes after {guard.what}"
    if guard.kind == "followed_by":
        return f"{guard.what} has to come before the end"
    return f"it needs {guard.need.name if guard.need else guard.what} before it"
