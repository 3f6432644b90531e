"""A fresh record for each test: in SQLite, and in PostgreSQL where the test does not look into SQLite's file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shepherd.record import Record, open_record
from shepherd.record.databases import engine_of
from shepherd.record.migrate import migrate
from tests.record.making import blank, opened
from tests.record.server import Server, binaries, running


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of the record that does not ask for its folder holds for both databases."""
    names = metafunc.fixturenames
    if "record" in names and "tmp_path" not in names:
        kinds = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
        metafunc.parametrize("record", kinds, indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server that lives as long as the tests."""
    home = binaries()
    if home is None:
        pytest.skip("No PostgreSQL server is installed here (Debian: apt-get install postgresql).")
    pytest.importorskip("psycopg", reason="The driver psycopg is not installed: python3 start.py test brings it.")
    with running(home) as started:
        yield started


@pytest.fixture(scope="session")
def migrated(server: Server) -> str:
    """A database with the record's tables and nothing in them, to be copied."""
    url = server.database()
    engine = engine_of(url)
    migrate(engine)
    engine.dispose()
    return url.partition("@/")[2].partition("?")[0]


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Iterator[Record]:
    """An empty record in the test's own folder, or in a database of its own."""
    folder: Path = request.getfixturevalue("tmp_path")
    if getattr(request, "param", "sqlite") == "postgres":
        url = request.getfixturevalue("server").copy(request.getfixturevalue("migrated"))
        made = open_record(url, str(folder / "shepherd-keys.db"))
    else:
        blank(folder)
        made = opened(folder)
    yield made
    made.close()
