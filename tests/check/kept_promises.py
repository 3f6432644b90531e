"""Random libraries with one promise that is kept; most can be seen to be only by who knows the engine."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.check.promised_parts import (
    ASSURED,
    FOLLOWED,
    NEEDS,
    NEVER,
    Made,
    Maker,
    Part,
    Steps,
    agreed,
    flow,
    goal,
    guarded,
    identify,
    library,
    said,
    tries,
)


def kept(seed: int) -> Made:
    """A library whose promise is kept; of every three one or two need to know calls, tries or going back."""
    rng = random.Random(seed)
    kind = ("calls", "attempts", "back", "plain", "values", "guard")[seed % 6]
    return KEPT[kind](rng)


def _kept_plain(rng: random.Random) -> Made:
    maker = Maker(rng)
    parts = maker.padded(agreed, goal)
    promise = rng.choice((NEEDS, {"every": {"tag": "goal"}, "needs": {"tag": "needed", "answer": "yes"}}))
    return Made(library(maker, flow("main", parts, ends=("stop",)), promise), False, "plain")


def _kept_calls(rng: random.Random) -> Made:
    """What is needed, or what needs it, lies in a flow that is called; neither flow shows it by itself."""
    maker = Maker(rng)
    if rng.random() < 0.5:
        parts = [maker.called(maker.padded(said), "inner"), *maker.noise(), goal]
        weak = _deaf
    else:
        parts = [*maker.noise(), said, *maker.noise(), maker.called(maker.padded(goal), "inner")]
        weak = _alone
    documents = library(maker, flow("main", parts), NEEDS)
    return Made(documents, False, "calls", weak(deepcopy(documents)))


def _deaf(documents: dict[str, Any]) -> dict[str, Any]:
    """A call tells nothing of what happens inside it."""
    steps = documents["flow:main"]["steps"]
    for name, step in steps.items():
        if step.get("call") == "inner":
            steps[name] = {"say": "Another flow.", "then": step["results"]["done"]}
    return documents


def _alone(documents: dict[str, Any]) -> dict[str, Any]:
    """A flow that is called may begin anywhere."""
    inner = documents["flow:inner"]
    del inner["called_only"]
    inner["outcomes"] = {name: {"resolves": True} for name in inner["outcomes"]}
    return documents


def _kept_attempts(rng: random.Random) -> Made:
    """The way past it is taken when tries run out, which they can't; or a loop is bounded by its tries."""
    maker = Maker(rng)
    if rng.random() < 0.5:
        most = rng.randint(1, 3)

        def part(here: str, after: str) -> Steps:
            return {
                here: {"ask": "Well?", "answers": {"on": f"{here}_x", "stop": "end_stop"}, **tries(most, after)},
                **said(f"{here}_x", after),
            }

        def open_(here: str, after: str) -> Steps:
            return {here: {"ask": "Well?", "answers": {"on": f"{here}_x", "out": after}}, **said(f"{here}_x", after)}

        noise = maker.noise()
        main = [flow("main", [*noise, one, goal], ends=("stop",)) for one in (part, open_)]
        return Made(library(maker, main[0], NEEDS), False, "attempts", library(maker, main[1], NEEDS))
    most = rng.randint(1, 4)
    answers = {"on": "s1", "again": "s0"}
    promise = {"every": {"tag": "goal"}, "at_most": {"human": most}}
    loop: list[Part] = [lambda here, after: {here: {"ask": "Well?", "answers": answers, **tries(most, after)}}, goal]
    free: list[Part] = [lambda here, after: {here: {"ask": "Well?", "answers": answers}}, goal]
    return Made(
        library(maker, flow("main", loop), promise), False, "attempts", library(maker, flow("main", free), promise)
    )


