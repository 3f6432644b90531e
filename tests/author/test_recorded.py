"""Runs that were walked become scenarios: the same walk, with nobody's values in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shepherd.author import Played, read_given, read_scenarios, run_scenario
from shepherd.author.play import play
from shepherd.author.recorded import Untold, scenario_of
from shepherd.author.yaml_text import as_yaml
from shepherd.check.library import Library
from shepherd.cli.trees import tree_of
from tests import shipped

DESK = """desk: small
facts:
  customer: {first_name: {type: text, personal: true}, tier: {type: choice, options: [basic, premium]}}
assurances:
  identity: {granted_by: [proof], expires: 30m}
"""
PROOF = """
flow: proof
title: Who is it?
category: authentication
version: 1
called_only: true
outcomes: {known: {grants: identity}, no: {}}
steps:
  pin:
    ask: Your PIN, please.
    type: digits
    length: 4
    secret: true
  check:
    lookup: people.check
    with: {pin: pin}
    attempts: 3
    attempts_per: customer
    within: 24h
    out_of_attempts: close_no
    results: {ok: close_known, not_found: pin, error: close_no}
  close_known: {end: known}
  close_no: {end: no}
"""
FLOW = """
flow: young
title: Somebody young
category: orders
version: 1
inputs: {customer_id: text}
outcomes: {done: {resolves: true, code: DONE}, later: {resolves: false}, refused: {resolves: false}}
steps:
  greet:
    say: Good morning, {{ customer.first_name }}.
  born:
    ask: When were you born?
    type: date
    personal: true
  by_age:
    decide:
      - when: born > today - years(18) and born < today
        then: guardian
      - when: customer.tier == "premium"
        then: prove
      - otherwise: prove
  guardian:
    collect:
      name: {label: Name, type: text, personal: true, pattern: "[A-Z][a-z]+ [A-Z][a-z]+"}
      lucky: {label: Lucky number, type: integer, personal: true}
      number: {label: Customer number, type: text}
  by_luck:
    decide:
      - when: guardian.lucky == 4711
        then: close_later
      - otherwise: prove
  prove:
    call: proof
    results: {known: order, no: refuse}
  order:
    do: people.order
    with: {customer_id: customer_id}
    requires: identity
    unmet: prove
    once_per: run
    results: {ok: again, error: close_later, unknown: close_later}
  again:
    ask: The same once more?
    no_answer: {after: 10m, then: close_later}
    attempts: 5
    out_of_attempts: close
    answers: {yes: order, no: close}
  close: {end: done}
  close_later: {end: later}
  refuse: {end: refused}
"""
CONNECTORS = """
connectors:
  people:
    kind: http
    url: PEOPLE_URL
    operations:
      check:
        method: POST
        path: /check
        reads: true
        accepts_secret: true
        inputs: {pin: text}
        results: {ok: {}, not_found: {}}
      order:
        method: POST
        path: /orders
        inputs: {customer_id: text}
        results: {ok: {contact: {type: text, personal: true}}}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    for name, text in (("desk", DESK), ("proof", PROOF), ("young", FLOW), ("connectors", CONNECTORS)):
        (folder / f"{name}.yaml").write_text(text)
    return Library.read(folder)


def walked(library: Library, **given: Any) -> Played:
    """A walk of somebody who exists."""
    known = {
        "inputs": {"customer_id": "C-8841"},
        "facts": {"customer": {"first_name": "Ada", "tier": "premium", "shoe": "43"}, "channel": "phone"},
        "at": "2026-11-21T10:00:00+01:00",
        "connectors": {"people.check": "ok", "people.order": {"ok": {"contact": "Grace Hopper"}}},
    }
    played = play(library, "young", read_given({**known, **given}, "young"))
    assert played.refused is None, played.refused
    return played


def retold(library: Library, played: Played) -> str:
    """The text of the scenario that *played* becomes; it passes, and walks the very same steps and ways."""
    text = as_yaml([scenario_of(library, played.events, known=["C-8841"])])
    flow = played.events[0].data["flow"]
    (scenario,) = read_scenarios(tree_of(text.encode(), "f"), f"{flow}.scenarios.yaml")
    verdict = run_scenario(library, scenario)
    assert verdict.failures == ()
    assert verdict.played.crossed == played.crossed
    assert verdict.path == tuple(item.step for item in played.run.path) if played.run else ()
    return text


CHILD = {
    "born": "2010-05-17",
    "guardian": {"name": "Grace Hopper", "lucky": "8", "number": "C-8841"},
    "proof/pin": "7395",
    "again": "no",
}


