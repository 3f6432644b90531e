"""What scenarios expect of assurances, and of what must not come about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shepherd.author import Malformed, Verdict, read_scenarios, run_scenario
from shepherd.check.library import Library

DESK = """desk: small
assurances:
  identity: {granted_by: [proof], levels: [basic, strong], expires: 30m}
"""
PROOF = """
flow: proof
title: Who is it?
category: authentication
version: 1
called_only: true
outcomes: {known: {grants: {identity: {level: basic}}}, sure: {grants: {identity: {level: strong}}}, no: {}}
steps:
  who:
    ask: Who is it?
    answers: {known: close_known, sure: close_sure, nobody: close_no}
  close_known: {end: known}
  close_sure: {end: sure}
  close_no: {end: no}
"""
CHANGE = """
flow: change
title: A change
category: orders
version: 1
outcomes: {done: {resolves: true}, refused: {resolves: false}}
steps:
  begin:
    ask: What shall be changed?
    answers: {address: prove, nothing: stop}
  prove:
    call: proof
    results: {known: write, sure: write, no: stop}
  write:
    ask: What is it now?
    type: text
    requires: identity
    unmet: prove
    save: address
  tell:
    say: It is {{ address }} now.
    end: done
  stop:
    say: Then nothing is changed.
    end: refused
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    (folder / "desk.yaml").write_text(DESK)
    (folder / "proof.yaml").write_text(PROOF)
    (folder / "change.yaml").write_text(CHANGE)
    return Library.read(folder)


def walk(library: Library, who: str = "sure", given: Any = None, **expect: Any) -> Verdict:
    answers = {"begin": "address", "proof/who": who, "write": {"value": "Here 1", "after": "1m"}}
    if who == "nobody":
        del answers["write"]
    tree = {"name": "n", "given": {"answers": answers, **(given or {})}, "expect": {"path": ["..."], **expect}}
    tree["expect"].setdefault("outcome", "refused" if who == "nobody" else "done")
    (scenario,) = read_scenarios({"scenarios": [tree]}, "change.scenarios.yaml")
    return run_scenario(library, scenario)


def test_an_assurance_is_established_in_the_end(library: Library) -> None:
    """`true` for any level, else that very level."""
    assert walk(library, assured={"identity": "true"}).failures == ()
    assert walk(library, assured={"identity": True}).failures == ()
    assert walk(library, assured={"identity": "strong"}).failures == ()
    assert walk(library, "known", assured={"identity": "strong"}).failures == (
        'assured: identity has the level "basic", not "strong"',
    )
    assert walk(library, "nobody", assured={"identity": "true"}).failures == ("assured: identity is not established",)
    assert "There are: basic, strong" in walk(library, assured={"identity": "iron"}).failures[0]


def test_an_assurance_must_not_be_established(library: Library) -> None:
    """`false` fails where it stands in the end."""
    assert walk(library, "nobody", assured={"identity": "false"}).failures == ()
    assert walk(library, assured={"identity": "false"}).failures == (
        "assured: identity is established, and must not be",
    )


def test_an_assurance_that_has_expired_is_none(library: Library) -> None:
    """What counts is the end of the walk."""
    late = {"answers": {"begin": "address", "proof/who": "sure", "write": {"value": "Here 1", "after": "31m"}}}
    assert walk(library, given=late, assured={"identity": "true"}).failures == (
        "assured: identity is not established any more",
    )


def test_what_an_earlier_contact_established_is_given(library: Library) -> None:
    """It stands from the beginning, at its level and for as long as it still holds."""
    given = {"answers": {"begin": "address", "proof/who": "sure", "write": "Here 1"}, "assured": {"identity": "basic"}}
    assert "has the level" in walk(library, given=given, assured={"identity": "basic"}).failures[0]
    short = {"answers": {"begin": {"value": "nothing", "after": "6m"}}}
    for expires, stands in (("5m", "false"), ("7m", "true")):
        entry = {"level": "strong", "expires": expires}
        verdict = walk(
            library, given={**short, "assured": {"identity": entry}}, outcome="refused", assured={"identity": stands}
        )
        assert verdict.failures == ()


