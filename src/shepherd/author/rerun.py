"""
A recorded run, walked again over other flows: the same answers and results, given at the steps of the same name.

Its inputs are taken through the doors of the interpreter, at the time and by whom they were given, so that the newer
rules judge them. What the run never had can't be made up: where that is asked, it is followed no further, and that is
said. Secrets are in no record: a stand-in of the same form is given for them, and what the call gave then counts. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author.difference import NOTHING_RENAMED, Renamed
from shepherd.author.script import TICKET, noted, once_key
from shepherd.author.stand_ins import digits
from shepherd.author.walks import Rerun, Walk, granted, recorded
from shepherd.flow.model import Ask, Collect
from shepherd.run import advance, start
from shepherd.run.api import (
    SYSTEM,
    Abandon,
    Answer,
    Change,
    Continue,
    DoDue,
    Due,
    Event,
    Fields,
    Finished,
    GoBack,
    HandOver,
    LookupDue,
    Message,
    Pause,
    Refused,
    Request,
    Resume,
    Spent,
    Stamp,
    TakeOver,
    Time,
)
from shepherd.run.engine import ERASED
from shepherd.run.keep import fields
from shepherd.run.promised import BROKEN
from shepherd.run.state import Run, Visit

if TYPE_CHECKING:
    from shepherd.check.library import Library

MOST_EVENTS = 600
#: Who reads a message that the run never came to.
ROW = ("continued", "answered", "collected", "time_reached", "went_back", "answer_changed")
RESULTS = ("lookup_finished", "do_finished")
BESIDE = ("paused", "resumed", "handed_over", "taken_over", "abandoned")


class Stopped(Exception):
    """The run can't be followed any further; the sentence says why."""


def rerun(library: Library, events: Sequence[Event], renamed: Renamed = NOTHING_RENAMED) -> Rerun:
    """The run that *events* made, walked over *library*; *renamed* has what is called otherwise there."""
    return _Rerunning(library, events, renamed).rerun()


class _Given(NamedTuple):
    """An input of the record: its place, its event, and the step at which it was given."""

    place: int
    event: Event
    at: str


