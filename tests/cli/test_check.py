"""``shepherd check``: findings, forms and exit codes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from shepherd.check.library import Library
from shepherd.cli.app import run

GOOD = """flow: good
title: Good
category: troubleshooting
version: 1
owner: desk
review_by: 2099-01-01
outcomes: {done: {resolves: true, code: DONE}}
steps:
  hello:
    say: Good morning.
  close: {end: done}
"""
BAD = GOOD.replace("flow: good", "flow: bad").replace("close: {end: done}", "close: {end: don}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "good.yaml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    for name in ("SHEPHERD_LIBRARY", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_right_library_ends_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without arguments the library of ./flows is checked."""
    assert run(["check"]) == 0
    assert capsys.readouterr().out == "Nothing wrong in 1 file.\n"


def test_a_mistake_ends_with_1_and_is_shown_at_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File as one may open it from here, line, column, code, frame, and what was perhaps meant."""
    (folder / "flows" / "bad.yaml").write_text(BAD)
    assert run(["check"]) == 1
    out = capsys.readouterr().out
    assert "flows/bad.yaml:11:16: error" in out
    assert "^" in out
    assert 'Did you mean "done"?' in out
    assert out.endswith("in 2 files. More may be found once it is mended.\n")


def test_more_may_be_found_behind_an_error_and_none_behind_warnings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is unused is looked for only where nothing is wrong: mended, the flow has a finding that was hidden."""
    hides = BAD.replace("version: 1", "version: 1\ninputs: {nobody_reads: text}")
    (folder / "flows" / "bad.yaml").write_text(hides)
    assert run(["check", "flows/bad.yaml"]) == 1
    told = capsys.readouterr().out
    assert "More may be found once it is mended." in told
    assert "nobody_reads" not in told
    (folder / "flows" / "bad.yaml").write_text(hides.replace("end: don}", "end: done}"))
    assert run(["check", "flows/bad.yaml"]) == 0
    told = capsys.readouterr().out
    assert "nobody_reads" in told
    assert "More may be found" not in told


def test_expectations_that_are_missing_are_told_with_what_mends_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of several keys, and what the first of them is for."""
    (folder / "flows" / "hello.scenarios.yaml").write_text("scenarios:\n  - {name: x, expect: {outcome: done}}\n")
    assert run(["check"]) == 1
    told = capsys.readouterr().out
    assert "path, says, values or ticket is missing here." in told
    assert "\n  Write one of them: " in told


def test_json_is_one_object_of_the_documented_shape(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """FORMATS §7; files are named within the library."""
    (folder / "flows" / "bad.yaml").write_text(BAD)
    assert run(["check", "--format", "json"]) == 1
    shown = json.loads(capsys.readouterr().out)
    assert (shown["shepherd"], shown["ok"], shown["files"]) == ("check/1", False, 2)
    first = shown["findings"][0]
    keys = "code name severity file line column end_line end_column flow step message hint path"
    assert set(first) >= set(keys.split())
    assert (first["file"], first["line"], first["flow"], first["step"]) == ("bad.yaml", 11, "bad", "close")


def test_a_file_is_checked_within_its_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it calls is found there, and what is wrong in other files is not shown."""
    (folder / "flows" / "bad.yaml").write_text(BAD)
    assert run(["check", "flows/good.yaml"]) == 0
    assert run(["check", "flows/bad.yaml"]) == 1
    assert run(["check", "flows"]) == 1
    capsys.readouterr()


READING = GOOD.replace("flow: good", "flow: reading").replace(
    "steps:",
    """tables:
  fee:
    by: {where: place}
    gives: {eur: number}
    rows_from: data/fees.csv
steps:
  place:
    ask: Where?
    options: lists.places
  tell:
    say: "{{ fee.eur }}"
""",
)
PLACES = "list: places\noptions: {north: North, south: South}\n"


