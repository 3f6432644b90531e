"""Recorded runs walked over a draft: the same over the same flows, else where they part."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shepherd.author import play, scenarios_in
from shepherd.author.compare import compare
from shepherd.author.replayed import Told, as_text, replayed, why
from shepherd.author.rerun import rerun
from shepherd.author.walks import Rerun
from shepherd.check.library import Library
from shepherd.flow.given import read_given
from shepherd.run.api import Event
from tests.author.test_compare import SMALL, draft, shipped
from tests.run.walker import reread

#: Every so many-th scenario of the shipped library is walked again; 1 for all.
STEP = int(os.environ.get("SHEPHERD_RERUN_STEP", "8"))
OLD = {"inputs": {"customer_id": "C-1"}, "answers": {"switch": "yes", "age": {"years": "6", "bulb": "led"}}}
OFF = {"inputs": {"customer_id": "C-1"}, "answers": {"switch": "no"}}


@cache
def whole() -> Library:
    return Library.of(shipped(), ())


def made(tmp_path: Path, *edits: tuple[str, str], text: str = SMALL, **others: str) -> Library:
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return Library.of(draft(tmp_path, text, **others), ())


def events_of(library: Library, given: dict[str, Any], flow: str = "lamp") -> list[Event]:
    """The events of a walk as they come back from their stored bytes."""
    played = play(library, flow, read_given(given, flow))
    assert not played.problem
    return [reread(event) for event in played.events]


def again(tmp_path: Path, given: dict[str, Any], *edits: tuple[str, str]) -> Rerun:
    """What comes of a run of the small flow over its edited version."""
    before = made(tmp_path / "a")
    after = made(tmp_path / "b", *edits)
    difference = compare(before, after)
    return rerun(after, events_of(before, given), difference.renamed)


def test_every_recorded_walk_stays_the_same_over_the_same_flows() -> None:
    """Going back, changed answers, silence, secrets, approvals, tries, calls that were made before: nothing parts."""
    library = whole()
    scenarios = [s for d in shipped().scenarios for s in scenarios_in(d.typed, d.file)[0]][::STEP]
    walked = 0
    for scenario in scenarios:
        events = [reread(event) for event in play(library, scenario.flow, scenario.given).events]
        if events:
            found = rerun(library, events)
            assert (found.verdict, found.lost, found.assumed) == ("same", (), ()), (scenario.flow, scenario.name, found)
            walked += 1
    assert walked > 600 // STEP


def test_it_says_where_a_run_parts_and_how_it_would_end(tmp_path: Path) -> None:
    """By the steps that both have in common, whatever words they have."""
    found = again(tmp_path, OFF, ("off, then: turn", "off, then: send"), ("turn it on", "turn it on now"))
    assert found.verdict == "ends elsewhere"
    assert found.parts == ("lamp/switch", "lamp/turn", "lamp/send")
    assert (found.before.ended, found.after.ended) == ("lit", "sent")
    assert again(tmp_path, OLD, ("off, then: turn", "off, then: send")).verdict == "same"


def test_a_renamed_step_is_the_same_and_an_added_message_is_read(tmp_path: Path) -> None:
    """Neither ends elsewhere."""
    assert again(tmp_path, OFF, ("turn:", "turn_on:"), ("then: turn}", "then: turn_on}")).verdict == "same"
    found = again(tmp_path, OLD, ("  judge:\n", "  wait_a_moment:\n    say: One moment.\n  judge:\n"))
    assert (found.verdict, found.after.ended) == ("another way", "sent")


def test_an_answer_under_another_value_is_the_same(tmp_path: Path) -> None:
    """Given, and where somebody went back and gave it."""
    off = ("no: {label: It is off", "off: {label: It is off")
    assert again(tmp_path / "a", OFF, off).verdict == "same"
    changed = {"inputs": {"customer_id": "C-1"}, "answers": {"switch": "yes", "age": {"change": "switch", "to": "no"}}}
    assert again(tmp_path / "b", changed, off).verdict == "same"


def test_what_the_run_never_had_is_not_made_up(tmp_path: Path) -> None:
    """A new question, and an answer that would be refused, stop it there, and that is said."""
    asked = again(
        tmp_path, OLD, ("  judge:\n", "  again:\n    ask: Sure?\n    answers: {yes: judge, no: send}\n  judge:\n")
    )
    assert asked.verdict == "not followed"
    assert asked.stopped == '"lamp/again" asks for what this run was never asked.'
    refused = again(tmp_path, OLD, ("years: {label", "years: {max: 5, label"))
    assert refused.stopped == '"lamp/age" would refuse what was given (too_large).'
    assert "6" not in refused.stopped
    gone = again(tmp_path, OFF, ("no: {label: It is off, then: turn}", "off: {label: No light, then: send}"))
    assert gone.stopped.startswith('"lamp/switch" would refuse what was given')


def test_a_field_that_is_gone_is_left_out_and_said(tmp_path: Path) -> None:
    """The rest of the form is given."""
    found = again(
        tmp_path,
        OLD,
        (
            "      bulb: {label: Which bulb, type: choice, options: {led: LED, other: Another one}}\n",
            "      hue: {label: Hue, type: text, optional: true}\n",
        ),
    )
    assert found.verdict == "same"
    assert found.assumed == ('"lamp/age" has no field bulb by now.',)


def test_a_verification_that_would_be_lost_is_named() -> None:
    """The identity that the run proved would not be proved any more."""
    library = whole()
    scenario = next(
        s
        for d in shipped().scenarios
        for s in scenarios_in(d.typed, d.file)[0]
        if s.flow == "authentication" and s.expect.outcome == "verified"
    )
    documents = json.loads(json.dumps(dict(library.documents)))
    outcome = documents["flow:authentication"]["outcomes"]["verified"]
    assert outcome.pop("grants") == "identity"
    events = [reread(event) for event in play(library, scenario.flow, scenario.given).events]
    found = rerun(Library.load(documents), events)
    assert (found.verdict, found.lost) == ("same", ("identity",))
    loose = Library.load(documents)
    asking = [s for d in shipped().scenarios for s in scenarios_in(d.typed, d.file)[0] if s.flow == "account_locked"]
    walks = [rerun(loose, [reread(e) for e in play(library, s.flow, s.given).events]) for s in asking]
    assert any(walk.stopped and walk.lost == ("identity",) for walk in walks)
    (reason,) = why(compare(library, loose), found)
    assert reason.startswith("authentication: The outcome verified (grants) is gone")
    text = as_text(replayed("draft", [Told("R", "T-1", "authentication", found), None]))
    assert text.startswith("Of 2 runs, 1 would lose a verification.\n")
    assert "goes the same way. It would lose identity." in text


def test_a_promise_that_a_run_would_break_is_named(tmp_path: Path) -> None:
    """It would stop there, by the engine's own guard."""
    promise = "promises:\n  no_turning: {every: {step: lamp/turn}, never_after: {step: lamp/switch}}\n"
    before, after = made(tmp_path / "a"), made(tmp_path / "b", promises=promise)
    found = rerun(after, events_of(before, OFF))
    assert found.verdict == "breaks a promise"
    assert '"no_turning" promises' in found.broke


