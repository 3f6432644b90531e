"""Whose tries are counted where a flow is called about somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.flow.draft import read_draft

RIGHT = Path(__file__).parents[2] / "src" / "shepherd" / "check" / "examples" / "SHP610-tries-of-another" / "right"


def codes(folder: Path, **changed: tuple[str, str]) -> list[str]:
    """The errors of the right example with parts of its caller's text changed."""
    for file in RIGHT.iterdir():
        text = file.read_text("utf-8")
        if file.stem == "for_somebody":
            for old, new in changed.values():
                assert old in text
                text = text.replace(old, new)
        (folder / file.name).write_text(text, "utf-8")
    return [finding.code for finding in examine(read_draft(folder)) if finding.severity == "error"]


INPUT = ("outcomes:\n  known: {resolves: true}", "inputs: {customer_id: text}\noutcomes:\n  known: {resolves: true}")


def test_the_customers_own_number_is_not_the_callers(tmp_path: Path) -> None:
    """With the number of the ticket's customer one PIN would prove two people: it is no number of somebody else."""
    given = ("with: {customer_id: number}", "with: {customer_id: customer_id}")
    assert codes(tmp_path, input=INPUT, given=given) == ["SHP610"]


@pytest.mark.parametrize("whom", ["representatve", "neighbour"])
def test_it_is_about_the_representative_or_the_customer(tmp_path: Path, whom: str) -> None:
    """No other word is known: what would be established about anybody else nothing could ever require."""
    assert codes(tmp_path, about=("about: representative", f"about: {whom}")) == ["SHP111"]


def test_a_slip_in_desk_yaml_says_nothing_of_the_flows(tmp_path: Path) -> None:
    """Where desk.yaml can't be read, what escalations give is not called unset in every flow."""
    (tmp_path / "desk.yaml").write_text(
        "desk: small\ntime_zone: UTC\nhours: {mon-fri: 8-20}\nqueues: {second: {skill: any, owner: agent}}\n"
        "severities: {sev1: {acknowledge: 5m}}\n"
    )
    (tmp_path / "pass_on.yaml").write_text(
        "flow: pass_on\ntitle: Pass it on\ncategory: escalation\nversion: 1\noutcomes:\n  passed: {resolves: false}\n"
        "steps:\n  report:\n    escalate: second\n    severity: sev1\n    because: It broke.\n"
        "  tell:\n    say: Somebody looks by {{ report.acknowledge_by | datetime }}.\n  finish: {end: passed}\n"
    )
    errors = [finding for finding in examine(read_draft(tmp_path)) if finding.severity == "error"]
    assert [finding.file for finding in errors] == ["desk.yaml"]
