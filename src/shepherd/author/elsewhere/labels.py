"""Words as a chart has them: marks of a page taken out, and what Shepherd's own drawings say of a step."""

from __future__ import annotations

import html
import re

from shepherd.author.elsewhere.sketch import Station
from shepherd.author.shapes import SHAPES
from shepherd.flow.ids import ID

_BREAK = re.compile(r"<br */?>|\\n", re.IGNORECASE)
_MARK = re.compile(r"</?(?:b|i|u|em|strong|span|small|sub|sup|code|p|div|font)(?:\s[^<>]*)?>", re.IGNORECASE)
_CODE = re.compile(r"#(\d{1,7}|[A-Za-z]{2,8});")
_OWN = re.compile(rf"(?P<word>[a-z ]+) · (?P<id>{ID})")
_VERBS = {shape.word: verb for verb, shape in SHAPES.items()}
#: What a step of Shepherd's did by itself, or with more than a drawing tells.
_HAND = frozenset({"collect", "decide", "lookup", "do", "set", "wait", "escalate", "hand_on"})


def plain_label(text: str) -> str:
    """*text* without marks of a page; line breaks stay."""
    text = text.strip()
    if text.startswith("`") and text.endswith("`"):
        text = text[1:-1]
    text = _MARK.sub("", _BREAK.sub("\n", text))
    text = _CODE.sub(lambda found: _character(found[1]), text)
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def _character(name: str) -> str:
    if not name.isdigit():
        return html.unescape(f"&{name};")
    code = int(name)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\N{REPLACEMENT CHARACTER}"


def own(station: Station, label: str) -> bool:
    """Whether *label* is one of Shepherd's own drawings; then *station* is what it says."""
    first, _, rest = label.partition("\n")
    found = _OWN.fullmatch(first)
    if not found or station.key != f"s_{found['id']}" or found["word"] not in _VERBS:
        return False
    tell(station, found["id"], _VERBS[found["word"]], rest)
    return True


def tell(station: Station, name: str, verb: str, text: str) -> None:
    """Make *station* the step *name* that does *verb*, as Shepherd drew it with *text*."""
    outcome, _, said = text.partition("\n")
    lines = said if verb == "end" else text
    text = lines if "· " in lines else " ".join(lines.split())
    station.name, station.text = name, text
    station.words = "say" if verb in ("message", "end") else "guide"
    if verb == "end":
        station.kind, station.outcome = "end", outcome
    elif verb == "ask":
        station.kind = "ask"
    elif verb == "call":
        station.kind, station.calls = "call", text
    elif verb in _HAND:
        station.unknown.append(f'this was a step with "{verb}", of which a drawing tells no more than these words')
