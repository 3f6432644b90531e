"""Decisions: every case reaches a branch, every branch is reached by a case, and no condition is always the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from shepherd.check.excluded import Excluded
from shepherd.check.opened import Path
from shepherd.check.settled import in_reverse
from shepherd.check.weighing import MOST_LOOKS, Domain, Weigher, fields_of, told
from shepherd.flow.expression import Expression
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.infer import Infer
from shepherd.flow.model import Ask, Decide, Flow, Step, Value
from shepherd.flow.scope import Around, uses
from shepherd.flow.tree import Defined, Node, Read, walk

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNDECIDED = Rule(
    "SHP324",
    "undecided",
    "error",
    "A decide goes on for every case: either its branches cover all values, or it has an otherwise.",
)
NEVER_TAKEN = Rule(
    "SHP361",
    "branch-never-taken",
    "warning",
    "No case reaches this line: those before it, or earlier answers, leave none. Nobody will ever go this way.",
)
ALWAYS_THE_SAME = Rule(
    "SHP362",
    "always-the-same",
    "warning",
    "A condition that is true in every case, or in none, decides nothing; something else was meant.",
)
NO_CASE = Rule(
    "SHP363",
    "value-without-a-case",
    "error",
    "A value written as cases has one for everything that can be, or an otherwise; without, reading it breaks off.",
)
RULES = (UNDECIDED, NEVER_TAKEN, ALWAYS_THE_SAME, NO_CASE)
#: Steps walked over in search of lines that earlier answers leave without a case, where nothing else depends on it.
MOST_CURIOUS = 20_000
#: The most parts of a counter-example that people are shown.
MOST_SHOWN = 6


def decisions(draft: Draft) -> Iterator[Finding]:
    """Decisions and values that leave a case out, lines that no case reaches, conditions that decide nothing."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    for flow in draft.flows.values():
        yield from _Decisions(flow, around).findings()


class _Decisions:
    """The decisions of one flow."""

    def __init__(self, flow: Flow, around: Around):
        self.flow, self.around = flow, around
        self.types = around.types(flow)
        self.fields = fields_of(flow)
        order = in_reverse(flow)
        self.needed = Excluded(flow, around, order)
        self.curious = Excluded(flow, around, order, most=MOST_CURIOUS)
        self.narrowed = _narrowed(flow)

    def findings(self) -> Iterator[Finding]:
        steps = self.flow.steps.values()
        conditions = (use.expression.tree for step in steps for use in uses(self.flow, step))
        asked = {read.path[0] for tree in conditions for read in _defined(tree)}
        for value in self.flow.values.values():
            yield from self.value(value, value.name in asked)
        for step in self.flow.steps.values():
            if isinstance(step.action, Decide):
                yield from self.decide(step, step.action)
            for use in uses(self.flow, step):
                if use.role in ("show_if", "must"):
                    yield from self.constant(step, use.expression)

    def at(self, rule: Rule, place: Place, message: str, hint: str, step: Step | None) -> Finding:
        """A finding of this flow."""
        name = step.id if step else ""
        return rule.at(place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=name)

    # --- one condition -----------------------------------------------------------------------------

    def constant(self, step: Step | None, condition: Expression) -> Iterator[Finding]:
        """Whether *condition* is the same in every case."""
        held = self.always(condition) if self.fits(condition) else None
        if held is not None:
            message = f"This is {'always' if held else 'never'} true."
            hint = "Leave it out." if held else "Look at what it is compared with."
            yield self.at(ALWAYS_THE_SAME, condition.place, message, hint, step)

    def fits(self, condition: Expression) -> bool:
        """Whether the kinds in *condition* go together; what does not is told elsewhere, and not weighed."""
        infer = Infer(self.types)
        infer.of(condition.tree)
        return not infer.misfits

    def always(self, condition: Expression) -> bool | None:
        """What *condition* is in every case, None where that differs."""
        weigher = Weigher(self.flow, self.types, self.fields)
        (tree,) = weigher.trees((condition,))
        domains = weigher.domains()
        if not weigher.few(domains):
            return None
        found: set[bool] = set()
        for case in weigher.cases(domains):
            held = weigher.holds(tree, case)
            if held is not None:
                found.add(held)
            if len(found) > 1:
                return None
        return found.pop() if found else None

    # --- a decide ----------------------------------------------------------------------------------

    def decide(self, step: Step, action: Decide) -> Iterator[Finding]:
        """Cases that reach no branch, and branches that no case reaches."""
        if not all(self.fits(branch.when) for branch in action.branches):
            return
        weigher = Weigher(self.flow, self.types, self.fields)
        trees = weigher.trees(branch.when for branch in action.branches)
        place = step.places.get("decide", step.place)
        domains = weigher.domains()
        if not weigher.few(domains):
            if not action.otherwise:
                yield self.open(step, place)
            return
        taken, missed = self.walked(weigher, trees, domains)
        narrowed, left = taken, missed
        excluded = self.needed if missed is not None and not action.otherwise else self.curious
        if excluded is self.needed or any(path in self.narrowed for path in domains):
            domains = weigher.domains(_left(excluded, step, domains))
            narrowed, left = self.walked(weigher, trees, domains)
        yield from self.lines(step, [branch.when for branch in action.branches], taken, narrowed, missed is None)
        if left is not None and not action.otherwise:
            yield self.open(step, place) if _unweighed(domains) else self.missing(step, place, weigher, trees, left)
        elif left is None and action.otherwise:
            edge = step.edges["otherwise"]
            message = "This line is never reached: the lines before it take every case."
            yield self.at(NEVER_TAKEN, edge.place, message, "Take it out, or write it for the last of them.", step)

    def lines(
        self, step: Step | None, conditions: list[Expression], taken: set[int], narrowed: set[int], whole: bool
    ) -> Iterator[Finding]:
        """
        Conditions that are the same in every case, and lines that no case reaches.

        *taken* are the numbers of the lines that some case takes, *narrowed* those that earlier answers leave one;
        *whole*: no case takes none. Only a line that takes all that is left can always be true.
        """
        last = max(taken, default=-1)
        for number, condition in enumerate(conditions):
            takes_all = number == last and whole and number < len(conditions) - 1
            if (number not in taken or takes_all) and self.always(condition) is not None:
                yield from self.constant(step, condition)
            elif number not in narrowed:
                why = "earlier answers exclude it" if number in taken else "the lines before it take every such case"
                hint = "Take it out." if number in taken else "Take it out, or put it before them."
                yield self.at(NEVER_TAKEN, condition.place, f"This line is never reached: {why}.", hint, step)

    def walked(
        self, weigher: Weigher, trees: list[Node], domains: Mapping[Path, Domain]
    ) -> tuple[set[int], dict[Path, Any] | None]:
        """The branches that some case takes, and a case that takes none."""
        taken: set[int] = set()
        missed: dict[Path, Any] | None = None
        for case in weigher.cases(domains):
            number = _first(weigher, trees, case)
            if number is None:
                missed = missed or case
            elif number >= 0:
                taken.add(number)
        return taken, missed

    def open(self, step: Step, place: Place) -> Finding:
        message = "It cannot be proved that one of these branches always holds."
        return self.at(UNDECIDED, place, message, "Add a last line: otherwise: STEP.", step)

    def missing(self, step: Step, place: Place, weigher: Weigher, trees: list[Node], case: dict[Path, Any]) -> Finding:
        message = f"{_example(weigher, trees, case)} reaches no branch."
        return self.at(UNDECIDED, place, message, "Add a last line: otherwise: STEP.", step)

    # --- a value -----------------------------------------------------------------------------------

    def value(self, value: Value, asked: bool) -> Iterator[Finding]:
        """Cases that no line of *value* fits, lines that no case reaches; *asked*: a step asks if it is defined."""
        conditions = [case.when for case in value.cases if case.when is not None]
        if not conditions or not all(self.fits(condition) for condition in conditions):
            return
        weigher = Weigher(self.flow, self.types, self.fields)
        trees = weigher.trees(conditions)
        domains = weigher.domains()
        total = any(case.when is None for case in value.cases)
        hint = "Add a last line: otherwise: EXPRESSION."
        if not weigher.few(domains):
            if not total and not asked:
                message = f'It cannot be proved that a line of "{value.name}" always holds.'
                yield self.at(NO_CASE, value.place, message, hint, None)
            return
        taken, missed = self.walked(weigher, trees, domains)
        yield from self.lines(None, conditions, taken, taken, missed is None)
        if missed is not None and not total and not asked:
            if _unweighed(domains):
                message = f'It cannot be proved that a line of "{value.name}" always holds.'
            else:
                message = f'{_example(weigher, trees, missed)} gives "{value.name}" no value.'
            yield self.at(NO_CASE, value.place, message, hint, None)


