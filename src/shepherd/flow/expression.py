"""Expressions: read once, checked, compiled once, evaluated often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shepherd.flow.arithmetic import Undefined, Unworkable
from shepherd.flow.compile import Code, Evaluate
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.parse import Wrong, tree_of
from shepherd.flow.tree import Node, Read, reads

if TYPE_CHECKING:
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
    "A value may use other values, but not itself, not even by a detour: it could never be worked out.",
)
RULES = (BAD_EXPRESSION, VALUE_CYCLE)
At = Callable[[int, int], Place]


class Expression:
    """
    One expression of a flow.

    *source* as written, *place* of the whole, *at* gives the place of a part, *tree* its checked nodes, *names* the
    roots that it reads. ``evaluate(v, c)`` works it out; it raises Undefined or Unworkable. Bound once, by ``bind``.
    """

    __slots__ = ("at", "evaluate", "names", "place", "source", "step", "tree")

    def __init__(self, source: str, tree: Node, at: At, step: str):
        self.source, self.tree, self.at, self.step = source, tree, at, step
        self.place = at(0, len(source))
        self.names = frozenset(read.path[0] for read in reads(tree))
        self.evaluate: Evaluate = _unbound

    @property
    def reads(self) -> tuple[Read, ...]:
        """Every dotted read, in the order of the text."""
        return reads(self.tree)

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


def bind(flow: Flow, expressions: Iterable[Expression], texts: Iterable[Text]) -> list[Finding]:
    """Compile every expression and text of *flow* over its values; findings where values use themselves."""
    cycle = _cycle(flow)
    if cycle:
        first = flow.values[cycle[0]]
        message = f"This value uses itself: {' → '.join(cycle)}."
        return [VALUE_CYCLE.at(first.place, message, file=flow.file, hint="Work one of them out alone.", flow=flow.id)]
    code = Code(flow.values, flow.texts)
    for expression in expressions:
        expression.evaluate = code.compile(expression.tree)
    for text in texts:
        text.bind(code)
    for name, value in flow.values.items():
        code.named[name] = _value(name, value.cases)
    for name, words in flow.texts.items():
        code.named[f"texts.{name}"] = words.fill
    return []


def _value(name: str, cases: Any) -> Evaluate:
    if len(cases) == 1 and cases[0].when is None:
        only: Evaluate = cases[0].gives.evaluate
        return only

    def work(v: Any, c: Any) -> Any:
        for case in cases:
            if case.when is None or case.when.evaluate(v, c):
                return case.gives.evaluate(v, c)
        raise Undefined(name)

    return work


def _cycle(flow: Flow) -> tuple[str, ...]:
    """A way from a value back to itself, or nothing. One walk over all values, each left once."""
    uses: Mapping[str, list[str]] = {
        name: [
            used
            for case in value.cases
            for part in (case.when, case.gives)
            if part is not None
            for used in sorted(part.names)
            if used in flow.values
        ]
        for name, value in flow.values.items()
    }
    done: set[str] = set()
    for start in uses:
        path: list[str] = [start]
        todo = [iter(uses[start])]
        while todo:
            following = next(todo[-1], None)
            if following is None:
                done.add(path.pop())
                todo.pop()
            elif following in path:
                return (*path[path.index(following) :], following)
            elif following not in done:
                path.append(following)
                todo.append(iter(uses[following]))
    return ()


__all__ = ["BAD_EXPRESSION", "RULES", "VALUE_CYCLE", "Expression", "Undefined", "Unworkable", "bind", "parse"]
