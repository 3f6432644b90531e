"""What a designer has marked as still to be done: comments that begin with ``to-do:``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.shown import visible
from shepherd.flow.source import MOST_BYTES, Map, Node, Scalar, Seq, read

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

LEFT = Rule(
    "SHP120",
    "to-do-left",
    "warning",
    "A comment that begins with `to-do:` says that something is not settled yet. Settle it, and take the comment out.",
)
RULES = (LEFT,)
MOST_TOLD = 2000
HINT = "Settle it, and take the comment out."

_MARK = re.compile(r"(?:^|[ \t])(# ?to-?do: *(.*?))[ \t\r]*$", re.IGNORECASE | re.MULTILINE)


def unfinished(draft: Draft) -> Iterator[Finding]:
    """Every comment of a file that says ``to-do:``."""
    for file, text in draft.sources.items():
        marks = list(islice(_MARK.finditer(text), MOST_TOLD))
        if not marks:
            continue
        words = sorted(one.place for one in _scalars(read(text.encode("utf-8"), file).root))
        line, at = 1, 0
        for mark in marks:
            line += text.count("\n", at, mark.start(1))
            at = mark.start(1)
            column = at - text.rfind("\n", 0, at)
            place = Place(line, column, line, column + len(mark[1]))
            if not _within(place, words):
                says = visible(mark[2]) or "something is not settled yet"
                yield LEFT.at(place, f"Still to do: {says}", file=file, hint=HINT)


def _scalars(node: Node | None) -> Iterator[Scalar]:
    """Every text of more than one line, or in quotes, where a mark may stand that is no comment."""
    todo = [node] if node is not None else []
    while todo:
        one = todo.pop()
        if isinstance(one, Map):
            todo += [part for entry in one.entries for part in entry]
        elif isinstance(one, Seq):
            todo += one.items
        elif "#" in one.text:
            yield one


def _within(mark: Place, words: list[Place]) -> bool:
    """Whether *mark* lies in one of *words*, which are sorted and lie one behind another."""
    before = bisect_right(words, (mark.line, mark.column, MOST_BYTES, 0)) - 1
    return before >= 0 and (mark.line, mark.column) < words[before][2:]
