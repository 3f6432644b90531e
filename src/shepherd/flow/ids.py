"""Names: what may be an id, what is reserved, and that one name means one thing in a flow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.reader import pairs, place_of, plain
from shepherd.flow.source import Map, Node

#: How a name is written: of flows, steps, inputs, values, results and lists. The schema's ``id`` is the same.
ID = "[a-z][a-z0-9_]{0,63}"
_ID = re.compile(ID)
RESERVED = frozenset(
    "today now channel customer ticket contact agent assured lists tables texts visits attempts_left true false null "
    "none and or not in is if else defined error unknown otherwise".split()
)

RESERVED_NAME = Rule(
    "SHP104",
    "reserved-name",
    "error",
    "Some names mean something of their own in every flow and may not be given to steps, inputs or values.",
)
NAME_CLASH = Rule(
    "SHP105",
    "name-clash",
    "error",
    "Inputs, values, tables and saved results share one namespace, so that a name read anywhere means one thing.",
)
RULES = (RESERVED_NAME, NAME_CLASH)


def is_id(word: str) -> bool:
    """Whether *word* is written as a name."""
    return _ID.fullmatch(word) is not None


def check_ids(typed: Mapping[str, Any], root: Map, file: str) -> Iterator[Finding]:
    """Reserved names, and names that mean two things, in one flow."""
    flow = plain(root.get("flow"))
    seen: dict[str, tuple[str, Place, Node]] = {}
    for name, what, place, node in _names(root):
        step = name if what == "step" else ""
        if name in RESERVED:
            message = f'"{name}" is a word of the language and may not name {_article(what)}.'
            yield RESERVED_NAME.at(place, message, file=file, hint="Choose another name.", flow=flow, step=step)
            continue
        before = seen.get(name)
        if before is None:
            seen[name] = (what, place, node)
        elif not (
            what == before[0] and (what == "set value" or (what == "saved result" and _same_kind(node, before[2])))
        ):
            message = f'"{name}" names {_article(what)}, and {_article(before[0])} in line {before[1].line} already.'
            yield NAME_CLASH.at(place, message, file=file, hint="Give one of them another name.", flow=flow, step=step)


def _names(root: Map) -> Iterator[tuple[str, str, Place, Node]]:
    """Every name of the flow's namespace: what it names, where, and the node that it stands for."""
    for key, what in (("inputs", "input"), ("values", "value"), ("tables", "table")):
        for name, node in pairs(root.get(key)):
            yield name.text, what, name.place, node
    steps = list(pairs(root.get("steps")))
    for name, node in steps:
        yield name.text, "step", name.place, node
    for _, node in steps:
        save = node.get("save") if isinstance(node, Map) else None
        if save is not None:
            yield plain(save), "saved result", place_of(save), node
        for name, _ in pairs(node.get("set") if isinstance(node, Map) else None):
            yield name.text, "set value", name.place, node


def _same_kind(one: Node, other: Node) -> bool:
    """Whether two steps that save under one name are of one verb on one thing, so that the name keeps its type."""
    if not (isinstance(one, Map) and isinstance(other, Map)):
        return False
    for verb in ("lookup", "do", "call"):
        if one.get(verb) is not None or other.get(verb) is not None:
            return plain(one.get(verb)) == plain(other.get(verb))
    return True


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
