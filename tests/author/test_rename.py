"""``author.rename``: a step's new name in every file, found by what the check and the scenarios say afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shepherd.author.library_names import mentions
from shepherd.author.mentions import Thing
from shepherd.author.rename import CannotRename, edited, renamed, trees
from shepherd.author.scenarios import run_scenario
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.cli.app import run
from shepherd.cli.trees import plain
from shepherd.flow.draft import read_draft
from shepherd.flow.scenario_files import read_scenarios
from shepherd.flow.source import read

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("authentication", "internet_down", "closing", "refund")

FLOW = """flow: tea
title: Tea
category: intake
version: 1
owner: desk
review_by: 2027-01-01
no_answer: {after: 1h, then: "stop"}
inputs: {guest: text}
outcomes: {served: {resolves: true, code: TEA, returns: {cup: kind}}, gone: {resolves: false, code: GONE}}
values: {strong: kind == "black" and visits.kind < 3}
texts: {recap: "You chose {{ kind }}."}
steps:
  hello: {say: Welcome.}
  kind:
    ask: Which tea?
    options: [black, green]
    attempts: 2
    out_of_attempts: stop
  judge:
    decide:
      - when: strong and attempts_left.kind > 0   # kind of tea
        then: 'pour'
      - otherwise: pour
  pour:
    say: |
      {{ texts.recap }} Is {{ kind }} right?
      Your kind of tea, {{ kind | join }}.
    then: again
  again: {ask: More?, answers: {yes: kind, no: {label: "No", then: close}}}
  close: {end: served}
  stop: {end: gone}
"""
SCENARIOS = """scenarios:
  - name: kind
    given: {answers: {kind: [black, {back: kind}, green], tea/again: [no]}, spent: {tea/kind: 0}}
    expect: {outcome: served, path: [hello, kind, ..., close], values: {kind: green}, never: {steps: [tea/stop]}}
"""
GERMAN = """translation: tea
language: de
title: Tee
texts:
  recap: {of: "MARK", is: "Sie wählten {{ kind }}."}
steps:
  kind: {of: "00000000", ask: Welchen?}
