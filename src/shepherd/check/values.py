"""Values: types that fit, and texts that are among their options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shepherd.flow.expression import Expression
from shepherd.flow.findings import Finding, Rule, allowed
from shepherd.flow.infer import ANY, SAME, Infer, differ
from shepherd.flow.model import Ask, Call, Collect, Do, Field, Flow, HandOn, Lookup, Set, Step, Wait
from shepherd.flow.scope import Around, uses
from shepherd.flow.tree import Choose, Const, Node, Read
from shepherd.flow.types import Type

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

WRONG_TYPE = Rule(
    "SHP321",
    "wrong-type",
    "error",
    "Values of different kinds are compared or worked with: the result would never be what was meant.",
)
NOT_A_VALUE = Rule(
    "SHP322",
    "not-a-value",
    "error",
    "Something is compared with a text that it can never be, so that the comparison is always false.",
)
NOT_A_CONDITION = Rule(
    "SHP323",
    "not-a-condition",
    "error",
    "A condition is a yes or no; a bare text or number decides nothing.",
)
WRONG_INPUT_TYPE = Rule(
    "SHP325",
    "wrong-input-type",
    "error",
    "A flow or an operation gets a value of another kind than the one it declares.",
)
TWO_CURRENCIES = Rule(
    "SHP331",
    "two-currencies",
    "error",
    "Amounts in two currencies are worked with together: the sum would be neither, and no rate is known here.",
)
NO_SUCH_DAY = Rule(
    "SHP336",
    "no-such-day",
    "error",
    "A day that no calendar has can't be worked out: the contact would be stuck there.",
)
MAY_BE_NO_DAY = Rule(
    "SHP337",
    "perhaps-no-such-day",
    "warning",
    "A day that is put together of parts that are worked out may be one that no calendar has, and the contact would be "
    "stuck there on that day of the year.",
)
SET_TWICE = Rule(
    "SHP354",
    "set-to-two-kinds",
    "error",
    "A name means one thing: steps that set it set it to values of one kind.",
)
RULES = (
    WRONG_TYPE,
    NOT_A_VALUE,
    NOT_A_CONDITION,
    WRONG_INPUT_TYPE,
    TWO_CURRENCIES,
    NO_SUCH_DAY,
    MAY_BE_NO_DAY,
    SET_TWICE,
)
OF_KIND = {
    "type": WRONG_TYPE,
    "value": NOT_A_VALUE,
    "currency": TWO_CURRENCIES,
    "day": NO_SUCH_DAY,
    "perhaps": MAY_BE_NO_DAY,
}
#: Values and sets that lead to one another, looked into this deep for what a choice may be.
DEEPEST = 8
#: The roles of expressions that have to be a yes or no.
CONDITIONS = ("when", "show_if", "must")


def values(draft: Draft) -> Iterator[Finding]:
    """Types that do not fit, and values that cannot be."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    for flow in draft.flows.values():
        yield from _Values(flow, around).findings()


