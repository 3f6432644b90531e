"""The picture of a difference: every step and way of both versions once, told apart without colour."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from shepherd.author.compare import compare, compare_flows
from shepherd.author.differing import Differing, differing
from shepherd.author.draw import WRITERS
from shepherd.author.looks import RULES
from shepherd.author.picture import Picture
from tests.author.test_compare import SMALL, draft

EDITS = (
    ("off, then: turn", "off, then: send"),
    ("  judge:\n", "  wait_a_moment:\n    say: One moment.\n  judge:\n"),
    ("- {when: age.years < 1, then: turn}\n      ", ""),
    ("  turn:\n    say: Please turn it on.\n    then: done\n", ""),
    ("{end: sent}", "{say: Somebody comes., then: done}"),
)


def drawn(tmp_path: Path) -> tuple[Picture, Differing]:
    text = SMALL
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new)
    before, after = draft(tmp_path / "a", SMALL), draft(tmp_path / "b", text)
    (one,) = compare(before, after).flows
    return differing(before.flows["lamp"], after.flows["lamp"], one, {})


def test_new_gone_and_changed_steps_and_ways_are_all_there(tmp_path: Path) -> None:
    """What is gone is drawn among what is there; a way that leads elsewhere is drawn both ways."""
    picture, laid = drawn(tmp_path)
    states = {node.id: laid.step(node.id)[0] for node in picture.nodes}
    assert states == {
        "switch": "changed",
        "age": "changed",
        "wait_a_moment": "added",
        "judge": "changed",
        "send": "changed",
        "done": "",
        "turn": "removed",
    }
    ways = {(a.source, a.target): (laid.way(a.source, a.by), a.label) for a in picture.arrows}
    assert ways["switch", "send"] == ("changed", "≠ It is off")
    assert ways["switch", "turn"] == ("removed", "− It is off")
    assert ways["wait_a_moment", "judge"] == ("added", "+")
    assert ways["judge", "turn"][0] == "removed"
    assert ways["turn", "done"][0] == "removed"
    assert laid.described.startswith("New: wait_a_moment, ")


@pytest.mark.parametrize("form", ["svg", "mermaid", "dot"])
def test_each_format_tells_them_apart_without_colour(tmp_path: Path, form: str) -> None:
    """By the line's width and its dashes, and by a sign in the words."""
    picture, laid = drawn(tmp_path)
    text = WRITERS[form](picture, laid)
    if form == "svg":
        root = ElementTree.fromstring(text)
        classes = {part for node in root.iter() for part in node.get("class", "").split()}
        assert {"added", "removed", "changed"} <= classes
        for state in ("removed", "changed"):
            rules = [line for line in RULES.splitlines() if f".{state} .way" in line or f".{state} .shape" in line]
            assert len(rules) == 2
            assert all("stroke-dasharray" in rule for rule in rules)
        assert "stroke-width:4" in next(line for line in RULES.splitlines() if ".added .way" in line)
    else:
        looks = {
            "mermaid": ("stroke-width:4px", "stroke-dasharray:6 4", "stroke-dasharray:2 4"),
            "dot": ("penwidth=4", "dashed", "dotted"),
        }[form]
        assert all(look in text for look in looks)
    assert "It is off" in text


def test_a_flow_that_is_new_or_gone_is_drawn_as_such(tmp_path: Path) -> None:
    """And one that is the same has nothing over it."""
    flow = draft(tmp_path, SMALL).flows["lamp"]
    for pair, state in (((None, flow), "added"), ((flow, None), "removed")):
        picture, laid = differing(*pair, compare_flows(*pair), {})
        assert {laid.step(node.id)[0] for node in picture.nodes} == {state}
        assert {laid.way(arrow.source, arrow.by) for arrow in picture.arrows} == {state}
    picture, laid = differing(flow, flow, compare_flows(flow, flow), {})
    assert (laid.steps, laid.ways) == ({}, {})
    assert laid.described == "Nothing differs that can be drawn."
