"""Mistakes that do not hang on each other are told together, so that a flow is not mended in layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.flow.draft import read_draft

FLOW = """flow: m
title: Many mistakes
category: orders
version: 1
outcomes: {done: {resolves: true}, not_done: {resolves: false}}
steps:
  size:
    ask: How large is it?
    type: number
  ready:
    ask: Is it ready?
    answers:
      yes: tell
      no: {label: Not yet, then: stop}
  tell:
    say: It is {{ size }} large.
  judge:
    decide:
      - when: size > 5
        then: stop
      - otherwise: finish
  stop: {end: not_done}
  finish: {end: done}
"""
TARGET = ("yes: tell", "yes: tel")


def found(folder: Path, *slips: tuple[str, str]) -> list[tuple[str, int]]:
    """The codes and lines of what is found in the flow with *slips* in it."""
    text = FLOW
    for before, after in slips:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "m.yaml").write_text(text, encoding="utf-8")
    return [(f.code, f.place.line) for f in examine(read_draft(folder))]


@pytest.mark.parametrize(
    ("slips", "expected"),
    [
        ([("{{ size", "{{ sise")], [("SHP202", 13), ("SHP311", 16)]),
        (
            [("when: size", "when: sizes"), ("end: not_done", "end: notdone")],
            [("SHP202", 13), ("SHP311", 19), ("SHP205", 22)],
        ),
        ([("type: number", "typ: number")], [("SHP107", 9), ("SHP202", 13)]),
        ([("size > 5", "size => 5")], [("SHP202", 13), ("SHP301", 19)]),
        ([("size > 5", "size => 5"), ("then: stop}", "then: stp}")], [("SHP202", 13), ("SHP202", 14), ("SHP301", 19)]),
        (
            [("otherwise: finish", "otherwise: finsih"), ("type: number", "type: nubmer")],
            [("SHP111", 9), ("SHP202", 13), ("SHP202", 21)],
        ),
    ],
)
def test_a_misspelt_way_does_not_hide_another_mistake(
    tmp_path: Path, slips: list[tuple[str, str]], expected: list[tuple[str, int]]
) -> None:
    """Nor is it hidden by one: a name behind it, a wrong key, an expression that can't be read."""
    assert found(tmp_path, TARGET, *slips) == expected


@pytest.mark.parametrize(
    "slip",
    [
        ("  tell:\n    say", "    tell:\n      say"),  # a step that slid into the one before
        ("  stop: {end: not_done}", "  stop: {edn: not_done}"),  # a step that is wrong is one all the same
        ("no: {label: Not yet, then: stop}", "no: {label: Not yet, then: Stop here}"),  # no name at all
        ("no: {label: Not yet, then: stop}", "no: not_done"),  # an outcome: told once the rest is right
    ],
)
def test_what_one_mistake_brings_about_is_no_second_one(tmp_path: Path, slip: tuple[str, str]) -> None:
    """While the shape is wrong, a way is called unknown only where nothing that is written could be its step."""
    codes = [code for code, _ in found(tmp_path, ("type: number", "typ: number"), slip)]
    assert "SHP107" in codes
    assert "SHP202" not in codes
