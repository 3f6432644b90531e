"""``shepherd replay --on DRAFT``: the last recorded runs over a draft, counted and listed, with nobody's values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shepherd.cli.app import run
from shepherd.desk import Desk, Settings, new_id
from shepherd.run.api import Actor, Answer, Continue, Fields

MARIA = Actor("agent", "Maria")
FLOW = """flow: parcel
title: A parcel is late
category: orders
version: 1
outcomes: {told: {resolves: true}, sent: {resolves: false}}
steps:
  greet:
    say: I am sorry to hear that.
  who:
    collect:
      name: {label: Their name, type: text, personal: true}
      days: {label: Days late, type: integer}
  judge:
    decide:
      - {when: who.days > 3, then: send}
      - otherwise: kind
  kind:
    ask: Can you wait a day?
    answers: {yes: tell, no: send}
  tell: {end: told}
  send: {end: sent}
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Four runs: late by five days, by two and by one, and one that waits at the name."""
    folder = tmp_path_factory.mktemp("replayed")
    flows = folder / "flows"
    flows.mkdir()
    (flows / "parcel.yaml").write_text(FLOW, "utf-8")
    settings = Settings(flows, f"sqlite:///{folder / 'r.db'}", str(folder / "k.db"), "127.0.0.1", 0)
    desk = Desk.open(settings)
    for days in (5, 2, 1, 0):
        ticket = desk.open_ticket(None, channel="phone", subject="Late", actor=MARIA, token=new_id())
        view = desk.start(ticket.head.id, "parcel", actor=MARIA, token=new_id()).run
        given = [Continue(), Fields({"name": "Zebulon Quill", "days": str(days)}), Answer("yes")]
        for one in given[: 1 if days == 0 else 2 if days == 5 else 3]:
            view = desk.take(view.id, one, seq=view.seq, token=new_id(), actor=MARIA).run
    desk.close()
    return flows, ["--library", str(flows), "--database", settings.database, "--keys", settings.keys]


def drafted(tmp_path: Path, old: str, new: str) -> Path:
    assert old in FLOW
    (tmp_path / "parcel.yaml").write_text(FLOW.replace(old, new), "utf-8")
    return tmp_path


def test_each_run_that_would_end_elsewhere_is_listed_with_where_and_why(
    record: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The count, the ticket, the step at which it parts, and what differs there; no name of anybody."""
    draft = drafted(tmp_path, "who.days > 3", "who.days > 1")
    assert run(["replay", "--on", str(draft), *record[1]]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Of 4 runs, 1 would end elsewhere.\n")
    assert "T-100002  parcel: parts at parcel/judge: went to parcel/kind, would go to parcel/send" in text
    assert "ended told, would end sent." in text
    assert "A condition is who.days > 1, and was who.days > 3." in text
    assert "Zebulon" not in text
    assert run(["replay", "--on", str(draft), *record[1], "--exit-code", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["shepherd"], told["runs"], told["verdicts"]["ends elsewhere"]) == ("replay/1", 4, 1)
    (one,) = told["listed"]
    assert one["parts"] == {"step": "parcel/judge", "went": "parcel/kind", "would_go": "parcel/send"}
    assert "Zebulon" not in json.dumps(told)


def test_what_cannot_be_followed_is_said(
    record: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither is it counted as the same, nor is an answer made up."""
    draft = drafted(tmp_path, "ask: Can you wait a day?", "ask: Can you wait?").joinpath("parcel.yaml")
    assert run(["replay", "--on", str(draft), *record[1], "--last", "2"]) == 0
    assert capsys.readouterr().out == "Of 2 runs, all would go the same way.\n"
    (tmp_path / "other.yaml").write_text(FLOW.replace("flow: parcel", "flow: other"), "utf-8")
    assert run(["replay", "--on", str(tmp_path), *record[1], "--flow", "other"]) == 0
    assert capsys.readouterr().out == "There is no such run in the record yet, so none was walked.\n"
    tighter = drafted(tmp_path, "type: text, personal: true", 'type: text, personal: true, pattern: "[A-Z]+"')
    assert run(["replay", "--on", str(tighter), *record[1]]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Of 4 runs, 3 could not be followed to where they stand.\n")
    assert '"parcel/who" would refuse what was given (pattern).' in text
    assert "Zebulon" not in text


def test_a_draft_that_cannot_be_walked_and_wrong_use_are_said(
    record: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With 1, 2 and 3, as everywhere."""
    broken = drafted(tmp_path, "yes: tell", "yes: tall")
    assert run(["replay", "--on", str(broken), *record[1]]) == 1
    assert "can't be walked" in capsys.readouterr().err
    assert run(["replay", "--on", "nothing", *record[1]]) == 2
    capsys.readouterr()
    assert run(["replay", *record[1]]) == 2
    assert "like --on flows" in capsys.readouterr().err
    fine = drafted(tmp_path, "Can you wait a day?", "Can you wait?")
    assert run(["replay", "--on", str(fine), *record[1], "--flow", "parcels"]) == 2
    assert 'no run of one is recorded. Did you mean "parcel"?' in capsys.readouterr().err
    assert run(["replay", "--on", str(fine), "--database", "sqlite:////nowhere/at.db"]) == 3
    assert "There are no recorded runs to walk again." in capsys.readouterr().err
