"""A flow's sentences beside its text: every line knows its step and what is wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.author.explain import explain
from shepherd.author.reading import lines_of, reading
from shepherd.check import examine
from shepherd.flow.draft import Draft, read_draft
from tests import shipped

BROKEN = """flow: broken
title: A way leads nowhere
category: closing
version: 1
steps:
  # what comes first
  hello: {say: Good morning., then: nowhere}
  bye:
    say: Goodbye.

    end: done
outcomes:
  done: {resolves: true}
"""


@pytest.fixture(scope="module")
def draft() -> Draft:
    return shipped.draft()


def test_every_sentence_is_read_and_none_twice(draft: Draft) -> None:
    """In the order of ``explain``, cut at the step that a way leads to, its words unchanged."""
    for name in draft.flows:
        read = reading(draft, name)
        said = [s for part in read.head for s in part.sentences] + [s for step in read.steps for s in step.sentences]

        assert [(s.text, s.line) for s in said] == [(s.text, s.place.line) for s in explain(draft, name).sentences]
        ways = [s for s in explain(draft, name).sentences if s.about == "way"]
        assert [s.to for s in said if s.to] == [s.text.rpartition("go to ")[2].partition(" ")[0] for s in ways]


def test_every_line_knows_its_step(tmp_path: Path) -> None:
    """A step has its lines up to the next one; the flow's head, in front or behind, belongs to none."""
    (tmp_path / "broken.yaml").write_text(BROKEN)
    draft = read_draft(tmp_path)
    lines = lines_of(BROKEN, draft.flows["broken"])

    assert [line.text for line in lines] == BROKEN.removesuffix("\n").split("\n")
    assert [line.step for line in lines] == [*[""] * 6, "hello", "bye", "bye", "bye", "bye", "", ""]
    assert [line.number for line in lines if line.begins] == [7, 8]


def test_findings_stand_at_their_lines_and_none_is_lost(tmp_path: Path) -> None:
    """Those of this file alone; one behind the last line stands at the last."""
    (tmp_path / "broken.yaml").write_text(BROKEN)
    (tmp_path / "other.yaml").write_text(BROKEN.replace("flow: broken", "flow: other"))
    draft = read_draft(tmp_path)
    found = [f for f in examine(draft) if f.file == "broken.yaml"]
    lines = reading(draft, "broken", examine(draft)).lines

    assert found
    assert [f for line in lines for f in line.findings] == found
    assert "nowhere" in lines[6].findings[0].message
    cut = lines_of(BROKEN[:20], None, found, "broken.yaml")
    assert [f for line in cut for f in line.findings] == found
