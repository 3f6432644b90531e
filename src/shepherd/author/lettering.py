"""How wide words are, and where their lines break. Widths are those of a wide face, so that they fit in any other."""

from __future__ import annotations

import re
import unicodedata

MORE = "…"
_WIDTHS = (
    ("ijl'|!,.:;", 0.34),
    ('ftr()[]{}/\\-" ', 0.42),
    ("csvxyz", 0.56),
    ("mwMWQ@%&—", 0.95),
    ("=<>+~", 0.84),
)
_WIDTH = {character: width for characters, width in _WIDTHS for character in characters}


def width(text: str, size: float) -> float:
    """How wide *text* is at most, in pixels, at a font *size* in pixels."""
    return sum(map(_em, text)) * size


def _em(character: str) -> float:
    known = _WIDTH.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    return 0.72 if character.isupper() else 0.63


def wrap(text: str, room: float, size: float, most: int) -> list[str]:
    """
    The lines of *text*, each at most *room* pixels wide; of more than *most* lines the last one ends with "…".

    Line breaks in it stay. A word that is too long breaks after ``_``, ``.`` or ``/``, and else anywhere.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            joined = f"{line} {word}" if line else word
            if width(joined, size) <= room:
                line = joined
                continue
            if line:
                lines.append(line)
            *whole, line = _pieces(word, room, size)
            lines += whole
        if line:
            lines.append(line)
    if len(lines) > most:
        last = lines[most - 1]
        while last and width(last + MORE, size) > room:
            last = last[:-1]
        lines[most - 1 :] = [last.rstrip() + MORE]
    return lines


def _pieces(word: str, room: float, size: float) -> list[str]:
    """*word* in as few pieces as fit."""
    pieces = [""]
    for part in re.findall(r"[^_./]*[_./]|[^_./]+$", word):
        if width(pieces[-1] + part, size) <= room:
            pieces[-1] += part
            continue
        for character in part if width(part, size) > room else [part]:
            if pieces[-1] and width(pieces[-1] + character, size) > room:
                pieces.append("")
            pieces[-1] += character
    return pieces
