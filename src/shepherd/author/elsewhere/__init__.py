"""Trees drawn or listed elsewhere (CSV, Mermaid, BPMN), read into flows with a list of what they don't tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shepherd.author.elsewhere.bpmn import read_bpmn
from shepherd.author.elsewhere.compose import Composed, Head, compose
from shepherd.author.elsewhere.mermaid import read_mermaid
from shepherd.author.elsewhere.outline import read_outline
from shepherd.author.elsewhere.sketch import Mistake, Sketch, Unreadable

__all__ = ["READERS", "Composed", "Head", "Mistake", "Sketch", "Unreadable", "compose"]

#: How each format is read: bytes and the process that is wanted (empty: the only one).
READERS: Mapping[str, Callable[[bytes, str], Sketch]] = {
    "csv": lambda data, process: read_outline(data),
    "mermaid": lambda data, process: read_mermaid(data),
    "bpmn": read_bpmn,
}
