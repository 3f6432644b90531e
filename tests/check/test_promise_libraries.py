"""Random libraries: a promise with a hidden bypass is refused with a path that is true, one without is accepted."""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.check.promises import RULES, promises
from shepherd.flow.draft import from_documents
from shepherd.flow.findings import Finding
from shepherd.run import advance, start
from shepherd.run.api import (
    SYSTEM,
    Actor,
    Answer,
    Change,
    Continue,
    Finished,
    GoBack,
    LookupDue,
    Question,
    Refused,
    Request,
    Stamp,
)
from tests.check.bypasses import broken
from tests.check.kept_promises import kept
from tests.check.walked_path import NOON, Taker
from tests.run.random_library import random_documents
from tests.run.walker import Walker

#: Libraries of each sort; 1 000 in the long campaign.
LIBRARIES = int(os.environ.get("SHEPHERD_PROMISE_LIBRARIES", "60"))
SEED = int(os.environ.get("SHEPHERD_SEED", "0"))
CODES = {rule.code for rule in RULES}


def found(documents: dict[str, Any]) -> list[Finding]:
    """What is wrong with the promise of a library, in which nothing else is."""
    findings = [f for f in examine(from_documents(documents)) if f.severity == "error"]
    strange = [f for f in findings if f.code not in CODES and not f.code.startswith("SHP2")]
    assert strange == []
    return [f for f in findings if f.code in CODES]


def take(documents: dict[str, Any], finding: Finding, *, guarded: bool) -> Taker:
    """The interpreter at the end of the path of *finding*; not *guarded*: the promise is unknown to it."""
    known = {name: document for name, document in documents.items() if guarded or name != "promises:p"}
    taker = Taker(Library.load(known), finding.path)
    taker.take()
    return taker


def test_every_bypass_is_found_and_its_path_is_true() -> None:
    """
    An interpreter that knows nothing of the promise walks each path hop by hop to what must not be reached; one that
    does stands still before the last one. Half of the bypasses need a loop to run out, a change of mind,
    or a late resume.
    """
    kinds: Counter[str] = Counter()
    for seed in range(SEED, SEED + LIBRARIES):
        documents, _, by, _ = broken(seed)
        findings = found(documents)
        assert findings, (seed, by)
        for finding in findings:
            free = take(documents, finding, guarded=False)
            assert free.whole, (seed, by, finding.path)
            assert free.run.trouble is None, (seed, by)
            assert free.run.ended or finding.code != "SHP422", (seed, by)
            held = take(documents, finding, guarded=True)
            assert held.run.trouble is not None, (seed, by, finding.path)
            assert held.run.trouble.code == "promise_broken", (seed, by)
        kinds[by] += 1
    print(
        f"\n{LIBRARIES} libraries with a bypass, all refused with a path that was walked: {dict(sorted(kinds.items()))}"
    )
    hard = kinds["loop"] + kinds["back"] + kinds["lapse"]
    assert hard * 2 >= LIBRARIES - 1
    assert min(kinds["loop"], kinds["back"], kinds["lapse"]) >= LIBRARIES // 20


def test_what_is_kept_is_accepted() -> None:
    """
    None of them is refused; those that a check without calls, without tries or without going back would refuse are
    refused where that is taken from them.
    """
    kinds: Counter[str] = Counter()
    for seed in range(SEED, SEED + LIBRARIES):
        documents, _, by, weaker = kept(seed)
        assert found(documents) == [], (seed, by)
        if weaker is not None:
            assert found(weaker), (seed, by)
        kinds[by] += 1
    print(f"\n{LIBRARIES} libraries without a bypass, all accepted: {dict(sorted(kinds.items()))}")
    assert kinds["calls"] + kinds["attempts"] + kinds["back"] >= LIBRARIES * 3 // 10


