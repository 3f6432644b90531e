"""Random libraries with one promise, which one hidden bypass breaks; it is known by its kind."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.check.promised_parts import (
    ASSURED,
    FOLLOWED,
    NEEDS,
    NEVER,
    Made,
    Maker,
    Part,
    Steps,
    flow,
    goal,
    identify,
    library,
    past,
    said,
    tries,
)


def broken(seed: int) -> Made:
    """A library with one bypass; every second one needs a loop to run out, an answer changed, or a late resume."""
    rng = random.Random(seed)
    if seed % 2:
        kind = rng.choice(("loop", "loop", "back", "back", "lapse", "lapse"))
    else:
        kind = rng.choice(("answer", "no_answer", "result", "sum", "error", "call", "outcome", "end"))
    return BROKEN.get(kind, _past)(rng, kind)


def _past(rng: random.Random, kind: str) -> Made:
    """A way round what is needed, in the flow or in one that it calls."""
    maker = Maker(rng)

    def around(here: str, after: str) -> Steps:
        return {**past(here, f"{here}_x", after, kind, rng), **said(f"{here}_x", after)}

    parts = maker.padded(around)
    if rng.random() < 0.5:
        parts = maker.padded(maker.called(parts, "inner"))
    if rng.random() < 0.3:
        parts = maker.padded(maker.called(parts, "middle"))
    if rng.random() < 0.4:
        parts += [maker.called(maker.padded(goal), "last")]
    else:
        parts += [goal, *maker.noise()]
    return Made(library(maker, flow("main", parts), NEEDS), True, kind)


def _loop(rng: random.Random, kind: str) -> Made:
    """A loop that runs out: past what is needed, past the identity, on to the end, or to too many steps."""
    choice = rng.randrange(4)
    maker = Maker(rng)
    if choice == 0:
        return _past(rng, "loop")
    if choice == 1:
        parts = maker.padded(lambda here, after: identify(here, after, failed=after))
        return Made(library(maker, flow("main", [*parts, goal]), ASSURED), True, "loop")
    if choice == 2:
        owed = lambda here, after: past(here, after, "end_stop", "loop", rng)  # noqa: E731
        parts = maker.padded(said, owed, goal)
        return Made(library(maker, flow("main", parts, ends=("stop",)), FOLLOWED), True, "loop")
    most = rng.randint(2, 4)
    again = lambda here, after: {here: {"ask": "Well?", "answers": {"on": after, "again": here}, **tries(most, after)}}  # noqa: E731
    promise = {"every": {"tag": "goal"}, "at_most": {"human": most - 1}}
    return Made(library(maker, flow("main", [again, goal]), promise), True, "loop")


def _back(rng: random.Random, kind: str) -> Made:
    """Two ways of which each run takes one; who goes back takes both."""
    maker = Maker(rng)
    never = rng.random() < 0.5

    def split(here: str, after: str) -> Steps:
        one, other = f"{here}_a", f"{here}_b"
        stop = {f"{here}_s": {"ask": "All right?", "answers": {"yes": after}}}
        on = f"{here}_s"
        ways = {here: {"ask": "Which?", "answers": {"a": one, "b": other}}}
        if never:
            return {**ways, **said(one, on), **goal(other, on), **stop}
        return {
            **ways,
            **said(one, f"{here}_g"),
            **goal(f"{here}_g", on),
            other: {"say": "No.", "then": after},
            **stop,
        }

    parts = maker.padded(split)
    if rng.random() < 0.4:
        parts = maker.padded(maker.called(parts, "inner"))
    return Made(library(maker, flow("main", parts), NEVER if never else FOLLOWED), True, "back")


def _lapse(rng: random.Random, kind: str) -> Made:
    """What was established has expired when the run is resumed: at the goal, or at a guard whose way out leads past."""
    maker = Maker(rng)
    if rng.random() < 0.5:
        parts = [*maker.noise(), identify, maker.question, *maker.noise(), goal]
        return Made(library(maker, flow("main", parts, ends=("stop",)), ASSURED), True, "lapse")

    def door(here: str, after: str) -> Steps:
        guard = {"say": "I look it up.", "requires": "identity", "unmet": after, "then": f"{here}_x"}
        return {here: guard, **said(f"{here}_x", after)}

    parts = [*maker.noise(), identify, maker.question, *maker.noise(), door, *maker.noise(), goal]
    return Made(library(maker, flow("main", parts, ends=("stop",)), NEEDS), True, "lapse")


def _outcome(rng: random.Random, kind: str) -> Made:
    """One end of a flow that is called has not passed what is needed, and leads on all the same."""
    maker = Maker(rng)

    def inner(here: str, after: str) -> Steps:
        return {
            here: {
                "ask": "Is it agreed?",
                "tag": "needed",
                "answers": {"yes": after},
                "no_answer": {"after": "5m", "then": "end_else"},
            }
        }

    parts = maker.padded(inner)
    main = [*maker.noise(), maker.called(parts, "inner", {"else": "s_goal"}), *maker.noise()]
    made = flow(
        "main",
        [
            *main,
            lambda here, after: {here: {"say": "On.", "then": "s_goal"}},
            lambda here, after: goal("s_goal", after) | {here: {"say": "Hm.", "then": "s_goal"}},
        ],
    )
    return Made(library(maker, made, NEEDS), True, "outcome")


def _call(rng: random.Random, kind: str) -> Made:
    """A flow with the goal is called twice, once before what is needed."""
    maker = Maker(rng)
    maker.flows["last"] = flow("last", maker.padded(goal), called_only=True)
    call: Part = lambda here, after: {here: {"call": "last", "results": {"done": after}}}  # noqa: E731

    def early(here: str, after: str) -> Steps:
        return {here: {"ask": "At once?", "answers": {"yes": f"{here}_c", "no": after}}, **call(f"{here}_c", after)}

    return Made(library(maker, flow("main", maker.padded(early, said, call)), NEEDS), True, "call")


def _end(rng: random.Random, kind: str) -> Made:
    """A run that ends before what must follow, or with more steps than may be."""
    maker = Maker(rng)
    if rng.random() < 0.5:
        parts = maker.padded(said, lambda here, after: past(here, after, "end_stop", "answer", rng), goal)
        return Made(library(maker, flow("main", parts, ends=("stop",)), FOLLOWED), True, "end")
    steps = [maker.question] * rng.randint(2, 5)
    promise = {"every": {"outcome": "done"}, "at_most": {"human": len(steps) - 1}}
    return Made(library(maker, flow("main", steps), promise), True, "end")


BROKEN: dict[str, Callable[[random.Random, str], Made]] = {
    "loop": _loop,
    "back": _back,
    "lapse": _lapse,
    "outcome": _outcome,
    "call": _call,
    "end": _end,
}
