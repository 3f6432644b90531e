"""Publishing in both databases: the record's own fixtures, and a second process's view of the same record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shepherd.desk.publishing import Publishing
from shepherd.flow.draft import Draft
from shepherd.record import Record, open_record
from tests.desk.house import Clock
from tests.publish.shelf import draft_in
from tests.record.conftest import migrated, pytest_generate_tests, record, server

__all__ = ["migrated", "pytest_generate_tests", "record", "server"]


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is moved."""
    return Clock()


@pytest.fixture
def publishing(record: Record, clock: Clock) -> Publishing:
    """Publishing in an empty record."""
    return Publishing(record, clock)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, record: Record, clock: Clock) -> Iterator[Publishing]:
    """The same record as another process has it: its own connections, its own writer."""
    folder: Path = request.getfixturevalue("tmp_path")
    url = record._engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    other = open_record(url, str(folder / "shepherd-keys.db"))
    yield Publishing(other, clock)
    other.close()


@pytest.fixture(scope="session")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Draft]:
    """Makes a small library whose greeting has these words; the same again is not read again."""
    made: dict[str, Draft] = {}

    def make(words: str) -> Draft:
        if words not in made:
            made[words] = draft_in(tmp_path_factory.mktemp("flows"), words)
        return made[words]

    return make


@pytest.fixture
def live(publishing: Publishing, draft: Callable[[str], Draft]) -> Callable[[str], int]:
    """Proposes and approves a version with these words; its number."""

    def make(words: str) -> int:
        number = publishing.propose(draft(words), by="maria").number
        publishing.approve(str(number), by="olli", note="Walked it")
        return number

    return make
