"""Promises in plain sentences: each kind, each way to pick, and each at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.author.explain import as_json, as_text, explain
from shepherd.author.vows import vows
from shepherd.flow.draft import read_draft
from shepherd.flow.promised import KINDS
from tests import shipped

DESK = """desk: small
assurances: {identity: {granted_by: [pay], levels: [basic, strong]}}
tags: [big_sum]
"""
FLOW = """flow: pay
title: Pay
category: authentication
version: 1
outcomes: {paid: {resolves: true, grants: identity}, left: {resolves: false}}
steps:
  sure:
    ask: Sure?
    tag: big_sum
    answers: {yes: amount, no: leave}
  amount:
    collect: {sum: {type: number}, when: {type: date}}
  close: {end: paid}
  leave: {end: left}
"""


def told(folder: Path, rules: str) -> list[tuple[int, str]]:
    (folder / "desk.yaml").write_text(DESK)
    (folder / "pay.yaml").write_text(FLOW)
    (folder / "promises.yaml").write_text(f"promises:\n  one:\n{rules}\n")
    return [(vow.line, vow.text) for vow in vows(read_draft(folder), "pay")]


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (
            "    every: {step: pay/close}\n    needs: {assurance: identity, level: strong}",
            "Before the step pay/close, identity must be established at the level strong.",
        ),
        (
            "    every: {verb: end, category: authentication}\n"
            "    needs: [{step: pay/sure, answer: yes}, {field: pay/amount.sum}]",
            "Before a step that is an end and lies in a flow of authentication, the step pay/sure must have been "
            "answered with yes and pay/amount.sum must have been filled in.",
        ),
        (
            "    every: {step: pay/sure}\n    followed_by: {flow: pay, outcome: paid}",
            "After the step pay/sure and before the run ends, the flow pay must have been gone through, to paid.",
        ),
        (
            "    every: {tag: big_sum}\n    never_after: {step: pay/amount}",
            "Once the step pay/amount has been passed, a step that is tagged big sum is never reached.",
        ),
        (
            "    every: {outcome: paid, resolves: true}\n    at_most: {human: 3, automatic: 1}",
            "Before a run ends as paid and resolved, there are at most 3 human steps and at most 1 automatic step.",
        ),
    ],
)
def test_each_kind_is_told(tmp_path: Path, rules: str, text: str) -> None:
    """As one would say it, at the line of the promise."""
    assert told(tmp_path, rules) == [(2, text)]


def test_a_promise_is_told_of_the_flows_that_it_holds_for() -> None:
    """Every promise of the shipped library by some flow, and none twice by one."""
    draft = shipped.draft()
    by_flow = {name: [vow.name for vow in vows(draft, name)] for name in draft.flows}

    assert {name for names in by_flow.values() for name in names} == set(draft.promises)
    assert all(len(names) == len(set(names)) for names in by_flow.values())
    assert by_flow["closing"] == []


def test_explain_ends_with_what_is_promised() -> None:
    """In the terminal with its reason, and for machines with its file and line."""
    draft = shipped.draft()
    explained = explain(draft, "refund")
    last = as_text(explained).partition("What is promised of it:\n")[2]

    assert len(explained.promises) == 5
    assert "Above their own limit" in last
    assert as_json(explained)["promises"][1]["file"] == "promises.yaml"
    assert {rule.kind for promise in draft.promises.values() for rule in promise.rules} <= set(KINDS)
