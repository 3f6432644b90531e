"""Expressions: read once, checked, compiled when first needed, evaluated often."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from shepherd.flow.arithmetic import Undefined, Unworkable
from shepherd.flow.compile import Code, Evaluate
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.parse import Wrong, tree_of
from shepherd.flow.tree import Node, Read, reads

if TYPE_CHECKING:
    from shepherd.flow.calendar import Calendar
    from shepherd.flow.model import Flow
    from shepherd.flow.words import Text

BAD_EXPRESSION = Rule(
    "SHP301",
    "bad-expression",
    "error",
    "An expression is a name, a comparison or a calculation of the language; all else is refused before it runs.",
)
VALUE_CYCLE = Rule(
    "SHP302",
    "value-cycle",
    "error",
    "A value, a table or a text may use others, but not itself, not even by a detour: it could never be worked out.",
)
TOO_COSTLY = Rule(
    "SHP304",
    "too-much-to-work-out",
    "error",
    "A value or a text leads to so many others, counted each time they are used, that a contact would wait for it.",
)
RULES = (BAD_EXPRESSION, VALUE_CYCLE, TOO_COSTLY)
#: What working out one value may cost: names read in all, and values that use values in a row.
MOST_READS = 10_000
DEEPEST = 64
At = Callable[[int, int], Place]


class Expression:
    """
    One expression of a flow.

    *source* as written, *place* of the whole, *at* gives the place of a part, *tree* its checked nodes, *reads* every
    dotted read in the order of the text, *names* their roots.
    ``evaluate(v, c)`` works it out; it raises Undefined or Unworkable. Bound once, and compiled when first needed.
    """

    __slots__ = ("at", "evaluate", "names", "place", "reads", "source", "step", "tree")

    def __init__(self, source: str, tree: Node, at: At, step: str):
        self.source, self.tree, self.at, self.step = source, tree, at, step
        self.place = at(0, len(source))
        self.reads: tuple[Read, ...] = reads(tree)
        self.names = frozenset(read.path[0] for read in self.reads)
        self.evaluate: Evaluate = _unbound

    def bind(self, code: Code) -> None:
        """Let ``evaluate`` be what *code* makes of the tree; most of a library is never worked out in one process."""

        def first(v: Any, c: Any) -> Any:
            self.evaluate = code.compile(self.tree)
            return self.evaluate(v, c)

        self.evaluate = first

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)


def _unbound(v: Any, c: Any) -> Any:
    raise Unworkable("The expression belongs to no flow yet.")


def parse(text: str, *, at: At, file: str, flow: str, step: str) -> tuple[Expression | None, list[Finding]]:
    """The expression that *text* holds, or None and why not. *at* maps characters of *text* to a place."""
    try:
        return Expression(text, tree_of(text), at, step), []
    except Wrong as wrong:
        place = at(wrong.start, wrong.end)
        return None, [BAD_EXPRESSION.at(place, wrong.sentence, file=file, hint=wrong.hint, flow=flow, step=step)]


def bind(flow: Flow, expressions: Iterable[Expression], texts: Iterable[Text], calendar: Calendar) -> list[Finding]:
    """
    Compile every expression and text of *flow* over its values and the desk's *calendar*.

    Gives findings where values can't be worked out.
    """
    _, endless = in_order(flow)
    if endless is not None:
        return [endless]
    code = Code({**flow.values, **flow.tables}, flow.texts, flow.lists, calendar)
    for expression in expressions:
        expression.bind(code)
    for text in texts:
        text.bind(code)
    for name, value in flow.values.items():
        code.named[name] = _value(name, value.cases)
    for name, table in flow.tables.items():
        code.named[name] = table.work
    for name, words in flow.texts.items():
        code.named[f"texts.{name}"] = words.fill
    return []


def _value(name: str, cases: Any) -> Evaluate:
    def work(v: Any, c: Any) -> Any:
        for case in cases:
            if case.when is None or case.when.evaluate(v, c):
                return case.gives.evaluate(v, c)
        raise Undefined(name)

    return work


def named(flow: Flow) -> dict[str, tuple[Expression, ...]]:
    """
    Every value, table and text of *flow*, a text as ``texts.NAME``, with the expressions that it is made of.

    Those of a table are what it is looked into by.
    """
    made = {
        name: tuple(part for case in value.cases for part in (case.when, case.gives) if part is not None)
        for name, value in flow.values.items()
    }
    made |= {name: tuple(table.by.values()) for name, table in flow.tables.items()}
    return made | {f"texts.{name}": text.values for name, text in flow.texts.items()}


def used(read: Read) -> str:
    """The name under which ``named`` has what *read* reads, if that is a value, a table or a text."""
    return ".".join(read.path[:2]) if read.path[0] == "texts" else read.path[0]


def in_order(flow: Flow) -> tuple[list[str], Finding | None]:
    """
    The values and texts of *flow*, each behind those that it uses; and what is wrong, if there is no such order.

    Neither may something use itself, nor cost more than anybody would wait for. One walk, each left once.
    """
    made = named(flow)
    uses = {name: [used(read) for part in parts for read in part.reads] for name, parts in made.items()}
    cost: dict[str, tuple[int, int]] = {}
    for start in uses:
        if start in cost:
            continue
        path: list[str] = [start]
        todo = [iter(uses[start])]
        inside = {start}
        while todo:
            following = next(todo[-1], None)
            if following is None:
                name = path.pop()
                todo.pop()
                inside.discard(name)
                below = [cost.get(one, (1, 0)) for one in uses[name]]
                cost[name] = 1 + sum(reads for reads, _ in below), 1 + max((deep for _, deep in below), default=0)
                if cost[name][0] > MOST_READS or cost[name][1] > DEEPEST:
                    message = f'"{name}" uses too many others, one through the other.'
                    return [], _of_named(TOO_COSTLY, flow, name, message, "Work some of them out in fewer steps.")
            elif following in inside:
                cycle = (*path[path.index(following) :], following)
                what = "table" if following in flow.tables else "value"
                what = "text" if following.startswith("texts.") else what
                message = f"This {what} uses itself: {' → '.join(cycle)}."
                return [], _of_named(VALUE_CYCLE, flow, following, message, "Work one of them out alone.")
            elif following in uses and following not in cost:
                path.append(following)
                inside.add(following)
                todo.append(iter(uses[following]))
    return list(cost), None


def _of_named(rule: Rule, flow: Flow, name: str, message: str, hint: str) -> Finding:
    text = name.startswith("texts.")
    own = flow.values.get(name) or flow.tables.get(name)
    place = flow.texts[name.removeprefix("texts.")].place if text or own is None else own.place
    return rule.at(place, message, file=flow.file, hint=hint, flow=flow.id)


__all__ = ["RULES", "At", "Expression", "Undefined", "Unworkable", "bind", "in_order", "named", "parse", "used"]
