"""What the desk shows: plain frozen rows, ready for a page or the terminal. Personal values are unsealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from shepherd.flow.model import Field
from shepherd.record import Item, RunRow, Ticket
from shepherd.run.api import PathItem, Waiting
from shepherd.run.state import Run

RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow:
    """A customer found by type-ahead: *id* as the customer base knows them, *label* for people, *facts* as text."""

    id: str
    label: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """A ticket in a list: *head* is the record's row, *state* new, in progress, open or resolved."""

    head: Ticket
    state: str

    @property
    def is_open(self) -> bool:
        """Whether there is still something to be done on it."""
        return self.state != RESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """
    A flow that may be started.

    *category* has a heading of its own in lists. *asks* are the inputs that the ticket does not give, to be filled
    in beforehand; for most flows there are none.
    """

    id: str
    title: str
    category: str
    version: int
    asks: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Something promised: *what*, by whom (*owner*), until when."""

    what: str
    owner: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    What the desk aims at for a contact, each where desk.yaml sets it.

    *share* of a hundred are taken within *answer* seconds; *reply_by* and *resolve_by* are counted from the contact.
    """

    answer: int | None
    share: int | None
    reply_by: datetime | None
    resolve_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """
    A ticket with everything that stands on it.

    *head* is the record's row. *customer* are the facts of the customer base as text, empty without a customer.
    *priority*, *queue*, *tags*, *follow_ups* and *notes* are folded from what its runs did. *runs* and *case_notes*:
    newest run first.
    *target* is the service level of the channel of its latest contact.
    """

    head: Ticket
    status: str
    customer: Mapping[str, str]
    channel: str
    runs: tuple[RunRow, ...]
    priority: str = ""
    queue: str = ""
    tags: tuple[str, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    notes: tuple[Item, ...] = ()
    case_notes: tuple[CaseNote, ...] = ()
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNote:
    """
    The case note of a run: the *text* that holds, by whom and when.

    *stored* is False while the run is under way (the text is then worked out anew each time).
    *before* are the texts that it corrects, oldest first, as (text, actor, time). *since* are, in the same way, the
    notes of the run that were written after it, which it therefore does not have.
    """

    run: str
    text: str
    stored: bool
    actor: str = ""
    at: datetime | None = None
    before: tuple[tuple[str, str, datetime], ...] = ()
    since: tuple[tuple[str, str, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceView:
    """An assurance that is held: *level* by its name, since when, until when, and its age in whole seconds."""

    name: str
    level: str
    at: datetime
    until: datetime | None
    age: int


@dataclass(frozen=True, kw_only=True)
class RunView:
    """
    A run as its page needs it.

    *seq* goes into the form, and comes back with it. *waiting* is one of ``run.api.Message … Ended``. *calling*: a call
    is under way; refresh soon. *open_do*: nobody knows whether the change was made; ask the agent and call
    ``answer_open_do``.
    *message* says what the page must say first (the secret has to be asked again, the change was made before …).
    *state*: open, paused, handed_over, ended, abandoned. *language* is the tag of the contact's language, empty for the
    flow's own; *heard*: the step is said in it. *own* is *waiting* in the flow's own words, None where it is said in
    these.
    """

    id: str
    ticket: Ticket
    flow: str
    title: str
    version: int
    seq: int
    state: str
    waiting: Waiting
    standing: Run = field(repr=False, compare=False)
    assurances: tuple[AssuranceView, ...]
    customer: Mapping[str, str]
    channel: str
    owner: str
    calling: bool = False
    open_do: bool = False
    message: str = ""
    notes: tuple[tuple[datetime, str, str], ...] = ()
    case_note: str = ""
    noted_since: tuple[tuple[str, str, datetime], ...] = ()
    language: str = ""
    heard: bool = True
    own: Waiting | None = None

    @cached_property
    def path(self) -> tuple[PathItem, ...]:
        """The visits that stand, oldest first; worked out when a page asks for them."""
        path: tuple[PathItem, ...] = self.standing.path
        return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a use of a run came to. *repeated*: the same form was sent before; nothing was done now."""

    run: RunView
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A recorded run with its path for QA. *verdict* is verify's sentence, *verified_at* when it was asked."""

    row: RunRow
    ticket: Ticket
    title: str
    version: int
    rows: tuple[Any, ...]
    ok: bool
    sealed: bool
    verdict: str
    verified_at: datetime
    case_note: CaseNote | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
