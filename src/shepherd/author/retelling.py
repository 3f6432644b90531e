"""What the events of a run say that a scenario gives: answers, results, time that passed, and where one went back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author.assuring import unasked
from shepherd.author.facts import unread
from shepherd.author.play import Played
from shepherd.author.script import TICKET
from shepherd.author.stand_ins import CLOSED, digits
from shepherd.check.summaries import REPRESENTATIVE
from shepherd.flow.given import Assured
from shepherd.flow.model import Ask, Collect, Field, Step
from shepherd.flow.money import is_amount
from shepherd.flow.types import Type, to_text
from shepherd.run.api import Event
from shepherd.run.keep import fields

if TYPE_CHECKING:
    from shepherd.check.library import Library

ANY = Type("text", name="text")
MESSAGE = "continue"


class Leaf(NamedTuple):
    """One value that was given: its *text*, the *field* that took it, and whether it is *private*."""

    text: str
    field: Field
    private: bool


class Said(NamedTuple):
    """
    One entry of the script of a step, so many seconds *after* the one before.

    *meanwhile* are tries that other contacts took at some steps.
    """

    value: Any
    after: int = 0
    meanwhile: Mapping[str, int] = {}

    def entry(self, least: int | None) -> Any:
        """As it is written, with the time that passed where that is at least *least* seconds."""
        late = least is not None and self.after >= least
        if not late and not self.meanwhile:
            return self.value
        words = self.value if isinstance(self.value, dict) and _special(self.value) else {"value": self.value}
        if self.value == MESSAGE:
            words = {}
        if late:
            words = {**words, "after": f"{self.after}s" if self.after % 60 else f"{self.after // 60}m"}
        return {**words, "meanwhile": dict(self.meanwhile)} if self.meanwhile else words


class Called(NamedTuple):
    """What one call gave; *repeated*: it was made before, and nothing was done. *plain*: what it gives by itself."""

    result: str
    values: Mapping[str, Any]
    repeated: bool
    plain: bool

    @property
    def entry(self) -> Any:
        """As it is written."""
        return {self.result: dict(self.values)} if self.values else self.result


class Retold(NamedTuple):
    """
    A run as a script: *head* are its inputs, facts and the like; *walked* the steps with the edges that led there.
    """

    flow: str
    at: datetime
    head: Mapping[str, Any]
    answers: Mapping[str, Sequence[Said]]
    calls: Mapping[str, Sequence[Called]]
    walked: tuple[tuple[str, str], ...]
    outcome: str

    def given(self, least: int | None, *, repeated: bool) -> dict[str, Any]:
        """The ``given`` of a scenario; *least* as in ``Said.entry``, *repeated* with calls that did nothing anew."""
        given = dict(self.head)
        answers = {}
        for step, said in self.answers.items():
            entries = [one.entry(least) for one in said]
            while entries and entries[-1] == MESSAGE:
                entries.pop()
            if entries:
                bare = step.removeprefix(f"{self.flow}/")
                answers[bare] = entries if len(entries) > 1 or isinstance(entries[0], list) else entries[0]
        calls = {}
        for operation, called in self.calls.items():
            made = [one for one in called if repeated or not one.repeated]
            if made and not all(one.plain for one in made):
                results = [one.entry for one in made]
                calls[operation] = results if len(results) > 1 else results[0]
        if answers:
            given["answers"] = answers
        if calls:
            given["connectors"] = calls
        return given

    def is_walk(self, played: Played) -> bool:
        """Whether *played* went the way of the run, and everything was needed."""
        run = played.run
        if run is None or played.refused is not None or played.unused or run.outcome != self.outcome:
            return False
        return self.walked == tuple((item["step"], item["by"]) for e in played.events for item in e.entered)


def retell(library: Library, events: Sequence[Event], known: frozenset[str]) -> Retold | str:
    """The script of *events* in words of *library*'s flows, or why there is none; values *known* are private."""
    if not events or events[0].kind != "run_started":
        return "There is no beginning of this run."
    if events[0].data["flow"] not in library.flows:
        return f'There is no flow "{events[0].data["flow"]}" in the library.'
    telling = _Telling(library, events[0], known)
    try:
        for event in events[1:]:
            telling.tell(event)
    except _Untellable as reason:
        return str(reason)
    except LookupError as error:
        return f"The flows as they are now have no {error} as this run had."
    walked = tuple((item["step"], item["by"]) for event in events for item in event.entered)
    ends = [item["ended"]["outcome"] for event in events for item in event.entered if "ended" in item]
    return Retold(
        telling.flow, events[0].at, telling.head, telling.answers, telling.calls, walked, ends[-1] if ends else ""
    )


