"""Which names are set on every way to a step: one forward analysis over bits, for the names that are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from operator import and_
from typing import TypeVar

from shepherd.check.opened import NOTHING, Path, holds_if
from shepherd.flow.expression import named, used
from shepherd.flow.findings import Hop
from shepherd.flow.model import Decide, Flow, Set, Step
from shepherd.flow.scope import Around, given

#: Ways shown per flow: each costs a walk over it, and nobody reads more.
MOST_WAYS = 20
KEPT = (-1, 0)
#: What may be another by the next step without anybody having changed it.
UNSTEADY = frozenset({"today", "now", "visits", "attempts_left", "assured"})
State = TypeVar("State")
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


def forward(
    flow: Flow,
    order: list[str],
    start: State,
    leave: Callable[[State, Step, str], State | None],
    join: Callable[[State, State], State],
) -> dict[str, State]:
    """
    What holds on every way to each step of *order*.

    *leave* gives what holds behind a way out of a step, None where that way can't be taken; *join* what holds on both
    of two ways.
    """
    steps = flow.steps
    number = {name: at for at, name in enumerate(order)}
    inside = {flow.first: start}
    todo = [0]
    waiting = {0}
    while todo:
        at = heappop(todo)
        waiting.discard(at)
        step = steps[order[at]]
        here = inside[step.id]
        for by, edge in step.edges.items():
            place = number.get(edge.target)
            out = None if place is None else leave(here, step, by)
            if place is None or out is None:
                continue
            before = inside.get(edge.target)
            after = out if before is None else join(before, out)
            if before is None or after != before:
                inside[edge.target] = after
                if place not in waiting:
                    waiting.add(place)
                    heappush(todo, place)
    return inside


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
        self.tables = self._tables()
        self.shown = 0
        self.effects: dict[str, Effects] = {}
        self.inside: dict[str, int] = {}
        if self.bits:
            self.effects = {name: self._effects(flow.steps[name]) for name in order}
            self.inside = forward(flow, order, 0, self._leave, and_)

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

    def _leave(self, here: int, step: Step, by: str) -> int:
        keep, gain = self.effects[step.id].get(by, KEPT)
        return here & keep | gain

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
        if isinstance(step.action, Set):
            kept, gain = -1, 0
            for name in step.action.values:
                kept &= ~self.whole.get(name, 0)
                gain |= self.bits.get((name,), 0)
            effects["then"] = (kept, gain)
        if isinstance(step.action, Decide):
            before = NOTHING
            for branch in step.action.branches:
                effects[branch.by] = (-1, self._bits_of(before | holds_if(branch.when.tree, True)))
                before |= holds_if(branch.when.tree, False)
            effects["otherwise"] = (-1, self._bits_of(before))
        else:
            lost = self._lost(step)
            for by in step.edges if lost else ():
                keep, gain = effects.get(by, KEPT)
                effects[by] = (keep & ~lost, gain)
        return effects

    def _tables(self) -> dict[str, int]:
        """For each name that tables are looked into by: the bits that say that a row of them fits."""
        parts = named(self.flow) if self.flow.tables else {}
        found: dict[str, int] = {}
        for name in self.flow.tables:
            bits = self.whole.get(name, 0)
            seen: set[str] = set()
            todo = [name] if bits else []
            while todo:
                reads = (r for part in parts[todo.pop()] for r in part.reads)
                for one in {used(r) if used(r) in parts else r.path[0] for r in reads} - seen:
                    seen.add(one)
                    if one in parts:
                        todo.append(one)
                    else:
                        found[one] = found.get(one, 0) | bits
        return found

    def _lost(self, step: Step) -> int:
        """The bits of tables that may give another row behind *step* than they gave before it."""
        changed = {step.saves, *(step.action.values if isinstance(step.action, Set) else UNSTEADY)}
        lost = 0
        for name in changed & self.tables.keys():
            lost |= self.tables[name]
        return lost

    def _bits_of(self, paths: Iterable[Path]) -> int:
        bits = 0
        for path in paths:
            for length in range(1, len(path) + 1):
                bits |= self.bits.get(path[:length], 0)
        return bits
