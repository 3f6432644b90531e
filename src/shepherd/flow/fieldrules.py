"""Fields whose own rules can't be met or read: found when the flow is built, not when a contact waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from shepherd.flow.findings import Place, Rule, nearest
from shepherd.flow.model import Field
from shepherd.flow.source import Node, Scalar
from shepherd.flow.types import Refusal, parse_value, pattern_error

IMPOSSIBLE_FIELD = Rule(
    "SHP117",
    "impossible-field",
    "error",
    "A field's rules are such that somebody can meet them: a pattern that can be read, the least not above the most.",
)
RULES = (IMPOSSIBLE_FIELD,)


class Wrong(NamedTuple):
    """What is wrong with a field: where, a sentence, a hint."""

    place: Place
    message: str
    hint: str


def wrong_rules(field: Field, at: Callable[[str], Node | None], values: Collection[str]) -> Iterator[Wrong]:
    """Everything that nobody could meet in *field*, whose keys *at* gives; *values* are the flow's named values."""
    limits: dict[str, Any] = {}
    for key in ("min", "max"):
        node = at(key)
        if isinstance(node, Scalar):
            value = parse_value(field.type.name, node.text)
            if not isinstance(value, Refusal):
                limits[key] = value
            elif node.text not in values:
                message = f'"{node.text[:40]}" is neither {field.type.words} nor an entry of `values`.'
                yield Wrong(node.place, message, nearest(node.text, values) or value.sentence)
    if len(limits) == 2 and limits["min"] > limits["max"]:
        yield _more(at("min"), "min", "max")
    if field.length is not None and field.length[0] > field.length[1]:
        yield _more(at("length"), "The first number of length", "the second")
    pattern = at("pattern")
    if isinstance(pattern, Scalar) and (said := pattern_error(pattern.text)):
        yield Wrong(pattern.place, f"This pattern can't be read: {said}.", "Write a regular expression of RE2.")


def _more(node: Node | None, one: str, other: str) -> Wrong:
    place = node.place if node is not None else Place(1, 1, 1, 1)
    return Wrong(place, f"{one} is more than {other}: no answer would do.", "Exchange the two.")
