"""One function per kind of event: what it makes of a run. The only place where a run changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shepherd.flow.model import Ask, Collect, Do, Field, Lookup, Step
from shepherd.flow.types import from_json
from shepherd.run.api import SYSTEM, Ended, SecretRef, Try
from shepherd.run.context import spent
from shepherd.run.keep import fall, replay_later
from shepherd.run.state import State, Undoing, Visit, counted_as, new, over, save
from shepherd.run.undo import DONE
from shepherd.run.walk import Walk

Data = Mapping[str, Any]


def apply(walk: Walk, kind: str, data: Data) -> None:
    """Move *walk* by an event of *kind* that carries *data*."""
    APPLY[kind](walk, data)


def finish_visit(walk: Walk, *, value: Any = None, result: str = "") -> None:
    """Close the visit at hand: what it gave, who gave it, and the try that it spends."""
    step = walk.tip.step
    walk.tip = over(walk.tip, value, result, walk.stamp)
    actor = walk.stamp.actor
    if actor.id not in walk.answered_by and step.human and actor != SYSTEM:
        walk.answered_by = walk.answered_by | {actor.id, plain_name(actor.id)}
    if step.attempts is None:
        return
    if step.attempts.per in ("run", "call"):
        spend_here(walk, step)
    elif step.pauses:
        spend_elsewhere(walk, step)


def keep(walk: Walk, step: Step, value: Any) -> None:
    """Save the result of *step* where its flow reads it."""
    frame, held, tries, passed = walk.state
    walk.state = new(State, (save(frame, step, value), held, tries, passed))


def plain_name(name: str) -> str:
    """A name as it is compared: " Maria" and "maria" are one person."""
    return name.strip().casefold()


def spend_here(walk: Walk, step: Step) -> None:
    """Spend a try that is counted on the path: going back gives it back."""
    state = walk.state
    frame = state.frame
    if step.attempts and step.attempts.per == "run":
        ref = step.ref
        walk.state = state._replace(tries=state.tries.set(ref, state.tries.get(ref, 0) + 1))
    else:
        tries = frame.tries.set(step.id, frame.tries.get(step.id, 0) + 1)
        walk.state = state._replace(frame=frame._replace(tries=tries))


def spend_elsewhere(walk: Walk, step: Step) -> None:
    """Spend a try that is counted per ticket or customer: a row, which nothing gives back."""
    assert step.attempts is not None
    who = walk.state.frame.who
    key = counted_as(step, who)
    walk.spent = walk.spent.set(key, walk.spent.get(key, 0) + 1)
    if step.attempts.per == "ticket":
        walk.tries += (Try("ticket", step.ref, 0, walk.persons[0], key),)
    else:
        walk.tries += (Try("customer", step.ref, 0, walk.persons[who], key),)


def none_left(walk: Walk) -> bool:
    """Whether the step at hand has lost its last try since it was entered; then the walk leaves it."""
    step = walk.tip.step
    if step.attempts is None or step.attempts.per in ("run", "call"):
        return False
    key = counted_as(step, walk.state.frame.who)
    if key in walk.open_tries or spent(walk.state, step.id, walk.spent) < step.attempts.most:
        return False
    walk.tip = walk.tip._replace(done=True, result="out_of_attempts", finisher=walk.stamp)
    keep(walk, step, None)
    walk.go(step.edges["out_of_attempts"].target, f"out_of_attempts:{step.id}")
    return True


def _continued(walk: Walk, data: Data) -> None:
    if none_left(walk):
        return
    finish_visit(walk)
    walk.leave("then")


def _answered(walk: Walk, data: Data) -> None:
    step = walk.tip.step
    action = step.action
    assert isinstance(action, Ask)
    if step.attempts and none_left(walk):
        return
    if "given" in data:
        finish_visit(walk, value={"given": data["given"]})
        typed: Any = SecretRef(walk.tip.number, "")
    else:
        value = data.get("value")
        finish_visit(walk, value=value)
        typed = value if value is None or action.routed else from_json(value, action.field.type)
    keep(walk, step, typed)
    walk.leave(f"answer:{data['value']}" if action.routed else "then")


def _collected(walk: Walk, data: Data) -> None:
    if none_left(walk):
        return
    step = walk.tip.step
    action = step.action
    assert isinstance(action, Collect)
    values = data["values"]
    finish_visit(walk, value=dict(values))
    record = {n: _typed(walk.tip, f, values[n]) for n, f in action.fields.items() if n in values}
    keep(walk, step, record)
    walk.leave("then")


def _typed(visit: Visit, field: Field, value: Any) -> Any:
    return SecretRef(visit.number, field.name) if field.secret else from_json(value, field.type)


def _requested(walk: Walk, data: Data) -> None:
    step = walk.tip.step
    if walk.requested:
        return
    if walk.undoing is not None:
        walk.requested = True
        return
    if none_left(walk):
        return
    if step.attempts and step.attempts.per in ("ticket", "customer"):
        key = counted_as(step, walk.state.frame.who)
        if key not in walk.open_tries:
            spend_elsewhere(walk, step)
            walk.open_tries = walk.open_tries | {key}
    walk.requested = True


def _undone(walk: Walk, data: Data) -> None:
    """A change was taken back, or was not; once all are that lie between, the run goes back."""
    assert walk.undoing is not None
    to, left = walk.undoing
    walk.requested, walk.undoing = False, None
    if data["result"] == DONE:
        walk.undone = walk.undone | {left[0]}
        walk.happened = frozenset(one for one in walk.happened if one[1] != left[0])
        if len(left) > 1:
            walk.undoing = Undoing(to, left[1:])
        else:
            rewind(walk, to)


def _finished(walk: Walk, data: Data) -> None:
    if walk.undoing is not None:
        return _undone(walk, data)
    step = walk.tip.step
    action = step.action
    assert isinstance(action, Lookup | Do)
    result = data["result"]
    values = data.get("values") or {}
    walk.open_tries = walk.open_tries - {counted_as(step, walk.state.frame.who)}
    finish_visit(walk, value=dict(values), result=result)
    declared = operation_of(walk, action).results.get(result)
    record = None
    if declared is not None:
        record = {n: from_json(v, declared[n].type) for n, v in values.items() if n in declared and v is not None}
    keep(walk, step, record)
    walk.leave(f"result:{result}")
    return None


def operation_of(walk: Walk, action: Lookup | Do) -> Any:
    """The declared operation that *action* calls."""
    connector, _, name = action.operation.partition(".")
    return walk.run.library.connectors[connector].operations[name]


def _time_reached(walk: Walk, data: Data) -> None:
    step = walk.tip.step
    if step.verb == "wait":
        return _continued(walk, data)
    walk.tip = walk.tip._replace(done=True, result="no_answer", finisher=walk.stamp)
    keep(walk, step, None)
    walk.leave("no_answer")
    return None


def _went_back(walk: Walk, data: Data) -> None:
    if data.get("undo"):
        walk.undoing = Undoing(data["visit"], tuple(data["undo"]))
    else:
        rewind(walk, data["visit"])


def rewind(walk: Walk, number: int) -> list[Visit]:
    """Stand again before visit *number* and enter its step anew; the visits that fell, oldest first."""
    fallen = fall(walk.tip, number)
    visit = fallen[0]
    assert visit.prev is not None
    walk.state, walk.tip, walk.end = visit.before, visit.prev, None
    walk.go(visit.step.id, "back")
    return fallen


def _answer_changed(walk: Walk, data: Data) -> None:
    fallen = rewind(walk, data["visit"])
    if walk.tip.step.id != fallen[0].step.id or walk.tip.by != "back":
        return
    if "values" in data:
        _collected(walk, data)
    else:
        _answered(walk, data)
    replay_later(walk, fallen[1:], apply)


def _noted(walk: Walk, data: Data) -> None:
    """A note moves nothing, and neither does a failure or a move to another version."""


def _paused(walk: Walk, data: Data) -> None:
    walk.paused = True


def _resumed(walk: Walk, data: Data) -> None:
    walk.paused = False


def _handed_over(walk: Walk, data: Data) -> None:
    walk.owner, walk.paused = "", True


def _taken_over(walk: Walk, data: Data) -> None:
    walk.owner, walk.paused = walk.stamp.actor.id, False


def _abandoned(walk: Walk, data: Data) -> None:
    walk.end = Ended(visit=walk.tip.number, step=walk.tip.ref, reason=data["reason"])


APPLY: dict[str, Callable[[Walk, Data], None]] = {
    "continued": _continued,
    "answered": _answered,
    "collected": _collected,
    "lookup_requested": _requested,
    "lookup_finished": _finished,
    "do_requested": _requested,
    "do_finished": _finished,
    "time_reached": _time_reached,
    "went_back": _went_back,
    "answer_changed": _answer_changed,
    "noted": _noted,
    "paused": _paused,
    "resumed": _resumed,
    "handed_over": _handed_over,
    "taken_over": _taken_over,
    "failed": _noted,
    "version_moved": _noted,
    "abandoned": _abandoned,
}
