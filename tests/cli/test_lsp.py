"""``shepherd lsp``: a real server process, asked as an editor asks it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shepherd.check import examine
from shepherd.flow.draft import read_draft
from tests.author.test_rename import FLOW, library, tea, texts
from tests.cli.editor import SRC, TODAY, Editor

NEW = """flow: short
title: Kurz 😋
category: intake
version: 1
owner: desk
review_by: 2027-01-01
inputs: {customer_id: text}
outcomes: {done: {resolves: true, code: DONE}, lost: {resolves: false, code: LOST}}
steps:
  hello:
    say: "😋 Guten Tag {{ customer_id }}"
    then: CURSOR
  identify:
    call: authentication
    with: {customer_id: customer_id}
    results: {verified: close, failed: stop, locked: stop, unavailable: stop, hung_up: stop}
  test:
    lookup: line.test
    with: {customer_id: customer_id}
    save: line
    results: {ok: close, not_found: stop, error: stop}
  close: {end: done}
  stop: {end: lost}
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor with some of the shipped flows; what a test types is not saved."""
    folder = library(tmp_path_factory.mktemp("flows"), "authentication", "internet_down", "closing")
    (folder / "short.yaml").write_text(NEW.replace("CURSOR", "identify"))
    with Editor(folder) as editor:
        editor.open("internet_down.yaml")
        assert editor.problems("internet_down.yaml") == []
        editor.open("short.yaml")
        editor.problems("short.yaml")
        yield editor


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor with a small flow, its scenario, a translation and a promise."""
    with Editor(tea(tmp_path_factory.mktemp("tea"))) as editor:
        editor.open("tea.yaml")
        yield editor


@pytest.fixture
def cafe(opened: Editor) -> Editor:
    """The same, with nothing typed."""
    opened.type("tea.yaml", FLOW)
    opened.problems("tea.yaml")
    opened.shown.clear()
    return opened


def words(editor: Editor, file: str, word: str, within: int | None = None) -> list[str]:
    """What is offered behind *word*."""
    at = editor.at(file, word, len(word) if within is None else within)
    return [item["label"] for item in editor.ask("textDocument/completion", **at)]


def test_findings_are_those_of_the_check_while_it_is_typed(shipped: Editor) -> None:
    """
    Of the whole library, with what is not saved: a step that vanishes is missed in the file, at its places.
    """
    own = (shipped.library / "internet_down.yaml").read_text()
    typed = own.replace("  tell_visit:", "  tell_visits:")
    shipped.type("internet_down.yaml", typed)
    said = shipped.problems("internet_down.yaml")
    found = examine(read_draft(shipped.library, {"internet_down.yaml": typed}))
    assert found
    for file in {f.file for f in found}:
        told = said if file == "internet_down.yaml" else shipped.problems(file)
        mine = [(f.code, f.place.line - 1, f.place.column - 1) for f in found if f.file == file]
        places = [(d["code"], *d["range"]["start"].values()) for d in told]
        assert sorted(places) == sorted(mine)
    shipped.type("internet_down.yaml", own)
    assert shipped.problems("internet_down.yaml") == []


def test_a_review_that_is_past_is_told_as_the_check_does(cafe: Editor) -> None:
    """By the day that ``SHEPHERD_TODAY`` gives: from the day after the day of the review."""
    for day, told in (("2026-02-28", True), (TODAY, False)):
        cafe.type("tea.yaml", FLOW.replace("2027-01-01", day))
        codes = {problem["code"] for problem in cafe.problems("tea.yaml")}
        assert ("SHP932" in codes) == told


def test_characters_count_as_the_editor_counts(shipped: Editor) -> None:
    """
    An emoji is two units of UTF-16; a finding and an answer behind it stand at the right place.
    """
    shipped.type("short.yaml", NEW.replace("customer_id }}", "custmer }}").replace("CURSOR", "close"))
    [found] = [d for d in shipped.problems("short.yaml") if d["code"].startswith("SHP3")]
    assert shipped.cut({"uri": shipped.uri("short.yaml"), **found}).startswith("custmer")
    shipped.type("short.yaml", NEW.replace("CURSOR", "identify"))
    [made] = shipped.ask("textDocument/definition", **shipped.at("short.yaml", "customer_id }}", 3))
    assert shipped.cut(made) == "customer_id"


