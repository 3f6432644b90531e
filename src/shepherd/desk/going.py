"""Moving runs: what was planned is stored in one append, then its call is made, and the result stored likewise."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from shepherd.audit.casenote import Heading
from shepherd.connect import Connectors, Reply
from shepherd.desk import moves as planning
from shepherd.desk.calls import Call, Calls
from shepherd.desk.clock import Clock, offset, whole
from shepherd.desk.due import Dues
from shepherd.desk.errors import Reused, Unavailable
from shepherd.desk.live import LiveLibrary
from shepherd.desk.mask import mask_all
from shepherd.desk.moves import Desktop, Moves
from shepherd.desk.runs import Live, Runs
from shepherd.desk.secrets import Pocket, filled, lacking, without
from shepherd.desk.show import run_view
from shepherd.desk.views import RunView
from shepherd.flow.beside import Operation
from shepherd.flow.types import to_json
from shepherd.record import (
    Appended,
    Conflict,
    IdTaken,
    Once,
    OnceKey,
    OnceTaken,
    Record,
    RecordUnavailable,
    Submission,
    TokenReused,
    TryTaken,
)
from shepherd.run import advance
from shepherd.run.api import (
    SYSTEM,
    Actor,
    DoDue,
    Fail,
    Finished,
    LookupDue,
    Refused,
    Request,
    Stamp,
    Time,
)
from shepherd.run.state import Run
from shepherd.run.tally import Tally
from shepherd.run.waiting import due_at

_log = logging.getLogger("shepherd.desk")
AGAIN = 200


class Going:
    """Runs under way, moved by one append at a time. Threads never wait for each other; the record decides races."""

    def __init__(self, runs: Runs, record: Record, connectors: Connectors, clock: Clock, live: LiveLibrary):
        self._runs, self._record, self._clock, self._now = runs, record, clock, live
        self._messages: dict[str, tuple[int, str]] = {}
        self.pocket = Pocket()
        self.calls = Calls(connectors, self._came_back)
        self.dues = Dues()
        self.desktop = Desktop(self._once_key, record.once, record.last_tracking_id, self.heading)

    # --- storing ----------------------------------------------------------------------------------

    def store(self, live: Live, moves: Moves, submission: Submission | None) -> Appended | None:
        """Append *moves*, then make the call that is due. None: somebody else was first; read again, decide anew."""
        mark = self.calls.reserve(live.id)
        try:
            appended = self._record.append(live.id, live.run.seq, moves.events, submission=submission, once=moves.once)
            if appended.repeated:
                self._runs.forget(live.id)
                return appended
            after = live.after(moves.run, moves.events)
            self._runs.keep(after)
            self.dues.note(live.id, None if after.run.ended else due_at(after.run))
            self._tell(after, moves.message)
            self.pocket.put(live.id, {} if moves.call else moves.secrets)
            self._call(after, moves)
            if moves.more:
                self.settle(after)
            return appended
        except (Conflict, TryTaken, IdTaken, OnceTaken):
            self._runs.forget(live.id)
            return None
        except TokenReused as error:
            raise Reused(error.sentence) from None
        except RecordUnavailable as error:
            raise Unavailable(error.sentence) from None
        finally:
            self.calls.release(live.id, mark)

    def settle(self, live: Live) -> None:
        """Request the call that *live* waits for, if nobody has."""
        stamp = self.stamp(live.run, SYSTEM, "system")
        moves = Moves(live.run)
        planning.go_on(live, moves, stamp=stamp, spent=self.spent(live), desk=self.desktop)
        if moves.events:
            try:
                self.store(live, moves, None)
            except Unavailable:
                _log.error("the next call could not be recorded; it is offered again")

    def _call(self, live: Live, moves: Moves) -> None:
        waiting = moves.call
        if waiting is None:
            return
        reads = not isinstance(waiting, DoDue)
        inputs = filled(waiting.inputs, moves.secrets)
        declared = live.run.library.connectors
        call = Call(live.id, waiting.visit, waiting.operation, inputs, moves.key, waiting.timeout, reads, declared)
        if moves.reply is None:
            self.calls.launch(call)
            return
        try:
            self._finish(call, moves.reply)
        except Unavailable:
            _log.error("the result of %s could not be recorded; it is offered again", call.operation)

    def _came_back(self, call: Call, reply: Reply) -> None:
        self._finish(call, Finished(reply.result, plain(reply.values), source=reply.source))

    def _finish(self, call: Call, finished: Finished) -> None:
        """Record the result of *call*; dropped where the run no longer waits for it."""
        for attempt in range(AGAIN):
            live = self.live(call.run)
            waiting = live.run.waiting
            if not isinstance(waiting, LookupDue) or waiting.visit != call.visit or not waiting.requested:
                return
            moves = self._finished(live, waiting, finished)
            try:
                if self.store(live, moves, None) is not None:
                    return
            except Unavailable:
                if attempt > 5:
                    raise
                time.sleep(0.2)
            give_way(attempt)

    def _finished(self, live: Live, waiting: LookupDue, finished: Finished) -> Moves:
        stamp = self.stamp(live.run, SYSTEM, "system")
        spent = self.spent(live)
        moves = Moves(live.run, message=planning.MADE_BEFORE if finished.repeated else "")
        try:
            moves.take(finished, stamp=stamp, spent=spent, last_id=self.desktop.last_id)
        except Refused as refused:
            # A wrong reply of a reading is as good as none; after a change nobody knows what happened.
            result = "unknown" if isinstance(waiting, DoDue) else "error"
            moves.add(advance(moves.run, Fail(f"{waiting.operation}: {refused.code}"), stamp=stamp))
            moves.take(Finished(result, source=finished.source), stamp=stamp, spent=spent, last_id=self.desktop.last_id)
        if isinstance(waiting, DoDue) and not finished.repeated:
            state = self._record.once(self._once_key(live, waiting))
            if state is not None and state.open and state.run == live.id:
                finished_as = str(moves.events[-1].data["result"])
                moves.once = Once(self._once_key(live, waiting), "finished", finished_as)
        planning.go_on(live, moves, stamp=stamp, spent=spent, desk=self.desktop)
        return moves

    # --- time and crashes -------------------------------------------------------------------------

    def reach_time(self, live: Live) -> bool:
        """Record that the step at hand has waited long enough, where it has; whether the run moved."""
        due = None if live.run.ended else due_at(live.run)
        self.dues.note(live.id, due)
        if due is None or self._clock() < due or live.run.trouble:
            return False
        stamp = self.stamp(live.run, SYSTEM, "system")
        moves = Moves(live.run)
        try:
            moves.take(Time(), stamp=stamp, spent=self.spent(live), last_id=self.desktop.last_id)
        except Refused:
            return False
        planning.go_on(live, moves, stamp=stamp, spent=self.spent(live), desk=self.desktop)
        self.store(live, moves, None)
        return True

    def recover(self, live: Live) -> bool:
        """Set going again what a crash left open: a lookup, or a change that may be repeated; whether the run moved."""
        run = live.run
        if run.ended or self.calls.under_way(live.id):
            return False
        if run.undoing is None and (run.trouble or run.tip.step.verb not in ("lookup", "do")):
            return False
        live = self._runs.load(live.id, fresh=True)
        waiting = live.run.waiting
        if live.run.seq != run.seq or not isinstance(waiting, LookupDue):
            return True
        stamp = self.stamp(live.run, SYSTEM, "system")
        moves = Moves(live.run)
        if not waiting.requested:
            planning.go_on(live, moves, stamp=stamp, spent=self.spent(live), desk=self.desktop)
        elif isinstance(waiting, DoDue) and not repeatable(live.run, waiting):
            return False
        elif lacking(waiting.inputs, {}):
            planning.back_to_secret(moves, waiting, stamp, self.spent(live), self.desktop)
        else:
            moves.take(Request(again=True), stamp=stamp, spent=self.spent(live), last_id=self.desktop.last_id)
            planning.requested(live, moves, waiting, self.desktop)
        if moves.events:
            self.store(live, moves, None)
        return bool(moves.events)

    # --- small things -----------------------------------------------------------------------------

    def stamp(self, run: Run | None, actor: Actor, role: str) -> Stamp:
        """Now, by *actor*; never before the run's last event."""
        now = whole(self._clock())
        if run is not None and run.last.at > now:
            now = run.last.at
        return Stamp(now, offset(now, self._now.library.policy.time_zone), actor, role)

    def spent(self, live: Live) -> Tally:
        """The tries that other runs have spent at the steps that count them across runs."""
        return Tally(partial(self._record.spent, self._record.place(live.id), now=self._clock()))

    def show(self, live: Live) -> RunView:
        """*live* for its page."""
        seq, message = self._messages.get(live.id, (-1, ""))
        waiting = live.run.waiting
        lost = isinstance(waiting, DoDue) and waiting.requested and not self.calls.under_way(live.id)
        return run_view(
            live,
            waiting,
            now=self._clock(),
            open_do=lost and not repeatable(live.run, waiting),
            message=message if seq == live.run.seq else "",
        )

    def live(self, run_id: str, *, fresh: bool = False) -> Live:
        try:
            return self._runs.load(run_id, fresh=fresh)
        except RecordUnavailable as error:
            raise Unavailable(error.sentence) from None

    def _tell(self, live: Live, message: str) -> None:
        if message:
            self._messages[live.id] = (live.run.seq, message)
            while len(self._messages) > 500:
                self._messages.pop(next(iter(self._messages)), None)

    def _once_key(self, live: Live, waiting: DoDue) -> OnceKey:
        scope = waiting.once_per
        scope_id = {"ticket": live.ticket.id, "run": live.id}.get(scope, f"{live.id}:{waiting.visit}")
        inputs: Any = to_json(without(waiting.inputs))
        return self._record.once_key(scope, scope_id, waiting.operation, waiting.step, inputs)

    def heading(self, live: Live) -> Heading:
        """What the case note of *live* says beside its path."""
        return Heading(
            ticket=live.ticket.number,
            customer=live.ticket.customer_ref,
            notes=tuple((n.at, n.by, n.text) for n in live.notes if not n.use),
            handed_to=live.handed_to,
        )


def declared(run: Run, operation: str) -> Operation:
    """The operation ``connector.operation`` as the run's own library declares it."""
    name, _, verb = operation.partition(".")
    return run.library.connectors[name].operations[verb]


def repeatable(run: Run, waiting: DoDue) -> bool:
    """Whether a change whose reply was lost may be sent again under its key; its secret is not there to be sent."""
    if lacking(waiting.inputs, {}):
        return False
    return waiting.operation.startswith("ticket.") or declared(run, waiting.operation).repeatable


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a connector gave, as JSON and with card numbers masked."""
    masked_values: dict[str, Any] = mask_all(to_json(values))
    return masked_values


def give_way(attempt: int) -> None:
    """Give way before trying again; the longer the oftener it was in vain."""
    if attempt:
        time.sleep(min(0.001 * attempt, 0.02))
