"""What expressions ask beyond plain values: the clock, visits, tries left and assurances."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from immutables import Map

from shepherd.run.api import Stamp
from shepherd.run.state import Held, State, about, counted_as, local


class Context:
    """The ``C`` of an expression: everything that is not a value of the frame, worked out only when it is read."""

    def __init__(self, state: State, stamp: Stamp, spent: Map[str, int], channel: str):
        self._state, self._stamp, self._spent = state, stamp, spent
        self.channel = channel

    @cached_property
    def now(self) -> datetime:
        """The desk's wall clock at the event, naive."""
        return local(self._stamp)

    @property
    def today(self) -> date:
        """The desk's date at the event."""
        return self.now.date()

    def visits(self, step: str) -> int:
        """How often *step* was entered in this call, on the path."""
        return self._state.frame.counts.get(step, 0)

    def attempts_left(self, step: str) -> int:
        """How many tries stand at *step* of the flow at hand."""
        attempts = self._state.frame.flow.steps[step].attempts
        if attempts is None:
            raise LookupError(step)
        return max(0, attempts.most - spent(self._state, step, self._spent))

    def assured(self, name: str) -> int:
        """The level at which *name* is held now; 0 where it is not."""
        held: Held | None = self._state.held.get(about(self._state.frame, name))
        return held.level if held and held.stands(self._stamp.at) else 0


def spent(state: State, step: str, elsewhere: Map[str, int]) -> int:
    """The tries spent at *step* of the flow at hand, in the scope that its ``attempts_per`` names."""
    frame = state.frame
    attempts = frame.flow.steps[step].attempts
    ref = frame.flow.steps[step].ref
    if attempts is None:
        return 0
    if attempts.per == "run":
        return state.tries.get(ref, 0)
    if attempts.per == "call":
        return frame.tries.get(step, 0)
    return elsewhere.get(counted_as(frame.flow.steps[step], frame.who), 0)
