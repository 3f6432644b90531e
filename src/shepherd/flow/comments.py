"""Comments in a file that speak to Shepherd, and the lines that they are about. They are no part of what it says."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from shepherd.flow.findings import Place

#: So many of a file are read, and so many lines of other comments may stand below one.
MOST, FURTHEST = 2000, 100
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
    """The comments of *text* that begin with ``# shepherd:``, at most MOST; none where it is no YAML."""
    found = list(islice(_MARK.finditer(text), MOST))
    spans = _scalars(text) if found else None
    if spans is None:
        return
    starts = [span[0] for span in spans]
    lasts: dict[int, int] = {}
    for _, _, begin, end in spans:
        lasts[begin] = max(end, lasts.get(begin, 0))
    lines = text.split("\n")
    line, at = 1, 0
    for mark in found:
        line += text.count("\n", at, mark.start())
        at = mark.start()
        before = bisect_right(starts, at) - 1
        if before >= 0 and at < spans[before][1]:
            continue
        column = at - text.rfind("\n", 0, at)
        first = line
        if not lines[line - 1][: column - 1].strip():
            first = _below(lines, line)
        place = Place(line, column, line, column + len(mark[0].rstrip()))
        yield Comment(mark[1].strip(), place, first, lasts.get(first, first))


def _below(lines: list[str], line: int) -> int:
    """The first line below *line* that says something."""
    for number in range(line, min(len(lines), line + FURTHEST)):
        if (said := lines[number].strip()) and not said.startswith("#"):
            return number + 1
    return line + 1


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
