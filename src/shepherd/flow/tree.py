"""The tree of an expression: small frozen nodes that know where they stand in its text."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple, TypeAlias


class Const(NamedTuple):
    """A constant: text, whole number, exact decimal, true or false."""

    value: str | int | Decimal | bool
    start: int
    end: int


class Read(NamedTuple):
    """A name, or a dotted read that starts at one: ``line.status`` is ``("line", "status")``."""

    path: tuple[str, ...]
    start: int
    end: int

    @property
    def words(self) -> str:
        """As the designer writes it."""
        return ".".join(self.path)


class Items(NamedTuple):
    """A list in square brackets."""

    items: tuple[Node, ...]
    start: int
    end: int


class Not(NamedTuple):
    """``not …``."""

    item: Node
    start: int
    end: int


class All(NamedTuple):
    """``… and … and …``: later parts are not looked at once one does not hold."""

    items: tuple[Node, ...]
    start: int
    end: int


class Any_(NamedTuple):
    """``… or … or …``: later parts are not looked at once one holds."""

    items: tuple[Node, ...]
    start: int
    end: int


class Compare(NamedTuple):
    """``==  !=  <  <=  >  >=  in``, and ``not in``."""

    op: str
    left: Node
    right: Node
    start: int
    end: int


class Defined(NamedTuple):
    """``NAME is defined``."""

    read: Read
    start: int
    end: int


class Sum(NamedTuple):
    """``+ - * / // %`` of two parts."""

    op: str
    left: Node
    right: Node
    start: int
    end: int


class Minus(NamedTuple):
    """``-…``."""

    item: Node
    start: int
    end: int


class Choose(NamedTuple):
    """``yes if test else no``."""

    test: Node
    yes: Node
    no: Node
    start: int
    end: int


class Apply(NamedTuple):
    """A function of the language with its arguments."""

    function: str
    args: tuple[Node, ...]
    start: int
    end: int


class Filtered(NamedTuple):
    """``… | filter``, in texts only."""

    item: Node
    filter: str
    args: tuple[Node, ...]
    start: int
    end: int


Node: TypeAlias = Const | Read | Items | Not | All | Any_ | Compare | Defined | Sum | Minus | Choose | Apply | Filtered


def children(node: Node) -> tuple[Node, ...]:
    """The parts of *node*, in the order in which they are looked at."""
    if isinstance(node, (Const, Read)):
        return ()
    if isinstance(node, (Compare, Sum)):
        return (node.left, node.right)
    if isinstance(node, (All, Any_, Items)):
        return node.items
    if isinstance(node, (Not, Minus)):
        return (node.item,)
    if isinstance(node, Defined):
        return (node.read,)
    if isinstance(node, Choose):
        return (node.test, node.yes, node.no)
    if isinstance(node, Apply):
        return node.args
    return (node.item, *node.args)


def walk(node: Node) -> Iterator[Node]:
    """*node* and all below it, each before its parts."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(children(node)))


def reads(node: Node) -> tuple[Read, ...]:
    """Every read below *node*, in the order of the text, those of ``is defined`` too."""
    found = [n for n in walk(node) if isinstance(n, Read)]
    return tuple(sorted(found, key=lambda n: n.start)) if len(found) > 1 else tuple(found)
