"""How far a person's own values reach: through what steps set from them, from it in turn, and so on."""

from __future__ import annotations

from collections.abc import Iterable

from shepherd.flow.expression import Expression, in_order, named, used
from shepherd.flow.model import Flow


def reached(flow: Flow, sets: Iterable[tuple[str, Expression]], first: Iterable[str]) -> set[str]:
    """
    Every name of *sets* (name → what it is set to) that is worked out from one of *first*, however far; these too.

    A chain of any length is followed, whatever the order of its steps in the file.
    """
    parts = named(flow)
    roots: dict[str, set[str]] = {}
    for name in in_order(flow)[0]:
        roots[name] = _roots(parts[name], roots)
    readers: dict[str, set[str]] = {}
    for name, expression in sets:
        for root in _roots((expression,), roots):
            readers.setdefault(root, set()).add(name)
    found = set(first)
    todo = list(found)
    while todo:
        more = readers.get(todo.pop(), set()) - found
        found |= more
        todo += more
    return found


def _roots(expressions: Iterable[Expression], known: dict[str, set[str]]) -> set[str]:
    """The names that *expressions* read, those of values, tables and texts looked into."""
    found: set[str] = set()
    for expression in expressions:
        for read in expression.reads:
            found |= known.get(used(read), {read.path[0]})
    return found
