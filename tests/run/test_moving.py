"""Moving runs to another version: only where nothing of what happened would have been otherwise, and replay holds."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from shepherd.check.library import FlowRejected, Library
from shepherd.run import advance, move, replay
from shepherd.run.api import Answer, Continue, Fields, Finished, Note, Refused, Request
from tests.run.random_library import random_documents
from tests.run.small import Walk, flow, library
from tests.run.walker import Walker, alike, reread

SEEDS = int(os.environ.get("SHEPHERD_MOVE_FLOWS", "40"))
ASK = {"ask": "One?", "answers": {"a": "two", "b": "end"}}
STEPS: dict[str, Any] = {
    "one": ASK,
    "two": {"collect": {"size": {"type": "number", "label": "Size"}, "why": {"type": "text", "optional": True}}},
    "three": {
        "lookup": "box.read",
        "with": {"id": '"C-1"'},
        "results": {"ok": "four", "not_found": "end", "error": "end"},
    },
    "four": {"say": "Bye.", "then": "end"},
    "end": {"end": "done"},
}


def changed(**steps: Any) -> Library:
    return library(flow("asks", {**STEPS, **steps}))


def at(place: str) -> Walk:
    """A run that stands at *place*."""
    walk = Walk(library(flow("asks", STEPS)), "asks")
    for given in (Answer("a"), Fields({"size": "5"}), Request(), Finished("ok", {"size": 3})):
        if walk.run.tip.step.id == place and (place != "three" or walk.run.requested):
            return walk
        walk(given)
    return walk


def tried(walk: Walk, other: Library) -> str:
    """Why *walk* can't be moved to *other*; empty where it can."""
    try:
        moved = move(walk.run, walk.events, other, stamp=walk.stamp("maria"))
    except Refused as refused:
        return f"{refused.code}: {refused.sentence}"
    assert moved.run.tip.ref == walk.run.tip.ref
    assert moved.event.data["bundle"] == dict(other.bundle("asks"))
    return ""


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ({"one": {**ASK, "ask": "The first?"}}, ""),
        ({"one": {"ask": "One?", "answers": {"a": "two", "b": "four"}}}, ""),
        ({"one": {"ask": "One?", "answers": {"a": "two", "b": "end", "c": "end"}}}, ""),
        ({"four": {"ask": "Still there?", "answers": {"yes": "end", "no": "end"}}}, ""),
        ({"one": {"ask": "One?", "answers": {"b": "two", "c": "end"}}}, "not_safe"),
        ({"one": {"ask": "One?", "answers": {"a": "four", "b": "end"}}}, "not_safe"),
        ({"two": {"collect": {**STEPS["two"]["collect"], "size": {"type": "number", "min": 6}}}}, "would not be taken"),
        ({"two": {"collect": {**STEPS["two"]["collect"], "new": {"type": "text"}}}}, "would not be taken"),
        ({"two": {**STEPS["two"], "check": [{"must": "two.size > 9", "message": "No."}]}}, "would not be taken"),
        ({"three": {**STEPS["three"], "with": {"id": '"C-2"'}}}, "something else"),
        ({"two": {**STEPS["two"], "save": "other"}}, "worth another"),
        ({"two": {**STEPS["two"], "attempts": 2, "out_of_attempts": "end"}}, "not_safe"),
    ],
)
def test_only_what_has_not_happened_yet_may_differ(steps: dict[str, Any], why: str) -> None:
    """Words, ways not taken and steps not reached may; an answer, a call or a value that stands may not."""
    told = tried(at("four"), changed(**steps))
    assert (why in told) if why else not told


def test_a_run_under_way_to_another_system_waits_and_one_that_is_over_stays() -> None:
    """So does one whose flow is not there any more."""
    assert "not_now" in tried(at("three"), changed(four={"say": "Well, bye."}))
    over = at("four")
    over(Continue())
    assert "ended" in tried(over, changed(four={"say": "Well, bye."}))
    assert "there is no flow" in tried(at("four"), library(flow("others", STEPS)))


