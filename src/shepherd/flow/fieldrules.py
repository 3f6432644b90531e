"""Fields whose own rules can't be met or read: found when the flow is built, not when a contact waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from shepherd.flow.fields_in import limit_of, pattern_error
from shepherd.flow.findings import Place, Rule, nearest
from shepherd.flow.model import Field
from shepherd.flow.parse import Wrong as Unread
from shepherd.flow.parse import tree_of
from shepherd.flow.refusal import Refusal
from shepherd.flow.source import Node, Scalar
from shepherd.flow.tree import reads

IMPOSSIBLE_FIELD = Rule(
    "SHP117",
    "impossible-field",
    "error",
    "A field's rules are such that somebody can meet them: a pattern that can be read, the least not above the most.",
)
RULES = (IMPOSSIBLE_FIELD,)
#: Names that are right in an expression, so that nobody misspelt another by them.
OF_THE_DAY = ("today", "now")
#: So many characters of a limit are repeated in a hint.
MOST_NAMED = 50


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
            value = limit_of(field.type.name, node.text, field.type.currency)
            if not isinstance(value, Refusal):
                limits[key] = value
            elif node.text not in values:
                message = f'"{node.text[:40]}" is neither {_limit_words(field)} nor an entry of `values`.'
                hint = value.sentence + _to_name(key, node.text, values)
                near = "" if node.text in OF_THE_DAY else nearest(node.text, values)
                yield Wrong(node.place, message, near or hint)
    if len(limits) == 2 and limits["min"] > limits["max"]:
        yield _more(at("min"), "min", "max")
    chosen = limits.get("min", 0) if field.type.kind == "many" else 0
    if chosen > len(field.options) > 0:
        message = f"min is {chosen}, but there are only {len(field.options)} options: no answer would do."
        yield Wrong(_place(at("min")), message, "Ask for fewer of them.")
    if field.length is not None and field.length[0] > field.length[1]:
        yield _more(at("length"), "The first number of length", "the second")
    pattern = at("pattern")
    if isinstance(pattern, Scalar) and (said := pattern_error(pattern.text)):
        yield Wrong(pattern.place, f"This pattern can't be read: {said}.", "Write a regular expression of RE2.")


def _to_name(key: str, text: str, values: Collection[str]) -> str:
    """How a limit that reads names is written as a named value; empty where *text* is no such thing."""
    try:
        read = reads(tree_of(text)) if len(text) <= MOST_NAMED else ()
    except Unread:
        return ""
    least = key == "min"
    name = f"{'from' if least else 'up_to'}_{text}" if text.isidentifier() else "least" if least else "most"
    if not read or name in values:
        return ""
    return f" Or name it: put `{name}: {text}` under `values:`, and write `{key}: {name}`."


def _limit_words(field: Field) -> str:
    return "a whole number" if field.type.kind == "many" else field.type.words


def _more(node: Node | None, one: str, other: str) -> Wrong:
    return Wrong(_place(node), f"{one} is more than {other}: no answer would do.", "Exchange the two.")


def _place(node: Node | None) -> Place:
    return node.place if node is not None else Place(1, 1, 1, 1)
