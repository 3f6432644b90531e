"""From a checked tree to a code object: plain reads of plain data, generated from the tree alone."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from shepherd.flow import arithmetic
from shepherd.flow.arithmetic import Undefined, Unworkable
from shepherd.flow.calendar import Calendar
from shepherd.flow.functions import FILTERS, FUNCTIONS
from shepherd.flow.lists import ROOT, OptionList
from shepherd.flow.tree import (
    All,
    Any_,
    Apply,
    Choose,
    Compare,
    Const,
    Defined,
    Filtered,
    Items,
    Minus,
    Node,
    Not,
    Read,
    Sum,
)

CONTEXT = ("today", "now", "channel")
COUNTED = ("visits", "attempts_left", "assured")
SUMS = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "//": arithmetic.floor_divide,
    "%": arithmetic.modulo,
}
Evaluate = Callable[[Any, Any], Any]


class Code:
    """
    Compiles trees into functions of ``(v, c)``: *v* the values of the frame, *c* its context.

    *lists* are those that the flow reads; working days are counted over *calendar*. *named* holds the flow's values
    and texts by name, each itself such a function, found when it is read.
    """

    def __init__(
        self,
        values: Container[str] = (),
        texts: Container[str] = (),
        lists: Mapping[str, OptionList] | None = None,
        calendar: Calendar | None = None,
    ):
        self.values, self.texts, self.lists = values, texts, lists or {}
        self.calendar = calendar or Calendar()
        self.named: dict[str, Evaluate] = {}

    def compile(self, tree: Node) -> Evaluate:
        """*tree* as a function; it raises Undefined or Unworkable, and nothing else."""
        writer = _Writer(self.values, self.lists, self.calendar)
        text = writer.write(tree)
        code = (
            "def evaluate(v, c):\n"
            "    try:\n"
            f"        return {text}\n"
            "    except KeyError as error:\n"
            "        raise Undefined(str(error.args[0])) from None\n"
            "    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:\n"
            "        raise Unworkable('The values here do not fit together.') from error\n"
        )
        space: dict[str, Any] = {
            "k": tuple(writer.kept),
            "n": self.named,
            "Undefined": Undefined,
            "Unworkable": Unworkable,
        }
        exec(compile(code, "<expression>", "exec"), space)
        made: Evaluate = space["evaluate"]
        return made


class _Writer:
    """
    Writes one tree as Python.

    Only what the tree holds is written: names as quoted keys, constants by reference, functions by their table.
    """

    def __init__(self, values: Container[str], lists: Mapping[str, OptionList], calendar: Calendar):
        self.values, self.lists, self.calendar = values, lists, calendar
        self.kept: list[Any] = []

    def _keep(self, value: Any) -> str:
        self.kept.append(value)
        return f"k[{len(self.kept) - 1}]"

    def write(self, node: Node) -> str:
        return WRITE[type(node)](self, node)

    def const(self, node: Const) -> str:
        if isinstance(node.value, Decimal):
            return self._keep(node.value)
        return repr(node.value)

    def read(self, node: Read) -> str:
        root, *rest = node.path
        if root in CONTEXT:
            return f"c.{root}" + "".join(f"[{part!r}]" for part in rest)
        if root in COUNTED:
            return f"c.{root}({'.'.join(rest)!r})"
        if root == ROOT:
            return self._keep(self.lists[rest[0]].members(*rest[1:]))
        if root == "texts" and rest:
            return f"n[{'texts.' + rest[0]!r}](v, c)"
        start = f"n[{root!r}](v, c)" if root in self.values else f"v[{root!r}]"
        return start + "".join(f"[{part!r}]" for part in rest)

    def defined(self, node: Defined) -> str:
        root, *rest = node.read.path
        if root in CONTEXT or root in ("texts", ROOT):
            return "True"
        if root in COUNTED:
            return f"bool({self.read(node.read)})"
        if root in self.values:
            return f"{self._keep(_known)}(lambda: {self.read(node.read)})"
        checks, here = [f"{root!r} in v"], f"v[{root!r}]"
        for part in rest:
            checks.append(f"{part!r} in {here}")
            here += f"[{part!r}]"
        return f"({' and '.join(checks)})"

    def items(self, node: Items) -> str:
        return f"({', '.join(self.write(item) for item in node.items)},)"

    def not_(self, node: Not) -> str:
        return f"(not {self.write(node.item)})"

    def all(self, node: All) -> str:
        return f"({' and '.join(self.write(item) for item in node.items)})"

    def any(self, node: Any_) -> str:
        return f"({' or '.join(self.write(item) for item in node.items)})"

    def compare(self, node: Compare) -> str:
        if node.op in ("==", "!=") and not isinstance(node.left, Const) and not isinstance(node.right, Const):
            not_ = "not " if node.op == "!=" else ""
            left, right, same = self.write(node.left), self.write(node.right), self._keep(arithmetic.same)
            if not isinstance(node.right, Read):
                return f"({not_}{same}({left}, {right}))"
            here = f"a{len(self.kept)}"  # texts, of which most are, need no look at their currency
            return f"({not_}({here} == {right} if ({here} := {left}).__class__ is str else {same}({here}, {right})))"
        if node.op in ("in", "not in") and isinstance(node.right, Read) and node.right.path[0] == ROOT:
            _, name, *group = node.right.path
            return f"({self.write(node.left)} {node.op} {self._keep(self.lists[name].members(*group).known)})"
        return f"({self.write(node.left)} {node.op} {self.write(node.right)})"

    def sum(self, node: Sum) -> str:
        return f"{self._keep(SUMS[node.op])}({self.write(node.left)}, {self.write(node.right)})"

    def minus(self, node: Minus) -> str:
        return f"{self._keep(arithmetic.negate)}({self.write(node.item)})"

    def choose(self, node: Choose) -> str:
        return f"({self.write(node.yes)} if {self.write(node.test)} else {self.write(node.no)})"

    def apply(self, node: Apply) -> str:
        args = ", ".join(self.write(arg) for arg in node.args)
        work = FUNCTIONS[node.function].work
        if node.function == "workdays":
            work = partial(work, self.calendar)
        return f"{self._keep(work)}({args})"

    def filtered(self, node: Filtered) -> str:
        args = ", ".join(self.write(arg) for arg in (node.item, *node.args))
        return f"{self._keep(FILTERS[node.filter])}({args})"


def _known(read: Callable[[], Any]) -> bool:
    try:
        return read() is not None
    except (KeyError, Undefined):
        return False


WRITE: dict[type, Callable[[_Writer, Any], str]] = {
    Const: _Writer.const,
    Read: _Writer.read,
    Items: _Writer.items,
    Not: _Writer.not_,
    All: _Writer.all,
    Any_: _Writer.any,
    Compare: _Writer.compare,
    Defined: _Writer.defined,
    Sum: _Writer.sum,
    Minus: _Writer.minus,
    Choose: _Writer.choose,
    Apply: _Writer.apply,
    Filtered: _Writer.filtered,
}
