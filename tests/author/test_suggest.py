"""Suggested scenarios: each passes, together they take every edge that can be taken, and there are no fewer."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from random import Random

import networkx as nx
import pytest

from shepherd.author import Verdict, cover, read_scenarios, run_scenario
from shepherd.author.pattern import example
from shepherd.author.suggest import Suggested, suggest
from shepherd.author.trail import Crossing
from shepherd.author.yaml_text import as_yaml
from shepherd.check.library import Library
from shepherd.cli.trees import tree_of
from shepherd.flow.graph import graph_of
from shepherd.flow.types import matches
from tests.author.large import called, large
from tests.run.small import library as library_of
from tests.shipped import library as shipped_library

ROOT = Path(__file__).resolve().parents[2]


def missing(library: Library, flow: str) -> list[Crossing]:
    """Every edge, as where all scenarios of the flow were deleted."""
    return [Crossing(flow, source, by) for source, _, by in graph_of(library.flows[flow]).edges(keys=True)]


def walked(library: Library, flow: str, found: Suggested) -> list[Verdict]:
    """The suggested scenarios as they would be read from a file, each walked."""
    if not found.scenarios:
        return []
    tree = tree_of(as_yaml(found.scenarios).encode(), "f")
    return [run_scenario(library, s) for s in read_scenarios(tree, f"{flow}.scenarios.yaml")]


def not_walked(library: Library, flow: str, verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The edges that none of *verdicts* takes; each of them passes."""
    verdicts = list(verdicts)
    assert [verdict.failures for verdict in verdicts if not verdict.ok] == []
    (covered,) = cover({flow: library.flows[flow]}, [verdict.played for verdict in verdicts])
    return covered.missing


@pytest.fixture(scope="module")
def shipped() -> Library:
    return shipped_library()


SHIPPED = ("authentication", "closing", "reset_credentials", "internet_down", "complaint", "suspected_fraud")


@pytest.mark.parametrize("flow", SHIPPED)
def test_shipped_flows_without_scenarios_are_covered_anew(shipped: Library, flow: str) -> None:
    """
    All scenarios of a flow deleted: those suggested pass, take every edge, and no set has fewer.

    Loops, calls, secrets, expiry, tries that others take up and ends by hand are among these flows.
    """
    found = suggest(shipped, flow, missing(shipped, flow))
    assert found.unreached == ()
    assert not_walked(shipped, flow, walked(shipped, flow, found)) == ()
    assert len(found.scenarios) == found.least


def test_only_what_is_missing_is_suggested(shipped: Library) -> None:
    """One edge needs one scenario; none needs none; each says which of the missing edges it takes."""
    edge = Crossing("closing", "plan_follow_up", "result:unknown")
    found = suggest(shipped, "closing", [edge])
    (verdict,) = walked(shipped, "closing", found)
    assert verdict.ok
    assert edge in verdict.played.crossed
    assert found.scenarios[0]["#"][1:] == ("  plan_follow_up --result:unknown",)
    assert suggest(shipped, "closing", []).scenarios == ()


DESK = """desk: small
facts: {customer: {tier: {type: choice, options: [basic, gold]}}}
assurances:
  identity: {granted_by: [proof], expires: 30m}
"""
PROOF = """
flow: proof
title: Who is it?
category: authentication
version: 1
called_only: true
inputs: {strict: yes_no}
outcomes: {known: {grants: identity, returns: {score: score.value}}, no: {}}
steps:
  by_strict:
    decide:
      - when: strict
        then: score
      - otherwise: close_no
  score:
    collect:
      value: {label: Score, type: integer, min: 0, max: 100}
      word: {label: Word, type: text}
  by_score:
    decide:
      - when: score.value > 3
        then: close_known
      - otherwise: close_no
  close_known: {end: known}
  close_no: {end: no}
"""
RICH = """
flow: rich
title: Everything at once
category: orders
version: 1
outcomes: {done: {resolves: true}, no: {resolves: false}}
values:
  dear: amount > 40 and customer.tier != "gold"
tables:
  level:
    by: {amount: amount, code: code}
    gives: {team: text}
    rows:
      - [over 90, "AB-77", first]
      - [any, any, second]
steps:
  code:
    ask: Which code?
    type: text
    pattern: "[A-Z]{2}-(?:[0-9]{2}|x)"
  amount:
    ask: How much?
    type: integer
    min: 1
  born:
    ask: When were you born?
    type: date
  by_age:
    decide:
      - when: born > today - years(18)
        then: refuse
      - when: level.team == "first"
        then: first
      - when: dear
        then: strict
      - otherwise: lenient
  first:
    say: The first team.
    end: done
  strict:
    set: {hard: true}
    then: prove
  lenient:
    set: {hard: false}
  prove:
    call: proof
    with: {strict: hard}
    results: {known: by_score, no: refuse}
  by_score:
    decide:
      - when: prove.score == 77
        then: jackpot
      - otherwise: pause
  jackpot:
    say: What a score.
  pause:
    ask: Shall we go on at last?
    no_answer: {after: 5m, then: refuse}
    attempts: 2
    out_of_attempts: refuse
    answers: {again: pause, yes: change}
  change:
    do: ticket.tag
    with: {name: '"changed"'}
    requires: identity
    unmet: prove
    once_per: run
    results: {ok: once_more, error: refuse, unknown: refuse}
  once_more:
    ask: And once more?
    attempts: 2
    out_of_attempts: close
    answers: {yes: change, no: close}
  close: {end: done}
  refuse: {end: no}
"""
HARD = """
flow: hard
title: Arithmetic
category: orders
version: 1
outcomes: {done: {resolves: true}, no: {resolves: false}}
steps:
  number:
    ask: Which number?
    type: integer
  judge:
    decide:
      - when: number * number == 1369
        then: close
      - otherwise: refuse
  close: {end: done}
  refuse: {end: no}
"""


