"""Names: known at all, and set on every way to where they are read. One forward analysis over bits per flow."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from shepherd.check.written import broken_kinds
from shepherd.flow.expression import Expression
from shepherd.flow.findings import Finding, Hop, Rule, allowed, nearest
from shepherd.flow.model import Decide, Flow, Step
from shepherd.flow.scope import CONTEXT, COUNTED, FACTS, Around, given, saved_types, uses
from shepherd.flow.tree import All, Any_, Choose, Defined, Node, Not, Read, children

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
Path = tuple[str, ...]
NOTHING: frozenset[Path] = frozenset()
#: Ways shown per flow: each costs a walk over it, and nobody reads more.
MOST_WAYS = 20


def names(draft: Draft) -> Iterator[Finding]:
    """Names that are not known, or not set on every way."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    facts_are_known = "desk" not in broken_kinds(draft)
    for flow in draft.flows.values():
        yield from _Names(flow, around, facts_are_known).findings()


def holds_if(node: Node, true: bool) -> frozenset[Path]:
    """The reads that are defined for sure where *node* is true (or false)."""
    if isinstance(node, Defined):
        return frozenset({node.read.path}) if true else NOTHING
    if isinstance(node, Not):
        return holds_if(node.item, not true)
    if isinstance(node, All | Any_):
        parts = [holds_if(item, true) for item in node.items]
        every = isinstance(node, All) is true
        return frozenset().union(*parts) if every else frozenset.intersection(*parts)
    return NOTHING


def open_reads(node: Node, known: frozenset[Path] = NOTHING) -> Iterator[tuple[Read, frozenset[Path]]]:
    """Every read of *node* that is really worked out, with what is known to be defined by then."""
    if isinstance(node, Defined):
        return
    if isinstance(node, Read):
        yield node, known
    elif isinstance(node, All | Any_):
        for item in node.items:
            yield from open_reads(item, known)
            known |= holds_if(item, isinstance(node, All))
    elif isinstance(node, Choose):
        yield from open_reads(node.test, known)
        yield from open_reads(node.yes, known | holds_if(node.test, True))
        yield from open_reads(node.no, known | holds_if(node.test, False))
    else:
        for part in children(node):
            yield from open_reads(part, known)


