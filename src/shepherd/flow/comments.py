"""Comments in a file that speak to Shepherd, and the lines that they are about. They are no part of what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from shepherd.flow.findings import Place

_MARK = re.compile(r"(?<!\S)#[ \t]*shepherd[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)


class Comment(NamedTuple):
    """
    What stands behind ``# shepherd:``, and its *place*.

    It is about the lines *first* to *last*: its own where something stands before it, else that below it, and with it
    all of the words that begin there.
    """

    text: str
    place: Place
    first: int
    last: int


def comments(text: str) -> Iterator[Comment]:
    """The comments of *text* that begin with ``# shepherd:``; none where it is no YAML."""
    found = list(_MARK.finditer(text))
    if not found:
        return
    spans = _scalars(text)
    if spans is None:
        return
    lines = text.split("\n")
    for mark in found:
        if any(start <= mark.start() < end for start, end, _, _ in spans):
            continue
        line = text.count("\n", 0, mark.start()) + 1
        column = mark.start() - text.rfind("\n", 0, mark.start())
        first = line
        if not lines[line - 1][: column - 1].strip():
            first += 1
            while first <= len(lines) and (not lines[first - 1].strip() or lines[first - 1].lstrip().startswith("#")):
                first += 1
        last = max((end for _, _, begin, end in spans if begin == first), default=first)
        yield Comment(mark[1].strip(), Place(line, column, line, column + len(mark[0].rstrip())), first, last)


def _scalars(text: str) -> list[tuple[int, int, int, int]] | None:
    """Where the texts of *text* begin and end, and in which lines; None where it can't be read."""
    found = []
    parser = CParser(text)
    next_event: Callable[[], Any] = parser.get_event
    try:
        while type(event := next_event()) is not yaml.StreamEndEvent:
            start, end = event.start_mark, event.end_mark
            if type(event) is yaml.ScalarEvent:
                # A text in a block ends at the beginning of the line behind it.
                last = end.line if end.column == 0 and end.line > start.line else end.line + 1
                found.append((start.index, end.index, start.line + 1, last))
    except (yaml.YAMLError, ValueError):
        return None
    finally:
        parser.dispose()
    return found
