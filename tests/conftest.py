"""What all tests share: the flag that rewrites golden files."""

from __future__ import annotations

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--golden`` rewrites the golden files; the diff is then read by a person."""
    parser.addoption("--golden", action="store_true", help="rewrite tests/golden instead of comparing with it")


class Golden:
    """Compares a text with its golden file, or writes it."""

    def __init__(self, rewrite: bool):
        self.rewrite = rewrite

    def same(self, name: str, text: str) -> None:
        """*text* is what the golden file *name* has."""
        path = GOLDEN / name
        if self.rewrite:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path.name} is missing: run pytest --golden, and read the diff"
        assert path.read_text(encoding="utf-8") == text


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files, compared or rewritten."""
    return Golden(request.config.getoption("--golden"))
