"""The words of the record: rows as people of the house see them, and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from shepherd.flow.canonical import digest

EMPTY = "Nothing is recorded there, so there is no chain to verify."
UNSEALED = "Chain whole, not sealed: whoever can write the database could have rewritten it."

# --- errors --------------------------------------------------------------------------------------


class RecordError(Exception):
    """Something the record would not do; nothing has changed. *sentence* says what is wrong and what to do."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class Conflict(RecordError):
    """The run has gone on meanwhile: *seq* is where it stands now. Read it again and decide anew."""

    def __init__(self, run: str, seq: int):
        super().__init__(f"The run has gone on to {seq} meanwhile.")
        self.run, self.seq = run, seq


class TryTaken(RecordError):
    """Another run spent the same try first. Read ``spent`` again and decide anew."""

    def __init__(self, step: str):
        super().__init__(f"Another run spent this try of {step} first.")
        self.step = step


class IdTaken(RecordError):
    """Another run was given the same tracking id first. Read ``last_tracking_id`` again and decide anew."""

    def __init__(self, minute: str):
        super().__init__(f"Another run was given this tracking id of {minute} first.")
        self.minute = minute


class TokenReused(RecordError):
    """A submission's token came again with another body."""

    def __init__(self) -> None:
        super().__init__("This form was sent before with other content. Open the page again.")


class OnceTaken(RecordError):
    """The same change is under way or made under the same key; *state* is what stands."""

    def __init__(self, state: OnceState):
        super().__init__("The same change is already under way, or was made before.")
        self.state = state


class NotRecordable(RecordError):
    """What was handed in can't be an entry (a float, a time going back, an unknown document …): a mistake of ours."""


class NotFound(RecordError):
    """There is no such ticket, run, customer or document."""


class Damaged(RecordError):
    """An entry is not as it was written and can't be read; ``verify`` names it."""


class RecordUnavailable(RecordError):
    """The database can't be read or written just now (disk full, locked, newer, its keys missing)."""


# --- what an append says -------------------------------------------------------------------------


class Appended(NamedTuple):
    """The entries *first_seq* to *last_seq* are durable; *repeated*: they were already, by the same submission."""

    first_seq: int
    last_seq: int
    repeated: bool = False


class Submission(NamedTuple):
    """A page's token, and ``record.request_hash(body without secrets)``."""

    token: str
    request_hash: str


class OnceKey(NamedTuple):
    """What makes two changes the same; made by ``record.once_key``."""

    scope: str
    scope_id: str
    operation: str
    step: str
    inputs: str

    @property
    def text(self) -> str:
        """The idempotency key to send to the other system."""
        return digest(list(self))


class Once(NamedTuple):
    """Goes with an append: the change under *key* is now requested, or finished with *result*."""

    key: OnceKey
    phase: Literal["requested", "finished"]
    result: str = ""


@dataclass(frozen=True, slots=True)
class OnceState:
    """
    What is known of a change: *n* times sent; where its latest entry stands.

    *open*: a request without a result. *done*: a result other than error and unknown, with its *values* (unsealed).
    Neither: it failed or nobody knows, and the same key may be sent again.
    """

    key: OnceKey
    n: int
    run: str
    seq: int
    open: bool
    done: bool
    result: str = ""
    values: Mapping[str, Any] | None = None


# --- rows ----------------------------------------------------------------------------------------


class Head(NamedTuple):
    """Where a run stands: its last seq (0: none), that entry's time, and when its customer was erased, if ever."""

    seq: int
    at: datetime | None
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as known to the desk: *ref* is their number elsewhere, *facts* are unsealed (``ERASED`` if erased)."""

    id: str
    ref: str
    facts: Any
    created_at: datetime
    erased_at: datetime | None = None


class Place(NamedTuple):
    """Where a run stands, which never changes: its ticket, the customer with whom it was begun, and their number."""

    ticket: str
    customer: str | None
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket; *number* is what people say (``T-100042``), *subject* is unsealed (``ERASED`` if erased)."""

    id: str
    number: str
    customer: str | None
    customer_ref: str
    subject: Any
    status: str
    created_at: datetime
    created_by: str
    updated_at: datetime

    @property
    def place(self) -> Place:
        """Where a run that is begun on it now stands."""
        return Place(self.id, self.customer, self.customer_ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One conversation on a ticket."""

    id: str
    ticket: str
    channel: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something on the ticket beside its runs (priority, queue, tag, follow_up, note, case_note …), never changed."""

    ticket: str
    key: str
    run: str | None
    kind: str
    at: datetime
    actor: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """
    A run in lists. From *status* on it is a cache of the entries, never read by the interpreter.

    *status*: open, paused, handed_over, ended or abandoned. *owner* is an agent's name or a queue. *customer_ref* is
    the number of the customer on its ticket, also where they were put there after it.
    """

    id: str
    ticket: str
    number: str
    contact: str | None
    customer: str | None
    customer_ref: str
    flow: str
    created_at: datetime
    created_by: str
    status: str
    step: str
    owner: str
    outcome: str
    code: str
    entries: int
    updated_at: datetime


# --- verify --------------------------------------------------------------------------------------


class Broken(NamedTuple):
    """One thing that is not as it was written; *seq* is None where no single entry is to blame."""

    run: str
    seq: int | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The verdict of ``verify``; *whole* where all was read, and not what belongs to a ticket or to some runs."""

    entries: int
    runs: int
    broken: tuple[Broken, ...]
    whole: bool = False
    sealed: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is broken."""
        return not self.broken

    @property
    def sentence(self) -> str:
        """The verdict for people."""
        if self.ok:
            return UNSEALED if self.entries or self.whole else EMPTY
        first = self.broken[0]
        where = f"run {first.run}" if first.run else "the record"
        at = f", entry {first.seq}" if first.seq is not None else ""
        more = f" And {len(self.broken) - 1} more." if len(self.broken) > 1 else ""
        return f"Broken: {where}{at}: {first.what}{more}"
