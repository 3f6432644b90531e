"""A run made ready for its page: which kind of page, which heading, what was given so far, what may be offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app, url_for

from shepherd.desk import AssuranceView, RunView, new_id
from shepherd.desk.inputs import LONGEST_NOTE
from shepherd.desk.turned_away import TurnedAway
from shepherd.flow.model import Collect
from shepherd.run.api import Blank, Choice, Due, Ended, Form, LookupDue, Question, Stuck, Waiting
from shepherd.web import turns
from shepherd.web.fields import is_long, labels_of, needs_help, none_holds
from shepherd.web.headings import blanks, field_follows, heading, then_at
from shepherd.web.marks import Marks
from shepherd.web.so_far import Stretch, no_way_back, round_of, so_far, way_back
from shepherd.web.tongue import Tongue, tongue_of
from shepherd.web.turns import Brief, Elsewhere
from shepherd.web.who import Who

FILLED = frozenset({"question", "form"})
FORMS = FILLED | {"message", "paused", "broken", "wait"}
GONE = (
    Choice(value="hung_up", label="They hung up", key="1"),
    Choice(value="no_reply", label="They no longer answer", key="2"),
    Choice(value="later", label="They will come back later", key="3"),
)
SETTLE = (
    Choice(value="yes", label="Yes, it was done", key="1"),
    Choice(value="no", label="No, it was not done", key="2"),
)
NONE = "none of these"
SELDOM = 20
SOON = 5


class Identity(NamedTuple):
    """What the strip says of the customer's identity: the one coloured item."""

    text: str
    good: bool


class Remark(NamedTuple):
    """A note in the list."""

    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """All that the templates of a run read. *kind* names the template of the step."""

    run_id: str
    url: str
    seq: int
    token: str
    visit: int
    ticket: str
    customer: str
    identity: Identity
    channel: str
    flow: str
    version: int
    kind: str
    heading: str
    waiting: Waiting
    told: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    so_far: tuple[Stretch, ...] = ()
    notes: tuple[Remark, ...] = ()
    note_kept: str = ""
    case_note: str = ""
    noted_since: tuple[tuple[str, str, datetime], ...] = ()
    back_to: int | None = None
    no_way_back: str = ""
    first: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    helped: bool = False
    comes: bool = False
    hidden: frozenset[str] = frozenset()
    then: str = ""
    field_follows: bool = False
    each: int = 0
    longest_note: int = LONGEST_NOTE
    elsewhere: Elsewhere | None = None
    brief: Brief | None = None
    settlements: tuple[Choice, ...] = SETTLE
    tongue: Tongue | None = None
    turned_away: TurnedAway | None = None
    round: str = ""

    @property
    def shown_at(self) -> str:
        """Where it is asked which fields are shown with what is filled in so far."""
        return url_for("run.shown", run_id=self.run_id)

    @property
    def answered(self) -> int:
        """How many answers there are so far."""
        return sum(len(stretch.answers) for stretch in self.so_far)

    @property
    def chooses(self) -> bool:
        """Whether there are answers to choose from, of which none may fit, and none that says so itself."""
        asked = blanks(self.waiting)
        return any(blank.choices for blank in asked) and not any(says_none(blank) for blank in asked)

    @property
    def hangs_up(self) -> bool:
        """Whether an answer of the step itself says that the customer is gone: it knows more than the desk's button."""
        return self.kind == "question" and any(
            c.value == GONE[0].value for b in blanks(self.waiting) for c in b.choices
        )

    @property
    def asks(self) -> list[str]:
        """What there is to choose or to be filled in, for whoever reads along."""
        asked = blanks(self.waiting)
        return [c.label for b in asked for c in b.choices][:12] if len(asked) == 1 else [b.label for b in asked]

    @property
    def has_form(self) -> bool:
        """Whether the step itself has a form, which the note box then belongs to."""
        return self.kind in FORMS or (self.elsewhere is not None and self.elsewhere.can_take)

    @property
    def leaves(self) -> bool:
        """Whether the ways out are shown: where one guides a contact that is neither over nor paused."""
        return self.elsewhere.leaves if self.elsewhere else self.kind not in ("ended", "paused")

    @property
    def until(self) -> datetime | None:
        """When the run goes on by itself: where it waits for a time, or nobody has answered by then."""
        return None if isinstance(self.waiting, Stuck) else self.waiting.due

    @property
    def starts(self) -> str:
        """The field at which one starts; none where a form of several has problems, whose list is read first."""
        return "" if self.errors and self.labels else self.first

    @property
    def says(self) -> str:
        """What is said aloud when the page has come: the step, or what is wrong where a field has the focus."""
        if self.errors:
            return f"There is a problem. {' '.join(self.errors.values())}" if self.starts else ""
        told = f"{self.told} " if self.told else ""
        before = f"Turned away {self.turned_away.where}. " if self.turned_away else ""
        return f"{told}{before}Now{f', {self.round} here' if self.round else ''}: {self.heading}"


