"""What one input makes of a run, the automatic rest included: pure planning, nothing is stored here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shepherd.audit.casenote import Heading, case_note
from shepherd.desk.runs import CASE_NOTE, Live
from shepherd.desk.secrets import Secrets, lacking, taken_from, without
from shepherd.flow.types import to_json
from shepherd.record import Once, OnceKey, OnceState
from shepherd.run import Step, advance
from shepherd.run.api import (
    SYSTEM,
    Change,
    DoDue,
    Event,
    Fail,
    Finished,
    GoBack,
    LookupDue,
    Note,
    Request,
    Spent,
    Stamp,
)
from shepherd.run.escalation import numbered, tracking_ids
from shepherd.run.keep import fields
from shepherd.run.promised import BROKEN
from shepherd.run.state import Run
from shepherd.run.tally import Tally, tallied

ASK_AGAIN = "The call could not be finished, and what was given for it is not kept. Please ask for it once more."
MADE_BEFORE = "This was done before for the same purpose. Nothing was done twice; here is the first result."


@dataclass(slots=True)
class Moves:
    """
    Events to be stored together, and the run as it then stands.

    *once* goes with them, one at a time: with *more* the next call is planned when they are stored. *call* is the
    waiting call that is to be made once they are durable; *reply* is its answer where no other system need be asked.
    *secrets* are those that may go with the call.
    """

    run: Run
    events: list[Event] = field(default_factory=list)
    once: Once | None = None
    call: LookupDue | None = None
    key: str = ""
    reply: Finished | None = None
    secrets: Secrets = field(default_factory=dict, repr=False)
    message: str = ""
    more: bool = False

    def add(self, step: Step) -> None:
        """One more event."""
        self.run = step.run
        self.events.append(step.event)

    def take(self, given: Any, *, stamp: Stamp, last_id: Callable[[str], int], spent: Tally) -> None:
        """One more event, which *given* makes, with tracking ids that nobody was given. Raises Refused."""
        before = self.run

        def last(minute: str) -> int:
            here = (n for event in self.events for told, n in tracking_ids(event) if told == minute)
            return max(last_id(minute), *here, 0)

        def made(known: Mapping[str, Spent]) -> Step:
            return numbered(lambda taken: advance(before, given, stamp=stamp, spent=known, taken=taken), last)

        self.add(tallied(made, spent, before.keyed))


@dataclass(frozen=True, slots=True)
class Desktop:
    """What planning asks of the desk: the record's knowledge, and the stamp of the system."""

    once_key: Callable[[Live, DoDue], OnceKey]
    once: Callable[[OnceKey], OnceState | None]
    last_id: Callable[[str], int]
    heading: Callable[[Live], Heading]


def plan(live: Live, given: Any, *, stamp: Stamp, spent: Tally, held: Secrets, desk: Desktop) -> Moves:
    """*given* and all that follows from it by itself. Raises Refused."""
    moves = Moves(live.run)
    before = live.run
    names = _secrets_at(before, given)
    moves.take(given, stamp=stamp, spent=spent, last_id=desk.last_id)
    visit = before.tip.number
    if isinstance(given, Change) and moves.events[0].entered:
        visit = moves.events[0].entered[0]["visit"]
    moves.secrets = held | taken_from(given, visit, names)
    go_on(live, moves, stamp=stamp, spent=spent, desk=desk)
    if not moves.call and (moves.run.ended or not any(f.secret for f in fields(moves.run.tip.step))):
        moves.secrets = {}
    return moves


def _secrets_at(run: Run, given: Any) -> frozenset[str]:
    step = run.tip.step
    if isinstance(given, Change):
        visit = run.tip
        while visit.prev is not None and visit.number > given.visit:
            visit = visit.prev
        step = visit.step
    return frozenset("" if step.verb == "ask" else f.name for f in fields(step) if f.secret)


def go_on(live: Live, moves: Moves, *, stamp: Stamp, spent: Tally, desk: Desktop) -> None:
    """Request the call that the run waits for, go back where its secret is gone, write the case note at the end."""
    system = stamp._replace(actor=SYSTEM, role="system")
    trouble = moves.run.trouble
    if trouble is not None and trouble.code == BROKEN and trouble != live.run.trouble:
        moves.add(advance(moves.run, Fail(trouble.sentence), stamp=system))
    if moves.run.ended:
        if not live.run.ended:
            text = case_note(moves.run, desk.heading(live))
            moves.add(advance(moves.run, Note(text, use=CASE_NOTE), stamp=system))
        return
    if moves.run.tip.step.verb not in ("lookup", "do") and moves.run.undoing is None:
        return
    if moves.once is not None:
        moves.more = True
        return
    waiting = moves.run.waiting
    if not isinstance(waiting, LookupDue) or waiting.requested:
        return
    if lacking(waiting.inputs, moves.secrets):
        back_to_secret(moves, waiting, system, spent, desk)
        return
    moves.take(Request(), stamp=system, spent=spent, last_id=desk.last_id)
    requested(live, moves, waiting, desk)


def back_to_secret(moves: Moves, waiting: LookupDue, system: Stamp, spent: Tally, desk: Desktop) -> None:
    """The secret of a call is gone: the form that asks for it stands again."""
    assert waiting.secret_visit is not None
    moves.take(GoBack(waiting.secret_visit), stamp=system, spent=spent, last_id=desk.last_id)
    moves.message = ASK_AGAIN


def _undoing(run: Run) -> tuple[int, ...]:
    """The visits whose changes are being taken back."""
    return run.undoing.left if run.undoing is not None else ()


def requested(live: Live, moves: Moves, waiting: LookupDue, desk: Desktop) -> None:
    """A request was just planned: what is to be called, or what answers it without a call."""
    if not moves.run.requested or waiting.visit not in (moves.run.tip.number, *_undoing(moves.run)):
        return  # the last try was spent elsewhere meanwhile: the run has gone on by out_of_attempts
    moves.call = waiting
    if not isinstance(waiting, DoDue):
        return
    key = desk.once_key(live, waiting)
    moves.key = key.text
    known = desk.once(key)
    if known is not None and known.done:
        moves.reply = Finished(known.result, known.values or {}, repeated=True)
    elif known is not None and known.open and (known.run != live.id or not moves.events[-1].data.get("again")):
        moves.reply = Finished("unknown", source="the same change is under way elsewhere")
    else:
        if known is None or not known.open:
            moves.once = Once(key, "requested")
        if waiting.operation.startswith("ticket."):
            moves.reply = Finished("ok", to_json(without(waiting.inputs)), source="ticket")
