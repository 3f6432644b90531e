"""Which names are set on every way to a step: one forward analysis over bits, for the names that are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from shepherd.check.opened import NOTHING, Path, holds_if
from shepherd.flow.findings import Hop
from shepherd.flow.model import Decide, Flow, Step
from shepherd.flow.scope import Around, given

#: Ways shown per flow: each costs a walk over it, and nobody reads more.
MOST_WAYS = 20
KEPT = (-1, 0)
Effects = dict[str, tuple[int, int]]


def in_reverse(flow: Flow) -> list[str]:
    """The steps that can be reached, each before those behind it where they form no circle."""
    steps = flow.steps
    seen = {flow.first}
    found: list[str] = []
    todo = [(flow.first, iter(steps[flow.first].edges.values()))]
    while todo:
        name, edges = todo[-1]
        for edge in edges:
            target = edge.target
            if target not in seen and target in steps:
                seen.add(target)
                todo.append((target, iter(steps[target].edges.values())))
                break
        else:
            found.append(name)
            todo.pop()
    return found[::-1]


class Ways:
    """For each step of *order*, which of *paths* are set on every way to it."""

    def __init__(self, flow: Flow, around: Around, order: list[str], paths: Iterable[Path]):
        self.flow, self.around = flow, around
        self.bits: dict[Path, int] = {}
        self.whole: dict[str, int] = {}
        for path in dict.fromkeys(paths):
            bit = 1 << len(self.bits)
            self.bits[path] = bit
            self.whole[path[0]] = self.whole.get(path[0], 0) | bit
        self.shown = 0
        self.effects: dict[str, Effects] = {}
        self.inside: dict[str, int] = {}
        if self.bits:
            self.effects = {name: self._effects(flow.steps[name]) for name in order}
            self.inside = self._settle(order)

    def met(self, step: str, path: Path) -> bool:
        """Whether *path* is set on every way to *step*."""
        return bool(self.inside.get(step, 0) & self.bits.get(path, 0))

    def without(self, step: str, path: Path) -> tuple[Hop, ...]:
        """The shortest way from the start that comes to *step* with *path* unset; none once enough were shown."""
        self.shown += 1
        if self.shown > MOST_WAYS:
            return ()
        bit, steps = self.bits[path], self.flow.steps
        start, goal = (self.flow.first, 0), (step, 0)
        came: dict[tuple[str, int], tuple[tuple[str, int], str] | None] = {start: None}
        todo = deque([start])
        while todo and goal not in came:
            here = todo.popleft()
            effects = self.effects[here[0]]
            for by, edge in steps[here[0]].edges.items():
                keep, gain = effects.get(by, KEPT)
                following = (edge.target, here[1] & keep | gain & bit)
                if edge.target in steps and following not in came:
                    came[following] = (here, by)
                    todo.append(following)
        hops: list[Hop] = []
        at: tuple[str, int] | None = goal if goal in came else None
        while at is not None:
            before = came[at]
            hops.append(Hop(f"{self.flow.id}/{at[0]}", before[1] if before else "start"))
            at = before[0] if before else None
        return tuple(reversed(hops))

    # --- the analysis ------------------------------------------------------------------------------

    def _settle(self, order: list[str]) -> dict[str, int]:
        steps = self.flow.steps
        number = {name: at for at, name in enumerate(order)}
        inside = {self.flow.first: 0}
        todo = [0]
        waiting = {0}
        heapify(todo)
        while todo:
            at = heappop(todo)
            waiting.discard(at)
            name = order[at]
            here, effects = inside[name], self.effects[name]
            for by, edge in steps[name].edges.items():
                target = edge.target
                if target not in number:
                    continue
                keep, gain = effects.get(by, KEPT) if effects else KEPT
                out = here if keep == -1 and not gain else here & keep | gain
                before = inside.get(target)
                after = out if before is None else before & out
                if after != before:
                    inside[target] = after
                    if number[target] not in waiting:
                        waiting.add(number[target])
                        heappush(todo, number[target])
        return inside

    def _effects(self, step: Step) -> Effects:
        """For each way out that changes something: the bits that are kept (a mask), and those that are gained."""
        effects: Effects = {}
        whole = self.whole.get(step.saves, 0)
        if whole:
            for by, fields in (given(step, self.around) or {}).items():
                gain = 0
                if fields is not None:
                    gain = self.bits.get((step.saves,), 0)
                    for name in fields:
                        gain |= self.bits.get((step.saves, name), 0)
                effects[by] = (~whole, gain)
            if step.attempts and step.attempts.per in ("ticket", "customer"):
                effects["out_of_attempts"] = (~whole, 0)
        if isinstance(step.action, Decide):
            before = NOTHING
            for branch in step.action.branches:
                effects[branch.by] = (-1, self._bits_of(before | holds_if(branch.when.tree, True)))
                before |= holds_if(branch.when.tree, False)
            effects["otherwise"] = (-1, self._bits_of(before))
        return effects

    def _bits_of(self, paths: Iterable[Path]) -> int:
        bits = 0
        for path in paths:
            for length in range(1, len(path) + 1):
                bits |= self.bits.get(path[:length], 0)
        return bits
