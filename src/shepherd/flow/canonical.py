"""Canonical JSON (FORMATS §2): the one way in which Shepherd writes JSON that is hashed or kept."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

MOST = 2**53 - 1


def canonical(value: Any) -> bytes:
    """
    *value* as canonical JSON: UTF-8, keys sorted, no spaces.

    Only null, bool, text, integers within ±(2^53-1), lists and objects with ASCII keys are taken; anything else is a
    ValueError. On this subset RFC 8785 and sorted ``json.dumps`` agree.
    """
    try:
        _take(value)
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, RecursionError) as error:
        if "surrogates" in str(error):
            raise ValueError("Half a character (a lone surrogate) can't be written as JSON.") from None
        raise ValueError("The value is nested too deeply to be written as JSON.") from None


def digest(value: Any) -> str:
    """The SHA-256 of the canonical JSON of *value*, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _take(value: Any) -> None:
    """Refuse what canonical JSON has no single form for."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise ValueError(f"The key {key!r} is not ASCII text.")
            if type(item) not in _PLAIN:
                _take(item)
    elif kind is list or kind is tuple:
        for item in value:
            if type(item) not in _PLAIN:
                _take(item)
    elif kind is int:
        if not -MOST <= value <= MOST:
            raise ValueError(f"The integer {value} is too large for JSON; write it as text.")
    elif kind not in _PLAIN:
        raise ValueError(f"A {kind.__name__} has no canonical JSON form; write it as text.")


_PLAIN = frozenset((str, bool, type(None)))
