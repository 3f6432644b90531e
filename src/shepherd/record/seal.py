"""Sealing personal values: AES-256-GCM under the customer's key, bound to their place (FORMATS §3)."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shepherd.flow.canonical import canonical
from shepherd.record.api import Damaged
from shepherd.record.keys import Keys

ERASED: dict[str, Any] = {"erased": True}
SHAPE = {"sealed", "nonce", "data"}
NESTED = (dict, list, tuple)  #: what canonical JSON takes that holds more
#: A sealed value names its key; what people wrote can't look so, as quotes in it are escaped.
_NAMED = re.compile(rb'"sealed":"([0-9a-f]+)"')
Path = Sequence[str | int]
Find = Callable[[str], bytes | None]
Owner = Callable[[str], str | None]  #: whose key has an id


def is_erased(value: Any) -> bool:
    """Whether *value* stands for one that was erased."""
    return isinstance(value, Mapping) and dict(value) == ERASED


def is_sealed(value: Any) -> bool:
    """Whether *value* has exactly the form of a sealed value."""
    return isinstance(value, Mapping) and value.keys() == SHAPE


def keys_in(body: Any) -> set[str]:
    """The ids of the keys under which something in a stored *body* is sealed."""
    return {key.decode() for key in _NAMED.findall(body)} if isinstance(body, bytes) else set()


def seal(value: Any, keys: Keys, subject: str, place: list[Any]) -> dict[str, str]:
    """*value* sealed under the key of *subject*; *place* (run, seq, field) must be the same when it is opened."""
    key_id, key = keys.of(subject)
    nonce = os.urandom(12)
    data = AESGCM(key).encrypt(nonce, canonical(value), canonical(place))
    return {"sealed": key_id, "nonce": _text(nonce), "data": _text(data)}


def unseal(sealed: Any, find: Find, place: list[Any]) -> Any:
    """What was sealed; ``ERASED`` where its key is gone. Raises Damaged where it was changed or moved."""
    try:
        key = find(sealed["sealed"])
        if key is None:
            return dict(ERASED)
        return json.loads(AESGCM(key).decrypt(_bytes(sealed["nonce"]), _bytes(sealed["data"]), canonical(place)))
    except (InvalidTag, ValueError, TypeError):
        raise Damaged("A sealed value was changed, or moved from its place. Verify the record.") from None


def sealed_data(data: Mapping[str, Any], paths: Sequence[Path], keys: Keys, subject: str, run: str, seq: int) -> Any:
    """
    A copy of *data* with the values at *paths* sealed; a path that leads nowhere is left out.

    What has the form of a sealed value already is sealed too, so that it is not taken for one when it is read.
    """
    lookalikes = list(_lookalikes(data, ()))
    if not paths and not lookalikes:
        return data
    copy = _copy(data)
    wanted = sorted({*map(tuple, paths), *lookalikes}, key=len)
    for i, path in enumerate(wanted):
        if any(path[: len(outer)] == outer for outer in wanted[:i]):
            continue
        holder: Any = copy
        try:
            for part in path[:-1]:
                holder = holder[part]
            if holder[path[-1]] in (None, ""):
                continue
            field = ".".join(str(part) for part in path)
            holder[path[-1]] = seal(holder[path[-1]], keys, subject, [run, seq, field])
        except (KeyError, IndexError, TypeError):
            continue
    return copy


def unsealed_data(value: Any, find: Find, run: str, seq: int, path: tuple[str, ...] = ()) -> Any:
    """*value* with everything sealed in it opened."""
    if isinstance(value, dict):
        if value.keys() == SHAPE:
            return unseal(value, find, [run, seq, ".".join(path)])
        return {k: unsealed_data(v, find, run, seq, (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [unsealed_data(v, find, run, seq, (*path, str(i))) for i, v in enumerate(value)]
    return value


def _lookalikes(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        if path and value.keys() == SHAPE:
            yield path
        else:
            for name, item in value.items():
                if isinstance(item, NESTED):
                    yield from _lookalikes(item, (*path, name))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _lookalikes(item, (*path, i))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(v) for v in value] if isinstance(value, list | tuple) else value


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
