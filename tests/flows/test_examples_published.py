"""The large examples: clean, walked whole, and held against what departments published, not against our own output."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from shepherd.author import cover, read_scenarios, run_scenario
from shepherd.author.coverage import total
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.draft import read_draft
from shepherd.flow.graph import graph_of
from tests.flows.published import EXAMPLES, rows, sick_pay
from tests.flows.published_visas import OTHER_PASSPORTS, uk_visa

OWN = "own"
FILES = {
    "sick_pay": ("sick_pay_table.csv", "sick_pay_cases.csv"),
    "uk_visa": ("uk_visa_lists.csv", "uk_visa_cases.csv"),
}


class Examples:
    """The library and what its scenarios came to, in an object that no failure prints at length."""

    def __init__(self) -> None:
        self.draft = read_draft(EXAMPLES)
        self.findings = examine(self.draft)
        self.library = Library.of(self.draft, self.findings)
        scenarios = [s for d in self.draft.scenarios for s in read_scenarios(d.typed, d.file)]
        verdicts = [run_scenario(self.library, scenario) for scenario in scenarios]
        self.failed = [f"{v.scenario.flow}: {v.scenario.name}: {v.failures}" for v in verdicts if not v.ok]
        self.covered = cover(self.library.flows, (v.played for v in verdicts))


@pytest.fixture(scope="module")
def examples() -> Examples:
    return Examples()


def test_nothing_is_wrong_with_the_examples(examples: Examples) -> None:
    """Not even a warning stands."""
    assert [f"{f.file}:{f.place.line} {f.code} {f.message}" for f in examples.findings] == []


@pytest.mark.parametrize(("flow", "made"), [("sick_pay", sick_pay), ("uk_visa", uk_visa)])
def test_the_scenarios_are_made_from_the_published_examples(
    flow: str, made: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    """A row that was changed, added or dropped changes the file beside the flow; ``--golden`` writes it anew."""
    file = EXAMPLES / f"{flow}.scenarios.yaml"
    if request.config.getoption("--golden"):
        file.write_text(made(), encoding="utf-8")
    same = file.read_text(encoding="utf-8") == made()
    assert same, f"{file.name} is out of date: run pytest --golden, and read the diff"


def test_every_published_example_comes_about(examples: Examples) -> None:
    """What was printed is what the flows say."""
    assert examples.failed == []


def test_the_examples_walk_every_step_and_every_edge(examples: Examples) -> None:
    """By the graph's own count, nothing is left out."""
    assert [f"{c.flow}: {m}" for c in examples.covered for m in c.missing] == []
    edges = sum(graph_of(flow).number_of_edges() for flow in examples.library.flows.values())
    assert total(examples.covered) == f"edges {edges}/{edges} (100 %)"


@pytest.mark.parametrize("flow", FILES)
def test_the_examples_are_published_ones(flow: str) -> None:
    """Each row names a source, each source says where it stands, and the README counts those that are not our own."""
    sources = {row["source"]: row for row in rows("sources.csv")}
    given = Counter(row["source"] for file in FILES[flow] for row in rows(file))
    published = sum(count for source, count in given.items() if source != OWN)
    assert published >= 60
    counted = re.search(
        rf"^\| `{flow}` .*\| (\d+) published", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.M
    )
    assert counted
    assert int(counted[1]) == published
    assert set(given) <= set(sources)
    told = ("publisher", "title", "state", "address", "read")
    assert [source for source in given if source != OWN and not all(sources[source][c] for c in told)] == []


def test_the_lists_are_the_published_ones(examples: Examples) -> None:
    """More than 200 nationalities; a group has all that its source lists, and nothing that it does not."""
    listed = examples.draft.lists["nationalities"]
    assert len(listed.values) > 200
    printed: dict[str, set[str]] = {"visa": set(), "eta": set(), "airside": set()}
    for row in rows("uk_visa_lists.csv"):
        nationality, kind = row["nationality"], row["listed"]
        if nationality not in OTHER_PASSPORTS or nationality == "venezuela":
            printed[kind].add(nationality)
    groups = {name: set(values) for name, values in listed.groups.items()}
    associated = {"aruba", "bonaire-st-eustatius-saba", "curacao", "st-maarten", "st-martin", "saint-barthelemy"}
    british = {"british-overseas-citizen", "british-protected-person"}
    assert groups["visa_nationals"] == printed["visa"]
    assert groups["need_an_eta"] == printed["eta"] | associated | british
    assert groups["airside_transit"] == printed["airside"]
    assert groups["visa_nationals"] & groups["need_an_eta"] == {"taiwan"}
    shared = [n for n in listed.values if sum(n in group for group in groups.values()) > 2]
    assert len(shared) > 50


def test_words_can_be_spoken(examples: Examples) -> None:
    """What is said stays below 60 words, in sentences of at most 20."""
    for flow in examples.library.flows.values():
        for step in flow.steps.values():
            for said in (text.source for key, text in step.words.texts if key == "say"):
                assert len(said.split()) <= 60, f"{flow.id}/{step.id}"
                for sentence in re.split(r"[.?!]\s", re.sub(r"\{\{.*?\}\}", "x", said)):
                    assert len(sentence.split()) <= 20, f"{flow.id}/{step.id}: {sentence}"


def test_the_shipped_desk_does_not_offer_them() -> None:
    """They are a library inside the library, with another desk."""
    assert set(read_draft(Path(EXAMPLES).parent).flows) & set(FILES) == set()
