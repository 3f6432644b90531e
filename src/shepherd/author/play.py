"""Walking a flow as a script says: answers by step, connectors by name, a fixed clock. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author.assuring import held_before, unasked
from shepherd.author.facts import unread
from shepherd.author.script import TICKET, Line, finished_of, lacking, noted, once_key, read_line
from shepherd.author.trail import Crossing, crossings
from shepherd.flow.calendar import since
from shepherd.flow.given import LAST_YEAR, Given, Malformed, full
from shepherd.run import advance, start
from shepherd.run.api import (
    SYSTEM,
    Actor,
    Answer,
    Change,
    Continue,
    DoDue,
    Due,
    Event,
    Fields,
    Finished,
    Form,
    GoBack,
    LookupDue,
    Message,
    Question,
    Refused,
    Request,
    Spent,
    Stamp,
    Time,
)
from shepherd.run.escalation import numbered, tracking_ids
from shepherd.run.state import Run, Visit

if TYPE_CHECKING:
    from shepherd.check.library import Library

AGENT = Actor("agent", "scenario")
MOST_EVENTS = 500
CALLS = frozenset({"lookup", "do"})


class Refusal(NamedTuple):
    """An input that was not taken: at which visit and step, the code, and the sentence."""

    visit: int
    step: str
    code: str
    message: str


class Played(NamedTuple):
    """
    What came of a walk.

    *events* are those of the run. *crossed* are all edges that were taken, also by visits that fell later, and
    *entered* all steps. *said* are the words for the customer in order. *problem* says why the script stopped before
    an end, *refused* is the last refusal that the script did not foresee, and *unused* names what was not needed.
    *rows* are those of tables that gave something, each as the flow, the table and the number of the row.
    """

    run: Run | None
    events: tuple[Event, ...] = ()
    crossed: frozenset[Crossing] = frozenset()
    entered: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()
    problem: str = ""
    refused: Refusal | None = None
    foreseen: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    rows: frozenset[tuple[str, str, int]] = frozenset()


class _Stop(Exception):
    """The walk can't go on; the sentence says why."""


def play(library: Library, flow: str, given: Given, *, guarded: bool = True) -> Played:
    """Walk *flow* as *given* says, until it ends, waits for something that is not given, or is refused."""
    return Player(library, flow, given, guarded).play()


