"""``shepherd run --save`` and ``shepherd path --as scenario``: walks become scenarios that pass."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from shepherd.cli.app import run
from tests.cli.test_run import GIVEN
from tests.shipped import SMALL_DESK, few

FLOWS = few()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A library of one shipped flow."""
    shutil.copy(FLOWS / "closing.yaml", tmp_path)
    (tmp_path / "desk.yaml").write_text(SMALL_DESK)
    return tmp_path


def by_hand(monkeypatch: pytest.MonkeyPatch, small: Path, file: Path, *lines: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return run(["run", "closing", "--library", str(small), "--save", str(file)])


def test_a_walk_by_hand_becomes_a_scenario(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To a new file, then to its end; each passes, and what stood there stays."""
    file = small / "closing.scenarios.yaml"
    assert by_hand(monkeypatch, small, file, "1", "yes", "") == 0
    assert "Added to" in capsys.readouterr().err
    first = file.read_text()
    assert by_hand(monkeypatch, small, file, "1", "yes", "") == 0
    assert by_hand(monkeypatch, small, file, "1", "q") == 1
    assert file.read_text().startswith(first)
    capsys.readouterr()
    assert run(["test", str(small), "--format", "json"]) == 0
    names = [s["name"] for s in json.loads(capsys.readouterr().out)["scenarios"]]
    assert names == [
        "A recorded run that ends confirmed",
        "A recorded run that ends confirmed (2)",
        "A recorded run that waits at offer_survey",
    ]


def test_a_walk_by_answers_becomes_a_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With no PIN and no name of anybody in it."""
    answers, file = tmp_path / "given.json", tmp_path / "authentication.scenarios.yaml"
    answers.write_text(json.dumps(GIVEN))
    arguments = ["run", "authentication", "--answers", str(answers), "--json", "--save", str(file)]
    assert run([*arguments, "--library", str(FLOWS)]) == 0
    assert json.loads(capsys.readouterr().out)["ended"] is True
    for value in ("1234", "Aino", "Virtanen", "Mannerheimintie", "555"):
        assert value not in file.read_text()


def test_a_file_that_can_not_take_it_stays_as_it_is(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another flow's file, a folder that is not there, a file that can't be read or added to: wrong use, untouched."""
    assert by_hand(monkeypatch, small, small / "other.scenarios.yaml") == 2
    assert "closing.scenarios.yaml" in capsys.readouterr().err
    assert by_hand(monkeypatch, small, small / "nowhere" / "closing.scenarios.yaml") == 2
    file = small.parent / f"{small.name}-beside" / "closing.scenarios.yaml"
    file.parent.mkdir()
    for text in ("scenarios: [", "scenarios: [{name: a, expect: {outcome: confirmed, path: [...]}}]\n", "a: b\n", ""):
        file.write_text(text)
        assert by_hand(monkeypatch, small, file, "1", "yes", "") == 2
        assert "Nothing was written" in capsys.readouterr().err
        assert file.read_text() == text
    assert list(file.parent.glob(".*")) == []


def test_a_recorded_run_becomes_a_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, or added to a file that passes; the customer and their PIN are nowhere in it."""
    from shepherd.desk import Desk, Settings, new_id
    from shepherd.run.api import Actor, Answer, Continue, Ended, Message

    settings = Settings(FLOWS, f"sqlite:///{tmp_path / 'shepherd.db'}", str(tmp_path / "keys.db"), "127.0.0.1", 0)
    desk, maria = Desk.open(settings), Actor("agent", "Maria")
    ticket = desk.open_ticket("C-1001", channel="phone", subject="Who is it?", actor=maria, token=new_id())
    for _ in range(2):
        view = desk.start(ticket.head.id, "authentication", actor=maria, token=new_id()).run
        for answer in ("yes", "4071"):
            view = desk.wait(view.id, 5.0)
            view = desk.take(view.id, Answer(answer), seq=view.seq, token=new_id(), actor=maria).run
        view = desk.wait(view.id, 5.0)
        while not isinstance(view.waiting, Ended):
            given = Continue() if isinstance(view.waiting, Message) else Answer("matches")
            view = desk.take(view.id, given, seq=view.seq, token=new_id(), actor=maria).run
            view = desk.wait(view.id, 5.0)
    desk.close()
    options = ["--library", str(FLOWS), "--database", settings.database, "--keys", settings.keys]
    number = ticket.head.number

    assert run(["path", number, "--as", "scenario", *options]) == 2
    listed = capsys.readouterr().err
    assert listed.count("--run ") >= 2
    file = tmp_path / "authentication.scenarios.yaml"
    shown = ["path", number, "--as", "scenario", "--run", view.id, *options]
    assert run(shown) == 0
    text = capsys.readouterr().out
    assert text.startswith("scenarios:\n  - name: A recorded run that ends verified\n")
    assert run([*shown, "--save", str(file)]) == 0
    assert file.read_text() == text
    for value in ("C-1001", "4071", "Aino", "Virtanen", number, "Maria"):
        assert value not in text
    library = Path(shutil.copytree(FLOWS, tmp_path / "flows"))
    shutil.copy(file, library)
    assert run(["test", str(library / file.name)]) == 0
    assert run(["path", number, "--run", view.id, *options]) == 2
    assert run(["path", number, "--as", "scenario", "--json", *options]) == 2