CLOCK = """
flow: clock
title: When we are there
category: orders
version: 1
outcomes: {open: {resolves: true}, closed: {resolves: false}}
steps:
  by_time:
    decide:
      - when: weekday(today) in ["saturday", "sunday"]
        then: weekend
      - when: hour(now) < 9
        then: early
      - when: hour(now) >= 17
        then: late
      - otherwise: there
  weekend: {say: "We are back on Monday.", end: closed}
  early: {say: "We open at nine.", end: closed}
  late: {say: "We have closed for today.", end: closed}
  there: {say: "We are here.", end: open}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    for name, text in (("desk", DESK), ("proof", PROOF), ("rich", RICH), ("hard", HARD), ("clock", CLOCK)):
        (folder / f"{name}.yaml").write_text(text)
    for name, text in drawn().items():
        (folder / f"{name}.yaml").write_text(text)
    return Library.read(folder)


def test_values_are_found_by_what_conditions_compare(library: Library) -> None:
    """
    Patterns, limits, days, tables, values, facts, what a called flow asks and gives back, silence, tries, expiry.
    """
    found = suggest(library, "rich", missing(library, "rich"))
    assert [f"{c.source} {c.by}" for c in found.unreached] == []
    assert not_walked(library, "rich", walked(library, "rich", found)) == ()
    assert len(found.scenarios) == found.least


def test_days_of_the_week_and_hours_are_tried(library: Library) -> None:
    """What the clock decides is reached by scenarios that begin on such a day, at such an hour."""
    found = suggest(library, "clock", missing(library, "clock"))
    assert found.unreached == ()
    assert not_walked(library, "clock", walked(library, "clock", found)) == ()


def test_an_edge_behind_arithmetic_is_said_not_to_be_reached(library: Library) -> None:
    """Rather than passed over: nothing that a condition names leads there. What can be covered still is."""
    found = suggest(library, "hard", missing(library, "hard"))
    assert [f"{c.source} {c.by}" for c in found.unreached] == ["judge when:1"]
    assert found.whole
    assert not_walked(library, "hard", walked(library, "hard", found)) == ("judge --when:1--> close",)


def test_a_large_flow_is_looked_at_as_a_whole() -> None:
    """
    300 steps with loops, calls and retries: the fewest scenarios, and only what a condition shuts for ever is left.

    Its conditions ask for a third visit of its first step, to which nothing leads.
    """
    library = library_of(large(300), called())
    (flow,) = (name for name in library.flows if name.startswith("large"))
    found = suggest(library, flow, missing(library, flow))
    assert found.whole
    assert len(found.scenarios) == found.least
    shut = {f"{c.source} --{c.by}--> {library.flows[flow].steps[c.source].edges[c.by].target}" for c in found.unreached}
    assert set(not_walked(library, flow, walked(library, flow, found))) == shut
    open_ = graph_of(library.flows[flow]).copy()
    open_.remove_edges_from([edge for edge in open_.edges(keys=True) if edge[2].startswith("when:")])
    reached = nx.descendants(open_, library.flows[flow].first) | {library.flows[flow].first}
    assert {c.source for c in found.unreached if not c.by.startswith("when:")}.isdisjoint(reached)


def drawn() -> dict[str, str]:
    """Small flows without loops, each of questions whose answers lead on at random."""
    chance, made = Random(20), {}
    for number in range(12):
        size = chance.randint(3, 6)
        lines = [f"flow: drawn_{number}", "title: Drawn", "category: intake", "version: 1"]
        lines += ["outcomes: {done: {resolves: true}}", "steps:"]
        reached = {0}
        for step in range(size):
            later = [*range(step + 1, size), size]
            targets = [step + 1, *(chance.choice(later) for _ in range(chance.randint(0, 2)))]
            reached |= set(targets)
            answers = ", ".join(f"a{n}: {f's{t}' if t < size else 'bye'}" for n, t in enumerate(targets))
            lines += [f"  s{step}:", f"    ask: Question {step}?", f"    answers: {{{answers}}}"]
        made[f"drawn_{number}"] = "\n".join([*lines, "  bye: {end: done}"]) + "\n"
    return made


@pytest.mark.parametrize("number", range(12))
def test_no_set_of_walks_is_smaller(library: Library, number: int) -> None:
    """Against every set of walks, counted out: flows this small have few enough."""
    flow = f"drawn_{number}"
    found = suggest(library, flow, missing(library, flow))
    assert not_walked(library, flow, walked(library, flow, found)) == ()
    graph = graph_of(library.flows[flow])

    def walks(step: str) -> list[frozenset[tuple[str, str]]]:
        out = [(target, by) for _, target, by in graph.out_edges(step, keys=True)]
        return [rest | {(step, by)} for target, by in out for rest in walks(target)] or [frozenset()]

    every, all_walks = frozenset((s, by) for s, _, by in graph.edges(keys=True)), walks("s0")
    fewer = range(1, len(found.scenarios))
    assert not any(frozenset().union(*some) == every for n in fewer for some in combinations(all_walks, n))
    assert len(found.scenarios) == found.least


LIMITED = """flow: visit
title: A visit
category: intake
version: 1
outcomes: {soon: {resolves: true}, late: {resolves: true}}
values:
  from_day: today + days(3)
  latest: today + days(30)
  least: 3
