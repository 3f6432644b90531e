"""Secrets at rest: salted scrypt hashes, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_COST, _BLOCK, _LANES = 2**14, 8, 1


def hash_secret(text: str) -> str:
    """*text* as a table keeps it: ``scrypt$16384$8$1$SALT$HASH``."""
    salt = secrets.token_bytes(16)
    made = _scrypt(text, salt, _COST, _BLOCK, _LANES)
    return f"scrypt${_COST}${_BLOCK}${_LANES}${_text(salt)}${_text(made)}"


def matches(text: str, kept: str) -> bool:
    """Whether *text* is what was hashed to *kept*; False where *kept* is no such hash."""
    try:
        name, cost, block, lanes, salt, made = kept.strip().split("$")
        if name != "scrypt" or int(cost) > 2**17:
            return False
        again = _scrypt(text, base64.b64decode(salt), int(cost), int(block), int(lanes))
        return hmac.compare_digest(again, base64.b64decode(made))
    except (ValueError, TypeError, OverflowError):
        return False


def _scrypt(text: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(text.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=2**28, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
