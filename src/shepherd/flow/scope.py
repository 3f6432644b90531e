"""What a flow's expressions can read: every name with its type, and what each way out of a step makes known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from shepherd.flow.beside import Connector, Operation, Policy
from shepherd.flow.expression import Expression, in_order, named, used
from shepherd.flow.infer import ANY, MIXED, Infer
from shepherd.flow.lists import ROOT, OptionList
from shepherd.flow.model import (
    Ask,
    Call,
    Collect,
    Decide,
    Do,
    End,
    Escalate,
    Field,
    Flow,
    HandOn,
    Lookup,
    Set,
    Step,
    Wait,
)
from shepherd.flow.personal import reached
from shepherd.flow.tree import Read
from shepherd.flow.types import NUMBERS, Type

CONTEXT = {
    "today": Type("date", name="date"),
    "now": Type("datetime", name="datetime"),
    "channel": Type("text", name="text"),
}
#: Calls in calls that are looked into; a run allows fewer.
DEEPEST = 32
#: How often the types of what is set are worked out anew; each time one more in a row is known.
SET_ROUNDS = 8
#: The input that says which customer a flow is about; the desk fills it in from the ticket.
CUSTOMER = "customer_id"
FACTS = ("customer", "contact", "ticket", "agent")
ESCALATION = {
    "id": Type("text", name="text"),
    "queue": Type("text", name="text"),
    "owner": Type("text", name="text"),
    "acknowledge_by": Type("datetime", name="datetime"),
    "next_update": Type("datetime", name="datetime"),
    "resolve_by": Type("datetime", name="datetime"),
}


class Around:
    """
    What stands around a flow: the other flows, the desk's policy, the connectors.

    What is found out about the names of a flow is kept, as the flows that call it ask again.
    """

    def __init__(self, flows: Mapping[str, Flow], policy: Policy, connectors: Mapping[str, Connector]):
        self.flows, self.policy, self.connectors = flows, policy, connectors
        self._saved: dict[str, dict[str, Type]] = {}
        self._types: dict[str, dict[str, Type]] = {}
        self._personal: dict[str, frozenset[str]] = {}
        self._returned: dict[str, dict[str, dict[str, Type]]] = {}
        self._deep = 0

    def operation(self, written: str) -> Operation | None:
        """The operation ``connector.operation``, if it is declared."""
        connector, _, name = written.partition(".")
        known = self.connectors.get(connector)
        return known.operations.get(name) if known else None

    def saved(self, flow: Flow) -> dict[str, Type]:
        """Every saved name of *flow* with its type: all fields that any result of any step gives under it."""
        if flow.id not in self._saved:
            self._saved[flow.id] = _saved_types(flow, self)
            self._set_types(flow)
        return self._saved[flow.id]

    def types(self, flow: Flow) -> Mapping[str, Type]:
        """Every name that *flow* reads with its type, its values included."""
        if flow.id not in self._types:
            types = dict(CONTEXT) | {n: f.type for n, f in flow.inputs.items()}
            for name in FACTS:
                declared = self.policy.facts.get(name, {})
                types[name] = Type("record", fields={n: f.type for n, f in declared.items()}, name="record")
            types |= self.saved(flow)
            types[ROOT] = _record({name: _listed(one) for name, one in flow.lists.items()})
            types |= {name: _record(table.types) for name, table in flow.tables.items()}
            _add_values(flow, types)
            self._types[flow.id] = types
        return self._types[flow.id]

    def _set_types(self, flow: Flow) -> None:
        """
        What the ``set`` steps of *flow* keep, as far as it can be told.

        One may be worked out from another, or from itself: so they are inferred again until nothing changes.
        """
        sets = [(n, e) for s in flow.steps.values() if isinstance(s.action, Set) for n, e in s.action.values.items()]
        for _ in range(SET_ROUNDS if sets else 0):
            self._types.pop(flow.id, None)
            self._personal.pop(flow.id, None)
            types = dict(self.types(flow))
            found: dict[str, Type] = {}
            for name, expression in sets:
                type_ = Infer(types).of(expression.tree)
                personal = any(self.is_personal(flow, read) for read in expression.reads)
                type_ = replace(type_, personal=personal, options=None)
                found[name] = _set_twice(found[name], type_) if name in found else type_
            if all(self._saved[flow.id].get(name) == type_ for name, type_ in found.items()):
                break
            self._saved[flow.id] |= found
        saved = self._saved[flow.id]
        for name in reached(flow, sets, [n for n, _ in sets if saved[n].personal]):
            saved[name] = replace(saved[name], personal=True)
        self._types.pop(flow.id, None)
        self._personal.pop(flow.id, None)

    def returned(self, name: str) -> Mapping[str, Mapping[str, Type]]:
        """For each outcome of the flow *name*, what it returns; anything where flows call each other in a circle."""
        if name not in self._returned:
            flow = self.flows[name]
            made = {o.name: dict.fromkeys(o.returns, ANY) for o in flow.outcomes.values()}
            self._returned[name] = made
            if any(made.values()) and self._deep < DEEPEST:
                self._deep += 1
                types = self.types(flow)
                self._deep -= 1
                for outcome in flow.outcomes.values():
                    for key, expression in outcome.returns.items():
                        type_ = Infer(types).of(expression.tree)
                        personal = any(self.is_personal(flow, read) for read in expression.reads)
                        made[outcome.name][key] = replace(type_, personal=personal)
        return self._returned[name]

    def is_personal(self, flow: Flow, read: Read) -> bool:
        """Whether *read* is personal, or worked out from something that is."""
        if flow.id not in self._personal:
            found: set[str] = set()
            parts = named(flow)
            for name in in_order(flow)[0]:
                reads = [r for part in parts[name] for r in part.reads]
                if any(used(r) in found if used(r) in parts else self._private(flow, r) for r in reads):
                    found.add(name)
            self._personal[flow.id] = frozenset(found)
        return used(read) in self._personal[flow.id] or self._private(flow, read)

    def _private(self, flow: Flow, read: Read) -> bool:
        """Whether what *read* reads is declared as personal, or a group of fields that holds such a one."""
        type_ = self.types(flow).get(read.path[0])
        for part in read.path[1:]:
            type_ = (type_.fields or {}).get(part) if type_ else None
        return bool(type_ and (type_.personal or any(f.personal for f in (type_.fields or {}).values())))


def _add_values(flow: Flow, types: dict[str, Type]) -> None:
    """Add the flow's values to *types*, each behind those that it uses."""
    for name in in_order(flow)[0]:
        value = flow.values.get(name)
        if value is not None:
            gives = [Infer(types).of(case.gives.tree) for case in value.cases]
            alike = gives and all(g.kind == gives[0].kind for g in gives)
            currency = len({g.currency for g in gives}) == 1 and gives[0].currency
            types[name] = replace(gives[0], currency=currency or "") if alike else ANY


