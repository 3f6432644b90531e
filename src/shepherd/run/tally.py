"""Tries that other runs have spent: asked for where a step is made, and again where somebody new is asked there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from shepherd.run.api import Counted, Spent

if TYPE_CHECKING:
    from shepherd.run.engine import Step


class Tally:
    """What is known of tries spent elsewhere; *ask* tells it of some, by their keys."""

    def __init__(self, ask: Callable[[Iterable[Counted]], Mapping[str, Spent]]):
        self._ask = ask
        self._known: Mapping[str, Spent] = {}

    def of(self, keyed: Iterable[Counted]) -> Mapping[str, Spent]:
        """All that is known, *keyed* with it; the very same mapping where nothing had to be asked."""
        asked = [one for one in keyed if one.key not in self._known]
        if asked:
            self._known = {**self._known, **self._ask(asked)}
        return self._known


def tallied(step_of: Callable[[Mapping[str, Spent]], Step], tally: Tally, keyed: Iterable[Counted] = ()) -> Step:
    """
    What ``step_of(spent)`` makes, when all that is counted in it is known; *keyed* is counted in any case.

    A step may enter a call about somebody who was not asked for before: then it is made again with their tries.
    """
    spent = tally.of(keyed)
    while True:
        step = step_of(spent)
        known, spent = spent, tally.of(step.run.keyed)
        if spent is known:
            return step
