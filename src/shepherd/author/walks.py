"""How a recorded run went, and how it would go over other flows, side by side. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shepherd.run.api import Event


class Walk(NamedTuple):
    """
    How a run went: its *steps*, with what it *ended* (empty where it did not), and what was *granted*.

    *stands* is the step at which it waits, empty where it is over.
    """

    steps: tuple[str, ...]
    ended: str
    stands: str
    granted: frozenset[str]


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
        """Assurances that the run gave, and does not over the other flows."""
        return tuple(sorted(self.before.granted - self.after.granted)) if not self.stopped else ()

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
    def parts(self) -> tuple[str, str, str]:
        """The last step that both have in common, and where each goes then (empty where it stops there)."""
        old, new = self.before.steps, self.after.steps
        place = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        last = old[place - 1] if place else ""
        return last, old[place] if place < len(old) else "", new[place] if place < len(new) else ""


def recorded(events: Sequence[Event]) -> Walk:
    """How the run went that *events* made."""
    items = [item for event in events for item in event.entered]
    steps = tuple(item["step"] for item in items)
    ended = next((item["ended"]["outcome"] for item in reversed(items) if "ended" in item), "")
    gone = any(event.kind == "abandoned" for event in events)
    held = {grant["name"] for item in items for grant in item.get("granted", ())}
    began = {one["name"] for one in events[0].data.get("held", ())}
    return Walk(steps, ended, "" if ended or gone else steps[-1] if steps else "", frozenset(held | began))