def test_what_a_file_reads_is_checked_with_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list or a CSV file that is wrong makes the flow wrong that reads it, and is counted; others are not shown."""
    (folder / "flows" / "data").mkdir()
    (folder / "flows" / "reading.yaml").write_text(READING)
    (folder / "flows" / "bad.yaml").write_text(BAD)
    places, fees = folder / "flows" / "places.yaml", folder / "flows" / "data" / "fees.csv"
    places.write_text(PLACES)
    fees.write_text("where,eur\nnorth,5\nsouth,7\n")
    assert run(["check", "flows/reading.yaml"]) == 0
    assert "Nothing wrong in 3 files." in capsys.readouterr().out
    fees.write_text("where,eur\nnorth,5\nsouth,seven\n")
    assert run(["check", "flows/reading.yaml"]) == 1
    assert "flows/data/fees.csv:3:" in capsys.readouterr().out
    fees.write_text("where,eur\nnorth,5\nsouth,7\n")
    places.write_text(PLACES + "groups: {cold: [nort]}\n")
    assert run(["check", "flows/reading.yaml"]) == 1
    assert "flows/places.yaml:3:" in capsys.readouterr().out
    places.write_text(PLACES + "option: {}\n")
    assert run(["check", "flows/reading.yaml"]) == 1
    out = capsys.readouterr().out
    assert "flows/places.yaml:3:" in out
    assert "bad.yaml" not in out


@pytest.mark.parametrize(
    ("desk", "says"),
    [
        ("", "There is no desk.yaml; then the categories are authentication, "),
        ("desk: house\n", "desk.yaml lists no categories; then they are authentication, "),
        ("desk: house\ncategories: [orders]\n", "desk.yaml has: orders."),
    ],
)
def test_what_there_is_of_a_desk_is_told(
    desk: str, says: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Advice for an unknown category speaks of the desk.yaml that is there; what it says to write is taken."""
    (folder / "flows" / "good.yaml").write_text(GOOD.replace("troubleshooting", "gardening"))
    if desk:
        (folder / "flows" / "desk.yaml").write_text(desk)
    assert run(["check"]) == 1
    assert says in capsys.readouterr().out
    (folder / "flows" / "desk.yaml").write_text("desk: house\ncategories: [gardening]\n")
    assert run(["check"]) == 0


WALK = "scenarios:\n  - {name: It ends, expect: {outcome: done, path: [hello, close]}}\n"