@pytest.mark.parametrize("seed", range(SEED, SEED + max(3, LIBRARIES // 20)))
def test_nobody_breaks_what_is_kept_by_walking_about(seed: int) -> None:
    """
    However one answers, goes back and changes one's mind, the engine's guard never has to stop a run.
    """
    rng = random.Random(seed)
    library = Library.load(kept(seed).documents)
    for _ in range(5):
        assert stray(library, rng) != "promise_broken"


def stray(library: Library, rng: random.Random) -> str:
    """The trouble that a random walk ends in; empty where it ends or is broken off."""
    at = NOON
    run = start(library, "main", inputs={}, facts={}, stamp=Stamp(at, "+02:00", Actor("agent", "maria"))).run
    for _ in range(60):
        if run.ended or run.trouble is not None:
            break
        at += timedelta(seconds=rng.choice((1, 60, 700, 100_000)))
        waiting = run.waiting
        given: Any = GoBack(rng.choice([i.visit for i in run.path]))
        who = SYSTEM if isinstance(waiting, LookupDue) else Actor("agent", "maria")
        if isinstance(waiting, LookupDue) and rng.random() < 0.9:
            results = ("ok", "error", *(("not_found",) if waiting.operation == "box.read" else ("unknown",)))
            given = Finished(rng.choice(results)) if waiting.requested else Request()
        elif rng.random() < 0.75:
            choices = [c.value for c in waiting.blank.choices] if isinstance(waiting, Question) else []
            given = Answer(rng.choice(choices or ["3", "true"])) if isinstance(waiting, Question) else Continue()
        elif rng.random() < 0.5:
            given = Change(given.visit, rng.choice(("yes", "a", "b", "on", "again", "big", "small", "right")))
        with suppress(Refused):
            run = advance(run, given, stamp=Stamp(at, "+02:00", who)).run
    return run.trouble.code if run.trouble is not None else ""


def some_promise(rng: random.Random, steps: list[str]) -> dict[str, Any]:
    """A promise of any kind about some of *steps* and what else is in every random library."""
    every: dict[str, Any] = rng.choice(
        ({"step": rng.sample(steps, 2)}, {"verb": "do"}, {"verb": "escalate"}, {"outcome": "good"})
    )
    thing: dict[str, Any] = rng.choice(
        (
            {"flow": rng.choice(("f1", "f2")), "outcome": rng.choice(("good", "bad"))},
            {"verb": rng.choice(("ask", "do", "lookup", "collect", "message"))},
            {"step": rng.sample(steps, rng.randint(1, 4))},
        )
    )
    kind = rng.choice(("needs", "needs", "never_after", "followed_by", "at_most", "identity"))
    if kind == "at_most":
        return {"every": every, "at_most": {rng.choice(("human", "automatic")): rng.randint(3, 12)}}
    if kind == "identity" or (kind == "followed_by" and "outcome" in every):
        return {"every": every, "needs": "identity"}
    return {"every": every, kind: thing}


def test_random_promises_that_are_kept_are_kept_by_every_walk() -> None:
    """
    Over random flows with every verb: what is accepted no walk breaks, with every input, going back, changed answers,
    undone changes, handing over and hours between two steps.
    """
    accepted = 0
    for seed in range(SEED, SEED + max(20, LIBRARIES // 2)):
        rng = random.Random(seed)
        documents = random_documents(seed)
        draft = from_documents(documents)
        if any(f.code.startswith("SHP4") and f.severity == "error" for f in examine(draft)):
            continue  # what is required there is not proved, so anything may be asked for on the way
        steps = [f"{flow.id}/{step}" for flow in draft.flows.values() for step in flow.steps]
        made = {f"promises:p{n}": {"promises": {f"p{n}": some_promise(rng, steps)}} for n in range(8)}
        refused = {f.message.split('"')[1] for f in promises(from_documents({**documents, **made}))}
        stay = {name: one for name, one in made.items() if name.partition(":")[2] not in refused}
        accepted += len(stay)
        library = Library.load({**documents, **stay})
        for walk in range(4):
            walker = Walker(library, seed * 10 + walk)
            moves = 60
            while moves and walker.move():
                moves -= 1
                trouble = walker.run.trouble
                assert trouble is None or trouble.code != "promise_broken", (seed, walk, trouble)
    assert accepted > max(20, LIBRARIES // 2) // 4
