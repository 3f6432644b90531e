"""
Where a library names things: every place that defines or uses a step, a flow, an outcome, a name or an operation. Pure.

Read from the trees of the files, so that a file that is not quite right yet still says what it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from shepherd.flow.findings import Place
from shepherd.flow.lists import ROOT
from shepherd.flow.parse import Wrong, tree_of
from shepherd.flow.reader import is_map, items, names, pairs, plain
from shepherd.flow.source import Map, Node, Scalar, Seq
from shepherd.flow.tree import Read, reads
from shepherd.flow.words import placeholders

TARGETS = ("then", "out_of_attempts", "unmet")
WORDS = ("say", "ask", "guide", "warn", "why", "note", "because")
COUNTED = ("visits", "attempts_left")


class Thing(NamedTuple):
    """
    What can be named: ``step``, ``outcome``, ``name`` (an input, a value, a table, what is saved or set) and ``text``
    belong to the flow *of*; ``flow``, ``operation``, ``connector``, ``queue``, ``list``, ``assurance`` to the library.
    """

    kind: str
    name: str
    of: str = ""


class Mention(NamedTuple):
    """*thing* is named at *place* of *file*; *defines*: it is made there."""

    thing: Thing
    file: str
    place: Place
    defines: bool = False


def word(node: Scalar, start: int = 0, end: int | None = None) -> Place:
    """Where the characters *start* to *end* of a scalar stand, without its quotes."""
    if node.plain and start == 0 and end is None:
        return node.place
    return node.at(start, len(node.text) if end is None else end)


class FlowNames:
    """What one flow's file names, and what its words in another language name."""

    def __init__(self, file: str, flow: str):
        self.file, self.flow = file, flow
        self.steps: frozenset[str] = frozenset()

    def at(self, kind: str, node: Node | None, of: str = "", *, defines: bool = False) -> Iterator[Mention]:
        """The one thing of *kind* that *node* names."""
        if isinstance(node, Scalar) and node.text:
            yield Mention(Thing(kind, node.text, of), self.file, word(node), defines)

    def own(self, kind: str, node: Node | None, *, defines: bool = False) -> Iterator[Mention]:
        """The same, of this flow."""
        return self.at(kind, node, self.flow, defines=defines)

    def all(self, root: Map) -> Iterator[Mention]:
        """Everything in the file."""
        self.steps = frozenset(key.text for key, _ in pairs(root.get("steps")))
        yield from self.at("flow", root.get("flow"), defines=True)
        yield from self.own("step", _below(root.get("no_answer"), "then"))
        yield from self.assured(root.get("requires"))
        for name, node in pairs(root.get("inputs")):
            yield from self.own("name", name, defines=True)
            yield from self.field(node)
        for name, node in pairs(root.get("values")):
            yield from self.own("name", name, defines=True)
            yield from self.cases(node, self.expression)
        for name, node in pairs(root.get("tables")):
            yield from self.own("name", name, defines=True)
            yield from self.expressions(_below(node, "by"))
        for name, node in pairs(root.get("texts")):
            yield from self.own("text", name, defines=True)
            yield from self.cases(node, self.words)
        for name, node in pairs(root.get("outcomes")):
            yield from self.own("outcome", name, defines=True)
            yield from self.expressions(_below(node, "returns"))
            yield from self.assured(_below(node, "grants"))
        for name, node in pairs(root.get("steps")):
            yield from self.own("step", name, defines=True)
            if isinstance(node, Map):
                yield from self.step(node)

    def step(self, node: Map) -> Iterator[Mention]:
        """What a step names."""
        at = node.keyed()
        for key in TARGETS:
            yield from self.own("step", at.get(key))
        yield from self.own("step", _below(at.get("no_answer"), "then"))
        called = plain(at.get("call"))
        yield from self.routes(at.get("answers"), "")
        yield from self.routes(at.get("results"), called)
        for line in items(at.get("decide")):
            yield from self.expression(_below(line, "when"))
            for key in ("then", "otherwise"):
                yield from self.own("step", _below(line, key))
            yield from self.assured(_below(line, "grants"))
        for key in ("call", "hand_on"):
            yield from self.at("flow", at.get(key))
        other = called or plain(at.get("hand_on"))
        yield from self.expressions(at.get("with"), other)
        for key in ("lookup", "do", "undo"):
            yield from operation(self, at.get(key))
        for key in ("end", "outcome"):
            yield from self.own("outcome", at.get(key))
        yield from self.at("queue", at.get("escalate"))
        for key in ("requires", "withdraws"):
            yield from self.assured(at.get(key))
        yield from self.kept(at)

    def kept(self, at: Mapping[str, Node]) -> Iterator[Mention]:
        """What a step saves, reads and says."""
        for name, value in pairs(at.get("set")):
            yield from self.own("name", name, defines=True)
            yield from self.expression(value)
        yield from self.own("name", at.get("save"), defines=True)
        yield from self.expression(_below(at.get("wait"), "until"))
        for line in items(at.get("check")):
            yield from self.expression(_below(line, "must"))
            yield from self.words(_below(line, "message"))
        for _, field in pairs(at.get("collect")):
            yield from self.field(field)
        yield from self.rules(at)
        for key in WORDS:
            yield from self.cases(at.get(key), self.words)

    def field(self, node: Node) -> Iterator[Mention]:
        """What the rules of a field read."""
        if isinstance(node, Map):
            yield from self.rules(node.keyed())

    def rules(self, at: Mapping[str, Node]) -> Iterator[Mention]:
        for key in ("default", "show_if", "min", "max"):
            yield from self.expression(at.get(key))
        for key in ("options", "one_of"):
            node = at.get(key)
            if isinstance(node, Scalar) and node.text.startswith(f"{ROOT}."):
                yield from self.expression(node)

    def routes(self, node: Node | None, called: str) -> Iterator[Mention]:
        """Answers or results, the latter perhaps outcomes of the flow *called*."""
        for key, value in pairs(node):
            if called:
                yield from self.at("outcome", key, called)
            yield from self.own("step", _below(value, "then") if isinstance(value, Map) else value)
            yield from self.assured(_below(value, "grants"))

    def assured(self, node: Node | None) -> Iterator[Mention]:
        """Assurances: one, a list, or a map with their levels."""
        for name in names(node) if not isinstance(node, Map) else (key for key, _ in node.entries):
            yield from self.at("assurance", name)

    # --- expressions and words ----------------------------------------------------------------------

    def cases(self, node: Node | None, read: Callable[[Node | None], Iterator[Mention]]) -> Iterator[Mention]:
        """Something that *read* reads, or cases of it."""
        if not isinstance(node, Seq):
            yield from read(node)
            return
        for line in node.items:
            yield from self.expression(_below(line, "when"))
            yield from read(_below(line, "is"))
            yield from read(_below(line, "otherwise"))

    def expressions(self, node: Node | None, called: str = "") -> Iterator[Mention]:
        """A map of names to expressions; the names are inputs of the flow *called*."""
        for key, value in pairs(node):
            if called:
                yield from self.at("name", key, called)
            yield from self.expression(value)

    def expression(self, node: Node | None) -> Iterator[Mention]:
        """What an expression reads; nothing where it can't be read."""
        if isinstance(node, Scalar):
            yield from self.read(node, node.text, 0, filters=False)

    def words(self, node: Node | None) -> Iterator[Mention]:
        """What stands between the braces of a text."""
        if isinstance(node, Scalar) and "{{" in node.text:
            for start, end in placeholders(node.text):
                yield from self.read(node, node.text[start + 2 : end - 2], start + 2, filters=True)

    def read(self, node: Scalar, text: str, offset: int, *, filters: bool) -> Iterator[Mention]:
        try:
            found = reads(tree_of(text, filters=filters))
        except Wrong:
            return
        for one in found:
            yield from self.named(node, text, offset, one)

    def named(self, node: Scalar, text: str, offset: int, read: Read) -> Iterator[Mention]:
        """What the read *read* names, and where."""
        root, *rest = read.path
        kind, name, start = "name", root, read.start
        if root in (*COUNTED, "texts", ROOT) and rest:
            kind = {"texts": "text", ROOT: "list"}.get(root, "step")
            name = rest[0]
            start = text.find(name, read.start + len(root))
        elif root in self.steps:
            kind = "step"
        if start >= 0 and text[start : start + len(name)] == name:
            of = "" if kind == "list" else self.flow
            place = word(node, offset + start, offset + start + len(name))
            yield Mention(Thing(kind, name, of), self.file, place)


def operation(where: FlowNames, node: Node | None) -> Iterator[Mention]:
    """``connector.operation``: the operation, and the connector in front of it."""
    if isinstance(node, Scalar) and "." in node.text:
        yield Mention(Thing("operation", node.text), where.file, word(node))
        connector = node.text.partition(".")[0]
        yield Mention(Thing("connector", connector), where.file, word(node, 0, len(connector)))


def _below(node: Node | None, key: str) -> Node | None:
    found = is_map(node)
    return found.get(key) if found else None
