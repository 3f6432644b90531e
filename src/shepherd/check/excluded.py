"""What earlier answers exclude: which values a choice can still have at a step, and what is set for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from shepherd.check.opened import Path
from shepherd.check.settled import KEPT, Effects, Ways, forward, in_reverse
from shepherd.flow.expression import Expression
from shepherd.flow.lists import spelled
from shepherd.flow.model import Branch, Decide, Flow, Set, Step
from shepherd.flow.scope import Around, given
from shepherd.flow.tree import All, Any_, Compare, Const, Defined, Items, Node, Not, Read
from shepherd.flow.types import Type

#: Steps walked over per flow in search of exclusions; beyond that, what they would prove stays unproved.
MOST_WALKED = 400_000
MOST_OPTIONS = 24


class Unset(Enum):
    """The value of a name that has none."""

    UNSET = "unset"


UNSET = Unset.UNSET
#: For each value that is possible at a step, whether the name in question is set on every way that leads there with it.
Cases = dict[Any, bool]


def truth(node: Node, path: Path, value: Any) -> bool | None:
    """Whether *node* holds where *path* has *value*; None where that depends on more."""
    if isinstance(node, Not):
        inner = truth(node.item, path, value)
        return None if inner is None else not inner
    if isinstance(node, All | Any_):
        parts = [truth(item, path, value) for item in node.items]
        decisive = isinstance(node, Any_)
        return decisive if decisive in parts else None if None in parts else not decisive
    if isinstance(node, Defined):
        return value is not UNSET if node.read.path == path else None
    if value is UNSET:
        return None
    if isinstance(node, Read):
        return value if node.path == path and isinstance(value, bool) else None
    if isinstance(node, Compare) and isinstance(node.left, Read) and node.left.path == path:
        right = node.right.items if isinstance(node.right, Items) else (node.right,)
        if node.op in ("==", "!=", "in", "not in") and all(isinstance(item, Const) for item in right):
            among = value in [item.value for item in right if isinstance(item, Const)]
            return among is (node.op in ("==", "in"))
    return None


class Excluded:
    """The finite names of one flow, each followed through it when somebody asks."""

    def __init__(self, flow: Flow, around: Around, order: list[str] | None = None, most: int = MOST_WALKED):
        self.flow, self.around = flow, around
        self.order = in_reverse(flow) if order is None else order
        self.left = most
        self._possible: dict[Path, Mapping[str, Cases]] = {}
        self._tested: list[Path] | None = None
        self._trees: dict[int, Node] = {}

    def possible(self, path: Path, step: str) -> tuple[Any, ...]:
        """The values that *path* can have at *step*, in the order of its options; all where that is not known."""
        if path not in self._possible:
            self._possible[path] = self._follow(path, {}, 0)
        here = self._possible[path].get(step)
        options = self.options(path)
        return options if here is None else tuple(o for o in options if o in here)

    def spared(self, ways: Ways, step: str, path: Path) -> bool:
        """Whether the answers on every way to *step* that leaves *path* unset exclude that it is read there."""
        for tested in self.tested():
            cases = self._follow(tested, ways.effects, ways.bits[path]).get(step)
            if cases is not None and all(cases.values()):
                return True
        return False

    def begins(self, path: Path) -> tuple[Any, ...]:
        """The values that *path* may have where the flow begins."""
        saved = path[0] in self.around.saved(self.flow)
        return (UNSET,) if saved else (*self.options(path), UNSET)

    def behind(self, path: Path, value: Any, step: Step, by: str) -> tuple[Any, ...]:
        """The values that *path* may have behind the way *by* out of *step*, where it had *value*; none: closed."""
        if isinstance(step.action, Set) and path[0] in step.action.values:
            return self.options(path) if len(path) == 1 else (*self.options(path), UNSET)
        if step.saves == path[0]:
            values = self._given(step, by, path, self.options(path))
            if values is not None:
                return tuple(values)
        if isinstance(step.action, Decide) and not self._passes(step.action, by, path, value):
            return ()
        return (value,)

    def weighs(self, expression: Expression) -> bool:
        """Whether all that *expression* reads is finite, so that it is followed case by case."""
        return all(self.options(read.path) for read in expression.reads)

    def options(self, path: Path) -> tuple[Any, ...]:
        """The values of *path*, if they are few."""
        type_: Type | None = self.around.types(self.flow).get(path[0])
        for part in path[1:]:
            type_ = (type_.fields or {}).get(part) if type_ else None
        if type_ is None or path[0] in self.flow.values or path[0] in self.flow.tables:
            return ()
        options = type_.cases
        return options if len(options) <= MOST_OPTIONS else ()

    def tested(self) -> list[Path]:
        """The finite names by which some step decides."""
        if self._tested is None:
            actions = [self.flow.steps[name].action for name in self.order]
            reads = (r for a in actions if isinstance(a, Decide) for b in a.branches for r in b.when.reads)
            self._tested = [path for path in dict.fromkeys(r.path for r in reads) if self.options(path)]
        return self._tested

    def _follow(self, path: Path, effects: Mapping[str, Effects], bit: int) -> Mapping[str, Cases]:
        self.left -= len(self.order)
        if self.left < 0:
            return {}
        options = self.options(path)
        start: Cases = dict.fromkeys(self.begins(path), False)

        def leave(here: Cases, step: Step, by: str) -> Cases | None:
            keep, gain = effects.get(step.id, {}).get(by, KEPT)
            after = {value: bool(gain & bit) or (was and bool(keep & bit)) for value, was in here.items()}
            if isinstance(step.action, Set) and path[0] in step.action.values:
                return dict.fromkeys(options if len(path) == 1 else (*options, UNSET), all(after.values()))
            if step.saves == path[0]:
                values = self._given(step, by, path, options)
                if values is not None:
                    return dict.fromkeys(values, all(after.values()))
            if isinstance(step.action, Decide):
                after = {v: is_set for v, is_set in after.items() if self._passes(step.action, by, path, v)}
            return after or None

        return forward(self.flow, self.order, start, leave, _either)

    def _given(self, step: Step, by: str, path: Path, options: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The values that *path* may have behind the way *by* out of a step that saves it; None where it is kept."""
        saved = given(step, self.around) or {}
        if by not in saved:
            tries = step.attempts is not None and step.attempts.per in ("ticket", "customer")
            return (*options, UNSET) if by == "out_of_attempts" and tries else None
        fields = saved[by]
        if fields is None or (len(path) > 1 and path[1] not in fields):
            return (*options, UNSET)
        answer = by.removeprefix("answer:") if by.startswith("answer:") and len(path) == 1 else None
        chosen: Any = {"yes": True, "no": False}.get(answer or "", answer) if options == (True, False) else answer
        return (chosen,) if chosen in options else options

    def _passes(self, action: Decide, by: str, path: Path, value: Any) -> bool:
        """Whether the way *by* out of a decision can be taken where *path* has *value*."""
        for branch in action.branches:
            holds = truth(self._tree(branch), path, value)
            if branch.by == by:
                return holds is not False
            if holds:
                return False
        return True

    def _tree(self, branch: Branch) -> Node:
        """The condition of *branch*, with the lists that it reads written out once."""
        tree = self._trees.get(id(branch))
        if tree is None:
            tree = self._trees[id(branch)] = spelled(branch.when, self.flow.lists)
        return tree


def _either(one: Cases, other: Cases) -> Cases:
    return {v: one.get(v, True) and other.get(v, True) for v in {**one, **other}}