class _Values:
    """The types of one flow."""

    def __init__(self, flow: Flow, around: Around):
        self.flow, self.around = flow, around
        self.types = around.types(flow)

    def findings(self) -> Iterator[Finding]:
        for value in self.flow.values.values():
            for case in value.cases:
                if case.when is not None:
                    yield from self.condition(None, case.when)
                yield from self.misfits(None, case.gives)[1]
        for table in self.flow.tables.values():
            for expression in table.by.values():
                yield from self.misfits(None, expression)[1]
        for text in self.flow.texts.values():
            for expression in text.values:
                yield from self.misfits(None, expression)[1]
        for field in self.flow.inputs.values():
            yield from self.default(None, field)
        for step in self.flow.steps.values():
            for use in uses(self.flow, step):
                if use.role in CONDITIONS:
                    yield from self.condition(step, use.expression)
                else:
                    yield from self.misfits(step, use.expression)[1]
            if isinstance(step.action, Call | HandOn | Lookup | Do):
                yield from self.inputs(step, step.action)
            elif isinstance(step.action, Ask | Collect):
                fields = (step.action.field,) if isinstance(step.action, Ask) else step.action.fields.values()
                for field in fields:
                    yield from self.default(step, field)
            elif isinstance(step.action, Wait) and step.action.until is not None:
                yield from self.until(step, step.action.until)
            elif isinstance(step.action, Set):
                yield from self.kept(step, step.action)

    def misfits(self, step: Step | None, expression: Expression) -> tuple[Type, list[Finding]]:
        """The type of *expression*, and what does not fit in it."""
        infer = Infer(self.types)
        type_ = infer.of(expression.tree)
        found = [
            OF_KIND[m.kind].at(
                expression.at(m.start, m.end),
                m.sentence,
                file=self.flow.file,
                hint=m.hint,
                flow=self.flow.id,
                step=step.id if step else "",
            )
            for m in infer.misfits
        ]
        return type_, found

    def condition(self, step: Step | None, expression: Expression) -> Iterator[Finding]:
        type_, found = self.misfits(step, expression)
        yield from found
        tree = expression.tree
        level = isinstance(tree, Read) and tree.path[0] == "assured"
        if not found and type_.kind not in ("yes_no", "any") and not level:
            yield NOT_A_CONDITION.at(
                expression.place,
                f"This is {type_.words}, and decides nothing.",
                file=self.flow.file,
                hint=f'Compare it: {expression.source} == "…".' if type_.kind != "integer" else "Compare it: … > 0.",
                flow=self.flow.id,
                step=step.id if step else "",
            )

    def default(self, step: Step | None, field: Field) -> Iterator[Finding]:
        """A default has the type of its field, and is one of its options."""
        expression = field.default
        if expression is None:
            return
        infer = Infer(self.types)
        type_ = infer.of(expression.tree)
        place = expression.place
        rule, message = WRONG_TYPE, f"{type_.words[:1].upper()}{type_.words[1:]} can't stand for {field.type.words}."
        hint = f"Write {field.type.words}."
        if "any" in (type_.kind, field.type.kind) or type_.kind in SAME.get(field.type.kind, {field.type.kind}):
            infer.option(field.type, expression.tree)
            if differ(field.type, type_):
                infer.mixed(expression.tree, field.type, type_)
            wrong = next((m for m in infer.misfits if m.kind != "type"), None)
            if wrong is None:
                return
            place = expression.at(wrong.start, wrong.end)
            rule, message, hint = OF_KIND[wrong.kind], wrong.sentence, wrong.hint
        yield rule.at(
            place,
            message,
            file=self.flow.file,
            flow=self.flow.id,
            step=step.id if step else "",
            hint=hint,
        )

    def until(self, step: Step, until: Expression) -> Iterator[Finding]:
        """A wait ends on a day, or at a time of a day."""
        type_ = Infer(self.types).of(until.tree)
        if type_.kind not in ("date", "datetime", "any"):
            message = f"This is {type_.words}, where a date, or a date with a time, is needed."
            hint = "Name a date or a moment, or wait for a while: `wait: {for: 2h}`."
            yield WRONG_TYPE.at(until.place, message, file=self.flow.file, flow=self.flow.id, step=step.id, hint=hint)

    def kept(self, step: Step, action: Set) -> Iterator[Finding]:
        """Steps that set one name set it to values of one kind."""
        for name, expression in action.values.items():
            type_, kept = Infer(self.types).of(expression.tree), self.types.get(name, ANY)
            if "any" in (type_.kind, kept.kind):
                first = self.first_set(name)
                kept = Infer(self.types).of(first.tree) if first is not None else ANY
            if "any" not in (type_.kind, kept.kind) and kept.kind not in SAME.get(type_.kind, {type_.kind}):
                message = f'"{name}" is set to {type_.words} here, and to {kept.words} elsewhere.'
                hint = "Give one of them another name."
                place = expression.place
                yield SET_TWICE.at(place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step.id)

    def first_set(self, name: str) -> Expression | None:
        """What the first step of the file that sets *name* sets it to."""
        sets = (s.action.values for s in self.flow.steps.values() if isinstance(s.action, Set))
        return next((values[name] for values in sets if name in values), None)

    def outside(self, node: Node, options: tuple[str, ...], deep: int) -> bool:
        """Whether *node*, a text, may be another one than *options*; where there are none, it may be any."""
        if not options or deep > DEEPEST:
            return False
        if isinstance(node, Const):
            return node.value not in options
        if isinstance(node, Choose):
            return any(self.outside(one, options, deep + 1) for one in (node.yes, node.no))
        root = node.path[0] if isinstance(node, Read) and len(node.path) == 1 else ""
        value = self.flow.values.get(root)
        made = [case.gives for case in value.cases] if value is not None else []
        sets = (s.action.values for s in self.flow.steps.values() if root and isinstance(s.action, Set))
        made += [values[root] for values in sets if root in values]
        if made:
            return any(self.outside(one.tree, options, deep + 1) for one in made)
        type_ = Infer(self.types).of(node)
        return type_.kind != "any" and not set(type_.options or ("",)) <= set(options)

    def inputs(self, step: Step, action: Call | HandOn | Lookup | Do) -> Iterator[Finding]:
        declared: Mapping[str, Field] = {}
        if isinstance(action, Call | HandOn):
            called = self.around.flows.get(action.flow)
            declared = called.inputs if called else {}
        else:
            operation = self.around.operation(action.operation)
            declared = operation.inputs if operation else {}
        for name, expression in action.args.items():
            field = declared.get(name)
            if field is None:
                continue
            given = Infer(self.types).of(expression.tree)
            if "any" in (given.kind, field.type.kind) or given.kind in SAME.get(field.type.kind, {field.type.kind}):
                if differ(given, field.type):
                    message = f'"{name}" is given in {given.currency}, but is declared in {field.type.currency}.'
                    hint = "Let a connector change the one into the other first."
                    yield TWO_CURRENCIES.at(
                        expression.place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step.id
                    )
                elif isinstance(action, Call | HandOn) and self.outside(expression.tree, field.type.options or (), 0):
                    message = f'"{name}" may be given something else than {allowed(field.type.options or ())}.'
                    hint = "Pass one of these, or let that flow take it as a text."
                    place = expression.place
                    yield WRONG_INPUT_TYPE.at(
                        place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step.id
                    )
                continue
            message = f'"{name}" is given {given.words}, but is declared as {field.type.words}.'
            hint = f"Give it {field.type.words}, or declare it otherwise there."
            yield WRONG_INPUT_TYPE.at(
                expression.place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step.id
            )