@pytest.mark.parametrize(
    ("word", "within", "file", "made"),
    [
        ("then: restart}", 8, "internet_down.yaml", "restart"),
        ("call: authentication", 8, "authentication.yaml", "authentication"),
        ("lookup: line.test", 14, "connectors.yaml", "test"),
        ("{verified: test_line", 3, "authentication.yaml", "verified"),
        ("end: engineer", 7, "internet_down.yaml", "engineer"),
        ("visit.slot | datetime", 1, "internet_down.yaml", "visit"),
        ("escalate: second_line", 12, "desk.yaml", "second_line"),
        ("requires: identity", 12, "desk.yaml", "identity"),
        ("when: slow and", 8, "internet_down.yaml", "slow"),
    ],
)
def test_go_to_what_is_named(shipped: Editor, word: str, within: int, file: str, made: str) -> None:
    """
    From a way to its step, from a call to the flow, from a result to the outcome, from a name to what makes it.
    """
    found = shipped.ask("textDocument/definition", **shipped.at("internet_down.yaml", word, within))
    assert [(f["uri"].rpartition("/")[2], shipped.cut(f)) for f in found] == [(file, made)]


def test_references_stand_in_all_files(cafe: Editor) -> None:
    """
    Each is the very word; the declaration is among them only where it is asked for.
    """
    at = cafe.at("tea.yaml", "  kind:\n", 3)
    found = cafe.ask("textDocument/references", **at, context={"includeDeclaration": True})
    assert {f["uri"].rpartition("/")[2] for f in found} == set(texts(cafe.library))
    assert {cafe.cut(f) for f in found} == {"kind"}
    without = cafe.ask("textDocument/references", **at, context={"includeDeclaration": False})
    assert len(without) == len(found) - 1


def test_a_step_is_renamed_in_all_files(cafe: Editor) -> None:
    """
    The edits, carried out as an editor does, are what the command writes; what can't be is said, and nothing edited.
    """
    at = cafe.at("tea.yaml", "then: 'pour'", 8)
    assert cafe.cut({"uri": cafe.uri("tea.yaml"), "range": cafe.ask("textDocument/prepareRename", **at)}) == "pour"
    edit = cafe.ask("textDocument/rename", **at, newName="serve")
    made = {uri.rpartition("/")[2]: applied(cafe, uri, edits) for uri, edits in edit["changes"].items()}
    assert "  serve:\n    say: |\n" in made["tea.yaml"]
    assert [f.code for f in examine(read_draft(cafe.library, made))] == [
        f.code for f in examine(read_draft(cafe.library))
    ]
    assert cafe.ask("textDocument/rename", **at, newName="kind") is None
    assert "names something" in cafe.shown[0]
    assert cafe.ask("textDocument/prepareRename", **cafe.at("tea.yaml", "title", 1)) is None


def applied(editor: Editor, uri: str, edits: list[dict[str, Any]]) -> str:
    """A file with the editor's edits."""
    name = uri.rpartition("/")[2]
    lines = (editor.library / name).read_text().split("\n")
    for edit in sorted(edits, key=lambda e: sorted(e["range"]["start"].items()), reverse=True):
        start, end = edit["range"]["start"], edit["range"]["end"]
        line = lines[start["line"]]
        lines[start["line"]] = line[: start["character"]] + edit["newText"] + line[end["character"] :]
    return "\n".join(lines)


def test_hover_tells_a_step_and_the_ways_to_it(shipped: Editor) -> None:
    """
    Its sentences, and each way that leads to it, by its step and answer.
    """
    said = shipped.ask("textDocument/hover", **shipped.at("internet_down.yaml", "then: restart}", 7))
    assert shipped.cut({"uri": shipped.uri("internet_down.yaml"), **said}) == "restart"
    value = said["contents"]["value"]
    assert "count to ten" in value
    for way in ("check_lights (answer:red)", "check_lights (answer:cannot_tell)", "judge_speed (when:2)"):
        assert f"- {way}" in value
    flow = shipped.ask("textDocument/hover", **shipped.at("internet_down.yaml", "call: authentication", 9))
    assert "- internet_down/identify" in flow["contents"]["value"]
    assert shipped.ask("textDocument/hover", **shipped.at("internet_down.yaml", "title:", 2)) is None


