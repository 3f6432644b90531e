"""A small desk on real files: a library, a customer base, a record, and a clock that stands until it is moved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shepherd.connect.connectors import KINDS
from shepherd.connect.table import CONTROL
from shepherd.desk import Desk, Settings
from shepherd.flow.beside import Connector
from tests.desk.house import Clock, Counted, library_in
from tests.record.making import blank


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every call that reached a table, in order."""
    reached: list[str] = []

    def open_counted(connector: Connector, setting: Any) -> Counted:
        table = Counted(connector, setting)
        table.calls = reached
        return table

    monkeypatch.setitem(KINDS, "table", open_counted)
    return reached


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The library on disk."""
    return library_in(tmp_path)


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Tell tables to be slow or to fail: ``tell(**{"visits.book": {"slow": "1s"}})``."""
    control = tmp_path / "control.json"
    monkeypatch.setenv(CONTROL, str(control))

    def write(**told: Any) -> None:
        fresh = control.with_suffix(".new")
        fresh.write_text(json.dumps(told), "utf-8")
        fresh.replace(control)

    return write


@pytest.fixture
def clock() -> Clock:
    """The desk's clock."""
    return Clock()


@pytest.fixture
def open_desk(tmp_path: Path, library: Path, calls: list[str], clock: Clock) -> Iterator[Callable[[], Desk]]:
    """Opens the same desk, again and again: a restart."""
    opened: list[Desk] = []
    blank(tmp_path, "desk.db", "keys.db")
    settings = Settings(library, f"sqlite:///{tmp_path / 'desk.db'}", str(tmp_path / "keys.db"), "127.0.0.1", 0)

    def open_() -> Desk:
        desk = Desk.open(settings, clock=clock)
        opened.append(desk)
        return desk

    yield open_
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(open_desk: Callable[[], Desk]) -> Desk:
    """The desk."""
    return open_desk()
