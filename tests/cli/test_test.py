"""``shepherd test``: scenarios, coverage and exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from shepherd.cli.app import run
from shepherd.cli.settings import shown_file
from tests.shipped import SMALL_DESK

ROOT = Path(__file__).resolve().parents[2]
FLOWS = ROOT / "flows"
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], "TERM": "xterm"}


HELLO = """flow: hello
title: Say hello
category: intake
version: 1
outcomes:
  done: {resolves: true}
steps:
  hello: {say: Good morning.}
  bye: {end: done}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A library of two flows, one of them shipped, which is checked in no time."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name in ("closing.yaml", "closing.scenarios.yaml"):
        shutil.copy(FLOWS / name, folder)
    (folder / "desk.yaml").write_text(SMALL_DESK)
    (folder / "hello.yaml").write_text(HELLO)
    scenario = "{name: Hello, given: {}, expect: {outcome: done, path: [hello, bye]}}"
    (folder / "hello.scenarios.yaml").write_text(f"scenarios:\n  - {scenario}\n")
    return folder


def test_the_shipped_flows_end_with_all_edges(capsys: pytest.CaptureFixture[str]) -> None:
    """The last line says that every edge was walked."""
    assert run(["test", str(FLOWS)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"edges (\d+)/\1 \(100 %\)", last)


def test_json_is_one_object_of_the_documented_shape(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """FORMATS §7; a file of scenarios is walked alone."""
    assert run(["test", str(small / "closing.scenarios.yaml"), "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["shepherd"], shown["ok"]) == ("test/1", True)
    assert {s["flow"] for s in shown["scenarios"]} == {"closing"}
    assert set(shown["scenarios"][0]) >= {"flow", "name", "ok", "failures", "path"}
    (coverage,) = shown["coverage"]
    assert coverage["edges"][0] == coverage["edges"][1]
    assert coverage["missing"] == []


def test_a_scenario_that_fails_ends_with_1(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What failed is named with what was and what should have been."""
    file = small / "closing.scenarios.yaml"
    file.write_text(file.read_text().replace("outcome: unresolved", "outcome: confirmed"))
    assert run(["test", str(small)]) == 1
    out = capsys.readouterr().out
    assert "failed  closing: Something is left" in out
    assert 'ended with "unresolved", not "confirmed"' in out


def test_an_edge_that_nobody_walks_is_named(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the percentage is not rounded up."""
    for file in small.glob("*.scenarios.yaml"):
        if file.name != "hello.scenarios.yaml":
            file.unlink()
    assert run(["test", str(small)]) == 0
    out = capsys.readouterr().out
    assert "not walked: confirm --answer:yes--> offer_survey" in out
    assert "(100 %)" not in out


LEVELS = """flow: levels
title: Levels
category: intake
version: 1
outcomes:
  done: {resolves: true}
tables:
  level:
    by: {loss: loss}
    gives: {team: text}
    rows:
      - [under 100, Desk]
      - [100 to 1000, Second line]
      - [over 1000, Executive]
steps:
  loss:
    ask: How large is the loss?
    type: number
  tell: {say: "It goes to {{ level.team }}."}
  bye: {end: done}
"""


def test_rows_that_no_scenario_comes_to_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Every edge may be walked, and a row of a table be wrong all the same: rows are counted, and told at their lines.
    """
    (tmp_path / "levels.yaml").write_text(LEVELS)
    scenarios = ["scenarios:"]
    for number, loss in enumerate((99, 1001)):
        given = f"given: {{answers: {{loss: '{loss}'}}}}"
        scenarios += [f"  - {{name: N{number}, {given}, expect: {{outcome: done, path: [loss, tell, bye]}}}}"]
    (tmp_path / "levels.scenarios.yaml").write_text("\n".join(scenarios))

    assert run(["test", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("   edges 2/2   rows 2/3")
    assert lines[1].startswith("    not reached: row 2 of the table level  (")
    assert lines[1].endswith("levels.yaml:13)")
    assert lines[-1] == "edges 2/2 (100 %)"
    assert run(["test", str(tmp_path), "--format", "json"]) == 0
    (covered,) = json.loads(capsys.readouterr().out)["coverage"]
    assert covered["rows"] == [2, 3]
    assert covered["missing_rows"] == [{"table": "level", "row": 2, "file": "levels.yaml", "line": 13}]


def test_flows_with_errors_are_not_walked(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The findings are shown instead, with 1."""
    file = small / "closing.yaml"
    file.write_text(file.read_text().replace("{end: confirmed}", "{end: confirmd}"))
    assert run(["test", str(small)]) == 1
    assert 'Did you mean "confirmed"?' in capsys.readouterr().err


def test_a_malformed_file_of_scenarios_is_said(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its name and line, by ``test`` and by ``check``."""
    file = small / "closing.scenarios.yaml"
    for expected, said in (
        ("{outcome: confirmed}", "path, says, values or ticket is missing here."),
        ("{path: [...]}", "outcome or waiting is missing here."),
    ):
        file.write_text(f"scenarios:\n  - name: x\n    expect: {expected}\n")
        assert run(["check", str(file)]) == 1
        assert f"closing.scenarios.yaml:3:5: error {said}" in capsys.readouterr().out
        assert run(["test", str(small)]) == 1
        assert f"closing.scenarios.yaml:3:5: error {said}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new"),
    [("scenarios:\n", "scenario:\n"), ("    given:", "   given:"), ("  - name: Two", " - name: Two")],
)
@pytest.mark.parametrize("asked", [("x.scenarios.yaml",), ("x.yaml",), ("x",), ()])
def test_a_file_of_scenarios_that_can_not_be_read_is_not_denied(
    small: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, asked: tuple[str, ...]
) -> None:
    """However the test names it, it shows what the check shows; wrong use would be a file that is no such file."""
    file = small / "x.scenarios.yaml"
    text = "scenarios:\n" + "".join(
        f"  - name: {name}\n    given: {{}}\n    expect:\n      outcome: done\n      path: [hello, bye]\n"
        for name in ("One", "Two")
    )
    (small / "x.yaml").write_text(HELLO.replace("flow: hello", "flow: x"))
    file.write_text(text.replace(old, new, 1))
    assert run(["check", str(small)]) == 1
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "x.scenarios.yaml:" in line]

    paths = [str(small / name) if "." in name else name for name in asked]
    assert run(["test", *paths, "--library", str(small)]) == 1
    err = capsys.readouterr().err
    assert told in err
    assert "is neither" not in err


def test_a_flow_that_can_not_be_read_is_not_denied(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its file or by its name: the test says what is wrong in it."""
    file = small / "hello.yaml"
    file.write_text(HELLO.replace("outcomes:", "outcomes: ["))
    for asked in (str(file), "hello"):
        assert run(["test", asked, "--library", str(small)]) == 1
        assert "hello.yaml:" in capsys.readouterr().err


def test_mistakes_that_only_the_reader_sees_have_their_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What no schema can refuse stops the test too, all of it at once, each at its line."""
    file = small / "closing.scenarios.yaml"
    lines = ["scenarios:"]
    for given in ("{at: soon}", "{spent: {confirm: few}}"):
        lines += ["  - name: x", f"    given: {given}", "    expect: {outcome: confirmed, path: [...]}"]
    file.write_text("\n".join(lines))
    assert run(["test", str(small)]) == 1
    told = capsys.readouterr().err
    assert 'closing.scenarios.yaml:3:13: error scenario x: at: "soon" is no time.' in told
    assert 'closing.scenarios.yaml:6:21: error scenario x: "few" is no whole number from 0 to 9999.' in told
    assert "2 scenarios can't be read" in told


def test_a_failure_has_its_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal opens it from there."""
    file = small / "closing.scenarios.yaml"
    file.write_text(file.read_text().replace("outcome: unresolved", "outcome: confirmed"))
    run(["test", str(small)])
    place = re.search(r"closing\.scenarios\.yaml:(\d+)\)", capsys.readouterr().out)
    assert place
    assert "Something is left" in file.read_text().splitlines()[int(place[1]) - 1]


def test_some_scenarios_by_their_words(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`-k` chooses by flow or name, however it is written, and counts the flows of those alone."""
    assert run(["test", str(small), "-k", "CLOSING: it works and no", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [s["name"] for s in shown["scenarios"]] == ["It works and no survey is wanted"]
    assert [c["flow"] for c in shown["coverage"]] == ["closing"]
    assert run(["test", str(small), "-k", "no such words"]) == 2
    assert run(["test", str(small), "-k", "survey", "--min-coverage", "1"]) == 2


def test_a_threshold_holds_for_each_flow(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One flow below it fails the test, however well the others are covered."""
    assert run(["test", str(small), "--min-coverage", "100"]) == 0
    (small / "hello.scenarios.yaml").unlink()
    capsys.readouterr()
    assert run(["test", str(small), "--min-coverage", "90"]) == 1
    out = capsys.readouterr().out
    assert re.search(r"^hello: \d+ of \d+ edges are walked; 90 % are asked for\.$", out, re.MULTILINE)
    assert out.splitlines()[-1].startswith("edges ")
    assert run(["test", str(small), "--min-coverage", "101"]) == 2


def test_a_report_in_a_file_leaves_the_terminal_to_people(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`-o` writes JUnit's XML, under addresses that open from here, and failures are told as ever."""
    file = small / "closing.scenarios.yaml"
    file.write_text(file.read_text().replace("outcome: unresolved", "outcome: confirmed"))
    report = small / "report.xml"
    assert run(["test", str(file), "--format", "junit", "-o", str(report)]) == 1
    assert "failed  closing: Something is left" in capsys.readouterr().out
    root = ElementTree.fromstring(report.read_text(encoding="utf-8"))
    assert int(root.get("failures", "0")) > 0
    assert {case.get("file") for case in root.iter("testcase")} == {shown_file(small, file.name)}
    assert run(["test", str(file), "-o", str(report)]) == 2


@pytest.mark.parametrize("terminal", [True, False])
def test_a_long_test_shows_how_far_it_is_on_a_terminal_only(small: Path, terminal: bool) -> None:
    """A log or a file gets no bar."""
    scenario = "  - {name: N%d, given: {answers: {confirm: hung_up}}, expect: {waiting: confirm, path: [...]}}\n"
    text = "".join(scenario % number for number in range(300)).replace("waiting: confirm", "outcome: unconfirmed")
    (small / "closing.scenarios.yaml").write_text(f"scenarios:\n{text}")
    master, slave = os.openpty()
    command = [sys.executable, "-m", "shepherd.cli", "test", str(small / "closing.scenarios.yaml")]
    where = subprocess.PIPE
    done = subprocess.run(
        command, env=ENVIRONMENT, stdout=where, stderr=slave if terminal else where, check=False, timeout=60
    )
    told = os.read(master, 100_000).decode() if terminal else done.stderr.decode()
    os.close(slave)
    os.close(master)
    assert ("300 scenarios" in told) is terminal
    assert b"300 scenarios  [" not in done.stdout


def test_scenarios_are_suggested_for_what_is_missing(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed as a file would have them; saved, they complete the coverage, and what stood there stays."""
    file = small / "closing.scenarios.yaml"
    first, *rest = file.read_text().split("\n  - name: ")
    file.write_text("\n  - name: ".join([first, *rest[:3]]) + "\n")
    before = file.read_text()
    assert run(["test", str(small), "--suggest"]) == 0
    shown = capsys.readouterr()
    assert re.search(
        r"^closing: (\d+) scenarios? takes? (\d+) of the \2 missing edges; fewer can't\.$", shown.err, re.M
    )
    assert shown.out.startswith(f"# {shown_file(small, file.name)}\nscenarios:\n  # Suggested")
    assert file.read_text() == before
    assert run(["test", str(small), "--suggest", "--save"]) == 0
    assert file.read_text().startswith(before)
    capsys.readouterr()
    assert run(["test", str(small), "--min-coverage", "100"]) == 0
    assert "0 failed" in capsys.readouterr().out
    assert run(["test", str(small), "--suggest"]) == 0
    assert "Every edge is walked." in capsys.readouterr().err
    for wrong in (["--suggest", "--watch"], ["--suggest", "--format", "json"], ["--save"]):
        assert run(["test", str(small), *wrong]) == 2


def test_scenarios_are_suggested_for_one_flow(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Named by its file, its name or ``-k``, with scenarios yet or without: the other flows get none.

    With ``-k`` all scenarios of the flow count, so that no edge is suggested which another one walks.
    """
    (small / "hello.scenarios.yaml").unlink()
    file = small / "closing.scenarios.yaml"
    first, *rest = file.read_text().split("\n  - name: ")
    file.write_text("\n  - name: ".join([first, *rest[:3]]) + "\n")
    library = ["--library", str(small)]
    told = {}
    for asked in (
        [str(small / "hello.yaml")],
        ["hello", *library],
        ["-k", "HELL", *library],
        ["-k", "closing", *library],
    ):
        assert run(["test", "--suggest", *asked]) == 0
        shown = capsys.readouterr()
        told[tuple(asked)] = [line.partition(":")[0] for line in shown.err.splitlines()]
    assert [*told.values()] == [["hello"], ["hello"], ["hello"], ["closing"]]
    assert run(["test", "--suggest", *library]) == 0
    every = capsys.readouterr().out
    assert run(["test", "-k", rest[0].partition("\n")[0], "--suggest", *library]) == 0
    assert capsys.readouterr().out in every

    assert run(["test", "hello", "--suggest", "--save", *library]) == 0
    capsys.readouterr()
    assert run(["test", "hello", *library]) == 0
    assert re.search(r"^1 scenario passed, 0 failed\.$", capsys.readouterr().out, re.M)
    assert run(["test", "helo", *library]) == 2
    assert 'Did you mean "hello"?' in capsys.readouterr().err
    (small / "notes.yaml").write_text("list: notes\noptions: {a: A}\n")
    for wrong, said in (
        (["-k", "nowhere"], "No flow or scenario"),
        ([str(small / "notes.yaml")], "neither a flow nor"),
    ):
        assert run(["test", *wrong, "--suggest", *library]) == 2
        assert said in capsys.readouterr().err


def test_a_flow_without_scenarios_gets_its_first_file(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the flow; and an edge that is not reached is named with its line."""
    hard = HELLO.replace("hello\n", "hard\n", 1).replace("Say hello", "Hard") + "  never: {say: Never., then: bye}\n"
    hard = hard.replace(
        "  bye:",
        "  number: {ask: Which?, type: integer}\n  judge:\n    decide:\n"
        "      - when: number * number == 1369\n        then: never\n      - otherwise: bye\n  bye:",
    )
    (small / "hard.yaml").write_text(hard)
    assert run(["test", str(small), "--suggest", "--save"]) == 0
    told = capsys.readouterr().err
    assert "no values that the conditions name lead there" in told
    assert f"judge --when:1--> never  ({shown_file(small, 'hard.yaml')}:13)" in told
    assert (small / "hard.scenarios.yaml").is_file()
    assert run(["test", str(small / "hard.scenarios.yaml")]) == 0


def test_a_name_that_there_is_not_is_told_at_its_place_with_the_one_that_was_meant(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Flows, steps, answers, fields, inputs, operations, results, outcomes: each once, although more fails by it, and by
    ``check`` in the same words.

    The two paths of a scenario that went another way say which was walked and which was expected.
    """
    file = small / "closing.scenarios.yaml"
    file.write_text(
        "scenarios:\n"
        "  - name: x\n"
        "    given:\n"
        "      inputs: {custmer: C-1}\n"
        "      answers:\n"
        "        confirm: [noo]\n"
        "        closng/confirm: [yes]\n"
        "        thnk: continue\n"
        "        offer_follow_up: {back: confrm}\n"
        "      connectors:\n"
        "        ticket.follow_up: okk\n"
        "        ticket.follw_up: ok\n"
        "    expect: {outcome: unresolvd, path: [confirm, ..., stil_open]}\n"
    )
    assert run(["test", str(small), "-k", "closing: x"]) == 1
    told = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("        ")]
    at = shown_file(small, file.name)
    wrong = (
        'closing has no input "custmer".',
        f'{at}:6:19: closing/confirm has no answer "noo". Did you mean "no"?',
        f'{at}:7:9: There is no flow "closng". Did you mean "closing"?',
        f'{at}:8:9: closing has no step "thnk". Did you mean "thank"?',
        f'{at}:9:33: closing has no step "confrm". Did you mean "confirm"?',
        f'{at}:11:27: ticket.follow_up has no result "okk". Did you mean "ok"?',
        f'{at}:12:9: There is no operation "ticket.follw_up". Did you mean "ticket.follow_up"?',
        f'{at}:13:23: closing has no outcome "unresolvd". Did you mean "unresolved"?',
        f'{at}:13:55: closing has no step "stil_open". Did you mean "still_open"?',
    )
    for line in wrong:
        assert sum(line in one for one in told) == 1, (line, told)
    assert not [one for one in told if "not used" in one and "closing/confirm" not in one and "follow_up" not in one]
    assert run(["check", str(small), "--format", "json"]) == 1
    checked = [f for f in json.loads(capsys.readouterr().out)["findings"] if f["file"] == file.name]
    places = [f"{shown_file(small, f['file'])}:{f['line']}:{f['column']}: {f['message']} {f['hint']}" for f in checked]
    assert len(places) == len(wrong)
    assert all(sum(line in one for one in places) == 1 for line in wrong), places

    scenario = "{name: Hello, given: {}, expect: {outcome: done, path: [bye]}}"
    (small / "hello.scenarios.yaml").write_text(f"scenarios:\n  - {scenario}\n")
    assert run(["test", "hello", "--library", str(small)]) == 1
    assert "path walked:   hello → bye\n     expected: bye\n" in capsys.readouterr().out
