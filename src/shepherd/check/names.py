"""Names: known at all, and set on every way to where they are read. Values and texts are looked into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from shepherd.check.excluded import Excluded
from shepherd.check.known import Known
from shepherd.check.opened import NOTHING, Path, covered, holds_if, open_reads
from shepherd.check.settled import Ways, in_reverse
from shepherd.check.tables import gap_of
from shepherd.check.written import broken_kinds
from shepherd.flow.expression import Expression, in_order, named, used
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.model import Ask, Collect, Escalate, Flow, Step
from shepherd.flow.scope import Around, Use, uses
from shepherd.flow.tree import Node, Read

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNKNOWN_NAME = Rule(
    "SHP311",
    "unknown-name",
    "error",
    "An expression reads a name that the flow does not have. A text needs quotes: a bare word is a name.",
)
UNKNOWN_FIELD = Rule(
    "SHP312",
    "unknown-field",
    "error",
    "An expression reads a field that its value never has.",
)
NOT_SET = Rule(
    "SHP313",
    "not-set-on-every-way",
    "error",
    "A name is read where some way leaves it unset; then the contact would break off here. Ask first whether it is "
    "defined, or lead that way elsewhere.",
)
RULES = (UNKNOWN_NAME, UNKNOWN_FIELD, NOT_SET)


def names(draft: Draft) -> Iterator[Finding]:
    """Names that are not known, or not set on every way."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    facts_are_known = "desk" not in broken_kinds(draft)
    for flow in draft.flows.values():
        yield from _Names(flow, around, facts_are_known).findings()


def after_all(conditions: tuple[tuple[Expression, bool], ...]) -> frozenset[Path]:
    """The reads that are defined for sure where *conditions* hold, or do not hold."""
    return NOTHING.union(*(holds_if(condition.tree, true) for condition, true in conditions))


def known_at(step: Step, use: Use) -> frozenset[Path]:
    """The reads that are defined for sure where *use* is worked out, by what stands around it."""
    own = {(step.saves, name) if name else (step.saves,) for name in use.own}
    return after_all(use.after) | own


#: What gives a value, which may be meant as a text; and what looks like one.
GIVES = frozenset(["with", "set", "default", "returns", "is"])
_WORD = re.compile(r"[A-Za-z]\w*(?:-\w+)*")


class Demand(NamedTuple):
    """
    A name that *step* works out in *expression*, and which has to be set there; *through* values and texts.

    *at* is where a limit stands, whose expression stands elsewhere.
    """

    step: Step
    expression: Expression
    read: Read
    path: Path
    through: tuple[str, ...]
    at: Place | None = None


