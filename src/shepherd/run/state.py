"""Where a run stands: immutable frames, visits and what is held. Made by the fold, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from immutables import Map

from shepherd.flow.model import Call, Flow, HandOn, Step
from shepherd.flow.scope import CUSTOMER
from shepherd.run.api import Counted, Ended, Stamp

if TYPE_CHECKING:
    from shepherd.check.library import Library

#: Makes a NamedTuple of all its fields, in their order. On the hot path: calling the class costs twice as much.
new = tuple.__new__


class Limits(NamedTuple):
    """How far a run may go: automatic steps between two waits, visits in all, depth of calls (DESIGN §3.7)."""

    automatic: int = 100
    visits: int = 1000
    depth: int = 10


class Held(NamedTuple):
    """An assurance in force: its level, since when, and until when (None: as long as the contact lasts)."""

    level: int
    at: datetime
    until: datetime | None

    def stands(self, now: datetime) -> bool:
        """Whether it is in force at *now*."""
        return self.until is None or now < self.until


class Frame(NamedTuple):
    """
    One call of a flow under way.

    *values* is what its expressions read: inputs, facts and saved results. *counts* are the visits of each step in
    this call (where the flow reads them), *tries* the tries spent per call. *caller* is the calling frame as it stood;
    *step* the calling step; *about* whose assurances are granted (None: the customer's). *guards*: called by the
    guard, to come back to *step*. *opened* is the number of the visit that called, which no other call has. *who*
    tells whose tries are counted: 0 the run's own person's, else that one of ``Run.persons``.
    """

    flow: Flow
    values: Map[str, Any]
    counts: Map[str, int]
    tries: Map[str, int]
    caller: Frame | None
    step: str
    about: str | None
    guards: bool
    depth: int
    opened: int
    who: int = 0


def with_values(frame: Frame, values: Map[str, Any]) -> Frame:
    """*frame* with other values."""
    return new(Frame, (frame.flow, values, *frame[2:]))


def save(frame: Frame, step: Step, value: Any) -> Frame:
    """*frame* with the result of *step*; no value unsets it (TRAPS, rule 3)."""
    name = step.saves
    values = frame.values
    if value is not None:
        values = values.set(name, value)
    elif name in values:
        values = values.delete(name)
    return with_values(frame, values)


class State(NamedTuple):
    """
    All that going back restores: the frame, what is held, the tries spent on the path.

    *passed* has what promises ask for, by their keys: the visit that passed it last.
    """

    frame: Frame
    held: Map[str, Held]
    tries: Map[str, int]
    passed: Map[str, int]


class Visit(NamedTuple):
    """
    One stop at a step. *before* is the state that going back restores; *prev* the visit before it on the path.

    What it gave stands in *value* (JSON), *typed* and *result*; *done* tells whether it is over. *kept* names the
    visit whose answer was kept when an earlier one was changed. *inputs* are those of a call. *spent* are the tries
    across runs that were gone when it was entered: its words may tell how many are left.
    """

    number: int
    step: Step
    by: str
    before: State
    prev: Visit | None
    stamp: Stamp
    attempt: int | None = None
    done: bool = False
    value: Any = None
    result: str = ""
    inputs: Any = None
    kept: int | None = None
    finisher: Stamp | None = None
    spent: Map[str, int] = Map()

    @property
    def ref(self) -> str:
        """The step as ``flow/step``."""
        return self.step.ref


def over(v: Visit, value: Any, result: str, finisher: Stamp) -> Visit:
    """*v* with what it gave; written out: ``_replace`` costs five times as much on the hot path."""
    return new(Visit, (*v[:7], True, value, result, v.inputs, v.kept, finisher, v.spent))


class Trouble(NamedTuple):
    """Why a run can't go on by itself."""

    code: str
    sentence: str


class Undoing(NamedTuple):
    """Changes that are being taken back, the latest first, before the run goes back to the visit *to*."""

    to: int
    left: tuple[int, ...]


FIXED = 7


class Run(NamedTuple):
    """
    One walk through a flow: the fold of its events.

    *seq* counts the events. *tip* is the visit at which it stands. *spent* are tries per ticket or customer known so
    far; *open_tries* those whose request never got an answer. *guarded* is False only in tests of the proofs.
    *undone* are the visits whose change has been taken back; *undoing* what is being taken back now. *happened* is
    what promises do not forget when one goes back: (key, visit).
    *flows* are the library's with the words of the contact's language. *persons* are the customer numbers whose tries
    are counted, in the order in which they came up: first the one whom the run is about ("": the ticket's customer).
    The first FIXED fields stay as they are from the first event on.
    """

    library: Library
    flow_id: str
    flows: Mapping[str, Flow]
    limits: Limits
    guarded: bool
    facts: Map[str, Any]
    channel: str
    seq: int
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
    last: Stamp

    @property
    def ended(self) -> bool:
        """Whether nothing more can be answered."""
        return self.end is not None

    @property
    def outcome(self) -> str:
        """The outcome it ended with, or the empty text."""
        return self.end.outcome if self.end else ""

    @property
    def assured(self) -> Map[str, Held]:
        """What is held, expired or not."""
        return self.state.held

    @property
    def values(self) -> Map[str, Any]:
        """What the expressions of the step at hand can read."""
        return self.state.frame.values

    @property
    def keyed(self) -> tuple[Counted, ...]:
        """The tries within reach that are counted per ticket or customer, for each person who has come up."""
        return keyed_steps(self.library, self.flow_id, self.persons)

    def has_answered(self, name: str) -> bool:
        """Whether somebody called *name*, however it is written, has answered in this run."""
        return name.strip().casefold() in self.answered_by

    @property
    def waiting(self) -> Any:
        """What it waits for, with all that a page needs: ``Message Question Form LookupDue DoDue Stuck Ended``."""
        from shepherd.run.waiting import waiting

        return waiting(self)

    @property
    def path(self) -> Any:
        """The visits that still stand, oldest first, for people."""
        from shepherd.run.path import path

        return path(self)


def about(frame: Frame, name: str) -> str:
    """Whose assurance *name* is in *frame*: inside a call ``about: representative`` it is the representative's."""
    return f"{frame.about}.{name}" if frame.about and "." not in name else name


def holds(held: Map[str, Held], name: str, level: int, now: datetime) -> bool:
    """Whether *name* is in force at *now*, at least at *level*."""
    found = held.get(name)
    return found is not None and found.level >= level and found.stands(now)


def local(stamp: Stamp) -> datetime:
    """The wall clock of *stamp* at the desk, as a naive datetime."""
    sign = -1 if stamp.offset.startswith("-") else 1
    hours, _, minutes = stamp.offset.lstrip("+-").partition(":")
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return stamp.at.replace(tzinfo=None) + sign * shift


def reachable(library: Library, flow_id: str) -> tuple[Flow, ...]:
    """*flow_id* and every flow that it can call or hand on to, each once."""
    found: dict[str, Flow] = {}
    waiting = [flow_id]
    while waiting:
        flow = library.flows.get(waiting.pop())
        if flow is None or flow.id in found:
            continue
        found[flow.id] = flow
        waiting += [s.action.flow for s in flow.steps.values() if isinstance(s.action, Call | HandOn)]
    return tuple(found.values())


@lru_cache(maxsize=512)
def keyed_steps(library: Library, flow_id: str, persons: tuple[str, ...]) -> tuple[Counted, ...]:
    """The tries at steps of *flow_id* and of the flows it can call that are counted across runs, for *persons*."""
    return tuple(
        Counted(step.attempts.per, step.ref, step.attempts.within, person, counted_as(step, who))
        for flow in reachable(library, flow_id)
        for step in flow.steps.values()
        if step.attempts and step.attempts.per in ("ticket", "customer")
        for who, person in enumerate(persons if step.attempts.per == "customer" else persons[:1])
    )


def counted_as(step: Step, who: int) -> str:
    """The key of the tries at *step* that are counted across runs, in a frame about the person number *who*."""
    return f"{step.ref}@{who}" if who and step.attempts and step.attempts.per == "customer" else step.ref


def whose(flow: Flow, values: Mapping[str, Any]) -> str:
    """
    The customer number for whom *flow*, called with *values*, counts tries per customer; "" where it names none.

    It is the flow's input ``customer_id``: a limit on guessing belongs to the one who is asked, not to the ticket.
    """
    return plain_number(values.get(CUSTOMER)) if CUSTOMER in flow.inputs else ""


def plain_number(number: Any) -> str:
    """A customer number as it is compared: "C-1003", "c 1003" and "c1003" are one person."""
    text = "" if number is None else str(number).casefold()
    return "".join(c for c in text if c.isalnum()) or text.strip()
