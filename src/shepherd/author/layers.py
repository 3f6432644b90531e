"""
How far in each line of a file begins: two blanks for each level. Pure.

The dashes of a list stand two blanks in from its key or below it, in a whole file as in its first list.
"""

from __future__ import annotations

from shepherd.author.page import Page, opens
from shepherd.flow.source import Map, Node, Scalar, Seq

STEP = 2


class Layers:
    """
    The new indentation of a page.

    *indent* maps lines to it, *texts* maps the lines of a block text to what stands there; lines count from 0.
    """

    def __init__(self, page: Page, root: Node):
        self.page = page
        self.indent: dict[int, int] = {}
        self.texts: dict[int, str] = {}
        self._open: dict[int, tuple[tuple[int, int], ...]] = {}
        self._stack: list[tuple[int, int]] = []
        self._dashes: int | None = None
        if isinstance(root, Scalar) or opens(page, root):
            self._value(root, root.place.line - 1, -STEP, root.place.column - 1)
        else:
            self._block(root, 0)
        self._comments()

    def _block(self, node: Map | Seq, column: int) -> None:
        """A map of which each key, or a list of which each dash, stands in *column* from now on."""
        old = node.place.column - 1
        self._stack.append((old, column))
        if isinstance(node, Map):
            for key, value in node.entries:
                line = key.place.line - 1
                self._begin(line, key.place.column - 1, column)
                self._value(value, line, column, old)
        else:
            for item in node.items:
                line = self._dash(item.place.line - 1, old)
                self._begin(line, old, column)
                if isinstance(item, Seq) and not opens(self.page, item):
                    self._block(item, column + STEP)
                else:
                    self._value(item, line, column, old)
        self._stack.pop()

    def _begin(self, line: int, at: int, column: int) -> None:
        """What stands at *at* in *line* goes to *column*, where it is the first there."""
        if not self.page.lines[line][:at].strip():
            self.indent[line] = column
        self._open[line] = tuple(self._stack)

    def _dash(self, line: int, column: int) -> int:
        """The line of the dash in *column* that belongs to an item which begins in *line*."""
        while line > 0:
            words = self.page.lines[line]
            if words[column : column + 1] == "-" and not words[:column].replace("-", "").strip():
                break
            line -= 1
        return line

    def _value(self, node: Node, holder: int, column: int, old: int) -> None:
        """A value of a key, or an item of a list, that stands in *column* (once in *old*) of the line *holder*."""
        first, at = node.place.line - 1, node.place.column - 1
        if not isinstance(node, Scalar) and not opens(self.page, node):
            self._block(node, column + (self._in(old, at) if isinstance(node, Seq) else STEP))
            return
        if not self.page.lines[first][:at].strip() and first != holder:
            self.indent[first] = column + STEP
            self._open[first] = tuple(self._stack)
        if isinstance(node, Scalar) and first in self.page.blocks and node.style and node.style in "|>":
            self._text(node, first, column, old)
        elif isinstance(node, Scalar):
            self.indent |= dict.fromkeys(range(first + 1, node.place.end_line), column + STEP)
        else:
            self._brackets(node, first, max(column, 0))

    def _in(self, old: int, at: int) -> int:
        """How far in from its key, once in column *old*, the dashes of a list stand, once in column *at*."""
        if self._dashes is None:
            self._dashes = 0 if at == old else STEP
        return self._dashes

    def _brackets(self, node: Map | Seq, first: int, least: int) -> None:
        """A list or map in brackets of several lines moves as its first line does."""
        there = _blanks(self.page.lines[first])
        moved = self.indent.get(first, there) - there
        for line in range(first + 1, node.place.end_line):
            self.indent[line] = max(least, _blanks(self.page.lines[line]) + moved)

    def _text(self, node: Scalar, head: int, column: int, old: int) -> None:
        """The lines of a block text begin two blanks in, or as far as its head says."""
        start, last = self.page.blocks[head]
        head_word = self.page.lines[head][node.place.column - 1 :]
        said = next((int(c) for c in head_word[1:3] if c.isdigit()), 0)
        lines = self.page.lines[start : last + 1]
        there, due = old + said, column + said
        if not said:
            there, due = _first_blanks(lines), column + STEP
        if "+" not in head_word[1:3]:
            while lines and not lines[-1].strip():
                lines.pop()
                self.page.inside.discard(start + len(lines))
        for number, line in enumerate(lines, start):
            rest = line[there:]
            self.texts[number] = " " * due + rest if rest else ""

    def _comments(self) -> None:
        """A comment on a line of its own begins as what follows it, or as the block behind which it stands."""
        structural = sorted(self._open)
        after = iter(structural)
        following = next(after, None)
        before: int | None = None
        for number, line in enumerate(self.page.lines):
            while following is not None and following < number:
                before, following = following, next(after, None)
            if number in self.indent or number in self.page.inside or not line.lstrip().startswith("#"):
                continue
            at = _blanks(line)
            due = 0
            if following is not None:
                due = self.indent.get(following, 0)
            if before is not None and (following is None or at > _blanks(self.page.lines[following])):
                due = max((new for old, new in self._open[before] if old <= at), default=due)
            self.indent[number] = due


def _blanks(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _first_blanks(lines: list[str]) -> int:
    """How far in a block text begins, as YAML finds it."""
    most = 0
    for line in lines:
        most = max(most, _blanks(line))
        if line.strip(" "):
            return _blanks(line)
    return most
