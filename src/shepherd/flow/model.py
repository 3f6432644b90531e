"""What a flow is: immutable steps joined by edges, ending in outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shepherd.flow.findings import NOWHERE, Place

if TYPE_CHECKING:
    import networkx as nx

    from shepherd.flow.calendar import Duration
    from shepherd.flow.expression import Expression
    from shepherd.flow.lists import OptionList
    from shepherd.flow.tables import Table
    from shepherd.flow.types import Type
    from shepherd.flow.words import Text

VerbName = Literal[
    "message", "ask", "collect", "decide", "call", "hand_on", "lookup", "do", "set", "wait", "escalate", "end"
]
HUMAN: frozenset[str] = frozenset({"message", "ask", "collect"})
PER = Literal["run", "call", "ticket", "customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value that may be chosen: *value* is stable, *label* is what people read."""

    value: str
    label: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One thing that is asked, given or returned, with its type and its own rules.

    *minimum* and *maximum* are typed constants, or the name of an entry of ``values``.
    *length* is ``(least, most)`` characters; *pattern* is RE2 syntax and matches the whole text. *show_if* tells when
    a field of a form is shown; where it is not, it is undefined and not required. *headings* are those of its list,
    each with the options below it.
    """

    name: str
    type: Type
    label: str = ""
    help: str = ""
    optional: bool = False
    minimum: Any = None
    maximum: Any = None
    length: tuple[int, int] | None = None
    pattern: str | None = None
    options: tuple[Option, ...] = ()
    headings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    default: Expression | None = None
    show_if: Expression | None = None
    mask: str | None = None
    personal: bool = False
    secret: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An assurance that an edge or an outcome gives: its level (1 is the lowest) and life in seconds."""

    name: str
    level: int = 1
    expires: int | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An assurance that a step or a flow requires, at least at *level*."""

    name: str
    level: int = 1
    place: Place = NOWHERE


class Mark(NamedTuple):
    """What passing here means for the promise with *key*; *lasting*: it has happened, even if one goes back over it."""

    key: str
    lasting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """
    What a promise asks for before a step is entered (*ends*: only where it ends a run).

    *need* is an assurance; else *key* is that of the marks that count, and *what* they stand for in words. *counts* and
    *most* are those of ``at_most``.
    """

    promise: str
    kind: Literal["needs", "followed_by", "never_after", "at_most"]
    key: str
    ends: bool = False
    need: Need | None = None
    what: str = ""
    counts: str = ""
    most: int = 0
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """
    A resolved way from one step to another.

    *by* names it, unique below its source: ``then``, ``answer:red``, ``result:ok``, ``outcome:verified``,
    ``when:1`` (the first branch of a ``decide``), ``otherwise``, ``out_of_attempts``, ``unmet``, ``no_answer``.
    *place* is where the target is written (or the step, where the way is the next step in the file). *passes* are the
    marks of promises.
    """

    by: str
    source: str
    target: str
    grants: tuple[Grant, ...] = ()
    passes: tuple[Mark, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often a step may be tried: *most* tries per *per*, for customers within *within* seconds."""

    most: int
    per: PER = "run"
    within: int | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """
    The unfilled texts of a step. *hash* is the SHA-256 of their canonical JSON.

    *texts* are those that are there, with their key, in reading order.
    """

    say: Text | None = None
    guide: Text | None = None
    warn: Text | None = None
    why: Text | None = None
    article: str = ""
    hash: str = ""
    texts: tuple[tuple[str, Text], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        all_ = (("say", self.say), ("guide", self.guide), ("warn", self.warn), ("why", self.why))
        object.__setattr__(self, "texts", tuple([(key, text) for key, text in all_ if text is not None]))


# --- what a step does: one class per verb -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Only words, and a "continue"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing is asked. With *routed* the answer chooses the way (edges ``answer:VALUE``), else ``then``."""

    question: Text
    field: Field
    routed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Two or more fields on one page."""

    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A ``when`` of a decide; *by* is the edge that it takes."""

    when: Expression
    by: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The first branch that holds; the edge ``otherwise`` if there is one and none holds."""

    branches: tuple[Branch, ...]
    otherwise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Another flow, which comes back with an outcome (edges ``outcome:NAME``)."""

    flow: str
    args: Mapping[str, Expression]
    about: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOn:
    """Another flow, which takes over and ends the run in its place; no edge of this flow leads on."""

    flow: str
    args: Mapping[str, Expression]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Values worked out here and kept by their names; all are worked out before any is kept."""

    values: Mapping[str, Expression]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """The run rests: for *duration* from entry, or *until* a date or a date with a time; then it goes on by itself."""

    duration: Duration | None
    until: Expression | None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Reads elsewhere: *operation* is ``connector.operation`` (edges ``result:NAME``); *timeout* in seconds."""

    operation: str
    args: Mapping[str, Expression]
    timeout: int | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Changes something elsewhere, once per visit, run or ticket; *undo* is the operation that takes it back."""

    operation: str
    args: Mapping[str, Expression]
    once_per: Literal["visit", "run", "ticket"] | None = None
    timeout: int | None = None
    undo: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Passes the contact to a queue. With *outcome* it ends the flow, else it goes on."""

    queue: str
    severity: str | None = None
    because: Text | None = None
    outcome: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The flow ends with *outcome*."""

    outcome: str
    place: Place = NOWHERE


Action = Message | Ask | Collect | Decide | Call | HandOn | Lookup | Do | Set | Wait | Escalate | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Must:
    """A rule over an answer: it is refused with *message* where *must* does not hold."""

    must: Expression
    message: Text
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One station of a flow.

    *edges* holds every resolved way out by its name, in the designer's order. *place* is that of the step's key;
    *places* those of its other keys (``"then"``, ``"requires"``, ``"with.customer_id"`` …) for findings.
    *saves* is the name by which the result is read (``save`` or the id). *checks* are the rules over its answers, in
    their order. *ref* is ``flow/step``. *human*: the step waits for a person. *promised* are the guards of promises
    about it, *passes* the marks of a step that no way leads out of.
    """

    id: str
    ref: str = ""
    verb: VerbName
    action: Action
    edges: Mapping[str, Edge] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    saves: str = ""
    tag: str = ""
    note: Text | None = None
    checks: tuple[Must, ...] = ()
    requires: tuple[Need, ...] = ()
    withdraws: tuple[str, ...] = ()
    attempts: Attempts | None = None
    role: str | None = None
    no_answer: int | None = None
    no_going_back: bool = False
    promised: tuple[Guard, ...] = ()
    passes: tuple[Mark, ...] = ()
    place: Place = NOWHERE
    places: Mapping[str, Place] = field(default_factory=dict)
    human: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "human", self.verb in HUMAN)

    @property
    def pauses(self) -> bool:
        """Whether the run stops here until somebody acts, or a time comes."""
        return self.verb in HUMAN or self.verb == "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A named way a flow ends. *resolves* and *code* may be absent only where the flow is ``called_only``."""

    name: str
    resolves: bool | None = None
    code: str = ""
    follow_up: Duration | None = None
    returns: Mapping[str, Expression] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    passes: tuple[Mark, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of a value written as cases; *when* is None for ``otherwise``."""

    when: Expression | None
    gives: Expression
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A named expression, or cases of which the first that holds gives the value; worked out when used."""

    name: str
    cases: tuple[Case, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """
    A guided conversation.

    *inputs*, *outcomes*, *values*, *texts* and *steps* keep the designer's order; *first* is where a run begins.
    *reads_visits*: some expression asks how often a step was visited, so that it has to be counted.
    *lists* are the lists of the library that it reads.
    *hash* is the SHA-256 of the canonical JSON of the typed source.
    *used* is kept by ``scope.uses``, *drawn* by ``graph.graph_of``.
    """

    id: str
    file: str
    title: str
    category: str
    version: int
    owner: str = ""
    review_by: str = ""
    audience: tuple[str, ...] = ("agent",)
    called_only: bool = False
    inputs: Mapping[str, Field]
    outcomes: Mapping[str, Outcome]
    values: Mapping[str, Value]
    texts: Mapping[str, Text]
    steps: Mapping[str, Step]
    first: str
    requires: tuple[Need, ...] = ()
    no_answer: int | None = None
    no_going_back: bool = False
    reads_visits: bool = False
    lists: Mapping[str, OptionList] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    hash: str
    place: Place = NOWHERE
    places: Mapping[str, Place] = field(default_factory=dict)
    used: dict[str, tuple[Step, Any]] = field(init=False, repr=False, compare=False, default_factory=dict)
    drawn: list[nx.MultiDiGraph[str]] = field(init=False, repr=False, compare=False, default_factory=list)

    @property
    def edges(self) -> Iterator[Edge]:
        """The edges of the graph, step by step: those that lead to a step; only checks look at the others."""
        return (e for step in self.steps.values() for e in step.edges.values() if e.target in self.steps)