class _Untellable(Exception):
    """Something of a run that no scenario can say."""


class _Telling:
    """A retelling under way."""

    def __init__(self, library: Library, started: Event, known: frozenset[str]):
        self.library, self.known = library, known
        self.flow: str = started.data["flow"]
        self.at = started.at.replace(microsecond=0)
        self.passed = 0
        self.visits: dict[int, str] = {}
        self.tip = ""
        self.operation = ""
        self.spent = _own(started.data)
        self.answers: dict[str, list[Said]] = {}
        self.calls: dict[str, list[Called]] = {}
        self.head = self._head(started)
        self._enter(started)

    # --- how it began --------------------------------------------------------------------------

    def _head(self, started: Event) -> dict[str, Any]:
        data = started.data
        hours, _, minutes = started.offset.lstrip("+-").partition(":")
        shift = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if started.offset.startswith("-") else 1)
        head: dict[str, Any] = {}
        inputs = self.library.flows[self.flow].inputs
        if data["inputs"]:
            head["inputs"] = {name: self._leaf(inputs[name], value) for name, value in data["inputs"].items()}
        facts = self._facts(data["facts"])
        if facts:
            head["facts"] = facts
        head["at"] = f"{(self.at + shift).replace(tzinfo=None).isoformat()}{started.offset}"
        spent = {step.removeprefix(f"{self.flow}/"): n for step, n in _own(data).items() if n}
        if spent:
            head["spent"] = spent
        held = {entry["name"]: entry for entry in data.get("held", ())}
        left = set(held) - set(unasked(self.library, self.flow, dict.fromkeys(held, Assured())))
        if left:
            head["assured"] = {name: self._assured(held[name]) for name in sorted(left)}
        return head

    def _facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Those facts that some flow reads; what stands in them is private, unless desk.yaml lists all it can be."""
        idle = set(unread(self.library, self.flow, facts))
        told: dict[str, Any] = {}
        for name, value in facts.items():
            declared = self.library.policy.facts.get(name, {})
            if isinstance(value, Mapping):
                kept = {
                    key: self._leaf(declared.get(key) or _field(key), one, private=True)
                    for key, one in value.items()
                    if one is not None and f"{name}.{key}" not in idle
                }
                if kept:
                    told[name] = kept
            elif name not in idle and value not in (None, ""):
                told[name] = self._leaf(_field(name), value, private=name != "channel")
        return told

    def _assured(self, entry: Mapping[str, Any]) -> Any:
        declared = self.library.policy.assurances.get(entry["name"].removeprefix(REPRESENTATIVE))
        levels = declared.levels if declared else ()
        told: dict[str, Any] = {}
        if 1 < entry["level"] <= len(levels):
            told["level"] = levels[entry["level"] - 1]
        if entry.get("until"):
            left = (datetime.fromisoformat(entry["until"]) - self.at).total_seconds()
            told["expires"] = f"{max(0, int(left))}s"
        return told or "true"

    # --- what came then ------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """One event more."""
        row = ROWS.get(event.kind)
        if row is not None:
            row(self, event)
        self.spent.update(_own(event.data))
        if event.kind in SPENDS and not event.data.get("again"):
            ref = self.visits.get(event.data["visit"], "")
            self.spent[ref] = self.spent.get(ref, 0) + 1
        self._enter(event)

    def _enter(self, event: Event) -> None:
        for item in event.entered:
            self.visits[item["visit"]] = self.tip = item["step"]

    def _step(self, ref: str) -> Step:
        flow, _, name = ref.partition("/")
        return self.library.flows[flow].steps[name]

    def _say(self, ref: str, event: Event, value: Any) -> None:
        passed = int((event.at - self.at).total_seconds())
        others = {step: n - self.spent.get(step, 0) for step, n in _own(event.data).items()}
        meanwhile = {step.removeprefix(f"{self.flow}/"): n for step, n in others.items() if n > 0}
        self.answers.setdefault(ref, []).append(Said(value, max(0, passed - self.passed), meanwhile))
        self.passed = max(passed, self.passed)

    def _continued(self, event: Event) -> None:
        ref = self.visits[event.data["visit"]]
        if "reason" in event.data:
            self._say(ref, event, "For a reason")
        else:
            self._say(ref, event, MESSAGE)

    def _answered(self, event: Event) -> None:
        ref = self.visits[event.data["visit"]]
        self._say(ref, event, self._given(self._step(ref), event.data))

    def _given(self, step: Step, data: Mapping[str, Any]) -> Any:
        """What was answered to an ask or a collect, as a scenario gives it."""
        if isinstance(step.action, Ask):
            return self._leaf(step.action.field, {"given": data["given"]} if "given" in data else data.get("value"))
        if isinstance(step.action, Collect):
            asked = {field.name: field for field in fields(step)}
            return {name: self._leaf(asked[name], v) for name, v in data["values"].items() if v is not None}
        raise _Untellable(f'"{step.ref}" asks for nothing by now, and this run has an answer to it.')

    def _silence(self, event: Event) -> None:
        ref = self.visits[event.data["visit"]]
        if self._step(ref).verb != "wait":
            self._say(ref, event, "no_answer")
        self.passed = max(self.passed, int((event.at - self.at).total_seconds()))

    def _went_back(self, event: Event) -> None:
        to = self.visits[event.data["visit"]].removeprefix(f"{self.flow}/")
        self._say(self._asking("went back"), event, {"back": to})

    def _changed(self, event: Event) -> None:
        ref = self.visits[event.data["visit"]]
        words = {"change": ref.removeprefix(f"{self.flow}/"), "to": self._given(self._step(ref), event.data)}
        self._say(self._asking("gave an old answer anew"), event, words)

    def _asking(self, did: str) -> str:
        if not self._step(self.tip).human:
            raise _Untellable(
                f'Somebody {did} while the run stood at "{self.tip}"; a scenario does so where it is asked.'
            )
        return self.tip

    def _requested(self, event: Event) -> None:
        self.operation = event.data["operation"]

    def _finished(self, event: Event) -> None:
        connector, _, name = self.operation.partition(".")
        declared = self.library.connectors[connector].operations[name].results.get(event.data["result"], {})
        raw = event.data.get("values") or {}
        values = {key: self._leaf(declared[key], value) for key, value in raw.items() if value is not None}
        plain = self.operation.startswith(TICKET) and event.data["result"] == "ok"
        called = Called(event.data["result"], values, bool(event.data.get("repeated")), plain)
        self.calls.setdefault(self.operation, []).append(called)

    # --- values --------------------------------------------------------------------------------

    def _leaf(self, field: Field, value: Any, *, private: bool = False) -> Any:
        if isinstance(value, list | tuple):
            return [self._leaf(field, one) for one in value]
        private = private or field.personal or field.secret
        if isinstance(value, Mapping) and not is_amount(value):
            if "given" in value:
                return Leaf(_as_long(value["given"]), field, False)
            return Leaf("erased", field, True)
        text = ("true" if value else "false") if isinstance(value, bool) else to_text(_plain(value))
        private = (private and field.type.kind not in CLOSED) or text in self.known
        return Leaf(text, field, private)


def _plain(value: Any) -> Any:
    return f"{value['amount']} {value['currency']}" if isinstance(value, Mapping) else value


def _as_long(told: str) -> str:
    """A stand-in for a secret of which only "4 digits" is known."""
    length, _, kind = told.partition(" ")
    number = int(length) if length.isdigit() else 4
    return digits(number) if kind.startswith("digit") else "s" * number


def _field(name: str) -> Field:
    return Field(name=name, type=ANY)


def _special(value: Mapping[str, Any]) -> bool:
    return set(value) <= {"back", "change", "to"}


#: What spends a try, where a step counts them over several runs.
SPENDS = frozenset({"continued", "answered", "collected", "lookup_requested", "do_requested"})
ROWS: Mapping[str, Callable[[_Telling, Event], None]] = {
    "continued": _Telling._continued,
    "answered": _Telling._answered,
    "collected": _Telling._answered,
    "time_reached": _Telling._silence,
    "went_back": _Telling._went_back,
    "answer_changed": _Telling._changed,
    "lookup_requested": _Telling._requested,
    "do_requested": _Telling._requested,
    "lookup_finished": _Telling._finished,
    "do_finished": _Telling._finished,
}


def _own(data: Mapping[str, Any]) -> dict[str, int]:
    """The tries spent elsewhere by step: those of the person whom the run is about, the only ones a scenario tells."""
    return {key: n for key, n in data.get("spent", {}).items() if "@" not in key}
