"""Text to tree: libyaml's events, every scalar as text, every place kept, every oddity refused by its own sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import yaml
from yaml._yaml import CParser

from shepherd.flow import hazards
from shepherd.flow.findings import NOWHERE, Finding, Place, Rule
from shepherd.flow.indents import SAME_COLUMN, of_lists

MOST_BYTES = 4 * 1024 * 1024
MOST_DEPTH = 32
MOST_NODES = 200_000
MOST_TEXT = 20_000
MOST_MISTAKES = 200

#: Keys whose value is read out or shown: a comment behind such words is nearly always a part of them.
SPOKEN = frozenset(["say", "ask", "guide", "warn", "why", "note", "because", "label", "title", "help", "message"])
_COMMENT = re.compile(r"( +)#([^\r\n]*)")


class Scalar(NamedTuple):
    """
    A text. *plain*: written without quotes, on one line or several.

    *style* is YAML's mark for how it is written (empty, quotes, ``|`` or ``>``), *start* where that starts in *raw*,
    the whole text of its file.
    """

    text: str
    place: Place
    plain: bool = True
    style: str = ""
    start: int = 0
    raw: str = ""

    def at(self, start: int, end: int) -> Place:
        """The place in the file of the characters *start* to *end* of the text."""
        line, column, end_line, _ = self.place
        if not self.raw:
            return self.place
        if self.plain and line == end_line:
            return Place(line, column + start, line, column + max(end, start + 1))
        where = _alignment(self)
        if not where:
            return self.place
        first = where[min(start, len(where) - 1)]
        last = where[min(max(end, start + 1), len(where)) - 1]
        return Place(*_line_column(self, first), *_line_column(self, last + 1))


class Map(NamedTuple):
    """Keys and their nodes, in order."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """The node of *key*, or None."""
        for found, node in self.entries:
            if found.text == key:
                return node
        return None

    def keyed(self) -> dict[str, Node]:
        """The nodes by key, for those who ask for many."""
        return {key.text: node for key, node in self.entries}


class Seq(NamedTuple):
    """Items, in order."""

    items: tuple[Node, ...]
    place: Place


Node: TypeAlias = Scalar | Map | Seq


class Source(NamedTuple):
    """What was read of a file: its tree, or None, and what is wrong."""

    root: Node | None
    findings: list[Finding]


def read(data: bytes, file: str) -> Source:
    """The tree of a file, as far as it can be read, and every reason why it can't."""
    text, findings = hazards.decode_yaml(data, file, MOST_BYTES)
    if text is None:
        return Source(None, findings)
    reading = _Reading(text, file, findings)
    try:
        root = reading.document()
    except yaml.MarkedYAMLError as error:
        found = hazards.explain(error, text, file)
        held = text.split("\n")
        reading.findings = [
            f for f in reading.findings if f.place.line < found.place.line and not _same(f, found, held)
        ]
        reading.findings.append(found)
        root = None
    except _Stop:
        root = None
    return Source(root, reading.findings)


def from_json(value: Any) -> Node:
    """The tree of typed source that was kept: it has no places."""
    if isinstance(value, Mapping):
        return Map(tuple((Scalar(k, NOWHERE), from_json(v)) for k, v in value.items()), NOWHERE)
    if isinstance(value, list | tuple):
        return Seq(tuple(from_json(v) for v in value), NOWHERE)
    if value is True or value is False:
        return Scalar("true" if value else "false", NOWHERE)
    return Scalar(str(value), NOWHERE)


def _same(empty: Finding, found: Finding, lines: Sequence[str]) -> bool:
    """Whether a value is missing only because what stands below it is wrongly indented, which *found* tells."""
    between = lines[empty.place.line : found.place.line - 1]
    directly = all(not line.strip() or line.lstrip()[0] == "#" for line in between)
    indented = found.hint in (SAME_COLUMN, of_lists(lines))
    return empty.code == hazards.EMPTY_VALUE.code and indented and directly


class _Stop(Exception):
    """A limit is reached; nothing more is read."""


_new = tuple.__new__


