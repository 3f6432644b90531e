"""
Conditions weighed case by case: every read becomes a small set of values, of which each stands for all alike.

A choice has its options, a yes or no its two, a number or date one value on, between and around the constants that it
is compared with, a text those constants and something else. What can't be weighed so (a sum, a comparison of two
reads) counts as a yes or no of its own. So more cases are looked at than can be: what holds in all of them holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import pairwise, product
from math import ceil, floor, prod
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

from shepherd.check.opened import Path
from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.functions import FUNCTIONS
from shepherd.flow.infer import Infer
from shepherd.flow.lists import spelled
from shepherd.flow.model import Ask, Collect, Field, Flow
from shepherd.flow.tree import All, Any_, Apply, Choose, Compare, Const, Defined, Items, Minus, Node, Not, Read
from shepherd.flow.types import TEXTS, Type, to_text

#: Cases times conditions that are looked at; beyond that nothing is proved.
MOST_LOOKS = 60_000
MOST_OPTIONS = 24
#: Values that use values, looked into this deep.
DEEPEST = 8
#: The kinds of which one value on, between and around the constants is weighed.
AROUND = ("integer", "number", "money", "date", "datetime")
FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


class Special(Enum):
    """What no constant stands for."""

    UNSET = "is not set"
    OTHER = "is something else"


Case = Mapping[Path, Any]
#: A read, the operator, and the constants that the read is held against.
Held = tuple[Read, str, tuple[Any, ...]]


class Domain(NamedTuple):
    """The values of one read that are weighed; *weighed* is False where it is a comparison that counts as a whole."""

    values: tuple[Any, ...]
    weighed: bool = True


class Weigher:
    """The conditions of one flow, weighed over the reads that they share."""

    def __init__(self, flow: Flow, types: Mapping[str, Type], fields: Mapping[Path, Field]):
        self.flow, self.types, self.fields = flow, types, fields
        self.looks = 1
        self.constants: dict[Path, set[Any]] = {}
        self.tested: set[Path] = set()
        self.whole: set[Path] = set()
        self._known: dict[tuple[str, int], tuple[Node, Any]] = {}

    def trees(self, conditions: Iterable[Any]) -> list[Node]:
        """The trees of *conditions*, whose reads are weighed from now on."""
        made = [spelled(condition, self.flow.lists) for condition in conditions]
        self.looks = len(made)
        for tree in made:
            self._look(tree, 0)
        return made

    # --- what is read, and against what it is held --------------------------------------------------

    def _look(self, node: Node, depth: int) -> None:
        if isinstance(node, All | Any_):
            for item in node.items:
                self._look(item, depth)
        elif isinstance(node, Not):
            self._look(node.item, depth)
        elif isinstance(node, Choose):
            for one in (node.test, node.yes, node.no):
                self._look(one, depth)
        elif isinstance(node, Defined) and node.read.path[0] not in self.flow.values:
            self.tested.add(node.read.path)
            self.constants.setdefault(node.read.path, set())
        elif isinstance(node, Read) and self._cases(node, depth) is not None:
            for part in (part for case in self._cases(node, depth) or () for part in case if part is not None):
                self._look(part, depth + 1)
        elif isinstance(node, Read) and Infer(self.types).of(node).kind == "yes_no":
            self.constants.setdefault(node.path, set())
        elif isinstance(node, Compare) and (held := self._held(node)) is not None:
            self.constants.setdefault(held[0].path, set()).update(held[2])
        elif not isinstance(node, Const):
            self.whole.add(shape(node))

    def _once(self, what: str, node: Any, work: Callable[[Any], Any]) -> Any:
        """*what* is said of *node* by *work*, which is asked once: every case asks again."""
        known = self._known.get((what, id(node)))
        if known is None:
            known = self._known[what, id(node)] = (node, work(node))  # kept with its node, whose id is then no other's
        return known[1]

    def _cases(self, node: Read, depth: int) -> Sequence[tuple[Node | None, Node]] | None:
        """The cases of the value that *node* reads, if it is one that gives a yes or no and can be looked into."""
        if depth >= DEEPEST or node.path[0] not in self.flow.values:
            return None
        found: Sequence[tuple[Node | None, Node]] | None = self._once("cases", node, self._spelled)
        return found

    def _spelled(self, node: Read) -> Sequence[tuple[Node | None, Node]] | None:
        value = self.flow.values[node.path[0]]
        if len(node.path) > 1 or self.types[value.name].kind != "yes_no":
            return None
        lists = self.flow.lists
        return [(spelled(c.when, lists) if c.when else None, spelled(c.gives, lists)) for c in value.cases]

    def _held(self, node: Compare) -> Held | None:
        """What a comparison holds against which constants, the read to the left."""
        found: Held | None = self._once("held", node, self._against)
        return found

    def _against(self, node: Compare) -> Held | None:
        left, op, right = node.left, node.op, node.right
        if op not in ("in", "not in") and not isinstance(left, Read):
            left, op, right = right, FLIPPED[op], left
        if not isinstance(left, Read) or left.path[0] in self.flow.values:
            return None
        kind = Infer(self.types).of(left).kind
        among = isinstance(right, Items)
        if kind not in {*TEXTS, *AROUND, "yes_no"} or among is not (op in ("in", "not in")):
            return None
        if kind in TEXTS and op not in ("==", "!=", "in", "not in"):
            return None
        found = [constant(item) for item in (right.items if isinstance(right, Items) else (right,))]
        return (left, op, tuple(one[0] for one in found)) if all(found) else None

    # --- the cases ---------------------------------------------------------------------------------

    def domains(self, possible: Mapping[Path, tuple[Any, ...]] | None = None) -> dict[Path, Domain]:
        """Every read that is weighed with its values; *possible* narrows those of some."""
        found = {path: Domain(self._values(path, consts)) for path, consts in self.constants.items()}
        for path, values in (possible or {}).items():
            if path in found and values:
                kept = tuple(v for v in found[path].values if v in values or v is Special.UNSET)
                found[path] = Domain(kept or found[path].values)
        return found | {path: Domain((True, False), weighed=False) for path in self.whole}

    def _values(self, path: Path, constants: set[Any]) -> tuple[Any, ...]:
        type_ = Infer(self.types).of(Read(path, 0, 0))
        unset = any(path[: len(tested)] == tested for tested in self.tested)
        more = (Special.UNSET,) if unset else ()
        if type_.kind == "yes_no":
            return (True, False, *more)
        if type_.options:
            return (*_alike(type_.options, constants), *more)
        if type_.kind in AROUND and constants:
            return (*_around(constants, self.fields.get(path), type_.kind), *more)
        return (*sorted(c for c in constants if isinstance(c, str)), Special.OTHER, *more)

    def cases(self, domains: Mapping[Path, Domain]) -> Iterator[dict[Path, Any]]:
        """Every combination of values that can be: nothing is known of a part of what is not set."""
        parts = [path for path in domains if path in self.constants and len(path) > 1]
        for chosen in product(*(domain.values for domain in domains.values())):
            case = dict(zip(domains, chosen, strict=True))
            if not parts or all(_fits(path, case[path], case) for path in parts):
                yield case

    def few(self, domains: Mapping[Path, Domain]) -> bool:
        """Whether there are few enough cases to look at each."""
        return prod(len(domain.values) for domain in domains.values()) * self.looks <= MOST_LOOKS

    # --- one case ----------------------------------------------------------------------------------

    def holds(self, node: Node, case: Case, depth: int = 0) -> bool | None:
        """Whether *node* holds in *case*; None where it reads what is not set, which other checks exclude."""
        if isinstance(node, All | Any_):
            decisive = isinstance(node, Any_)
            for item in node.items:
                held = self.holds(item, case, depth)
                if held is None or held is decisive:
                    return held
            return not decisive
        if isinstance(node, Not):
            held = self.holds(node.item, case, depth)
            return None if held is None else not held
        if isinstance(node, Choose):
            test = self.holds(node.test, case, depth)
            return None if test is None else self.holds(node.yes if test else node.no, case, depth)
        if isinstance(node, Const):
            return bool(node.value)
        if isinstance(node, Defined) and node.read.path in case:
            return case[node.read.path] is not Special.UNSET
        if isinstance(node, Read):
            return self._read(node, case, depth)
        if isinstance(node, Compare) and (held_against := self._held(node)) is not None:
            read, op, constants = held_against
            return _compared(case[read.path], op, constants)
        return bool(case[self._once("shape", node, shape)])

    def _read(self, node: Read, case: Case, depth: int) -> bool | None:
        for when, gives in self._cases(node, depth) or ():
            held = True if when is None else self.holds(when, case, depth + 1)
            if held is None:
                return None
            if held:
                return self.holds(gives, case, depth + 1)
        if self._cases(node, depth) is not None:
            return None
        value = case.get(node.path, case.get(shape(node)))
        return None if value is Special.UNSET else bool(value)


def fields_of(flow: Flow) -> dict[Path, Field]:
    """The fields that people give, by the path under which they are read, where one step alone gives it."""
    found: dict[Path, Field] = {(name,): field for name, field in flow.inputs.items()}
    saved = Counter(step.saves for step in flow.steps.values())
    for step in flow.steps.values():
        if saved[step.saves] == 1 and isinstance(step.action, Ask):
            found[(step.saves,)] = step.action.field
        elif saved[step.saves] == 1 and isinstance(step.action, Collect):
            found |= {(step.saves, name): field for name, field in step.action.fields.items()}
    return found


def shape(node: Any) -> Path:
    """*node* without its places: two comparisons that say the same are one."""
    parts: list[str] = [type(node).__name__]
    for part in node:
        if isinstance(part, tuple) and hasattr(part, "_fields"):
            parts += shape(part)
        elif isinstance(part, tuple):
            parts += [text for one in part for text in (shape(one) if hasattr(one, "_fields") else (str(one),))]
        elif not isinstance(part, int) or isinstance(part, bool) or isinstance(node, Const):
            parts.append(repr(part))
    if isinstance(node, Const):
        parts = ["Const", repr(node.value)]
    return ("\0", *parts, "\1")


def constant(node: Node) -> tuple[Any, ...]:
    """The one value that *node* always has; nothing where it has none that can be told."""
    if isinstance(node, Const):
        return (node.value,)
    if isinstance(node, Minus) and isinstance(node.item, Const) and not isinstance(node.item.value, str | bool):
        return (-node.item.value,)
    if isinstance(node, Apply) and node.function == "date":
        parts = [value for arg in node.args for value in constant(arg)]
        try:
            return (FUNCTIONS["date"].work(*parts),)
        except (Unworkable, TypeError):
            return ()
    return ()


def _alike(options: Sequence[str], constants: set[Any]) -> tuple[str, ...]:
    """*options*; where there are many, of those that are named nowhere only the first."""
    if len(options) <= MOST_OPTIONS:
        return tuple(options)
    first = next((option for option in options if option not in constants), None)
    return tuple(option for option in options if option in constants or option == first)


def _around(constants: set[Any], field: Field | None, kind: str) -> tuple[Any, ...]:
    """One value below, on, between and above *constants*, within the limits that *field* sets."""
    limits = (field.minimum, field.maximum) if field is not None else (None, None)
    low, high = (None if isinstance(b, str) else b for b in limits)
    points = [c for c in (*constants, low, high) if c is not None and not isinstance(c, str | bool)]
    if kind == "datetime":
        points, low, high = [_moment(p) for p in points], _moment(low), _moment(high)
    elif kind == "integer":
        points = [whole for point in points for whole in (floor(point), ceil(point))]
    step: Any = timedelta(days=1) if kind in ("date", "datetime") else 1
    try:
        inner = sorted(set(points))
        between = (_middle(one, other, kind) for one, other in pairwise(inner))
        found = {inner[0] - step, *inner, *(one for one in between if one is not None), inner[-1] + step}
        return tuple(v for v in sorted(found) if (low is None or v >= low) and (high is None or v <= high))
    except (TypeError, OverflowError, IndexError):  # told elsewhere: they do not fit together
        return (Special.OTHER,)


def _moment(value: Any) -> Any:
    """A date as the beginning of its day, to be compared with other moments."""
    return datetime.combine(value, time()) if type(value) is date else value


def _middle(one: Any, other: Any, kind: str) -> Any:
    if kind in ("integer", "date"):
        step: Any = timedelta(days=1) if kind == "date" else 1
        return one + step if one + step < other else None
    if kind == "datetime":
        return one + (other - one) / 2
    return (Decimal(one) + Decimal(other)) / 2


def _fits(path: Path, value: Any, case: Case) -> bool:
    """A part of what is not set is not set either."""
    outer = any(case.get(path[:length]) is Special.UNSET for length in range(1, len(path)))
    return value is Special.UNSET or not outer


def _compared(value: Any, op: str, constants: tuple[Any, ...]) -> bool | None:
    if value is Special.UNSET:
        return None
    if isinstance(value, datetime):
        constants = tuple(_moment(c) for c in constants)
    if op in ("in", "not in"):
        return (value in constants) is (op == "in")
    other = constants[0]
    if op in ("==", "!="):
        return (value == other) is (op == "==")
    if value is Special.OTHER:
        return None
    try:
        return bool(ORDERED[op](value, other))
    except TypeError:
        return None


def told(path: Path, value: Any) -> str:
    """One value of a case for people: ``line.status = "faulty"``."""
    name = ".".join(path)
    if isinstance(value, Special):
        return f"{name} {value.value}"
    if isinstance(value, bool):
        return f"{name} = {'yes' if value else 'no'}"
    return f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {to_text(value)}"
