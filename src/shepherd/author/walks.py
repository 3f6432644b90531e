"""How a recorded run went, and how it would go over other flows, side by side. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shepherd.run.api import Event


class Walk(NamedTuple):
    """
    How a run went: its *steps*, and with what it *ended*, empty where it did not.

    *stands* is the step at which it waits, empty where it is over. *granted* is what was established, each with the
    number of steps before it.
    """

    steps: tuple[str, ...]
    ended: str
    stands: str
    granted: tuple[tuple[int, str], ...]


class Rerun(NamedTuple):
    """
    A recorded run beside the same over other flows.

    *stopped* says why it could not be followed to where the record ends, empty where it could. *assumed* are things
    that were taken as recorded though they were asked for otherwise. *broke* is the promise that stopped it.
    """

    before: Walk
    after: Walk
    stopped: str = ""
    assumed: tuple[str, ...] = ()
    broke: str = ""

    @property
    def lost(self) -> tuple[str, ...]:
        """
        Assurances that the run gave, and does not over the other flows.

        Where it is not followed to its end, those that it gave as long as both went the same way.
        """
        common = self._common if self.stopped else len(self.before.steps)
        gives = {name for _, name in self.after.granted}
        return tuple(sorted({name for place, name in self.before.granted if place < max(common, 1)} - gives))

    @property
    def verdict(self) -> str:
        """``same``, ``another way``, ``ends elsewhere``, ``breaks a promise`` or ``not followed``."""
        if self.broke:
            return "breaks a promise"
        if self.stopped:
            return "not followed"
        if (self.before.ended, self.before.stands) != (self.after.ended, self.after.stands):
            return "ends elsewhere"
        return "same" if self.before.steps == self.after.steps else "another way"

    @property
    def _common(self) -> int:
        """How many steps both have in common from the beginning on."""
        old, new = self.before.steps, self.after.steps
        return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))

    @property
    def parts(self) -> tuple[str, str, str]:
        """The last step that both have in common, and where each goes then (empty where it stops there)."""
        old, new, place = self.before.steps, self.after.steps, self._common
        last = old[place - 1] if place else ""
        return last, old[place] if place < len(old) else "", new[place] if place < len(new) else ""


def recorded(events: Sequence[Event]) -> Walk:
    """How the run went that *events* made."""
    items = [item for event in events for item in event.entered]
    steps = tuple(item["step"] for item in items)
    ended = next((item["ended"]["outcome"] for item in reversed(items) if "ended" in item), "")
    gone = any(event.kind == "abandoned" for event in events)
    return Walk(steps, ended, "" if ended or gone else steps[-1] if steps else "", granted(events[0], items))


def granted(started: Event, items: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, str], ...]:
    """What was established before the run, as its first event says, and by the *items* that were entered."""
    before = [(0, one["name"]) for one in started.data.get("held", ())]
    return (*before, *((place, one["name"]) for place, item in enumerate(items) for one in item.get("granted", ())))
