"""
Typed source as it is stored and hashed: canonical JSON sorts its keys, so the designer's order is written down.

The order of steps says where a flow begins and what follows what, that of answers and fields what people see, that
of a table's columns which cell belongs to which. Where
such a map is not in alphabetical order, its entry ``""`` (which no key of a file can be) lists its keys. The order of
all other keys means nothing, and is left out of the hash.
"""

from __future__ import annotations

from typing import Any

ORDERED = frozenset(("steps", "answers", "options", "collect", "inputs", "by", "gives"))


def stored(typed: Any, key: str = "") -> Any:
    """*typed* source with the orders that matter written down; *key* is the one that it stands under."""
    if isinstance(typed, list | tuple):
        return [stored(item) for item in typed]
    if not isinstance(typed, dict):
        return typed
    kept = {name: stored(value, name) for name, value in typed.items()}
    names = list(typed)
    return {"": names, **kept} if key in ORDERED and names != sorted(names) else kept


def restored(kept: Any) -> Any:
    """The typed source, in the designer's order, that was stored as *kept*."""
    if isinstance(kept, list | tuple):
        return [restored(item) for item in kept]
    if not isinstance(kept, dict):
        return kept
    return {name: restored(kept[name]) for name in kept.get("", kept)}
