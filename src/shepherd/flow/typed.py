"""Typed source: every scalar is text, and becomes an integer or a boolean only where its schema says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shepherd.flow.source import Map, Node, Scalar

_INTEGER = re.compile(r"-?[0-9]{1,15}")


class Typer:
    """What the scalars of one place are typed as, and the typers of the places below it."""

    __slots__ = ("extra", "items", "props", "scalar")

    def __init__(self) -> None:
        self.scalar = ""
        self.props: dict[str, Typer] = {}
        self.extra: Typer | None = None
        self.items: Typer | None = None

    def read(self, node: Node) -> Any:
        """The plain JSON of *node*; what can't be typed stays text, for the schema to refuse."""
        kind = type(node)
        if kind is Scalar:
            return self.value(node)  # type: ignore[arg-type]
        if kind is Map:
            props, extra = self.props, self.extra or ANY
            return {key.text: props.get(key.text, extra).read(value) for key, value in node.entries}  # type: ignore[union-attr]
        items = self.items or ANY
        return [items.read(item) for item in node.items]  # type: ignore[union-attr]

    def value(self, node: Scalar) -> str | int | bool:
        """One scalar. Quotes make text of it, as they do for an editor."""
        text = node.text
        if self.scalar == "integer" and node.plain and _INTEGER.fullmatch(text):
            return int(text)
        if self.scalar == "boolean" and node.plain and text in ("true", "false"):
            return text == "true"
        return text


ANY = Typer()


def typer_of(schema: Mapping[str, Any]) -> Typer:
    """The typer of a bundled schema (all its references begin with ``#/$defs/``)."""
    return _fill(Typer(), schema, schema.get("$defs", {}), {})


def _fill(into: Typer, schema: Any, defs: Mapping[str, Any], known: dict[str, Typer]) -> Typer:
    """Add what *schema* says of one place to *into*: its alternatives say it together."""
    for part in _parts(schema, defs):
        types = part.get("type", ())
        types = (types,) if isinstance(types, str) else types
        if "string" in types:
            into.scalar = "text"
        elif not into.scalar:
            into.scalar = next((t for t in types if t in ("integer", "boolean")), "")
        for name, below in part.get("properties", {}).items():
            into.props[name] = _at(into.props.get(name), below, defs, known)
        if isinstance(part.get("additionalProperties"), dict):
            into.extra = _at(into.extra, part["additionalProperties"], defs, known)
        if isinstance(part.get("items"), dict):
            into.items = _at(into.items, part["items"], defs, known)
    return into


def _at(there: Typer | None, schema: Any, defs: Mapping[str, Any], known: dict[str, Typer]) -> Typer:
    """The typer of a place below; those that are a mere reference are shared."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if reference is None or there is not None:
        return _fill(there if there is not None and there not in known.values() else _copy(there), schema, defs, known)
    if reference not in known:
        known[reference] = Typer()
        _fill(known[reference], schema, defs, known)
    return known[reference]


def _copy(there: Typer | None) -> Typer:
    made = Typer()
    if there is not None:
        made.scalar, made.props, made.extra, made.items = there.scalar, dict(there.props), there.extra, there.items
    return made


def _parts(schema: Any, defs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """*schema* and all alternatives that it names for the same place."""
    if not isinstance(schema, dict):
        return
    yield schema
    if "$ref" in schema:
        yield from _parts(defs[schema["$ref"].removeprefix("#/$defs/")], defs)
    for key in ("then", "else"):
        if key in schema:
            yield from _parts(schema[key], defs)
    for key in ("anyOf", "allOf", "oneOf"):
        for part in schema.get(key, ()):
            yield from _parts(part, defs)
