"""Where two versions part: found over the values that conditions tell apart, with a true path, and bounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from shepherd.author.affected import affected, touched
from shepherd.author.compare import compare
from shepherd.author.difference import FlowDifference
from shepherd.author.partings import Weighed, weigh, weigh_all
from shepherd.check.library import Library
from shepherd.check.walkable import unwalkable
from shepherd.flow.draft import Draft
from shepherd.flow.scenario_files import scenarios_in
from tests.author.test_compare import SMALL, draft, shipped

SCENARIOS = """scenarios:
  - name: It was off
    given: {inputs: {customer_id: C-1}, answers: {switch: no}}
    expect: {outcome: lit, path: [switch, turn, done]}
  - name: It is old
    given: {inputs: {customer_id: C-1}, answers: {switch: yes, age: {years: 6, bulb: led}}}
    expect: {outcome: sent, path: [switch, age, judge, send]}
"""


def made(draft_: Draft) -> Library:
    assert unwalkable(draft_) == []
    return Library.of(draft_, ())


def weighed(
    tmp_path: Path, *edits: tuple[str, str], most: int = 8000, before: Sequence[tuple[str, str]] = ()
) -> Weighed:
    """What comes of weighing the small flow, with the edits *before*, before and after *edits*."""
    first = SMALL
    for old, new in before:
        assert old in first
        first = first.replace(old, new)
    text = first
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    earlier, later = draft(tmp_path / "a", first), draft(tmp_path / "b", text)
    (one,) = compare(earlier, later).flows
    found, _ = weigh(made(earlier), made(later), one, most)
    return found


@pytest.mark.parametrize("name", ["internet_down", "closing", "refund", "payment_failed"])
def test_a_flow_does_not_part_from_itself(name: str) -> None:
    """Walked beside itself, no two walks come to different places, and everything was looked at."""
    library = made(shipped())
    steps = {step: step for step in library.flows[name].steps}
    found, made_ = weigh(library, library, FlowDifference(name, name, "", (), steps, ()))
    assert found.partings == ()
    assert found.whole
    assert found.pairs > 10
    assert made_ > found.pairs


def test_a_moved_limit_parts_for_the_value_between_the_old_one_and_the_new(tmp_path: Path) -> None:
    """Only a value that the two conditions tell apart is printed, and where it leads in both."""
    found = weighed(tmp_path, ("age.years < 1", "age.years < 2"))
    (parting,) = found.partings
    assert parting.kind == "ends elsewhere"
    assert parting.path[-1].step == "lamp/age"
    assert parting.path[-1].value.startswith("years 1")
    assert (parting.before.outcome, parting.after.step) == ("sent", "lamp/turn")
    assert parting.after.ends == ("lit",)


DAYS = """flow: lamp
title: Days
category: orders
version: 1
outcomes:
  late: {resolves: true}
  early: {resolves: true}
steps:
  due:
    ask: When was it due?
    type: date
  judge:
    decide:
      - when: WHEN
        then: late
      - otherwise: early
  late: {end: late}
  early: {end: early}
