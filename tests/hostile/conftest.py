"""The server that forks a process for each case: one for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.server import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()
