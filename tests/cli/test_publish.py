"""``shepherd publish``: what it prints, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shepherd.cli.app import run
from shepherd.record import verifier
from tests.publish.shelf import files_in

Do = Callable[..., tuple[int, str, str]]


@pytest.fixture
def do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Do:
    """Runs ``shepherd publish …`` in a folder with the small library; exit code, stdout, stderr."""
    files_in(tmp_path / "flows", "One.")
    monkeypatch.chdir(tmp_path)
    for name in ("LIBRARY", "DATABASE", "KEYS"):
        monkeypatch.delenv(f"SHEPHERD_{name}", raising=False)

    def do_(*words: str) -> tuple[int, str, str]:
        code = run(["publish", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return do_


def test_from_the_folder_to_live_and_back(do: Do) -> None:
    """Each step says what is so and what comes next; the list tells who did what, the newest first."""
    code, said, _ = do("propose", "--by", "Maria", "--note", "A greeting")
    assert code == 0
    made, _, said = said.partition("\n")
    assert made == "There is no record yet, so one is made: sqlite:///shepherd.db"
    assert said.startswith("Version 1 is proposed (2 scenarios green, edges 4/4, 0 warnings).\nSomebody else approves")
    assert do("approve", "1", "--by", "Olli", "--note", "Walked it")[1].startswith("Version 1 is live")
    files_in(Path("flows"), "Two.")
    do("propose", "--by", "Maria", "--note", "Another greeting")
    _, said, _ = do("schedule", "2", "--at", "2099-12-01T06:00", "--by", "Maria")
    assert "would go live at 2099-12-01 06:00 UTC+02:00" in said
    said = do("approve", "2", "--by", "Olli", "--note", "x")[1]
    assert said == "Version 2 goes live at 2099-12-01 06:00 UTC+02:00.\n"
    assert do("withdraw", "2", "--by", "Olli", "--note", "Not yet")[1] == "Version 2 is withdrawn.\n"
    code, said, _ = do("list")
    lines = said.splitlines()
    assert code == 0
    assert [line.split()[:2] for line in lines] == [
        ["version", "state"],
        ["2", "withdrawn"],
        ["1", "live"],
        ["All", "times"],
    ]
    assert lines[3] == "All times as on the clock of Europe/Helsinki."
    assert lines[1].index("2099-12-01 06:00") == lines[0].index("goes live")
    assert all(line[at - 1] == " " for line in lines[:3] for at in (lines[0].index("hash"), lines[0].index("proposed")))
    assert lines[2].endswith("Maria, Olli")


def test_what_no_scenario_walks_is_said_at_once(do: Do) -> None:
    """A desk that asks for less than all is told what passed unseen when it is proposed, and when it is looked at."""
    desk = Path("flows/desk.yaml")
    desk.write_text(desk.read_text("utf-8").replace("min_coverage: 100", "min_coverage: 50"), "utf-8")
    text = Path("flows/greeting.scenarios.yaml").read_text("utf-8")
    Path("flows/greeting.scenarios.yaml").write_text(text[: text.index("  - name: Nothing")], "utf-8")
    code, said, _ = do("propose", "--by", "Maria")
    told = "1 of 4 edges is walked by no scenario, and passed by the desk's `min_coverage`. To see it: shepherd test\n"
    assert (code, said.endswith(told)) == (0, True), said
    assert told in do("show", "1")[1]
    assert told not in do("approve", "1", "--by", "Olli", "--note", "x")[1]


def test_gates_that_are_shut_end_with_one(do: Do) -> None:
    """Each is named with what mends it; nothing is made."""
    text = Path("flows/greeting.scenarios.yaml").read_text("utf-8")
    Path("flows/greeting.scenarios.yaml").write_text(text.replace("need, bye]", "bye]"), "utf-8")
    Path("flows/greeting.scenarios.yaml").write_text(text[: text.index("  - name: Nothing")], "utf-8")
    code, said, told = do("propose", "--by", "Maria")
    assert (code, said, Path("shepherd.db").exists()) == (1, "", False)
    assert "shut    coverage      1 flow below 100 %" in told
    assert "→ shepherd test --suggest --save" in told
    code, said, _ = do("propose", "--by", "Maria", "--json")
    assert code == 1
    shut: dict[str, Any] = json.loads(said)
    assert shut["ok"] is False
    assert [(gate["gate"], gate["mend"]) for gate in shut["shut"]] == [("coverage", "shepherd test --suggest --save")]
    assert do("list")[0] == 3


def test_what_a_version_takes_away_is_said(do: Do) -> None:
    """A folder without a flow that is live takes it from the desk: that is named before and when it happens."""
    do("propose", "--by", "Maria")
    do("approve", "1", "--by", "Olli", "--note", "Walked it")
    files_in(Path("mydesk"), "One.")
    for file in Path("mydesk").glob("greeting*.yaml"):
        file.rename(file.with_name(file.name.replace("greeting", "welcome")))
    for file in Path("mydesk").glob("welcome*.yaml"):
        file.write_text(file.read_text("utf-8").replace("flow: greeting", "flow: welcome"), "utf-8")
    away = "take 1 flow of version 1 away: greeting.\n"
    said = do("propose", "--by", "Maria", "--library", "mydesk")
    assert f"It would {away}" in said[1], said
    assert "It takes 1 flow of version 1 away: greeting.\n" in do("approve", "2", "--by", "Olli", "--note", "x")[1]
    Path("mydesk/welcome.scenarios.yaml").unlink()
    Path("mydesk/welcome.yaml").write_text(Path("mydesk/welcome.yaml").read_text("utf-8").replace("One.", "Uno."))
    assert "→ shepherd test --suggest --save --library mydesk\n" in do("propose", "--by", "M", "--library", "mydesk")[2]


def test_going_back_is_listed(do: Do) -> None:
    """From which version to which, by whom and why, the newest first; for programs too. Else the list says none."""
    for number, says in ((1, "One."), (2, "Two.")):
        files_in(Path("flows"), says)
        do("propose", "--by", "Maria")
        do("approve", str(number), "--by", "Olli", "--note", "Walked it")
    assert "rolled back" not in do("list")[1]
    do("rollback", "--by", "Olli", "--note", "The number\ndoes not answer")
    do("rollback", "2", "--by", "Anna", "--note", "It does now")
    lines = [line[18:] for line in do("list")[1].splitlines() if "rolled back" in line]
    assert lines == [
        "rolled back from 1 to 2 by Anna: It does now",
        "rolled back from 2 to 1 by Olli: The number does not answer",
    ]
    first, _ = json.loads(do("list", "--json")[1])["rolled_back"]
    assert first.pop("at").endswith("Z")
    wanted = {"from": 2, "to": 1, "by": "Olli", "note": "The number\ndoes not answer", "assured": False}
    assert first == wanted


def test_one_person_is_not_two(do: Do) -> None:
    """Approving one's own ends with 1 and names the gate."""
    do("propose", "--by", "Maria")
    code, _, told = do("approve", "1", "--by", "MARIA", "--note", "Fine")
    assert code == 1
    assert told.startswith("shut    second person Maria proposed version 1, and MARIA is no other person.")


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "7", "--by", "Olli", "--note", "x"),
        ("rollback", "--by", "Olli", "--note", "x"),
        ("withdraw", "1", "--by", "Olli"),
        ("schedule", "1", "--at", "soon", "--by", "Olli"),
        ("propose",),
        ("propose", "--by", " "),
        ("list", "--json", "--export", "x"),
    ],
)
def test_wrong_use_ends_with_two(do: Do, words: tuple[str, ...]) -> None:
    """What can't be done is refused in a sentence, and nothing changes."""
    do("propose", "--by", "Maria")
    before = do("list")[1]
    code, _, told = do(*words)

    assert code == 2
    assert told.strip()
    assert do("list")[1] == before


