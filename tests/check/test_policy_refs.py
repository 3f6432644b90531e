"""What a flow names of desk.yaml: the hint has a near name, or says how a new one is added."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check.policy_refs import policy_refs
from shepherd.flow.draft import read_draft
from tests.check.written import library

LISTED = "desk: d\ncategories: [authentication, troubleshooting]\ntags: [small_talk]\n"
FLOW = "flow: f\ntitle: F\ncategory: {}\noutcomes:\n  done: {{resolves: true}}\nsteps:\n  a: {{say: Hello., tag: {}}}\n"


@pytest.mark.parametrize(
    ("category", "tag", "desk", "hint"),
    [
        ("retention", "small_talk", LISTED, "desk.yaml has: authentication, troubleshooting. If it is new,"),
        ("trubleshooting", "small_talk", LISTED, 'Did you mean "troubleshooting"? If it is new, add it under'),
        ("troubleshooting", "rush", LISTED, "desk.yaml has: small_talk. If it is new, add it under `tags:`"),
        ("retention", "rush", "", "There is no desk.yaml; then the categories are authentication,"),
        ("trubleshooting", "rush", "", 'Did you mean "troubleshooting"?'),
        ("retention", "rush", "desk: d\n", "desk.yaml lists no categories; then they are authentication,"),
    ],
)
def test_only_a_near_name_is_offered(category: str, tag: str, desk: str, hint: str, tmp_path: Path):
    """
    A word that is far from all that desk.yaml lists is as likely new as misspelt: then it is told where it belongs.
    """
    (tmp_path / "f.yaml").write_text(FLOW.format(category, tag) + "  b: {end: done}\n")
    if desk:
        (tmp_path / "desk.yaml").write_text(desk)
    (found,) = policy_refs(read_draft(tmp_path))

    assert found.hint.startswith(hint)


def test_a_change_that_only_reads_is_one_mistake(tmp_path: Path):
    """
    How often it may be done is not asked of what changes nothing.
    """
    body = (
        "  look:\n    do: line.test\n    with: {customer_id: '\"C-1\"'}\n    results: {ok: b, not_found: b, error: b}\n"
    )
    draft = library(tmp_path, f"steps:\n{body}  b: {{end: done}}\n")

    assert [f.code for f in policy_refs(draft)] == ["SHP612"]
