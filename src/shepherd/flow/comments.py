"""Comments that mean something to Shepherd: where each stands, and the lines it is about. No flow says them."""

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
_MARK = re.compile(r"(?<!\S)(#[ \t]*shepherd[ \t]*:[ \t]*([^\r\n]*))", re.IGNORECASE)
Spans = list[tuple[int, int, int, int]]


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
    spans = _scalars(text) if _MARK.search(text) else None
    if spans is None:
        return
    lasts: dict[int, int] = {}
    for _, _, begin, end in spans:
        lasts[begin] = max(end, lasts.get(begin, 0))
    lines = text.split("\n")
    for mark, place in _outside(text, _MARK, spans):
        first = place.line
        if not lines[first - 1][: place.column - 1].strip():
            first = _below(lines, first)
        yield Comment(mark[2].strip(), place, first, lasts.get(first, first))


def marked(text: str, mark: re.Pattern[str]) -> Iterator[tuple[re.Match[str], Place]]:
    """
    The comments of *text* that match *mark*, whose first group is the comment, with their places; at most MOST.

    What stands within words is none. Of what is no YAML everything that matches is taken.
    """
    if mark.search(text):
        yield from _outside(text, mark, _scalars(text) or [])


def _outside(text: str, mark: re.Pattern[str], spans: Spans) -> Iterator[tuple[re.Match[str], Place]]:
    """What matches *mark* outside of *spans*."""
    starts = [span[0] for span in spans]
    line, at = 1, 0
    for found in islice(mark.finditer(text), MOST):
        line += text.count("\n", at, found.start(1))
        at = found.start(1)
        before = bisect_right(starts, at) - 1
        if before < 0 or at >= spans[before][1]:
            column = at - text.rfind("\n", 0, at)
            yield found, Place(line, column, line, column + len(found[1].rstrip()))


def _below(lines: list[str], line: int) -> int:
    """The first line below *line* that says something."""
    for number in range(line, min(len(lines), line + FURTHEST)):
        if (said := lines[number].strip()) and not said.startswith("#"):
            return number + 1
    return line + 1


def _scalars(text: str) -> Spans | None:
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
