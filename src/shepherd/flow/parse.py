"""From an expression's text to its tree: Jinja's grammar, a positive list of nodes, exact places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from shepherd.flow.findings import allowed
from shepherd.flow.functions import FILTERS, FUNCTIONS
from shepherd.flow.plain import KEYWORDS, plain
from shepherd.flow.shown import many
from shepherd.flow.slips import number_in
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
from shepherd.flow.unread import CLOSING, Token, Wrong, function_meant, misread, refuse_slips, stopped

__all__ = ["Wrong", "tree_of"]
MOST_CHARACTERS = 2000
MOST_TOKENS = 300
MOST_BRACKETS = 32
MOST_DIGITS = 15
MOST_DEPTH = 64
# The blanks keep a minus at the edge from being read as Jinja's whitespace control.
OPEN, CLOSE = "{{ ", " }}"
OPENING = frozenset("([{")
# What may follow a backslash in a quoted text; a lone half of a character can't be shown or kept at all.
ESCAPES = frozenset("\"'\\n")
ODD_CHARACTER = re.compile(r"\\(.)|[\ud800-\udfff]", re.DOTALL)
EMPTY = frozenset(["empty", "missing", "blank", "unset", "undefined", "unknown", "none", "null"])
COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in"}
SUMS = {nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//", nodes.Mod: "%"}


_ENVIRONMENT: list[Environment] = []


def _environment() -> Environment:
    if not _ENVIRONMENT:
        environment = Environment()
        environment.filters = dict.fromkeys(FILTERS, str)
        environment.tests = {"defined": callable}
        _ENVIRONMENT.append(environment)
    return _ENVIRONMENT[0]


@lru_cache(maxsize=4096)
def tree_of(text: str, *, filters: bool = False) -> Node:
    """The tree of *text*. Raises Wrong. *filters* may stand in texts only."""
    if len(text) <= MOST_CHARACTERS:
        known = plain(text, filters=filters)
        if known is not None:
            return known
    if len(text) > MOST_CHARACTERS:
        raise Wrong(f"An expression has at most {MOST_CHARACTERS} characters.", 0, len(text), "Name a part in values.")
    if not text.strip():
        raise Wrong("There is no expression here.", 0, max(1, len(text)), "Write one, or delete the key.")
    refuse_slips(text)
    tokens = _tokens(text, filters)
    _caps(tokens)
    try:
        template = _environment().parse(OPEN + text + CLOSE)
    except TemplateSyntaxError as error:
        raise misread(error, text, tokens, filters) from None
    except RecursionError:
        raise Wrong("This is nested too deeply.", 0, len(text), "Name a part in values.") from None
    output = template.body[0] if len(template.body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        raise Wrong("This is not one expression.", 0, len(text), "Join its parts with and, or, or a comparison.")
    return _Reader(text, tokens, filters).read(output.nodes[0])


def _tokens(text: str, filters: bool) -> list[Token]:
    found = []
    at = -len(OPEN)
    try:
        for _, kind, value in _environment().lexer.tokeniter(OPEN + text + CLOSE, None):
            start, at = at, at + len(value)
            if kind not in ("whitespace", "variable_begin", "variable_end"):
                found.append(Token(kind, value, start, at))
    except TemplateSyntaxError:
        raise stopped(text, max(0, at), filters) from None
    return found


def _caps(tokens: list[Token]) -> None:
    if len(tokens) > MOST_TOKENS:
        last = tokens[MOST_TOKENS]
        raise Wrong(
            "This expression is too long to be read aloud.", last.start, last.end, "Name parts of it in values."
        )
    depth = 0
    for one, following in zip(tokens, [*tokens[1:], None], strict=True):
        depth += (one.text in OPENING and one.kind == "operator") - (one.text in CLOSING and one.kind == "operator")
        if depth > MOST_BRACKETS:
            raise Wrong("Brackets are nested too deeply.", one.start, one.end, "Name a part in values.")
        if one.kind in ("integer", "float") and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", one.text):
            whole = one.text.replace("_", "")
            hint = f"Write {whole}." if whole.isdecimal() else "Write 1000 or 19.50."
            raise Wrong(f'"{one.text}" is not a number as people write it.', one.start, one.end, hint)
        if one.kind in ("integer", "float") and sum(c.isdigit() for c in one.text) > MOST_DIGITS:
            hint = "Digits that are no number are a text: write them in quotes."
            raise Wrong(f"A number has at most {MOST_DIGITS} digits.", one.start, one.end, hint)
        numbers = following is not None and one.kind == "integer" and following.kind in ("integer", "float")
        if following and numbers and one.end == following.start:
            digits = one.text + following.text
            hint = f'Write {following.text}. Digits that are no number are a text: "{digits}".'
            raise Wrong("A number does not begin with 0.", one.start, following.end, hint)
        if one.kind == "string":
            _escapes(one)
        if following and one.kind == following.kind == "string":
            raise Wrong(
                "Two texts stand side by side.", one.start, following.end, "Is a comma or a comparison missing?"
            )


def _escapes(token: Token) -> None:
    """Refuse what a quoted text can't hold."""
    for odd in ODD_CHARACTER.finditer(token.text):
        if odd[1] not in ESCAPES:
            start = token.start + odd.start()
            raise Wrong(
                "This can't stand in a text.",
                start,
                start + len(odd[0]),
                r"""Behind a backslash: ", ', \ or n.""",
            )


