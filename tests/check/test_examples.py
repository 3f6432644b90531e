"""Every rule has an example that gives exactly its finding, and a right twin that gives none."""

from __future__ import annotations

import pytest

from shepherd.check import RULES, examine
from shepherd.check.manual import DAY, EXAMPLES
from shepherd.check.report import render
from shepherd.flow.draft import read_draft
from shepherd.flow.findings import Rule
from tests.conftest import GOLDEN, Golden

NAMES = [f"{rule.code}-{rule.name}" for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_wrong_example_gives_exactly_its_finding(rule: Rule, golden: Golden):
    """
    One mistake gives one finding, of that rule and severity, with what mends it; it reads as the golden file has it.
    """
    draft = read_draft(EXAMPLES / f"{rule.code}-{rule.name}" / "wrong")
    found = examine(draft, DAY, tests=True)

    assert [(f.code, f.name, f.severity) for f in found] == [(rule.code, rule.name, rule.severity)], render(found, {})
    assert found[0].hint
    golden.same(f"{rule.code}-{rule.name}.txt", render(found, draft.sources))


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_right_example_gives_none(rule: Rule):
    """
    The nearest right twin gives no finding at all, no warning either.
    """
    draft = read_draft(EXAMPLES / f"{rule.code}-{rule.name}" / "right")

    assert draft.flows
    assert render(examine(draft, DAY, tests=True), draft.sources) == ""


def test_every_example_belongs_to_a_rule():
    """
    There are no examples or golden files of rules that are gone, and no two rules share a code or a name.
    """
    assert sorted(NAMES) == sorted(path.name for path in EXAMPLES.iterdir())
    assert sorted(NAMES) == sorted(path.stem for path in GOLDEN.glob("SHP*.txt"))
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES) >= 40
    assert sorted(RULES, key=lambda rule: rule.code) == list(RULES)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_every_rule_says_what_for(rule: Rule):
    """
    A rule explains itself in whole sentences, and its code belongs to an error or a warning.
    """
    assert rule.says.endswith(".")
    assert rule.says.isprintable()
    assert rule.severity in ("error", "warning")