class _Rerunning:
    def __init__(self, library: Library, events: Sequence[Event], renamed: Renamed):
        self.library, self.events, self.renamed = library, events, renamed
        self.old = recorded(events)
        self.given = list(_inputs(events, renamed.steps))
        self.used: set[int] = set()
        self.visits = {i["visit"]: self._later(i["step"]) for event in events for i in event.entered}
        self.entered: list[Mapping[str, Any]] = []
        self.assumed: dict[str, None] = {}
        self.done: dict[Any, Finished] = {}
        asked = (event.data for event in events if event.kind in ("lookup_requested", "do_requested"))
        self.calls: dict[int, str] = {data["visit"]: data["operation"] for data in asked}
        self.others: Mapping[str, int] = {}
        self.at: datetime = events[0].at
        self.actor = events[0].actor
        self.role = events[0].data.get("role", "agent")
        self.made = 0
        self.run: Run

    def rerun(self) -> Rerun:
        stopped = broke = ""
        try:
            self._begin()
            while not self.run.ended and self._turn():
                if self.made > MOST_EVENTS:
                    raise Stopped(f"it made more than {MOST_EVENTS} steps.")
        except Stopped as reason:
            stopped = str(reason)
        except (LookupError, AssertionError, AttributeError, TypeError, ValueError) as error:
            stopped = f"it can't be walked there ({type(error).__name__})."
        if stopped and hasattr(self, "run") and self.run.trouble is not None and self.run.trouble.code == BROKEN:
            broke, stopped = self.run.trouble.sentence, ""
        old = self.old._replace(steps=tuple(map(self._later, self.old.steps)))
        old = old._replace(stands=self._later(old.stands) if old.stands else "")
        return Rerun(old, self._walk(), stopped, tuple(self.assumed), broke)

    def _later(self, step: str) -> str:
        return self.renamed.steps.get(step, step)

    def _walk(self) -> Walk:
        steps = tuple(item["step"] for item in self.entered)
        given = granted(self.events[0], self.entered)
        run = getattr(self, "run", None)
        if run is None:
            return Walk(steps, "", "", given)
        return Walk(steps, run.outcome, "" if run.ended else run.tip.ref, given)

    # --- the beginning --------------------------------------------------------------------------------

    def _begin(self) -> None:
        first = self.events[0]
        flow = self.library.flows.get(first.data["flow"])
        if flow is None:
            raise Stopped(f'there is no flow "{first.data["flow"]}" there.')
        inputs = {n: v for n, v in first.data["inputs"].items() if n in flow.inputs and v != ERASED}
        facts = {n: _known(v) for n, v in first.data["facts"].items() if v != ERASED}
        stamp = Stamp(first.at, first.offset, first.actor, self.role)
        try:
            begun = start(
                self.library,
                flow.id,
                inputs=inputs,
                facts=facts,
                stamp=stamp,
                spent={ref: Spent(n, n) for ref, n in first.data.get("spent", {}).items()},
                held=first.data.get("held", ()),
            )
        except Refused as refused:
            raise Stopped(f"it can't begin there: {refused.code} ({refused.at}).") from None
        self._took(*begun)

    # --- one turn ---------------------------------------------------------------------------------------

    def _turn(self) -> bool:
        """One input more; False where the record has no more for it either."""
        run = self.run
        if run.trouble is not None:
            raise Stopped(f'it is stuck at "{run.tip.ref}".')
        verb = run.tip.step.verb
        if (verb in ("lookup", "do") or run.undoing is not None) and not run.requested:
            self._give(Request(), system=True)
            return True
        here = self._next(run.tip.ref)
        if here is not None:
            self._besides(here.place)
            if self.run.ended or self.run.tip is not run.tip:
                return True
            self._take(here)
            return True
        return self._unrecorded()

    def _next(self, step: str) -> _Given | None:
        """The next input of the record that was given at *step*."""
        kinds = RESULTS if self.run.requested else ROW
        return next(
            (g for g in self.given if g.at == step and g.place not in self.used and g.event.kind in kinds), None
        )

    def _besides(self, place: int) -> None:
        """Whoever had the run before *place*: pauses, hand-overs and the like."""
        for one in self.given:
            if one.place >= place:
                return
            if one.place in self.used or one.event.kind not in BESIDE:
                continue
            self.used.add(one.place)
            self._stamped(one.event)
            self._beside(one.event)

    def _beside(self, event: Event) -> None:
        rows: dict[str, Any] = {
            "paused": Pause(),
            "resumed": Resume(),
            "taken_over": TakeOver(),
            "handed_over": HandOver(str(event.data.get("to") or "queue"), ""),
            "abandoned": Abandon(str(event.data.get("reason") or "")),
        }
        try:
            self._advance(rows[event.kind])
        except Refused:
            return  # it stands elsewhere by now, where that has no meaning

    def _take(self, given: _Given) -> None:
        event = given.event
        self.used.add(given.place)
        self._stamped(event)
        if event.kind in RESULTS:
            return self._finished(event)
        if event.kind == "went_back":
            return self._give(GoBack(self._standing(event)), system=event.actor.kind == "system")
        if event.kind == "answer_changed":
            number = self._standing(event)
            return self._give(Change(number, self._value(event, self._visit(number))))
        if event.kind == "time_reached":
            return self._time()
        waiting = self.run.waiting
        if isinstance(waiting, Message):
            return self._give(Continue())
        if isinstance(waiting, Due):
            return self._give(Continue("As recorded")) if event.kind == "continued" else self._time()
        value = self._value(event, self.run.tip)
        return self._give(Fields(value) if isinstance(self.run.tip.step.action, Collect) else Answer(value))

    def _unrecorded(self) -> bool:
        """The run stands where the record has nothing for it."""
        run, step = self.run, self.run.tip.step
        if run.requested:
            return self._result()
        if not self._left() and not self.old.ended:
            self._besides(len(self.events) + 1)
            return run is not self.run
        waiting = run.waiting
        if isinstance(waiting, Message):
            if waiting.role:
                self.actor, self.role = self.actor._replace(id=f"a {waiting.role}"), waiting.role
            self._give(Continue())
            return True
        if isinstance(waiting, Due):
            self._time()
            return True
        asked = "asks for what this run was never asked" if step.human else "needs what this run has not"
        raise Stopped(f'"{step.ref}" {asked}.')

    def _left(self) -> bool:
        """Whether the record has more that was given or came back."""
        return any(g.place not in self.used and g.event.kind not in BESIDE for g in self.given)

    def _time(self) -> None:
        waiting = self.run.waiting
        if waiting.due is None:
            raise Stopped(f'"{waiting.step}" waits for no time by now, and nobody answered it.')
        self.at = max(self.at, waiting.due)
        self._give(Time(), system=True)

    # --- calls -----------------------------------------------------------------------------------------

    def _finished(self, event: Event) -> None:
        waiting = self.run.waiting
        asked = self.calls.get(event.data["visit"], waiting.operation)
        if asked != waiting.operation:
            self.assumed[f'"{waiting.step}" calls {waiting.operation} by now, and called {asked}.'] = None
        self._come_back(waiting, event)

    def _come_back(self, waiting: LookupDue, event: Event) -> None:
        values = event.data.get("values") or {}
        if any(value == ERASED for value in values.values()):
            raise Stopped(f'what "{waiting.step}" was given back has been erased.')
        finished = Finished(event.data["result"], values, bool(event.data.get("repeated")))
        self._keep(waiting, finished)

    def _result(self) -> bool:
        """A call of which nothing came back at this step: made before, of the ticket itself, or made elsewhere."""
        waiting = self.run.waiting
        key = once_key(waiting)
        if key is not None and key in self.done:
            first = self.done[key]
            self._give(Finished(first.result, first.values, repeated=True), system=True)
            return True
        if waiting.operation.startswith(TICKET):
            self._keep(waiting, noted(waiting))
            return True
        free = (g for g in self.given if g.place not in self.used and g.event.kind in RESULTS)
        other = next((g for g in free if self.calls.get(g.event.data["visit"]) == waiting.operation), None)
        if other is None:
            if not self._left() and not self.old.ended:
                return False
            raise Stopped(f'"{waiting.step}" calls {waiting.operation}, of which this run has no result.')
        self.used.add(other.place)
        self.assumed[f'"{waiting.step}" got what {waiting.operation} gave at "{other.at}".'] = None
        self._come_back(waiting, other.event)
        return True

    def _keep(self, waiting: LookupDue, finished: Finished) -> None:
        key = once_key(waiting) if isinstance(waiting, DoDue) else None
        if key is not None and finished.result not in ("error", "unknown"):
            self.done[key] = finished
        self._give(finished, system=True)

    # --- values ------------------------------------------------------------------------------------------

    def _value(self, event: Event, visit: Visit) -> Any:
        """What was given, for the step of *visit* as it is now; fields that it has no more are left out."""
        asked = {field.name: field for field in fields(visit.step)}
        action = visit.step.action
        if isinstance(action, Ask):
            data = event.data
            values = data.get("values")
            if values is not None:
                return self._plain(values.get(action.field.name), visit.ref)
            if "given" in data:
                return self._plain({"given": data["given"]}, visit.ref)
            value = data.get("value")
            later = self.renamed.answers.get((visit.ref, value)) if isinstance(value, str) else None
            return self._plain(later or value, visit.ref)
        values = event.data.get("values")
        if values is None:
            name = next(iter(asked), "")
            values = {name: event.data.get("value")}
        gone = [name for name in values if name not in asked]
        if gone:
            self.assumed[f'"{visit.ref}" has no field {", ".join(gone)} by now.'] = None
        return {n: self._plain(v, visit.ref) for n, v in values.items() if n in asked and v is not None}

    def _plain(self, value: Any, step: str) -> Any:
        if value == ERASED:
            raise Stopped(f'what was given at "{step}" has been erased.')
        if isinstance(value, Mapping) and set(value) == {"given"}:
            length, _, kind = str(value["given"]).partition(" ")
            number = int(length) if length.isdigit() else 4
            return digits(number) if kind.startswith("digit") else "s" * number
        return "" if value is None else value

    def _standing(self, event: Event) -> int:
        """The visit that stands for the one which *event* names."""
        wanted = self.visits.get(event.data["visit"], "")
        visit: Visit | None = self.run.tip
        while visit is not None and visit.number:
            if visit.ref == wanted and visit is not self.run.tip:
                return visit.number
            visit = visit.prev
        raise Stopped(f'somebody went back to "{wanted}", where this run has not been.')

    def _visit(self, number: int) -> Visit:
        visit = self.run.tip
        while visit.number != number and visit.prev is not None:
            visit = visit.prev
        return visit

    # --- the run -----------------------------------------------------------------------------------------

    def _stamped(self, event: Event) -> None:
        self.at = max(self.at, event.at)
        self.others = event.data.get("spent", {})
        if event.actor.kind != "system":
            self.actor, self.role = event.actor, event.data.get("role", "agent")

    def _give(self, given: Any, *, system: bool = False) -> None:
        try:
            self._advance(given, system=system)
        except Refused as refused:
            raise Stopped(f'"{self.run.tip.ref}" would refuse what was given ({refused.code}).') from None

    def _advance(self, given: Any, *, system: bool = False) -> None:
        run = self.run
        stamp = Stamp(
            self.at, self.events[0].offset, SYSTEM if system else self.actor, "system" if system else self.role
        )
        others = {ref: max(n, run.spent.get(ref, 0)) for ref, n in self.others.items()}
        spent = {c.key: Spent(n, n) for c in run.keyed if (n := others.get(c.key)) is not None}
        self._took(*advance(run, given, stamp=stamp, spent=spent))

    def _took(self, run: Run, event: Event) -> None:
        self.run = run
        self.made += 1
        self.entered += event.entered


def _inputs(events: Sequence[Event], renamed: Mapping[str, str]) -> Iterator[_Given]:
    """Everything that was given, each with the step at which the run stood."""
    tip = ""
    for place, event in enumerate(events):
        if place and event.kind in (*ROW, *RESULTS, *BESIDE):
            yield _Given(place, event, renamed.get(tip, tip))
        for item in event.entered:
            tip = item["step"]


def _known(value: Any) -> Any:
    """Facts without what was erased."""
    return {n: v for n, v in value.items() if v != ERASED} if isinstance(value, Mapping) else value
