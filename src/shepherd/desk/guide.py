"""Guiding a contact: each input of a person is taken once, at the page it was given on."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from shepherd.audit.casenote import case_note
from shepherd.desk import moves as planning
from shepherd.desk.errors import Broken, DeskError, Misused, Reused, Stale, Unavailable
from shepherd.desk.going import AGAIN, Going, declared, give_way
from shepherd.desk.inputs import body_of, check_length, masked, step_of, step_then
from shepherd.desk.moves import Moves
from shepherd.desk.runs import CASE_NOTE, Live, Runs, note_of
from shepherd.desk.views import CaseNote, RunView, Taken
from shepherd.flow.model import Step
from shepherd.record import (
    Record,
    RecordError,
    RecordUnavailable,
    Submission,
    TokenReused,
)
from shepherd.run import advance, preview
from shepherd.run.api import (
    SYSTEM,
    Abandon,
    Actor,
    Change,
    DoDue,
    Finished,
    GoBack,
    Note,
    PathItem,
    Refused,
)
from shepherd.run.state import Run

_log = logging.getLogger("shepherd.desk")


class Guide:
    """What people do with runs."""

    def __init__(self, going: Going, runs: Runs, record: Record):
        self._going, self._runs, self._record = going, runs, record

    # --- uses -------------------------------------------------------------------------------------

    def take(self, run_id: str, given: Any, *, seq: int, token: str, actor: Actor, role: str) -> Taken:
        """Take *given* at the page numbered *seq*, once per *token*."""
        check_length(given)
        live = self._going.live(run_id)
        if live.run.seq < seq:
            live = self._runs.load(run_id, fresh=True)
        step: Step | None = step_of(given, live.run)
        if live.run.seq != seq:
            step = step_then(given, live.run.library, self._runs.events(run_id), seq)
        given = masked(given, step)
        body = {"seq": seq, "by": [actor.kind, actor.id, role], "given": body_of(given, step)}
        submission = Submission(token, self._record.request_hash(body))
        for attempt in range(AGAIN):
            if live.run.seq != seq:
                return self._behind(live, seq, submission)
            if self._going.reach_time(live):
                live = self._going.live(run_id)
                continue
            stamp = self._going.stamp(live.run, actor, role)
            try:
                moves = planning.plan(
                    live,
                    given,
                    stamp=stamp,
                    spent=self._going.spent(live),
                    held=self._going.pocket.look(run_id),
                    desk=self._going.desktop,
                )
            except Refused:
                if self._runs.load(run_id, fresh=True).run.seq == seq:
                    raise
                live = self._going.live(run_id)
                continue
            done = self._going.store(live, moves, submission)
            live = self._going.live(run_id)
            if done is not None:
                return Taken(run=self._going.show(live), repeated=done.repeated)
            give_way(attempt)
        raise Unavailable("Too many people work on this at once. Nothing was saved; send it again.")

    def see(self, run_id: str) -> RunView:
        """The run as it stands, whoever moved it; what is due or was left open by a crash is set going first."""
        live = self._going.live(run_id, fresh=True)
        if self._going.reach_time(live) or self._going.recover(live):
            live = self._going.live(run_id)
        return self._going.show(live)

    def wait(self, run_id: str, seconds: float) -> RunView:
        """The run when its call is back, or as it stands after *seconds*."""
        self.see(run_id)
        self._going.calls.wait(run_id, seconds)
        return self._going.show(self._going.live(run_id))

    def answer_open_do(self, run_id: str, made: bool, *, seq: int, token: str, actor: Actor, role: str) -> Taken:
        """The agent says whether a change was made whose reply was lost."""
        live = self._going.live(run_id)
        if not self._going.show(live).open_do and live.run.seq == seq:
            raise Refused("not_now", "Nothing is open here that only you could know.", live.run.tip.ref)
        result = Finished("error", source="asked the agent: not made")
        if made:
            waiting = live.run.waiting
            fields = declared(live.run, waiting.operation).results.get("ok") if isinstance(waiting, DoDue) else None
            told = fields is not None and all(f.optional for f in fields.values())
            result = Finished("ok" if told else "unknown", source="asked the agent: made")
        return self.take(run_id, result, seq=seq, token=token, actor=actor, role=role)

    def reach_due(self, now: datetime) -> int:
        """Take the time events of every run whose step is due by *now*."""
        moved = 0
        for run_id in self._going.dues.reached(now):
            try:
                moved += self._going.reach_time(self._going.live(run_id))
            except Broken as error:
                _log.warning("run %s can't go on by the clock: %s", run_id, error.sentence)
            except DeskError as error:
                self._going.dues.note(run_id, now)
                _log.warning("run %s is looked at again: %s", run_id, type(error).__name__)
        return moved

    def preview(self, run_id: str, given: Change | GoBack) -> tuple[PathItem, ...]:
        """What would fall away."""
        live = self._going.live(run_id)
        stamp = self._going.stamp(live.run, actor_of(live.run), "agent")
        return preview(live.run, masked(given, step_of(given, live.run)), stamp=stamp)

    def would_lose(self, run_id: str, given: Change | GoBack) -> tuple[str, ...]:
        """The assurances that *given* takes away, as people read them."""
        live = self._going.live(run_id)
        stamp = self._going.stamp(live.run, actor_of(live.run), "agent")
        before = live.run.assured
        after = advance(live.run, masked(given, step_of(given, live.run)), stamp=stamp).run.assured
        lost = [n for n, a in before.items() if n not in after or after[n].level < a.level]
        return tuple(sorted({n.rpartition(".")[2].replace("_", " ") for n in lost}))

    def is_same(self, run_id: str, given: Change) -> bool:
        """Whether *given* is the very answer that its visit has; Refused where it can't be taken."""
        live = self._going.live(run_id)
        stamp = self._going.stamp(live.run, actor_of(live.run), "agent")
        data = advance(live.run, masked(given, step_of(given, live.run)), stamp=stamp).event.data
        before = next(item.value for item in live.run.path if item.visit == given.visit)
        return bool(data.get("value", data.get("values")) == before)

    def asks_first(self, run_id: str, given: GoBack) -> bool:
        """Whether *given* takes answers or assurances off the path beside the step that waits."""
        try:
            return bool(self.preview(run_id, given) or self.would_lose(run_id, given))
        except Refused:
            return False

    def case_note(self, run_id: str) -> CaseNote:
        """The case note as stored, or as the path would have it now."""
        live = self._going.live(run_id)
        stored = note_of(run_id, live.notes)
        return stored or CaseNote(run=run_id, text=case_note(live.run, self._going.heading(live)), stored=False)

    def correct_note(self, run_id: str, text: str, *, actor: Actor, token: str) -> CaseNote:
        """A new entry that holds instead of the case note stored before."""
        live = self._going.live(run_id)
        if not live.run.ended:
            raise Misused("The case note is written when the run is over. Write a note instead.")
        given = masked(Note(text, use=CASE_NOTE), None)
        submission = Submission(token, self._record.request_hash({"by": [actor.kind, actor.id], "note": given.text}))
        for attempt in range(AGAIN):
            live = self._runs.load(run_id, fresh=True)
            moves = Moves(live.run)
            moves.add(advance(live.run, given, stamp=self._going.stamp(live.run, actor, "agent")))
            if self._going.store(live, moves, submission) is not None:
                break
            give_way(attempt)
        return self.case_note(run_id)

    def abandon(self, run_id: str, reason: str) -> bool:
        """End a run that nobody goes on with; False where it is over already."""
        live = self._runs.load(run_id, fresh=True)
        if live.run.ended:
            return False
        stamp = self._going.stamp(live.run, SYSTEM, "system")
        moves = planning.plan(
            live, Abandon(reason), stamp=stamp, spent=self._going.spent(live), held={}, desk=self._going.desktop
        )
        return self._going.store(live, moves, None) is not None

    def _behind(self, live: Live, seq: int, submission: Submission) -> Taken:
        """A page numbered other than the run: the same form again, or a stale one."""
        try:
            appended = self._record.append(live.id, seq, [], submission=submission)
        except TokenReused as error:
            raise Reused(error.sentence) from None
        except RecordUnavailable as error:
            raise Unavailable(error.sentence) from None
        except RecordError:
            appended = None
        view = self.see(live.id)
        if appended is not None and appended.repeated:
            return Taken(run=view, repeated=True)
        raise Stale(view)


def actor_of(run: Run) -> Actor:
    """Whoever holds *run*, else whoever moved it last: for asking what would be."""
    return Actor("agent", run.owner) if run.owner else run.last.actor