def test_scenarios_that_name_what_is_gone_are_told_and_stop_no_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A step that was renamed is missed where a scenario names it, with the flow's own file too; runs are not held up.

    Behind an error in the flows nothing is said of scenarios: what they name may be there once that is mended.
    """
    flow, walk = folder / "flows" / "good.yaml", folder / "flows" / "good.scenarios.yaml"
    walk.write_text(WALK)
    assert run(["check"]) == 0
    assert run(["check", "flows/good.yaml"]) == 0
    capsys.readouterr()
    flow.write_text(GOOD.replace("  hello:", "  hallo:"))
    for asked in (["check"], ["check", "flows/good.yaml"], ["check", "flows/good.scenarios.yaml"]):
        assert run(asked) == 1
        out = capsys.readouterr().out
        assert 'flows/good.scenarios.yaml:2:52: error good has no step "hello". [SHP952' in out
        assert 'Did you mean "hallo"?' in out
    assert "hallo" in Library.read(folder / "flows").flows["good"].steps
    flow.write_text(GOOD.replace("  hello:", "  hallo:").replace("end: done", "end: don"))
    assert run(["check"]) == 1
    assert "SHP952" not in capsys.readouterr().out


@pytest.mark.parametrize(("walks", "told"), [(10, 10), (11, 3), (300, 3)])
def test_a_name_that_many_scenarios_have_is_told_a_few_times_with_the_lines_of_the_rest(
    folder: Path, capsys: pytest.CaptureFixture[str], walks: int, told: int
) -> None:
    """So that it hides nothing else: what is wrong behind it is told too. Up to ten are each told at their place."""
    (folder / "flows" / "good.yaml").write_text(GOOD.replace("  hello:", "  hallo:"))
    one = "  - {name: It ends NUMBER, expect: {outcome: done, path: [hello, close]}}\n"
    text = "scenarios:\n" + "".join(one.replace("NUMBER", str(number)) for number in range(walks))
    text += "  - {name: It starts, expect: {outcome: done, path: [hallo, clsoe]}}\n"
    (folder / "flows" / "good.scenarios.yaml").write_text(text)
    assert run(["check", "--format", "json"]) == 1
    found = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["code"] == "SHP952"]
    renamed = [(one["line"], one["message"]) for one in found if '"hello"' in one["message"]]
    assert [line for line, _ in renamed] == list(range(2, 2 + told))
    assert {message for _, message in renamed[:-1]} == {'good has no step "hello".'}
    assert [one["line"] for one in found if one not in found[:told]] == [walks + 2]
    if told < walks:
        lines = ", ".join(str(line) for line in range(5, min(walks + 2, 105)))
        assert f"The same is wrong in {walks - 3} more places of this file: lines {lines}" in renamed[-1][1]
        assert renamed[-1][1].endswith(" and 197 more." if walks == 300 else f"{walks + 1}.")


def test_scenarios_of_no_flow_and_those_that_can_not_be_read_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is named after no flow, and a scenario of which the language knows no such time, at their places."""
    (folder / "flows" / "god.scenarios.yaml").write_text(WALK)
    at = WALK.replace("expect", "given: {at: 2026-11-23}, expect")
    (folder / "flows" / "good.scenarios.yaml").write_text(at)
    assert run(["check"]) == 1
    out = capsys.readouterr().out
    assert 'flows/god.scenarios.yaml:1:1: error There is no flow "god". [SHP952' in out
    assert 'Did you mean "good"?' in out
    assert re.search(r'flows/good.scenarios.yaml:2:29: error .*"2026-11-23" is no time\..*\[SHP951', out)


