"""``shepherd new``: a first flow that is right as it stands, and nothing that is lost by it."""

from __future__ import annotations

import json
import os
import pty
import shlex
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
    written = {name for name in everything(folder) if not name.startswith("flows/.schemas/")}
    assert written == {"flows/parcel_lost.yaml", "flows/parcel_lost.scenarios.yaml"}
    capsys.readouterr()
    assert run(["check"]) == 0
    assert capsys.readouterr().out == "Nothing wrong in 2 files.\n"
    assert run(["test", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [s["ok"] for s in shown["scenarios"]] == [True]


def test_a_new_flow_has_an_owner_where_flows_have_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one that is named, else the desk, which is said: a flow without would be warned of beside others."""
    shutil.copytree(SHIPPED, folder / "flows", ignore=shutil.ignore_patterns("examples", "*.scenarios.yaml"))
    assert run(["new", "parcel_lost", "--title", "Parcel lost", "--category", "orders"]) == 0
    assert run(["new", "parcel_found", "--title", "x", "--category", "orders", "--owner", "Ann: #1"]) == 0
    draft = read_draft(folder / "flows")
    assert (draft.flows["parcel_lost"].owner, draft.flows["parcel_found"].owner) == ("fixed_line", "Ann: #1")
    said = [(folder / f"flows/parcel_{name}.yaml").read_text().count("write who answers") for name in ("lost", "found")]
    assert said == [1, 0]
    capsys.readouterr()
    assert run(["check", "flows/parcel_lost.yaml"]) == 0
    assert capsys.readouterr().out == "Nothing wrong in 2 files.\n"


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


SCHEMA = "# yaml-language-server: $schema="


def schema_of(file: Path) -> Path:
    """The schema that the first line of *file* names; it is no absolute path."""
    named = file.read_text("utf-8").splitlines()[0].removeprefix(SCHEMA)
    assert not Path(named).is_absolute()
    return (file.parent / named).resolve()


def test_a_new_flow_names_its_schema_by_a_path_that_others_have_too(folder: Path) -> None:
    """Where none lies above, the schemas are put into the library: two who share the folder have the same file."""
    (folder / "tree.csv").write_text("id,text,answer,target\n1,Is it on?,yes,2\n1,,no,2\n2,Done,,\n", encoding="utf-8")
    assert run(["new", "parcel_lost", "--title", "Parcel lost", "--category", "orders"]) == 0
    assert run(["import", "tree.csv", "-o", "flows/sub/tree.yaml"]) == 0
    there = folder / "flows" / ".schemas" / "flow.schema.json"
    assert (
        schema_of(folder / "flows" / "parcel_lost.yaml") == schema_of(folder / "flows" / "sub" / "tree.yaml") == there
    )
    for source in (SRC.parent / "schemas").glob("*.json"):
        assert (there.parent / source.name).read_bytes() == source.read_bytes()
    assert str(folder) not in "".join(p.read_text("utf-8") for p in (folder / "flows").rglob("*.yaml"))


def test_schemas_above_a_flow_are_named_and_none_are_put_there(folder: Path) -> None:
    """As in the product's own repository; a folder above the root of the repository is not looked into."""
    (folder / "schemas").mkdir()
    (folder / "schemas" / "flow.schema.json").write_text("{}", encoding="utf-8")
    assert run(["new", "parcel_lost", "--title", "Parcel lost", "--category", "orders"]) == 0
    assert schema_of(folder / "flows" / "parcel_lost.yaml") == folder / "schemas" / "flow.schema.json"
    assert not (folder / "flows" / ".schemas").exists()
    (folder / "flows" / ".git").mkdir()
    assert run(["new", "parcel_found", "--title", "Parcel found", "--category", "orders"]) == 0
    assert schema_of(folder / "flows" / "parcel_found.yaml").parent == folder / "flows" / ".schemas"


def test_schemas_of_another_release_are_replaced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody edits them, so an editor never holds new flows against old ones; nothing is said where they are right."""
    assert run(["new", "parcel_lost", "--title", "Parcel lost", "--category", "orders"]) == 0
    there = folder / "flows" / ".schemas" / "flow.schema.json"
    there.write_text("{}", encoding="utf-8")
    assert run(["new", "parcel_found", "--title", "Parcel found", "--category", "orders"]) == 0
    assert there.read_bytes() == (SRC.parent / "schemas" / "flow.schema.json").read_bytes()
    capsys.readouterr()
    assert run(["new", "parcel_sent", "--title", "Parcel sent", "--category", "orders"]) == 0
    assert ".schemas" not in capsys.readouterr().out


def test_schemas_of_another_release_are_noted_by_the_check_and_renewed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The note is no finding, and names the very command after which it is gone; without a folder there is none."""
    assert run(["new", "--schemas"]) == 2
    assert run(["new", "one", "--title", "One", "--category", "orders", "--library", "my flows"]) == 0
    assert run(["check", "my flows"]) == 0
    assert capsys.readouterr().err.count("another release") == 0
    (folder / "my flows" / ".schemas" / "flow.schema.json").write_text("{}", encoding="utf-8")
    (folder / "my flows" / ".schemas" / "list.schema.json").unlink()
    assert run(["check", "my flows"]) == 0
    told = capsys.readouterr().err
    assert told.startswith("my flows/.schemas is of another release; ")
    command = shlex.split(told.partition("shepherd ")[2])
    assert command == ["new", "--schemas", "--library", "my flows"]
    assert run(command) == 0
    assert capsys.readouterr().out == "Written: my flows/.schemas\n"
    assert run(["check", "my flows"]) == 0
    assert capsys.readouterr().err == ""
    assert run(["new", "--schemas", "two"]) == 2


def test_the_first_scenario_outlives_the_first_changes(folder: Path) -> None:
    """A message that is added, and one that is renamed, change nothing that the scenario says."""
    assert run(["new", "parcel_lost", "--title", "Parcel lost", "--category", "orders"]) == 0
    file = folder / "flows" / "parcel_lost.yaml"
    text = file.read_text("utf-8").replace("  greet:\n", "  hello:\n")
    file.write_text(
        text.replace("  settled_now:\n", "  tell:\n    say: One moment.\n  settled_now:\n"), encoding="utf-8"
    )
    assert run(["test"]) == 0
    assert run(["rename", "parcel_lost/settled_now", "on_the_line"]) == 0
    assert run(["test"]) == 0
