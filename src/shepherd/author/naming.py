"""What a library names while it is typed: kept for each file until its text changes, past a broken one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shepherd.author.library_names import mentions_in, steps_of
from shepherd.author.mentions import Mention, Thing
from shepherd.flow.source import Node, read

_WORD = re.compile(r"[A-Za-z0-9_]+(?:/[a-z0-9_]+)?")


class Names:
    """
    The mentions of a library, file by file.

    While a text can't be read, what it named when it last could stands for it; *broken* are the files where it is so.
    """

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        self.broken: set[str] = set()
        self.steps: dict[str, frozenset[str]] = {}
        self._roots: dict[str, Node] = {}
        self._found: dict[str, tuple[object, tuple[Mention, ...]]] = {}

    def look(self, sources: Mapping[str, str]) -> None:
        """Take the texts of all files as they are now."""
        for gone in self._roots.keys() - sources.keys():
            del self._roots[gone]
        for file, text in sources.items():
            if file.endswith(".yaml") and self.sources.get(file) != text:
                root = read(text.encode("utf-8", "replace"), file).root
                (self.broken.add if root is None else self.broken.discard)(file)
                if root is not None:
                    self._roots[file] = root
        self.broken &= sources.keys()
        self.sources = dict(sources)
        self.steps = steps_of(self._roots.values())

    def root(self, file: str) -> Node | None:
        """The tree of *file* as it last could be read."""
        return self._roots.get(file)

    def of(self, file: str) -> tuple[Mention, ...]:
        """What *file* names."""
        root = self._roots.get(file)
        key = (id(root), self.steps.get(flow_of(file)))
        if file not in self._found or self._found[file][0] != key:
            self._found[file] = key, mentions_in(root, file, self.steps)
        return self._found[file][1]

    def all(self) -> Iterator[Mention]:
        """What all files name."""
        for file in sorted(self._roots):
            yield from self.of(file)

    def at(self, file: str, line: int, column: int) -> Mention | None:
        """What is named at a place (counted from 1) of *file*: the narrowest, if several stand there."""
        if file not in self.broken:
            there = (m for m in self.of(file) if _covers(m, line, column))
            return min(there, key=lambda m: m.place.end_column - m.place.column, default=None)
        return self._by_word(file, line, column)

    def _by_word(self, file: str, line: int, column: int) -> Mention | None:
        """What the word at a place may mean, while the file can't be read."""
        lines = self.sources[file].split("\n")
        text = lines[line - 1] if line <= len(lines) else ""
        found = next((m for m in _WORD.finditer(text) if m.start() < column <= m.end() + 1), None)
        if found is None:
            return None
        flow, _, step = found[0].rpartition("/")
        for thing in (Thing("step", step, flow or flow_of(file)), Thing("flow", found[0])):
            made = next(iter(self.definitions(thing)), None)
            if made is not None:
                return Mention(thing, file, made.place._replace(line=line, end_line=line))
        return None

    def definitions(self, thing: Thing) -> list[Mention]:
        """Where *thing* is made; of a name that several steps save, each of them."""
        return [m for m in self.all() if m.defines and m.thing == thing]

    def references(self, thing: Thing) -> list[Mention]:
        """Every place that names *thing*."""
        return [m for m in self.all() if m.thing == thing]


def flow_of(file: str) -> str:
    """The flow that *file*, its scenarios or its words in another language belong to, by the file's name."""
    return file.rpartition("/")[2].partition(".")[0]


def _covers(mention: Mention, line: int, column: int) -> bool:
    place = mention.place
    return place.line == line == place.end_line and place.column <= column <= place.end_column
