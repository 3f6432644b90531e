"""The pages of all findings, in docs/checks: what the rules themselves give, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shepherd.check import RULES
from shepherd.check.manual import PARTS, contents, examples, page
from shepherd.flow.findings import Rule

PAGES = Path(__file__).resolve().parents[2] / "docs" / "checks"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_is_what_its_rule_gives(rule: Rule, request: pytest.FixtureRequest):
    """
    To the letter: sentence, examples and what the check says of them; ``--golden`` writes it.
    """
    file, made = PAGES / f"{rule.code}.md", page(rule)
    if request.config.getoption("--golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(made, encoding="utf-8")

    assert file.exists(), "run pytest --golden, and read the diff"
    assert file.read_text(encoding="utf-8") == made


def test_every_page_is_listed_and_belongs_to_a_rule(request: pytest.FixtureRequest):
    """
    There is no page of a rule that is gone; each rule is listed once, and each link leads to a page.
    """
    if request.config.getoption("--golden"):
        (PAGES / "README.md").write_text(contents(RULES), encoding="utf-8")
    listed = (PAGES / "README.md").read_text(encoding="utf-8")

    assert listed == contents(RULES)
    assert {file.name for file in PAGES.iterdir()} == {"README.md", *(f"{rule.code}.md" for rule in RULES)}
    assert re.findall(r"\]\((SHP\d+)\.md\)", listed) == [rule.code for rule in RULES]
    assert {rule.code[:4] for rule in RULES} == set(PARTS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_shows_both_examples_and_the_finding(rule: Rule):
    """
    Every file of both, the code in what is said of the wrong one, and whether it may be set aside.
    """
    text = page(rule)
    wrong, _, right = text.partition("\n## Right\n")

    assert all(f"\n`{one.file}`\n" in wrong for one in examples(rule, "wrong"))
    assert all(f"\n`{one.file}`\n" in right for one in examples(rule, "right"))
    assert f"[{rule.code} {rule.name}]" in wrong
    assert ("can't be ignored" in right) == (rule.severity == "error")
    assert text.isprintable() or all(line.isprintable() for line in text.split("\n"))
