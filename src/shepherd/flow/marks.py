"""Marks: by which a translation says of which words it was made."""

from __future__ import annotations

from typing import Any

from shepherd.flow.canonical import digest

_LENGTH = 8
#: The mark of words that nobody has translated yet: no words have it, so they are reported until they are.
UNTRANSLATED = "0" * _LENGTH


def mark(words: Any) -> str:
    """A short mark of *words* as they are now: a translation that carries another was made of others."""
    return digest(words)[:_LENGTH]
