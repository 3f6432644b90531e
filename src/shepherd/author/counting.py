"""Scenarios walked for a page: what each came to, and what all cover, kept while nothing that they reach changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shepherd.author.coverage import Coverage, cover
from shepherd.author.scenarios import Walked, walk
from shepherd.flow.canonical import canonical
from shepherd.flow.given import Scenario
from shepherd.flow.scenario_files import scenarios_in

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft


class Counted(NamedTuple):
    """The scenarios of one flow: those *walked*, the *mistakes* of those that can't be read, and what is covered."""

    walked: tuple[Walked, ...]
    mistakes: tuple[str, ...]
    coverage: Coverage

    @property
    def passed(self) -> int:
        """How many scenarios passed."""
        return sum(one.ok for one in self.walked)

    @property
    def percent(self) -> int:
        """How much of the flow's edges is walked, 100 only for all."""
        hit, every = self.coverage.edges
        return 100 if hit == every else min(99, hit * 100 // every)


class Counter:
    """Counts library after library; scenarios are walked again only where they could come out otherwise."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, tuple[Walked, ...], tuple[str, ...]]] = {}

    def count(self, library: Library, draft: Draft) -> Iterator[Mapping[str, Counted] | None]:
        """
        Walk the scenarios of *draft*, one for each None that comes out; at last comes what they came to, by flow.

        Whoever no longer wants it just stops asking.
        """
        read = {}
        for document in draft.scenarios:
            scenarios, errors = scenarios_in(document.typed, document.file, document.root)
            for flow in {scenario.flow for scenario in scenarios} or {_flow_of(document.file)}:
                read[flow] = (scenarios, tuple(error.sentence.removeprefix(f"{document.file}: ") for error in errors))
        self._kept = {flow: kept for flow, kept in self._kept.items() if flow in library.flows}
        for flow in library.flows:
            scenarios, mistakes = read.get(flow, ((), ()))
            key = _key(library, flow, scenarios)
            if self._kept.get(flow, ("",))[0] != key:
                walked = []
                for scenario in scenarios:
                    yield None
                    walked.append(walk(library, scenario))
                self._kept[flow] = (key, tuple(walked), mistakes)
        walks = [one for _, walked, _ in self._kept.values() for one in walked]
        covered = cover(library.flows, walks)
        found = {}
        for coverage in covered:
            _, done, wrong = self._kept[coverage.flow]
            found[coverage.flow] = Counted(done, wrong, coverage)
        yield found


def _key(library: Library, flow: str, scenarios: tuple[Scenario, ...]) -> str:
    """What tells whether the scenarios of *flow* could come out otherwise: all it can reach, and what they say."""
    told = hashlib.sha256(canonical(dict(library.bundle(flow))))
    told.update(repr(scenarios).encode())
    return told.hexdigest()


def _flow_of(file: str) -> str:
    return file.rpartition("/")[2].partition(".")[0]
