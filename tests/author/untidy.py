"""The same file, written carelessly: other indentation, blanks, empty lines, comments, brackets, line ends."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from shepherd.flow.source import SPOKEN, Map, Node, Scalar


class Untidy:
    """Writes a tree; *comments* are those that it put in, in order."""

    def __init__(self, rng: Random):
        self.rng, self.comments, self.lines = rng, list[str](), list[str]()

    def written(self, root: Node) -> str:
        """The whole file."""
        self.between(0)
        self.block(root, self.rng.choice((0, 0, 0, 2)), "")
        self.between(0)
        end = self.rng.choice(("\n", "\n", "\r\n"))
        return end.join(self.lines) + self.rng.choice((end, end + end, ""))

    def between(self, indent: int) -> None:
        """Perhaps empty lines or a comment, no further in than *indent*."""
        while self.rng.random() < 0.15:
            if self.rng.random() < 0.5:
                self.lines.append(" " * self.rng.choice((0, 0, indent)))
            else:
                self.lines.append(" " * self.rng.randint(0, indent) + self.comment())

    def comment(self, *starts: str) -> str:
        """A new one."""
        self.comments.append(f"#{self.rng.choice(starts or ('', ' ', '# '))}note {len(self.comments)}: it's {{so}}")
        return self.comments[-1]

    def behind(self, spoken: bool = False) -> str:
        """Perhaps blanks or a comment behind a value; none behind words, which it would cut."""
        if self.rng.random() < 0.1 and not spoken:
            return " " * self.rng.randint(2, 5) + self.comment(" ")
        return self.rng.choice(("", "", "", " ", "   "))

    def gap(self) -> str:
        return self.rng.choice((" ", " ", "  ", "     "))

    def block(self, node: Node, indent: int, lead: str) -> None:
        """A map or list of which each entry has its own line; *lead* stands before the first."""
        deeper = self.rng.randint(1, 5)
        for key, value in node.entries if isinstance(node, Map) else [(None, item) for item in node.items]:
            if not lead:
                self.between(indent)
            start = (lead or " " * indent) + (f"{self.one(key)}:" if key is not None else "-")
            lead = ""
            self.value(start, value, indent, deeper, key.text if key is not None else "")

    def value(self, start: str, value: Node, indent: int, deeper: int, key: str) -> None:
        """What stands behind a *key*, or behind a dash where there is none."""
        listed, own = not key, isinstance(value, Scalar)
        if own and "\n" in value.text and value.text.strip("\n") and not value.text.startswith((" ", "\n")):
            self.literal(start, value.text, indent, deeper)
        elif own or self.rng.random() < 0.2 or not _has_parts(value):
            if not own and self.rng.random() < 0.5:
                first, *rest = self.broken(value)
                self.lines.append(start + self.gap() + first)
                self.lines += [" " * self.rng.randint(indent + 1, indent + 9) + line for line in rest]
            else:
                self.lines.append(start + self.gap() + self.one(value, bare=True) + self.behind(key in SPOKEN))
        elif listed and self.rng.random() < 0.7 and isinstance(value, Map):
            start += " " * deeper
            self.block(value, len(start), start)
        else:
            self.lines.append(start + self.behind())
            least = 0 if not isinstance(value, Map) and not listed and self.rng.random() < 0.5 else deeper
            self.block(value, indent + least, "")

    def literal(self, start: str, text: str, indent: int, deeper: int) -> None:
        chomp = "" if text.endswith("\n") and not text.endswith("\n\n") else "+" if text.endswith("\n") else "-"
        self.lines.append(start + self.gap() + "|" + chomp + self.behind())
        body = text.split("\n")[: -1 if text.endswith("\n") else None]
        self.lines += [" " * (indent + deeper) + line if line else "" for line in body]

    def one(self, node: Node, bare: bool = False) -> str:
        """On one line; *bare*: not in brackets, where a comma is one."""
        sp = self.rng.choice(("", "", " ", "  "))
        if isinstance(node, Scalar):
            if node.plain and (bare or re.fullmatch(r"[\w.-]+", node.text)):
                return node.text
            return '"' + "".join(map(_escaped, node.text)) + '"'
        if isinstance(node, Map):
            return "{" + sp + f"{sp},{self.gap()}".join(self.entry(*e) for e in node.entries) + sp + "}"
        return "[" + sp + f"{sp},{self.gap()}".join(self.one(item) for item in node.items) + sp + "]"

    def entry(self, key: Scalar, value: Node) -> str:
        return f"{self.one(key)}:{self.gap()}{self.one(value)}"

    def broken(self, node: Any) -> list[str]:
        """In brackets, over several lines."""
        parts = [self.entry(*e) for e in node.entries] if isinstance(node, Map) else [self.one(i) for i in node.items]
        begin, end = "{}" if isinstance(node, Map) else "[]"
        lines = [begin + " " * self.rng.randint(0, 2)]
        for number, part in enumerate(parts):
            if number and self.rng.random() < 0.5:
                lines[-1] += self.behind()
                lines.append("")
            lines[-1] += part + ("" if number + 1 == len(parts) else ", ")
        if self.rng.random() < 0.3:
            lines.append("")
        lines[-1] += end
        return lines


def _has_parts(node: Node) -> bool:
    return bool(node.entries if isinstance(node, Map) else getattr(node, "items", ()))


def _escaped(character: str) -> str:
    return {'"': '\\"', "\\": "\\\\", "\n": "\\n"}.get(character, character)
