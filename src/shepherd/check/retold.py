"""A walk that breaks a promise, told hop by hop as people would take it, and looked at for what can't be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shepherd.check.detour import Standing, detour
from shepherd.check.excluded import Excluded
from shepherd.check.house import House
from shepherd.check.paths import MOST, shortest
from shepherd.check.summaries import State
from shepherd.check.walks import UNTRIED, ending, spends
from shepherd.flow.findings import Hop
from shepherd.flow.model import Decide, Flow, Step

if TYPE_CHECKING:
    from shepherd.check.watched import Watched
    from shepherd.check.watching import Caller, Watching

Closer = Literal["tries", "values", "barred"] | None
Found = tuple[Closer, tuple[str, Any]]


class Retold(NamedTuple):
    """The *path*; *conditions* on it that were not weighed; what has to be looked at *closer*, and *about* what."""

    path: tuple[Hop, ...]
    conditions: tuple[str, ...]
    closer: Closer = None
    about: tuple[str, Any] = ("", "")


@dataclass(slots=True)
class Frame:
    """One call under way: where it stands, its tries, and the values that are still possible."""

    flow: Flow
    step: str
    tries: Counter[str]
    values: dict[tuple[str, ...], tuple[Any, ...]]


def retold(house: House, watching: Watching, view: Watched, goal: State, chain: list[Caller]) -> Retold:
    """The walk through *chain* into *view* and on to *goal*."""
    walk = Walkthrough(house, watching)
    for hop in _hops(view, goal, chain):
        found = walk.take(hop)
        if found is not None:
            return Retold(tuple(walk.path), tuple(walk.conditions), *found)
        if len(walk.path) > MOST:
            break
    if watching.watch.kind != "followed" and (found := walk.arrive()) is not None:
        return Retold(tuple(walk.path), tuple(walk.conditions), *found)
    return Retold(tuple(walk.path), tuple(walk.conditions))


def _hops(view: Watched, goal: State, chain: list[Caller]) -> Iterator[Hop]:
    root = chain[0][0] if chain else view
    yield Hop(f"{root.flow.id}/{root.flow.first}", "start")
    entered = [*(callee for callee, _, _ in chain[1:]), view]
    for (caller, state, by), callee in zip(chain, entered, strict=False):
        yield from _inside(caller, state)
        yield Hop(f"{callee.flow.id}/{callee.flow.first}", by)
    yield from _inside(view, goal)


def _inside(view: Watched, goal: State) -> Iterator[Hop]:
    for _, move in shortest(view, goal):
        if move.through is not None:
            inner: Watched = move.through.view
            by = move.edge.by if move.edge.by.startswith("guard:") else "call"
            yield Hop(f"{inner.flow.id}/{inner.flow.first}", by)
            yield from _inside(inner, move.through.state)
        yield Hop(f"{view.flow.id}/{move.edge.target}", move.edge.by)


@dataclass(slots=True)
class Walkthrough:
    """Takes hop after hop, and says at which one the walk can't be taken as it is told."""

    house: House
    watching: Watching
    path: list[Hop] = field(default_factory=list)
    conditions: dict[str, None] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)

    def take(self, hop: Hop) -> Found | None:
        """Go on by *hop*; what has to be looked at closer where that can't be."""
        flow_id, _, step_id = hop.step.partition("/")
        by = hop.by
        found = None
        if by == "back":
            found = self._went_back(flow_id, step_id)
        elif by in ("start", "call", "hand_on") or (by.startswith("guard:") and self._comes_in(hop)):
            if by == "hand_on":
                self.frames.pop()
            self._push(self.house.flows[flow_id])
        elif by != "resumed":
            found = self._leave(by, step_id)
        self.path.append(hop)
        return found

    def arrive(self) -> Found | None:
        """The last step has a try left, so that it is entered."""
        frame = self.frames[-1]
        step = frame.flow.steps[frame.step]
        return None if step.attempts is None else self._try(frame, step, "no_answer")

    def _comes_in(self, hop: Hop) -> bool:
        return self.frames[-1].flow.id != hop.step.partition("/")[0] and not self._guards_over(hop)

    def _guards_over(self, hop: Hop) -> bool:
        """Whether the flow that a guard called is over, and comes back to the step of *hop*."""
        top = self.frames[-1]
        under = self.frames[-2] if len(self.frames) > 1 else None
        over = ending(top.flow.steps[top.step]) is not None
        return over and under is not None and f"{under.flow.id}/{under.step}" == hop.step

    def _push(self, flow: Flow) -> None:
        excluded = self.house.excluded(flow)
        self.frames.append(Frame(flow, flow.first, Counter(), {p: excluded.begins(p) for p in excluded.tested()}))

    def _leave(self, by: str, target: str) -> Found | None:
        if by.startswith(("outcome:", "guard:")):
            self.frames.pop()
        if by.startswith("guard:"):
            return None
        if by == "unmet":
            self._lapse()
        frame = self.frames[-1]
        step = frame.flow.steps[frame.step]
        found = self._try(frame, step, by) or self._weigh(frame, step, by)
        frame.step = target
        return found

    def _try(self, frame: Frame, step: Step, by: str) -> Found | None:
        """The tries at *step* fit: none is left only once they are spent, and none is spent beyond the last."""
        if step.attempts is None or by == "unmet":
            return None
        spent = frame.tries if step.attempts.per == "call" else self.tries
        key = f"{frame.flow.id}/{step.id}"
        elsewhere = step.attempts.per in ("ticket", "customer") and by == "out_of_attempts"
        if step.attempts.per == "customer" and spent[key] >= step.attempts.most and not elsewhere:
            since = self.path[self._lapse() :]  # tries of a customer come back with time
            spent[key] = sum(a.step == key and b.by not in UNTRIED for a, b in pairwise(since))
        if elsewhere:
            spent[key] = step.attempts.most
        if not elsewhere and (spent[key] >= step.attempts.most) is not (by == "out_of_attempts"):
            return "tries", (frame.flow.id, step.id)
        if spends(step, by):
            spent[key] += 1
        return None

    def _weigh(self, frame: Frame, step: Step, by: str) -> Found | None:
        """The finite values allow the way *by*; conditions over others are noted."""
        excluded = self.house.excluded(frame.flow)
        for path, values in frame.values.items():
            after = tuple(dict.fromkeys(v for one in values for v in excluded.behind(path, one, step, by)))
            if not after:
                return "values", (frame.flow.id, path)
            frame.values[path] = after
        if isinstance(step.action, Decide):
            self._note(frame.flow, step, by, excluded)
        return None

    def _note(self, flow: Flow, step: Step, by: str, excluded: Excluded) -> None:
        assert isinstance(step.action, Decide)
        for branch in step.action.branches:
            proved = branch.when.names == {"assured"} and self.watching.watch.kind == "assured"
            if not (proved or excluded.weighs(branch.when)):
                self.conditions[f"{branch.when.source} ({flow.id}/{step.id})"] = None
            if branch.by == by:
                return

    def _lapse(self) -> int:
        """
        Time has passed where people, or another system, were last waited for; at which hop that is.

        The step at hand is not it: one comes to it only afterwards.
        """
        for at in range(len(self.path) - 2, -1, -1):
            hop = self.path[at]
            if hop.by == "resumed":
                return at
            flow_id, _, step_id = hop.step.partition("/")
            step = self.house.flows[flow_id].steps[step_id]
            if step.pauses or step.verb in ("lookup", "do"):
                self.path.insert(at + 1, Hop(hop.step, "resumed"))
                return at + 1
        return 0

    def _went_back(self, flow_id: str, step_id: str) -> Found | None:
        """What happened before one went back is walked too."""
        frames = tuple(Standing(f.flow.id, f.step, frozenset(f.tries.items())) for f in self.frames)
        around = detour(self.house, self.watching.going_back.passed, frames, deepcopy(self.tries))
        if around is None:
            return "barred", (flow_id, step_id)
        self.path.extend(around)
        for before, hop in pairwise(around):
            flow = self.house.flows[before.step.partition("/")[0]]
            step = flow.steps[before.step.partition("/")[2]]
            if isinstance(step.action, Decide) and hop.by in step.edges:
                self._note(flow, step, hop.by, self.house.excluded(flow))
        return None


def counted(path: Iterable[Hop], house: House) -> dict[str, int]:
    """How many steps that people answer, and others, stand on *path* before its last hop."""
    found = {"human": 0, "automatic": 0}
    for hop in list(path)[:-1]:
        flow, _, step = hop.step.partition("/")
        found["human" if house.flows[flow].steps[step].human else "automatic"] += 1
    return found
