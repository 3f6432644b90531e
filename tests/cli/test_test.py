"""``shepherd test``: scenarios, coverage and exit codes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from shepherd.cli.app import run

FLOWS = Path(__file__).resolve().parents[2] / "flows"


@pytest.fixture
def closing(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FLOWS, tmp_path / "flows"))


def test_the_shipped_flows_end_with_all_edges(capsys: pytest.CaptureFixture[str]) -> None:
    """The last line says that every edge was walked."""
    assert run(["test", str(FLOWS)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"edges (\d+)/\1 \(100 %\)", last)


def test_json_is_one_object_of_the_documented_shape(capsys: pytest.CaptureFixture[str]) -> None:
    """FORMATS §7; a file of scenarios is walked alone."""
    assert run(["test", str(FLOWS / "closing.scenarios.yaml"), "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["shepherd"], shown["ok"]) == ("test/1", True)
    assert {s["flow"] for s in shown["scenarios"]} == {"closing"}
    assert set(shown["scenarios"][0]) >= {"flow", "name", "ok", "failures", "path"}
    (coverage,) = shown["coverage"]
    assert coverage["edges"][0] == coverage["edges"][1]
    assert coverage["missing"] == []


def test_a_scenario_that_fails_ends_with_1(closing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What failed is named with what was and what should have been."""
    file = closing / "closing.scenarios.yaml"
    file.write_text(file.read_text().replace("outcome: unresolved", "outcome: confirmed"))
    assert run(["test", str(closing)]) == 1
    out = capsys.readouterr().out
    assert "failed  closing: Something is left" in out
    assert 'ended with "unresolved", not "confirmed"' in out


def test_an_edge_that_nobody_walks_is_named(closing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the percentage is not rounded up."""
    for file in closing.glob("*.scenarios.yaml"):
        if file.name != "authentication.scenarios.yaml":
            file.unlink()
    assert run(["test", str(closing)]) == 0
    out = capsys.readouterr().out
    assert "not walked: confirm --answer:yes--> offer_survey" in out
    assert "(100 %)" not in out


def test_flows_with_errors_are_not_walked(closing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The findings are shown instead, with 1."""
    file = closing / "closing.yaml"
    file.write_text(file.read_text().replace("{end: confirmed}", "{end: confirmd}"))
    assert run(["test", str(closing)]) == 1
    assert 'Did you mean "confirmed"?' in capsys.readouterr().err


def test_a_malformed_file_of_scenarios_is_said(closing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its name and line, by ``test`` and by ``check``."""
    file = closing / "closing.scenarios.yaml"
    for expected, said in (
        ("{outcome: confirmed}", "path, says, values or ticket is missing here."),
        ("{path: [...]}", "outcome or waiting is missing here."),
    ):
        file.write_text(f"scenarios:\n  - name: x\n    expect: {expected}\n")
        assert run(["check", str(file)]) == 1
        assert f"closing.scenarios.yaml:3:5: error {said}" in capsys.readouterr().out
        assert run(["test", str(closing)]) == 1
        assert f"closing.scenarios.yaml:3:5: error {said}" in capsys.readouterr().err
