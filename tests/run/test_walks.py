"""Random flows, random walks: what is live is what is replayed, after every single event."""

from __future__ import annotations

import os

import pytest

from shepherd.check.library import Library
from shepherd.run import replay
from shepherd.run.api import KINDS
from shepherd.run.keep import fields
from tests.run.random_library import random_documents
from tests.run.walker import Walker, alike

FLOWS = int(os.environ.get("SHEPHERD_WALK_FLOWS", "100"))
MOVES = 60
INPUTS = set(
    "Continue Answer Fields Request Finished Time GoBack Change Note Pause Resume HandOver TakeOver Fail "
    "Abandon".split()
)
VERBS = set("message ask collect decide call hand_on lookup do set wait escalate end".split())
TYPES = set("text long_text integer number money date time datetime yes_no choice many digits phone email".split())


def walk(seed: int) -> Walker:
    """One walk over one random library, compared with its replay after every event."""
    library = Library.load(random_documents(seed))
    walker = Walker(library, seed, moves=True)
    for _ in range(MOVES):
        if not walker.move():
            break
        again = replay(library, walker.events, libraries=lambda bundle: library)
        assert alike(walker.run, again), f"seed {seed}, event {len(walker.events)}"
    return walker


@pytest.fixture(scope="module")
def walks() -> list[Walker]:
    return [walk(seed) for seed in range(FLOWS)]


def test_live_state_equals_replayed_state(walks: list[Walker]) -> None:
    """
    Where a run stands is the fold of its events, re-read from their bytes: checked after each event of each walk.
    """
    assert len(walks) == FLOWS
    assert sum(len(w.events) for w in walks) > FLOWS * 5


def test_every_verb_event_and_input_occurred(walks: list[Walker]) -> None:
    """
    The walks prove nothing about a verb, an event kind or an input kind that none of them met.
    """
    kinds = {e.kind for w in walks for e in w.events}
    inputs = {name for w in walks for name in w.taken}
    verbs = {
        w.library.flows[ref.split("/")[0]].steps[ref.split("/")[1]].verb
        for w in walks
        for e in w.events
        for ref in (i["step"] for i in e.entered)
    }

    assert set(KINDS) - kinds == set()
    assert INPUTS - inputs == set()
    assert VERBS - verbs == set()
    assert any("@" in key for w in walks for key in w.rows), "tries of somebody else than the run's own person"


def test_every_type_was_given(walks: list[Walker]) -> None:
    """
    A value of each type went through an event, its bytes and the replay; changes were taken back, fields not shown.
    """
    events = [(w, e) for w in walks for e in w.events]
    given = {(w, e.data["visit"]) for w, e in events if e.kind in ("answered", "collected")}
    entered = {(w, i["visit"]): i["step"].split("/") for w, e in events for i in e.entered}
    asked = [w.library.flows[flow].steps[step] for (w, v), (flow, step) in entered.items() if (w, v) in given]

    assert TYPES - {field.type.name for step in asked for field in fields(step)} == set()
    assert any(e.kind == "do_finished" and e.data.get("undo") for _, e in events)
    assert any("set" in i for _, e in events for i in e.entered)
    forms = [e.data["values"] for _, e in events if e.kind == "collected"]
    assert {"cable" in form for form in forms} == {True, False}


def test_refusals_occurred(walks: list[Walker]) -> None:
    """
    An input that can't be taken is refused with a sentence (the walker looks), and the walk goes on from where it was.
    """
    assert {"Answer", "Continue", "GoBack", "Change", "Time", "TakeOver"} <= {n for w in walks for n in w.refused}
