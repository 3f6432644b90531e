"""Random walks over a library, and a picture of a run's whole state that can be compared."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shepherd.flow.canonical import canonical
from shepherd.flow.types import to_json
from shepherd.run import Step, advance, api, move, start
from shepherd.run.api import Actor, Event, Refused, SecretRef, Spent, Stamp
from shepherd.run.escalation import numbered
from shepherd.run.keep import fields
from shepherd.run.state import Frame, Run, State
from shepherd.run.waiting import blank

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FACTS = {"customer": {"id": "C-1", "first_name": "Ada"}, "contact": {"kind": "call"}, "channel": "phone"}
PEOPLE = ("maria", "john")
RIGHT = {
    "digits": "1234",
    "date": "2026-11-21",
    "time": "09:30",
    "datetime": "2026-11-21T09:30",
    "number": "4.50",
    "money": "19.50",
    "integer": "7",
    "phone": "+358 40 123 4567",
    "email": "ada@example.org",
}


def as_json(value: Any) -> Any:
    """A value of a frame as JSON; a secret only as its reference."""
    if isinstance(value, SecretRef):
        return ["secret", value.visit, value.field]
    if isinstance(value, Mapping):
        return {k: as_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(v) for v in value]
    return to_json(value)


def _frame(frame: Frame | None) -> Any:
    if frame is None:
        return None
    values = {k: as_json(v) for k, v in frame.values.items()}
    rest = [frame.flow.id, frame.step, frame.about, frame.guards, frame.depth, frame.opened, frame.who]
    return [*rest, values, dict(frame.counts), dict(frame.tries), _frame(frame.caller)]


def _state(state: State) -> Any:
    held = {n: [h.level, h.at.isoformat(), h.until and h.until.isoformat()] for n, h in state.held.items()}
    return [_frame(state.frame), held, dict(state.tries)]


def picture(run: Run) -> str:
    """Everything a run knows, as text: two runs are alike where their pictures are."""
    visits = []
    visit: Any = run.tip
    while visit is not None:
        told = [visit.number, visit.ref, visit.by, visit.attempt, visit.done, visit.value, visit.result, visit.kept]
        visits.append([*told, as_json(visit.inputs), _state(visit.before), str(visit.stamp.at)])
        visit = visit.prev
    flags = [
        str(run.undoing),
        sorted(run.undone),
        run.seq,
        run.made,
        run.requested,
        run.paused,
        run.owner,
        run.trouble,
        str(run.end),
        sorted(run.answered_by),
        run.persons,
    ]
    return json.dumps(
        [flags, dict(run.spent), sorted(run.open_tries), _state(run.state), visits], default=str, sort_keys=True
    )


def alike(one: Run, other: Run) -> bool:
    """Whether two runs of one library know the very same: their state, and every visit with all that it gave."""
    if one._replace(tip=None) != other._replace(tip=None):
        return False
    mine: Any = one.tip
    theirs: Any = other.tip
    while mine is not None and theirs is not None:
        if mine._replace(prev=None) != theirs._replace(prev=None):
            return False
        mine, theirs = mine.prev, theirs.prev
    return mine is theirs


def reread(event: Event) -> Event:
    """*event* as it comes back from its stored bytes."""
    data, entered = json.loads(canonical([event.data, list(event.entered)]))
    return event._replace(data=data, entered=tuple(entered), tries=())


class Walker:
    """One random walk; remembers which inputs were taken and refused. *moves*: now and then to a new version."""

    def __init__(self, library: Any, seed: int, *, guarded: bool = True, moves: bool = False):
        self.rng = random.Random(seed)
        self.library, self.at, self.rows, self.moves = library, NOON, {}, moves
        self.taken: set[str] = set()
        self.refused: set[str] = set()
        self.events: list[Event] = []
        begin = partial(start, library, "f0", inputs={}, facts=FACTS, stamp=self.stamp("maria"), guarded=guarded)
        self.keep(numbered(lambda taken: begin(taken=taken), self.ids))

    def ids(self, minute: str) -> int:
        """The highest number of a tracking id that others were given in *minute*: there are no others."""
        return 0

    def stamp(self, name: str, role: str = "agent") -> Stamp:
        """A stamp a little later than the last."""
        self.at += timedelta(seconds=self.rng.choice((1, 5, 60, 700, 2000)))
        actor = api.SYSTEM if name == "system" else Actor("agent", name)
        return Stamp(self.at, "+02:00", actor, role)

    def keep(self, step: Step) -> None:
        """Take *step* as what stands now."""
        self.run, event = step
        self.events.append(reread(event))
        for row in event.tries:
            self.rows[row.key] = self.rows.get(row.key, 0) + 1

    def move(self) -> bool:
        """One random input; False once the run is over."""
        if self.run.ended:
            return False
        if self.moves and self.rng.random() < 0.03:
            try:
                self.keep(move(self.run, self.events, self.library, stamp=self.stamp("maria")))
            except Refused:
                if not (self.run.requested or self.run.undoing):
                    raise
            return True
        given, who, role = self.choose()
        spent = {ref: Spent(n, n) for ref, n in self.rows.items()}
        go = partial(advance, self.run, given, stamp=self.stamp(who, role), spent=spent)
        try:
            step = numbered(lambda taken: go(taken=taken), self.ids)
        except Refused as refused:
            if not refused.sentence:
                raise
            self.refused.add(type(given).__name__)
            return True
        self.taken.add(type(given).__name__)
        self.keep(step)
        return True

    def choose(self) -> tuple[Any, str, str]:
        """An input that fits mostly, by whoever may give it mostly."""
        rng = self.rng
        waiting = self.run.waiting
        who = self.run.owner or "maria"
        if rng.random() < 0.2:
            visit = rng.choice([item.visit for item in self.run.path] or [1])
            other = rng.choice(
                (
                    api.GoBack(visit),
                    api.GoBack(visit),
                    self.change(visit),
                    self.change(visit),
                    api.Note("Checked with the customer."),
                    api.Pause("lunch"),
                    api.HandOver("second_line", "beyond me"),
                    api.Fail("the connector is broken"),
                    api.Abandon("customer_gone") if rng.random() < 0.1 else api.Time(),
                    api.TakeOver(),
                    api.Continue(),
                    api.Answer("maybe"),
                )
            )
            return other, "system" if isinstance(other, api.Time) else rng.choice((who, *PEOPLE)), "agent"
        if self.run.paused:
            return (api.Resume() if self.run.owner else api.TakeOver()), who, "agent"
        if waiting.role:
            return self.fitting(waiting), rng.choice(("sue", "sam")), rng.choice(("supervisor", "supervisor", "agent"))
        if isinstance(waiting, api.Due) and rng.random() < 0.7:
            self.at = max(self.at, waiting.due)
            return api.Time(), "system", "agent"
        kind = "system" if isinstance(waiting, api.LookupDue) else who
        return self.fitting(waiting), kind, "agent"

    def change(self, number: int) -> api.Change:
        """A new answer for the visit *number*, of the kind that it was asked for mostly."""
        visit: Any = self.run.tip
        while visit.number > number and visit.prev is not None:
            visit = visit.prev
        asked = {f.name: self.answer(blank(self.run, f, None)) for f in fields(visit.step)}
        return api.Change(number, asked if visit.step.verb == "collect" else next(iter(asked.values()), "yes"))

    def fitting(self, waiting: Any) -> Any:
        """An input of the kind that *waiting* takes."""
        rng = self.rng
        if isinstance(waiting, api.Message):
            return api.Continue()
        if isinstance(waiting, api.Question):
            return api.Answer(self.answer(waiting.blank))
        if isinstance(waiting, api.Due):
            return api.Continue(rng.choice(("They called first.", "")))
        if isinstance(waiting, api.Form):
            return api.Fields({b.name: self.answer(b) for b in waiting.blanks})
        if isinstance(waiting, api.LookupDue):
            if not waiting.requested:
                return api.Request()
            connector, _, name = waiting.operation.partition(".")
            result = rng.choice(self.library.connectors[connector].operations[name].result_names())
            values = {"status": rng.choice(("up", "down")), "count": 3, "ref": "R-1"} if result == "ok" else {}
            return api.Finished(result, values)
        return api.GoBack(rng.randint(1, max(1, self.run.made)))

    def answer(self, one: api.Blank) -> Any:
        """A text for *one* (a list where many may be chosen), right mostly."""
        rng = self.rng
        if one.type == "many" and rng.random() < 0.9:
            return [c.value for c in one.choices if rng.random() < 0.5]
        if rng.random() < 0.1:
            return rng.choice(("", "nonsense", "-5", "99999999999"))
        if one.choices:
            return rng.choice(one.choices).value
        return RIGHT.get(one.type, "some words")