def test_an_assurance_that_nothing_asks_for_is_a_failure(library: Library) -> None:
    """A given that there is not is a failure, told once."""
    given = {"assured": {"consent": "true"}}
    assert walk(library, given=given).failures == ('There is no assurance "consent". There are: identity.',)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"given": {"assured": {"identity": "false"}}}, "leave out identity"),
        ({"given": {"assured": {"identity": {"level": "basic", "for": "5m"}}}}, 'no key "for"'),
        ({"given": {"assured": {"identity": {"expires": "soon"}}}}, "no length of time"),
        ({"given": {"assured": {"identity": ["basic"]}}}, "write `identity: true`"),
        ({"expect": {"assured": {"identity": {"level": "basic"}}}}, "write `identity: true`"),
        ({"expect": {"never": {"words": []}}}, 'never has no key "words"'),
        ({"expect": {"never": {"steps": {"a": "b"}}}}, "steps must be a list"),
    ],
)
def test_what_is_written_wrongly_says_so(part: Any, says: str) -> None:
    """Each mistake has its sentence."""
    expect = {"outcome": "done", "path": ["..."], **part.get("expect", {})}
    tree = {"scenarios": [{"name": "n", "given": part.get("given", {}), "expect": expect}]}
    with pytest.raises(Malformed, match=says):
        read_scenarios(tree, "change.scenarios.yaml")


def test_what_must_not_come_about(library: Library) -> None:
    """Words that are said, steps that are entered, values that are set; all that is wrong is told at once."""
    never = {"says": ["nothing is changed"], "steps": ["stop"], "values": []}
    assert walk(library, never=never).failures == ()
    never = {"says": ["It is Here"], "steps": ["write", "proof/who", "change/tell"], "values": ["address"]}
    assert walk(library, never=never).failures == (
        'said, and must never be: "It is Here"',
        'entered, and must never be: "change/write"',
        'entered, and must never be: "proof/who"',
        'entered, and must never be: "change/tell"',
        'values: address is "Here 1", and must never be set',
    )
    assert walk(library, "nobody", never={"values": ["address"]}).failures == ()


def test_a_step_that_was_taken_back_was_entered(library: Library) -> None:
    """What the customer has heard can't be unsaid."""
    answers = {"begin": ["address", "nothing"], "proof/who": "sure", "write": {"back": "begin"}}
    verdict = walk(library, given={"answers": answers}, outcome="refused", never={"steps": ["write"]})
    assert verdict.failures == ('entered, and must never be: "change/write"',)


def test_what_there_is_not_proves_nothing(library: Library) -> None:
    """A misspelt step or value would never come about."""
    never = {"steps": ["wriet", "chance/write"], "values": ["adress"]}
    assert walk(library, never=never).failures == (
        'change has no step "wriet". Did you mean "write"?',
        'There is no flow "chance". Did you mean "change"?',
        'Nothing sets a value "adress". Did you mean "address"?',
    )


def test_an_editor_and_the_check_know_the_words(tmp_path: Path) -> None:
    """The published schema takes what the reader takes."""
    from shepherd.check import examine
    from shepherd.flow.draft import read_draft

    for name, text in (("desk", DESK), ("proof", PROOF), ("change", CHANGE)):
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "change.scenarios.yaml").write_text(
        "scenarios:\n  - name: n\n    given: {answers: {begin: nothing}, assured: {identity: {expires: 5m}}}\n"
        "    expect: {outcome: refused, path: [...], assured: {identity: false}, never: {steps: [write]}}\n"
    )
    draft = read_draft(tmp_path)
    assert [f.message for f in examine(draft) if f.severity == "error"] == []
    (document,) = draft.scenarios
    (scenario,) = read_scenarios(document.typed, document.file)
    assert run_scenario(Library.read(tmp_path), scenario).failures == (
        "assured: identity is established, and must not be",
    )
