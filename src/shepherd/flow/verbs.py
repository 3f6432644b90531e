"""What each main verb reads: its action and the ways that it routes by itself. One row per verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from shepherd.flow.model import (
    Action,
    Ask,
    Branch,
    Call,
    Collect,
    Decide,
    Do,
    Edge,
    End,
    Escalate,
    HandOn,
    Lookup,
    Message,
    Option,
    Set,
    VerbName,
    Wait,
)
from shepherd.flow.reader import Reader, duration, is_map, items, pairs, place_of, plain, readable, seconds
from shepherd.flow.source import Map, Node, Scalar

VERBS: tuple[VerbName, ...] = (
    "ask",
    "collect",
    "decide",
    "call",
    "hand_on",
    "lookup",
    "do",
    "set",
    "wait",
    "escalate",
    "end",
)


class Made(NamedTuple):
    """An action, the edges that it routes by itself, and whether the step goes on to ``then`` besides."""

    action: Action
    edges: tuple[Edge, ...] = ()
    goes_on: bool = True


def verb_of(step: Map) -> VerbName:
    """The main verb of *step*; a step with words only is a message."""
    keys = {key.text for key, _ in step.entries}
    for verb in VERBS:
        if verb in keys:
            return verb
    return "message"


def _routes(reader: Reader, source: str, prefix: str, node: Node | None) -> tuple[Edge, ...]:
    """``value: STEP`` or ``value: {label, then, grants}``."""
    edges = []
    for key, value in pairs(node):
        long = is_map(value)
        target = long.get("then") if long else value
        edges.append(
            Edge(
                by=f"{prefix}:{key.text}",
                source=source,
                target=plain(target),
                grants=reader.grants(long.get("grants")) if long else (),
                place=place_of(target),
            )
        )
    return tuple(edges)


def _message(reader: Reader, name: str, step: Map) -> Made:
    return Made(Message())


def _ask(reader: Reader, name: str, step: Map) -> Made | None:
    question = reader.text(step.get("ask"))
    answers = step.get("answers")
    options = tuple(Option(value=key.text, label=_label(key, value), place=key.place) for key, value in pairs(answers))
    field = reader.field(name, step, place_of(step.get("ask")), options)
    if question is None:
        return None
    routes = _routes(reader, name, "answer", answers)
    return Made(Ask(question=question, field=field, routed=answers is not None), routes, answers is None)


def _label(key: Scalar, value: Node) -> str:
    long = is_map(value)
    return plain(long.get("label") if long else None) or readable(key.text)


def _collect(reader: Reader, name: str, step: Map) -> Made:
    return Made(Collect(fields=reader.fields(step.get("collect"))))


def _decide(reader: Reader, name: str, step: Map) -> Made | None:
    branches: list[Branch] = []
    edges: list[Edge] = []
    otherwise = unread = False
    for item in items(step.get("decide")):
        line = is_map(item)
        if line is None:
            continue
        when = line.get("when")
        target = line.get("then") if when is not None else line.get("otherwise")
        by = f"when:{len(branches) + 1}" if when is not None else "otherwise"
        if isinstance(when, Scalar):
            expression = reader.expression(when)
            if expression is None:
                unread = True
                continue
            branches.append(Branch(when=expression, by=by, place=line.place))
        otherwise = otherwise or when is None
        grants = reader.grants(line.get("grants"))
        edges.append(Edge(by=by, source=name, target=plain(target), grants=grants, place=place_of(target)))
    if unread:
        return None
    return Made(Decide(branches=tuple(branches), otherwise=otherwise), tuple(edges), False)


def _call(reader: Reader, name: str, step: Map) -> Made:
    called = step.get("call")
    action = Call(
        flow=plain(called),
        args=reader.named_expressions(step.get("with")),
        about=plain(step.get("about")) or None,
        place=place_of(called),
    )
    return Made(action, _routes(reader, name, "outcome", step.get("results")), False)


def _hand_on(reader: Reader, name: str, step: Map) -> Made:
    other = step.get("hand_on")
    args = reader.named_expressions(step.get("with"))
    return Made(HandOn(flow=plain(other), args=args, place=place_of(other)), (), False)


def _set(reader: Reader, name: str, step: Map) -> Made:
    return Made(Set(values=reader.named_expressions(step.get("set"))))


def _wait(reader: Reader, name: str, step: Map) -> Made | None:
    at = is_map(step.get("wait"))
    until = at.get("until") if at else None
    expression = reader.expression(until) if isinstance(until, Scalar) else None
    if until is not None and expression is None:
        return None
    length = duration(plain(at.get("for"))) if at else None
    return Made(Wait(duration=length, until=expression, place=place_of(step.get("wait"))))


def _elsewhere(reader: Reader, name: str, step: Map, verb: str) -> dict[str, Any]:
    return {
        "operation": plain(step.get(verb)),
        "args": reader.named_expressions(step.get("with")),
        "timeout": seconds(plain(step.get("timeout"))),
        "place": place_of(step.get(verb)),
    }


def _lookup(reader: Reader, name: str, step: Map) -> Made:
    action = Lookup(**_elsewhere(reader, name, step, "lookup"))
    return Made(action, _routes(reader, name, "result", step.get("results")), False)


def _do(reader: Reader, name: str, step: Map) -> Made:
    once: Any = plain(step.get("once_per")) or None
    action = Do(once_per=once, undo=plain(step.get("undo")) or None, **_elsewhere(reader, name, step, "do"))
    return Made(action, _routes(reader, name, "result", step.get("results")), False)


def _escalate(reader: Reader, name: str, step: Map) -> Made:
    outcome = plain(step.get("outcome")) or None
    action = Escalate(
        queue=plain(step.get("escalate")),
        severity=plain(step.get("severity")) or None,
        because=reader.text(step.get("because")),
        outcome=outcome,
        place=place_of(step.get("escalate")),
    )
    return Made(action, (), outcome is None)


def _end(reader: Reader, name: str, step: Map) -> Made:
    return Made(End(outcome=plain(step.get("end")), place=place_of(step.get("end"))), (), False)


#: The verb's reader; None from it means that an expression or text of the step can't be read.
MAKE: dict[str, Callable[[Reader, str, Map], Made | None]] = {
    "message": _message,
    "ask": _ask,
    "collect": _collect,
    "decide": _decide,
    "call": _call,
    "hand_on": _hand_on,
    "lookup": _lookup,
    "do": _do,
    "set": _set,
    "wait": _wait,
    "escalate": _escalate,
    "end": _end,
}
