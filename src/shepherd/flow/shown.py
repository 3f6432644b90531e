"""What people see of a text: characters that steer a terminal or a page, or that nobody sees, as their codes."""

from __future__ import annotations

import json
import re
from typing import Any

#: Control characters but the line break, marks of the reading direction, what has no width, tags, halves of characters.
STEERING = (
    "\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
#: Characters that only their owner can read.
PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
#: What joins letters of some scripts, and emoji; beside anything else it only hides.
_JOINED = f"[^\x00-\x7f\u200c\u200d{STEERING}{PRIVATE}]"
JOINERS = f"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})"
_HIDDEN = re.compile(f"[{STEERING}{PRIVATE}]|{JOINERS}")
_IN_JSON = re.compile(f"[{STEERING}{PRIVATE}\u200c\u200d]")


def visible(text: str, *, lines: bool = False) -> str:
    """
    *text* with every character shown that a terminal or a page would act on, or that would hide, like ``<U+202E>``.

    A tab is a space; line breaks stay where *lines*.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = _HIDDEN.sub(_code, text.replace("\r\n", "\n") if lines else text)
    return shown if lines else shown.replace("\n", "<U+000A>")


def _code(found: re.Match[str]) -> str:
    return " " if found[0] == "\t" else f"<U+{ord(found[0]):04X}>"


def many(number: int, noun: str, plural: str = "") -> str:
    """``1 day``, ``2 days``; *plural* where it is not the noun with an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def json_text(value: Any) -> str:
    """*value* as JSON on one line, such characters as its escapes: what is read is the same, what is seen is safe."""
    return visible_json(json.dumps(value, ensure_ascii=False))


def visible_json(text: str) -> str:
    """The JSON *text* with such characters as its escapes; they can only stand in its texts."""
    return text if text.isascii() else _IN_JSON.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
