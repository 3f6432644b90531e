"""What a step does by itself when it is entered: one row per verb in ENTER."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from immutables import Map

from shepherd.flow.expression import Unworkable
from shepherd.flow.model import Call, Decide, Do, End, Escalate, HandOn, Lookup, Set, Step, Wait
from shepherd.flow.types import to_json
from shepherd.run.escalation import escalation
from shepherd.run.promised import passed
from shepherd.run.resting import until
from shepherd.run.state import Frame, save, with_values

if TYPE_CHECKING:
    from shepherd.run.walk import Walk

EMPTY: Map[str, Any] = Map()


def _decide(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, Decide)
    values, context = walk.state.frame.values, walk.context()
    for branch in action.branches:
        if branch.when.evaluate(values, context):
            return walk.take(step.edges[branch.by])
    if not action.otherwise:
        raise Unworkable("no branch holds.")
    return walk.take(step.edges["otherwise"])


def _call(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, Call)
    flow = walk.run.flows[action.flow]
    values = walk.run.facts.update(walk.arguments(action.args))
    walk.push(flow, values, step.id, about=action.about, guards=False)
    walk.going = (flow.first, "call")


def _hand_on(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, HandOn)
    flow = walk.run.flows[action.flow]
    values = walk.run.facts.update(walk.arguments(action.args))
    if step.passes:
        passed(walk, step.passes)
    old = walk.state.frame
    who = walk.who(flow, values, old.who)
    frame = Frame(flow, values, EMPTY, EMPTY, old.caller, old.step, old.about, old.guards, old.depth, walk.made, who)
    walk.state = walk.state._replace(frame=frame)
    walk.going = (flow.first, "hand_on")


def _set(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, Set)
    frame = walk.state.frame
    made = walk.arguments(action.values)
    personal = walk.run.library.personal(frame.flow.id)
    walk.entered[-1]["set"] = {name: None if name in personal else to_json(value) for name, value in made.items()}
    walk.state = walk.state._replace(frame=with_values(frame, frame.values.update(made)))
    walk.take(step.edges["then"])


def _wait(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, Wait)
    due = until(action, walk.state.frame, walk.context(), walk.stamp, walk.run.library.policy)
    if due <= walk.stamp.at:
        walk.tip = walk.tip._replace(done=True, inputs=due, finisher=walk.stamp)
        return walk.take(step.edges["then"])
    walk.tip = walk.tip._replace(inputs=due)
    return None


def _due(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, Lookup | Do)
    walk.tip = walk.tip._replace(inputs=walk.arguments(action.args))
    walk.going = None


def _escalate(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, Escalate)
    walk.taken += 1
    value = escalation(walk.run.library.policy, action, walk.stamp, walk.taken)
    walk.entered[-1]["escalated"] = {k: v if isinstance(v, str) else to_json(v) for k, v in value.items()}
    frame = save(walk.state.frame, step, value)
    walk.state = walk.state._replace(frame=frame)
    if action.outcome is not None:
        walk.finish(action.outcome)
    else:
        walk.take(step.edges["then"])


def _end(walk: Walk, step: Step) -> None:
    action = step.action
    assert isinstance(action, End)
    walk.finish(action.outcome)


ENTER: dict[str, Callable[[Walk, Step], None]] = {
    "decide": _decide,
    "call": _call,
    "hand_on": _hand_on,
    "set": _set,
    "wait": _wait,
    "lookup": _due,
    "do": _due,
    "escalate": _escalate,
    "end": _end,
}
