"""The lines of a file as tokens: its words with their places, and the marks and comments between them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from shepherd.flow.source import Map, Node, Scalar

_HEADER = re.compile(r"[|>][-+0-9]*")


class Token(NamedTuple):
    """
    Part of a line: a word (or the part of it that stands there), a ``mark`` of YAML, or a ``comment``.

    *column* counts characters from 0. *open*: the word goes on in the next line within quotes.
    """

    kind: str
    text: str
    column: int
    open: bool = False


class Page:
    """
    A text of which *root* is the tree.

    *lines* are its lines, *inside* those that lie within a text of several lines, *blocks* those of ``|`` and ``>``
    (line of the head, first and last line of the text); all lines count from 0.
    """

    def __init__(self, text: str, root: Node):
        self.lines = text.split("\n")
        self.inside: set[int] = set()
        self.blocks: dict[int, tuple[int, int]] = {}
        self._words: dict[int, list[tuple[int, int, Scalar]]] = {}
        self._tokens: dict[int, list[Token]] = {}
        for word in words(root):
            self._lay(word)

    def _lay(self, word: Scalar) -> None:
        line, column, end_line, end_column = (number - 1 for number in word.place)
        if word.style and word.style in "|>":
            head = _HEADER.match(self.lines[line], column)
            self._words.setdefault(line, []).append((column, head.end() if head else column, word))
            last = end_line - 1 if end_column == 0 and end_line > line else end_line
            self.blocks[line] = (line + 1, last)
            self.inside.update(range(line + 1, last + 1))
            return
        for number in range(line, end_line + 1):
            start = column if number == line else 0
            end = end_column if number == end_line else len(self.lines[number])
            self._words.setdefault(number, []).append((start, end, word))
            if number > line:
                self.inside.add(number)

    def tokens(self, number: int) -> list[Token]:
        """The tokens of a line that is not the text of a block."""
        if number not in self._tokens:
            self._tokens[number] = self._read(number)
        return self._tokens[number]

    def _read(self, number: int) -> list[Token]:
        line, at = self.lines[number], 0
        found: list[Token] = []
        for start, end, word in self._words.get(number, ()):
            found += _between(line, at, start)
            goes_on = end == len(line) and word.place.end_line - 1 > number
            said = line[start:end]
            if start == 0 and number in self.inside:
                start = len(said) - len(said.lstrip())
                said = said.lstrip()
            quoted = goes_on and word.style in ('"', "'")
            found.append(Token("word", said if quoted else said.rstrip(), start, quoted))
            at = end
        return found + list(_between(line, at, len(line)))

    def comments(self) -> list[str]:
        """Every comment of the file, in order."""
        texts = {n for first, last in self.blocks.values() for n in range(first, last + 1)}
        numbers = (n for n in range(len(self.lines)) if n not in texts)
        return [token.text for n in numbers for token in self.tokens(n) if token.kind == "comment"]


def _between(line: str, start: int, end: int) -> Iterator[Token]:
    if line[start:end].strip() == "":
        return
    for column in range(start, end):
        if line[column] == "#":
            yield Token("comment", line[column:].rstrip(), column)
            return
        if not line[column].isspace():
            yield Token("mark", line[column], column)


def words(node: Node) -> Iterator[Scalar]:
    """Every word of a tree, keys too, in the order in which they stand."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Map):
        for key, value in node.entries:
            yield key
            yield from words(value)
    else:
        for item in node.items:
            yield from words(item)


def opens(page: Page, node: Node) -> bool:
    """Whether *node* is a list or map in brackets."""
    line, column, _, _ = node.place
    return not isinstance(node, Scalar) and page.lines[line - 1][column - 1 : column] in ("{", "[")