def _narrowed(flow: Flow) -> set[Path]:
    """The reads of which one step may leave only some values to another: decided on twice, or routed when asked."""
    decides = (step.action for step in flow.steps.values() if isinstance(step.action, Decide))
    reads = Counter(path for d in decides for path in {r.path for b in d.branches for r in b.when.reads})
    routed = {(s.saves,) for s in flow.steps.values() if isinstance(s.action, Ask) and s.action.routed}
    return {path for path, times in reads.items() if times > 1} | routed


def _left(excluded: Excluded, step: Step, domains: Mapping[Path, Domain]) -> dict[Path, tuple[Any, ...]]:
    """The values that earlier answers leave to the reads of *domains*."""
    return {path: excluded.possible(path, step.id) for path, domain in domains.items() if domain.weighed}


def _first(weigher: Weigher, trees: list[Node], case: Mapping[Path, Any]) -> int | None:
    """The first of *trees* that holds in *case*; None for none, -1 where one reads what is not set."""
    for number, tree in enumerate(trees):
        held = weigher.holds(tree, case)
        if held is None:
            return -1
        if held:
            return number
    return None


def _unweighed(domains: Mapping[Path, Domain]) -> bool:
    return any(not domain.weighed for domain in domains.values())


def _example(weigher: Weigher, trees: list[Node], case: dict[Path, Any]) -> str:
    """A case for people, without the reads whose value makes no difference to it."""
    free: dict[Path, tuple[Any, ...]] = {}
    domains = weigher.domains()
    for path in case:
        wider = {**free, path: domains[path].values}
        if len(wider) == len(case) or prod(map(len, wider.values())) * weigher.looks > MOST_LOOKS:
            break
        others = ({**case, **dict(zip(wider, chosen, strict=True))} for chosen in product(*wider.values()))
        if all(_first(weigher, trees, other) is None for other in others):
            free = wider
    parts = [told(path, value) for path, value in case.items() if path not in free]
    return " and ".join(parts[:MOST_SHOWN])


def _defined(node: Node) -> Iterator[Read]:
    """The reads of which *node* asks whether they are defined."""
    yield from (one.read for one in walk(node) if isinstance(one, Defined))
