"""A record that goes away under a desk that is served, and comes back: told once each, and nothing is started anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from shepherd.check.library import Library
from shepherd.cli.app import run
from shepherd.desk import Desk, Settings
from shepherd.record import RecordUnavailable, called
from shepherd.web import serve
from shepherd.web.outage import Outage
from tests.record.server import Server
from tests.run.small import flow, library


def soon(holds: Callable[[], bool]) -> None:
    """Wait until *holds* does, at most some seconds."""
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    assert holds()


@pytest.mark.postgres
def test_an_outage_is_told_once_and_so_is_its_end(
    server: Server, migrated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is dropped under a desk that ticks, and made again: two lines, and the desk goes on."""
    url = server.copy(migrated)
    name = urlsplit(url).path.strip("/")
    small: Library = library(flow("hello", {"greet": {"say": "Hello."}, "bye": {"end": "done"}}))
    desk = Desk.over(small, Settings(tmp_path, url, str(tmp_path / "keys.db"), "127.0.0.1", 0))
    ticked, stopped, said = [0], threading.Event(), []
    tick = desk.tick
    monkeypatch.setattr(serve, "TICK", 0.02)
    monkeypatch.setattr(desk, "tick", lambda: (ticked.__setitem__(0, ticked[0] + 1), tick()))
    outage = Outage(called(url), said.append, lambda: datetime.now(UTC))
    thread = threading.Thread(target=serve._tick, args=(desk, stopped, said.append, outage))
    thread.start()
    try:
        soon(lambda: ticked[0] > 2)
        assert said == []
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            soon(lambda: bool(said))
            at = ticked[0]
            soon(lambda: ticked[0] > at + 3)
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
        soon(lambda: len(said) > 1)
    finally:
        stopped.set()
        thread.join()
        desk.close()
    gone, back = said
    assert gone.startswith(f"The record ({name} on ")
    for word in ("can't be reached since ", "Not saved", "start the database"):
        assert word in gone
    assert back.startswith(f"The record ({name} on ")
    assert " is back after " in back


def test_another_trouble_is_told_by_its_kind_once() -> None:
    """What is no outage is told as it was, but not each second; an outage behind it is told too."""
    said: list[str] = []
    outage = Outage("x", said.append, lambda: datetime(2026, 11, 30, 12, 0, tzinfo=UTC))
    for _ in range(3):
        outage.failed(ValueError("a secret"))
    assert said == ["tick: ValueError"]
    outage.worked()
    outage.failed(RecordUnavailable("It is gone."))
    assert said[1].startswith("The record (x) can't be reached since 2026-11-30 12:00:00 UTC.")
    outage.worked()
    outage.worked()
    assert len(said) == 3


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///desk/shepherd.db", "desk/shepherd.db"),
        ("postgresql://maria:s3cret@db.example:5432/desk", "desk on db.example"),
        ("postgresql:///desk", "desk on this machine"),
    ],
)
def test_a_database_is_called_without_what_signs_in(url: str, name: str) -> None:
    """A password in an address is in no log."""
    assert called(url) == name


@pytest.mark.parametrize("command", ["serve --port 0", "verify", "path T-1"])
def test_a_server_that_is_not_there_is_told_in_the_drivers_own_words(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which server was asked and what it said, in one line, without a statement or a link of a library's."""
    where = ["--database", "postgresql+psycopg://127.0.0.1:1/x", "--keys", str(tmp_path / "keys.db")]
    assert run([*command.split(), *where]) != 0
    told = capsys.readouterr().err
    assert "port 1 failed: Connection refused." in told
    assert "sqlalche.me" not in told
    assert "\n" not in told.strip()