def _set_twice(one: Type, other: Type) -> Type:
    """A name set by two steps, or worked out from itself: what is not known yet does not speak against the other."""
    if one.kind == "any" or other.kind == "any":
        known = other if one.kind == "any" and one.name != MIXED.name else one
        return replace(known, personal=one.personal or other.personal)
    if one.kind != other.kind and {one.kind, other.kind} <= NUMBERS:
        return Type("number", name="number", personal=one.personal or other.personal)
    return _joined(one, other)


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
        fields = {n: f.type for n, f in action.fields.items() if not f.optional and f.show_if is None}
        return dict.fromkeys(accepted, fields) | {"no_answer": None}
    if isinstance(action, Lookup | Do):
        operation = around.operation(action.operation)
        if operation is None:  # told elsewhere; what it gives is taken for given, so that it is told once
            return {f"result:{n}": {} for n in _results(step)}
        results = operation.results
        return {f"result:{n}": _sure(results[n]) if n in results else None for n in _results(step)}
    if isinstance(action, Call):
        called = around.flows.get(action.flow)
        if called is None:
            return {by: {} for by in step.edges if by.startswith("outcome:")}
        return {f"outcome:{n}": fields or None for n, fields in around.returned(action.flow).items()}
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


def _saved_types(flow: Flow, around: Around) -> dict[str, Type]:
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
        if called is None:
            return ANY
        back: dict[str, Type] = {}
        for given_back in around.returned(action.flow).values():
            for name, type_ in given_back.items():
                back[name] = _joined(back[name], type_) if name in back else type_
        return _record(back)
    return _record(ESCALATION) if isinstance(action, Escalate) else None


def _listed(one: OptionList) -> Type:
    """The type of ``lists.NAME``; its groups stand in it as fields."""
    groups = {name: _members(values) for name, values in one.groups.items()}
    return replace(_members(one.values), fields=groups)


