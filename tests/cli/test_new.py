"""``shepherd new``: a first flow that is right as it stands, and nothing that is lost by it."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shepherd.cli.app import run
from shepherd.flow.draft import read_draft

SRC = Path(__file__).resolve().parents[2] / "src"
SHIPPED = SRC.parent / "flows"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("SHEPHERD_LIBRARY", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below *folder*."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_flow_checks_clean_and_its_scenario_passes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In an empty folder the library ./flows is made; what is written has neither errors nor warnings."""
    assert run(["new", "parcel_lost", "--title", "Parcel lost", "--category", "orders"]) == 0
    assert set(everything(folder)) == {"flows/parcel_lost.yaml", "flows/parcel_lost.scenarios.yaml"}
    capsys.readouterr()
    assert run(["check"]) == 0
    assert capsys.readouterr().out == "Nothing wrong in 2 files.\n"
    assert run(["test", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [s["ok"] for s in shown["scenarios"]] == [True]


def test_a_new_flow_has_an_owner_where_flows_have_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one that is named, else the desk: a flow without would be warned of beside others that have one."""
    shutil.copytree(SHIPPED, folder / "flows", ignore=shutil.ignore_patterns("examples", "*.scenarios.yaml"))
    assert run(["new", "parcel_lost", "--title", "Parcel lost", "--category", "orders"]) == 0
    assert run(["new", "parcel_found", "--title", "x", "--category", "orders", "--owner", "Ann: #1"]) == 0
    draft = read_draft(folder / "flows")
    assert (draft.flows["parcel_lost"].owner, draft.flows["parcel_found"].owner) == ("fixed_line", "Ann: #1")
    capsys.readouterr()
    assert run(["check", "flows/parcel_lost.yaml"]) == 0
    assert capsys.readouterr().out == "Nothing wrong in 1 file.\n"


@pytest.mark.parametrize(
    "title", ['Parcel: lost # "or not"', "@ home", "{{ x }}", "- 12", "yes", "Päckchen, verloren?", "a" * 100, "'"]
)
def test_a_title_means_what_was_typed(title: str, folder: Path) -> None:
    """Whatever YAML would make of it."""
    assert run(["new", "parcel", "--title", title, "--category", "orders"]) == 0
    draft = read_draft(folder / "flows")
    assert draft.findings == ()
    assert draft.flows["parcel"].title == title


@pytest.mark.parametrize("there", ["parcel.yaml", "parcel.scenarios.yaml", "deep/parcel.yaml"])
def test_nothing_is_overwritten(there: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flow of that name, its scenarios, or one in a folder below: wrong use, and not a byte changes."""
    (folder / "flows" / "deep").mkdir(parents=True)
    (folder / "flows" / there).write_text("my own words\n")
    before = everything(folder)
    assert run(["new", "parcel", "--title", "Parcel", "--category", "orders"]) == 2
    assert everything(folder) == before
    assert f"flows/{there} is there already" in capsys.readouterr().err


def test_a_link_that_leads_nowhere_is_not_written_through(folder: Path) -> None:
    """Its target would be made somewhere else."""
    (folder / "flows").mkdir()
    (folder / "flows" / "parcel.yaml").symlink_to(folder / "elsewhere.yaml")
    assert run(["new", "parcel", "--title", "Parcel", "--category", "orders"]) == 2
    assert everything(folder) == {}


@pytest.mark.parametrize("name", ["Parcel", "9lives", "../escape", "parcel lost", "", "desk", "connectors", "a" * 65])
def test_a_name_that_no_flow_can_have_is_wrong_use(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What may be one is said, and nothing is written."""
    assert run(["new", name, "--title", "x", "--category", "orders"]) == 2
    assert "small letters" in capsys.readouterr().err
    assert everything(folder) == {}


def test_what_the_check_refuses_is_not_left_behind(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A title that is too long is said by the check itself; both files are taken back."""
    assert run(["new", "parcel", "--title", "x" * 50_000, "--category", "orders"]) == 2
    assert "Nothing was written" in capsys.readouterr().err
    assert everything(folder) == {}


def test_categories_are_those_of_the_desk(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """desk.yaml says which there are; a slip gets a hint, and without a terminal none is guessed."""
    (folder / "flows").mkdir()
    (folder / "flows" / "desk.yaml").write_text("desk: mine\ncategories: [parcels, letters]\n")
    assert run(["new", "lost", "--category", "parcel"]) == 2
    assert 'Did you mean "parcels"?' in capsys.readouterr().err
    assert run(["new", "lost"]) == 2
    assert "parcels, letters" in capsys.readouterr().err
    assert run(["new", "lost", "--category", "parcels"]) == 0
    capsys.readouterr()
    assert run(["check"]) == 0


def test_the_library_that_travels_with_shepherd_is_never_written_to(folder: Path) -> None:
    """Where settings find no library, that one is only read."""
    before = sorted(p.name for p in SHIPPED.iterdir())
    assert run(["new", "parcel", "--category", "orders"]) == 0
    assert sorted(p.name for p in SHIPPED.iterdir()) == before
    assert (folder / "flows" / "parcel.yaml").is_file()


def test_a_terminal_is_asked(folder: Path) -> None:
    """For the title, with one that the name suggests, and for the category; the answers go into the flow."""
    main, side = pty.openpty()
    environment = {"PYTHONPATH": str(SRC), "PATH": os.environ["PATH"], "TERM": "dumb"}
    process = subprocess.Popen(
        [sys.executable, "-m", "shepherd.cli", "new", "parcel_lost"],
        stdin=side,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    os.write(main, b"\norders\n")
    out, err = process.communicate(timeout=60)
    os.close(main)
    os.close(side)
    assert process.returncode == 0
    assert "Title [Parcel lost]" in err
    assert "Category" in err
    assert "Title" not in out
    flow = read_draft(folder / "flows").flows["parcel_lost"]
    assert (flow.title, flow.category) == ("Parcel lost", "orders")