class _Names:
    """The analysis of one flow: a bit for each saved name, and one for each of its fields."""

    def __init__(self, flow: Flow, around: Around, facts_are_known: bool = True):
        self.flow, self.around, self.facts_are_known = flow, around, facts_are_known
        self.types = saved_types(flow, around)
        self.bits: dict[Path, int] = {}
        self.whole: dict[str, int] = dict.fromkeys(self.types, 0)
        for name, type_ in self.types.items():
            for path in ((name,), *((name, f) for f in type_.fields or ())):
                self.bits[path] = 1 << len(self.bits)
                self.whole[name] |= self.bits[path]
        self.reported: set[tuple[str, Path]] = set()
        self.effects = {step.id: self.effects_of(step) for step in flow.steps.values()}
        self.ways = 0

    def findings(self) -> Iterator[Finding]:
        inside = self.known()
        for step in self.flow.steps.values():
            if step.id not in inside:
                continue
            before: frozenset[Path] = NOTHING
            for use in uses(self.flow, step):
                yield from self.use(step, use.expression, use.expression.tree, before, inside[step.id])
                if use.role == "when":
                    before |= holds_if(use.expression.tree, False)

    # --- what is known where -----------------------------------------------------------------------

    def known(self) -> dict[str, int]:
        """The bits that are set on every way to each step that can be reached."""
        inside = {self.flow.first: 0}
        todo = deque([self.flow.first])
        waiting = {self.flow.first}
        while todo:
            name = todo.popleft()
            waiting.discard(name)
            step = self.flow.steps[name]
            effects = self.effects[name]
            for by, edge in step.edges.items():
                if edge.target not in self.flow.steps:
                    continue
                keep, gain = effects.get(by, (-1, 0))
                out = inside[name] & keep | gain
                before = inside.get(edge.target)
                after = out if before is None else before & out
                if after != before:
                    inside[edge.target] = after
                    if edge.target not in waiting:
                        waiting.add(edge.target)
                        todo.append(edge.target)
        return inside

    def effects_of(self, step: Step) -> dict[str, tuple[int, int]]:
        """For each way out: the bits that are kept (a mask), and those that are gained."""
        effects: dict[str, tuple[int, int]] = {}
        for by, fields in (given(step, self.around) or {}).items():
            gain = 0
            if fields is not None:
                gain = self.bits[step.saves,]
                for name in fields:
                    gain |= self.bits.get((step.saves, name), 0)
            effects[by] = (~self.whole[step.saves], gain)
        if step.attempts and step.attempts.per in ("ticket", "customer") and step.saves in self.whole:
            effects["out_of_attempts"] = (~self.whole[step.saves], 0)
        if isinstance(step.action, Decide):
            before: frozenset[Path] = NOTHING
            for branch in step.action.branches:
                effects[branch.by] = (-1, self.bits_of(before | holds_if(branch.when.tree, True)))
                before |= holds_if(branch.when.tree, False)
            effects["otherwise"] = (-1, self.bits_of(before))
        return effects

    def bits_of(self, paths: Iterable[Path]) -> int:
        bits = 0
        for path in paths:
            bits |= self.bits.get(path, 0) | self.bits.get(path[:1], 0)
        return bits

    # --- what is read ------------------------------------------------------------------------------

    def use(
        self,
        step: Step,
        whole: Expression,
        tree: Node,
        known: frozenset[Path],
        bits: int,
        through: tuple[str, ...] = (),
    ) -> Iterator[Finding]:
        """What is wrong with the names of *tree*, worked out at *step* for *whole*; values are looked into."""
        for read, here in open_reads(tree, known):
            root = read.path[0]
            value = self.flow.values.get(root)
            if value is not None and root not in through:
                before = here
                for case in value.cases:
                    if case.when is not None:
                        yield from self.use(step, whole, case.when.tree, before, bits, (*through, root))
                        inner = before | holds_if(case.when.tree, True)
                        before |= holds_if(case.when.tree, False)
                    else:
                        inner = before
                    yield from self.use(step, whole, case.gives.tree, inner, bits, (*through, root))
                continue
            found = self.unknown(step, read) or self.unset(step, read, here, bits)
            if found is None or (step.id, read.path) in self.reported:
                continue
            self.reported.add((step.id, read.path))
            rule, message, hint, path = found
            place = whole.at(0, len(whole.source)) if through else whole.at(read.start, read.end)
            if through:
                message = f"{message[:-1]}, used through {' and '.join(through)}."
            yield rule.at(place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step.id, path=path)

    def unknown(self, step: Step, read: Read) -> tuple[Rule, str, str, tuple[Hop, ...]] | None:
        """Why *read* can never be read, if so."""
        root, *rest = read.path
        flow, policy = self.flow, self.around.policy
        if root in CONTEXT or root in flow.inputs or root in flow.values:
            return None
        members: Mapping[str, Iterable[str]] = {
            "visits": flow.steps,
            "attempts_left": [s.id for s in flow.steps.values() if s.attempts],
            "texts": flow.texts,
        }
        if root in members or root in COUNTED:
            listed = list(members.get(root, ()))
            if root == "assured" or (rest and rest[0] in listed):
                return None if rest else (UNKNOWN_FIELD, "assured needs a name: assured.identity.", "", ())
            what = {"visits": "a step", "attempts_left": "a step with attempts", "texts": "one of the texts"}[root]
            wrong = rest[0] if rest else ""
            return UNKNOWN_FIELD, f'"{wrong}" is not {what} of this flow.', nearest(wrong, listed) or _known(listed), ()
        if root in FACTS:
            declared = policy.facts.get(root, {})
            if not rest or rest[0] in declared or not self.facts_are_known:
                return None
            message = f'desk.yaml declares no fact "{rest[0]}" of the {root}.'
            return UNKNOWN_FIELD, message, nearest(rest[0], declared) or _known(declared), ()
        type_ = self.types.get(root)
        if type_ is None:
            return UNKNOWN_NAME, f'"{root}" is not a name of this flow.', self.meant(root), ()
        if rest and type_.kind != "any" and rest[0] not in (type_.fields or {}):
            fields = type_.fields or {}
            message = f'"{root}" has no field "{rest[0]}".'
            return UNKNOWN_FIELD, message, nearest(rest[0], fields) or _known(fields), ()
        return None

    def meant(self, word: str) -> str:
        """A hint for a word that is no name: a near one, or the text that was meant."""
        values = {o for t in self.types.values() for x in (t, *(t.fields or {}).values()) for o in x.options or ()}
        if word in values or word in ("yes", "no"):
            return f'Write "{word}" in quotes: a bare word is a name.'
        listed = [*self.flow.inputs, *self.flow.values, *self.types, *CONTEXT, *FACTS, *COUNTED]
        return nearest(word, listed) or f"A text needs quotes. Names here: {allowed(listed)}."

    def unset(
        self, step: Step, read: Read, known: frozenset[Path], bits: int
    ) -> tuple[Rule, str, str, tuple[Hop, ...]] | None:
        """Why *read* may be unset at *step*, if so, with the shortest way that leaves it so."""
        root = read.path[0]
        given_input = self.flow.inputs.get(root)
        wanted = read.path[:2] if read.path[:2] in self.bits else read.path[:1]
        if given_input is not None:
            if not given_input.optional or (root,) in known:
                return None
            return NOT_SET, f'The input "{root}" is optional and may be unset here.', _ask_first(read), ()
        bit = self.bits.get(wanted)
        if bit is None or bits & bit or wanted in known:
            return None
        path = self.way(step, bit)
        return NOT_SET, f'"{".".join(wanted)}" is not set on every way to this step.', _ask_first(read), path

    def way(self, step: Step, bit: int) -> tuple[Hop, ...]:
        """The shortest way from the start to *step* that leaves *bit* unset; none once enough have been shown."""
        self.ways += 1
        if self.ways > MOST_WAYS:
            return ()
        start = self.flow.first
        came: dict[str, tuple[str, str] | None] = {start: None}
        todo = deque([start])
        while todo and step.id not in came:
            name = todo.popleft()
            here = self.flow.steps[name]
            effects = self.effects[name]
            for by, edge in here.edges.items():
                gained = effects.get(by, (-1, 0))[1] & bit
                if not gained and edge.target in self.flow.steps and edge.target not in came:
                    came[edge.target] = (name, by)
                    todo.append(edge.target)
        hops: list[Hop] = []
        at: str | None = step.id
        while at is not None and at in came:
            before = came[at]
            hops.append(Hop(f"{self.flow.id}/{at}", before[1] if before else "start"))
            at = before[0] if before else None
        return tuple(reversed(hops))


def _known(listed: Iterable[str]) -> str:
    names = list(listed)
    return f"Known: {allowed(names)}." if names else ""


def _ask_first(read: Read) -> str:
    return f"Ask first: {'.'.join(read.path[:2])} is defined. Or lead the ways without it elsewhere."
