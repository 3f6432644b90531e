"""Files of scenarios and answers as plain trees: one parser for YAML, and JSON as it comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shepherd.flow.given import Malformed

if TYPE_CHECKING:
    from shepherd.flow.source import Node


def tree_of(data: bytes, file: str) -> Any:
    """The tree of *data*: dicts, lists and texts. Raises Malformed with the place of what can't be read."""
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            return json.loads(data, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            pass
    from shepherd.flow.source import read

    source = read(data, file)
    errors = [finding for finding in source.findings if finding.severity == "error"]
    if errors:
        first = errors[0]
        raise Malformed(f"{file}:{first.place.line}:{first.place.column}: {first.message} {first.hint}".strip())
    return None if source.root is None else plain(source.root)


def plain(node: Node) -> Any:
    """*node* without its places."""
    from shepherd.flow.source import Map, Seq

    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    return node.text