def _members(values: tuple[str, ...]) -> Type:
    return Type("list", item=Type("choice", options=values, name="choice"), name="list")


def _record(fields: Mapping[str, Type]) -> Type:
    return Type("record", fields=fields, personal=False, name="record")


def _joined(one: Type, other: Type) -> Type:
    """One name, two steps: the type if both are alike, else anything."""
    if one == other:
        return one
    personal = one.personal or other.personal
    if one.kind == other.kind and one.kind != "record":
        options = tuple(dict.fromkeys((*one.options, *other.options))) if one.options and other.options else None
        item = replace(one.item, options=options) if one.kind == "many" and one.item else one.item
        currency = one.currency if one.currency == other.currency else ""
        return Type(one.kind, options=options, item=item, personal=personal, name=one.name, currency=currency)
    if one.kind == other.kind == "record":
        fields = dict(one.fields or {})
        for name, type_ in (other.fields or {}).items():
            fields[name] = _joined(fields[name], type_) if name in fields else type_
        return _record(fields)
    return replace(ANY, personal=personal)


class Use(NamedTuple):
    """
    An expression that a step works out when it is entered or left, and what it is for.

    *after* are the conditions that hold (or do not) where it is worked out; *own* the fields of the step's own answer
    that are given by then, by name (the answer itself has the empty name).
    """

    expression: Expression
    role: str
    after: tuple[tuple[Expression, bool], ...] = ()
    own: tuple[str, ...] = ()


_NONE: tuple[Step | None, tuple[Use, ...]] = (None, ())


def uses(flow: Flow, step: Step) -> tuple[Use, ...]:
    """
    Every expression that *step* reads, with its role: ``words``, ``when``, ``with``, ``because``, ``note``,
    ``default``, ``show_if``, ``must``, ``set``, ``until``, ``returns``. The branches of a decide come in their order.

    Many checks ask, so what was found is kept with the flow.
    """
    of, found = flow.used.get(step.id, _NONE)
    if of is not step:
        found = tuple(_uses(flow, step))
        flow.used[step.id] = (step, found)
    return found


def _uses(flow: Flow, step: Step) -> Iterator[Use]:
    action = step.action
    texts = [(t, "words") for _, t in step.words.texts]
    if step.note is not None:
        texts.append((step.note, "note"))
    if isinstance(action, Ask):
        texts.append((action.question, "words"))
    if isinstance(action, Escalate) and action.because is not None:
        texts.append((action.because, "because"))
    for text, role in texts:
        for value, after in text.uses():
            yield Use(value, role, after)
    if isinstance(action, Ask | Collect):
        yield from _asked(step, action)
    elif isinstance(action, Decide):
        before: tuple[tuple[Expression, bool], ...] = ()
        for branch in action.branches:
            yield Use(branch.when, "when", before)
            before = (*before, (branch.when, False))
    elif isinstance(action, Call | HandOn | Lookup | Do):
        for expression in action.args.values():
            yield Use(expression, "with")
    elif isinstance(action, Set):
        for expression in action.values.values():
            yield Use(expression, "set")
    elif isinstance(action, Wait) and action.until is not None:
        yield Use(action.until, "until")
    name = action.outcome if isinstance(action, End | Escalate) else None
    if name is not None and name in flow.outcomes:
        for expression in flow.outcomes[name].returns.values():
            yield Use(expression, "returns")


def _asked(step: Step, action: Ask | Collect) -> Iterator[Use]:
    """What the fields of a question or form read, and the rules over what was given."""
    given_: list[str] = [""]
    for field in (action.field,) if isinstance(action, Ask) else action.fields.values():
        own = tuple(given_) if isinstance(action, Collect) else ()
        if field.default is not None:
            yield Use(field.default, "default")
        if field.show_if is not None:
            yield Use(field.show_if, "show_if", own=own)
        if isinstance(action, Collect) and not field.optional and field.show_if is None:
            given_.append(field.name)
    own = () if isinstance(action, Ask) and action.field.optional else tuple(given_)
    after: tuple[tuple[Expression, bool], ...] = ()
    for check in step.checks:
        yield Use(check.must, "must", after, own)
        for value, more in check.message.uses():
            yield Use(value, "words", (*after, (check.must, False), *more), own)
        after = (*after, (check.must, True))
