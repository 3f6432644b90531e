"""A text that is written from a flow's typed source alone."""

from __future__ import annotations

import json

import pytest

from shepherd.author.written import written
from shepherd.flow import schema, source
from shepherd.flow.canonical import canonical
from tests.shipped import library


@pytest.mark.parametrize("flow", ["authentication", "refund", "severity_triage"])
def test_what_is_written_reads_as_the_very_same_flow(flow: str) -> None:
    """The same is read from it, in the same order of steps."""
    document = library().documents[f"flow:{flow}"]
    read = source.read(written(document).encode(), f"{flow}.yaml")
    typed, findings = schema.validate(read.root, "flow", file=f"{flow}.yaml")
    assert (typed, findings) == (document, [])
    assert list(typed["steps"]) == list(document["steps"])


def test_it_is_ordered_as_a_designer_would() -> None:
    """The head first, in each step the verb first and the ways last, in each case its condition."""
    stored = json.loads(canonical(library().documents["flow:authentication"]))
    lines = written(stored).splitlines()
    assert lines[:2] == ["flow: authentication", "title: Identify the customer"]
    assert lines.index("steps:") > lines.index("outcomes:")
    assert "    - {when: attempts_left.check_pin == 0, then: another_way}" in lines