def test_a_file_of_a_library_inside_is_checked_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The library around it does not read it: checked within that one, a wrong file would seem right."""
    inside = folder / "flows" / "examples"
    inside.mkdir()
    for place in (folder / "flows", inside):
        (place / "desk.yaml").write_text("desk: service\n")
    (inside / "bad.yaml").write_text(BAD)
    assert run(["check"]) == 0
    assert run(["check", "flows/examples/bad.yaml"]) == 1
    assert "flows/examples/bad.yaml:11:16: error" in capsys.readouterr().out


def test_github_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One annotation a finding."""
    (folder / "flows" / "bad.yaml").write_text(BAD)
    assert run(["check", "--format", "github"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("::error file=flows/bad.yaml,line=11,endLine=11,col=16,endColumn=19,title=SHP205 ")


def test_settings_in_their_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Flag before SHEPHERD_LIBRARY before shepherd.toml before ./flows."""
    for name in ("from_file", "from_environment", "from_flag"):
        (folder / name).mkdir()
    (folder / "from_file" / "bad.yaml").write_text(BAD)
    (folder / "from_environment" / "good.yaml").write_text(GOOD)
    (folder / "from_flag" / "bad.yaml").write_text(BAD)
    assert run(["check"]) == 0
    (folder / "shepherd.toml").write_text('library = "from_file"\n')
    assert run(["check"]) == 1
    monkeypatch.setenv("SHEPHERD_LIBRARY", str(folder / "from_environment"))
    assert run(["check"]) == 0
    assert run(["check", "--library", "from_flag"]) == 1
    capsys.readouterr()


def test_a_library_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use, with what to do."""
    assert run(["check", "--library", "nowhere"]) == 2
    assert "--library" in capsys.readouterr().err


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe", b"[" * 100_000, b"a: &x [*x]", b"\x00", b"- a"])
def test_junk_is_a_finding_and_never_a_traceback(folder: Path, junk: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a file holds."""
    (folder / "flows" / "junk.yaml").write_bytes(junk)
    assert run(["check", "--format", "json"]) == 1
    assert {f["file"] for f in json.loads(capsys.readouterr().out)["findings"]} == {"junk.yaml"}


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_a_report_goes_to_a_file_and_people_are_told(
    form: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --output; the file has just what would have been printed, also where nothing is wrong."""
    for end in (0, 1):
        assert run(["check", "--format", form]) == end
        printed = capsys.readouterr().out
        assert run(["check", "--format", form, "-o", "report"]) == end
        assert re.search(r"^(Nothing|1 error).* files?\.", capsys.readouterr().out, re.MULTILINE)
        assert (folder / "report").read_text() == printed
        (folder / "flows" / "bad.yaml").write_text(BAD)
    assert run(["check", "-o", "report"]) == 2
    assert "--format" in capsys.readouterr().err


UNUSED = GOOD.replace("flow: good", "flow: unused").replace("done: {", "spare: {resolves: true}, done: {")


@pytest.mark.parametrize(
    ("options", "codes", "end"),
    [
        ([], ["SHP205", "SHP206"], 1),
        (["--select", "SHP206"], ["SHP206"], 1),
        (["--select", "shp206,SHP2"], ["SHP205", "SHP206"], 1),
        (["--select", "unknown-outcome"], ["SHP205"], 1),
        (["--select", "SHP3", "--select", "SHP4"], [], 1),
        (["--ignore", "SHP206"], ["SHP205"], 1),
        (["--ignore", "SHP2"], ["SHP205"], 1),
        (["--ignore", "SHP4 unused-outcome", "--select", "SHP2"], ["SHP205"], 1),
        (["flows/unused.yaml", "--ignore", "SHP206"], [], 0),
        (["flows/unused.yaml", "--select", "SHP205"], [], 0),
    ],
)
def test_what_is_told_is_chosen_by_code(
    options: list[str], codes: list[str], end: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By whole codes, beginnings and names. An error is never ignored, and counts where it is not selected."""
    (folder / "flows" / "bad.yaml").write_text(BAD)
    (folder / "flows" / "unused.yaml").write_text(UNUSED)
    assert run(["check", "--format", "json", *options]) == end
    printed = capsys.readouterr()
    shown = json.loads(printed.out)
    assert sorted(f["code"] for f in shown["findings"]) == codes
    assert shown["ok"] is (end == 0)
    assert ("1 error is not among" in printed.err) == (end == 1 and "SHP205" not in codes)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--ignore", "SHP205"], "errors can't be ignored"),
        (["--ignore", "unknown-outcome"], "errors can't be ignored"),
        (["--select", "SHP205a"], 'Did you mean "SHP205"?'),
        (["--ignore", "unused-outcom"], 'Did you mean "unused-outcome"?'),
    ],
)
def test_a_choice_that_can_not_be_is_wrong_use(
    options: list[str], told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error by its code, and a code that there is not."""
    assert run(["check", *options]) == 2
    assert told in capsys.readouterr().err


def test_the_hook_for_pre_commit_runs_the_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its command checks the whole library of ./flows, whichever of its files were changed, and fails on an error."""
    root = Path(__file__).resolve().parents[2]
    hook = next(h for h in yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text()) if h["id"] == "shepherd-check")
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    files = ("flows/a.yaml", "flows/data/rates.csv", "README.md", "flows/a.yaml.bak")
    assert [bool(re.search(hook["files"], file)) for file in files] == [True, True, False, False]
    command, *words = hook["entry"].split()
    assert command in tomllib.loads((root / "pyproject.toml").read_text())["project"]["scripts"]
    assert run(words) == 0
    (folder / "flows" / "bad.yaml").write_text(BAD)
    assert run(words) == 1
    assert "SHP205" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["human", "json", "github", "sarif", "junit"])
def test_a_folder_without_flows_is_not_fine(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is nothing to check, that is said, for nothing was proved."""
    (tmp_path / "notes.txt").write_text("no flow")
    assert run(["check", str(tmp_path), "--format", form]) == 2
    assert "There are no flows in" in capsys.readouterr().err
