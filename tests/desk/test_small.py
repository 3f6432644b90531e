"""Ids, clock and settings."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shepherd.desk import Misused, Settings, new_id
from shepherd.desk.clock import offset, system_clock
from shepherd.desk.settings import changes_file, shipped
from shepherd.desk.tickets import valid_id


def test_ids_are_unique_and_sorted_by_making() -> None:
    """UUIDv7, greater each time, also when many threads ask at once."""
    made: list[str] = []
    lock = threading.Lock()

    def make() -> None:
        mine = [new_id() for _ in range(500)]
        assert mine == sorted(mine)
        with lock:
            made.extend(mine)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2000
    assert all(valid_id(id_) == id_ for id_ in made[:50])


def test_the_offset_follows_the_zone_through_the_year() -> None:
    """Summer and winter, east and west, half hours."""
    winter, summer = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    assert [offset(winter, "Europe/Helsinki"), offset(summer, "Europe/Helsinki")] == ["+02:00", "+03:00"]
    assert [offset(winter, "UTC"), offset(winter, "Asia/Kolkata")] == ["+00:00", "+05:30"]
    assert offset(winter, "America/New_York") == "-05:00"
    assert system_clock().microsecond % 1000 == 0


def test_a_flag_goes_before_the_environment_before_the_file(tmp_path: Path) -> None:
    """FORMATS §9, and the folder of a setting in the file is that file's."""
    (tmp_path / "shepherd.toml").write_text('library = "mine"\nport = 1\nkeys = "k.db"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    found = Settings.find({"host": "::1", "port": None}, environ={"SHEPHERD_PORT": "2"}, folder=inner)
    assert found == Settings(tmp_path / "mine", "sqlite:///shepherd.db", str(tmp_path / "k.db"), "::1", 2)
    assert Settings.find({"port": 3}, environ={"SHEPHERD_PORT": "2"}, folder=inner).port == 3


@pytest.mark.parametrize(
    ("database", "found"),
    [
        ("sqlite:///record/desk.db", "sqlite:///{folder}/record/desk.db"),
        ("sqlite:////srv/desk.db", "sqlite:////srv/desk.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://db.example/desk", "postgresql://db.example/desk"),
    ],
)
def test_the_files_of_the_record_lie_beside_the_file_that_names_them(tmp_path: Path, database: str, found: str) -> None:
    """The same record from every folder below; in the file's own folder they are named as they stand there."""
    (tmp_path / "shepherd.toml").write_text(f'database = "{database}"\nkeys = "record/keys.db"\n')
    inner = tmp_path / "a"
    inner.mkdir()
    below, there = (Settings.find(environ={}, folder=folder) for folder in (inner, tmp_path))
    assert (below.database, below.keys) == (found.format(folder=tmp_path), str(tmp_path / "record" / "keys.db"))
    assert (there.database, there.keys) == (database, "record/keys.db")
    environ = {"SHEPHERD_KEYS": "k.db"}
    assert Settings.find({"database": "sqlite:///x.db"}, environ=environ, folder=inner)[1:3] == (
        "sqlite:///x.db",
        "k.db",
    )


def test_without_any_setting_the_shipped_library_is_used(tmp_path: Path) -> None:
    """``./flows`` where there is one, else the flows that travel with the product."""
    assert Settings.find(environ={}, folder=tmp_path).library == shipped("flows")
    (tmp_path / "flows").mkdir()
    assert Settings.find(environ={}, folder=tmp_path).library == tmp_path / "flows"


@pytest.mark.parametrize("text", ["colour = 1", "port = 70000", "port = 'x'", "library = ["])
def test_a_wrong_setting_is_said(tmp_path: Path, text: str) -> None:
    """Unknown names, impossible ports and broken files are wrong use, not tracebacks."""
    (tmp_path / "shepherd.toml").write_text(text)
    with pytest.raises(Misused):
        Settings.find(environ={}, folder=tmp_path)


def test_changes_of_tables_lie_beside_the_database() -> None:
    """Beside an SQLite file; beside the keys for any other database."""
    settings = Settings(Path("flows"), "sqlite:////var/desk/shepherd.db", "/etc/keys.db", "127.0.0.1", 1)
    assert changes_file(settings) == Path("/var/desk/shepherd-tables.db")
    assert changes_file(settings._replace(database="postgresql://db/x")) == Path("/etc/keys-tables.db")
