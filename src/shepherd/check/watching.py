"""One rule of a promise followed through a whole library, until it is proved or a walk that breaks it is found."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from shepherd.check.goingback import GoingBack
from shepherd.check.house import House
from shepherd.check.picked import NEVER
from shepherd.check.retold import Retold, retold
from shepherd.check.summaries import State
from shepherd.check.watched import Entry, Watch, Watched
from shepherd.flow.findings import Hop
from shepherd.flow.model import Flow

#: States that are looked at for one rule, in all rounds; beyond that it counts as not proved.
MOST_STATES = 150_000
#: How often a walk may turn out not to be possible before it is shown all the same.
MOST_ROUNDS = 40
#: What it costs to begin with the assurance in force.
HELD_BEFORE = 100
Caller = tuple[Watched, State, str]


class Broken(NamedTuple):
    """
    Why a rule does not hold: a path as hops, or none where there was too much to look at.

    *conditions* are those on it that were not weighed, *sure* tells whether its tries and answers were found to fit
    together, *held* whether it begins with the assurance in force, from an earlier contact.
    """

    path: tuple[Hop, ...]
    conditions: tuple[str, ...] = ()
    sure: bool = True
    held: bool = False


class TooMuch(Exception):
    """There are more states than are looked at."""


class Watching:
    """The views of one exploration, made as flows are entered."""

    def __init__(self, house: House, watch: Watch, going_back: GoingBack, states: int = 0):
        self.house, self.watch, self.going_back, self.states = house, watch, going_back, states
        self.views: dict[Entry, Watched] = {}

    def count(self, states: int) -> None:
        """So many states more; raises TooMuch."""
        self.states += states
        if self.states > MOST_STATES:
            raise TooMuch

    def enter(self, entry: Entry, caller: Caller | None = None) -> Watched:
        """The view of a flow entered so, explored."""
        view = self.views.get(entry)
        if view is None:
            view = self.views[entry] = self._view(entry)
            view.explore()
        if caller is not None:
            view.callers.append(caller)
        return view

    def explore(self) -> list[Watched]:
        """Every view of a run that can come to what the rule is about; those in which such a run begins."""
        tries = (0,) * sum(1 for flow, step in self.watch.tries if self._per(flow, step) == "run")
        marks = (0, 1) if self.watch.kind == "assured" else (0,)
        concerned = [flow for flow in self.house.roots if self.house.reached[flow.id] & self.watch.flows]
        roots = [self.enter(Entry(flow.id, mark, tries, root=True)) for mark in marks for flow in concerned]
        handed = list(roots)
        while handed:
            view = handed.pop()
            for state, entry in view.hands:
                if entry.flow in self.house.flows:
                    if entry not in self.views:
                        handed.append(self.enter(entry))
                    self.views[entry].callers.append((view, state, "hand_on"))
        return roots

    def _per(self, flow: str, step: str) -> str:
        """What the tries of *step* are counted in: a call, or a run, which can't spend more than a ticket has."""
        attempts = self.house.flows[flow].steps[step].attempts
        return "call" if attempts is not None and attempts.per == "call" else "run"

    def _view(self, entry: Entry) -> Watched:
        flow = self.house.flows[entry.flow]
        run = [(f, s) for f, s in self.watch.tries if self._per(f, s) == "run"]
        call = [s for f, s in self.watch.tries if f == flow.id and self._per(f, s) == "call"]
        return Watched(
            house=self.house,
            watching=self,
            watch=self.watch,
            flow=flow,
            entry=entry,
            out=self.house.ways[flow.id],
            plain=self._plain(flow, entry),
            run_tries=tuple((at, s) for at, (f, s) in enumerate(run) if f == flow.id),
            call_tries=tuple(enumerate(call)),
        )

    def _plain(self, flow: Flow, entry: Entry) -> frozenset[str]:
        watch = self.watch
        if watch.kind == "count" or watch.values.get(flow.id):
            return frozenset()
        plain = self.house.plain(flow, (watch.passed, watch.owed))
        if watch.kind == "assured" and self.house.expires(watch.need):
            plain = frozenset(s for s in plain if flow.steps[s].verb in ("decide", "set", "end", "escalate", "hand_on"))
        if watch.lasting:
            can = self.going_back.can
            plain = frozenset(s for s in plain if not can(flow, flow.steps[s], entry.wins))
        return plain