def test_promises_of_the_newer_version_hold_over_the_move() -> None:
    """A run that has done what the newer version promises never to do is not moved; the engine guards the rest."""
    promise = {"promises": {"never": {"every": {"step": "asks/two"}, "never_after": {"step": "asks/one"}}}}
    documents = {"flow:asks": flow("asks", STEPS)}
    base = library(flow("asks", STEPS))
    strict = Library.load({**dict(base.documents), **documents, "promises:never": promise})
    assert "not_safe" in tried(at("four"), strict)
    late = {"promises": {"late": {"every": {"step": "asks/four"}, "never_after": {"step": "asks/one"}}}}
    later = Library.load({**dict(base.documents), **documents, "promises:late": late})
    walk = at("two")
    moved = move(walk.run, walk.events, later, stamp=walk.stamp("maria"))
    run = advance(moved.run, Fields({"size": "5"}), stamp=walk.stamp("maria")).run
    run = advance(run, Request(), stamp=walk.stamp("system")).run
    run = advance(run, Finished("ok", {"size": 3}), stamp=walk.stamp("system")).run
    assert run.trouble is not None
    assert run.trouble.code == "promise_broken"


# --- any library, any edit ---------------------------------------------------------------------------


def edit(documents: Any, dice: random.Random) -> Any:
    """*documents* with other words everywhere, and something else in one step or none."""
    copy = json.loads(json.dumps(documents))
    flows = [name for name in copy if name.startswith("flow:")]
    for name in flows:
        for step in copy[name]["steps"].values():
            for key in ("say", "ask", "guide"):
                if isinstance(step.get(key), str):
                    step[key] += " Please."
    chosen = copy[dice.choice(flows)]["steps"]
    name = dice.choice(list(chosen))
    step, others = chosen[name], list(chosen)
    for key in ("then", "out_of_attempts"):
        if key in step and dice.random() < 0.4:
            step[key] = dice.choice(others)
    for key in ("answers", "results"):
        for value, target in list((step.get(key) or {}).items()):
            if isinstance(target, str) and dice.random() < 0.3:
                step[key][value] = dice.choice(others)
    if "attempts" in step and dice.random() < 0.5:
        step["attempts"] = dice.randint(1, 4)
    return copy


def test_a_move_that_is_allowed_changes_nothing_but_what_comes() -> None:
    """It waits at the same step, and replay gives the same run after it and after each later event."""
    moved = refused = 0
    for seed in range(SEEDS):
        dice = random.Random(seed)
        documents = random_documents(seed)
        old = Library.load(documents)
        try:
            new = Library.load(edit(documents, dice))
        except FlowRejected:
            continue
        walker = Walker(old, seed)
        for _ in range(dice.randint(1, 25)):
            if not walker.move():
                break
        if walker.run.ended:
            continue
        before = walker.run
        try:
            step = move(before, walker.events, new, stamp=walker.stamp("maria"))
        except Refused:
            refused += 1
            continue
        moved += 1
        assert (step.run.tip.ref, step.run.tip.number, step.run.owner) == (
            before.tip.ref,
            before.tip.number,
            before.owner,
        )
        assert step.run.state.held == before.state.held
        walker.keep(step)
        walker.library = new
        for _ in range(12):
            again = replay(old, walker.events, libraries=lambda bundle, new=new: new)
            assert alike(walker.run, again), f"seed {seed}"
            if not walker.move():
                break
    assert moved > SEEDS // 8
    assert refused > SEEDS // 20


def test_a_run_may_be_moved_more_than_once() -> None:
    """Each move pins its own bundle, and replay takes each part over its own."""
    walk = at("two")
    second, third = changed(one={**ASK, "ask": "Uno?"}), changed(one={**ASK, "ask": "Yksi?"}, four={"say": "Moi."})
    bundles = {json.dumps(dict(one.bundle("asks")), sort_keys=True): one for one in (second, third)}
    run, events = walk.run, list(walk.events)
    for other in (second, third):
        step = move(run, events, other, stamp=walk.stamp("maria"))
        events.append(reread(step.event))
        after = advance(step.run, Note("Noted."), stamp=walk.stamp("maria"))
        run = after.run
        events.append(reread(after.event))
    again = replay(walk.library, events, libraries=lambda bundle: bundles[json.dumps(dict(bundle), sort_keys=True)])
    assert alike(run, again)
    assert again.flows["asks"].steps["four"].words.say is not None
    assert again.flows["asks"].steps["four"].words.say.source == "Moi."