def test_nobody_stands_in_it(library: Library) -> None:
    """Secrets, personal values, facts and the customer's number are replaced, the same one by the same everywhere."""
    text = retold(library, walked(library, answers=CHILD))
    for value in ("Ada", "Grace", "Hopper", "2010-05-17", "7395", "C-8841", "shoe", "phone"):
        assert value not in text
    (scenario,) = tree_of(text.encode(), "f")["scenarios"]
    given = scenario["given"]
    assert given["answers"]["guardian"]["number"] == given["inputs"]["customer_id"]
    assert given["answers"]["guardian"]["name"] == given["connectors"]["people.order"]["ok"]["contact"]
    assert given["facts"] == {"customer": {"first_name": given["facts"]["customer"]["first_name"], "tier": "premium"}}
    assert scenario["expect"]["ticket"] == {"has": ["DONE"]}


def test_a_personal_value_that_decides_gets_one_that_decides_alike(library: Library) -> None:
    """A child stays a child; a value that the flow itself lists stays what it is."""
    (child,) = tree_of(retold(library, walked(library, answers=CHILD)).encode(), "f")["scenarios"]
    assert "2008-11-21" < child["given"]["answers"]["born"] < "2026-11-21"
    answers = {"born": "1980-05-17", "proof/pin": "7395", "again": "no"}
    (grown,) = tree_of(retold(library, walked(library, answers=answers)).encode(), "f")["scenarios"]
    assert grown["given"]["answers"]["born"] < "2008-11-21"


def test_a_personal_value_that_nothing_can_stand_for_is_never_told(library: Library) -> None:
    """The run is refused as a scenario, and the sentence names the field, not the value."""
    guardian = {"name": "Grace Hopper", "lucky": "4711", "number": "C-8841"}
    played = walked(library, answers={"born": "2010-05-17", "guardian": guardian}, connectors={})
    with pytest.raises(Untold, match='personal value \\("lucky"\\)') as told:
        scenario_of(library, played.events)
    assert "4711" not in str(told.value)


def test_time_is_told_only_where_it_matters(library: Library) -> None:
    """A few minutes between answers are noise; half an hour after which one has to prove who one is, is not."""
    soon = {**CHILD, "born": {"value": "2010-05-17", "after": "3m"}}
    assert "after" not in retold(library, walked(library, answers=soon))
    late = {**CHILD, "proof/pin": ["7395", "7395"], "again": [{"value": "yes", "after": "31m"}, "no"]}
    calls = {"people.check": ["ok", "ok"], "people.order": {"ok": {"contact": "Grace Hopper"}}}
    late["again"] = [{"value": "yes", "after": "9m"}, {"value": "yes", "after": "9m"}, {"value": "yes", "after": "9m"}]
    late["again"] += [{"value": "yes", "after": "9m"}, "no"]
    played = walked(library, answers=late, connectors=calls)
    text = retold(library, played)
    assert text.count("after: 9m") == 4


def test_tries_going_back_changes_and_silence_are_told(library: Library) -> None:
    """Also what was given and fell, and what other contacts did meanwhile."""
    answers = {
        **CHILD,
        "greet": {"after": "1m"},
        "guardian": [{"back": "born"}, {**CHILD["guardian"], "name": "Ada Byron"}],
        "born": ["2010-05-17", "2011-05-17"],
        "proof/pin": ["7395", {"value": "7396", "meanwhile": {"proof/check": "1"}}],
        "again": "no_answer",
    }
    calls = {"people.check": ["not_found", "ok"], "people.order": {"ok": {"contact": "Grace Hopper"}}}
    text = retold(library, walked(library, answers=answers, connectors=calls))
    for words in ("{back: born}", "no_answer", "meanwhile: {proof/check: 1}"):
        assert words in text


def test_an_unfinished_run_waits(library: Library) -> None:
    """A contact that broke off is expected to wait where it stood."""
    played = walked(library, answers={"born": "1980-05-17"}, connectors={})
    assert "waiting: proof/pin" in retold(library, played)


def test_flows_that_lead_elsewhere_by_now_are_said(library: Library, tmp_path: Path) -> None:
    """The scenario of a run must pass; where it can't, the first other step is named."""
    played = walked(library, answers=CHILD)
    changed = FLOW.replace("- years(18)", "- years(12)")
    for name, text in (("desk", DESK), ("proof", PROOF), ("young", changed), ("connectors", CONNECTORS)):
        (tmp_path / f"{name}.yaml").write_text(text)
    with pytest.raises(Untold, match='went to "young/guardian", and now it would go to "young/prove"'):
        scenario_of(Library.read(tmp_path), played.events)
    (tmp_path / "young.yaml").unlink()
    with pytest.raises(Untold, match='no flow "young"'):
        scenario_of(Library.read(tmp_path), played.events)


def test_the_walks_of_shipped_scenarios_are_told_again() -> None:
    """One of seventeen scenarios that ships, and all of the flow that has secrets, tries and a clock."""
    library = shipped.library()
    scenarios = [s for d in shipped.draft().scenarios for s in read_scenarios(d.typed, d.file)]
    chosen = [s for n, s in enumerate(scenarios) if n % 17 == 0 or s.flow == "authentication"]
    for scenario in chosen:
        text = retold(library, run_scenario(library, scenario).played)
        assert '"1234"' not in text
        assert "Mannerheimintie" not in text
