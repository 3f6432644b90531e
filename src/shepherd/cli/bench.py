"""A library on a designer's bench: its files as they are typed, what is wrong with them, what they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import RLock

from shepherd.author.cursor import cursor
from shepherd.author.hovering import Part, hover, outline
from shepherd.author.mentions import Mention, Thing
from shepherd.author.naming import Names, flow_of
from shepherd.author.offers import Offer, Offers
from shepherd.author.rename import CannotRename, Edit, renamed
from shepherd.check import examine
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding


class Bench:
    """
    The library in *folder*, with what is typed and not saved in the place of its files; None for no library at all.
    *today* gives the day it is in a time zone, against which the days of reviews are held.

    What is known of flows that can't be read in the middle of a word is what was known of them before.
    """

    def __init__(self, folder: Path | None, today: Callable[[str], date]):
        self.folder, self.today = folder, today
        self.typed: dict[str, str] = {}
        self.names = Names()
        self.draft = Draft(folder=folder)
        self._lock = RLock()

    def read(self) -> Draft:
        """The library as it is now; what is known of it is kept for questions."""
        with self._lock:
            return self._read()

    def _read(self) -> Draft:
        if self.folder is None:
            return self.draft
        draft = read_draft(self.folder, dict(self.typed))
        there = {flow: made for flow, made in self.draft.flows.items() if made.file in draft.sources}
        known = {name: made for name, made in self.draft.connectors.items() if name not in draft.connectors}
        self.draft = replace(
            draft,
            flows={**there, **draft.flows},
            connectors={**known, **draft.connectors},
            policy=draft.policy if draft.policy.declared or not self.draft.policy.declared else self.draft.policy,
        )
        self.names.look(self.sources())
        return draft

    def findings(self) -> list[Finding]:
        """Everything that ``shepherd check`` would say of what is typed."""
        draft = self.read()
        return examine(draft, self.today(draft.policy.time_zone), tests=True)

    def type(self, file: str, text: str) -> None:
        """*text* is what *file* holds from now on, saved or not."""
        self.typed[file] = text

    def close(self, file: str) -> None:
        """*file* is what it is on the disk."""
        self.typed.pop(file, None)

    def sources(self) -> Mapping[str, str]:
        """The texts of the YAML files as they are typed."""
        yaml = {file: text for file, text in self.draft.sources.items() if file.endswith(".yaml")}
        return {**yaml, **self.typed}

    def _look(self) -> Names:
        """The names as they are typed."""
        if not self.draft.sources:
            self.read()
        self.names.look(self.sources())
        return self.names

    def made(self, step: str) -> list[Mention]:
        """Where ``flow/step`` is made."""
        flow, _, name = step.partition("/")
        with self._lock:
            return self.names.definitions(Thing("step", name, flow))

    def at(self, file: str, line: int, column: int) -> Mention | None:
        """What is named at a place, counted from 1."""
        with self._lock:
            return self._look().at(file, line, column)

    def definitions(self, file: str, line: int, column: int) -> list[Mention]:
        """Where what is named at a place is made."""
        found = self.at(file, line, column)
        with self._lock:
            return self.names.definitions(found.thing) if found else []

    def references(self, file: str, line: int, column: int, *, defining: bool) -> list[Mention]:
        """Every place that names the same as this one, with those that define it where *defining*."""
        found = self.at(file, line, column)
        with self._lock:
            named = self.names.references(found.thing) if found else []
        return [m for m in named if defining or not m.defines]

    def hover(self, file: str, line: int, column: int) -> tuple[str, Mention] | None:
        """What is said of what is named at a place."""
        found = self.at(file, line, column)
        said = hover(self.draft, found.thing) if found else ""
        return (said, found) if found and said else None

    def offers(self, file: str, line: int, column: int) -> tuple[str, list[Offer]]:
        """What may be typed at a place, counted from 0, and what is typed of it already."""
        at = cursor(self.typed[file], line, column) if file in self.typed else None
        if at is None:
            return "", []
        with self._lock:
            names = self._look()
            return at.word, Offers(self.draft, file, names.root(file), names.steps).at(at)

    def outline(self, file: str) -> list[Part]:
        """The parts of a file."""
        with self._lock:
            return outline(self._look().root(file))

    def step_at(self, file: str, line: int, column: int) -> Mention:
        """The step that is named at a place. Raises CannotRename where none is."""
        found = self.at(file, line, column)
        if found is None or found.thing.kind != "step" or file in self.names.broken:
            raise CannotRename("Only a step can be renamed, where it is named in a file that can be read.")
        return found

    def rename(self, file: str, line: int, column: int, new: str) -> dict[str, tuple[Edit, ...]]:
        """The edits that give the step at a place the name *new*. Raises CannotRename."""
        found = self.step_at(file, line, column)
        if self.names.broken:
            raise CannotRename(f"Mend {', '.join(sorted(self.names.broken))} first: it can't be read.")
        return renamed(dict(self.sources()), found.thing.of or flow_of(file), found.thing.name, new)
