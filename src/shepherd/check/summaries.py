"""
What a walk does to an assurance: held, as before, or lost; through loops, and through called flows by summaries.

For one assurance at one level, every walk from a flow's first step to another is one of three effects: after it the
assurance is HELD, or is as it was BEFORE, or is LOST. So a flow is explored over pairs of step and effect, and all
that a caller has to know of it is, for each outcome, which effects are possible and the shortest walk that has each.
"""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from shepherd.check.callgraph import CallGraph, calls_of
from shepherd.check.walks import Ways, ending, loops
from shepherd.flow.model import Call, Edge, Flow, Grant, Need, Step

LOST, BEFORE, HELD = 0, 1, 2

REPRESENTATIVE = "representative."

#: What a way costs that one walk alone can't take: any other is shown first.
FAR = 100


class Asked(NamedTuple):
    """The assurance that is followed: its name, and the least level that counts as held."""

    name: str
    level: int


class State(NamedTuple):
    """A step as it is entered, and what the walk to it has done: an effect, or what a promise follows."""

    step: str
    effect: Any


class Move(NamedTuple):
    """One way on from a state; *through* is the walk through the called flow, where the step calls."""

    edge: Edge
    state: State
    cost: int
    through: Through | None = None


class Through(NamedTuple):
    """A walk through a called flow: its view, and the last state before its end."""

    view: Any
    state: State