class _Names:
    """The names of one flow."""

    def __init__(self, flow: Flow, around: Around, facts_are_known: bool):
        self.flow, self.around, self.facts_are_known = flow, around, facts_are_known
        self.types = around.saved(flow)
        self.escalated = {step.saves for step in flow.steps.values() if isinstance(step.action, Escalate)}
        self.known = Known(flow, around, facts_are_known)
        self.named = named(flow)
        self.reported: set[tuple[str, Path]] = set()
        self.gaps: dict[str, str] = {}
        self.open: dict[str, dict[Path, tuple[str, ...]]] = {}
        for name in in_order(flow)[0]:
            self.open[name] = self.opened_by(name)

    def findings(self) -> Iterator[Finding]:
        given = {id(case.gives) for value in self.flow.values.values() for case in value.cases}
        for parts in self.named.values():
            for part in parts:
                yield from self.unknown(None, part, "is" if id(part) in given else "")
        order = in_reverse(self.flow)
        demands: list[Demand] = []
        for name in order:
            step = self.flow.steps[name]
            for use in uses(self.flow, step):
                yield from self.unknown(step, use.expression, use.role)
                for read, path, through in self.opened(use.expression.tree, known_at(step, use)):
                    if use.own and path[0] == step.saves:
                        yield self.not_yet(step, use.expression, read, path)
                    else:
                        demands.append(Demand(step, use.expression, read, path, through))
            for demand in self.limits(step):
                if demand.path[0] == step.saves:
                    yield self.not_yet(step, demand.expression, demand.read, demand.path)
                else:
                    demands.append(demand)
        reached = set(order)
        for step in (step for name, step in self.flow.steps.items() if name not in reached):
            for use in uses(self.flow, step):
                yield from self.unknown(step, use.expression, use.role)
        yield from self.unset(demands, order)

    # --- known at all ------------------------------------------------------------------------------

    def unknown(self, step: Step | None, expression: Expression, role: str = "") -> Iterator[Finding]:
        """The names of *expression* that the flow does not have, also those behind ``is defined``."""
        at = step.id if step else ""
        word = expression.source.strip()
        alone = role in GIVES and _WORD.fullmatch(word) is not None
        for read in expression.reads:
            wrong = self.known.unknown(read, (step.saves or "") if step else "")
            if wrong is None or (step is not None and (at, read.path) in self.reported):
                continue
            self.reported.add((at, read.path))
            rule = UNKNOWN_FIELD if wrong.field else UNKNOWN_NAME
            place, message, hint = expression.at(read.start, read.end), wrong.message, wrong.hint
            if alone and not wrong.field:  # YAML takes the quotes that stand round the whole for its own
                near = f" {hint}" if hint.startswith("Did you mean") and word == read.words else ""
                place, message = expression.place, message.replace(f'"{read.words}"', f'"{word}"', 1)
                hint = f"A text needs quotes of its own: '\"{word}\"'.{near}"
            yield rule.at(place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=at)
            if alone and not wrong.field:
                return

    def not_yet(self, step: Step, expression: Expression, read: Read, path: Path) -> Finding:
        """A rule of a form reads a field of it that is not given by then, or not always."""
        return NOT_SET.at(
            expression.at(read.start, read.end),
            f'"{".".join(path)}" is not always given where this is worked out.',
            file=self.flow.file,
            hint=f"Ask first: {'.'.join(path)} is defined. A field is shown by those above it only.",
            flow=self.flow.id,
            step=step.id,
        )

    def limits(self, step: Step) -> Iterator[Demand]:
        """What the named limits of a step's fields need to be set."""
        action = step.action
        if isinstance(action, Ask | Collect):
            fields = (action.field,) if isinstance(action, Ask) else tuple(action.fields.values())
            above: set[Path] = {(step.saves,)} if isinstance(action, Collect) else set()
            for field in fields:
                for key, name in (("min", field.minimum), ("max", field.maximum)):
                    if not isinstance(name, str):
                        continue
                    at = step.places.get(key, field.place) if isinstance(action, Ask) else field.place
                    gives = self.flow.values[name].cases[0].gives if name in self.flow.values else None
                    for path, through in self.open.get(name, {}).items():
                        if gives is not None and path not in above:
                            read = Read(path, 0, len(gives.source))
                            yield Demand(step, gives, read, path, (name, *through), at)
                if not field.optional and field.show_if is None:
                    above.add((step.saves, field.name))

    # --- what is worked out ------------------------------------------------------------------------

    def opened_by(self, name: str) -> dict[Path, tuple[str, ...]]:
        """What the value, table or text *name* needs to be set, with the names through which it does."""
        found: dict[Path, tuple[str, ...]] = {}
        table = self.flow.tables.get(name)
        if table is not None:
            for part in table.by.values():
                found |= {path: through for _, path, through in self.opened(part.tree, NOTHING)}
            gap = gap_of(self.flow, table, self.around.types(self.flow))
            if gap is not None:
                self.gaps[name] = gap
                found[(name,)] = ()
            return found
        value = self.flow.values.get(name)
        if value is None:
            for part, after in self.flow.texts[name.removeprefix("texts.")].uses():
                found |= {path: through for _, path, through in self.opened(part.tree, after_all(after))}
            return found
        before = NOTHING
        for case in value.cases:
            inner = before
            if case.when is not None:
                found |= {path: through for _, path, through in self.opened(case.when.tree, before)}
                inner = before | holds_if(case.when.tree, True)
                before |= holds_if(case.when.tree, False)
            found |= {path: through for _, path, through in self.opened(case.gives.tree, inner)}
        return found

    def opened(self, tree: Node, known: frozenset[Path]) -> Iterator[tuple[Read, Path, tuple[str, ...]]]:
        """Every name that has to be set for *tree* to be worked out; values and texts are looked into."""
        for read, here in open_reads(tree, known):
            name = used(read)
            if name in self.named:
                if not covered(read.path[:1], here):
                    for path, through in self.open.get(name, {}).items():
                        if not covered(path, here):
                            yield read, path, () if path == (name,) else (name, *through)
                if self.may_be_empty(read) and not covered(read.path[:2], here):
                    yield read, read.path[:2], ()
                continue
            wanted = self.wanted(read)
            if wanted and not covered(wanted, here):
                yield read, wanted, ()

    def may_be_empty(self, read: Read) -> bool:
        """Whether *read* reads a column of a table in which a cell may be empty."""
        table = self.flow.tables.get(read.path[0])
        column = table.gives.get(read.path[1]) if table is not None and len(read.path) > 1 else None
        return column is not None and column.optional

    def wanted(self, read: Read) -> Path:
        """The part of *read* that may be unset; nothing where that can't be, or where the name is not known."""
        root = read.path[0]
        given_input = self.flow.inputs.get(root)
        if given_input is not None:
            return (root,) if given_input.optional else ()
        type_ = self.types.get(root)
        if type_ is None or self.known.unknown(read) is not None:
            return ()
        return read.path[:2] if len(read.path) > 1 and read.path[1] in (type_.fields or {}) else (root,)

    # --- set on every way --------------------------------------------------------------------------

    def unset(self, demands: list[Demand], order: list[str]) -> Iterator[Finding]:
        """The demands that some way does not meet, each with the shortest such way."""
        followed = {*self.types, *self.flow.tables}
        ways = Ways(self.flow, self.around, order, [d.path for d in demands if d.path[0] in followed])
        excluded = Excluded(self.flow, self.around, order)
        for demand in demands:
            step, path = demand.step, demand.path
            if (step.id, path) in self.reported or ways.met(step.id, path):
                continue
            if path in ways.bits and excluded.spared(ways, step.id, path):
                continue
            if path[0] in self.escalated and not self.facts_are_known:
                continue  # what an escalation gives is said by desk.yaml, which can't be read
            self.reported.add((step.id, path))
            if path[0] in self.types:
                message, hops = f'"{".".join(path)}" is not set on every way to this step.', ways.without(step.id, path)
            elif path[0] in self.flow.tables:
                gap = self.gaps.get(path[0])
                message = f'Perhaps no row of "{path[0]}" fits here{f": {gap}" if gap else ""}.'
                hops = ways.without(step.id, path)
                if len(path) > 1:
                    message = f'The column "{path[1]}" of "{path[0]}" may be empty here.'
            else:
                message, hops = f'The input "{path[0]}" is optional and may be unset here.', ()
            place = demand.at or demand.expression.at(demand.read.start, demand.read.end)
            if demand.through:
                message = f"{message[:-1]}, used through {' and '.join(demand.through)}."
            hint = f"Ask first: {'.'.join(path)} is defined. Or lead the ways without it elsewhere."
            if len(path) == 1 and path[0] in self.flow.tables:
                row = "a last row that takes any"
                if self.flow.tables[path[0]].unique:
                    row = "a row for just that; one that takes any would meet the others, as it is `unique`"
                hint = f"Ask first: {path[0]} is defined. Or give the table {row}."
            yield NOT_SET.at(place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step.id, path=hops)
