"""Trying a flow: a script of moves that is walked anew each time, so that nothing is kept between two of them. Pure."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author.assuring import held_before
from shepherd.author.hand import Hand
from shepherd.author.script import TICKET, noted, once_key
from shepherd.author.stand_ins import stand_ins
from shepherd.flow.given import LAST_YEAR, Malformed, mapping, read_given, seconds
from shepherd.flow.model import Field
from shepherd.run.api import (
    Answer,
    Change,
    Continue,
    Event,
    Fields,
    Finished,
    GoBack,
    LookupDue,
    Refused,
    Request,
    Time,
)
from shepherd.run.keep import fields
from shepherd.run.state import Run

if TYPE_CHECKING:
    from shepherd.check.library import Library

#: So many moves make a script, of so many bytes packed and unpacked.
MOST_MOVES, MOST_PACKED, MOST_BYTES = 300, 16_000, 200_000
Move = Mapping[str, Any]


class Script(NamedTuple):
    """What is tried: *given* is the head of a scenario (inputs, facts, at, assured, spent), *moves* what follows."""

    given: Mapping[str, Any]
    moves: tuple[Move, ...] = ()

    def on(self, move: Move) -> Script:
        """The script with one *move* more. Raises Malformed where it would be too long."""
        if len(self.moves) >= MOST_MOVES:
            raise Malformed(f"A flow is tried for at most {MOST_MOVES} moves. Go back, or begin anew.")
        return Script(self.given, (*self.moves, move))


def pack(script: Script) -> str:
    """*script* as a short text for an address. Raises Malformed where it is too long."""
    text = json.dumps([script.given, script.moves], sort_keys=True, separators=(",", ":"))
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(packed) > MOST_PACKED or len(text) > MOST_BYTES:
        raise Malformed("This is too long to be tried in one go. Go back, or begin anew.")
    return packed


def unpack(text: str) -> Script:
    """The script that was packed. Raises Malformed where it is none of ours."""
    wrong = Malformed("This address is not whole. Begin anew.")
    if len(text) > MOST_PACKED:
        raise wrong
    try:
        data = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), MOST_BYTES)
        given, moves = json.loads(data)
    except (ValueError, binascii.Error, zlib.error, TypeError, RecursionError):
        raise wrong from None
    if not isinstance(given, dict) or not isinstance(moves, list) or len(moves) > MOST_MOVES:
        raise wrong
    if not all(isinstance(move, dict) and len(move) in (1, 2) for move in moves):
        raise wrong
    return Script(given, tuple(moves))


@dataclass(slots=True)
class Trial:
    """
    A script as far as it could be walked: the *run* where it stands, the *events*, and how many moves were *taken*.

    *stopped* says why the rest could not be, "" where there is none.
    """

    run: Run
    hand: Hand
    done: dict[Any, Finished]
    taken: int = 0
    stopped: str = ""
    _key: Any = None

    @property
    def events(self) -> list[Event]:
        """What came of it."""
        return self.hand.events

    def take(self, move: Move) -> None:
        """Make one *move*, and what follows by itself. Raises Refused or Malformed, and then nothing has changed."""
        name = next((key for key in READ if key in move), "")
        if not name:
            raise Malformed("There is no such move.")
        at = self.hand.at
        try:
            given = READ[name](self, move)
            if given is not None:
                self.run = self.hand.take(self.run, given, system=isinstance(given, Finished | Time))
        except Refused:
            self.hand.at = at
            raise
        if isinstance(given, Finished):
            self._keep(given)
        self.settle()
        self.taken += 1

    def _keep(self, given: Finished) -> None:
        if self._key is not None and given.result not in ("error", "unknown"):
            self.done[self._key] = given

    def settle(self) -> None:
        """What goes on by itself: a call is asked for, and a change is not made twice."""
        self._key = None
        while not self.run.ended and isinstance(waiting := self.run.waiting, LookupDue):
            if not waiting.requested:
                self.run = self.hand.take(self.run, Request(), system=True)
                continue
            self._key = once_key(waiting)
            first = self.done.get(self._key) if self._key is not None else None
            if first is None:
                return
            given = Finished(first.result, first.values, repeated=True)
            self.run = self.hand.take(self.run, given, system=True)

    # --- one row per kind of move ------------------------------------------------------------------

    def _pass(self, move: Move) -> None:
        self._later(seconds(str(move["pass"])))

    def _later(self, by: float) -> None:
        at = self.hand.at + timedelta(seconds=max(0.0, by))
        if at.year > LAST_YEAR:
            raise Malformed(f"This leads beyond the year {LAST_YEAR}.")
        self.hand.at = at

    def _time(self, move: Move) -> Time:
        due = self.run.waiting.due
        if due is None:
            raise Refused("not_due", "Nothing happens by itself at this step, however long one waits.")
        self._later((due - self.hand.at).total_seconds())
        return Time()

    def _result(self, move: Move) -> Finished:
        waiting = self.run.waiting
        if not isinstance(waiting, LookupDue):
            raise Refused("not_waiting", "No other system is asked at this step.")
        if waiting.operation.startswith(TICKET) and move["result"] == "ok" and not move.get("values"):
            return noted(waiting)
        return Finished(str(move["result"]), mapping(move.get("values", {}), "values"))


READ: dict[str, Callable[[Trial, Move], Any]] = {
    "go": lambda trial, move: Continue(str(move["go"])),
    "answer": lambda trial, move: Answer(move["answer"]),
    "fields": lambda trial, move: Fields(mapping(move["fields"], "fields")),
    "result": Trial._result,
    "time": Trial._time,
    "pass": Trial._pass,
    "back": lambda trial, move: GoBack(int(move["back"])),
    "change": lambda trial, move: Change(int(move["change"]), move.get("to")),
}


def walk(library: Library, flow: str, script: Script) -> Trial:
    """Walk *script* as far as it goes. Raises Malformed or Refused where *flow* can't be started as it says."""
    given = read_given(script.given, flow)
    hand = Hand(library, flow, given.at, given.offset)
    held = held_before(library.policy, given.assured, given.at)
    trial = Trial(hand.begin(given.inputs, given.facts, held=held, spent=given.spent), hand, {})
    trial.settle()
    for number, move in enumerate(script.moves, 1):
        try:
            trial.take(move)
        except (Refused, Malformed, ValueError) as error:
            sentence = getattr(error, "sentence", "It can't be read.")
            trial.stopped = f"Move {number} of {len(script.moves)} does not fit any more: {sentence}"
            break
    return trial


