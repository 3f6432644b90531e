"""Secrets go into one call at once and nowhere else; personal values never become a label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shepherd.flow.expression import Expression, named
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.model import Ask, Call, Collect, Do, Edge, Flow, HandOn, Lookup, Step
from shepherd.flow.scope import Around, Use, uses
from shepherd.flow.tree import Defined, Read, walk

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

SECRET_READ = Rule(
    "SHP501",
    "secret-read",
    "error",
    "A secret is never shown, compared, saved or passed to a flow: only a lookup or do takes it, as it is.",
)
SECRET_NOT_ACCEPTED = Rule(
    "SHP502",
    "secret-not-accepted",
    "error",
    "A secret goes only to an operation that declares accepts_secret.",
)
SECRET_NOT_AT_ONCE = Rule(
    "SHP503",
    "secret-not-at-once",
    "error",
    "A secret lives until the next step: a lookup or do has to take it there, before anything else happens.",
)
SECRET_STALE = Rule(
    "SHP504",
    "secret-asked-elsewhere",
    "error",
    "A step that takes a secret is entered only from the step that asks for it; elsewhere the secret is gone.",
)
PERSONAL_LABEL = Rule(
    "SHP511",
    "personal-label",
    "error",
    "Tags, queues, priorities and reasons are read by many and kept in plain; a personal value is sealed.",
)
PERSONAL_PASSED = Rule(
    "SHP512",
    "personal-into-plain-input",
    "error",
    "A flow knows a value as personal only if its input says so; else what it works out of it is kept in plain.",
)
RULES = (SECRET_READ, SECRET_NOT_ACCEPTED, SECRET_NOT_AT_ONCE, SECRET_STALE, PERSONAL_LABEL, PERSONAL_PASSED)
#: How many secrets may be asked for in a row before the call that takes them.
MOST_IN_A_ROW = 32
Path = tuple[str, ...]
LABELS = ("ticket.tag", "ticket.queue", "ticket.priority")


def secrets(draft: Draft) -> Iterator[Finding]:
    """Secrets in a wrong place, and personal values that become labels, or are no longer known as personal."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    for flow in draft.flows.values():
        yield from _Secrets(flow, around).findings()


def secret_names(flow: Flow) -> dict[str, frozenset[str]]:
    """Saved name → its secret fields; the empty text stands for the value itself."""
    found: dict[str, frozenset[str]] = {}
    for step in flow.steps.values():
        if isinstance(step.action, Ask) and step.action.field.secret:
            found[step.saves] = found.get(step.saves, frozenset()) | {""}
        elif isinstance(step.action, Collect):
            fields = {f.name for f in step.action.fields.values() if f.secret}
            if fields:
                found[step.saves] = found.get(step.saves, frozenset()) | fields
    return found


def given_in_plain(flow: Flow, args: Mapping[str, Expression]) -> frozenset[str]:
    """Those of *args* that are no secrets of *flow*, so that they are still known later on."""
    names = secret_names(flow)
    paths = {name: e.tree.path[:2] for name, e in args.items() if isinstance(e.tree, Read)}
    secret = {n for n, p in paths.items() if {"", *p[1:]} & names.get(p[0], frozenset())}
    return frozenset(args.keys() - secret)


