"""Walking on: entering steps until somebody must act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from immutables import Map

from shepherd.check.grants import grantor
from shepherd.flow.expression import Undefined, Unworkable
from shepherd.flow.model import Edge, Flow, Grant, Need, Step
from shepherd.run.api import Ended, SecretRef, Stamp, Try
from shepherd.run.context import Context, spent
from shepherd.run.enter import EMPTY, ENTER
from shepherd.run.promised import BROKEN, broken, passed
from shepherd.run.state import (
    FIXED,
    Frame,
    Held,
    Run,
    State,
    Trouble,
    Undoing,
    Visit,
    about,
    counted_as,
    holds,
    new,
    save,
    whose,
)

OPEN = (False, None, "", None, None, None)  #: what a visit gave, from ``done`` to ``finisher``, while it is open


class Walk:
    """
    A run on the move: opened from a Run, moved by methods, closed into the next Run.

    It is mutable only between ``Walk(run, …)`` and ``close()``, so that a step costs a few assignments.
    """

    __slots__ = (
        "_automatic",
        "_granted",
        "_seq",
        "answered_by",
        "end",
        "entered",
        "going",
        "happened",
        "made",
        "open_tries",
        "owner",
        "paused",
        "persons",
        "requested",
        "run",
        "spent",
        "stamp",
        "state",
        "taken",
        "tip",
        "tries",
        "trouble",
        "undoing",
        "undone",
    )

    state: State
    tip: Visit
    made: int
    requested: bool
    spent: Map[str, int]
    open_tries: frozenset[str]
    answered_by: frozenset[str]
    owner: str
    paused: bool
    trouble: Trouble | None
    end: Ended | None
    undoing: Undoing | None
    undone: frozenset[int]
    happened: frozenset[tuple[str, int]]
    persons: tuple[str, ...]

    def __init__(self, run: Run, stamp: Stamp, spent_elsewhere: Mapping[str, int] | None = None, taken: int = 0):
        self.run, self.stamp, self.taken = run, stamp, taken
        moving: tuple[Any, ...] = run[FIXED:]
        (
            self._seq,
            self.state,
            self.tip,
            self.made,
            self.requested,
            self.spent,
            self.open_tries,
            self.answered_by,
            self.owner,
            self.paused,
            self.trouble,
            self.end,
            self.undoing,
            self.undone,
            self.happened,
            self.persons,
            _,
        ) = moving
        if spent_elsewhere:
            self.spent = self.spent.update(spent_elsewhere)
        self.entered: list[dict[str, Any]] = []
        self.tries: tuple[Try, ...] = ()
        self._automatic = 0
        self._granted: tuple[dict[str, Any], ...] = ()
        self.going: tuple[str, str] | None = None

    def close(self) -> Run:
        """The run as it stands after the walk, one event older."""
        if self._granted and self.entered:
            self.entered[-1].setdefault("granted", []).extend(self._granted)
        moved = (
            self._seq + 1,
            self.state,
            self.tip,
            self.made,
            self.requested,
            self.spent,
            self.open_tries,
            self.answered_by,
            self.owner,
            self.paused,
            self.trouble,
            self.end,
            self.undoing,
            self.undone,
            self.happened,
            self.persons,
            self.stamp,
        )
        return new(Run, self.run[:FIXED] + moved)

    # --- moving --------------------------------------------------------------------------------

    def go(self, step_id: str, by: str) -> None:
        """Enter *step_id*, and go on from step to step until one waits, the run ends, or it is stuck."""
        self.requested, self.trouble = False, None
        self.going = (step_id, by)
        try:
            while self.going is not None:
                step_id, by = self.going
                self.going = None
                self._enter(self.state.frame.flow.steps[step_id], by)
        except (Undefined, Unworkable) as error:
            self.stick("broken_expression", f'At step "{step_id}": {error}')

    def stick(self, code: str, sentence: str) -> None:
        """Stop here: the run can't go on by itself."""
        self.going = None
        self.trouble = Trouble(code, f"{sentence} Go back, hand over, or end the contact.")

    def take(self, edge: Edge) -> None:
        """Leave by *edge*: its grants are in force from now on."""
        if edge.grants:
            self.grant(edge.grants)
        if edge.passes:
            passed(self, edge.passes)
        self.going = (edge.target, edge.by)

    def leave(self, by: str) -> None:
        """Go on by the edge *by* of the step at hand, from outside a walk."""
        edge = self.tip.step.edges[by]
        if edge.grants:
            self.grant(edge.grants)
        if edge.passes:
            passed(self, edge.passes)
        self.go(edge.target, edge.by)

    def _enter(self, step: Step, by: str) -> None:
        state = self.state
        frame = state.frame
        flow = frame.flow
        needs = step.requires if step.id != flow.first else flow.requires + step.requires
        if needs and self.run.guarded and self._diverted(step, needs):
            return None
        attempt = None
        if step.attempts:
            used = spent(state, step.id, self.spent)
            if self.open_tries and counted_as(step, frame.who) in self.open_tries:
                used -= 1
            if used >= step.attempts.most:
                edge = step.edges["out_of_attempts"]
                self.going = (edge.target, f"out_of_attempts:{step.id}")
                return self._count(step)
            attempt = used + 1
        if step.promised and self.run.guarded and (why := broken(self, step)):
            return self.stick(BROKEN, why)
        if self.made >= self.run.limits.visits:
            return self.stick("too_many_visits", f"The run has made {self.made} visits, which is the limit.")
        number = self.made = self.made + 1
        self.tip = new(Visit, (number, step, by, state, self.tip, self.stamp, attempt, *OPEN, self.spent))
        item: dict[str, Any] = {"visit": number, "step": step.ref, "by": by}
        words = step.words.hash
        if words:
            item["words"] = words
        if attempt is not None:
            item["attempt"] = attempt
        if self._granted:
            item["granted"], self._granted = list(self._granted), ()
        self.entered.append(item)
        held = state.held
        for written in step.withdraws:
            name = about(frame, written)
            if name in held:
                held = held.delete(name)
                item.setdefault("withdrawn", []).append(name)
        if flow.reads_visits:
            frame = frame._replace(counts=frame.counts.set(step.id, frame.counts.get(step.id, 0) + 1))
            self.state = State(frame, held, state.tries, state.passed)
        elif held is not state.held:
            self.state = State(frame, held, state.tries, state.passed)
        enter = ENTER.get(step.verb)
        if enter is not None:
            self._count(step)
            if self.trouble is None:
                enter(self, step)
        return None

    def _count(self, step: Step) -> None:
        """One more automatic step; too many between two waits stick, and the sentence names the loop."""
        self._automatic += 1
        if self._automatic > self.run.limits.automatic:
            names = [item["step"] for item in self.entered[-12:]]
            again = names[::-1].index(names[-1], 1) if names and names[-1] in names[:-1] else len(names) - 1
            loop = " → ".join(names[-again - 1 :])
            self.stick("loop", f"More than {self.run.limits.automatic} steps without a person: {loop}.")

    # --- guards ----------------------------------------------------------------------------------

    def _diverted(self, step: Step, needs: Iterable[Need]) -> bool:
        """Whether *step* may not be entered now; then the walk has been sent to where the assurance is given."""
        frame, held, now = self.state.frame, self.state.held, self.stamp.at
        missing = next((n for n in needs if not holds(held, about(frame, n.name), n.level, now)), None)
        if missing is None:
            return False
        edge = step.edges.get("unmet")
        if edge is not None and missing in step.requires:
            self.going = (edge.target, f"unmet:{step.id}")
            self._count(step)
        else:
            self._call_guard(step, missing)
        return True

    def _call_guard(self, step: Step, need: Need) -> None:
        """The flow that grants what is missing is called and comes back to *step*, once (DESIGN §2, Assurance)."""
        frame = self.state.frame
        flow = grantor(self.run.flows, self.run.library.policy, need.name)
        if flow is None or flow.id == frame.flow.id or self._just_guarded(step):
            return self.stick("not_assured", f'Step "{step.id}" needs "{need.name}", and it is not established.')
        values = self.run.facts
        for name, given in flow.inputs.items():
            if name in frame.values:
                values = values.set(name, frame.values[name])
            elif not given.optional:
                return self.stick("not_assured", f'Step "{step.id}" needs "{need.name}"; start "{flow.title}" first.')
        self.push(flow, values, step.id, about=None, guards=True)
        self.going = (flow.first, f"guard:{step.id}")
        return None

    def _just_guarded(self, step: Step) -> bool:
        return self.tip.done and self.tip.result == f"guard:{step.id}"

    def grant(self, grants: tuple[Grant, ...]) -> None:
        """Put *grants* in force from now on; one given again is renewed, a lower one never touches a higher."""
        if not grants:
            return
        held = self.state.held
        now = self.stamp.at
        for grant in grants:
            name = about(self.state.frame, grant.name)
            declared = self.run.library.policy.assurances.get(grant.name)
            expires = grant.expires if grant.expires is not None else declared.expires if declared else None
            until = now + timedelta(seconds=expires) if expires is not None else None
            before = held.get(name)
            if before and before.stands(now) and before.level > grant.level:
                continue
            held = held.set(name, Held(grant.level, now, until))
            entry: dict[str, Any] = {"name": name, "level": grant.level}
            if until is not None:
                entry["until"] = instant(until)
            self._granted += (entry,)
        self.state = self.state._replace(held=held)

    # --- calls and ends --------------------------------------------------------------------------

    def push(self, flow: Flow, values: Map[str, Any], step: str, *, about: str | None, guards: bool) -> None:
        caller = self.state.frame
        if caller.depth >= self.run.limits.depth:
            raise Unworkable(f"calls are {self.run.limits.depth} deep, which is the limit.")
        depth, who = caller.depth + 1, self.who(flow, values, caller.who)
        frame = Frame(flow, values, EMPTY, EMPTY, caller, step, about or caller.about, guards, depth, self.made, who)
        self.state = self.state._replace(frame=frame)

    def who(self, flow: Flow, values: Map[str, Any], before: int) -> int:
        """Whose tries are counted in *flow*, called with *values* from a frame where they were *before*'s."""
        person = whose(flow, values)
        if not person:
            return before
        if person not in self.persons:
            self.persons = (*self.persons, person)
        return self.persons.index(person)

    def finish(self, outcome_name: str) -> None:
        """The flow at hand ends: its caller goes on, or the run is over."""
        frame = self.state.frame
        outcome = frame.flow.outcomes[outcome_name]
        context = self.context()
        returns = {n: e.evaluate(frame.values, context) for n, e in outcome.returns.items()}
        item = self.entered[-1]
        marks = self.tip.step.passes + outcome.passes
        if marks:
            passed(self, marks)
        if frame.caller is None:
            item["ended"] = {"outcome": outcome_name, "code": outcome.code}
            self.grant(outcome.grants)
            self.end = Ended(
                visit=self.tip.number,
                step=self.tip.ref,
                outcome=outcome_name,
                code=outcome.code,
                meaning=self.run.library.policy.dispositions.get(outcome.code, ""),
                resolves=outcome.resolves,
                follow_up=outcome.follow_up,
                returns=returns,
            )
            return
        item["returned"] = outcome_name
        self.grant(outcome.grants)
        caller = frame.caller
        if frame.guards:
            self.tip = self.tip._replace(done=True, result=f"guard:{frame.step}")
            self.state = self.state._replace(frame=caller)
            self.going = (frame.step, f"guard:{frame.step}")
            return
        step = caller.flow.steps[frame.step]
        self.state = self.state._replace(frame=save(caller, step, returns or None))
        self.take(step.edges[f"outcome:{outcome_name}"])

    def context(self) -> Context:
        """What expressions ask at this moment."""
        return Context(self.state, self.stamp, self.spent, self.run.channel)

    def arguments(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """*args* worked out over the frame at hand."""
        values, context = self.state.frame.values, self.context()
        return {name: expression.evaluate(values, context) for name, expression in args.items()}


def instant(at: Any) -> str:
    """A UTC time as text with milliseconds and Z."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def secret_visit(inputs: Mapping[str, Any]) -> int | None:
    """The visit whose form gave the secrets among *inputs*."""
    return next((v.visit for v in inputs.values() if isinstance(v, SecretRef)), None)
