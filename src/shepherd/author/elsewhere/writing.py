"""Words as a designer would write them in YAML: without quotes where they can be, and never read as anything else."""

from __future__ import annotations

import re

from shepherd.author.yaml_text import scalar
from shepherd.flow.shown import visible

_BRACES = re.compile(r"[{}]{2,100}|\{[%#]|[%#]\}")
_BEGINS = re.compile(r"[^\W\d_]")
_CUT = re.compile(r":(\s|$)|\s#|[\n\r\t]")
_IN_MAP = re.compile(r"[,\[\]{}]|:(\W|$)|\s#|[\n\r\t\"']")
_TYPED = frozenset("null true false yes no on off y n".split())


def clean(text: str, *, lines: bool = False) -> str:
    """*text* without characters that no flow may hold, its blanks single; line breaks stay where *lines*."""
    shown = visible(text.replace("\r\n", "\n").replace("\r", "\n"), lines=True)
    kept = [" ".join(line.split()) for line in shown.split("\n")]
    return "\n".join(kept).strip("\n") if lines else " ".join(line for line in kept if line)


def spoken(text: str) -> str:
    """*text* as the source of words: braces that would open a value are said as they stand."""
    return _BRACES.sub(lambda found: '{{ "' + found[0] + '" }}', text)


def entry(key: str, text: str, indent: int) -> list[str]:
    """``key: words`` as lines: on one, or below it where the words have several lines."""
    words = spoken(clean(text, lines=True))
    pad = " " * indent
    if "\n" in words:
        return [f"{pad}{key}: |", *(f"{pad}  {line}".rstrip() for line in words.split("\n"))]
    return [f"{pad}{key}: {words if _plain(words, _CUT) else scalar(words)}"]


def inline(text: str) -> str:
    """*text*, shown as it stands, within a one-line map."""
    shown = clean(text)
    return shown if _plain(shown, _IN_MAP) else scalar(shown)


def title(text: str) -> str:
    """*text*, shown as it stands, behind its key."""
    shown = clean(text)
    return shown if _plain(shown, _CUT) else scalar(shown)


def _plain(text: str, marks: re.Pattern[str]) -> bool:
    return bool(_BEGINS.match(text)) and not marks.search(text) and text.lower() not in _TYPED and text.isprintable()
