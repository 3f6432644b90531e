"""The cookbook: every pattern is a library of its own that is right, walked whole, and shown on the page as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.author.explain import as_text, explain
from shepherd.check import examine
from shepherd.check.report import render
from shepherd.cli.app import run
from shepherd.flow.draft import read_draft

DOCS = Path(__file__).resolve().parent.parent / "docs"
PATTERNS = sorted(path for path in (DOCS / "cookbook").iterdir() if path.is_dir())
PAGE = (DOCS / "cookbook.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", PATTERNS, ids=lambda path: path.name)
def test_a_pattern_has_no_findings_and_can_be_told(folder: Path) -> None:
    """
    No warnings either: what a designer copies from here starts clean. Its sentences hold no rest of the machinery.
    """
    draft = read_draft(folder)

    assert render(examine(draft), draft.sources) == ""
    assert folder.name in draft.flows
    for flow in draft.flows:
        told = as_text(explain(draft, flow))
        assert "object at" not in told
        assert "None" not in told


@pytest.mark.parametrize("folder", PATTERNS, ids=lambda path: path.name)
def test_a_pattern_is_walked_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Its scenarios pass, and between them they take every way.
    """
    assert run(["test", "--library", str(folder)]) == 0
    assert capsys.readouterr().out.rstrip().endswith("(100 %)")


@pytest.mark.parametrize("folder", PATTERNS, ids=lambda path: path.name)
def test_a_pattern_is_shown_on_the_page(folder: Path) -> None:
    """
    Every file of it that a designer would write, but for its connectors, and its scenarios, to which the page leads.
    """
    written = (
        path for path in folder.rglob("*.yaml") if not path.name.endswith((".scenarios.yaml", "connectors.yaml"))
    )
    names = [path.relative_to(DOCS).as_posix() for path in written]

    assert [name for name in names if f"```yaml file={name}\n" not in PAGE] == []
    assert f"(cookbook/{folder.name}/{folder.name}.scenarios.yaml)" in PAGE


def test_the_page_shows_nothing_else() -> None:
    """
    Twenty patterns and more, each under a heading of its own.
    """
    assert PAGE.count("\n## ") == len(PATTERNS)