"""


@pytest.mark.parametrize(
    ("old", "new", "parts", "whole"),
    [
        ("today > due + workdays(5)", "today > due + workdays(6)", True, True),
        ("today > due + workdays(5)", "today > due + workdays(4)", True, True),
        ("today > due + workdays(5)", "today >= due + workdays(5)", True, True),
        ("today > due + workdays(5)", "today > due + days(8)", True, True),
        ("today > due + workdays(5)", "today > due + days(7)", False, False),
        ("today > due + days(14)", "today > due + weeks(2)", False, True),
        ("today > due + months(1)", "today > due + days(30)", True, True),
        ("today - due > 14", "today - due > 15", True, True),
        ("due < date(2026, 4, 6) - days(3)", "due < date(2026, 4, 6) - days(4)", True, True),
    ],
)
def test_a_moved_limit_of_days_parts(tmp_path: Path, old: str, new: str, parts: bool, whole: bool) -> None:
    """Days are tried where either version's limit lies, by the calendar; that this is one day's view is said."""
    earlier, later = (draft(tmp_path / name, DAYS.replace("WHEN", when)) for name, when in (("a", old), ("b", new)))
    (one,) = compare(earlier, later).flows
    found, _ = weigh(made(earlier), made(later), one)

    assert (bool(found.partings), found.whole) == (parts, whole)
    assert ("working days" in found.not_weighed) == (not whole)


def test_an_answer_that_comes_or_goes_is_a_path_that_appears_or_vanishes(tmp_path: Path) -> None:
    """Each from the side that takes it."""
    answer = ("      no: {label: It is off", "      perhaps: {label: Perhaps, then: send}\n      no: {label: It is off")
    found = weighed(tmp_path, answer)
    assert [(p.kind, p.path[-1]) for p in found.partings] == [("appears", ("lamp/switch", "perhaps"))]
    gone = weighed(
        tmp_path,
        ("      no: {label: It is off, then: turn}\n", ""),
        ("age.years < 1, then: turn", "age.years < 1, then: turn"),
    )
    assert [(p.kind, p.path[-1].value) for p in gone.partings] == [("vanishes", "no")]


def test_a_renamed_answer_is_the_same_answer(tmp_path: Path) -> None:
    """No path vanishes and none appears; what reads its value may still go another way, and that is told."""
    found = weighed(tmp_path / "only", ("no: {label: It is off", "off: {label: It is off"))
    assert (found.partings, found.whole) == ((), True)
    reads = [("- {when: age.years < 1", "- {when: 'switch == \"yes\"'")]
    now = ("yes: {label: It is on", "on: {label: It is on")
    same = weighed(tmp_path / "same", now, ('switch == "yes"', 'switch == "on"'), before=reads)
    assert (same.partings, same.whole) == ((), True)
    (parting,) = weighed(tmp_path / "other", now, ('switch == "yes"', 'switch != "on"'), before=reads).partings
    assert (parting.kind, parting.path[0]) == ("ends elsewhere", ("lamp/switch", "yes"))


def test_words_and_a_message_between_do_not_part(tmp_path: Path) -> None:
    """Where nothing else is asked and nothing ends elsewhere, the paths are the same."""
    found = weighed(
        tmp_path,
        ("turn it on.", "turn it on now."),
        ("  judge:\n", "  wait_a_moment:\n    say: One moment.\n  judge:\n"),
    )
    assert found.partings == ()
    assert found.whole


def test_more_than_may_be_looked_at_is_said_to_be_so(tmp_path: Path) -> None:
    """Neither is anything claimed then, nor does it take longer."""
    found = weighed(tmp_path, ("age.years < 1", "age.years < 2"), most=2)
    assert not found.whole
    assert "more than was looked at" in found.not_weighed


def test_flows_that_differ_only_in_words_are_not_weighed(tmp_path: Path) -> None:
    """There is nothing to be found there."""
    before, after = draft(tmp_path / "a", SMALL), draft(tmp_path / "b", SMALL.replace("turn it on", "switch it on"))
    assert weigh_all(made(before), made(after), compare(before, after)) == ()


# --- scenarios --------------------------------------------------------------------------------------


def both(tmp_path: Path, edit: tuple[str, str], later: str = SCENARIOS) -> list[tuple[str, str, str]]:
    """The scenarios that *edit* affects, as (name, edition, how)."""
    before = draft(tmp_path / "a", SMALL, **{"lamp.scenarios": SCENARIOS})
    after = draft(tmp_path / "b", SMALL.replace(*edit), **{"lamp.scenarios": later})
    difference = compare(before, after)
    old, new = made(before), made(after)
    read = [[s for d in one.scenarios for s in scenarios_in(d.typed, d.file)[0]] for one in (before, after)]
    found, _ = affected(old, new, difference, (read[0], read[1]))
    assert touched(old, difference, old=True) == {"lamp"}
    return [(one.name, one.edition, one.how) for one in found]


def test_a_scenario_that_comes_to_something_else_is_named(tmp_path: Path) -> None:
    """With how; one that passes by nothing which differs is not."""
    assert both(tmp_path, ("off, then: turn", "off, then: send")) == [("It was off", "both", "fails now")]
    assert both(tmp_path, ("turn it on", "turn it on now")) == [("It was off", "both", "is told other words")]


def test_a_scenario_written_anew_is_walked_in_both_texts(tmp_path: Path) -> None:
    """The old text over the new flow tells what it expected; the new text tells whether it passes only now."""
    later = SCENARIOS.replace("outcome: lit, path: [switch, turn, done]", "outcome: sent, path: [switch, send]")
    assert both(tmp_path, ("off, then: turn", "off, then: send"), later) == [
        ("It was off", "before", "fails now"),
        ("It was off", "after", "passes now"),
    ]


def test_what_is_merely_called_otherwise_comes_to_the_same(tmp_path: Path) -> None:
    """Scenarios and translations name steps and answers: under the new names they are the very same."""
    german = (
        "translation: lamp\nlanguage: de\ntitle: Lampe\nsteps:\n"
        "  switch: {of: '00000000', ask: An?, answers: {yes: Ja, no: Nein}}\n"
        "  turn: {of: '00000000', say: Bitte einschalten.}\n"
    )
    edits = [("turn(?! it)", "light_it"), ("yes", "on")]
    texts = {"lamp.de": german, "lamp.scenarios": SCENARIOS}
    later_text, later = SMALL, dict(texts)
    for old, new in edits:
        later_text = re.sub(rf"\b{old}\b", new, later_text)
        later = {name: re.sub(rf"\b{old}\b", new, text) for name, text in later.items()}
    first, second = draft(tmp_path / "a", SMALL, **texts), draft(tmp_path / "b", later_text, **later)
    difference = compare(first, second)
    scenarios = [[s for d in one.scenarios for s in scenarios_in(d.typed, d.file)[0]] for one in (first, second)]

    assert {(c.how, c.kind) for _, c in difference.changes} == {("renamed", "step"), ("renamed", "answer")}
    assert affected(made(first), made(second), difference, (scenarios[0], scenarios[1])) == ((), 2)
    assert affected(made(second), made(first), compare(second, first), (scenarios[1], scenarios[0])) == ((), 2)