class Came(NamedTuple):
    """How a state was first reached: the least cost, and the move from the state before (None at the start)."""

    cost: int
    before: State | None
    move: Move | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    One flow, explored for one assurance.

    *names* are the names under which this flow gives it, *lost_by* those under which it takes it away: in a call
    about a representative, ``identity`` means ``representative.identity``. *weak* counts an answer given anew as the
    loss of what was granted on it. *plain* are the steps that change no assurance at all, which are most. *needs* are
    those of each step that has any, the flow's own at its first step.
    *outcomes* has for each outcome the effects that are possible, each with the shortest walk.
    """

    flow: Flow
    asked: Asked
    names: frozenset[str]
    lost_by: frozenset[str]
    weak: bool
    expires: bool
    out: Ways
    looping: frozenset[str]
    plain: frozenset[str]
    needs: Mapping[str, tuple[Need, ...]]
    proved: Mapping[str, Mapping[str, tuple[Need, ...]]]
    called: Mapping[str, View | None]
    came: dict[State, Came] = field(default_factory=dict)
    outcomes: dict[str, dict[int, tuple[int, State]]] = field(default_factory=dict)

    def grants(self, grants: tuple[Grant, ...]) -> bool:
        """Whether one of *grants* gives what is asked."""
        return any(g.name in self.names and g.level >= self.asked.level for g in grants)

    def covers(self, needs: Iterable[Need]) -> bool:
        """Whether what is asked is held wherever *needs* are met."""
        return any(n.name in self.names and n.level >= self.asked.level for n in needs)

    def met(self, state: State) -> int:
        """The effect once the guard of the step has let the contact in."""
        needs = self.needs.get(state.step)
        return HELD if needs and self.covers(needs) else state.effect

    def inside(self, state: State) -> int:
        """The effect while the step is worked on: its guard has passed, and what it withdraws is gone."""
        step = self.flow.steps[state.step]
        return LOST if step.withdraws and not self.lost_by.isdisjoint(step.withdraws) else self.met(state)

    def moves(self, state: State) -> Iterable[Move]:
        """Every way on from *state*."""
        if state.step in self.plain:
            return [Move(edge, State(edge.target, state.effect), 1, None) for edge in self.out[state.step]]
        return self.turns(state)

    def turns(self, state: State) -> Iterator[Move]:
        """Every way on from *state*, whose step is not plain."""
        step = self.flow.steps[state.step]
        inside = self.inside(state)
        decides = self.weak and step.id in self.looping and self._may_grant(step)
        proved = self.proved.get(step.id)
        for edge in self.out[step.id]:
            by = edge.by
            if by == "out_of_attempts":
                yield from self._spent(step, edge, self.met(state), inside)
            elif by == "unmet":
                yield Move(edge, State(edge.target, self._unmet(step, state.effect)), 1)
            elif step.verb == "call" and by != "no_answer":
                yield from self._returns(step, edge, inside, decides)
            else:
                granted = bool(edge.grants) and self.grants(edge.grants)
                after = HELD if granted else LOST if decides and by != "no_answer" else inside
                if proved and after != HELD and self.covers(proved.get(by, ())):
                    if after == LOST:  # the branch is taken only where it is held
                        continue
                    after = HELD
                yield Move(edge, State(edge.target, after), 1)

    def _spent(self, step: Step, edge: Edge, met: int, inside: int) -> Iterator[Move]:
        """
        No try is left. The guard comes before the count of tries, and the count before what the step withdraws.

        Only tries that another run may spend can be found spent once the step has been entered.
        """
        attempts = step.attempts
        cost = 1 + 2 * attempts.most if attempts is not None else 1
        if step.id not in self.looping:  # tries can be spent only by other calls or runs
            cost += FAR
        yield Move(edge, State(edge.target, met), cost)
        if inside < met and attempts is not None and attempts.per in ("ticket", "customer"):
            yield Move(edge, State(edge.target, inside), cost)

    def _returns(self, step: Step, edge: Edge, inside: int, decides: bool) -> Iterator[Move]:
        """The ways on from a call by one of its outcomes."""
        called = self.called.get(step.id)
        if called is None:  # unknown, or called in a circle: reported elsewhere, so nothing is held against it
            yield Move(edge, State(edge.target, HELD), 1)
            return
        for effect, (cost, end) in called.outcomes.get(edge.by.partition(":")[2], {}).items():
            after = inside if effect == BEFORE else effect
            if decides and effect != HELD:
                after = LOST
            if self.grants(edge.grants):
                after = HELD
            yield Move(edge, State(edge.target, after), cost + 2, Through(called, end))

    def _may_grant(self, step: Step) -> bool:
        """Whether some way out of *step* gives what is asked."""
        if any(edge.grants and self.grants(edge.grants) for edge in self.out[step.id]):
            return True
        called = self.called.get(step.id)
        return called is not None and any(HELD in effects for effects in called.outcomes.values())

    def _unmet(self, step: Step, effect: int) -> int:
        """Taken because a need is not met: then what is asked is lost, unless it was another need or a higher level."""
        for need in step.requires:
            if need.name in self.names and (need.level <= self.asked.level or self.expires):
                return LOST
        return effect

    def explore(self) -> None:
        """Find every state that can be reached, with the shortest walk to it, and the effects of every outcome."""
        spread(self, (State(self.flow.first, HELD if self.covers(self.flow.requires) else BEFORE),))
        for step in self.flow.steps.values():
            name = ending(step)
            if name is not None and name in self.flow.outcomes:
                for effect in (LOST, BEFORE, HELD):
                    self._end(State(step.id, effect), name)

    def _end(self, state: State, name: str) -> None:
        if state not in self.came:
            return
        after = HELD if self.grants(self.flow.outcomes[name].grants) else self.inside(state)
        best = self.outcomes.setdefault(name, {})
        walk = (self.came[state].cost, state)
        best[after] = min(best.get(after, walk), walk)


class Explored(Protocol):
    """A flow whose states are looked for: see :class:`View`. A plain step changes nothing of a state but the step."""

    @property
    def out(self) -> Ways: ...
    @property
    def plain(self) -> frozenset[str]: ...
    @property
    def came(self) -> dict[State, Came]: ...
    def turns(self, state: State) -> Iterable[Move]:
        """Every way on from *state*, whose step is not plain."""


def spread(view: Explored, starts: Iterable[State]) -> None:
    """Find every state that can be reached from *starts*, with the shortest walk to it, into ``view.came``."""
    came, tick = view.came, 0
    heap: list[tuple[int, int, State]] = []
    for start in starts:
        came[start] = Came(0, None, None)
        tick += 1
        heap.append((0, tick, start))
    done: set[State] = set()
    while heap:
        cost, _, state = heapq.heappop(heap)
        if state in done:
            continue
        done.add(state)
        if state.step in view.plain:
            effect = state.effect
            for edge in view.out[state.step]:
                after = (edge.target, effect)
                if after not in came or cost + 1 < came[after].cost:
                    tick += 1
                    reached = State(edge.target, effect)
                    came[reached] = Came(cost + 1, state, Move(edge, reached, 1, None))
                    heapq.heappush(heap, (cost + 1, tick, reached))
            continue
        for move in view.turns(state):
            old = came.get(move.state)
            if old is None or cost + move.cost < old.cost:
                came[move.state] = Came(cost + move.cost, state, move)
                tick += 1
                heapq.heappush(heap, (cost + move.cost, tick, move.state))


Mode = Literal["own", "other", "neither"]


@dataclass(frozen=True, slots=True)
class Views:
    """
    Every flow of a library explored for what is asked, made on demand and kept; callees come before callers.

    A flow is viewed in a mode: for its ``own`` contact; as called about the ``other`` person, whose assurance is
    followed; or as called about another, while ``neither`` of its grants touches the assurance that is followed.
    """

    calls: CallGraph
    ways: Mapping[str, Ways]
    looping: Mapping[str, frozenset[str]]
    plain: Mapping[str, frozenset[str]]
    needs: Mapping[str, Mapping[str, tuple[Need, ...]]]
    proved: Mapping[str, Mapping[str, Mapping[str, tuple[Need, ...]]]]
    kept: dict[tuple[Asked, bool], dict[tuple[str, Mode], View]] = field(default_factory=dict)

    def of(self, asked: Asked, *, weak: bool, expires: bool) -> Mapping[tuple[str, Mode], View]:
        """The views of every flow, by its id and mode."""
        if (asked, weak) not in self.kept:
            self.kept[asked, weak] = self._made(asked, weak, expires)
        return self.kept[asked, weak]

    def _made(self, asked: Asked, weak: bool, expires: bool) -> dict[tuple[str, Mode], View]:
        made: dict[tuple[str, Mode], View] = {}
        about: Mode = "other" if asked.name.startswith(REPRESENTATIVE) else "neither"
        short = asked.name.removeprefix(REPRESENTATIVE)
        names: Mapping[Mode, frozenset[str]] = {
            "own": frozenset((asked.name,)),
            "other": frozenset((asked.name, short)),
            "neither": frozenset(),
        }
        modes: tuple[Mode, ...] = ("own", about) if self._about_others() else ("own",)
        for flow_id in self.calls.order:
            flow = self.calls.flows[flow_id]
            for mode in modes:
                view = View(
                    flow=flow,
                    asked=asked,
                    names=names[mode],
                    lost_by=names["own"] if mode == "neither" else names[mode],
                    weak=weak,
                    expires=expires,
                    out=self.ways[flow_id],
                    looping=self.looping[flow_id],
                    plain=self.plain[flow_id],
                    needs=self.needs[flow_id],
                    proved=self.proved[flow_id] if mode == "own" else {},
                    called={s.id: self._called(flow, s, mode, about, made) for s, _ in calls_of(flow)},
                )
                view.explore()
                made[flow_id, mode] = view
        return made

    def _about_others(self) -> bool:
        return any(call.about for flow in self.calls.flows.values() for _, call in calls_of(flow))

    def _called(
        self, flow: Flow, step: Step, mode: Mode, about: Mode, made: Mapping[tuple[str, Mode], View]
    ) -> View | None:
        callee = self.calls.callee(flow, step)
        if callee is None or not isinstance(step.action, Call):
            return None
        return made[callee.id, about if step.action.about else mode]


def plain_steps(flow: Flow, special: Container[str]) -> frozenset[str]:
    """The steps of *flow* that change no assurance, whatever is asked, and are not among *special* ones."""
    return frozenset(
        step.id
        for step in flow.steps.values()
        if step.verb != "call"
        and not (step.requires or step.withdraws or step.attempts or step.id in special)
        and not any(edge.grants or edge.by in ("unmet", "out_of_attempts") for edge in step.edges.values())
    )


def looping_steps(out: Ways) -> frozenset[str]:
    """The steps that can be entered twice within one call."""
    return frozenset(step for part in loops(out) for step in part)
