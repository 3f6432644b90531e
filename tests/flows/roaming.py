"""Everything that people and other systems could do to a run: the interpreter is searched, not a model of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, count, product
from math import prod
from typing import Any, NamedTuple

from networkx import descendants

from shepherd.author.trail import Crossing, crossings
from shepherd.check.library import Library
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Call, Decide, Field, Flow, HandOn, Need, Set, Step
from shepherd.run import advance, start
from shepherd.run.api import (
    SYSTEM,
    Actor,
    Answer,
    Continue,
    DoDue,
    Fields,
    Finished,
    Form,
    LookupDue,
    Message,
    Question,
    Refused,
    Request,
    Spent,
    Stamp,
    Time,
)
from shepherd.run.keep import fields
from shepherd.run.state import Run

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SPENT = (0, 2, 3)
MOST_TOGETHER = 64
_DECIDING: dict[int, tuple[Flow, dict[str, frozenset[str]]]] = {}
SAMPLES = {
    "text": ("x", "C-2001"),
    "long_text": ("x",),
    "digits": ("1234", "12345", "123456"),
    "integer": ("3",),
    "number": ("3", "95"),
    "money": ("95", "3"),
    "yes_no": ("true", "false"),
    "date": ("2026-11-23", "2026-10-01"),
    "time": ("18:30",),
    "datetime": ("2026-11-23T09:00",),
}
#: What a flow is started with, by the kind of its input; else a customer's number.
INPUTS = {"date": "2026-11-01", "money": "95"}


class Next(NamedTuple):
    """What comes next: at which second, what is given, and how many tries of the day are spent by then."""

    late: int
    given: Any
    spent: int | None = None


class Moment:
    """A run, the time since it began, and how it came about."""

    __slots__ = ("before", "crossed", "given", "late", "run")
    given: Next | None

    def __init__(self, run: Run, before: Moment | None, given: Next | None, crossed: list[tuple[str, Crossing | None]]):
        self.run, self.before, self.given, self.crossed = run, before, given, crossed
        self.late = given.late if given else 0

    def script(self) -> list[Next]:
        """Every input since the start."""
        here: Moment | None = self
        found = []
        while here is not None and here.given is not None:
            found.append(here.given)
            here = here.before
        return found[::-1]

    def entered(self) -> list[str]:
        """Every step entered since the start, oldest first."""
        here: Moment | None = self
        found: list[str] = []
        while here is not None:
            found[:0] = [ref for ref, _ in here.crossed]
            here = here.before
        return found

    def edges(self) -> set[Crossing]:
        """Every edge crossed since the start."""
        here: Moment | None = self
        found: set[Crossing] = set()
        while here is not None:
            found |= {c for _, c in here.crossed if c is not None}
            here = here.before
        return found


def begin(library: Library, flow: str, *, guarded: bool, held: Iterable[Need] = ()) -> Moment:
    """A run of *flow* alone, which holds nothing but what an earlier run left: *held*, for half an hour."""
    inputs = {name: INPUTS.get(field.type.kind, "C-1") for name, field in library.flows[flow].inputs.items()}
    until = (AT + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
    left = [{"name": n.name, "level": n.level, "at": "2026-11-21T09:00:00Z", "until": until} for n in held]
    run = start(library, flow, inputs=inputs, facts={}, stamp=_stamp(0, None), held=left, guarded=guarded).run
    return Moment(run, None, None, crossings(run, None))


def follow(moment: Moment, given: Next) -> Moment | None:
    """*moment* one input later, or None where it is refused."""
    run = moment.run
    spent = None
    if given.spent is not None:
        spent = {c.key: Spent(given.spent, given.spent) for c in run.keyed}
    try:
        after = advance(run, given.given, stamp=_stamp(given.late, run), spent=spent).run
    except Refused:
        return None
    return Moment(after, moment, given, crossings(after, run))


def loosened(moment: Moment) -> Moment:
    """*moment* with its guard off once it has sent the run away: the way behind ``unmet`` begins with a guard."""
    if any(c is not None and c.by == "unmet" for _, c in moment.crossed):
        moment.run = moment.run._replace(guarded=False)
    return moment


def search(
    first: Moment,
    found: Callable[[Moment], bool],
    closed: Callable[[Moment], bool],
    aged: int = 0,
    others: bool = False,
    most: int = 400_000,
) -> Moment | None:
    """
    A moment that is *found*, or None where there is none; what is *closed* is not followed further.

    With *aged*, people may also take so many seconds for an answer, and the guard is off behind ``unmet``; with
    *others*, other contacts of the customer spend tries meanwhile.
    """
    seen = {_key(first)}
    queue = deque([first])
    while queue:
        moment = queue.popleft()
        if found(moment):
            return moment
        if closed(moment):
            continue
        for given in choices(moment, aged, others):
            after = follow(moment, given)
            if after is None:
                continue
            after = loosened(after) if aged else after
            key = _key(after)
            if key not in seen or found(after):
                seen.add(key)
                (queue.append if after.run.guarded or not aged else queue.appendleft)(after)
        assert len(seen) <= most, "the search is too small for this flow"
    return None


def choices(moment: Moment, aged: int, others: bool) -> Iterator[Next]:
    """All that could come next: each answer, each result, each silence; after a while; after others spent tries."""
    for late, given in _choices(moment):
        yield Next(late, given)
        if aged and moment.late == 0 and moment.run.state.held and moment.run.tip.step.human:
            yield Next(late + aged, given)
        if others and moment.run.keyed:
            yield from (Next(late, given, spent) for spent in SPENT)


def _choices(moment: Moment) -> Iterator[tuple[int, Any]]:
    run, late = moment.run, moment.late
    if run.ended or run.trouble is not None:
        return
    waiting = run.waiting
    if isinstance(waiting, Message):
        yield late, Continue()
    elif isinstance(waiting, Question):
        blank = waiting.blank
        for value in [c.value for c in blank.choices] or SAMPLES[blank.type]:
            yield late, Answer(value)
    elif isinstance(waiting, Form):
        ways = [[c.value for c in b.choices] or SAMPLES[b.type] for b in waiting.blanks]
        for values in product(*ways):
            yield late, Fields(dict(zip([b.name for b in waiting.blanks], values, strict=True)))
    elif isinstance(waiting, LookupDue | DoDue):
        yield late, Request()
        yield from ((late, finished) for finished in _results(run, waiting.operation))
    if waiting.due is not None:
        yield max(late, int((waiting.due - AT).total_seconds())), Time()


def _results(run: Run, name: str) -> Iterator[Finished]:
    connector, _, operation = name.partition(".")
    declared = run.library.connectors[connector].operations[operation]
    for result in declared.result_names():
        fields = declared.results.get(result, {})
        for values in _together([_values(field) for field in fields.values()]):
            yield Finished(result, {n: v for n, v in zip(fields, values, strict=True) if v is not None})


def _together(values: list[list[Any]]) -> Iterable[tuple[Any, ...]]:
    """Each value with each other; of very many, those in which at most two differ from the first ones."""
    if prod(map(len, values)) <= MOST_TOGETHER:
        return product(*values)
    first = [each[:1] for each in values]
    pairs = combinations(range(len(values)), 2)
    mixed = (product(*(values[i] if i in pair else first[i] for i in range(len(values)))) for pair in pairs)
    return dict.fromkeys(chain.from_iterable(mixed))


def _values(field: Field) -> list[Any]:
    options = [option.value for option in field.options] or list(field.type.options or ())
    values: list[Any] = options or list(SAMPLES[field.type.name or field.type.kind])
    return [*values, None] if field.optional else values


def _key(moment: Moment) -> Any:
    """
    What tells two moments apart: of what only words show, that it is there; of what decides there or later, the value.

    Nobody goes back here, so that what was read for the last time no longer tells them apart.
    """
    run = moment.run
    frames, frame, step = [], run.state.frame, run.tip.step.id
    while frame is not None:
        decides = _deciding(frame.flow, step)
        known = frozenset((k, str(v) if k in decides else "") for k, v in frame.values.items())
        frames.append((frame.flow.id, frame.step, known))
        frame, step = frame.caller, frame.step
    return (
        run.tip.ref,
        run.requested,
        run.ended,
        run.trouble,
        run.guarded,
        moment.late,
        tuple(frames),
        frozenset(run.state.tries.items()),
        frozenset(run.spent.items()),
        frozenset(run.state.held),
    )


def _deciding(flow: Flow, step: str) -> frozenset[str]:
    """The names that conditions, values, tables and calls of *flow* read at *step* or anywhere behind it."""
    of, known = _DECIDING.get(id(flow), (None, {}))
    if of is not flow:
        known = {}
        _DECIDING[id(flow)] = (flow, known)
    if step not in known:
        behind: set[str] = descendants(graph_of(flow), step) | {step}
        names = {name for at in behind for name in _read_at(flow.steps[at])}
        waiting = list(names)
        while waiting:
            made = _made_of(flow, waiting.pop()) - names
            names |= made
            waiting += made
        known[step] = frozenset(names)
    return known[step]


def _read_at(step: Step) -> set[str]:
    """The names that decide where *step* leads to, or what it hands to another flow."""
    action = step.action
    read = [check.must for check in step.checks]
    if isinstance(action, Decide):
        read += [branch.when for branch in action.branches]
    elif isinstance(action, Call | HandOn):
        read += action.args.values()
    elif isinstance(action, Set):
        read += action.values.values()
    for field in fields(step):
        read += [part for part in (field.default, field.show_if) if part is not None]
    limits = {limit for field in fields(step) for limit in (field.minimum, field.maximum) if isinstance(limit, str)}
    return {name for expression in read for name in expression.names} | limits


def _made_of(flow: Flow, name: str) -> set[str]:
    """The names that the value or table *name* of *flow* is made of."""
    read = []
    if name in flow.values:
        read += [part for case in flow.values[name].cases for part in (case.when, case.gives) if part is not None]
    if name in flow.tables:
        read += flow.tables[name].by.values()
    return {used for expression in read for used in expression.names}


def _stamp(late: int, run: Run | None) -> Stamp:
    role = run.tip.step.role if run else None
    system = run is not None and run.tip.step.verb in ("lookup", "do")
    names = (f"{role} {number}" for number in count(1))
    another = next(n for n in names if run is None or n not in run.answered_by)
    who = SYSTEM if system else Actor("agent", another if role else "agent")
    return Stamp(AT + timedelta(seconds=late), "+00:00", who, role or "agent")
