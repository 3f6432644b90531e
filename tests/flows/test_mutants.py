"""
Every edge of every shipped flow, pointed to another step in turn: at least one scenario fails each time.

Whole: ``SHEPHERD_MUTANTS=edges pytest tests/flows/test_mutants.py -s``; with ``all``, every edge to every other step.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from shepherd.author import Scenario, Verdict, run_scenario
from shepherd.author.trail import Crossing
from shepherd.check.library import Library
from shepherd.flow.draft import Draft
from shepherd.flow.expression import Undefined, Unworkable
from tests import shipped as shipped_flows
from tests.flows.planting import Edge, edges, repointed

SIZE = os.environ.get("SHEPHERD_MUTANTS", "some")
SEED = int(os.environ.get("SHEPHERD_SEED", "20261121"))

#: Mutants that no scenario can tell from the flow, each with the reason. At most 2 % of all.
EXCUSED: dict[tuple[str, str, str, str], str] = {
    ("authentication", "may_try", "when:1", "check_pin"): "no try is left, so check_pin sends on to another_way",
    ("account_locked", "called_back", "otherwise", "unlock"): "not approved, so unlock sends to find_number",
    (
        "reset_credentials",
        "street",
        "answer:matches",
        "reset",
    ): "not approved, so reset sends to offer_call_back",
}


@pytest.fixture(scope="module")
def draft() -> Draft:
    return shipped_flows.draft()


@pytest.fixture(scope="module")
def shipped() -> Library:
    return shipped_flows.library()


@pytest.fixture(scope="module")
def walked() -> tuple[Verdict, ...]:
    return shipped_flows.verdicts()


def mutants(library: Library) -> Iterator[tuple[Edge, str]]:
    """Edges with other steps as their targets: some or every edge with one, drawn anew for each seed, or with all."""
    chance = random.Random(SEED)
    every = list(edges(library))
    for edge in chance.sample(every, 150) if SIZE == "some" else every:
        others = [step for step in library.flows[edge.flow].steps if step != edge.target]
        for target in others if SIZE == "all" else [chance.choice(others)]:
            yield edge, target


def fails(library: Library, scenario: Scenario) -> bool:
    """Whether *scenario* comes out otherwise in *library*, or gets to a step that reads what is not known there."""
    try:
        return not run_scenario(library, scenario).ok
    except (Undefined, Unworkable):
        return True


def killer(library: Library, scenarios: list[Scenario]) -> str:
    """The name of the first scenario that fails in *library*, or the empty text."""
    return next((s.name for s in scenarios if fails(library, s)), "")


@pytest.mark.campaign
@pytest.mark.timeout(14400)
def test_a_scenario_fails_for_every_edge_that_leads_elsewhere(
    draft: Draft, shipped: Library, walked: tuple[Verdict, ...]
) -> None:
    """Pointing any edge to another step is noticed by a scenario that walks it."""
    tried, survivors = 0, []
    for edge, target in mutants(shipped):
        tried += 1
        crossing = Crossing(edge.flow, edge.source, edge.by)
        touched = [v.scenario for v in walked if crossing in v.played.crossed]
        mutant = Library.of(repointed(draft, edge, target), ())
        if not killer(mutant, touched) and (*edge[:3], target) not in EXCUSED:
            survivors.append(f"{edge.flow}: {edge.source} --{edge.by}--> {target} (was {edge.target})")
    print(f"{tried} mutants, {len(survivors)} not noticed, {len(EXCUSED)} excused")
    assert not survivors, "\n".join(survivors)
    assert len(EXCUSED) * 50 <= tried


@pytest.mark.parametrize("mutant", EXCUSED)
def test_what_is_excused_cannot_be_noticed(
    mutant: tuple[str, str, str, str], draft: Draft, walked: tuple[Verdict, ...]
) -> None:
    """An excuse that no longer holds is taken back."""
    flow, source, by, target = mutant
    edge = Edge(flow, source, by, draft.flows[flow].steps[source].edges[by].target)
    assert killer(Library.of(repointed(draft, edge, target), ()), [v.scenario for v in walked]) == ""


def test_an_edge_that_no_scenario_walks_would_be_told(
    draft: Draft, shipped: Library, walked: tuple[Verdict, ...]
) -> None:
    """The campaign notices nothing by itself: without scenarios every mutant survives."""
    edge = next(edges(shipped))
    other = next(s for s in shipped.flows[edge.flow].steps if s != edge.target)
    assert killer(Library.of(repointed(draft, edge, other), ()), []) == ""
