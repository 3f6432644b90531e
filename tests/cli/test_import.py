"""``shepherd import``: a file from elsewhere becomes a flow in the library, and what is left to do is listed."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from shepherd.cli.app import run

TABLE = "id,text,answer,target\n1,Is the light green?,Yes,2\n1,,No,9\n2,Thank you.,,\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a library, with a table in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "The Router.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def test_a_table_becomes_a_flow_of_the_library(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Named after its file; what is told to be done is what `shepherd check` finds, and once it is settled, nothing.
    """
    assert run(["import", "The Router.csv"]) == 0
    told = capsys.readouterr().out
    assert "Written: flows/the_router.yaml (4 steps, 2 ways)" in told.replace("(3 steps", "(4 steps")
    listed = [line.split(":")[1] for line in told.splitlines() if line.startswith("  flows/the_router.yaml:")]
    assert run(["check", "flows/the_router.yaml"]) == 0
    found = [line for line in capsys.readouterr().out.splitlines() if line.startswith("flows/the_router.yaml:")]
    assert [line.split(":")[1] for line in found] == listed
    assert all("SHP120" in line for line in found)
    file = folder / "flows" / "the_router.yaml"
    settled = [line.partition("  # to-do")[0] for line in file.read_text().splitlines()]
    file.write_text("\n".join(line for line in settled if "# to-do" not in line) + "\n")
    assert run(["check", "flows/the_router.yaml"]) == 0
    assert "Nothing wrong" in capsys.readouterr().out


def test_nothing_is_overwritten_unless_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays, byte for byte, until --overwrite is given."""
    assert run(["import", "The Router.csv", "--flow", "router"]) == 0
    file = folder / "flows" / "router.yaml"
    file.write_text("mine")
    assert run(["import", "The Router.csv", "--flow", "router"]) == 2
    assert "is there already, and nothing was written" in capsys.readouterr().err
    assert run(["import", "The Router.csv", "-o", str(file)]) == 2
    assert file.read_text() == "mine"
    assert run(["import", "The Router.csv", "--flow", "router", "--overwrite"]) == 0
    assert file.read_text().startswith("# yaml-language-server")


def test_it_is_shown_and_not_written(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """With ``-o -``, also from a pipe; the title and the category may be said."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"graph TD\nA[Ask] --> B[Done]\n"), encoding="utf-8"))
    said = ["--flow", "x", "--title", "T", "--category", "orders"]
    assert run(["import", "-", "--as", "mermaid", "-o", "-", *said]) == 0
    text = capsys.readouterr().out
    assert "flow: x\ntitle: T\ncategory: orders\n" in text
    assert not (folder / "flows").exists()


def test_what_cannot_be_read_is_told_by_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What, where and how to mend it, for every line at once, with the code of findings; nothing is written."""
    (folder / "wrong.csv").write_text("id,text,answer,target\n,On?,Yes,2\n1,\u202eOn?,Yes,1\n1,Off?,No,2\n")
    assert run(["import", "wrong.csv"]) == 1
    err = capsys.readouterr().err
    assert "wrong.csv:2: error This row has no id. Give the id of its step." in err
    assert 'wrong.csv:4: error The id "1" stands in line 3 already' in err
    assert err.endswith("Nothing was written.\n")
    assert not (folder / "flows").exists()


def test_wrong_use_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of no known kind, an id that is none, a category that there is not, a file that is not there."""
    (folder / "x.visio").write_text("?")
    for arguments in (
        ["x.visio"],
        ["The Router.csv", "--flow", "The Router"],
        ["The Router.csv", "--flow", "desk"],
        ["The Router.csv", "--category", "order"],
        ["none.csv"],
        ["x.visio", "--as", "visio"],
    ):
        assert run(["import", *arguments]) == 2, arguments
    assert 'There is no category "order". Did you mean "orders"?' in capsys.readouterr().err
    assert not (folder / "flows").exists()
