"""From an operation's inputs to the request that is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from shepherd.connect.client import NotMade, Request
from shepherd.flow.http import PLACEHOLDER, Asked, constant
from shepherd.flow.types import to_json, to_text


def request_of(asked: Asked, inputs: Mapping[str, Any], headers: Mapping[str, str], key: str) -> Request:
    """
    The request that *asked* makes of *inputs*; *key* goes along as the Idempotency-Key where it is not empty.

    Raises NotMade for an input that can't stand in a path: an empty one, ``.`` and ``..``.
    """
    path = PLACEHOLDER.sub(lambda found: _segment(found[1], inputs), asked.path)
    query = [(name, _given(source, inputs)) for name, source in asked.query.items()]
    pairs = "&".join(
        f"{quote(name, safe='')}={quote(_text(value), safe='')}" for name, value in query if value is not None
    )
    sent = dict(headers)
    if key:
        sent["Idempotency-Key"] = key
    body = None
    if asked.body is not None:
        body = json.dumps(_body(asked.body, inputs), ensure_ascii=False).encode()
    return Request(asked.method, f"{path}?{pairs}" if pairs else path, sent, body)


def _segment(name: str, inputs: Mapping[str, Any]) -> str:
    """One input in the path: whatever is in it, it can't leave its place there."""
    text = _text(inputs.get(name, ""))
    if text in ("", ".", ".."):
        raise NotMade(f'the input "{name}" is empty or can\'t stand in a path', sent=False)
    return quote(text, safe="")


def _given(source: str, inputs: Mapping[str, Any]) -> Any:
    fixed = constant(source)
    return inputs.get(source) if fixed is None else fixed


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return to_text(value)


def _body(told: Mapping[str, str], inputs: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, source in told.items():
        value = _given(source, inputs)
        if value is None:
            continue
        *groups, name = path.split(".")
        at = made
        for group in groups:
            at = at.setdefault(group, {})
        at[name] = to_json(value)
    return made
