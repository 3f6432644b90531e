"""The hash chain of a run (FORMATS §3): each entry's hash is over the one before it and the very bytes stored."""

from __future__ import annotations

import hashlib

PREFIX = b"shepherd.entry.1\0"
FIRST = bytes(32)


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry with *body*, after one whose hash is *previous* (``FIRST`` for the first)."""
    return hashlib.sha256(PREFIX + previous + body).digest()
