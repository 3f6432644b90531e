"""Walking small flows by script, and judging the walk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from shepherd.author import Verdict, cover, read_scenarios, run_scenario
from shepherd.author.coverage import total
from shepherd.author.scenarios import fits, ticket_text
from shepherd.check.library import Library
from shepherd.flow.draft import read_draft
from shepherd.flow.graph import graph_of

FLOW = """
flow: small
title: A small flow
category: troubleshooting
version: 1
owner: desk
review_by: 2027-01-01
outcomes:
  done: {resolves: true, code: DONE, returns: {state: box.state}}
  late: {resolves: false, code: LATE}
  stuck: {resolves: false, code: STUCK}
values:
  big: form.size > 10
steps:
  greet:
    say: Good morning.
  colour:
    ask: Which colour?
    no_answer: {after: 10m, then: too_late}
    answers:
      red: {label: Red, then: form}
      blue: {label: Blue, then: look}
  form:
    collect:
      size: {label: Size, type: integer, min: 1}
      name: {label: Name, type: text, optional: true}
  look:
    lookup: box.look
    with: {colour: colour}
    save: box
    attempts: 2
    attempts_per: ticket
    out_of_attempts: give_up
    results: {ok: mark, error: retry}
  retry:
    say: Once more.
    then: look
  mark:
    do: ticket.tag
    with: {name: '"seen"'}
    once_per: ticket
    results: {ok: again, error: give_up, unknown: give_up}
  again:
    ask: Again?
    attempts: 3
    out_of_attempts: give_up
    answers:
      yes: {label: Again, then: mark}
      no: {label: Enough, then: close}
  close: {end: done}
  too_late: {end: late}
  give_up: {end: stuck}
"""

TWICE = """
flow: twice
title: Two people agree
category: troubleshooting
version: 1
outcomes: {done: {resolves: true}}
steps:
  approve:
    ask: Is it fine?
    by: supervisor
    attempts: 3
    out_of_attempts: close
    answers: {fine: close, again: approve}
  close: {end: done}
"""
CONNECTORS = """
connectors:
  box:
    kind: table
    file: box.csv
    key: colour
    operations:
      look:
        reads: true
        inputs: {colour: text}
        results: {ok: {state: text}}
"""
BOX = {"box.look": {"ok": {"state": "full"}}}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    (folder / "small.yaml").write_text(FLOW)
    (folder / "connectors.yaml").write_text(CONNECTORS)
    (folder / "box.csv").write_text("colour,state\nblue,full\n")
    draft = read_draft(folder)
    return Library.of(draft, draft.findings)


def walk(library: Library, given: dict[str, Any], flow: str = "small", **expect: Any) -> Verdict:
    if "waiting" not in expect:
        expect = {"outcome": "done", **expect}
    if not {"path", "says", "values", "ticket"} & set(expect):
        expect["path"] = ["..."]
    tree = {"scenarios": [{"name": "n", "given": given, "expect": expect}]}
    (scenario,) = read_scenarios(tree, f"{flow}.scenarios.yaml")
    return run_scenario(library, scenario)


def test_a_fact_that_nothing_reads_is_a_failure(library: Library) -> None:
    """A given that is not used is a failure: a fact was meant for some flow to read."""
    given = {
        "facts": {"channel": "phone", "customer": {"tier": "basic"}},
        "answers": {"colour": "red", "form": {"size": 3}},
    }
    failures = " ".join(walk(library, {**given, "answers": {**given["answers"], "again": "no"}}).failures)

    assert "facts: channel" in failures
    assert "facts: customer.tier" in failures


def test_the_digits_of_a_hash_do_not_stand_on_the_ticket(library: Library) -> None:
    """What a ticket lacks are words: a PIN is not found in the hash of a text, in which any four digits may come."""
    verdict = walk(library, {"answers": {"colour": "blue", "again": "no"}, "connectors": BOX})
    stored = " ".join(str(event.data) + str(event.entered) for event in verdict.played.events)
    hashes = re.findall("[0-9a-f]{64}", stored)

    assert hashes
    assert [h for h in hashes if h[20:24] in ticket_text(verdict.played)] == []


def test_messages_continue_by_themselves(library: Library) -> None:
    """Nobody writes down a "continue"."""
    verdict = walk(library, {"answers": {"colour": "blue", "again": "no"}, "connectors": BOX}, says=["Good morning"])
    assert verdict.failures == ()
    assert verdict.path == tuple(f"small/{s}" for s in ("greet", "colour", "look", "mark", "again", "close"))


def test_a_list_has_one_entry_a_visit(library: Library) -> None:
    """Answers and results alike."""
    given = {"answers": {"colour": "blue", "again": ["no"]}, "connectors": {"box.look": ["error", *BOX.values()]}}
    path = ["greet", "colour", "look", "retry", "look", "mark", "again", "close"]
    assert walk(library, given, path=path).failures == ()


def test_a_list_that_is_too_short_says_so(library: Library) -> None:
    """The walk stops at the step for which nothing is left."""
    given = {"answers": {"colour": "blue", "again": ["yes"]}, "connectors": BOX}
    told = 'No answer is given for visit 2 of "small/again". Under given, answers, a list has one for each visit.'
    assert walk(library, given).failures == (told,)


def test_an_answer_that_lacks_is_written_in_the_failure(library: Library) -> None:
    """The step's own name and a value that it takes, so that it can be copied; a form has all its fields."""
    (told,) = walk(library, {"connectors": BOX}).failures[:1]
    assert told.endswith("Write it under given, answers: colour: red")


