"""The shipped library: nothing is wrong with it, its scenarios pass, and they walk every edge."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from shepherd.author import Verdict, cover
from shepherd.author.coverage import total
from shepherd.check.library import Library
from shepherd.connect import Connectors
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Do
from shepherd.flow.types import Refusal, from_json
from tests import shipped


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped.library()


@pytest.fixture(scope="module")
def verdicts() -> tuple[Verdict, ...]:
    return shipped.verdicts()


def test_nothing_is_wrong_with_the_shipped_flows() -> None:
    """Not even a warning stands."""
    assert [f"{f.file}:{f.place.line} {f.code} {f.message}" for f in shipped.findings()] == []


def test_every_scenario_passes(verdicts: tuple[Verdict, ...]) -> None:
    """What the designers wrote as tests comes about."""
    assert [f"{v.scenario.flow}: {v.scenario.name}: {v.failures}" for v in verdicts if not v.ok] == []


def test_the_scenarios_walk_every_step_and_every_edge(library: Library, verdicts: tuple[Verdict, ...]) -> None:
    """By the graph's own count, nothing is left out."""
    covered = cover(library.flows, (v.played for v in verdicts))
    assert [f"{c.flow}: {m}" for c in covered for m in c.missing] == []
    assert all(c.steps[0] == c.steps[1] for c in covered)
    edges = sum(graph_of(flow).number_of_edges() for flow in library.flows.values())
    assert total(covered) == f"edges {edges}/{edges} (100 %)"


def test_every_scenario_tells_its_whole_path(verdicts: tuple[Verdict, ...]) -> None:
    """A scenario without a path would let a wrong way pass."""
    assert [v.scenario.name for v in verdicts if not v.scenario.expect.path] == []


def test_words_can_be_spoken(library: Library) -> None:
    """What is said to a customer stays below 60 words, in sentences of at most 20."""
    for flow in library.flows.values():
        for step in flow.steps.values():
            said = [re.sub(r"\{\{.*?\}\}", "it", text.source) for key, text in step.words.texts if key == "say"]
            for text in said:
                assert len(text.split()) <= 60, f"{flow.id}/{step.id}"
                for sentence in re.split(r"[.?!]\s", text):
                    assert len(sentence.split()) <= 20, f"{flow.id}/{step.id}: {sentence}"


def test_every_change_is_made_once(library: Library) -> None:
    """A booking, a reset or a tag made twice for one ticket would be a mistake."""
    changes = [s.action for f in library.flows.values() for s in f.steps.values() if isinstance(s.action, Do)]
    assert changes
    assert {change.once_per for change in changes} == {"ticket"}


def test_every_row_of_the_demo_is_what_its_connector_declares(library: Library, tmp_path: Path) -> None:
    """A day that is none, or a word that no option is, would end a demo's contact in an error."""
    connectors = Connectors(library.connectors, folder=shipped.FLOWS, changes=tmp_path / "changes.db")
    read = 0
    for connector in library.connectors.values():
        for operation in connector.operations.values():
            if connector.kind != "table" or not operation.reads or operation.accepts_secret:
                continue
            with (shipped.FLOWS / str(connector.settings["file"])).open(encoding="utf-8") as rows:
                for row in csv.DictReader(rows):
                    name = f"{connector.name}.{operation.name}"
                    reply = connectors.call(name, {n: row[n] for n in operation.inputs}, key="")
                    fields = operation.results.get(reply.result, {})
                    wrong = [n for n, v in reply.values.items() if isinstance(from_json(v, fields[n].type), Refusal)]
                    assert (name, row, wrong) == (name, row, [])
                    read += reply.result == "ok"
    assert read > 20


def test_no_secret_of_a_scenario_stands_on_a_ticket(verdicts: tuple[Verdict, ...]) -> None:
    """The PIN that a caller says is in no event of any scenario."""
    from shepherd.author.scenarios import ticket_text

    told = [v for v in verdicts if "1234" in str(v.scenario.given.answers)]
    assert len(told) > 10
    assert [v.scenario.name for v in told if "1234" in ticket_text(v.played)] == []


def test_a_reset_needs_a_call_back_or_a_supervisor(library: Library, verdicts: tuple[Verdict, ...]) -> None:
    """No walk in which a password was reset lacks both."""
    resets = 0
    for verdict in verdicts:
        steps = [item.step for item in verdict.played.run.path] if verdict.played.run else []
        for number, step in enumerate(steps):
            if step == "reset_credentials/reset":
                resets += 1
                assert {"reset_credentials/call_back", "reset_credentials/approval"} & set(steps[:number])
    assert resets >= 10


def test_an_account_is_opened_only_after_a_call_back(verdicts: tuple[Verdict, ...]) -> None:
    """No walk in which a locked account was opened lacks one, nor had what is called back changed within two weeks."""
    opened = 0
    for verdict in verdicts:
        steps = [item.step for item in verdict.played.run.path] if verdict.played.run else []
        for number, step in enumerate(steps):
            if step == "account_locked/unlock":
                opened += 1
                assert {"account_locked/call_back", "authentication/call_back"} & set(steps[:number])
                assert "account_locked/asked_to_change" not in steps
    assert opened >= 10