class _Secrets:
    def __init__(self, flow: Flow, around: Around):
        self.flow, self.around = flow, around
        self.names = secret_names(flow)
        self.before: dict[str, list[tuple[Step, Edge]]] = {}
        for step in flow.steps.values() if self.names else ():
            for edge in step.edges.values():
                self.before.setdefault(edge.target, []).append((step, edge))

    def is_secret(self, read: Read) -> bool:
        fields = self.names.get(read.path[0], frozenset())
        return "" in fields or (len(read.path) > 1 and read.path[1] in fields)

    def is_around_secret(self, read: Read) -> bool:
        """Whether *read* is of a whole form that asks for a secret too."""
        return len(read.path) == 1 and read.path[0] in self.names

    def takes(self, step: Step) -> frozenset[Path]:
        """The secrets that *step* takes."""
        if not self.names or not isinstance(step.action, Lookup | Do):
            return frozenset()
        reads = (e.tree for e in step.action.args.values())
        return frozenset(r.path[:2] for r in reads if isinstance(r, Read) and self.is_secret(r))

    def asks(self, step: Step) -> frozenset[Path]:
        """The secrets that *step* asks for."""
        if isinstance(step.action, Ask) and step.action.field.secret:
            return frozenset({(step.saves,)})
        if isinstance(step.action, Collect):
            return frozenset((step.saves, f.name) for f in step.action.fields.values() if f.secret)
        return frozenset()

    def at(self, rule: Rule, place: Place, message: str, step: Step | None, hint: str) -> Finding:
        return rule.at(place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step.id if step else "")

    def findings(self) -> Iterator[Finding]:
        for step in self.flow.steps.values():
            for use in uses(self.flow, step):
                yield from self.use(step, use)
            if isinstance(step.action, Call | HandOn):
                yield from self.passed(step, step.action)
            if self.asks(step):
                yield from self.asked(step)
            elif self.takes(step):
                yield from self.taken(step)
        for parts in named(self.flow).values():
            for part in parts:
                yield from self.read(None, part)

    def use(self, step: Step, use: Use) -> Iterator[Finding]:
        expression, tree = use.expression, use.expression.tree
        whole = isinstance(tree, Read) and self.is_secret(tree)
        if not (use.role == "with" and whole):
            yield from self.read(step, expression)
        elif isinstance(step.action, Call | HandOn):
            message = "A secret can't be passed to another flow."
            yield self.at(SECRET_READ, expression.place, message, step, "Let that flow ask for it itself.")
        elif isinstance(step.action, Lookup | Do):
            operation = self.around.operation(step.action.operation)
            if operation is not None and not operation.accepts_secret:
                message = f'"{step.action.operation}" does not accept a secret.'
                hint = "Declare accepts_secret: true where the connector checks it, or ask without secret."
                yield self.at(SECRET_NOT_ACCEPTED, expression.place, message, step, hint)
        label = use.role == "because" or (isinstance(step.action, Do) and step.action.operation in LABELS)
        if label:
            for read in expression.reads:
                if self.around.is_personal(self.flow, read):
                    message = f'"{read.words}" is personal and would be readable here.'
                    place = expression.at(read.start, read.end)
                    yield self.at(PERSONAL_LABEL, place, message, step, "Write what happened, not about whom.")

    def read(self, step: Step | None, expression: Expression) -> Iterator[Finding]:
        for read in expression.reads:
            if self.is_secret(read):
                message = f'"{read.words}" is a secret and can\'t be read.'
                hint = "Let a lookup check it, and go by its result."
                yield self.at(SECRET_READ, expression.at(read.start, read.end), message, step, hint)
            elif self.is_around_secret(read) and not _asked(expression, read):
                message = f'"{read.words}" holds a secret and can\'t be read as a whole.'
                hint = "Read the other fields of it one by one."
                yield self.at(SECRET_READ, expression.at(read.start, read.end), message, step, hint)

    def passed(self, step: Step, action: Call | HandOn) -> Iterator[Finding]:
        """Personal values that go into an input which is not declared as personal."""
        called = self.around.flows.get(action.flow)
        for name, expression in action.args.items() if called is not None else ():
            declared = called.inputs.get(name) if called is not None else None
            if declared is None or declared.personal:
                continue
            for read in expression.reads:
                if self.around.is_personal(self.flow, read):
                    message = f'"{read.words}" is personal, and "{action.flow}" keeps its input "{name}" in plain.'
                    place = expression.at(read.start, read.end)
                    yield self.at(
                        PERSONAL_PASSED, place, message, step, f'Write personal: true at the input "{name}" there.'
                    )
                    break

    def asked(self, step: Step) -> Iterator[Finding]:
        """
        Every way on from a step that asks for a secret leads to the call that takes it.

        Only more secrets may be asked for in between.
        """
        wanted = self.asks(step)
        seen: set[str] = set()
        todo = [step]
        while todo and len(seen) < MOST_IN_A_ROW:
            for by, edge in todo.pop().edges.items():
                following = self.flow.steps.get(edge.target)
                if following is None or following.id in seen or by in ("no_answer", "out_of_attempts", "unmet"):
                    continue
                seen.add(following.id)
                if self.asks(following):
                    todo.append(following)
                elif not wanted <= self.takes(following):
                    message = f'The secret of "{step.id}" is not taken by "{following.id}", and is gone after it.'
                    hint = "Put the lookup or do that takes it right behind."
                    yield self.at(SECRET_NOT_AT_ONCE, step.places.get("then", step.place), message, step, hint)
                    return

    def taken(self, step: Step) -> Iterator[Finding]:
        """Every way into a step that takes a secret comes from a step that asks for one."""
        for other, edge in self.before.get(step.id, ()):
            if not self.asks(other):
                message = f'"{step.id}" is entered from "{other.id}", where its secret is gone.'
                hint = "Lead this way to the step that asks for it."
                yield self.at(SECRET_STALE, edge.place, message, other, hint)
                return


def _asked(expression: Expression, read: Read) -> bool:
    """Whether *expression* only asks if *read* is defined."""
    return any(isinstance(node, Defined) and node.read == read for node in walk(expression.tree))
