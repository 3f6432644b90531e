"""The words of the interpreter: stamps, inputs, events, what a run waits for, and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from shepherd.flow.calendar import Duration

ActorKind = Literal["agent", "customer", "system", "integration"]
KINDS = (
    "run_started",
    "continued",
    "answered",
    "collected",
    "lookup_requested",
    "lookup_finished",
    "do_requested",
    "do_finished",
    "time_reached",
    "went_back",
    "answer_changed",
    "noted",
    "paused",
    "resumed",
    "handed_over",
    "taken_over",
    "version_moved",
    "failed",
    "abandoned",
)


class Actor(NamedTuple):
    """Who did something. *assured* is False until sign-in exists."""

    kind: ActorKind
    id: str
    assured: bool = False


SYSTEM = Actor("system", "shepherd", True)


class Stamp(NamedTuple):
    """When and by whom: *at* is aware UTC, *offset* like ``+01:00``, *role* what the actor acts as."""

    at: datetime
    offset: str
    actor: Actor
    role: str = "agent"


class Counted(NamedTuple):
    """
    Tries that are counted across runs: per ticket or customer, at *step* (``flow/step``), *within* so many seconds.

    *person* is the customer number they are counted for, empty where it is the ticket's customer. *key* names them
    within the run: the step, and which of the persons asked there, where it is not the one whom the run is about.
    """

    per: Literal["ticket", "customer"]
    step: str
    within: int | None
    person: str
    key: str


class Try(NamedTuple):
    """
    A try spent across runs: stored as a row, whose key decides a race. *last* is the highest row seen.

    *person* and *key* are those of what it counts against.
    """

    per: Literal["ticket", "customer"]
    step: str
    last: int
    person: str
    key: str


class Spent(NamedTuple):
    """Tries already spent elsewhere at a step: *count* within its window, *last* the highest row number ever."""

    count: int  # type: ignore[assignment]
    last: int


class Event(NamedTuple):
    """
    A fact of a run (FORMATS §3).

    *data* is JSON; *private* names the parts of it to be sealed, as tuples of keys into *data*.
    *entered* is what the engine worked out. *tries* are rows to be stored with it; they are not part of the body.
    """

    kind: str
    data: Mapping[str, Any]
    entered: tuple[Mapping[str, Any], ...]
    at: datetime
    offset: str
    actor: Actor
    private: tuple[tuple[str | int, ...], ...] = ()
    tries: tuple[Try, ...] = ()


# --- inputs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Continue:
    """The message was read; or a wait is over early, for a *reason* that has to be given."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an ``ask``, as text (a list of texts for ``many``)."""

    value: Any


@dataclass(frozen=True, slots=True)
class Fields:
    """The answers to a ``collect``: field name → text."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """The desk is about to make the call that the run waits for. *again* marks a repeat of an open request."""

    again: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """A lookup or do came back. *repeated*: the change was made before under the same key; nothing was done now."""

    result: str
    values: Mapping[str, Any] = field(default_factory=dict)
    repeated: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """The clock has reached what the run waits for (``no_answer``)."""


@dataclass(frozen=True, slots=True)
class GoBack:
    """Go back to a visit; what came later falls."""

    visit: int


@dataclass(frozen=True, slots=True)
class Change:
    """Give one old answer anew (*value*: text, or field name → text) and replay the later ones as far as they hold."""

    visit: int
    value: Any


@dataclass(frozen=True, slots=True)
class Note:
    """
    A free note. It may also come when the run is over.

    *use* goes into the event's data where it is set: ``case_note`` for the case note and what corrects it.
    """

    text: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Leave the run for now."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a paused run."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the run to a queue or a person."""

    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Take the run from its owner or its queue."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The desk could not go on (a limit, a broken connector): recorded, the run stays where it is."""

    what: str


@dataclass(frozen=True, slots=True)
class Abandon:
    """The contact is over without an end (*reason*: ``customer_gone``, ``untouched`` …)."""

    reason: str