def _kept_back(rng: random.Random) -> Made:
    """Two ways of which each run takes one, and there is no going back over the first."""
    maker = Maker(rng)
    never = rng.random() < 0.5
    how = rng.choice(("step", "change", "flow"))

    def split(barred: bool) -> Part:
        def part(here: str, after: str) -> Steps:
            one, other, on = f"{here}_a", f"{here}_b", f"{here}_s"
            first = said(one, on if never else f"{here}_g")
            if barred and how == "step":
                first[one]["no_going_back"] = True
            if how == "change":
                first = {one: {"do": "box.change", "once_per": "visit", "tag": "needed"}}
                first[one]["results"] = dict.fromkeys(("ok", "error", "unknown"), on if never else f"{here}_g")
                if not barred:
                    first = said(one, on if never else f"{here}_g")
            ways = {here: {"ask": "Which?", "answers": {"a": one, "b": other}}}
            stop = {on: {"ask": "All right?", "answers": {"yes": after}}}
            if never:
                return {**ways, **first, **goal(other, on), **stop}
            more = {other: {"say": "No.", "then": after}}
            return {**ways, **first, **goal(f"{here}_g", on), **more, **stop}

        return part

    if how == "flow":  # gone through, a flow is closed: its own stop is behind it, and nothing else is before
        return _closed_flow(rng, never)
    noise = maker.noise()
    promise = NEVER if never else FOLLOWED
    made = [flow("main", [*noise, split(barred), *noise]) for barred in (True, False)]
    return Made(library(maker, made[0], promise), False, "back", library(maker, made[1], promise))


def _closed_flow(rng: random.Random, never: bool) -> Made:
    maker = Maker(rng)
    documents = []
    for barred in (True, False):
        one: Steps = {"s0": {"ask": "Which?", "answers": {"a": "end_done", "b": "end_else"}}}
        one |= {"end_done": {"end": "done"}, "end_else": {"end": "else"}}
        inner = {**flow("inner", [], called_only=True, ends=("else",)), "steps": one}
        if barred:
            inner["no_going_back"] = True
        steps: Steps = {"s0": {"call": "inner", "results": {"done": "s1", "else": "s3"}}}
        steps |= said("s1", "s2" if never else "s4") | {"s2": {"ask": "All right?", "answers": {"yes": "end_done"}}}
        steps |= (goal("s3", "s2") if never else {"s3": {"say": "No.", "then": "end_done"}}) | (
            {} if never else goal("s4", "s2")
        )
        main = {**flow("main", []), "steps": {**steps, "end_done": {"end": "done"}}}
        documents.append(library(Maker(rng, {"inner": inner, **maker.flows}), main, NEVER if never else FOLLOWED))
    return Made(documents[0], False, "back", documents[1])


def _kept_values(rng: random.Random) -> Made:
    """A later decision is closed by an earlier answer."""
    maker = Maker(rng)

    def part(here: str, after: str) -> Steps:
        decide = {"decide": [{"when": f'{here} == "big"', "then": after}, {"otherwise": "end_stop"}]}
        steps: Steps = {here: {"ask": "Which?", "answers": {"big": f"{here}_x", "small": f"{here}_d"}}}
        return {**steps, **said(f"{here}_x", f"{here}_d"), f"{here}_d": decide}

    return Made(
        library(maker, flow("main", [*maker.noise(), part, *maker.noise(), goal], ends=("stop",)), NEEDS),
        False,
        "values",
    )


def _kept_guard(rng: random.Random) -> Made:
    """What may have expired is asked for at the door."""
    maker = Maker(rng)
    parts = [*maker.noise(), identify, *maker.noise(), guarded, *maker.noise()]
    return Made(library(maker, flow("main", parts, ends=("stop",)), ASSURED), False, "guard")


KEPT: dict[str, Callable[[random.Random], Made]] = {
    "calls": _kept_calls,
    "attempts": _kept_attempts,
    "back": _kept_back,
    "plain": _kept_plain,
    "values": _kept_values,
    "guard": _kept_guard,
}
