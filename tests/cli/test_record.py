"""``shepherd path``, ``verify`` and ``db rebuild`` over a record that a desk made."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shepherd.cli.app import run
from shepherd.record import verifier
from shepherd.record.keys import Keys
from tests.shipped import few

FLOWS = few()


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A record with one ticket and a run under way; its folder and the ticket's number."""
    from shepherd.desk import Desk, Settings, new_id
    from shepherd.run.api import Actor, Continue

    folder = tmp_path_factory.mktemp("record")
    settings = Settings(FLOWS, f"sqlite:///{folder / 'shepherd.db'}", str(folder / "keys.db"), "127.0.0.1", 0)
    desk = Desk.open(settings)
    maria = Actor("agent", "Maria")
    ticket = desk.open_ticket("C-1001", channel="phone", subject="No internet", actor=maria, token=new_id())
    taken = desk.start(ticket.head.id, "internet_down", actor=maria, token=new_id()).run
    desk.take(taken.id, Continue(), seq=taken.seq, token=new_id(), actor=maria)
    desk.wait(taken.id, 5.0)
    desk.close()
    return folder, ticket.head.number


def at(record: tuple[Path, str], *arguments: str) -> list[str]:
    folder, _ = record
    return [
        *arguments,
        "--library",
        str(FLOWS),
        "--database",
        f"sqlite:///{folder / 'shepherd.db'}",
        "--keys",
        str(folder / "keys.db"),
    ]


