"""``shepherd doctor``: each fault that can be planted is found, and the command that it prints mends it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shepherd.cli.app import run
from shepherd.desk import Desk, Settings, new_id
from shepherd.desk.doctor import examine
from shepherd.record.sqlite import wal_is_safe
from shepherd.run.api import Actor

ROOT = Path(__file__).resolve().parents[2]
FLOW = """flow: hello
title: Say hello
category: intake
version: 1
outcomes: {done: {resolves: true}}
steps:
  greet: {say: Good morning., end: done}
"""
DESK = "desk: mine\ntime_zone: Europe/Helsinki\n"
HTTP = """connectors:
  crm:
    kind: http
    url: DOCTOR_CRM_URL
    headers: {authorization: "Bearer {DOCTOR_CRM_TOKEN}"}
    operations:
      find:
        reads: true
        path: /customers/{customer_id}
        inputs: {customer_id: digits}
        results: {ok: {}}
"""
USE = """flow: use
title: Use it
category: intake
version: 1
inputs: {customer_id: digits}
outcomes: {done: {resolves: true}}
steps:
  find:
    lookup: crm.find
    with: {customer_id: customer_id}
    results: {ok: close, error: close}
  close: {say: Goodbye., end: done}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk of one's own that has worked: a flow, a record with a run, keys; and a copy of both files as a backup."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "flows").mkdir()
    (folder / "flows" / "hello.yaml").write_text(FLOW)
    (folder / "flows" / "desk.yaml").write_text(DESK)
    settings = Settings(
        folder / "flows", f"sqlite:///{folder / 'shepherd.db'}", str(folder / "shepherd-keys.db"), "127.0.0.1", 0
    )
    desk = Desk.open(settings)
    maria = Actor("agent", "Maria")
    ticket = desk.open_ticket("C-1", channel="phone", subject="Hello", actor=maria, token=new_id())
    desk.start(ticket.head.id, "hello", actor=maria, token=new_id())
    desk.close()
    (folder / "backup").mkdir(mode=0o700)
    for name in ("shepherd.db", "shepherd-keys.db"):
        shutil.copy(folder / name, folder / "backup" / name)
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which one works."""
    folder = Path(shutil.copytree(made, tmp_path / "desk"))
    monkeypatch.chdir(folder)
    for name in [n for n in os.environ if n.startswith(("SHEPHERD_", "DOCTOR_"))]:
        monkeypatch.delenv(name)
    return folder


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the object of ``doctor --json``."""
    capsys.readouterr()
    code = run(["doctor", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def faults(shown: dict[str, Any]) -> list[dict[str, str]]:
    return [check for check in shown["checks"] if check["state"] == "fault"]


def do(command: str) -> None:
    """Carry *command* out as a reader would, who knows where the backup is."""
    name = "shepherd-keys.db" if "keys" in command else "shepherd.db"
    script = f'shepherd() {{ "{sys.executable}" -m shepherd.cli "$@"; }}\n{command.replace("BACKUP", f"backup/{name}")}'
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def in_database(sql: str) -> None:
    with closing(sqlite3.connect("shepherd.db")) as connection:
        connection.executescript(sql)


def in_the_middle_of_a_write() -> None:
    """Leave the database and its journal as a power cut does."""
    with closing(sqlite3.connect("shepherd.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=2")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE junk (x)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<500) "
            "INSERT INTO junk SELECT randomblob(2000) FROM n"
        )
        for end in ("", "-journal"):
            shutil.copy(f"shepherd.db{end}", f"cut.db{end}")
        connection.execute("ROLLBACK")
    for end in ("", "-journal"):
        Path(f"cut.db{end}").rename(f"shepherd.db{end}")
        Path(f"shepherd.db{end}").chmod(0o600)


def other_keys() -> None:
    """Keys of another record in the place of these."""
    with closing(sqlite3.connect("shepherd-keys.db")) as connection, connection:
        connection.execute("UPDATE record_keys SET key = randomblob(32)")


def test_a_desk_that_works_has_no_fault(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every check is there, each fine, and nothing is printed that has to be done; the files stay as they were."""
    before = {p.name: p.read_bytes() for p in desk.iterdir() if p.is_file()}
    code, shown = told(capsys)
    assert (code, shown["shepherd"], shown["ok"]) == (0, "doctor/1", True)
    names = [check["name"] for check in shown["checks"]]
    assert names == ["sqlite", "database", "keys", "files", "flows", "live", "clock", "time zone", "connectors"]
    assert {check["state"] for check in shown["checks"]} == {"fine"}
    assert {p.name: p.read_bytes() for p in desk.iterdir() if p.is_file()} == before
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    assert sqlite3.sqlite_version in out
    assert "Europe/Helsinki, now +0" in out
    assert out.endswith("No faults.\n")
    assert "→" not in out


FAULTS: dict[str, tuple[str, str, Callable[[], Any]]] = {
    "keys gone": ("keys", "is not there", lambda: Path("shepherd-keys.db").unlink()),
    "keys empty": ("keys", "is not there", lambda: Path("shepherd-keys.db").write_bytes(b"")),
    "keys are no keys": ("keys", "can't be read", lambda: Path("shepherd-keys.db").write_bytes(b"junk" * 999)),
    "keys of another": ("keys", "does not belong", other_keys),
    "keys for all": ("keys", "mode 0644", lambda: Path("shepherd-keys.db").chmod(0o644)),
    "database gone": ("database", "was it moved?", lambda: Path("shepherd.db").unlink()),
    "database is none": ("database", "can't be read", lambda: Path("shepherd.db").write_bytes(b"junk" * 999)),
    "power cut": ("database", "in the middle of a write", in_the_middle_of_a_write),
    "database for all": ("files", "shepherd.db is open", lambda: Path("shepherd.db").chmod(0o644)),
    "folder for all": ("files", "may replace files", lambda: Path().resolve().chmod(0o777)),
    "flows for all": ("files", "may change the flows", lambda: Path("flows/hello.yaml").chmod(0o666)),
    "no time zone": ("time zone", "Europe/Helsinkiy", lambda: Path("flows/desk.yaml").write_text(DESK[:-1] + "y\n")),
    "no folder of flows": ("flows", "no folder gone", lambda: Path("shepherd.toml").write_text('library = "gone"\n')),
    "no flows": ("flows", "There are no flows", lambda: Path("flows/hello.yaml").unlink()),
}


@pytest.mark.parametrize("planted", FAULTS)
def test_a_planted_fault_is_found_and_mended(planted: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, nothing else is wrong, the code is 3 (1 for flows alone), and what is printed mends it."""
    name, words, plant = FAULTS[planted]
    plant()
    code, shown = told(capsys)
    found = faults(shown)
    wrong = [check for check in found if check["name"] != "flows"] if name == "time zone" else found
    assert [check["name"] for check in wrong] == [name]
    assert words in wrong[0]["says"]
    assert (code, shown["ok"]) == (1 if name == "flows" else 3, False)
    do(wrong[0]["mend"])
    assert told(capsys)[0] == 0


def test_wal_is_a_fault_just_where_it_is_not_safe(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A database that a newer SQLite has left in WAL is brought back to the rollback journal by opening it."""
    in_database("PRAGMA journal_mode=WAL;")
    code, shown = told(capsys)
    expected = (0, []) if wal_is_safe() else (3, ["sqlite"])
    assert (code, [c["name"] for c in faults(shown)]) == expected
    for fault in faults(shown):
        do(fault["mend"])
    assert told(capsys)[0] == 0


def test_a_newer_database_is_left_alone(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its tables are not those of this release: the release has to change, not the database."""
    in_database("UPDATE alembic_version SET version_num = '9999';")
    code, shown = told(capsys)
    assert (code, [c["name"] for c in faults(shown)]) == (3, ["database"])
    assert "9999" in faults(shown)[0]["says"]
    assert faults(shown)[0]["mend"]


@pytest.mark.parametrize("url", ["mysql://desk@db/shepherd", "sqlite://", "nonsense", "sqlite:///other.db"])
def test_a_database_that_is_none_of_ours(url: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another kind, none at all, no address, another program's: a fault, never a traceback."""
    with closing(sqlite3.connect("other.db")) as connection, connection:
        connection.execute("CREATE TABLE theirs (x)")
    Path("other.db").chmod(0o600)
    code, shown = told(capsys, "--database", url)
    assert (code, [c["name"] for c in faults(shown)]) == (3, ["database"])
    assert "--database sqlite:///" in faults(shown)[0]["mend"]


def test_a_place_where_no_database_can_be(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file stands where its folder should be."""
    (desk / "plain").write_text("")
    code, shown = told(capsys, "--database", "sqlite:///plain/shepherd.db", "--keys", "none.db")
    assert (code, [c["name"] for c in faults(shown)]) == (3, ["database"])
    assert "is no folder" in faults(shown)[0]["says"]


def test_a_clock_behind_the_last_entry(desk: Path) -> None:
    """A machine that lost its time would stamp what comes after with what was before."""
    settings = Settings.find()
    now = datetime.now(UTC)
    late = [c for c in examine(settings, clock=lambda: now + timedelta(days=1)) if c.name == "clock"]
    early = [c for c in examine(settings, clock=lambda: now - timedelta(days=1)) if c.name == "clock"]
    assert [c.state for c in late] == ["fine"]
    assert [(c.state, c.mend) for c in early] == [("fault", "sudo timedatectl set-ntp true")]
    assert f"{now:%Y-%m-%d}" in early[0].says


def test_flows_with_an_error_end_with_1(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Like the check itself, which is what is to be run then."""
    (desk / "flows" / "hello.yaml").write_text(FLOW.replace("end: done", "end: don"))
    code, shown = told(capsys)
    assert (code, [(c["name"], c["mend"]) for c in faults(shown)]) == (1, [("flows", "shepherd check")])


def test_the_version_that_is_live_is_named_and_the_folder_is_a_draft(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors of a draft are no fault of the desk that serves a version."""

    def told() -> dict[str, tuple[str, str]]:
        run(["doctor", "--json"])
        return {c["name"]: (c["state"], c["says"]) for c in json.loads(capsys.readouterr().out)["checks"]}

    assert told()["live"] == ("fine", "The folder flows, for no version was published yet.")
    (desk / "flows" / "desk.yaml").write_text(f"{DESK}publishing: {{min_coverage: 0}}\n")
    assert run(["publish", "propose", "--by", "Maria"]) == 0
    assert run(["publish", "approve", "1", "--by", "Olli", "--note", "Read"]) == 0
    (desk / "flows" / "hello.yaml").write_text(FLOW.replace("end: done", "end: don"))
    capsys.readouterr()
    found = told()
    assert found["live"][1].startswith("Version 1, since ")
    assert found["live"][1].endswith("; flows is a draft.")
    assert found["flows"] == ("advice", "1 error in flows: it can't be published as it is.")


def test_what_connectors_read_from_the_environment(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each variable that is not set is named, a file that holds it counts, and no value is ever printed."""
    (desk / "flows" / "connectors.yaml").write_text(HTTP)
    (desk / "flows" / "use.yaml").write_text(USE)
    code, shown = told(capsys)
    assert code == 3
    assert [c["mend"] for c in faults(shown)] == ["export DOCTOR_CRM_URL=…", "export DOCTOR_CRM_TOKEN=…"]
    monkeypatch.setenv("DOCTOR_CRM_URL", "https://crm.example.com")
    (desk / "token").write_text("very-secret\n")
    monkeypatch.setenv("DOCTOR_CRM_TOKEN_FILE", str(desk / "gone"))
    code, shown = told(capsys)
    assert (code, len(faults(shown))) == (3, 1)
    assert "can't be read" in faults(shown)[0]["says"]
    monkeypatch.setenv("DOCTOR_CRM_TOKEN_FILE", str(desk / "token"))
    code, shown = told(capsys)
    assert code == 0
    assert "very-secret" not in json.dumps(shown)


def test_the_first_morning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty folder has no fault; it is told what to begin with, and nothing is made by asking."""
    monkeypatch.chdir(tmp_path)
    code, shown = told(capsys)
    advice = {c["name"]: c["mend"] for c in shown["checks"] if c["state"] == "advice"}
    assert code == 0
    assert advice == {"database": "shepherd serve", "flows": "shepherd new first_flow --category intake"}
    assert list(tmp_path.iterdir()) == []


def test_the_command_that_mends_meets_the_same_settings(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was given by flags is in it, quoted for a shell."""
    (desk / "my flows").mkdir()
    _, shown = told(capsys, "--library", "my flows", "--database", "sqlite:///new.db", "--keys", "new-keys.db")
    mends = {c["name"]: c["mend"] for c in shown["checks"]}
    assert mends["database"] == "shepherd serve --library 'my flows' --database sqlite:///new.db --keys new-keys.db"
    assert mends["flows"].endswith("--library 'my flows'")


def test_a_wrong_setting_ends_with_2(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """FORMATS §7: a file of settings that can't be read is wrong use."""
    (desk / "shepherd.toml").write_text("databse = 1\n")
    assert run(["doctor"]) == 2
    assert "databse" in capsys.readouterr().err