"""


def library(folder: Path, *names: str) -> Path:
    """Some of the shipped flows, with what belongs to them, as a library."""
    for path in (ROOT / "flows").iterdir():
        if path.stem.partition(".")[0] in (*names, "desk", "connectors"):
            shutil.copy(path, folder)
    shutil.copytree(ROOT / "flows" / "data", folder / "data")
    return folder


def tea(folder: Path, marked: str = "00000000") -> Path:
    (folder / "tea.yaml").write_text(FLOW)
    (folder / "tea.scenarios.yaml").write_text(SCENARIOS)
    (folder / "tea.de.yaml").write_text(GERMAN.replace("MARK", marked))
    (folder / "promises.yaml").write_text(
        "promises:\n  asked: {every: {outcome: tea.served}, needs: [{field: tea/kind}, {step: tea/kind}]}\n"
    )
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.yaml")}


def test_every_place_is_found(tmp_path: Path) -> None:
    """
    Ways, conditions, words, counts, scenarios, translations, promises; not words for people that only look like it.
    """
    sources = texts(tea(tmp_path))
    edits = renamed(sources, "tea", "kind", "sort")
    made = {file: edited(sources[file], one) for file, one in edits.items()}

    assert {file: len(one) for file, one in edits.items()} == {
        "tea.yaml": 9,
        "tea.scenarios.yaml": 5,
        "tea.de.yaml": 2,
        "promises.yaml": 2,
    }
    assert "Your kind of tea, {{ sort | join }}." in made["tea.yaml"]
    assert "# kind of tea" in made["tea.yaml"]
    assert "- name: kind\n" in made["tea.scenarios.yaml"]
    assert "values: {sort: green}" in made["tea.scenarios.yaml"]


def test_quoted_names_keep_their_quotes(tmp_path: Path) -> None:
    """
    Only the name inside is another.
    """
    sources = texts(tea(tmp_path))
    assert 'then: "halt"}' in edited(sources["tea.yaml"], renamed(sources, "tea", "stop", "halt")["tea.yaml"])
    assert "then: 'serve'" in edited(sources["tea.yaml"], renamed(sources, "tea", "pour", "serve")["tea.yaml"])


def test_marks_of_translations_stay_true(tmp_path: Path) -> None:
    """
    Where the flow's words name the step, they are others afterwards: a translation that was up to date still is.
    """
    folder = tea(tmp_path)
    stale = next(f for f in examine(read_draft(folder)) if f.code == "SHP812" and f.step == "recap")
    tea(folder, marked := stale.hint.split('"')[1])
    before = [f for f in examine(read_draft(folder)) if f.code == "SHP812" and f.step == "recap"]
    assert before == []
    sources = texts(folder)
    edits = renamed(sources, "tea", "kind", "sort")
    unsaved = {file: edited(sources[file], one) for file, one in edits.items()}
    assert marked not in unsaved["tea.de.yaml"]
    after = examine(read_draft(folder, unsaved))
    assert [f for f in after if f.code == "SHP812" and f.step == "recap"] == []


@pytest.mark.parametrize(
    ("flow", "step"), [("internet_down", "check_lights"), ("authentication", "pin"), ("refund", "amount")]
)
def test_a_shipped_step_is_renamed_and_nothing_breaks(flow: str, step: str, tmp_path: Path) -> None:
    """
    The check finds nothing, the scenarios still pass, and the way back gives every file byte by byte.
    """
    folder = library(tmp_path, *KEPT)
    sources = texts(folder)
    before = [(f.code, f.file) for f in examine(read_draft(folder))]
    made = {f: edited(sources[f], e) for f, e in renamed(sources, flow, step, "quite_new").items()}
    for file, text in made.items():
        (folder / file).write_text(text)

    draft = read_draft(folder)
    assert [(f.code, f.file) for f in examine(draft)] == before
    passed = Library.of(draft, [])
    name = f"{flow}.scenarios.yaml"
    listed = read_scenarios(plain(read(draft.sources[name].encode(), name).root), name)
    assert [(v.scenario.name, v.failures) for s in listed[:12] if not (v := run_scenario(passed, s)).ok] == []
    now = texts(folder)
    back = {f: edited(now[f], e) for f, e in renamed(now, flow, "quite_new", step).items()}
    assert {**now, **back} == sources


@pytest.mark.parametrize(
    ("step", "new", "told"),
    [
        ("kid", "sort", 'Did you mean "kind"?'),
        ("kind", "Sort", "small letters"),
        ("kind", "pour", "names something"),
        ("kind", "strong", "names something"),
        ("kind", "visits", "word of the language"),
    ],
)
def test_what_cannot_be_is_said(step: str, new: str, told: str, tmp_path: Path) -> None:
    """
    A step that is not there, a name that is none, is taken or reserved.
    """
    with pytest.raises(CannotRename, match=told.replace("?", r"\?")):
        renamed(texts(tea(tmp_path)), "tea", step, new)


def test_a_library_names_things_where_they_stand(tmp_path: Path) -> None:
    """
    Every place that is told is that of the very word, in all shipped files; each step is defined once.
    """
    draft = read_draft(library(tmp_path, *KEPT))
    lines = {file: text.split("\n") for file, text in draft.sources.items()}
    defined = []
    for mention in mentions(trees(draft.sources)):
        line, column, end_line, end = mention.place
        name = mention.thing.name.rpartition(".")[2] if mention.defines else mention.thing.name
        assert (end_line, lines[mention.file][line - 1][column - 1 : end - 1]) == (line, name)
        defined += [mention.thing] * mention.defines
    steps = [Thing("step", step, flow.id) for flow in draft.flows.values() for step in flow.steps]
    assert sorted(thing for thing in defined if thing.kind == "step") == sorted(steps)


def test_the_command_writes_all_files_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    --dry-run and wrong use change nothing; else every file is written.
    """
    folder = tea(tmp_path)
    monkeypatch.chdir(folder.parent)
    words = ["rename", "--library", str(folder)]
    before = texts(folder)
    assert run([*words, "tea/kind", "pour"]) == 2
    assert run([*words, "kind", "sort"]) == 2
    assert run([*words, "--dry-run", "tea/kind", "sort"]) == 0
    assert texts(folder) == before
    capsys.readouterr()
    assert run([*words, "tea/kind", "sort"]) == 0
    told = capsys.readouterr().out
    assert "tea.yaml (9 places)" in told
    assert "tea.scenarios.yaml (5 places)" in told
    assert run([*words, "tea/sort", "kind"]) == 0
    assert texts(folder) == before
