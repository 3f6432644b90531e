"""Parts of random libraries with one promise each; bypasses.py and kept_promises.py make libraries of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Steps = dict[str, dict[str, Any]]
#: One part of a flow: its steps, the first under the name given, all leading to the next part in the end.
Part = Callable[[str, str], Steps]

DESK: dict[str, Any] = {
    "desk": "random",
    "queues": {"second_line": {"owner": "supervisor"}},
    "assurances": {"identity": {"granted_by": ["prove"], "expires": "30m"}},
}
BOX: dict[str, Any] = {
    "kind": "table",
    "file": "x.csv",
    "key": "id",
    "operations": {
        "read": {"reads": True, "inputs": {}, "results": {"ok": {}, "not_found": {}}},
        "change": {"reads": False, "inputs": {}, "results": {"ok": {}}},
    },
}


class Made(NamedTuple):
    """
    The documents of a library; *broken* tells whether its promise can be broken, and *by* what: the kind of bypass, or
    what one has to know of the engine to see that it is kept. *weaker* is the same library to a check that does not.
    """

    documents: dict[str, Any]
    broken: bool
    by: str
    weaker: dict[str, Any] | None = None


@dataclass
class Maker:
    """Makes the parts of one library; *flows* are those that it calls."""

    rng: random.Random
    flows: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def noise(self) -> list[Part]:
        """Some parts that have nothing to do with the promise, each left by one way in the end."""
        kinds = (self.message, self.question, self.loop, self.reading, self.fork, self.number, self.helper)
        return [self.rng.choice(kinds) for _ in range(self.rng.randrange(4))]

    def message(self, here: str, after: str) -> Steps:
        return {here: {"say": "So it is.", "then": after}}

    def question(self, here: str, after: str) -> Steps:
        self.asked.append(here)
        return {here: {"ask": "Is it so?", "answers": {"yes": after, "no": after}}}

    def loop(self, here: str, after: str) -> Steps:
        most, per = self.rng.randint(1, 3), self.rng.choice(("run", "call"))
        answers = {"good": after, "again": here}
        return {here: {"ask": "Well?", "answers": answers, **tries(most, after, per)}}

    def reading(self, here: str, after: str) -> Steps:
        return {here: {"lookup": "box.read", "results": dict.fromkeys(("ok", "not_found", "error"), after)}}

    def fork(self, here: str, after: str) -> Steps:
        left, right = f"{here}_l", f"{here}_r"
        return {
            here: {"ask": "Which?", "answers": {"left": left, "right": right}},
            left: {"say": "Left, then.", "then": after},
            right: {"ask": "Really?", "type": "yes_no", "then": after},
        }

    def number(self, here: str, after: str) -> Steps:
        count, low = f"{here}_n", f"{here}_low"
        return {
            here: {"ask": "How many?", "type": "integer", "min": 0, "then": count},
            count: {"decide": [{"when": f"{here} < 10", "then": low}, {"otherwise": after}]},
            low: {"say": "Few.", "then": after},
        }

    def helper(self, here: str, after: str) -> Steps:
        name = f"noise{len(self.flows)}"
        self.flows[name] = flow(name, [self.message, self.question], called_only=True)
        return {here: {"call": name, "results": {"done": after}}}

    def called(self, parts: list[Part], name: str, outcomes: dict[str, str] | None = None) -> Part:
        """A part that calls a flow of *parts*; *outcomes* are its other ends, with the steps that they lead to."""
        self.flows[name] = flow(name, parts, called_only=True, ends=tuple(outcomes or ()))
        return lambda here, after: {here: {"call": name, "results": {"done": after, **(outcomes or {})}}}

    def padded(self, *parts: Part) -> list[Part]:
        """*parts* with noise around them."""
        made = self.noise()
        for part in parts:
            made += [part, *self.noise()]
        return made


def tries(most: int, after: str, per: str = "run") -> dict[str, Any]:
    return {"attempts": most, "attempts_per": per, "out_of_attempts": after}


def flow(name: str, parts: list[Part], *, called_only: bool = False, ends: tuple[str, ...] = ()) -> dict[str, Any]:
    """The typed source of a flow of *parts*; besides ``done`` it ends by each of *ends*, at a step of that name."""
    entries = [f"s{n}" for n in range(len(parts))] + ["end_done"]
    steps: Steps = {}
    for part, here, after in zip(parts, entries, entries[1:], strict=False):
        steps |= part(here, after)
    for end in ("done", *ends):
        steps[f"end_{end}"] = {"end": end}
    outcomes = {end: {} if called_only else {"resolves": True} for end in ("done", *ends)}
    made = {"flow": name, "title": name, "category": "troubleshooting", "version": 1, "outcomes": outcomes}
    return {**made, **({"called_only": True} if called_only else {}), "steps": steps}


def library(maker: Maker, main: dict[str, Any], promise: dict[str, Any]) -> dict[str, Any]:
    """The documents of it all."""
    flows = {"prove": prove(maker.rng), **maker.flows, "main": main}
    documents = {f"flow:{name}": made for name, made in flows.items()}
    return {**documents, "desk": DESK, "connectors:box": BOX, "promises:p": {"promises": {"p": promise}}}


# --- the parts that a promise is about ---------------------------------------------------------------


def goal(here: str, after: str) -> Steps:
    return {here: {"say": "Now it is done.", "tag": "goal", "then": after}}


def agreed(here: str, after: str) -> Steps:
    """What is needed: answered by yes, else the run ends."""
    return {here: {"ask": "Is it agreed?", "tag": "needed", "answers": {"yes": after, "no": "end_stop"}}}


def said(here: str, after: str) -> Steps:
    return {here: {"say": "I have said it.", "tag": "needed", "then": after}}


NEEDS = {"every": {"tag": "goal"}, "needs": {"tag": "needed"}}
ASSURED = {"every": {"tag": "goal"}, "needs": "identity"}
NEVER = {"every": {"tag": "goal"}, "never_after": {"tag": "needed"}}
FOLLOWED = {"every": {"tag": "needed"}, "followed_by": {"tag": "goal"}}


def prove(rng: random.Random) -> dict[str, Any]:
    """The flow that grants the identity, after a try or two."""
    steps: Steps = {
        "street": {
            "ask": "Which street?",
            "answers": {"right": "end_done", "wrong": "street"},
            **tries(rng.randint(1, 3), "end_failed"),
        },
        "end_done": {"end": "done"},
        "end_failed": {"end": "failed"},
    }
    steps["street"]["attempts_per"] = "ticket"
    outcomes: dict[str, Any] = {"done": {"resolves": True, "grants": "identity"}, "failed": {"resolves": False}}
    head = {"flow": "prove", "title": "prove", "category": "authentication", "version": 1}
    return {**head, "outcomes": outcomes, "steps": steps}


def identify(here: str, after: str, failed: str = "end_stop") -> Steps:
    return {here: {"call": "prove", "results": {"done": after, "failed": failed}}}


def guarded(here: str, after: str) -> Steps:
    return {
        here: {"say": "Now it is done.", "tag": "goal", "requires": "identity", "unmet": f"{here}_anew", "then": after}
    } | {f"{here}_anew": {"call": "prove", "results": {"done": here, "failed": "end_stop"}}}


def past(here: str, needed: str, target: str, kind: str, rng: random.Random) -> Steps:
    """A choice at *here*: on to *needed*, or past it to *target*, by a way of *kind*."""
    if kind == "answer":
        return {here: {"ask": "Quickly?", "answers": {"no": needed, "yes": target}}}
    if kind == "no_answer":
        return {here: {"ask": "Quickly?", "answers": {"no": needed}, "no_answer": {"after": "10m", "then": target}}}
    if kind == "result":
        return {here: {"lookup": "box.read", "results": {"ok": needed, "not_found": needed, "error": target}}}
    if kind == "sum":
        decide = {"decide": [{"when": f"{here} + 1 > 500", "then": target}, {"otherwise": needed}]}
        return {here: {"ask": "How many?", "type": "integer", "then": f"{here}_d"}, f"{here}_d": decide}
    if kind == "error":  # the step is entered, but nothing happens there
        return {
            here: {
                "do": "box.change",
                "once_per": "visit",
                "results": dict.fromkeys(("ok", "unknown"), needed) | {"error": target},
            }
        }
    assert kind == "loop"
    most = rng.randint(1, 4)
    answers = {"good": needed, "again": here}
    return {here: {"ask": "Well?", "answers": answers, **tries(most, target, rng.choice(("run", "call")))}}