def page_of(
    view: RunView,
    who: Who,
    now: datetime,
    *,
    told: str = "",
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, Any] | None = None,
    note: str = "",
    visit: int = 0,
    case_note: str = "",
    asked: tuple[Blank, ...] | None = None,
    shown: Collection[str] | None = None,
    step: str = "",
    turned_away: TurnedAway | None = None,
) -> RunPage:
    """
    The page of *view* for *who*; *errors* and *given* come back from a form that was refused.

    *asked* are the fields of another page than the step's own, for *step*; *shown* those that show with what was given.
    """
    elsewhere = turns.elsewhere(view, who)
    kind = _kind(view, elsewhere)
    kept = {b.name: b.given for b in blanks(view.waiting) if not b.secret}
    kept |= {k: v for k, v in (given or {}).items() if k not in {b.name for b in blanks(view.waiting) if b.secret}}
    if asked is None:
        asked = blanks(view.waiting) if kind in FILLED else ()
    comes = bool(asked) and _comes(view, step or view.waiting.step)
    return RunPage(
        run_id=view.id,
        url=url_for("run.step", run_id=view.id),
        seq=view.seq,
        token=new_id(),
        visit=visit or view.waiting.visit,
        ticket=view.ticket.number,
        customer=name_of(view.customer, view.ticket.customer_ref),
        identity=identity(view.assurances, now),
        channel=view.channel,
        flow=view.title,
        version=view.version,
        kind=kind,
        heading=_until(view) or heading(view.waiting, lost=view.open_do),
        waiting=view.waiting,
        told=told or view.message or turns.decided(view, who, kind),
        errors=errors or {},
        given=kept,
        so_far=so_far(view.path, acts=_may_turn(view, elsewhere)),
        notes=tuple(Remark(text, at, by) for at, by, text in reversed(view.notes)),
        note_kept=note,
        case_note=view.case_note or case_note,
        noted_since=view.noted_since,
        back_to=way_back(view.path),
        no_way_back=no_way_back(view.path),
        first=first_of(asked, errors or {}),
        labels=labels_of(asked),
        helped=needs_help(asked) or comes,
        comes=comes,
        hidden=frozenset(b.name for b in asked if not _seen(b, shown, errors or {})),
        then=then_at(view),
        field_follows=field_follows(view),
        each=_each(kind, view.waiting, now),
        elsewhere=elsewhere,
        brief=turns.brief(view, who),
        tongue=tongue_of(view),
        turned_away=turned_away,
        round=round_of(view),
    )


def _kind(view: RunView, elsewhere: Elsewhere | None) -> str:
    waiting = view.waiting
    if isinstance(waiting, Ended):
        return "ended"
    if elsewhere is not None:
        return "elsewhere"
    if view.state == "paused":
        return "paused"
    if view.open_do:
        return "broken"
    if isinstance(waiting, LookupDue):
        return "call"
    if isinstance(waiting, Stuck):
        return "stuck"
    if isinstance(waiting, Due):
        return "wait"
    if isinstance(waiting, Question):
        return "question"
    return "form" if isinstance(waiting, Form) else "message"


def _seen(blank: Blank, shown: Collection[str] | None, errors: Mapping[str, str]) -> bool:
    """Whether a field is shown as the form comes: what is refused for lack of it has to be."""
    return blank.name in errors or (blank.shown if shown is None else blank.name in shown)


def _comes(view: RunView, ref: str) -> bool:
    """Whether fields of the step *ref* (``flow/step``) come and go with what is filled in."""
    flow, _, step = ref.partition("/")
    action = view.standing.library.flows[flow].steps[step].action
    return isinstance(action, Collect) and any(f.show_if is not None for f in action.fields.values())


def _may_turn(view: RunView, elsewhere: Elsewhere | None) -> bool:
    """Whether going back and changing an answer are taken from whoever looks at *view*."""
    return view.state != "paused" and (elsewhere is None or elsewhere.leaves)


def _until(view: RunView) -> str:
    """Until when a run waits, on the desk's clock; empty where it does not."""
    if not isinstance(view.waiting, Due):
        return ""
    return f"Waits until {current_app.jinja_env.filters['clock'](view.waiting.due)}"


def _each(kind: str, waiting: Waiting, now: datetime) -> int:
    """After how many seconds the page looks again whether the run has gone on; 0 where it does not by itself."""
    if kind == "wait" and waiting.due is not None:
        return max(1, min(SELDOM, int((waiting.due - now).total_seconds())))
    return {"call": 1, "elsewhere": SOON}.get(kind, 0)


def says_none(blank: Blank) -> bool:
    """Whether "None of these" is an answer to *blank* already."""
    if blank.type == "many":
        return none_holds(blank)
    return any(choice.label.casefold() == NONE for choice in blank.choices)


def first_of(asked: Sequence[Blank], errors: Mapping[str, str]) -> str:
    """The field that gets the focus: the first wrong one, else the first; none where only buttons are pressed."""
    if not any(is_free(b) for b in asked):
        return ""
    return next((b.name for b in asked if b.name in errors), asked[0].name)


def is_free(blank: Blank) -> bool:
    """Whether one types into it, so that a key may be meant for it."""
    return not blank.choices or (is_long(blank) and blank.type != "many")


def identity(held: tuple[AssuranceView, ...], now: datetime) -> Identity:
    """What is established about the customer, and since when."""
    found = next((a for a in held if a.name == "identity"), None)
    if found is None:
        return Identity("not established", False)
    if found.until is not None and found.until <= now:
        return Identity("expired, ask again", False)
    level = f"{found.level}, " if found.level else ""
    age = "just now" if found.age < 60 else f"{Marks.span(found.age // 60 * 60)} ago"
    return Identity(f"{level}{age}" if level else f"established {age}", True)


def name_of(facts: Mapping[str, Any], ref: str = "") -> str:
    """The customer's name as far as the facts have one, else their number."""
    for keys in (("name",), ("full_name",), ("first_name", "last_name")):
        parts = ["erased" if isinstance(facts[k], Mapping) else str(facts[k]) for k in keys if facts.get(k)]
        if parts:
            return " ".join(dict.fromkeys(parts))
    return ref or "Unknown caller"
