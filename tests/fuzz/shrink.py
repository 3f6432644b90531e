"""The smallest part of an input that still breaks the same promise."""

from __future__ import annotations

import time
from collections.abc import Callable


def shrink(data: bytes, still: Callable[[bytes], bool], seconds: float = 20.0) -> bytes:
    """*data* with lines, then words, then bytes left out as long as *still* holds; at most *seconds* of CPU."""
    until = time.process_time() + seconds
    for sign in (b"\n", b" ", b""):
        parts = data.split(sign) if sign else [bytes([byte]) for byte in data]
        parts = _fewer(parts, lambda some, sign=sign: still(sign.join(some)), until)  # type: ignore[misc]
        data = sign.join(parts)
    return data


def _fewer(parts: list[bytes], still: Callable[[list[bytes]], bool], until: float) -> list[bytes]:
    size = len(parts) // 2
    while size:
        at = 0
        while at < len(parts):
            if time.process_time() > until:
                return parts
            less = parts[:at] + parts[at + size :]
            if still(less):
                parts = less
            else:
                at += size
        size //= 2
    return parts
