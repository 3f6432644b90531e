"""What is laid over the picture of a flow: a run with what it took back, or how often scenarios walk each way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, get_args

from shepherd.author.coverage import Coverage
from shepherd.author.trail import Crossing
from shepherd.run.api import Event

_NO_WAY = frozenset({"start", "call", "back", "guard", "hand_on"})


#: From the ways that are walked least to those walked most.
Load = Literal["load load1", "load load2", "load load3", "load load4", "load load5"]
LOADS: tuple[Load, ...] = get_args(Load)
#: What differs between two versions.
Differs = Literal["added", "removed", "changed"]
State = Literal["", "walked", "gone", "missed"] | Load | Differs


class Note(NamedTuple):
    """What stands over a step: a word and some numbers, each of which may be struck through."""

    word: str
    numbers: tuple[tuple[int, bool], ...]


class Laid(Protocol):
    """What a drawing asks of what is laid over it."""

    @property
    def described(self) -> str:
        """One sentence for those who do not see the picture."""

    @property
    def legend(self) -> str:
        """What its looks mean."""

    def step(self, step: str) -> tuple[State, Note | None]:
        """How a step looks, and what stands over it."""

    def way(self, source: str, by: str) -> State:
        """How the edge *by* of the step *source* looks."""


#: What is laid over a flow that is opened within another, by its id.
Inner = Callable[[str], Laid | None]


def bare(flow: str) -> None:
    """Nothing is laid over *flow*."""


class Stop(NamedTuple):
    """A visit of a run: its *number*, its step as ``flow/step``, the edge that led to it, whether it was taken back."""

    number: int
    ref: str
    by: Crossing | None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Overlay:
    """
    What a run did in one flow.

    *visits* has for each step its visits as (number, taken back), *edges* for each way that was taken, as (source, by),
    whether it was taken on the path that stands.
    """

    visits: Mapping[str, tuple[tuple[int, bool], ...]] = field(default_factory=dict)
    edges: Mapping[tuple[str, str], bool] = field(default_factory=dict)

    @property
    def described(self) -> str:
        """One sentence for those who do not see the picture."""
        stood = sorted((n, step) for step, visits in self.visits.items() for n, gone in visits if not gone)
        path = ", ".join(f"{step} ({number})" for number, step in stood)
        return f"The path of the run, with the numbers of its visits: {path}." if path else "No path came this way."

    @property
    def legend(self) -> str:
        """What its looks mean."""
        return "Thick: on the path of the run, with the numbers of the visits. Dashed and struck through: taken back."

    def step(self, step: str) -> tuple[State, Note | None]:
        """Walked, or taken back altogether, with the numbers of its visits."""
        visits = self.visits.get(step, ())
        if not visits:
            return "", None
        word = "Visit" if len(visits) == 1 else "Visits"
        return "gone" if all(gone for _, gone in visits) else "walked", Note(word, visits)

    def way(self, source: str, by: str) -> State:
        """Walked, or taken back."""
        stands = self.edges.get((source, by))
        return "" if stands is None else "walked" if stands else "gone"


class Covered:
    """How often scenarios walk each step and way of a flow."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self._ways = {(way.source, way.by): way.walks for way in coverage.ways}

    @property
    def described(self) -> str:
        """One sentence for those who do not see the picture."""
        (steps, all_steps), (edges, every) = self._coverage.steps, self._coverage.edges
        told = f"Scenarios walk {steps} of {all_steps} steps and {edges} of {every} ways."
        missing = ", ".join(self._coverage.missing)
        return f"{told} Not walked: {missing}." if missing else told

    @property
    def legend(self) -> str:
        """What its looks mean."""
        return "Thick: walked, with the number of scenarios that come to a step. Dashed: walked by none."

    def step(self, step: str) -> tuple[State, Note | None]:
        """Walked by so many scenarios, or by none."""
        _, walks = self._coverage.entered.get(step, (0, 0))
        return ("walked" if walks else "missed"), Note("Scenarios", ((walks, False),))

    def way(self, source: str, by: str) -> State:
        """Walked or not."""
        return "walked" if self._ways.get((source, by)) else "missed"


def overlay(flow: str, stops: Iterable[Stop]) -> Overlay:
    """What the visits *stops* of a run did in *flow*."""
    visits: dict[str, tuple[tuple[int, bool], ...]] = {}
    edges: dict[tuple[str, str], bool] = {}
    for stop in stops:
        home, _, step = stop.ref.partition("/")
        if home == flow:
            visits[step] = (*visits.get(step, ()), (stop.number, stop.gone))
        if stop.by is not None and stop.by.flow == flow:
            way = (stop.by.source, stop.by.by)
            edges[way] = edges.get(way, False) or not stop.gone
    return Overlay(visits, edges)


def stops(events: Iterable[Event]) -> list[Stop]:
    """
    Every visit of a run, oldest first, told from what its *events* entered.

    A step that one went back to is still reached by the way that led to it before. Nothing is folded, so that a run
    whose values were erased has its path still. An entry without the form of one is passed over.
    """
    telling = _Telling()
    for event in events:
        if event.kind in ("went_back", "answer_changed"):
            telling.fall(event.data.get("visit"))
        for item in event.entered:
            if isinstance(item.get("visit"), int) and isinstance(item.get("step"), str):
                telling.enter(item)
    return telling.told


class _Telling:
    """Visits under way. *calls* has for each the steps that called the flow it lies in; "" where a guard called."""

    def __init__(self) -> None:
        self.told: list[Stop] = []
        self._standing: list[int] = []
        self._calls: list[tuple[str, ...]] = []
        self._fallen = -1
        self._returned = False

    def fall(self, number: Any) -> None:
        """The visits from *number* on are taken back."""
        places = [p for p in self._standing if isinstance(number, int) and self.told[p].number >= number]
        if places:
            self._fallen = places[0]
        for place in places:
            self.told[place] = self.told[place]._replace(gone=True)
        self._standing = self._standing[: len(self._standing) - len(places)]

    def enter(self, item: Mapping[str, Any]) -> None:
        """One more visit."""
        by, _, detail = str(item.get("by", "")).partition(":")
        before = self.told[self._standing[-1]] if self._standing else None
        calls = self._calls[self._standing[-1]] if self._standing else ()
        again = None
        if self._fallen >= 0:
            calls, again = self._calls[self._fallen], self.told[self._fallen].by
            self._fallen, self._returned = -1, False
        flow, _, _ = item["step"].partition("/")
        source = before.ref.partition("/")[2] if before is not None else ""
        if by == "call":
            calls = (*calls, source)
        elif by == "guard":
            calls = calls[:-1] if self._returned and calls and not calls[-1] else (*calls, "")
        elif by == "outcome" and calls:
            calls, source = calls[:-1], calls[-1]
        elif by in ("out_of_attempts", "unmet"):
            source = detail
        taken = by if by in ("out_of_attempts", "unmet") else str(item.get("by", ""))
        way = Crossing(flow, source, taken) if source and by not in _NO_WAY else None
        if by == "back":
            way = again
        self._returned = "returned" in item
        self._standing.append(len(self.told))
        self._calls.append(calls)
        self.told.append(Stop(item["visit"], item["step"], way))
