"""Which branch a decide took is told in sentences."""

from __future__ import annotations

import pytest

from shepherd.desk.branches import Branches
from tests import shipped

DOWN = "the line's status is “down” and the line's eta is known"
NONE = "the line's status is not “down” or the line's eta is not known; the line's status is not “down”"


@pytest.mark.parametrize(
    ("step", "by", "said"),
    [
        ("internet_down/route_by_line", "when:1", DOWN),
        ("internet_down/route_by_line", "when:3", "the line's status is “faulty”"),
        ("internet_down/route_by_line", "otherwise", f"otherwise: {NONE}; the line's status is not “faulty”"),
        ("account_locked/judge_lock", "otherwise", "otherwise: none of the 4 conditions of this step holds"),
        ("internet_down/route_by_line", "unknown_way", "unknown way"),
        ("internet_down/greet", "then", "then"),
        ("no_flow/step", "when:1", "when:1"),
    ],
)
def test_a_branch_is_told_by_what_held(step: str, by: str, said: str) -> None:
    """The condition that held, or for "otherwise" those that did not, in words; the bare way where nothing is known."""
    library = shipped.library()
    flow, _, name = step.partition("/")
    found = library.flows[flow].steps[name] if flow in library.flows else None

    assert Branches(library)(found, by) == said