def without_secrets(run: Run, given: Any) -> Any:
    """*given* for the step at which *run* waits, each secret replaced by a value of the same form that nobody gave."""
    asked = {field.name: field for field in fields(run.tip.step) if field.secret}
    today = run.last.at.date()
    if isinstance(given, Fields):
        values = given.values.items()
        return Fields({n: _stand_in(asked[n], v, today) if n in asked else v for n, v in values})
    if isinstance(given, Answer) and asked:
        return Answer(_stand_in(next(iter(asked.values())), given.value, today))
    return given


def plain(run: Run, move: Move) -> Move:
    """*move* for the step at which *run* waits, without secrets."""
    for kind, read in (("answer", Answer), ("fields", Fields)):
        if kind in move:
            return move_of(without_secrets(run, read(move[kind]))) or move
    return move


def _stand_in(field: Field, value: Any, today: Any) -> Any:
    return next(stand_ins(field, str(value), 7, today), value)


def move_of(given: Any) -> Move | None:
    """*given* as a move of a script; None where that follows by itself."""
    match given:
        case Continue(reason):
            return {"go": reason}
        case Answer(value):
            return {"answer": value}
        case Fields(values):
            return {"fields": dict(values)}
        case Finished(result, values, repeated):
            return None if repeated else {"result": result, "values": dict(values)}
        case Time():
            return {"time": True}
        case GoBack(visit):
            return {"back": visit}
        case Change(visit, value):
            return {"change": visit, "to": value}
    return None
