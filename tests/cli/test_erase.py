"""``shepherd erase``: one customer can't be read any more by anybody, all else is as it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from shepherd.cli.app import run
from shepherd.desk import Desk, DeskError, Settings, new_id
from shepherd.desk.errors import Broken
from shepherd.run.api import Actor, Continue, Note

MARIA = Actor("agent", "Maria")
NAMES = {"C-1001": "Aino Virtanen", "C-1002": "Ben Okafor"}


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """A record with a run and a note of each of two customers; the options that name it."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "help.yaml").write_text(
        "flow: help\ntitle: Help\ncategory: orders\nversion: 1\noutcomes: {done: {resolves: true}}\n"
        "steps:\n  greet: {say: Hello.}\n  finish: {end: done}\n"
    )
    settings = Settings(
        tmp_path / "flows", f"sqlite:///{tmp_path / 'desk.db'}", str(tmp_path / "keys.db"), "127.0.0.1", 0
    )
    desk = Desk.open(settings)
    for ref, name in NAMES.items():
        desk.record.put_customer(new_id(), ref, {"name": name}, at=desk.clock())
        ticket = desk.open_ticket(ref, channel="phone", subject="Help", actor=MARIA, token=new_id()).head
        started = desk.start(ticket.id, "help", actor=MARIA, token=new_id()).run
        note = Note(f"The dog of {name} barks")
        desk.take(started.id, note, seq=started.seq, token=new_id(), actor=MARIA)
    desk.close()
    return [f"--library={settings.library}", f"--database={settings.database}", f"--keys={settings.keys}"]


def keys(folder: Path) -> set[bytes]:
    """The customers' keys."""
    with sqlite3.connect(folder / "keys.db") as connection:
        return {row[0] for row in connection.execute("SELECT key FROM subject_keys")}


def test_one_customer_is_erased_and_no_other(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their values read "erased", their keys are in no file; the neighbour's path and the chains are whole."""
    before = keys(tmp_path)
    assert run(["erase", "C-1001", "--by", "Olli", "--yes", *options]) == 0
    told = capsys.readouterr().out
    assert "Customer C-1001: 1 ticket, 1 run. Under way, and ended by this: T-100001 help." in told
    assert "Erased for good." in told
    gone = before - keys(tmp_path)
    assert len(gone) >= 1
    left = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert not any(key in left for key in gone)
    assert run(["path", "T-100001", *options]) == 0
    assert "Aino" not in (path := capsys.readouterr().out)
    assert "erased" in path
    assert run(["path", "T-100002", *options]) == 0
    assert "The dog of Ben Okafor barks" in capsys.readouterr().out
    assert run(["verify", *options]) == 0
    assert run(["erase", "C-1001", "--by", "Olli", "--yes", *options]) == 0
    assert "all was erased before" in capsys.readouterr().out


def test_a_desk_that_is_serving_forgets_at_once(options: list[str], tmp_path: Path) -> None:
    """What it has in memory is not shown any more, and nothing is taken for that run; the neighbour's goes on."""
    settings = Settings(
        tmp_path / "flows", f"sqlite:///{tmp_path / 'desk.db'}", str(tmp_path / "keys.db"), "127.0.0.1", 0
    )
    desk = Desk.open(settings)
    mine, other = (desk.see(run.id) for run in reversed(desk.recorded()))
    assert mine.notes[0][2] == "The dog of Aino Virtanen barks"
    assert run(["erase", "C-1001", "--by", "Olli", "--yes", *options]) == 0
    with pytest.raises(DeskError, match=r"erased|behind"):
        desk.take(mine.id, Continue(), seq=mine.seq, token=new_id(), actor=MARIA)
    with pytest.raises(Broken, match="were erased"):
        desk.see(mine.id)
    assert [row.status for row in desk.recorded(ticket=mine.ticket.number)] == ["abandoned"]
    assert desk.take(other.id, Continue(), seq=other.seq, token=new_id(), actor=MARIA).run.state == "ended"
    desk.close()


def test_nothing_is_erased_without_being_asked_for(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody can be asked, --yes has to say it; a number that nobody has is wrong use."""
    before = keys(tmp_path)
    assert run(["erase", "C-1001", "--by", "Olli", *options]) == 2
    assert "Give --yes." in capsys.readouterr().err
    assert run(["erase", "C-9999", "--by", "Olli", "--yes", *options]) == 2
    assert "Nothing is recorded of a customer C-9999." in capsys.readouterr().err
    assert keys(tmp_path) == before
