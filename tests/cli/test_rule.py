"""``shepherd rule``: what a code means."""

from __future__ import annotations

import pytest

from shepherd.check import RULES
from shepherd.cli.app import run


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, sorted by code."""
    assert run(["rule"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in RULES]
    assert len(lines) >= 40


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_explained_with_both_examples(rule: object, capsys: pytest.CaptureFixture[str]) -> None:
    """What it says, a wrong and a right example, whether it may be ignored; by code in any case, or by name."""
    assert run(["rule", rule.code.lower()]) == 0  # type: ignore[attr-defined]
    out = capsys.readouterr().out
    assert rule.says in out  # type: ignore[attr-defined]
    assert "\nWrong: " in out
    assert "\nRight: " in out
    assert ("It is an error" in out) == (rule.severity == "error")  # type: ignore[attr-defined]
    assert run(["rule", rule.name]) == 0  # type: ignore[attr-defined]
    assert capsys.readouterr().out == out


def test_an_unknown_code_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest."""
    assert run(["rule", "SHP2O1"]) == 2
    assert "Did you mean" in capsys.readouterr().err
