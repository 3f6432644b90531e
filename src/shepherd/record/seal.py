"""Sealing personal values: AES-256-GCM under the customer's key, bound to their place (FORMATS §3)."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shepherd.flow.canonical import canonical
from shepherd.record.keys import Keys

ERASED: dict[str, Any] = {"erased": True}
Path = Sequence[str | int]


def is_erased(value: Any) -> bool:
    """Whether *value* stands for one that was erased."""
    return isinstance(value, Mapping) and dict(value) == ERASED


def seal(value: Any, keys: Keys, subject: str, place: list[Any]) -> dict[str, str]:
    """*value* sealed under the key of *subject*; *place* (run, seq, field) must be the same when it is opened."""
    key_id, key = keys.of(subject)
    nonce = os.urandom(12)
    data = AESGCM(key).encrypt(nonce, canonical(value), canonical(place))
    return {"sealed": key_id, "nonce": _text(nonce), "data": _text(data)}


def unseal(sealed: Any, keys: Keys, place: list[Any]) -> Any:
    """What was sealed; ``ERASED`` where its key is gone or it does not belong to *place*."""
    key = keys.by_id(sealed["sealed"])
    if key is None:
        return dict(ERASED)
    try:
        plain = AESGCM(key).decrypt(_bytes(sealed["nonce"]), _bytes(sealed["data"]), canonical(place))
    except (InvalidTag, ValueError):
        return dict(ERASED)
    return json.loads(plain)


def sealed_data(data: Mapping[str, Any], paths: Sequence[Path], keys: Keys, subject: str, run: str, seq: int) -> Any:
    """A copy of *data* with the values at *paths* sealed; a path that leads nowhere is left out."""
    if not paths:
        return data
    copy = _copy(data)
    for path in paths:
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


def unsealed_data(value: Any, keys: Keys, run: str, seq: int, path: tuple[str, ...] = ()) -> Any:
    """*value* with everything sealed in it opened."""
    if isinstance(value, dict):
        if "sealed" in value and len(value) == 3:
            return unseal(value, keys, [run, seq, ".".join(path)])
        return {k: unsealed_data(v, keys, run, seq, (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [unsealed_data(v, keys, run, seq, (*path, str(i))) for i, v in enumerate(value)]
    return value


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(v) for v in value] if isinstance(value, list | tuple) else value


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
