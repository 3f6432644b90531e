"""What the tests of the language share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.library import Write, writer


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a small library: ``write(a="flow: a …", desk="desk: d …")``."""
    return writer(tmp_path)
