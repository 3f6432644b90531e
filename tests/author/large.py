"""Large flows with the habits of real ones: questions, look-ups, decisions, retries, calls, endings that many share."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.run.small import flow

SMALL_TALK = (
    "Is the display of the set-top box showing anything at all?",
    "Which of these did you try already?",
    "Has anything changed since it last worked?",
    "Could you read the serial number on the underside of the device to me?",
)
SAYINGS = (
    "Please switch it off, count to ten, and switch it on again.",
    "I will note that down for my colleagues, so that you need not tell it a second time.",
    "Thank you for waiting. The test is through.",
)
ENDINGS = {"fixed": True, "visit": False, "handed_over": False, "lost": False, "declined": False}


def large(steps: int, seed: int = 1) -> dict[str, Any]:
    """The typed source of a flow with *steps* steps that branches as real ones do, the same for the same *seed*."""
    growing = _Growing(steps - len(ENDINGS) - 1, Random(seed))
    made = growing.all()
    made["pass_on"] = {"escalate": "second_line", "outcome": "handed_over", "because": "It was not solved."}
    made |= {f"close_{name}": {"end": name} for name in ENDINGS}
    outcomes = {name: {"resolves": resolves} for name, resolves in ENDINGS.items()}
    return flow(f"large_{steps}", made, outcomes=outcomes, title=f"A flow of {steps} steps")


def chain(steps: int) -> dict[str, Any]:
    """The typed source of a flow that goes straight on: the longest picture of all."""
    made: dict[str, Any] = {f"step_{n}": {"say": SAYINGS[n % 3]} for n in range(1, steps)}
    return flow("chain", made | {"close": {"end": "done"}})


class _Growing:
    """Steps that grow from the first one on: each open end becomes a step with ends of its own."""

    def __init__(self, body: int, rng: Random):
        self.left, self.rng = body, rng
        self.open: list[str] = []
        self.parent: dict[str, str] = {}
        self.count = 0

    def all(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self.new("")
        while self.open:
            name = self.open.pop(0 if self.rng.random() < 0.7 else -1)
            made[name] = self.step(name)
        return dict(sorted(made.items(), key=lambda item: int(item[0].rpartition("_")[2])))

    def new(self, parent: str, otherwise: str = "close_fixed") -> str:
        """A further step while there are some left to make, else an ending."""
        if not self.left:
            return otherwise
        self.left -= 1
        self.count += 1
        name = f"step_{self.count}"
        self.parent[name] = parent
        self.open.append(name)
        return name

    def back(self, name: str) -> str:
        """A step some way before *name*."""
        for _ in range(self.rng.randint(1, 4)):
            name = self.parent[name] or name
        return name

    def step(self, name: str) -> dict[str, Any]:
        rng = self.rng
        kind = rng.choice(["ask", "ask", "ask", "message", "decide", "lookup", "do", "call", "collect"])
        if kind == "ask" or len(self.open) < 3:
            answers = {
                "yes": {"label": "Yes, it is", "then": self.new(name)},
                "no": {"label": "No", "then": self.new(name)},
            }
            if rng.random() < 0.4:
                answers["cannot_tell"] = {"label": "They cannot see it from where they are", "then": self.new(name)}
            if rng.random() < 0.2:
                answers["again"] = {"label": "Not yet, once more", "then": self.back(name)}
            if rng.random() < 0.5:
                answers["hung_up"] = {"label": "The caller hung up", "then": "close_lost"}
            return {"ask": rng.choice(SMALL_TALK), "answers": answers}
        if kind == "message":
            again = rng.random() < 0.3
            step = {"say": rng.choice(SAYINGS), "then": self.back(name) if again else self.new(name)}
            return step | ({"attempts": 2, "out_of_attempts": "pass_on"} if again else {})
        if kind == "decide":
            lines = [{"when": "visits.step_1 > 2 and today.year > 2026", "then": self.new(name)}]
            return {"decide": [*lines, {"otherwise": self.new(name, "close_declined")}]}
        if kind == "collect":
            fields = {"down": {"label": "Download speed shown", "type": "number"}, "wired": {"type": "yes_no"}}
            return {"collect": fields, "then": self.new(name)}
        if kind == "call":
            results = {"verified": self.new(name), "failed": "close_declined", "locked": "pass_on"}
            return {"call": "prove", "results": results}
        if kind == "lookup":
            results = {"ok": self.new(name), "not_found": self.new(name), "error": "pass_on"}
            return {"lookup": "box.read", "results": results}
        results = {"ok": self.new(name, "close_visit"), "error": "pass_on", "unknown": "pass_on"}
        return {"do": "box.change", "once_per": "visit", "results": results}


def called() -> dict[str, Any]:
    """The flow that the large ones call."""
    outcomes = {name: {} for name in ("verified", "failed", "locked")}
    steps = {
        "ask_it": {"ask": "Is it you?", "answers": {"yes": "good", "no": "bad", "maybe": "barred"}},
        "good": {"end": "verified"},
        "bad": {"end": "failed"},
        "barred": {"end": "locked"},
    }
    return flow("prove", steps, outcomes=outcomes, title="Identify the customer", called_only="true")
