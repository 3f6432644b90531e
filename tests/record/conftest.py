"""A fresh record for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shepherd.record import Record
from tests.record.making import opened


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """An empty record in the test's own folder."""
    made = opened(tmp_path)
    yield made
    made.close()