def test_what_was_erased_stops_it_only_where_it_is_needed(tmp_path: Path) -> None:
    """A run whose answers are gone is not followed; one whose facts are gone is, where nothing reads them."""
    library = made(tmp_path / "a")
    events = events_of(library, OLD)
    first = events[0]._replace(data={**events[0].data, "facts": {"customer": {"erased": True}}})
    assert rerun(library, [first, *events[1:]]).verdict == "same"
    place = next(n for n, event in enumerate(events) if event.kind == "collected")
    erased = events[place]._replace(data={**events[place].data, "values": {"years": {"erased": True}, "bulb": "led"}})
    found = rerun(library, [*events[:place], erased, *events[place + 1 :]])
    assert found.stopped == 'what was given at "lamp/age" has been erased.'


def test_a_flow_that_is_gone_and_one_that_needs_more_are_said(tmp_path: Path) -> None:
    """Neither is an error of the command."""
    library = made(tmp_path / "a")
    events = events_of(library, OFF)
    other = Library.of(draft(tmp_path / "b", SMALL.replace("flow: lamp", "flow: other"), "other"), ())
    assert rerun(other, events).stopped == 'there is no flow "lamp" there.'
    needs = made(tmp_path / "c", ("customer_id: text", "customer_id: text, room: text"))
    assert rerun(needs, events).stopped.startswith("it can't begin there: required")


def test_the_reason_is_what_differs_at_the_step_or_in_what_its_flow_reads(tmp_path: Path) -> None:
    """In the sentences of the comparison."""
    before, after = made(tmp_path / "a"), made(tmp_path / "b", ("off, then: turn", "off, then: send"))
    found = rerun(after, events_of(before, OFF))
    assert why(compare(before, after), found) == ("The answer no leads to send, and led to turn.",)
    wider = made(
        tmp_path / "c",
        ("age.years > 5", "age.years > 6"),
        ("when: age.years < 1, then: turn", "when: age.years < 9, then: turn"),
    )
    found = rerun(wider, events_of(before, OLD))
    assert found.parts[0] == "lamp/judge"
    assert why(compare(before, wider), found)


@pytest.mark.parametrize("broken", [[], ["x"]])
def test_the_count_is_one_sentence(broken: list[str]) -> None:
    """Where nothing differs, it says so."""
    text = as_text(replayed("draft", [None] * 1234, broken))
    assert text.startswith("Of 1 234 runs, all would go the same way.")
    assert ("1 can't be read any more." in text) == bool(broken)
