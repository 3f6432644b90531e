"""Text as XML can carry it."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """*text* with a replacement character for each that no XML document may hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
