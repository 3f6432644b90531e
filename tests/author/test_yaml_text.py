"""Scenarios written as YAML: what is read again is what was written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shepherd.author import Malformed
from shepherd.author.yaml_text import WIDE, added, as_yaml
from shepherd.cli.trees import plain, tree_of
from shepherd.flow import hazards, source

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
SAID = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
WORDS = SAID.filter(lambda text: not hazards.UNSEEN.search(text)) | st.sampled_from(
    ["yes", "null", "~", "- a", "a: b", "a #b", "{}", "012", "1.5", "2026-11-21", "31m", "x\ny", "\t", "'", '"', "\\"]
)
VALUES = st.recursive(WORDS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.lists(WORDS, min_size=1, max_size=40))
def test_what_is_written_is_read_again(given: dict[str, Any], path: list[str]) -> None:
    """Whatever a customer said: marks of YAML, other scripts, line breaks; not what no file may hold."""
    scenario = {"name": "n", "given": given, "expect": {"path": path}}
    assert tree_of(as_yaml([scenario]).encode(), "f") == {"scenarios": [scenario]}


def test_a_long_path_fills_its_lines() -> None:
    """As a designer writes it: no line is too wide, and none is half empty."""
    path = [f"a_step_{number}" for number in range(60)]
    lines = as_yaml([{"name": "n", "given": {}, "expect": {"outcome": "done", "path": path}}]).splitlines()
    assert max(map(len, lines)) <= WIDE
    assert min(len(line) for line in lines[6:-1]) > WIDE - 20


TEXT = """# Ours.
scenarios:
    - name: One   # stays
      given: {}
      expect: {outcome: done, path: [a]}
"""


def test_a_scenario_is_added_behind_the_others() -> None:
    """All that stands there stays as it is, the new one keeps their margin, and a name that is taken gets a number."""
    fresh = {"name": "One", "given": {}, "expect": {"outcome": "done", "path": ["b"]}}
    text = added(TEXT, source.read(TEXT.encode(), "f").root, [fresh, fresh])
    assert text.startswith(TEXT)
    read = source.read(text.encode(), "f")
    assert read.findings == []
    assert read.root is not None
    assert [one["name"] for one in plain(read.root)["scenarios"]] == ["One", "One (2)", "One (3)"]
    assert "\n    - name: One (2)\n      given: {}\n" in text


@pytest.mark.parametrize("text", ["scenarios: [{name: a, expect: {outcome: x, path: [a]}}]\n", "flow: a\n", "a: [1]"])
def test_what_can_not_be_added_to_is_said(text: str) -> None:
    """Rather than a file that can't be read any more."""
    with pytest.raises(Malformed, match="add"):
        added(text, source.read(text.encode(), "f").root, [])