def follow(house: House, watch: Watch) -> Broken | None:
    """
    None where the rule of *watch* holds on every path, else the shortest walk found that breaks it.

    A walk whose tries or answers turn out not to fit together is looked at closer: these tries, or these values, are
    followed from then on, until a walk fits or none is left.
    """
    happens = {"never": watch.passed, "followed": watch.owed}.get(watch.kind, NEVER)
    going_back = GoingBack(house.calls, house.ways, happens)
    doubtful: Broken | None = None
    states = 0
    for _ in range(MOST_ROUNDS):
        watching = Watching(house, watch, going_back, states)
        try:
            roots = watching.explore()
        except TooMuch:
            return doubtful or Broken((), sure=False)
        states = watching.states
        found = _nearest(roots, watching)
        if found is None:
            return doubtful
        told = retold(house, watching, *found)
        root = found[2][0][0] if found[2] else found[0]
        broken = Broken(
            told.path, told.conditions, told.closer is None, watch.kind == "assured" and root.entry.mark == 1
        )
        if told.closer is None:
            return broken
        closer = _closer(watch, told)
        if told.closer == "barred":
            doubtful = doubtful or broken
        if closer == watch:
            return broken
        watch = closer
    return doubtful or broken


def _closer(watch: Watch, told: Retold) -> Watch:
    """*watch* with what did not fit in *told* followed from now on."""
    flow, what = told.about
    if told.closer == "tries" and (flow, what) not in watch.tries:
        return replace(watch, tries=(*watch.tries, (flow, what)))
    if told.closer == "values" and what not in watch.values.get(flow, ()):
        return replace(watch, values={**watch.values, flow: (*watch.values.get(flow, ()), what)})
    if told.closer == "barred":
        return replace(watch, barred=watch.barred | {(flow, what)})
    return watch


def _nearest(roots: list[Watched], watching: Watching) -> tuple[Watched, State, list[Caller]] | None:
    """The broken state that the shortest walk of a run leads to, with the calls that lead there, or None."""
    far: dict[int, int] = {}
    came: dict[int, Caller | None] = {}
    heap: list[tuple[int, int, Watched]] = []
    for root in roots:
        cost = HELD_BEFORE * root.entry.mark  # what begins with nothing is shown first
        far[id(root)], came[id(root)] = cost, None
        heap.append((cost, len(heap), root))
    heapq.heapify(heap)
    called: dict[int, list[tuple[Watched, Caller]]] = {}
    for view in watching.views.values():
        for caller in view.callers:
            called.setdefault(id(caller[0]), []).append((view, caller))
    tick = len(heap)
    best: tuple[int, Watched, State] | None = None
    while heap:
        cost, _, view = heapq.heappop(heap)
        if cost > far[id(view)]:
            continue
        for more, state in view.broken():
            if best is None or cost + more < best[0]:
                best = (cost + more, view, state)
        for callee, caller in called.get(id(view), ()):
            after = cost + view.came[caller[1]].cost + 1
            if after < far.get(id(callee), after + 1):
                far[id(callee)], came[id(callee)] = after, caller
                tick += 1
                heapq.heappush(heap, (after, tick, callee))
    return None if best is None else (best[1], best[2], list(_chain(came, best[1]))[::-1])


def _chain(came: dict[int, Caller | None], view: Watched) -> Iterator[Caller]:
    at = came[id(view)]
    while at is not None:
        yield at
        at = came[id(at[0])]