def test_what_is_given_and_not_used_is_a_failure(library: Library) -> None:
    """A row that nothing needed is a row that tests nothing."""
    given = {
        "answers": {"colour": "blue", "again": ["no", "no"], "form": {"size": "3"}},
        "connectors": {**BOX, "box.shut": "ok"},
        "spent": {"colour": "1"},
    }
    assert walk(library, given).failures == (
        'There is no operation "box.shut". There are: ticket.priority, ticket.queue, ticket.tag, ticket.follow_up, '
        "ticket.note, box.look.",
        "given and not used: answers: small/again (from number 2 on)",
        "given and not used: answers: small/form",
        "given and not used: spent: small/colour",
    )


def test_a_call_that_the_scenario_does_not_know_stops_it(library: Library) -> None:
    """Connectors are stubbed by name; only the ticket's own operations succeed by themselves."""
    assert "says nothing of it" in walk(library, {"answers": {"colour": "blue"}}).failures[0]


def test_a_change_made_once_is_not_asked_for_again(library: Library) -> None:
    """The second visit gets the first result, as at a real desk."""
    given = {"answers": {"colour": "blue", "again": ["yes", "no"]}, "connectors": {**BOX, "ticket.tag": ["ok"]}}
    verdict = walk(library, given)
    assert verdict.failures == ()
    assert [e.data.get("repeated") for e in verdict.played.events if e.kind == "do_finished"] == [None, True]


def test_going_back_and_changing(library: Library) -> None:
    """`{back}` and `{change, to}` stand in a list, at the step where they are given."""
    given = {
        "answers": {"colour": ["red", "blue"], "form": {"back": "colour"}, "again": "no"},
        "connectors": BOX,
    }
    assert walk(library, given, path=["greet", "colour", "look", "mark", "again", "close"]).failures == ()
    given = {
        "answers": {"colour": "red", "form": [{"change": "colour", "to": "blue"}], "again": "no"},
        "connectors": BOX,
    }
    assert walk(library, given, path=["greet", "colour", "look", "mark", "again", "close"]).failures == ()


def test_a_foreseen_refusal(library: Library) -> None:
    """`{refused, value}` is given, must be refused with that code, and changes nothing."""
    given = {
        "answers": {
            "colour": "red",
            "form": [{"refused": "too_small", "value": {"size": "0"}}, {"size": "30"}],
            "again": "no",
        },
        "connectors": BOX,
    }
    verdict = walk(library, given, values={"big": "true", "form": {"size": "30"}}, refused="too_small")
    assert verdict.failures == ()


def test_a_refusal_of_another_kind_or_none_is_a_failure(library: Library) -> None:
    """The code is compared, and what is taken was not refused."""
    given = {"answers": {"colour": {"refused": "required", "value": "green"}}}
    assert "refused with not_an_option, not required" in walk(library, given).failures[0]
    given = {"answers": {"colour": {"refused": "required", "value": "red"}}}
    assert "took what should have been refused" in walk(library, given).failures[0]


def test_an_unforeseen_refusal_is_a_failure(library: Library) -> None:
    """It says the step, the code and the sentence."""
    assert '"small/colour" refused (not_an_option)' in walk(library, {"answers": {"colour": "green"}}).failures[1]


def test_silence_and_time(library: Library) -> None:
    """`no_answer` lets the time pass that the step waits; `after` some of it."""
    assert walk(library, {"answers": {"colour": "no_answer"}}, outcome="late").failures == ()
    given = {"answers": {"greet": {"after": "9m"}, "colour": {"after": "9m", "value": "blue"}, "again": "no"}}
    assert walk(library, {**given, "connectors": BOX}).failures == ()
    assert "does not say what happens" in walk(library, {"answers": {"greet": "no_answer"}}).failures[0]


