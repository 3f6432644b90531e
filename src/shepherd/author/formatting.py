"""
A file written as its neighbours are: same indentation, same blanks; every word, comment and line stays. Pure.

What is formatted: two blanks for each level, list items two blanks in; one blank behind ``:``, ``,`` and ``-``, none
inside brackets, two or more before a comment; at most one empty line in a row; no blanks at the ends of lines. Blanks
that align a column with the line above or below stay. Nothing is reordered, broken into lines, or quoted anew.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from shepherd.author.layers import Layers
from shepherd.author.page import Page, Token
from shepherd.flow.findings import Finding, Place
from shepherd.flow.hazards import TOO_LARGE
from shepherd.flow.source import Map, Node, Scalar, Seq, read

#: Longer files are left as they are; nobody reads one.
MOST_LINES = 100_000
#: So often columns are looked at anew once others have moved; then they are given up.
MOST_PASSES = 30
_OPEN, _CLOSE = frozenset("[{"), frozenset("]}")


class Unreadable(Exception):
    """A text that can't be formatted, because it can't be read: *findings* say why."""

    def __init__(self, findings: list[Finding]):
        super().__init__(findings[0].message)
        self.findings = findings


class Unfaithful(Exception):
    """A text that would say something else once formatted; it is to be left as it is."""


def formatted(text: str, file: str) -> str:
    """
    *text* of the file *file*, formatted; formatting it again changes nothing.

    Its tree is the very same afterwards, each word with its quotes, in its order: so are its typed source and its hash.
    Raises Unreadable where *text* is no file of the language's YAML or has more than ``MOST_LINES``, Unfaithful rather
    than change what it says.
    """
    if text.count("\n") > MOST_LINES:
        message, hint = f"This file has more than {MOST_LINES} lines, so it is not formatted.", "Split it into several."
        place = Place(MOST_LINES + 1, 1, MOST_LINES + 1, 1)
        raise Unreadable([TOO_LARGE.at(place, message, file=file, hint=hint)])
    root, before = _page(text, file)
    now, tree, page = text, root, before
    for number in range(MOST_PASSES + 2):
        made = _once(now, tree, page, columns=number < MOST_PASSES)
        if made == now:
            break
        now = made
        try:
            tree, page = _page(now, file)
        except Unreadable as error:
            raise Unfaithful(file) from error
        if _says(tree) != _says(root) or page.comments() != before.comments():
            raise Unfaithful(file)
    else:
        raise Unfaithful(file)
    return now


def _page(text: str, file: str) -> tuple[Node, Page]:
    found = read(text.encode("utf-8", "surrogatepass"), file)
    if found.root is None or found.findings:
        raise Unreadable(found.findings)
    return found.root, Page(text.replace("\r\n", "\n"), found.root)


def _says(node: Node) -> Any:
    """All that *node* says, in its order, and whether quotes make text of it."""
    if isinstance(node, Scalar):
        return (node.text, node.plain)
    if isinstance(node, Map):
        return [(_says(key), _says(value)) for key, value in node.entries]
    return ("list", [_says(item) for item in node.items]) if isinstance(node, Seq) else None


def _once(text: str, root: Node, page: Page, *, columns: bool) -> str:
    layers = Layers(page, root)
    made: list[str] = []
    said = 0
    for number, line in enumerate(page.lines):
        if number in layers.texts:
            made.append(layers.texts[number])
            said = len(made)
        elif line.strip():
            marked = line[:3] in ("---", "...") and number not in page.inside
            made.append(line.rstrip() if marked else _line(page, layers, number, columns))
            said = len(made)
        elif number in page.inside or (made and made[-1] != ""):
            made.append("")
    whole = text.endswith("\n") or len(page.lines) - 1 not in layers.texts
    return "\n".join(made[:said]) + ("\n" if whole else "")


def _line(page: Page, layers: Layers, number: int, columns: bool) -> str:
    tokens = page.tokens(number)
    return " " * layers.indent.get(number, tokens[0].column) + _joined(tokens, page, number, columns)


def _joined(tokens: list[Token], page: Page, number: int, columns: bool) -> str:
    """The tokens of a line with the blanks that are due between them."""
    made = tokens[0].text
    for before, token in pairwise(tokens):
        there = token.column - before.column - len(before.text)
        due = _blanks(before, token)
        if token.kind == "comment":
            due = max(due, there)
        elif due and there > due and columns and before.text in (":", ",") and _aligned(page, number, token.column):
            due = there
        made += " " * due + token.text
    return made if tokens[-1].open else made.rstrip()


def _blanks(before: Token, token: Token) -> int:
    """How many blanks stand between two tokens of a line."""
    if token.kind == "comment":
        return 2
    if token.kind == "mark" and token.text in ":," and before.text != "?":
        return 0
    if before.kind == "word":
        return 0 if token.text in _CLOSE else 1
    if before.text in _OPEN or (token.kind == "mark" and token.text in _CLOSE):
        return 0
    return 1


def _aligned(page: Page, number: int, column: int) -> bool:
    """Whether something begins in the same column of the line above or below, which is indented alike."""
    here = page.lines[number]
    for other in (number - 1, number + 1):
        line = page.lines[other] if 0 <= other < len(page.lines) else ""
        if other in page.inside or _indent(line) != _indent(here) or column < 1:
            continue
        if line[column - 1 : column] == " " and line[column : column + 1].strip():
            return True
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