class _Reading:
    """One pass over the events of a text. Frames are ``[start mark, children, keys or None, waiting key]``."""

    def __init__(self, text: str, file: str, findings: list[Finding]):
        self.text, self.file, self.findings = text, file, findings
        self.root: Node | None = None

    def refuse(self, rule: Rule, place: Place, message: str, hint: str) -> None:
        if len(self.findings) == MOST_MISTAKES:
            message = f"There are more than {MOST_MISTAKES} mistakes in this file; from here on nothing is read."
            self.findings.append(hazards.TOO_LARGE.at(place, message, file=self.file, hint="Mend those before it."))
            raise _Stop
        self.findings.append(rule.at(place, message, file=self.file, hint=hint))

    def within(self, place: Place) -> Place:
        """*place*, or the end of the text: YAML puts what is missing there into a line that there is none of."""
        last = self.text.count("\n") + 1
        column = len(self.text) - self.text.rfind("\n")
        return place if place.line <= last else Place(last, column, last, column + 1)

    def document(self) -> Node | None:
        """The one document of the text."""
        parser = CParser(self.text)
        next_event: Callable[[], Any] = parser.get_event
        text = self.text
        stack: list[list[Any]] = []
        children: list[Any] = []
        keys: dict[str, int] | None = None
        key: Any = None
        nodes = 0
        try:
            while True:
                event = next_event()
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    node: Any = self.scalar(event, text, key)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    if event.anchor is not None or event.tag is not None:
                        self.marked(event)
                    stack.append([event.start_mark, children, keys, key])
                    children, key = [], None
                    keys = {} if kind is yaml.MappingStartEvent else None
                    if len(stack) > MOST_DEPTH:
                        self.limit(
                            hazards.TOO_DEEP,
                            event,
                            f"This file nests deeper than {MOST_DEPTH} levels.",
                            hazards.FLATTER,
                        )
                    continue
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    start, outer, outer_keys, outer_key = stack.pop()
                    end = event.end_mark if event.end_mark.index > event.start_mark.index else event.start_mark
                    place = Place(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
                    shape = Map if kind is yaml.MappingEndEvent else Seq
                    node = shape(tuple(children), place)
                    children, keys, key = outer, outer_keys, outer_key
                elif kind is yaml.AliasEvent:
                    self.refuse(
                        hazards.ALIAS,
                        _span(event),
                        f'"*{hazards.short(event.anchor)}" is a YAML alias; a flow has none.',
                        hazards.STAR,
                    )
                    node = Scalar("", _span(event))
                elif kind is yaml.StreamEndEvent:
                    break
                else:
                    self.border(event, kind)
                    continue
                nodes += 1
                if nodes > MOST_NODES:
                    message = f"This file has more than {MOST_NODES} parts."
                    self.limit(hazards.TOO_LARGE, event, message, "Split it into several flows.")
                if keys is None:
                    children.append(node)
                    if not stack:
                        self.root = node
                elif key is None:
                    key = self.key(node, keys)
                else:
                    if key.text not in keys:
                        keys[key.text] = key.place.line
                        children.append((key, node))
                    key = None
        finally:
            parser.dispose()
        if self.root is None and not self.findings:
            self.refuse(hazards.EMPTY_FILE, NOWHERE, "This file says nothing.", "Begin it with `flow: NAME`.")
        return self.root

    def scalar(self, event: Any, text: str, key: Scalar | None) -> Scalar:
        """The scalar of *event*; *key* is that of its entry, if it is a value."""
        start, end, value, style = event.start_mark, event.end_mark, event.value, event.style
        plain = not style
        place = _new(Place, (start.line + 1, start.column + 1, end.line + 1, end.column + 1))
        if not value and plain:
            place = self.within(place)
        node: Scalar = _new(Scalar, (value, place, plain, style, start.index, text))
        if event.anchor is not None or event.tag is not None:
            self.marked(event)
        if len(value) > MOST_TEXT:
            message = f"This text has {len(value)} characters; at most {MOST_TEXT} are read."
            self.refuse(hazards.TOO_LARGE, place, message, "Say it in fewer words, or in several steps.")
        if plain:
            if not value and event.tag is None and (key is None or key.text[:1] != "\0"):
                message, hint = hazards.empty(text, start.index, key.text if key is not None else "")
                self.refuse(hazards.EMPTY_VALUE, place, message, hint)
            elif value and text[end.index : end.index + 1] == " ":
                self.comment(node, end.index, key)
        elif not (value.isascii() and value.isprintable()):
            self.unseen(node)
        return node

    def comment(self, node: Scalar, end: int, key: Scalar | None) -> None:
        """Refuse a comment that cuts plain text: behind words, stuck to ``#``, or one blank behind several words."""
        found = _COMMENT.match(self.text, end)
        if found is None:
            return
        spaces, rest = found[1], found[2]
        spoken = key is not None and key.text in SPOKEN
        if spoken or (rest and not rest[0].isspace()) or (len(spaces) == 1 and " " in node.text):
            line, column = node.place.end_line, node.place.end_column + len(spaces)
            place = Place(line, column, line, column + 1 + len(rest.rstrip()))
            message = f'The text ends at "{hazards.short(node.text, last=True)}": what follows " #" is a comment.'
            self.refuse(hazards.CUT, place, message, hazards.CUT_HINT)

    def unseen(self, node: Scalar) -> None:
        """Refuse characters that an escape in quotes brought in and nobody can see."""
        found = hazards.unseen(node.text)
        if found is not None:
            message = f"This text contains the invisible character U+{ord(found[0]):04X}."
            self.refuse(hazards.CONTROL, node.place, message, "Take the escape out.")

    def key(self, node: Node, keys: Mapping[str, int]) -> Scalar:
        """*node* as the key of a map."""
        if not isinstance(node, Scalar):
            braces = self.text.find("{{", _index(self.text, node.place)) == _index(self.text, node.place)
            before = self.text[: _index(self.text, node.place)].endswith("{")
            if braces or before:
                self.findings = [f for f in self.findings if f.place.line != node.place.line]
                self.refuse(hazards.WORDS, node.place, "`{{` begins a map here, not a text.", hazards.BRACES)
            else:
                self.refuse(hazards.KEY, node.place, "A key must be one word.", "Write `key: value`.")
            return Scalar(f"\0{len(keys)}{node.place}", node.place)
        if node.text in keys:
            message = f'"{hazards.short(node.text)}" stands here and in line {keys[node.text]}; only one can hold.'
            self.refuse(hazards.DOUBLE_KEY, node.place, message, f"Line {keys[node.text]} and line {node.place.line}.")
        elif node.text == "<<" and node.plain:
            self.refuse(hazards.MERGE, node.place, '"<<" merges maps in YAML; a flow has no merging.', hazards.NO_REUSE)
        return node

    def marked(self, event: Any) -> None:
        """Refuse an anchor or a tag."""
        place = _span(event)
        if event.anchor is not None:
            message = f'"&{hazards.short(event.anchor)}" is a YAML anchor; a flow has none.'
            self.refuse(hazards.ANCHOR, place, message, hazards.AMPERSAND)
        if event.tag is not None:
            word = self.text[event.start_mark.index :].split(maxsplit=1)[0][:40]
            self.refuse(hazards.TAG, place, *hazards.tag(word))

    def border(self, event: Any, kind: type) -> None:
        """The start or end of the stream or of a document."""
        if kind is not yaml.DocumentStartEvent:
            return
        if self.root is not None:
            self.refuse(
                hazards.DOCUMENTS, _span(event), "A second document begins here.", "Put it into a file of its own."
            )
            raise _Stop
        if event.version or event.tags:
            self.refuse(hazards.DIRECTIVE, _span(event), "A file has no YAML directives (`%`).", "Delete that line.")

    def limit(self, rule: Rule, event: Any, message: str, hint: str) -> None:
        self.refuse(rule, _span(event), message, hint)
        raise _Stop


def _span(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    return Place(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _index(text: str, place: Place) -> int:
    """Where *place* begins in *text*; used for findings only."""
    index = 0
    for _ in range(place.line - 1):
        index = text.index("\n", index) + 1
    return index + place.column - 1


def _line_column(node: Scalar, index: int) -> tuple[int, int]:
    line = node.place.line + node.raw.count("\n", node.start, index)
    break_ = node.raw.rfind("\n", node.start, index)
    return line, (index - break_ if break_ >= 0 else node.place.column + index - node.start)


@lru_cache(maxsize=8)
def _alignment(node: Scalar) -> list[int]:
    """Where each character of a quoted, folded or block text stands in the file."""
    raw, at = node.raw, node.start
    if node.style in "|>" and node.style:
        at = raw.find("\n", at) + 1
    elif node.style:
        at += 1
    where: list[int] = []
    for character in node.text:
        if character.isspace():
            where.append(at)
            at += 1 if at < len(raw) and raw[at].isspace() else _width(node, at) if raw[at : at + 1] == "\\" else 0
            continue
        while at < len(raw) and (raw[at].isspace() or (node.style == '"' and raw[at : at + 2] in ("\\\n", "\\\r"))):
            at += 1 if raw[at].isspace() else 2
        if at >= len(raw):
            return []
        where.append(at)
        at += _width(node, at)
    return where


def _width(node: Scalar, at: int) -> int:
    """How many characters of the file write the one character that stands at *at*."""
    raw = node.raw
    if node.style == "'" and raw[at : at + 2] == "''":
        return 2
    if node.style == '"' and raw[at] == "\\":
        return {"x": 4, "u": 6, "U": 10}.get(raw[at + 1 : at + 2], 2)
    return 1
