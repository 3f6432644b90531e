"""The expressions that need no grammar: a name, one that is compared with a constant, one with a filter."""

from __future__ import annotations

import re

from shepherd.flow.functions import FILTERS
from shepherd.flow.tree import Compare, Const, Filtered, Node, Read

KEYWORDS = frozenset(["and", "or", "not", "in", "is", "if", "else", "defined"])
RESERVED = KEYWORDS | {"true", "false", "none", "True", "False", "None"}
MOST_PARTS = 16
NAME = r" *([A-Za-z_]\w*(?:\.[A-Za-z]\w*)*) *"
CONSTANT = r"(\"[^\"\\\r\n\ud800-\udfff]*\"|0|[1-9][0-9]{0,14})"
READ = re.compile(NAME, re.ASCII)
COMPARISON = re.compile(rf"{NAME}(==|!=|<=|>=|<|>) *{CONSTANT} *", re.ASCII)
FILTERED = re.compile(rf"{NAME}\| *([a-z]+) *", re.ASCII)


def plain(text: str, *, filters: bool) -> Node | None:
    """The tree of *text* where it needs no grammar; most expressions of a library do not."""
    found = READ.fullmatch(text) or COMPARISON.fullmatch(text) or (FILTERED.fullmatch(text) if filters else None)
    if found is None:
        return None
    path = tuple(found[1].split("."))
    if len(path) > MOST_PARTS or not RESERVED.isdisjoint(path):
        return None
    read = Read(path, found.start(1), found.end(1))
    if found.re is READ:
        return read
    if found.re is FILTERED:
        return Filtered(read, found[2], (), read.start, found.end(2)) if found[2] in FILTERS else None
    written = found[3]
    value = written[1:-1] if written[0] == '"' else int(written)
    return Compare(found[2], read, Const(value, found.start(3), found.end(3)), read.start, found.end(3))
