"""A printed path taken by the interpreter: every answer, result, deadline, going back and late resume on it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from shepherd.check.library import Library
from shepherd.check.paths import visited
from shepherd.flow.findings import Hop
from shepherd.run import advance, start
from shepherd.run.api import (
    SYSTEM,
    Actor,
    Answer,
    Continue,
    Finished,
    GoBack,
    HandOver,
    LookupDue,
    Message,
    Pause,
    Question,
    Request,
    Resume,
    Spent,
    Stamp,
    TakeOver,
    Time,
)
from shepherd.run.state import Run

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Lost(AssertionError):
    """The interpreter does not go where the path says."""


class Taker:
    """Takes *path* from its start."""

    def __init__(self, library: Library, path: Sequence[Hop]):
        self.library, self.at, self.who = library, NOON, "maria"
        self.path = list(path)
        self.expected = [(h.step, h.by) for h in visited(h for h in path if h.by != "resumed")]
        self.entered: list[tuple[str, str]] = []
        self.spent = spent_elsewhere(library, path)
        self.renewed: dict[str, Spent] = {}
        step = start(library, path[0].step.partition("/")[0], inputs={}, facts={}, stamp=self.stamp(), spent=self.spent)
        self.run: Run = step.run
        self._note(step.event.entered)

    def stamp(self, system: bool = False) -> Stamp:
        self.at += timedelta(seconds=1)
        return Stamp(self.at, "+02:00", SYSTEM if system else Actor("agent", self.who))

    def take(self) -> Run:
        """The run at the end of the path. Raises Lost."""
        for before, hop in zip(self.path, self.path[1:], strict=False):
            if hop.by == "resumed":
                self._later()
            elif hop.by == "back":
                visit = next(i.visit for i in reversed(self.run.path) if i.step == hop.step)
                self._give([GoBack(visit)])
                while self.run.undoing is not None:
                    self._give([Request()], system=True)
                    self._give([Finished("ok")], system=True)
            elif len(self.entered) < len(self.expected) and not self._by_itself(before, hop):
                self._answer(hop.by)
            if self.run.trouble is not None or self.run.ended:
                break
        return self.run

    @property
    def whole(self) -> bool:
        """Whether every hop was taken."""
        return self.entered[: len(self.expected)] == self.expected

    def _by_itself(self, before: Hop, hop: Hop) -> bool:
        """Whether the engine has gone on by itself from *before*."""
        kind = hop.by.partition(":")[0]
        if kind in ("call", "outcome", "when", "otherwise", "unmet", "out_of_attempts", "guard", "hand_on"):
            return True
        step = self.library.flows[before.step.partition("/")[0]].steps[before.step.partition("/")[2]]
        return step.verb in ("decide", "set", "escalate", "end")

    def _answer(self, by: str) -> None:
        kind, _, value = by.partition(":")
        waiting = self.run.waiting
        if kind == "answer":
            self._give([Answer(value)])
        elif kind == "no_answer":
            self.at = max(self.at, waiting.due)
            self._give([Time()], system=True)
        elif kind == "result":
            if not isinstance(waiting, LookupDue):
                raise Lost(f"{by} at {waiting}")
            self._give([Request()], system=True)
            self._give([Finished(value)], system=True)
        elif isinstance(waiting, Message):
            self._give([Continue()])
        elif isinstance(waiting, Question):
            self._give([Answer(text) for text in ("3", "5000", "true")])
        else:
            raise Lost(f"{by} at {waiting}")

    def _later(self) -> None:
        """The run is left until the next day, then handed over and taken up by another; a customer may try anew."""
        self.renewed = {c.key: Spent(0, 0) for c in self.run.keyed if c.per == "customer"}
        if not self.run.paused and not isinstance(self.run.waiting, LookupDue):
            self._give([Pause("night")])
            self.at += timedelta(days=1)
            self._give([Resume()])
            self._give([HandOver("second_line")])
            self.who = "john"
            self._give([TakeOver()])
        else:
            self.at += timedelta(days=1)

    def _give(self, inputs: list[Any], system: bool = False) -> None:
        """Take the first of *inputs* that leads where the path goes."""
        stamp = self.stamp(system)
        for given in inputs:
            try:
                step = advance(self.run, given, stamp=stamp, spent=self.renewed)
            except Exception as error:
                if len(inputs) == 1:
                    raise Lost(f"{given}: {error}") from error
                continue
            entered = self.entered + [(i["step"], i["by"]) for i in step.event.entered]
            common = min(len(entered), len(self.expected))
            if entered[:common] == self.expected[:common]:
                self.run, self.renewed = step.run, {}
                self._note(step.event.entered)
                return
        raise Lost(f"{inputs} at {self.run.tip.ref}: not {self.expected[len(self.entered) : len(self.entered) + 3]}")

    def _note(self, entered: Sequence[Any]) -> None:
        self.entered += [(item["step"], item["by"]) for item in entered]


def spent_elsewhere(library: Library, path: Sequence[Hop]) -> dict[str, Spent]:
    """The tries of tickets that other runs must have spent for *path* to run out of them."""
    tried = Counter(before.step for before, hop in itertools.pairwise(path) if _tries(hop.by))
    found = {}
    for ref, step in _turned_away(library, path):
        if step.attempts is not None and step.attempts.per in ("ticket", "customer"):
            count = max(0, step.attempts.most - tried[ref])
            found[ref] = Spent(count, count)
    return found


def _tries(by: str) -> bool:
    return by not in ("out_of_attempts", "unmet", "no_answer", "back", "resumed", "call")


def _turned_away(library: Library, path: Sequence[Hop]) -> Iterator[tuple[str, Any]]:
    for before, hop in itertools.pairwise(path):
        if hop.by == "out_of_attempts":
            flow, _, step = before.step.partition("/")
            yield before.step, library.flows[flow].steps[step]