@pytest.mark.parametrize(
    ("typed", "offered", "never"),
    [
        ("then: ", {"identify", "close", "stop"}, "internet_down"),
        ("then: id", {"identify"}, "done"),
        ("then: close\n    no_answer: {after: 1h, then: ", {"stop"}, "done"),
        ("then: close\n  more:\n    end: ", {"done", "lost"}, "close"),
        ("then: close\n  more:\n    call: ", {"authentication", "closing"}, "close"),
        ("then: close\n  more:\n    lookup: ", {"line.test"}, "fieldwork.book"),
        ("then: close\n  more:\n    do: ", {"fieldwork.book"}, "line.test"),
        ("then: close\n  more:\n    escalate: ", {"second_line"}, "close"),
        ("then: close\n  more:\n    requires: ", {"identity"}, "close"),
        ("then: close\n  more:\n    decide:\n      - when: ", {"line", "customer_id", "days"}, "close"),
        ("then: close\n  more:\n    decide:\n      - when: line.", {"line.status", "line.eta"}, "customer_id"),
        ("then: close\n  more:\n    decide:\n      - when: visits.", {"visits.hello"}, "line"),
        ("then: close\n  more:\n    decide:\n      - otherwise: ", {"close"}, "line"),
        ("then: close\n  more:\n    ask: Well?\n    answers:\n      yes: ", {"close"}, "line"),
        ("then: close\n  more:\n    ask: Well?\n    answers: {yes: {label: Yes, then: ", {"close"}, "line"),
        ("then: close\n  more:\n    say: It is {{ ", {"line", "texts"}, "close"),
    ],
)
def test_names_are_offered_where_no_schema_knows_them(
    shipped: Editor, typed: str, offered: set[str], never: str
) -> None:
    """
    In the middle of typing, when the file can't be read: steps, flows, outcomes, operations, queues, names.
    """
    shipped.type("short.yaml", NEW.replace("then: CURSOR", typed))
    found = words(shipped, "short.yaml", typed)
    assert offered <= set(found)
    assert never not in found


def test_the_other_side_says_which_results_there_are(shipped: Editor) -> None:
    """
    Outcomes of the flow called and inputs that are not there yet; results of an operation.
    """
    cut = NEW.replace("CURSOR", "identify").replace("locked: stop, unavailable: stop, ", "")
    shipped.type("short.yaml", cut)
    assert words(shipped, "short.yaml", "failed: stop, ") == ["locked", "unavailable"]
    shipped.type("short.yaml", NEW.replace("CURSOR", "identify").replace("not_found: stop, ", ""))
    assert words(shipped, "short.yaml", "{ok: close, ") == ["not_found"]


def test_scenarios_and_promises_are_offered_names(shipped: Editor) -> None:
    """
    Steps of the flow and of those it calls, the answers of a step, operations, outcomes with their flow.
    """
    text = "scenarios:\n  - name: n\n    given:\n      answers: {check_lights: , XX}\n      connectors: {YY}\n"
    text += "    expect:\n      outcome: \n      path: [greet, ]\n"
    shipped.open("internet_down.scenarios.yaml", text)
    name = "internet_down.scenarios.yaml"
    assert {"green", "red", "dark"} <= set(words(shipped, name, "check_lights: "))
    assert {"check_lights", "authentication/pin"} <= set(words(shipped, name, "XX", 0))
    assert "line.test" in words(shipped, name, "YY", 0)
    assert "fixed" in words(shipped, name, "outcome: ")
    assert "authentication/pin" in words(shipped, name, "path: [greet, ")
    shipped.open("promises.yaml", "promises:\n  p: {every: {step: }, needs: }\n  q: {every: {outcome: }}\n")
    assert "internet_down/book_engineer" in words(shipped, "promises.yaml", "step: ")
    assert "identity" in words(shipped, "promises.yaml", "needs: ")
    assert "closing.confirmed" in words(shipped, "promises.yaml", "outcome: ")