def test_path_as_json_is_the_entries_in_order(
    record: tuple[Path, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The very bytes that are stored and hashed, one a line."""
    assert run(at(record, "path", record[1], "--json")) == 0
    entries = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1))
    assert entries[0]["kind"] == "run_started"


def test_an_export_is_proved_by_the_verifier_alone(
    record: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    What ``--export`` writes is whole to a bare interpreter with a copy of the verifier; ``--json`` is no export.

    ``verify`` asked of such a file names the command that proves it.
    """
    file, copy = tmp_path / "ticket.ndjson", tmp_path / "verifier.py"
    copy.write_bytes(Path(str(verifier.__file__)).read_bytes())
    assert run(at(record, "path", record[1], "--export", str(file))) == 0
    said = capsys.readouterr().out
    assert f"python verifier.py {file}" in said
    assert Path(said.rpartition(": ")[2].strip()) == Path(str(verifier.__file__)), "where that file lies"
    assert run(at(record, "verify", str(file))) == 2
    command = capsys.readouterr().err.partition("python ")[2]
    module = [sys.executable, *shlex.split(command)]
    done = subprocess.run(module, capture_output=True, text=True, check=False)
    assert done.stdout.endswith(f"{verifier.WHOLE}\n"), done
    done = subprocess.run([sys.executable, "-I", "-S", copy, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(file.read_bytes().splitlines()) - 1} entries. Chain whole" in done.stdout
    assert run(at(record, "path", record[1], "--json", "--export", str(file))) == 2
    assert run(at(record, "path", "T-999999", "--export", str(tmp_path / "none"))) == 2
    assert not (tmp_path / "none").exists()


def test_what_integrators_are_told_to_read_is_printed(
    record: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each command of the table in docs/integrator.md prints one object of the shape that stands beside it."""
    page = (Path(__file__).parents[2] / "docs" / "integrator.md").read_text("utf-8")
    rows = re.findall(r"^\| `shepherd ([^`]+)`[^|]*\| `([a-z ]+/1)` \|", page, re.MULTILINE)
    answers = tmp_path / "answers.json"
    answers.write_text('{"answers": {"closing/confirm": "no"}}', encoding="utf-8")
    places = at(record)
    for flag, name in (("--library", "LIBRARY"), ("--database", "DATABASE"), ("--keys", "KEYS")):
        monkeypatch.setenv(f"SHEPHERD_{name}", places[places.index(flag) + 1])
    meant = {"FLOW": "closing", "FILE": str(answers), "BEFORE": str(FLOWS), "DRAFT": str(FLOWS)}
    assert len(rows) == 11
    for command, shape in rows:
        run([meant.get(word, word) for word in command.split()])
        out = capfd.readouterr().out
        assert (json.loads(out)["shepherd"], out.count("\n")) == (shape, 1), command


def test_path_for_people(record: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The steps and the verdict."""
    assert run(at(record, "path", record[1])) == 0
    out = capsys.readouterr().out
    assert "internet_down/greet" in out
    head, first = out.splitlines()[:2]
    began = re.search(r" · \d{4}-\d\d-\d\d (\d\d:\d\d) (UTC[+-]\d\d:\d\d) · ", head)
    assert began, "the day, the time and its zone"
    assert re.match(rf"     1  {began[1]}:\d\d {re.escape(began[2])}  Maria", first), "the same clock below"
    assert "Chain whole, not sealed" in out


def test_path_says_who_when_and_what_was_taken_back(
    record: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each visit has its time and who answered; one that was taken back is marked; a ticket without runs says so."""
    from shepherd.desk import Desk, Settings, new_id
    from shepherd.run.api import Actor, Continue, GoBack

    settings = Settings(FLOWS, f"sqlite:///{record[0] / 'back.db'}", str(record[0] / "back-keys.db"), "127.0.0.1", 0)
    desk = Desk.open(settings)
    timo = Actor("agent", "Timo")
    taken_back, none = (
        desk.open_ticket("C-1001", channel="phone", subject="", actor=timo, token=new_id()).head for _ in range(2)
    )
    at_first = desk.start(taken_back.id, "internet_down", actor=timo, token=new_id()).run
    desk.take(at_first.id, Continue(), seq=at_first.seq, token=new_id(), actor=timo)
    later = desk.wait(at_first.id, 5.0)
    desk.take(at_first.id, GoBack(1), seq=later.seq, token=new_id(), actor=timo)
    desk.close()
    flags = ["--library", str(FLOWS), "--database", settings.database, "--keys", settings.keys]
    assert run(["path", taken_back.number, *flags]) == 0
    lines = capsys.readouterr().out.splitlines()
    first = re.match(
        r" ~   1  \d\d:\d\d:\d\d UTC[+-]\d\d:\d\d  Timo +internet_down/greet .*\(taken back by entry (\d+)\)$", lines[1]
    )
    assert first
    (by,) = [line for line in lines if f"went back, entry {first[1]} " in line]
    assert re.search(r"Timo went back to visit 1; visits 1–\d+ fell away$", by)
    assert run(["path", none.number, *flags]) == 0
    assert capsys.readouterr().out == "Nothing was walked on this ticket yet.\n"


def test_a_ticket_that_is_not_there(record: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use, in a sentence."""
    assert run(at(record, "path", "T-999999")) == 2
    assert capsys.readouterr().err.startswith("Error: ")


def test_verify(record: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    """0 and "whole" where nothing is broken."""
    assert run(at(record, "verify", "--json")) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["shepherd"], shown["ok"], shown["sealed"], shown["broken"]) == ("verify/1", True, False, [])
    assert shown["entries"] >= 2
    assert run(at(record, "verify")) == 0
    assert "Chain whole, not sealed" in capsys.readouterr().out
    assert run(at(record, "db", "rebuild")) == 0
    assert capsys.readouterr().out.startswith("1 run worked")


def test_a_broken_chain_ends_with_1(record: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever changes a stored byte behind the product's back is found, and the entry is named."""
    database = sqlite3.connect(record[0] / "shepherd.db")
    triggers = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    kept = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    for name in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.execute(
        "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'Maria', 'Marta') AS BLOB) WHERE seq = 1"
    )
    for sql in kept:
        database.execute(sql)
    database.commit()
    database.close()
    assert run(at(record, "verify", "--json")) == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["ok"] is False
    assert 1 in {b["seq"] for b in shown["broken"]}
    assert {b["ticket"] for b in shown["broken"]} == {record[1]}
    assert run(at(record, "verify")) == 1
    assert capsys.readouterr().out.startswith(f"{record[1]}, run {shown['broken'][0]['run']}, entry 1: ")
    assert run(at(record, "path", record[1])) == 1
    lines = capsys.readouterr().out.splitlines()
    marked = [line for line in lines if "NOT AS IT WAS WRITTEN. Entry 1: " in line]
    assert marked == [lines[1]]
    assert marked[0].startswith(" !   1 ")


def test_a_run_whose_row_was_taken_away_is_no_whole_path(
    record: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is on the ticket by its entries alone: the path names it, and ends as verify does."""
    with closing(sqlite3.connect(record[0] / "shepherd.db", isolation_level=None)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM runs")
    assert run(at(record, "path", record[1])) == 1
    assert "Not as it was written, beside these: run " in capsys.readouterr().out


READING = (["path", "T-100001"], ["verify"], ["verify", "T-100001"], ["db", "rebuild"])


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("there", [None, b"", b"no database at all, only some text"], ids=["none", "empty", "text"])
def test_a_record_that_is_not_there(
    command: list[str], there: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reading makes no empty record, and takes no empty file for a whole one."""
    database = tmp_path / "none.db"
    if there is not None:
        database.write_bytes(there)
    flags = ["--library", str(FLOWS), "--database", f"sqlite:///{database}", "--keys", str(tmp_path / "k")]
    assert run([*command, *flags]) == 3
    assert re.fullmatch(
        r"Error: The database .*none\.db .*Name the right one with --database\.\n", capsys.readouterr().err
    )
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == ([("none.db", there)] if there is not None else [])


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("keys", ["missing", "empty", "another"])
def test_the_keys_of_another_record(
    record: tuple[Path, str], command: list[str], keys: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a database that is there, a key file that is missing, empty or another one is refused; none is made."""
    file = tmp_path / "k"
    if keys == "empty":
        file.touch()
    elif keys == "another":
        Keys(str(file)).close()
    before = file.stat().st_size if file.exists() else None
    flags = ["--library", str(FLOWS), "--database", f"sqlite:///{record[0] / 'shepherd.db'}", "--keys", str(file)]
    assert run([*command, *flags]) == 3
    assert re.match(r"Error: The key file .*--keys\.\n$", capsys.readouterr().err)
    assert (file.stat().st_size if file.exists() else None) == before


def test_path_says_which_try_it_was() -> None:
    """A second try bears its number, as on the page; a first one is none to be told."""
    from datetime import UTC, datetime

    from shepherd.audit import PathRow
    from shepherd.cli.path import _line

    row = PathRow(
        seq=4, visit=3, step="a/b", kind="lookup", by="then", at=datetime(2026, 1, 1, tzinfo=UTC), offset="+00:00"
    )
    assert _line(replace(row, answer="no match", attempt=2)).endswith("no match (try 2)")
    assert "try" not in _line(replace(row, answer="ok", attempt=1))
