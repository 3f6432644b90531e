"""``shepherd explain``: a flow as plain sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shepherd.cli.app import run
from tests.shipped import few

FLOWS = str(few())


def test_a_flow_is_told_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing but the sentences goes to stdout, and nothing to stderr where all is well."""
    assert run(["explain", "closing", "--library", FLOWS]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Close the contact\n")
    assert "   Ask: “Is everything you called about settled now?”\n" in out
    assert err == ""


def test_a_flow_is_told_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One object; each sentence with its step and line."""
    assert run(["explain", "closing", "--format", "json", "--library", FLOWS]) == 0
    shown = json.loads(capsys.readouterr().out)
    asked = next(s for s in shown["sentences"] if s["about"] == "ask")
    assert (shown["shepherd"], asked["step"], asked["line"]) == ("explain/1", "confirm", 16)


def test_an_unknown_flow_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest."""
    assert run(["explain", "closng", "--library", FLOWS]) == 2
    assert 'Did you mean "closing"?' in capsys.readouterr().err


@pytest.mark.parametrize("command", ["explain", "draw", "run", "test"])
def test_who_stands_in_another_library_is_told_so(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The flow that one sees is not in the library that is looked in, and both are named."""
    (tmp_path / "desk.yaml").write_text("desk: mine\n")
    monkeypatch.chdir(tmp_path)
    assert run([command, "mine", "--library", FLOWS]) == 2
    err = capsys.readouterr().err
    assert f'There is no flow "mine" in {FLOWS}.' in err
    assert err.strip().endswith("You are in another library: name it with --library .")
    monkeypatch.chdir(FLOWS)
    assert run([command, "mine", "--library", FLOWS]) == 2
    assert "another library" not in capsys.readouterr().err


GOOD = """\
flow: odd
title: Odd
category: troubleshooting
version: 1
outcomes: {done: {resolves: true}}
steps:
  hello:
    say: Good morning.
  close: {end: done}
"""


def test_a_flow_that_cannot_be_read_shows_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The findings that hide it, and exit code 1."""
    (tmp_path / "odd.yaml").write_text(GOOD.replace("say: Good", "sya: Good"))
    assert run(["explain", "odd", "--library", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "SHP" in err


def test_a_flow_with_mistakes_is_told_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The designer reads what is there, and hears that it may not be run."""
    (tmp_path / "odd.yaml").write_text(GOOD.replace("end: done", "end: don"))
    assert run(["explain", "odd", "--library", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert "The flow ends as don, which is no outcome of it." in out
    assert "may not be run" in err