class Player:
    """A walk under way."""

    def __init__(self, library: Library, flow: str, given: Given, guarded: bool):
        self.library, self.flow, self.given, self.guarded = library, flow, given, guarded
        self.at = given.at
        self.used: dict[str, int] = {}
        self.events: list[Event] = []
        self.crossed: set[Crossing] = set()
        self.entered: set[str] = set()
        self.said: list[str] = []
        self.foreseen: list[str] = []
        self.exhausted: set[str] = set()
        self.refused: Refusal | None = None
        self.ids: dict[str, int] = {}
        self.tries: dict[str, list[datetime]] = {s: [given.at] * n for s, n in given.spent.items()}
        self.done: dict[Any, Finished] = {}
        self.heard = 0
        self.run: Run | None = None
        self.tables = [(flow.id, table) for flow in library.flows.values() for table in flow.tables.values()]

    def play(self) -> Played:
        problem = ""
        for _, table in self.tables:
            table.records.clear()
        try:
            self._begin()
            while not self._over():
                self._turn()
        except _Stop as stop:
            problem = str(stop)
        except Malformed as error:
            problem = str(error)
        return Played(
            run=self.run,
            events=tuple(self.events),
            crossed=frozenset(self.crossed),
            entered=frozenset(self.entered),
            said=tuple(self.said),
            problem=problem,
            refused=self.refused,
            foreseen=tuple(self.foreseen),
            unused=self._unused(),
            rows=frozenset((flow, table.name, row) for flow, table in self.tables for row in table.records),
        )

    # --- one turn ------------------------------------------------------------------------------

    def _begin(self) -> None:
        try:
            step = start(
                self.library,
                self.flow,
                inputs=self.given.inputs,
                facts=self.given.facts,
                stamp=self._stamp(""),
                spent={s: Spent(len(times), len(times)) for s, times in self.tries.items()},
                held=held_before(self.library.policy, self.given.assured, self.at),
                guarded=self.guarded,
            )
        except Refused as refused:
            self.refused = Refusal(0, refused.at, refused.code, refused.sentence)
            told = f"The flow can't be started: {refused.sentence}"
            if refused.code == "required":
                told = f"{told} Write it under given, inputs."
            raise _Stop(told) from None
        self._took(step.run, step.event, None)

    def _over(self) -> bool:
        assert self.run is not None
        if len(self.events) > MOST_EVENTS:
            raise _Stop(f"The walk made more than {MOST_EVENTS} events.")
        return self.run.ended

    def _turn(self) -> None:
        run = self.run
        assert run is not None
        if run.tip.step.verb in CALLS and not run.requested and run.trouble is None:
            self._give(Request(), actor=SYSTEM)  # its words are heard once it is under way
            return
        waiting = run.waiting
        self._hear(waiting)
        act = TURNS.get(type(waiting))
        if act is None:
            raise _Stop(f'Stuck at "{waiting.step}": {waiting.sentence}')
        act(self, waiting)

    def _person(self, waiting: Any) -> None:
        line = self._line(waiting)
        if line is None:
            if isinstance(waiting, Message):
                return self._give(Continue(), role=waiting.role)
            visits = self._visits(waiting.step)
            told = f'No answer is given for visit {visits} of "{waiting.step}".'
            raise _Stop(f"{told} {lacking(waiting, self.flow, visits)}")
        self._later(self.at + timedelta(seconds=line.after))
        for step, tries in (line.meanwhile or {}).items():
            self.tries.setdefault(full(step, self.flow), []).extend([self.at] * tries)
        if line.silent:
            if waiting.due is None:
                raise _Stop(f'"{waiting.step}" does not say what happens where no answer comes.')
            self._later(waiting.due)
            return self._give(Time(), actor=SYSTEM)
        given = self._input(line, waiting)
        if not line.refused:
            return self._give(given, role=waiting.role)
        return self._expect_refusal(given, line.refused, waiting)

    def _later(self, at: datetime) -> None:
        """Let the time pass until *at*."""
        if at.year > LAST_YEAR:
            raise Malformed(f"This walk leads beyond the year {LAST_YEAR}.")
        self.at = max(self.at, at)

    def _rest(self, waiting: Any) -> None:
        """A wait is over by itself, at once for the script; a line for it is the reason to go on before its time."""
        line = self._line(waiting)
        if line is not None and not line.silent:
            self._later(self.at + timedelta(seconds=line.after))
            return self._give(Continue(str(line.value)), role=waiting.role)
        self._later(waiting.due)
        return self._give(Time(), actor=SYSTEM)

    def _expect_refusal(self, given: Any, code: str, waiting: Any) -> None:
        assert self.run is not None
        try:
            advance(self.run, given, stamp=self._stamp(waiting.role), spent=self._spent())
        except Refused as refused:
            codes = {refused.code, *(c for c, _ in refused.fields.values())}
            if code in codes:
                self.foreseen.append(code)
                self.exhausted.add(waiting.step)
                return
            raise _Stop(f'"{waiting.step}" refused with {refused.code}, not {code}: {refused.sentence}') from None
        raise _Stop(f'"{waiting.step}" took what should have been refused with {code}.')

    def _input(self, line: Line, waiting: Any) -> Any:
        if line.back:
            return GoBack(self._standing(line.back))
        if line.change:
            return Change(self._standing(line.change), line.to)
        if isinstance(waiting, Message):
            return Continue()
        if isinstance(waiting, Form):
            return Fields(line.value if isinstance(line.value, Mapping) else {})
        return Answer(line.value)

    def _call(self, waiting: Any) -> None:
        if not waiting.requested:
            return self._give(Request(), actor=SYSTEM)
        key = once_key(waiting)
        if key is not None and key in self.done:
            first = self.done[key]
            return self._give(Finished(first.result, first.values, repeated=True), actor=SYSTEM)
        finished = self._stub(waiting)
        if key is not None and finished.result not in ("error", "unknown"):
            self.done[key] = finished
        return self._give(finished, actor=SYSTEM)

    def _stub(self, waiting: LookupDue) -> Finished:
        name = waiting.operation
        if name in self.given.connectors:
            finished = finished_of(self._next(self.given.connectors[name], f"connectors: {name}"), name)
        elif name.startswith(TICKET):
            finished = Finished("ok")
        else:
            raise _Stop(f'"{waiting.step}" calls {name}, and the scenario says nothing of it under `connectors`.')
        return noted(waiting) if finished == Finished("ok") and name.startswith(TICKET) else finished

    # --- the script ----------------------------------------------------------------------------

    def _next(self, plan: Any, name: str) -> Any:
        turn = self.used.get(name, 0)
        self.used[name] = turn + 1
        if not isinstance(plan, list | tuple):
            return plan
        if turn >= len(plan):
            self.used[name] = turn
            raise _Stop(f"{name} is asked for {turn + 1} times, and the list has {len(plan)}.")
        return plan[turn]

    def _line(self, waiting: Any) -> Line | None:
        plan = self.given.answers.get(waiting.step)
        if plan is None:
            return None
        name = f"answers: {waiting.step}"
        if isinstance(plan, list | tuple):
            if self.used.get(name, 0) >= len(plan):
                return None
        elif waiting.step in self.exhausted:
            return None  # the one answer there is was refused, and would be again
        return read_line(self._next(plan, name), waiting)

    def _unused(self) -> tuple[str, ...]:
        names: list[str] = []
        plans = [(f"answers: {s}", p) for s, p in self.given.answers.items()]
        plans += [(f"connectors: {c}", p) for c, p in self.given.connectors.items()]
        for name, plan in plans:
            most = len(plan) if isinstance(plan, list | tuple) else 1
            used = self.used.get(name, 0)
            if used == 0:
                names.append(name)
            elif used < most:
                names.append(f"{name} (from number {used + 1} on)")
        keyed = {one.step for one in self.run.keyed} if self.run else set()
        names += (f"spent: {s}" for s in self.given.spent if s not in keyed)
        names += (f"facts: {name}" for name in unread(self.library, self.flow, self.given.facts))
        names += (f"assured: {name}" for name in unasked(self.library, self.flow, self.given.assured))
        return tuple(names)

    # --- the run -------------------------------------------------------------------------------

    def _give(self, given: Any, *, role: str = "", actor: Actor | None = None) -> None:
        assert self.run is not None
        before = self.run
        try:
            stamp, spent = self._stamp(role, actor), self._spent()
            step = numbered(
                lambda taken: advance(before, given, stamp=stamp, spent=spent, taken=taken),
                lambda minute: self.ids.get(minute, 0),
            )
        except Refused as refused:
            waiting = before.waiting
            self.refused = Refusal(waiting.visit, waiting.step, refused.code, _sentence(refused))
            raise _Stop(f'"{waiting.step}" refused ({refused.code}): {_sentence(refused)}') from None
        self._took(step.run, step.event, before)

    def _took(self, run: Run, event: Event, before: Run | None) -> None:
        self.run = run
        self.events.append(event)
        for entered, crossing in crossings(run, before):
            self.entered.add(entered)
            if crossing is not None:
                self.crossed.add(crossing)
        self.ids |= tracking_ids(event)
        for spent in event.tries:
            self.tries.setdefault(spent.key, []).append(self.at)
        if run.ended:
            self._hear(run.waiting)

    def _hear(self, waiting: Any) -> None:
        if waiting.visit == self.heard:
            return
        self.heard = waiting.visit
        self.said += [w for w in (waiting.words.say, getattr(waiting, "question", "")) if w]

    def _stamp(self, role: str, actor: Actor | None = None) -> Stamp:
        """Now, and who acts: for a step that only one role may take, somebody who has not acted yet."""
        who = actor or (self._somebody(role) if role else AGENT)
        return Stamp(self.at, self.given.offset, who, role or "agent")

    def _somebody(self, role: str) -> Actor:
        acted = {event.actor.id for event in self.events}
        names = (f"scenario {role}{f' {n}' if n > 1 else ''}" for n in range(1, MOST_EVENTS + 2))
        return Actor("agent", next(name for name in names if name not in acted))

    def _spent(self) -> dict[str, Spent]:
        found: dict[str, Spent] = {}
        if not self.tries or self.run is None:
            return found
        for one in self.run.keyed:
            times = self.tries.get(one.key)
            if times is None:
                continue
            first = since(self.at, one.within)
            found[one.key] = Spent(len(times) - (bisect_right(times, first) if first is not None else 0), len(times))
        return found

    def _visits(self, ref: str) -> int:
        visits = 1
        here: Visit | None = self.run.tip.prev if self.run else None
        while here is not None and here.number:
            visits += here.ref == ref
            here = here.prev
        return visits

    def _standing(self, step: str) -> int:
        wanted = full(step, self.flow)
        here: Visit | None = self.run.tip if self.run else None
        while here is not None and here.number:
            if here.ref == wanted and (self.run is None or here is not self.run.tip):
                return here.number
            here = here.prev
        raise _Stop(f'"{wanted}" does not stand on the path, so there is no going back to it.')


TURNS: dict[type, Callable[[Player, Any], None]] = {
    Message: Player._person,
    Question: Player._person,
    Form: Player._person,
    Due: Player._rest,
    LookupDue: Player._call,
    DoDue: Player._call,
}


def _sentence(refused: Refused) -> str:
    fields = [f"{name}: {sentence}" for name, (_, sentence) in refused.fields.items() if sentence != refused.sentence]
    return " ".join([refused.sentence, *fields])
