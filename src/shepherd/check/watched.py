"""
What a walk does to a promise, through loops and calls: the flows of a library explored for one rule.

A state is a step as it is entered with a *mark*: whether what the rule follows has been passed, is in force, is owed,
or how many steps have been counted. A flow is explored once for each way in which it is entered; its callers go on from
what each of its outcomes does to the mark. Tries and finite values are followed only where somebody names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shepherd.check.goingback import Left
from shepherd.check.picked import NEVER, Passing
from shepherd.check.summaries import Came, Move, State, Through, spread
from shepherd.check.walks import Ways, ending, spends
from shepherd.flow.model import Call, Edge, Flow, Grant, HandOn, Need, Step

if TYPE_CHECKING:
    from shepherd.check.house import House
    from shepherd.check.watching import Watching

#: What a move costs that people must go out of their way for: a shorter walk without it is shown first.
DETOUR = 4

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """
    One rule of a promise, ready to be followed.

    *goals* are the steps that it is about, (flow, step); *ends*: only where they end a run. *passed* is what sets the
    mark, *owed* (for ``followed``) what makes it due. *need* is the assurance that is followed instead, *counts* the
    kind of step that is counted, up to *most*. *tries* are the steps whose tries are followed, *values* the finite
    names of each flow, *barred* the steps from which going back was found impossible.
    """

    kind: Literal["passed", "assured", "never", "followed", "count"]
    goals: frozenset[tuple[str, str]]
    ends: bool = False
    passed: Passing = NEVER
    owed: Passing = NEVER
    need: Need | None = None
    counts: str = ""
    most: int = 0
    tries: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    barred: frozenset[tuple[str, str]] = frozenset()

    @property
    def flows(self) -> frozenset[str]:
        """The flows in which the rule can be broken, or begins to bind."""
        if self.kind != "followed":
            return frozenset(flow for flow, _ in self.goals)
        owed = self.owed
        return frozenset(where[0] for kind in owed for where in kind)

    @property
    def lasting(self) -> bool:
        """Whether what happened counts although one went back since."""
        return self.kind in ("never", "followed")

    def broken(self, mark: int) -> bool:
        """Whether a goal may not be reached with *mark*."""
        if self.kind == "count":
            return mark > self.most
        return mark == (1 if self.kind == "never" else 0)


class Q(NamedTuple):
    """
    What a state carries: the mark, the tries spent of the run and of this call, the values that are followed.

    *inside*: the step has been entered already, and time has passed there.
    """

    mark: int
    run: tuple[int, ...] = ()
    call: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()
    inside: bool = False


class Entry(NamedTuple):
    """How a flow is entered: with what mark and tries, about whom, as a run of its own, and where one may go back."""

    flow: str
    mark: int
    run: tuple[int, ...]
    about: str | None = None
    root: bool = False
    wins: frozenset[Left] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    One flow, explored for one rule and one way of entering it.

    *callers* are the states from which it is entered, with their views; *outcomes* has for each outcome what it does to
    the mark and to the tries of the run, with the shortest walk.
    """

    house: House
    watching: Watching
    watch: Watch
    flow: Flow
    entry: Entry
    out: Ways
    plain: frozenset[str]
    run_tries: tuple[tuple[int, str], ...]
    call_tries: tuple[tuple[int, str], ...]
    came: dict[State, Came] = field(default_factory=dict)
    outcomes: dict[str, dict[tuple[int, tuple[int, ...]], tuple[int, State]]] = field(default_factory=dict)
    callers: list[tuple[Watched, State, str]] = field(default_factory=list)
    hands: list[tuple[State, Entry]] = field(default_factory=list)

    # --- exploring ---------------------------------------------------------------------------------

    def explore(self) -> None:
        """Find every state that can be reached, and what the outcomes do."""
        values = self.watch.values.get(self.flow.id, ())
        begun = [self.house.excluded(self.flow).begins(path) for path in values]
        calls = (0,) * len(self.call_tries)
        spread(
            self,
            (State(self.flow.first, Q(self.entry.mark, self.entry.run, calls, chosen)) for chosen in product(*begun)),
        )
        self.watching.count(len(self.came))
        for state, came in self.came.items():
            step = self.flow.steps[state.step]
            name = ending(step)
            if name is not None and name in self.flow.outcomes:
                mark = self._ended(step, name, state.effect)
                best = self.outcomes.setdefault(name, {})
                after = (mark, state.effect.run)
                walk = (came.cost, state)
                if after not in best or came.cost < best[after][0]:
                    best[after] = walk
            elif isinstance(step.action, HandOn):
                mark = self._marked(self._inside(step, state.effect), (self.flow.id, step.id), "ends")
                self.hands.append((state, Entry(step.action.flow, mark, state.effect.run, root=True)))

    def broken(self) -> Iterator[tuple[int, State]]:
        """The states in which the rule is broken, with what the walk to each costs from here."""
        if self.watch.kind == "followed":
            if self.entry.root:
                for outcomes in self.outcomes.values():
                    yield from (walk for (mark, _), walk in outcomes.items() if mark)
            return
        if self.watch.ends and not self.entry.root:
            return
        goals = {name for flow, name in self.watch.goals if flow == self.flow.id}
        for state, came in self.came.items() if goals else ():
            if state.step in goals and not state.effect.inside:
                step, q = self.flow.steps[state.step], state.effect
                if self._left(step, q) != 0 and self.watch.broken(self._met(step, q).mark):
                    yield came.cost, state

    def turns(self, state: State) -> Iterator[Move]:
        """Every way on from *state*, whose step is not plain."""
        step, q = self.flow.steps[state.step], state.effect
        met = self._met(step, q)
        left = self._left(step, q)
        inside = self._inside(step, met)
        if not q.inside:
            yield from self._guarded(step, state)
            if left != 0:
                yield from self._gone_back(step, q)
        if left != 0 and self._lapses(step, inside):
            yield Move(_way(step, "resumed"), State(step.id, q._replace(mark=0, inside=True)), DETOUR)
        for edge in self.out[step.id]:
            if edge.by == "out_of_attempts":
                yield from self._run_out(step, edge, left, q, inside)
            elif edge.by == "unmet":
                if not q.inside and self.house.may_lapse(step):
                    yield Move(edge, State(edge.target, self._unmet(step, q)), DETOUR)
            elif left == 0 and not q.inside:
                continue
            elif step.verb == "call" and edge.by != "no_answer":
                yield from self._returns(step, edge, inside, state)
            else:
                for after in self._after(step, edge, inside):
                    yield Move(edge, State(edge.target, after), 1)

    # --- at the door -------------------------------------------------------------------------------

    def _met(self, step: Step, q: Q) -> Q:
        """What is carried once the guard has let the contact in."""
        needs = self.house.needs(self.flow.id, step.id)
        if self.watch.kind == "assured" and not q.inside and self.covers(needs):
            return q._replace(mark=1)
        return q

    def _inside(self, step: Step, q: Q) -> Q:
        """What is carried while the step is worked on: it is counted, and what it withdraws is gone."""
        if q.inside:
            return q._replace(inside=False)
        if self.watch.kind == "assured":
            need = self.watch.need
            if need is not None and any(self.named(name) == need.name for name in step.withdraws):
                return q._replace(mark=0)
        elif self.watch.kind == "count" and step.human == (self.watch.counts == "human"):
            return q._replace(mark=min(q.mark + 1, self.watch.most + 1))
        return q

    def _lapses(self, step: Step, q: Q) -> bool:
        """Whether time may pass here until what is followed is in force no more."""
        waits = step.pauses or step.verb in ("lookup", "do")
        return waits and self.watch.kind == "assured" and q.mark == 1 and self.house.expires(self.watch.need)

    def _guarded(self, step: Step, state: State) -> Iterator[Move]:
        """Where the flow asks for something at its head that is missing, what grants it is called and comes back."""
        if step.id != self.flow.first:
            return
        q = state.effect
        for need in self.flow.requires:
            flow = self.house.grantor(need.name)
            if flow is None or flow.id == self.flow.id or not (self.entry.root or self.house.expires(need)):
                continue
            by = f"guard:{step.id}"
            entry = Entry(flow.id, q.mark, q.run, self.entry.about)
            view = self.watching.enter(entry, (self, state, by))
            for outcome, effects in view.outcomes.items():
                if not self.house.gives(flow, outcome, need):
                    continue
                for (mark, run), (cost, end) in effects.items():
                    after = State(step.id, q._replace(mark=mark, run=run))
                    yield Move(_way(step, by), after, cost + 2 + DETOUR, Through(view, end))

    def _gone_back(self, step: Step, q: Q) -> Iterator[Move]:
        """It may have happened already, on a way that one has gone back from to here."""
        watch = self.watch
        open_ = watch.lasting and q.mark == 0 and (self.flow.id, step.id) not in watch.barred
        if open_ and self.watching.going_back.can(self.flow, step, self.entry.wins):
            yield Move(_way(step, "back"), State(step.id, q._replace(mark=1)), DETOUR)

    def _left(self, step: Step, q: Q) -> int | None:
        """The tries that stand at *step* where they are followed, else None."""
        if step.attempts is None or q.inside:
            return None
        for tries, spent in ((self.run_tries, q.run), (self.call_tries, q.call)):
            for at, name in tries:
                if name == step.id:
                    return max(0, step.attempts.most - spent[at])
        return None

    def _run_out(self, step: Step, edge: Edge, left: int | None, q: Q, inside: Q) -> Iterator[Move]:
        """No try is left; only those that another run may spend can be found spent once the step has been entered."""
        elsewhere = step.verb != "call" and step.attempts is not None and step.attempts.per in ("ticket", "customer")
        cost = 1 + 2 * (step.attempts.most if step.attempts is not None else 0)
        if not q.inside and (left == 0 or left is None or elsewhere):
            yield Move(edge, State(edge.target, self._all_spent(step, self._met(step, q))), cost)
        if elsewhere:
            yield Move(edge, State(edge.target, self._all_spent(step, inside)), cost + DETOUR)

    def _all_spent(self, step: Step, q: Q) -> Q:
        """Once its tries have run out, those of a ticket are gone for good."""
        if step.attempts is not None and step.attempts.per == "ticket":
            for at, name in self.run_tries:
                if name == step.id:
                    return q._replace(run=(*q.run[:at], step.attempts.most, *q.run[at + 1 :]))
        return q

    def _unmet(self, step: Step, q: Q) -> Q:
        """Turned away: what is asked for is lost, unless it was something else that was missing."""
        need = self.watch.need
        if self.watch.kind == "assured" and need is not None:
            for written in step.requires:
                if self.named(written.name) == need.name:
                    return q._replace(mark=0)
        return q

    # --- behind the step ---------------------------------------------------------------------------

    def _after(self, step: Step, edge: Edge, q: Q) -> Iterator[Q]:
        """What may be carried behind *edge*."""
        watch = self.watch
        if watch.kind == "assured":
            if edge.grants and self.grants(edge.grants):
                q = q._replace(mark=1)
            proved = self.house.proved(self.flow.id, step.id, edge.by) if self.entry.about is None else ()
            if proved and q.mark == 0 and self.covers(proved):
                return
        else:
            mark = self._marked(q, (self.flow.id, step.id, edge.by), "edges")
            if mark != q.mark:
                q = q._replace(mark=mark)
        if watch.tries and spends(step, edge.by):
            q = self._spent(step, q)
        followed = watch.values.get(self.flow.id)
        if not followed:
            yield q
            return
        excluded = self.house.excluded(self.flow)
        for chosen in product(*(excluded.behind(p, v, step, edge.by) for p, v in zip(followed, q.values, strict=True))):
            yield q._replace(values=chosen)

    def _spent(self, step: Step, q: Q) -> Q:
        for at, name in self.run_tries:
            if name == step.id:
                return q._replace(run=(*q.run[:at], q.run[at] + 1, *q.run[at + 1 :]))
        for at, name in self.call_tries:
            if name == step.id:
                return q._replace(call=(*q.call[:at], q.call[at] + 1, *q.call[at + 1 :]))
        return q

    def _returns(self, step: Step, edge: Edge, inside: Q, state: State) -> Iterator[Move]:
        """The ways on from a call by one of its outcomes."""
        action = step.action
        callee = self.house.calls.callee(self.flow, step)
        if callee is None or not isinstance(action, Call):  # told elsewhere
            return
        wins = frozenset[Left]()
        if self.watch.lasting:
            wins = self.watching.going_back.wins_inside(self.flow, step, self.entry.wins)
        entry = Entry(callee.id, inside.mark, inside.run, action.about or self.entry.about, False, wins)
        view = self.watching.enter(entry, (self, state, "call"))
        for (mark, run), (cost, end) in view.outcomes.get(edge.by.partition(":")[2], {}).items():
            for after in self._after(step, edge, inside._replace(mark=mark, run=run)):
                yield Move(edge, State(edge.target, after), cost + 2, Through(view, end))

    def _ended(self, step: Step, name: str, q: Q) -> int:
        """The mark once the flow has ended at *step* with the outcome *name*."""
        inside = self._inside(step, self._met(step, q))
        if self.watch.kind == "assured":
            return 1 if self.grants(self.flow.outcomes[name].grants) else inside.mark
        marked = self._marked(inside, (self.flow.id, step.id), "ends")
        return self._marked(inside._replace(mark=marked), (self.flow.id, name), "outcomes")

    def _marked(self, q: Q, what: tuple[str, ...], kind: Literal["edges", "ends", "outcomes"]) -> int:
        """The mark once *what* has been passed."""
        watch = self.watch
        if what in getattr(watch.passed, kind):
            return 0 if watch.kind == "followed" else 1
        if what in getattr(watch.owed, kind):
            return 1
        return q.mark

    # --- names -------------------------------------------------------------------------------------

    def named(self, name: str) -> str:
        """Whose assurance *name* is here: inside a call about a representative it is the representative's."""
        return f"{self.entry.about}.{name}" if self.entry.about and "." not in name else name

    def grants(self, grants: Iterable[Grant]) -> bool:
        """Whether one of *grants* gives what is followed."""
        need = self.watch.need
        return need is not None and any(self.named(g.name) == need.name and g.level >= need.level for g in grants)

    def covers(self, needs: Iterable[Need]) -> bool:
        """Whether what is followed is in force wherever *needs* are met."""
        need = self.watch.need
        return need is not None and any(self.named(n.name) == need.name and n.level >= need.level for n in needs)


def _way(step: Step, by: str) -> Edge:
    """A move of the engine that is no edge of the flow, back to the door of *step*."""
    return Edge(by=by, source=step.id, target=step.id, place=step.place)