class _Reader:
    """Reads Jinja's nodes in the order of the text, and takes a token for each leaf, so that places are exact."""

    def __init__(self, text: str, tokens: list[Token], filters: bool):
        self.text, self.filters = text, filters
        self.leaves: Iterator[Token] = iter(
            [
                t
                for t in tokens
                if t.kind in ("string", "integer", "float") or (t.kind == "name" and t.text not in KEYWORDS)
            ]
        )
        self.last = 0
        self.depth = 0

    def leaf(self) -> Token:
        for token in self.leaves:
            self.last = token.end
            return token
        raise Wrong("This is not a whole expression.", 0, len(self.text), "A name or a value is missing.")

    def read(self, node: nodes.Node) -> Node:
        """*node* and what is below it, if it is on the list."""
        reader = READ.get(type(node))
        number = number_in(self.text) if isinstance(node, nodes.Tuple) else None
        if number is not None:
            start, end, hint = number
            raise Wrong(f'"{self.text[start:end]}" is not a number as it is written here.', start, end, hint)
        if reader is None:
            name = NAMES.get(type(node), "This")
            hint = HINTS.get(type(node), "Name the value that you mean.")
            raise Wrong(f"{name} is not part of the language.", self.last, len(self.text), hint)
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise Wrong("This is nested too deeply.", self.last, len(self.text), "Name a part in values.")
        made = reader(self, node)
        self.depth -= 1
        return made

    def name(self, node: Any) -> Node:
        token = self.leaf()
        if token.text != node.name:
            raise Wrong(f'"{node.name}" is a word of the language and no name.', 0, len(self.text), "Use another name.")
        return Read((node.name,), token.start, token.end)

    def getattr(self, node: Any) -> Node:
        before = self.read(node.node)
        token = self.leaf()
        if not isinstance(before, Read):
            hint = "Give what stands before the dot a name in values."
            raise Wrong("A dotted read starts at a name.", token.start, token.end, hint)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", node.attr):
            hint = "Fields are named with letters, digits and _."
            raise Wrong(f'"{node.attr}" is no field.', token.start, token.end, hint)
        return Read((*before.path, node.attr), before.start, token.end)

    def const(self, node: Any) -> Node:
        token = self.leaf()
        if token.kind in ("integer", "float"):
            value: Any = Decimal(token.text) if token.kind == "float" else int(token.text)
        elif token.kind == "name" and token.text not in ("true", "false"):
            hint = "Write true or false, or ask with is defined."
            raise Wrong(f'"{token.text}" is no value here.', token.start, token.end, hint)
        else:
            value = node.value
        return Const(value, token.start, token.end)

    def items(self, node: Any) -> Node:
        start = self.last
        read = tuple(self.read(item) for item in node.items)
        if not read:
            hint = 'Write its values, like ["a", "b"].'
            raise Wrong("An empty list holds nothing to compare with.", start, len(self.text), hint)
        return Items(read, read[0].start, read[-1].end)

    def both(self, node: Any) -> Node:
        made = All if isinstance(node, nodes.And) else Any_
        parts: list[Node] = []
        for side in (node.left, node.right):
            part = self.read(side)
            parts += part.items if isinstance(part, made) else (part,)
        return made(tuple(parts), parts[0].start, parts[-1].end)

    def not_(self, node: Any) -> Node:
        start = self.last
        item = self.read(node.node)
        return Not(item, min(start, item.start), item.end)

    def minus(self, node: Any) -> Node:
        item = self.read(node.node)
        if isinstance(item, Const) and isinstance(item.value, int | Decimal) and not isinstance(item.value, bool):
            return Const(-item.value, item.start, item.end)
        return Minus(item, item.start, item.end)

    def compare(self, node: Any) -> Node:
        left = self.read(node.expr)
        if len(node.ops) > 1:
            hint = "Write two comparisons joined by and: x > 1 and x < 5."
            raise Wrong("A chained comparison is misread too easily.", left.start, len(self.text), hint)
        right = self.read(node.ops[0].expr)
        return Compare(COMPARISONS[node.ops[0].op], left, right, left.start, right.end)

    def test(self, node: Any) -> Node:
        read = self.read(node.node)
        if node.name != "defined":
            token = self.leaf()
            hint = "Only is defined and is not defined are known; compare with == else."
            if node.name in EMPTY:
                hint = "What was left empty is not defined: write NAME is not defined."
            raise Wrong(f'"is {node.name}" is not part of the language.', token.start, token.end, hint)
        if not isinstance(read, Read) or node.args:
            hint = "Write NAME is defined."
            raise Wrong("Only a name can be asked whether it is defined.", read.start, read.end, hint)
        return Defined(read, read.start, read.end)

    def sum(self, node: Any) -> Node:
        left, right = self.read(node.left), self.read(node.right)
        return Sum(SUMS[type(node)], left, right, left.start, right.end)

    def choose(self, node: Any) -> Node:
        yes = self.read(node.expr1)
        test = self.read(node.test)
        if node.expr2 is None:
            raise Wrong("What holds if it does not?", yes.start, test.end, "Add else and a value.")
        no = self.read(node.expr2)
        return Choose(test, yes, no, yes.start, no.end)

    def call(self, node: Any) -> Node:
        if not isinstance(node.node, nodes.Name):
            hint = f"Functions: {allowed(FUNCTIONS)}."
            raise Wrong("Only the language's own functions can be called.", self.last, len(self.text), hint)
        token = self.leaf()
        name = node.node.name
        if name not in FUNCTIONS:
            raise Wrong(f'"{name}" is not a function of the language.', token.start, token.end, function_meant(name))
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            hint = "Write the values alone, in their order."
            raise Wrong("Arguments have no names here.", token.start, len(self.text), hint)
        args = tuple(self.read(arg) for arg in node.args)
        least, most = FUNCTIONS[name].arguments
        if not least <= len(args) <= most:
            wanted = many(most, "argument") if least == most else f"{least} to {most} arguments"
            raise Wrong(f"{name} takes {wanted}, not {len(args)}.", token.start, token.end, f"Give it {wanted}.")
        return Apply(name, args, token.start, args[-1].end if args else token.end)

    def filter(self, node: Any) -> Node:
        item = self.read(node.node)
        token = self.leaf()
        if not self.filters:
            hint = "Filters shape what is shown; here the value itself counts."
            raise Wrong("A filter belongs in texts only.", token.start, token.end, hint)
        if node.name not in FILTERS:
            hint = f"Filters: {', '.join(FILTERS)}."
            raise Wrong(f'"{node.name}" is not a filter of the language.', token.start, token.end, hint)
        args = tuple(self.read(arg) for arg in node.args)
        return Filtered(item, node.name, args, item.start, args[-1].end if args else token.end)


READ: dict[Any, Callable[[_Reader, Any], Node]] = {
    nodes.Name: _Reader.name,
    nodes.Getattr: _Reader.getattr,
    nodes.Const: _Reader.const,
    nodes.List: _Reader.items,
    nodes.And: _Reader.both,
    nodes.Or: _Reader.both,
    nodes.Not: _Reader.not_,
    nodes.Neg: _Reader.minus,
    nodes.Compare: _Reader.compare,
    nodes.Test: _Reader.test,
    nodes.CondExpr: _Reader.choose,
    nodes.Call: _Reader.call,
    nodes.Filter: _Reader.filter,
    **dict.fromkeys(SUMS, _Reader.sum),
}
NAMES: dict[Any, str] = {
    nodes.Getitem: "An index",
    nodes.Slice: "A slice",
    nodes.Dict: "A map",
    nodes.Tuple: "A comma between two values",
    nodes.Pow: "A power",
    nodes.Concat: '"~"',
    nodes.Pos: 'A "+" before a value',
}
HINTS: dict[Any, str] = {
    nodes.Tuple: 'A decimal point is a dot: 20.5. A list stands in brackets: ["a", "b"].',
}