Input = (
    Continue
    | Answer
    | Fields
    | Request
    | Finished
    | Time
    | GoBack
    | Change
    | Note
    | Pause
    | Resume
    | HandOver
    | TakeOver
    | Fail
    | Abandon
)


class Refused(Exception):
    """
    An input that can't be taken; nothing has changed.

    *code* is stable, *sentence* says what is wrong and what to do, *at* is the step (``flow/step``) or a field.
    *fields* maps each refused field to its (code, sentence).
    """

    def __init__(self, code: str, sentence: str, at: str = "", fields: Mapping[str, tuple[str, str]] | None = None):
        super().__init__(sentence)
        self.code, self.sentence, self.at, self.fields = code, sentence, at, dict(fields or {})


# --- what a run waits for -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The filled words of a step: what to say, do, not miss, and why; *article* is an address or empty."""

    say: str = ""
    guide: str = ""
    warn: str = ""
    why: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One large answer: its stable *value*, its *label*, and the digit that gives it ("" from the tenth on)."""

    value: str
    label: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """
    One field to fill: *type* as in the language, *given* what was entered on an earlier visit (as text).

    *shown* tells whether its ``show_if`` holds for what is given so far. *headings* are groups of its choices with
    their values. What was given of a ``many`` stands in *given* line by line.
    """

    name: str
    type: str
    label: str
    help: str = ""
    optional: bool = False
    secret: bool = False
    personal: bool = False
    choices: tuple[Choice, ...] = ()
    shown: bool = True
    headings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    currency: str = ""
    minimum: str = ""
    maximum: str = ""
    length: tuple[int, int] | None = None
    pattern: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What every stop has: the visit, the step as ``flow/step``, its words, and the role that must act ("" for any)."""

    visit: int
    step: str
    words: Spoken = field(default_factory=Spoken)
    role: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Waiting):
    """Words, and a "continue"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Waiting):
    """One thing is asked; *blank* tells how it is given, *attempts_left* how many tries stand (None: unbounded)."""

    question: str
    blank: Blank
    routed: bool = False
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Waiting):
    """Several fields on one page."""

    blanks: tuple[Blank, ...]
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(Waiting):
    """The run rests until *due*, and goes on by itself then."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Stands for a secret among a call's inputs: the field *field* of the visit *visit*, which only the request has."""

    visit: int
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupDue(Waiting):
    """
    A call is due. *requested* is False until its request is an event. *inputs* are plain values, or SecretRef.

    *secret_visit* is the visit whose form gave the secrets, to be asked again if they are gone; else None.
    """

    operation: str
    inputs: Mapping[str, Any]
    timeout: int
    requested: bool = False
    secret_visit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoDue(LookupDue):
    """A change is due. *once_per* is the scope of its key: visit, run or ticket."""

    once_per: str = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck(Waiting):
    """The run can't go on by itself; *sentence* says why and what may be done."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Waiting):
    """
    The run is over. *outcome* is empty where it was abandoned, for *reason*.

    *meaning* is what desk.yaml says that *code* means.
    """

    outcome: str = ""
    code: str = ""
    meaning: str = ""
    resolves: bool | None = None
    follow_up: Duration | None = None
    returns: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathItem:
    """
    One visit, for people: the step as ``flow/step``, the edge *by* which it was entered, and what it gave.

    *answer* is text for people ("given, 4 digits" for a secret), *value* the JSON that was recorded.
    *can_go_back* and *can_change* tell what the page may offer; *barred* says why there is no going back there, where
    something bars the way.
    """

    visit: int
    step: str
    verb: str
    by: str
    title: str
    answer: str = ""
    value: Any = None
    at: datetime | None = None
    actor: Actor | None = None
    attempt: int | None = None
    can_go_back: bool = False
    can_change: bool = False
    barred: str = ""