def test_the_outline_and_the_format(cafe: Editor) -> None:
    """
    The outline has every step with its verb; formatting gives the tidy text, and of a broken one nothing.
    """
    parts = cafe.ask("textDocument/documentSymbol", textDocument={"uri": cafe.uri("tea.yaml")})
    steps = next(part for part in parts if part["name"] == "steps")["children"]
    assert [(s["name"], s["detail"]) for s in steps][:3] == [("hello", "message"), ("kind", "ask"), ("judge", "decide")]
    document = {"textDocument": {"uri": cafe.uri("tea.yaml")}, "options": {"tabSize": 2, "insertSpaces": True}}
    assert cafe.ask("textDocument/formatting", **document) == []
    tidy = cafe.texts["tea.yaml"]
    cafe.type("tea.yaml", tidy.replace("flow: tea", "flow:    tea"))
    assert cafe.ask("textDocument/formatting", **document)[0]["newText"] == tidy
    cafe.type("tea.yaml", "flow: [")
    assert cafe.ask("textDocument/formatting", **document) == []


def test_a_broken_file_still_leads_on(cafe: Editor) -> None:
    """
    While a line is half typed, steps are found by their names, and are not renamed.
    """
    cafe.type("tea.yaml", cafe.texts["tea.yaml"].replace("    then: again\n", "    then: [again\n"))
    at = cafe.at("tea.yaml", "out_of_attempts: stop", 19)
    [made] = cafe.ask("textDocument/definition", **at)
    assert made["range"]["start"]["line"] > 20
    assert cafe.ask("textDocument/rename", **at, newName="halt") is None


def test_the_library_is_that_of_the_folder_which_the_editor_has_open(tmp_path: Path) -> None:
    """
    As a command there would find it: ./flows, wherever the server was started.
    """
    (tmp_path / "flows" / "below").mkdir(parents=True)
    tea(tmp_path / "flows")
    (tmp_path / "flows" / "below" / "cup.yaml").write_text(FLOW.replace("flow: tea", "flow: cup"))
    with Editor(tmp_path / "flows", named=False, root=tmp_path) as editor:
        editor.open("below/cup.yaml", FLOW.replace("flow: tea", "flow: cup").replace("then: again", "hand_on: tea"))
        editor.problems("below/cup.yaml")
        [made] = editor.ask("textDocument/definition", **editor.at("below/cup.yaml", "hand_on: tea", 10))
        assert made["uri"] == editor.uri("tea.yaml")


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    """
    YAML that belongs to no library, and what is no file, has neither findings nor answers; a flow elsewhere has.
    """
    (tmp_path / "flows").mkdir()
    (tmp_path / "else").mkdir()
    with Editor(tea(tmp_path / "flows")) as editor:
        for file in ("../else/compose.yaml", "untitled:Untitled-1"):
            editor.open(file, "services:\n  web: {image: web}\n")
            assert editor.ask("textDocument/hover", **editor.at(file, "web")) is None
            assert words(editor, file, "image: ") == []
            assert editor.ask("textDocument/documentSymbol", textDocument={"uri": editor.uri(file)}) == []
        editor.open("../else/tea.yaml", "# mine\n\n" + FLOW.replace("out_of_attempts: stop", "out_of_attempts: stpo"))
        [found] = [d for d in editor.problems("../else/tea.yaml") if d["code"] == "SHP202"]
        assert "stpo" in found["message"]
        assert not any("compose" in uri or "untitled" in uri for uri in editor.told)


def test_a_file_is_told_by_the_address_under_which_it_was_opened(tmp_path: Path) -> None:
    """
    Through a link too: an editor shows nothing of an address that it does not know.
    """
    (tmp_path / "flows").mkdir()
    (tmp_path / "link").symlink_to(tea(tmp_path / "flows"))
    with Editor(tmp_path / "link") as editor:
        editor.open("tea.yaml", FLOW.replace("out_of_attempts: stop", "out_of_attempts: stpo"))
        assert "SHP202" in {d["code"] for d in editor.problems("tea.yaml")}


def test_the_talk_ends_as_the_protocol_says(cafe: Editor) -> None:
    """
    shutdown, then exit: the process ends with 0.
    """
    assert cafe.leave() == 0


def test_without_the_extra_the_line_that_installs_it_is_told(tmp_path: Path) -> None:
    """
    Where pygls is not installed, it is a matter of the environment, and no traceback.
    """
    code = "import sys; sys.modules['pygls'] = None\nfrom shepherd.cli.app import run\nsys.exit(run(['lsp']))"
    hidden = (
        "import importlib.util as u; find = u.find_spec\nu.find_spec = lambda n: None if n == 'pygls' else find(n)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden + code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(SRC)},
    )
    assert done.returncode == 3
    assert "pip install 'shepherd[lsp]'" in done.stderr
    assert "Traceback" not in done.stderr