def test_nothing_is_made_by_asking(do: Do, tmp_path: Path) -> None:
    """A list of a record that is not there ends with 3, and makes none."""
    assert do("list")[0] == 3
    assert do("approve", "1", "--by", "Olli", "--note", "x")[0] == 3
    assert not (tmp_path / "shepherd.db").exists()


def test_all_about_a_version_as_one_object(do: Do) -> None:
    """Who, when, which hashes, what changed, what was counted: for programs, with names that nobody proved."""
    do("propose", "--by", "Maria", "--note", "First")
    do("approve", "1", "--by", "Olli", "--note", "Walked it")
    files_in(Path("flows"), "Two.")
    do("propose", "--by", "Maria")
    told = json.loads(do("show", "2", "--json")[1])
    (version,) = told["versions"]
    assert (told["shepherd"], told["ok"], told["live"]) == ("publish/1", True, 1)
    assert (version["state"], version["against"], version["base"]) == ("proposed", 1, 1)
    assert version["changes"] == ["greeting: hello: What the customer is told is “Two.”, and was “One.”"]
    assert set(version["documents"]) == {"desk", "flow:greeting"}
    (first, _) = json.loads(do("list", "--json")[1])["versions"]
    assert first["approved"]["assured"] is False
    assert first["approved"]["note"] == "Walked it"
    assert "What changes against version 1:" in do("show", "2")[1]


def test_versions_are_compared_by_their_hashes_and_numbers(do: Do, capsys: pytest.CaptureFixture[str]) -> None:
    """``shepherd diff`` takes the hash or the number of a version as a whole library, whatever is in the folder."""
    do("propose", "--by", "Maria")
    do("approve", "1", "--by", "Olli", "--note", "Walked it")
    files_in(Path("flows"), "Two.")
    do("propose", "--by", "Maria")
    files_in(Path("flows"), "Three.")
    first, second = (one["hash"][:12] for one in json.loads(do("list", "--json")[1])["versions"])
    assert run(["diff", first, second, "--no-scenarios", "--weigh", "0"]) == 0
    told = capsys.readouterr().out
    assert "what the customer is told is “Two.”, and was “One.”" in told
    assert run(["diff", "1", "2", "--no-scenarios", "--weigh", "0"]) == 0
    assert capsys.readouterr().out == told
    assert run(["diff", "1", "3"]) == 2
    assert 'version in the record called "3"' in capsys.readouterr().err
    assert run(["diff", second, "--no-scenarios", "--weigh", "0"]) == 0
    assert "is “Three.”, and was “Two.”" in capsys.readouterr().out


def test_an_outsider_proves_what_was_published(do: Do, tmp_path: Path) -> None:
    """The export is whole for a verifier that needs nothing of ours, and broken once a name in it is changed."""
    do("propose", "--by", "Maria")
    do("approve", "1", "--by", "Olli", "--note", "Walked it")
    assert do("list", "--export", "published.jsonl")[1].startswith("2 facts written.")

    def proved() -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", str(verifier.__file__), str(tmp_path / "published.jsonl")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert proved() == (0, f"2 entries. {verifier.WHOLE}\n")
    text = (tmp_path / "published.jsonl").read_text("utf-8")
    (tmp_path / "published.jsonl").write_text(text.replace("Olli", "Anna"), "utf-8")
    assert proved()[0] == 1
    (tmp_path / "published.jsonl").write_text("\n".join(text.splitlines()[:2]), "utf-8")
    assert "2 entries were written, 1 are there" in proved()[1]
