"""What a flow's expressions can read: every name with its type, and what each way out of a step makes known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shepherd.flow.expression import Expression
from shepherd.flow.model import (
    Ask,
    Call,
    Collect,
    Connector,
    Decide,
    Do,
    End,
    Escalate,
    Field,
    Flow,
    Lookup,
    Operation,
    Policy,
    Step,
)
from shepherd.flow.types import Type

ANY = Type("any", name="any")
CONTEXT = {
    "today": Type("date", name="date"),
    "now": Type("datetime", name="datetime"),
    "channel": Type("text", name="text"),
}
FACTS = ("customer", "contact", "ticket", "agent")
COUNTED = ("visits", "attempts_left", "assured")
ESCALATION = {
    "id": Type("text", name="text"),
    "queue": Type("text", name="text"),
    "owner": Type("text", name="text"),
    "acknowledge_by": Type("datetime", name="datetime"),
    "next_update": Type("datetime", name="datetime"),
    "resolve_by": Type("datetime", name="datetime"),
}


class Around(NamedTuple):
    """What stands around a flow: the other flows, the desk's policy, the connectors."""

    flows: Mapping[str, Flow]
    policy: Policy
    connectors: Mapping[str, Connector]

    def operation(self, written: str) -> Operation | None:
        """The operation ``connector.operation``, if it is declared."""
        connector, _, name = written.partition(".")
        known = self.connectors.get(connector)
        return known.operations.get(name) if known else None


def given(step: Step, around: Around) -> Mapping[str, Mapping[str, Type] | None] | None:
    """
    What each way out of *step* saves: the edge's name → the fields it gives for sure, None for "unset".

    None where the step saves nothing; for a single value the fields are empty.
    """
    action = step.action
    accepted = [by for by in step.edges if by == "then" or by.startswith("answer:")]
    if isinstance(action, Ask):
        known: Mapping[str, Type] | None = None if action.field.optional else {}
        return dict.fromkeys(accepted, known) | {"no_answer": None}
    if isinstance(action, Collect):
        fields = {n: f.type for n, f in action.fields.items() if not f.optional}
        return dict.fromkeys(accepted, fields) | {"no_answer": None}
    if isinstance(action, Lookup | Do):
        operation = around.operation(action.operation)
        results = operation.results if operation else {}
        return {f"result:{n}": _sure(results[n]) if n in results else None for n in _results(step)}
    if isinstance(action, Call):
        called = around.flows.get(action.flow)
        if called is None:
            return None
        return {
            f"outcome:{n}": dict.fromkeys(o.returns, ANY) if o.returns else None for n, o in called.outcomes.items()
        }
    if isinstance(action, Escalate):
        return {"then": _escalated(action, around.policy)}
    return None


def _results(step: Step) -> list[str]:
    return [by.removeprefix("result:") for by in step.edges if by.startswith("result:")]


def _sure(fields: Mapping[str, Field]) -> Mapping[str, Type]:
    return {n: f.type for n, f in fields.items() if not f.optional}


def _escalated(action: Escalate, policy: Policy) -> Mapping[str, Type]:
    severity = policy.severities.get(action.severity or "")
    queue = policy.queues.get(action.queue)
    there = {
        "owner": bool(queue and queue.owner),
        "acknowledge_by": bool(severity and severity.acknowledge),
        "next_update": bool(severity and severity.update_every),
        "resolve_by": bool(severity and severity.resolve),
    }
    return {n: t for n, t in ESCALATION.items() if there.get(n, True)}


def saved_types(flow: Flow, around: Around) -> dict[str, Type]:
    """Every saved name of *flow* with its type: all fields that any result of any step gives under it."""
    found: dict[str, Type] = {}
    for step in flow.steps.values():
        type_ = _saved(step, around)
        if type_ is not None:
            found[step.saves] = _joined(found[step.saves], type_) if step.saves in found else type_
    return found


def _saved(step: Step, around: Around) -> Type | None:
    action = step.action
    if isinstance(action, Ask):
        return action.field.type
    if isinstance(action, Collect):
        return _record({n: f.type for n, f in action.fields.items()})
    if isinstance(action, Lookup | Do):
        operation = around.operation(action.operation)
        results = operation.results.values() if operation else ()
        fields: dict[str, Type] = {}
        for result in results:
            for name, field in result.items():
                fields[name] = _joined(fields[name], field.type) if name in fields else field.type
        return _record(fields) if operation else ANY
    if isinstance(action, Call):
        called = around.flows.get(action.flow)
        return _record({r: ANY for o in called.outcomes.values() for r in o.returns}) if called else ANY
    return _record(ESCALATION) if isinstance(action, Escalate) else None


def _record(fields: Mapping[str, Type]) -> Type:
    return Type("record", fields=fields, personal=False, name="record")


def _joined(one: Type, other: Type) -> Type:
    """One name, two steps: the type if both are alike, else anything."""
    if one == other:
        return one
    if one.kind == other.kind == "record":
        fields = dict(one.fields or {})
        for name, type_ in (other.fields or {}).items():
            fields[name] = _joined(fields[name], type_) if name in fields else type_
        return _record(fields)
    return ANY


class Use(NamedTuple):
    """An expression that a step works out when it is entered or left, and what it is for."""

    expression: Expression
    role: str


def uses(flow: Flow, step: Step) -> Iterator[Use]:
    """
    Every expression that *step* reads, with its role: ``words``, ``when``, ``with``, ``because``, ``note``,
    ``default``, ``returns``. The branches of a decide come in their order.
    """
    action = step.action
    texts = [(t, "words") for _, t in step.words.texts]
    if step.note is not None:
        texts.append((step.note, "note"))
    if isinstance(action, Ask):
        texts.append((action.question, "words"))
    if isinstance(action, Escalate) and action.because is not None:
        texts.append((action.because, "because"))
    for text, role in texts:
        for value in text.values:
            yield Use(value, role)
    if isinstance(action, Ask | Collect):
        for field in (action.field,) if isinstance(action, Ask) else action.fields.values():
            if field.default is not None:
                yield Use(field.default, "default")
    elif isinstance(action, Decide):
        for branch in action.branches:
            yield Use(branch.when, "when")
    elif isinstance(action, Call | Lookup | Do):
        for expression in action.args.values():
            yield Use(expression, "with")
    name = action.outcome if isinstance(action, End | Escalate) else None
    if name is not None and name in flow.outcomes:
        for expression in flow.outcomes[name].returns.values():
            yield Use(expression, "returns")
