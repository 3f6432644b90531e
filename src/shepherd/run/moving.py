"""Moving a run to another version of its flow, only where everything that happened would have happened there too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from shepherd.check.library import Library
from shepherd.flow.model import Ask, Collect
from shepherd.run.api import Event, Refused, Stamp
from shepherd.run.context import Context
from shepherd.run.engine import Diverged, Step, refold
from shepherd.run.fields import read_form
from shepherd.run.keep import fields
from shepherd.run.state import Frame, Run, Visit

NOT_SAFE = "not_safe"


def move(run: Run, events: Iterable[Event], library: Library, *, stamp: Stamp) -> Step:
    """
    Move *run*, made by *events*, to the version of its flow in *library*; Refused where that is not safe.

    Safe is: every recorded event, taken over the new version with its promises and assurances in force, goes the very
    same way; every answer would be taken there; every call was asked for the same; and all that the run knows is worth
    the same. So it waits at the same step, as a run that began on the new version would.
    """
    events = list(events)
    if run.ended:
        raise Refused("ended", "This run is over; there is nothing to move.", run.tip.ref)
    if run.requested or run.undoing is not None:
        raise Refused("not_now", "A call is under way. Move the run when it has come back.", run.tip.ref)
    if run.flow_id not in library.flows:
        raise _unsafe(f'there is no flow "{run.flow_id}" in that version.')
    data = {"bundle": dict(library.bundle(run.flow_id))}
    moved = Event("version_moved", data, (), stamp.at, stamp.offset, stamp.actor)
    try:
        after = refold(library, [*events, moved], run.guarded, moved_at=len(events) + 1)
    except Diverged as error:
        raise _unsafe(error.sentence) from None
    why = next(_differs(run, after), "")
    if why:
        raise _unsafe(why)
    return Step(after, moved)


def _unsafe(why: str) -> Refused:
    return Refused(NOT_SAFE, f"This run can't be moved: {why} It ends on its own version.")


def _differs(run: Run, after: Run) -> Iterator[str]:
    """Whatever the two versions of a run know differently, as sentences."""
    for old, new in zip_longest(_visits(run), _visits(after)):
        if old is None or new is None or (old.number, old.ref, old.by) != (new.number, new.ref, new.by):
            yield "it would have gone another way."
            return
        if old.step.verb != new.step.verb and (old.done or not (old.step.human and new.step.human)):
            yield f'"{old.ref}" is another kind of step there.'
        if _call(old) != _call(new) or old.inputs != new.inputs:
            yield f'"{old.ref}" asks another system for something else there.'
        if not _taken(after, new):
            yield f'what was given at "{old.ref}" would not be taken there.'
        if (old.attempt, old.done, old.result) != (new.attempt, new.done, new.result):
            yield f'"{old.ref}" counts otherwise there.'
    for old_frame, new_frame in zip_longest(_frames(run), _frames(after)):
        if old_frame is None or new_frame is None or old_frame.step != new_frame.step:
            yield "it would be called from elsewhere."
        elif old_frame.values != new_frame.values:
            names = sorted(_other(old_frame.values, new_frame.values))
            yield f"{names[0]} would be worth another."
    if _counts(run) != _counts(after):
        yield "what is established, or how often something was tried, would differ."
    if (run.trouble, run.owner, run.paused) != (after.trouble, after.owner, after.paused):
        yield "it would not stand as it does."


def _counts(run: Run) -> tuple[Any, ...]:
    """What is established in *run*, and how often something was tried, by whom."""
    return run.state.held, run.state.tries, run.spent, run.persons


def _other(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {name for name in {*old, *new} if name not in old or name not in new or old[name] != new[name]}


def _visits(run: Run) -> Iterator[Visit]:
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        yield visit
        visit = visit.prev


def _frames(run: Run) -> Iterator[Frame]:
    frame: Frame | None = run.state.frame
    while frame is not None:
        yield frame
        frame = frame.caller


def _call(visit: Visit) -> Any:
    """What a finished call was, and how it is taken back."""
    action = visit.step.action
    parts = ("operation", "once_per", "undo")
    return tuple(getattr(action, part, None) for part in parts) if visit.done else ()


def _taken(run: Run, visit: Visit) -> bool:
    """Whether what was given at *visit* passes the rules of its step; secrets are gone, and were judged then."""
    action = visit.step.action
    if not visit.done or visit.result or not isinstance(action, Ask | Collect):
        return True
    secret = {field.name for field in fields(visit.step) if field.secret}
    if secret and isinstance(action, Ask):
        return True
    given = visit.value if isinstance(action, Collect) else {action.field.name: visit.value}
    known = {name: value for name, value in given.items() if value is not None and name not in secret}
    context = Context(visit.before, visit.finisher or visit.stamp, run.spent, run.channel)
    form = read_form(visit.step, known, visit.before.frame, context)
    refused = set(form.refused) - secret - ({""} if secret else set())
    return not refused and set(form.values) == set(known)
