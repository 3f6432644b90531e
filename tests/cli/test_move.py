"""``shepherd move``, and what ``shepherd diff`` says of runs under way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shepherd.cli.app import run
from shepherd.desk import Desk, Settings, new_id
from shepherd.run.api import Actor, Answer, Continue
from tests.cli.test_diff import edited

MARIA = Actor("agent", "Maria")
FLOW = """flow: parcel
title: A parcel is late
category: orders
version: 1
outcomes: {told: {resolves: true}, sent: {resolves: false}}
steps:
  greet:
    say: I am sorry to hear that.
  kind:
    ask: Which kind of parcel?
    answers: {small: wait, large: send}
  wait:
    ask: Can you wait a day?
    answers: {yes: tell, no: send}
  tell: {end: told}
  send: {end: sent}
"""


@pytest.fixture
def record(tmp_path: Path) -> tuple[Path, list[str]]:
    """A library with three runs under way, each a step further, and the options that name both."""
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "parcel.yaml").write_text(FLOW, "utf-8")
    settings = Settings(flows, f"sqlite:///{tmp_path / 'r.db'}", str(tmp_path / "k.db"), "127.0.0.1", 0)
    desk = Desk.open(settings)
    for given in ([], [Continue()], [Continue(), Answer("small")]):
        ticket = desk.open_ticket(None, channel="phone", subject="Late", actor=MARIA, token=new_id())
        view = desk.start(ticket.head.id, "parcel", actor=MARIA, token=new_id()).run
        for one in given:
            view = desk.take(view.id, one, seq=view.seq, token=new_id(), actor=MARIA).run
    desk.close()
    return flows, ["--library", str(flows), "--database", settings.database, "--keys", settings.keys]


def test_first_one_looks_then_one_moves(record: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """What would be moved is told, and stored only in somebody's name; what stays says why."""
    flows, options = record
    edited(flows, ("small: wait", "small: send"), ("large: send", "large: wait"), name="parcel")
    for _ in range(2):
        assert run(["move", "--dry-run", *options]) == 1
        shown = capsys.readouterr().out
        assert "3 runs under way: 2 would be moved, 1 stays, 0 are there already." in shown
        assert "It ends on its own version." in shown
    assert run(["move", "--by", "Sue", "--flow", "parcel", *options, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["shepherd"], told["dry_run"]) == ("move/1", False)
    assert sorted(one["verdict"] for one in told["runs"]) == ["moved", "moved", "stays"]
    assert run(["move", "--dry-run", *options]) == 1
    assert "0 would be moved, 1 stays, 2 are there already." in capsys.readouterr().out
    assert run(["verify", *options]) == 0


def test_wrong_use_is_said_to_be_so(record: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """Neither both nor none of the two, no flow that there is not, no ticket that there is not."""
    _, options = record
    for more in (
        [],
        ["--dry-run", "--by", "Sue"],
        ["--dry-run", "--flow", "x"],
        ["--dry-run", "--ticket", "T-1"],
        ["--by", " "],
    ):
        assert run(["move", *more, *options]) == 2
        assert "Error: " in capsys.readouterr().err
    assert run(["move", "--dry-run", "--database", "sqlite:////nowhere/at.db"]) == 3


def test_diff_says_which_runs_stand_on_a_step_that_differs(
    record: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those on the earlier version, whether their step differs, and whether they could be moved; nothing is stored."""
    flows, options = record
    after = tmp_path / "after"
    after.mkdir()
    (after / "parcel.yaml").write_text(FLOW.replace("Can you wait a day?", "Can you wait two days?"), "utf-8")
    assert run(["diff", str(flows), str(after), *options, "--format", "json"]) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [(one["step"], one["changed"], one["moves"]) for one in runs] == [
        ("parcel/greet", False, True),
        ("parcel/kind", False, True),
        ("parcel/wait", True, True),
    ]
    (after / "parcel.yaml").write_text(FLOW.replace("small: wait", "tiny: wait"), "utf-8")
    assert run(["diff", str(flows), str(after), *options]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "3 stand on the earlier version, 1 at a step that differs; 2 could be moved." in text
    assert run(["diff", str(after), str(flows), *options]) == 0
    assert "None stands on the earlier version." in capsys.readouterr().out
    assert run(["diff", str(flows), str(after), "--database", "sqlite:////nowhere/at.db"]) == 3
