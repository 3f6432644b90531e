"""The gate before a version goes live: each of its conditions, shut by a fault that is planted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shepherd.author.gate import Judged, judge_draft
from shepherd.check.library import Library
from shepherd.flow.draft import read_draft
from tests.publish.shelf import files_in


def change(file: str, before: str, after: str) -> Callable[[Path], object]:
    def do(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert before in text
        (folder / file).write_text(text.replace(before, after), "utf-8")

    return do


def remove(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).unlink()


#: A fault, the gate that it shuts, what is said of it, and what mends it.
PLANTED = {
    "an error": (
        change("greeting.yaml", "nothing: bye", "nothing: by"),
        ("errors", 'greeting.yaml:10:42: "by" is not a step of this flow. [SHP202 unknown-target]', "shepherd check"),
    ),
    "no flow": (remove("greeting.yaml"), ("errors", "There is no flow", "shepherd new")),
    "a scenario that fails": (
        change("greeting.scenarios.yaml", "path: [hello, need, bye]", "path: [hello, bye]"),
        ("scenarios", "1 of 2 scenarios failed. greeting: Nothing is needed: path walked:", "shepherd test"),
    ),
    "a scenario that can't be read": (
        change("greeting.scenarios.yaml", "name: Nothing is needed", "name: A question is taken"),
        ("scenarios", "1 can't be read", "shepherd test"),
    ),
    "an edge not walked": (
        change("greeting.scenarios.yaml", "given: {answers: {need: nothing}}", "given: {answers: {need: question}}"),
        ("scenarios", "failed", "shepherd test"),
    ),
    "no scenarios": (
        remove("greeting.scenarios.yaml"),
        ("coverage", "1 flow below 100 % (`publishing` in desk.yaml). greeting: 0 of", "shepherd test --suggest"),
    ),
}


def judged(folder: Path) -> Judged:
    return judge_draft(read_draft(folder))


def test_what_passes_brings_its_evidence(tmp_path: Path) -> None:
    """No gate is shut, and what was counted goes with the version."""
    found = judged(files_in(tmp_path / "flows"))

    assert found.shut == ()
    assert found.library is not None
    assert found.evidence["scenarios"] == 2
    assert found.evidence["edges"] == [4, 4]
    assert found.evidence["min_coverage"] == 100


@pytest.mark.parametrize("planted", PLANTED)
def test_each_gate_is_shut_by_its_fault(tmp_path: Path, planted: str) -> None:
    """The gate is named, with what is wrong and the command that shows or mends it."""
    plant, (name, says, mends) = PLANTED[planted]
    folder = files_in(tmp_path / "flows")
    plant(folder)
    shut = {gate.name: gate for gate in judged(folder).shut}

    assert name in shut, shut
    assert says in shut[name].says
    assert shut[name].mends.startswith(mends)


def test_the_least_coverage_is_the_desks(tmp_path: Path) -> None:
    """Three of four edges are 75 %: enough for a desk that asks 75, too little for 76, and for 80 where none is set."""
    folder = files_in(tmp_path / "flows")
    text = (folder / "greeting.scenarios.yaml").read_text("utf-8")
    (folder / "greeting.scenarios.yaml").write_text(text[: text.index("  - name: Nothing")], "utf-8")
    for asked, shut in (("75", []), ("76", ["coverage"]), ("", ["coverage"])):
        line = f"publishing: {{min_coverage: {asked}}}\n" if asked else ""
        (folder / "desk.yaml").write_text(f"desk: small\ntime_zone: Europe/Helsinki\n{line}", "utf-8")
        found = judged(folder)
        assert [gate.name for gate in found.shut] == shut, asked
        assert found.evidence["min_coverage"] == int(asked or 80)


def test_what_is_asked_for_is_in_no_hash(tmp_path: Path) -> None:
    """No run depends on how much is covered, so the same flows have the same hashes and the same bundle."""
    folder = files_in(tmp_path / "flows")
    before = Library.read(folder)
    change("desk.yaml", "publishing: {min_coverage: 100}", "publishing: {min_coverage: 5}")(folder)
    after = Library.read(folder)
    change("desk.yaml", "publishing: {min_coverage: 5}\n", "")(folder)
    without = Library.read(folder)

    assert dict(before.hashes) == dict(after.hashes) == dict(without.hashes)
    assert dict(before.bundle("greeting")) == dict(without.bundle("greeting"))
    assert (before.policy.min_coverage, after.policy.min_coverage, without.policy.min_coverage) == (100, 5, 80)
