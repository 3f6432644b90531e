"""A walk by hand: somebody says, one after another, what people and other systems say. Nothing is recorded. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shepherd.flow.calendar import since
from shepherd.run import advance, start
from shepherd.run.api import SYSTEM, Actor, Event, Spent, Stamp
from shepherd.run.escalation import numbered, tracking_ids
from shepherd.run.state import Run

if TYPE_CHECKING:
    from shepherd.check.library import Library

YOU = "you"


class Hand:
    """
    One walk of *flow*, its times told with *offset* (``+02:00``). *events* are what came of it, *at* is now (UTC).

    Tries that count over several runs, and the numbers of tracking ids, are those of this walk alone.
    """

    def __init__(self, library: Library, flow: str, at: datetime, offset: str = "+00:00"):
        self.library, self.flow, self.at, self.offset = library, flow, at, offset
        self.events: list[Event] = []
        self._tries: dict[str, list[datetime]] = {}
        self._ids: dict[str, int] = {}

    def begin(
        self,
        inputs: Mapping[str, Any],
        facts: Mapping[str, Any],
        *,
        held: Iterable[Mapping[str, Any]] = (),
        spent: Mapping[str, int] | None = None,
    ) -> Run:
        """Start the walk; *held* and *spent* are what earlier contacts established and tried. Raises Refused."""
        self._tries = {step: [self.at] * count for step, count in (spent or {}).items()}
        step = start(
            self.library,
            self.flow,
            inputs=inputs,
            facts=facts,
            stamp=Stamp(self.at, self.offset, Actor("agent", YOU)),
            spent={step: Spent(len(times), len(times)) for step, times in self._tries.items()},
            held=held,
        )
        self._note(step.event)
        return step.run

    def take(self, run: Run, given: Any, *, system: bool = False) -> Run:
        """*run* one input later; *system*: it comes from the clock or another system. Raises Refused."""
        role = "" if system else run.waiting.role
        who = SYSTEM if system else Actor("agent", _somebody(run, role))
        stamp, spent = Stamp(self.at, self.offset, who, role or "agent"), self._spent(run)
        step = numbered(
            lambda taken: advance(run, given, stamp=stamp, spent=spent, taken=taken),
            lambda minute: self._ids.get(minute, 0),
        )
        self._note(step.event)
        return step.run

    def clock(self, at: datetime) -> str:
        """*at* on the clock of the walk, like ``2026-03-09 10:00``."""
        zone = datetime.fromisoformat(f"2026-01-01T00:00:00{self.offset}").tzinfo
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self._ids |= tracking_ids(event)
        for one in event.tries:
            self._tries.setdefault(one.key, []).append(self.at)

    def _spent(self, run: Run) -> dict[str, Spent]:
        found = {}
        for one in run.keyed:
            times = self._tries.get(one.key, [])
            first = since(self.at, one.within)
            found[one.key] = Spent(len(times) - (bisect_right(times, first) if first is not None else 0), len(times))
        return found


def _somebody(run: Run, role: str) -> str:
    """Who acts: for a step that only one role may take, somebody who has not acted yet."""
    names = (f"{role}{f' {number}' if number > 1 else ''}" for number in range(1, run.seq + 2))
    return next(name for name in names if not run.has_answered(name)) if role else YOU
