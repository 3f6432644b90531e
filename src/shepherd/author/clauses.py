"""Conditions as English clauses, each as it holds and as it does not: one row per node of an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shepherd.author.spoken import listed, named, owned
from shepherd.flow.tree import All, Any_, Apply, Choose, Compare, Const, Defined, Items, Node, Not, Read

if TYPE_CHECKING:
    from shepherd.author.english import English

COMPARED = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
TIMED = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<", "in": "not in", "not in": "in"}
TIMES = frozenset({"date", "datetime", "time"})
#: A function that is a condition: how it reads where it holds, and where it does not.
ASKED: Mapping[str, tuple[str, str]] = {
    "starts_with": ("{0} begins with {1}", "{0} does not begin with {1}"),
    "has_word": ("{0} has the word {1}", "{0} does not have the word {1}"),
    "has_any": ("{0} has any of {1}", "{0} has none of {1}"),
    "has_all": ("{0} has all of {1}", "{0} does not have all of {1}"),
    "has_exactly": ("{0} has exactly {1}", "{0} does not have exactly {1}"),
}


def clause(english: English, node: Node, good: bool) -> str:
    """*node* as a clause that is true where it holds (*good*), or where it does not."""
    row = CLAUSE.get(type(node))
    return row(english, node, good) if row else _yes(english.value(node), good)


def _is(subject: str, what: str, good: bool = True) -> str:
    return f"{subject} is {what}" if good else f"{subject} is not {what}"


def _yes(subject: str, good: bool) -> str:
    return _is(subject, "yes" if good else "no")


def _always(good: bool) -> str:
    return "this is always so" if good else "this is never so"


def _read(english: English, node: Read, good: bool) -> str:
    root, *rest = node.path
    if root == "assured" and rest:
        return _is(owned(f"the {named(rest[0])}", rest[1:]), "established", good)
    if english.is_value(node):
        return f"{named(root)} {'holds' if good else 'does not hold'}"
    return _yes(english.value(node), good)


def _constant(english: English, node: Const, good: bool) -> str:
    return _always(bool(node.value) is good)


def _not(english: English, node: Not, good: bool) -> str:
    return clause(english, node.item, not good)


def _joined(english: English, node: All | Any_, good: bool) -> str:
    """Clauses joined by "and" or "or", so that one hears what belongs together."""
    both = isinstance(node, All) is good
    said, mixed = [], False
    for item in node.items:
        inner, truth = _under(item, good)
        words = clause(english, inner, truth)
        if isinstance(inner, (All, Any_)) and (isinstance(inner, All) is truth) is not both:
            mixed = True
            words = f"either {words}" if both else words
            words = f"({words})" if _deep(inner) else words
        said.append(words)
    if both:
        return (", and " if mixed else " and ").join(said)
    return (", or else " if mixed else " or ").join(said)


def _under(node: Node, good: bool) -> tuple[Node, bool]:
    """*node* without the "not" in front of it, and whether it is to hold."""
    while isinstance(node, Not):
        node, good = node.item, not good
    return node, good


def _deep(node: All | Any_) -> bool:
    """Whether *node* joins clauses of which one joins others itself."""
    return any(isinstance(_under(item, True)[0], (All, Any_)) for item in node.items)


def _compare(english: English, node: Compare, good: bool) -> str:
    op, left, right = node.op if good else OPPOSITE[node.op], node.left, node.right
    if op in ("in", "not in"):
        return _within(english, left, right, op == "in")
    if op in ("==", "!=") and isinstance(right, Const) and isinstance(right.value, bool):
        return clause(english, left, right.value is (op == "=="))
    if op in TIMED and (english.kind(left) in TIMES or english.kind(right) in TIMES):
        return f"{english.value(left)} {TIMED[op]} {english.value(right)}"
    return f"{english.value(left)} {COMPARED[op]} {english.value(right)}"


def _within(english: English, left: Node, right: Node, good: bool) -> str:
    if not isinstance(right, Items):
        return _is(english.value(left), f"in {english.value(right)}", good)
    said = [english.value(item) for item in right.items]
    if good or len(said) == 1:
        return _is(english.value(left), listed(said, "or"), good)
    return _is(english.value(left), f"neither {listed(said, 'nor')}")


def _defined(english: English, node: Defined, good: bool) -> str:
    return _is(english.value(node.read), "known", good)


def _choose(english: English, node: Choose, good: bool) -> str:
    yes, no = clause(english, node.yes, good), clause(english, node.no, good)
    test, other = english.holds(node.test), english.fails(node.test)
    return f"either {test} and ({yes}), or else {other} and ({no})"


def _apply(english: English, node: Apply, good: bool) -> str:
    if node.function not in ASKED:
        return _yes(english.value(node), good)
    said = [english.value(arg) for arg in node.args]
    last = node.args[-1]
    if node.function == "has_any" and isinstance(last, Items) and last.items:
        said[-1] = listed([english.value(item) for item in last.items], "or")
    return ASKED[node.function][0 if good else 1].format(*said)


#: One row per node that has words of its own as a clause; the others are "… is yes".
CLAUSE: Mapping[type, Callable[[English, Any, bool], str]] = {
    Const: _constant,
    Read: _read,
    Not: _not,
    All: _joined,
    Any_: _joined,
    Compare: _compare,
    Defined: _defined,
    Choose: _choose,
    Apply: _apply,
}