def test_tries_of_other_contacts(library: Library) -> None:
    """`spent` were taken before, `meanwhile` while this contact waited."""
    answers = {"colour": "blue"}
    path = ["greet", "colour", "give_up"]
    assert walk(library, {"answers": answers, "spent": {"look": "2"}}, outcome="stuck", path=path).failures == ()
    answers = {"colour": {"value": "blue", "meanwhile": {"look": "2"}}}
    assert walk(library, {"answers": answers}, outcome="stuck", path=path).failures == ()


def test_a_walk_may_be_expected_to_wait(library: Library) -> None:
    """`waiting` names the step at which nothing more is given."""
    assert walk(library, {}, waiting="colour").failures == ()
    assert (
        walk(library, {"answers": {"colour": "red"}}, waiting="colour").failures[0].startswith('waits at "small/form"')
    )


def test_every_expectation_that_fails_is_told(library: Library) -> None:
    """All at once, each with what was and what should have been."""
    given = {"answers": {"colour": "blue", "again": "no"}, "connectors": BOX}
    verdict = walk(
        library,
        given,
        outcome="late",
        path=["greet", "...", "form", "close"],
        says=["Good evening"],
        values={"box": {"state": "empty"}, "none": "1"},
        returns={"state": "empty"},
        ticket={"has": ["LATE"], "lacks": ["DONE"]},
    )
    assert len(verdict.failures) == 8
    assert verdict.failures[0].startswith('Nothing sets a value "none". There are: again, big, box,')
    assert verdict.failures[1] == 'ended with "done", not "late"'
    assert verdict.failures[4] == 'values: box: state is "full", not "empty"'


def test_an_unknown_flow_is_named(library: Library) -> None:
    """With what was perhaps meant."""
    assert 'Did you mean "small"?' in walk(library, {}, flow="smal").failures[0]


def test_what_is_covered(library: Library) -> None:
    """Steps and edges by the graph's own count; edges of visits that fell count too."""
    verdict = walk(library, {"answers": {"colour": "blue", "again": ["yes", "no"]}, "connectors": BOX})
    (small,) = cover(library.flows, [verdict.played])
    graph = graph_of(library.flows["small"])
    assert small.edges == (6, graph.number_of_edges())
    assert small.steps == (6, graph.number_of_nodes())
    assert "colour --answer:red--> form" in small.missing
    assert "look --out_of_attempts--> give_up" in small.missing
    assert total([small]) == f"edges 6/{graph.number_of_edges()} ({600 // graph.number_of_edges()} %)"


def test_results_and_branches_are_counted_by_themselves(library: Library) -> None:
    """A result that no scenario gives is where a procedure breaks first; each edge knows the line that writes it."""
    verdict = walk(library, {"answers": {"colour": "blue", "again": ["yes", "no"]}, "connectors": BOX})
    (small,) = cover(library.flows, [verdict.played, verdict.played])
    assert small.results == (2, 5)
    assert small.branches == (0, 0)
    way = next(way for way in small.ways if str(way) == "look --result:ok--> mark")
    assert (way.walks, FLOW.splitlines()[way.line - 1].strip()) == (2, "results: {ok: mark, error: retry}")
    assert {str(way) for way in small.not_walked} == set(small.missing)


def test_an_empty_cover_is_no_whole_one(library: Library) -> None:
    """99 % is never shown as 100."""
    (small,) = cover(library.flows, [])
    assert small.edges[0] == 0
    assert total([small._replace(edges=(999, 1000))]) == "edges 999/1000 (99 %)"


@pytest.mark.parametrize(
    ("pattern", "walked", "yes"),
    [
        ("a b", "a b", True),
        ("a", "a b", False),
        ("a ...", "a", True),
        ("a ... c", "a b b c", True),
        ("... b ... b ...", "a b c b", True),
        ("... b ... b ...", "a b c", False),
        ("...", "", True),
        ("", "a", False),
    ],
)
def test_three_dots_stand_for_any_steps(pattern: str, walked: str, yes: bool) -> None:
    """Also for none."""
    assert fits(pattern.split(), walked.split()) is yes


def test_a_role_is_another_person_each_time(tmp_path: Path) -> None:
    """
    Nobody may answer for a role who answered earlier in the run, so a script can lead to such a step twice.
    """
    (tmp_path / "twice.yaml").write_text(TWICE)
    scenario = {
        "name": "Approved by two",
        "given": {"answers": {"approve": ["again", "fine"]}},
        "expect": {"outcome": "done", "path": ["approve", "approve", "close"]},
    }
    (script,) = read_scenarios({"scenarios": [scenario]}, "twice.scenarios.yaml")
    verdict = run_scenario(Library.read(tmp_path), script)

    assert verdict.failures == ()
    assert verdict.played.run
    assert len({event.actor.id for event in verdict.played.events if event.kind == "answered"}) == 2
