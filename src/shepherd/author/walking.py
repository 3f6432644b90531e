"""One walk under way, whose every move is a choice: what may be said or come back here, and what comes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from immutables import Map

from shepherd.author.domains import Domains
from shepherd.author.play import AGENT
from shepherd.author.script import TICKET, noted, once_key
from shepherd.author.trail import Crossing, crossings
from shepherd.flow.given import DEFAULT_AT, Given
from shepherd.flow.model import Ask, Collect, Do, Field, Lookup
from shepherd.flow.types import Refusal, check_field, to_json, to_text
from shepherd.run import advance, start
from shepherd.run.api import (
    SYSTEM,
    Actor,
    Answer,
    Continue,
    Fields,
    Finished,
    Refused,
    Request,
    Spent,
    Stamp,
    Time,
)
from shepherd.run.state import Run
from shepherd.run.waiting import due_at, limit_now

if TYPE_CHECKING:
    from shepherd.check.library import Library

#: How many ways to fill in one form, or one result, are tried; beyond that each field is varied by itself.
MOST_COMBINATIONS = 48
START = datetime.fromisoformat(DEFAULT_AT)
OFFSET = "+00:00"


class Move(NamedTuple):
    """
    What is said at a step, or what a call gives: *name* is the step or the operation.

    *value* is as a scenario writes it; None where a message is merely read. *after* are seconds that pass before, and
    *meanwhile* is a step whose tries other contacts take up.
    """

    name: str
    value: Any
    call: bool = False
    after: int = 0
    meanwhile: str = ""


class Rare(NamedTuple):
    """
    What is tried only where it may lead somewhere: at the steps *late*, that assurances expire before the answer; at
    any, that others take all tries of one of the steps *crowded*.
    """

    late: frozenset[str] = frozenset()
    crowded: tuple[str, ...] = ()


class Here(NamedTuple):
    """A walk as it stands: the run, the time, the tries of each step over several runs, and changes made once."""

    run: Run
    at: datetime
    tries: Map[str, int]
    done: Map[Any, Finished]


class Walker:
    """Makes the moves of walks through one library."""

    def __init__(self, library: Library, domains: Domains):
        self.library, self.domains = library, domains
        lives = [a.expires for a in library.policy.assurances.values() if a.expires]
        self.late = max(lives, default=0) + 60

    def begin(self, flow: str, given: Given) -> Here | None:
        """A walk of *flow*; None where it can't begin so."""
        from shepherd.author.assuring import held_before

        try:
            step = start(
                self.library,
                flow,
                inputs=given.inputs,
                facts=given.facts,
                stamp=Stamp(given.at, given.offset, AGENT),
                spent={s: Spent(n, n) for s, n in given.spent.items()},
                held=held_before(self.library.policy, given.assured, given.at),
            )
        except Refused:
            return None
        return Here(step.run, given.at, Map(given.spent), Map())

    # --- what may be said here -------------------------------------------------------------------

    def moves(self, here: Here, rare: Rare = Rare()) -> Iterator[Move]:  # noqa: B008 - a plain value
        """Every move worth trying, with what is *rare*."""
        run = here.run
        if run.ended or run.trouble is not None or run.paused:
            return
        step = run.tip.step
        if step.verb in ("lookup", "do"):
            yield from self._results(here)
            return
        if step.verb == "wait":
            yield Move(step.ref, None)
            return
        values = self._answers(here)
        yield from (Move(step.ref, value) for value in values)
        if due_at(run) is not None:
            yield Move(step.ref, "no_answer")
        for crowded in rare.crowded:
            if here.tries.get(crowded, 0) < self.most(crowded):
                yield from (Move(step.ref, value, meanwhile=crowded) for value in values)
        if step.ref in rare.late and any(held.until and held.stands(here.at) for held in run.state.held.values()):
            yield from (Move(step.ref, value, after=self.late) for value in values)

    def most(self, ref: str) -> int:
        """How often the step *ref* may be tried."""
        flow, _, name = ref.partition("/")
        attempts = self.library.flows[flow].steps[name].attempts
        return attempts.most if attempts else 0

    def _answers(self, here: Here) -> list[Any]:
        step = here.run.tip.step
        action = step.action
        if isinstance(action, Ask):
            if action.routed:
                return [option.value for option in action.field.options]
            return [value for value in self._of(here, (step.saves,), action.field) if value is not None]
        if isinstance(action, Collect):
            return self._filled(here, step.saves, action.fields)
        return [None]

    def _of(self, here: Here, path: tuple[str, ...], field: Field) -> tuple[Any, ...]:
        """What to give *field*: of what conditions tell apart, what lies within limits that are named; else these."""
        frame = here.run.state.frame
        values = self.domains.of(frame.flow.id, path, field)
        named = [limit for limit in (field.minimum, field.maximum) if isinstance(limit, str)]
        if not named:
            return values
        limits = {name: limit_now(here.run, name) for name in named}
        told = [to_text(limit) for limit in limits.values() if limit is not None]

        def given(tried: Iterable[Any]) -> tuple[Any, ...]:
            checked = (check_field(field, value, limits.get) for value in tried)
            return tuple(to_json(value) for value in checked if value is not None and not isinstance(value, Refusal))

        inside = given(values) or given(told)
        return (*inside, None) if field.optional else inside or values

    def _filled(self, here: Here, saved: str, fields: Mapping[str, Field]) -> list[dict[str, Any]]:
        """Ways to fill in *fields*: every combination where there are few, else one field varied after another."""
        values = [self._of(here, (saved, name), field) or (None,) for name, field in fields.items()]
        count = 1
        for one in values:
            count *= len(one)
        if count <= MOST_COMBINATIONS:
            chosen = list(product(*values))
        else:
            plain = tuple(one[0] for one in values)
            varied = [(*plain[:n], v, *plain[n + 1 :]) for n, one in enumerate(values) for v in one[1:]]
            chosen = [plain, *varied]
        return [{n: v for n, v in zip(fields, one, strict=True) if v is not None} for one in chosen]

    def _results(self, here: Here) -> Iterator[Move]:
        run = here.run
        action = run.tip.step.action
        assert isinstance(action, Lookup | Do)
        connector, _, name = action.operation.partition(".")
        operation = self.library.connectors[connector].operations[name]
        if action.operation.startswith(TICKET):
            yield Move(action.operation, "ok", call=True)
            yield from (Move(action.operation, r, call=True) for r in operation.result_names() if r != "ok")
            return
        for result in operation.result_names():
            for values in self._filled(here, run.tip.step.saves, operation.results.get(result, {})):
                yield Move(action.operation, {result: values} if values else result, call=True)

    # --- what comes of it ------------------------------------------------------------------------

    def take(self, here: Here, move: Move) -> tuple[Here, frozenset[Crossing], bool] | None:
        """
        The walk one *move* on, the edges that it crossed, and whether the move was needed; None where it is refused.

        A change that was made before is not made again, and the scenario says nothing of it.
        """
        try:
            if move.call:
                return self._called(here, move)
            at = here.at + timedelta(seconds=move.after)
            if move.meanwhile:
                here = here._replace(tries=here.tries.set(move.meanwhile, self.most(move.meanwhile)))
            if here.run.tip.step.verb == "wait" or move.value == "no_answer":
                due = due_at(here.run)
                at = max(at, due) if due is not None else at
                return (*self._advance(here, Time(), at, SYSTEM), True)
            action = here.run.tip.step.action
            given: Any = Continue()
            if isinstance(action, Ask):
                given = Answer(move.value)
            elif isinstance(action, Collect):
                given = Fields(move.value)
            return (*self._advance(here, given, at), True)
        except Refused:
            return None

    def _called(self, here: Here, move: Move) -> tuple[Here, frozenset[Crossing], bool]:
        asked, crossed = here, frozenset[Crossing]()
        if not here.run.requested:
            asked, crossed = self._advance(here, Request(), here.at, SYSTEM)
        if not asked.run.requested:
            return asked, crossed, False
        waiting = asked.run.waiting
        key = once_key(waiting)
        if key is not None and key in asked.done:
            first = asked.done[key]
            given, needed = Finished(first.result, first.values, repeated=True), False
        else:
            result, values = next(iter(move.value.items())) if isinstance(move.value, dict) else (move.value, {})
            given, needed = Finished(result, values), True
            if move.name.startswith(TICKET) and result == "ok":
                given = noted(waiting)
            if key is not None and result not in ("error", "unknown"):
                asked = asked._replace(done=asked.done.set(key, given))
        after, more = self._advance(asked, given, asked.at, SYSTEM)
        return after, crossed | more, needed

    def _advance(
        self, here: Here, given: Any, at: datetime, actor: Actor | None = None
    ) -> tuple[Here, frozenset[Crossing]]:
        run = here.run
        role = run.tip.step.role or ""
        who = actor or (self._somebody(run, role) if role else AGENT)
        spent = {c.key: Spent(n := here.tries.get(c.key, 0), n) for c in run.keyed}
        step = advance(run, given, stamp=Stamp(at, OFFSET, who, role or "agent"), spent=spent)
        tries = here.tries
        for one in step.event.tries:
            tries = tries.set(one.key, tries.get(one.key, 0) + 1)
        crossed = frozenset(crossing for _, crossing in crossings(step.run, run) if crossing is not None)
        return Here(step.run, at, tries, here.done), crossed

    def _somebody(self, run: Run, role: str) -> Actor:
        number = 1
        while run.has_answered(f"scenario {role} {number}"):
            number += 1
        return Actor("agent", f"scenario {role} {number}")