steps:
  form:
    collect:
      from: {type: date, min: from_day, max: latest}
      people: {type: integer, min: least}
      again: {type: date, min: latest, optional: true}
  when: {ask: Which day?, type: date, min: from_day, max: latest, save: day}
  close: {say: "From {{ form.from }}, {{ form.people }} people.", end: soon}
"""
FORKED = LIMITED.replace(
    "  close:",
    """  fork:
    decide:
      - {when: day > today + days(14), then: far}
      - otherwise: close
  far: {say: It takes long., end: late}
  close:""",
)

#: A day to come, as conditions name one, is no answer before it is over: such a scenario begins later than others.
NAMED = """flow: visit
title: A visit
category: intake
version: 1
outcomes: {soon: {resolves: true}, late: {resolves: true}}
values: {up_to_today: today}
steps:
  hello: {say: Good morning.}
  form: {ask: When did it come?, type: date, max: up_to_today, save: day}
  fork:
    decide:
      - {when: "day < date(2026, 11, 1)", then: far}
      - otherwise: close
  far: {say: It takes long., end: late}
  close: {say: Thank you., end: soon}
"""


@pytest.mark.parametrize("text", [LIMITED, FORKED, NAMED])
def test_what_is_given_lies_within_limits_that_are_worked_out(tmp_path: Path, text: str) -> None:
    """Limits that name `values` are known only on the way: none of what stands for a field lies outside of them."""
    (tmp_path / "visit.yaml").write_text(text, "utf-8")
    library = Library.read(tmp_path)
    found = suggest(library, "visit", missing(library, "visit"))
    assert found.unreached == ()
    assert not_walked(library, "visit", walked(library, "visit", found)) == ()


@pytest.mark.parametrize(
    "pattern",
    [
        "INC-[0-9]{4}(-[0-9]+)?",
        "[A-Z][a-z]+ [A-Z][a-z]+",
        r"\d{3}\.\w+",
        "(?:red|green)+",
        "[^0-9a-z]{2,}",
        "^a.b$",
        "x*y?",
        r"(?P<n>[\d-]{2})",
    ],
)
def test_a_text_of_a_form_that_is_asked_for(pattern: str) -> None:
    """What is made up for a field with a pattern is taken by it."""
    made = example(pattern)
    assert made is not None
    assert matches(pattern, made)


@pytest.mark.parametrize("pattern", ["[a", "(a", "a{x}", r"\pL", "*a", "a{9999}", r"[\pL]"])
def test_a_form_that_can_not_be_read_is_left_alone(pattern: str) -> None:
    """Rather than a text that would be refused, or a traceback."""
    assert example(pattern) is None
