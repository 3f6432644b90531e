"""A group that stands in the column of its own key: an empty value and unknown keys below it are one mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, takewhile

from shepherd.flow.findings import Finding, Place
from shepherd.flow.hazards import EMPTY_VALUE, short
from shepherd.flow.mistakes import UNKNOWN_KEY
from shepherd.flow.source import Map, Node, Scalar, Seq


def gathered(root: Node, findings: Iterable[Finding]) -> list[Finding]:
    """*findings* of the tree *root*, where the keys right below one without a value are told with it."""
    listed = list(findings)
    empty = {f.place: f for f in listed if f.code == EMPTY_VALUE.code}
    unknown = {f.place for f in listed if f.code == UNKNOWN_KEY.code}
    if not empty or not unknown:
        return listed
    told: dict[Place, Finding] = {}
    belongs: set[Place] = set()
    for group in _groups(root):
        for number, (key, value) in enumerate(group.entries):
            if not isinstance(value, Scalar) or value.place not in empty:
                continue
            behind = (later.place for later, _ in islice(group.entries, number + 1, None))
            below = list(takewhile(unknown.__contains__, behind))
            if below and below[0].column == key.place.column:
                first = f'"{short(group.entries[number + 1][0].text)}" below it begins in the same column'
                message, hint = f'"{short(key.text)}" has no value; {first}.', "Begin what belongs to it further in."
                told[value.place] = replace(empty[value.place], message=message, hint=hint)
                belongs.update(below)
    kept = (f for f in listed if f.code != UNKNOWN_KEY.code or f.place not in belongs)
    return [told.get(f.place, f) if f.code == EMPTY_VALUE.code else f for f in kept]


def _groups(node: Node) -> Iterator[Map]:
    """Every map of the tree *node*."""
    if isinstance(node, Map):
        yield node
    inner = [one for _, one in node.entries] if isinstance(node, Map) else node.items if isinstance(node, Seq) else ()
    for one in inner:
        yield from _groups(one)
