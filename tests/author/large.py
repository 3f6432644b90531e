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
    """The typed source of a flow with *steps* steps, the same for the same *seed*."""
    rng = Random(seed)
    made: dict[str, Any] = {}
    body = steps - len(ENDINGS) - 1
    names = [f"step_{number}" for number in range(1, body + 1)]
    for place, name in enumerate(names):
        made[name] = _step(rng, names, place)
    made["pass_on"] = {"escalate": "second_line", "outcome": "handed_over", "because": "It was not solved."}
    made |= {f"close_{name}": {"end": name} for name in ENDINGS}
    outcomes = {name: {"resolves": resolves} for name, resolves in ENDINGS.items()}
    return flow(f"large_{steps}", made, outcomes=outcomes)


def _step(rng: Random, names: list[str], place: int) -> dict[str, Any]:
    def ahead(most: int = 9) -> str:
        return names[place + rng.randint(1, most)] if place + most < len(names) else "close_fixed"

    following = names[place + 1] if place + 1 < len(names) else "close_fixed"
    back = names[max(0, place - rng.randint(1, 6))]
    kind = rng.choice(["ask", "ask", "ask", "message", "decide", "lookup", "do", "call", "collect"])
    if kind == "ask":
        answers = {"yes": {"label": "Yes, it is", "then": following}, "no": {"label": "No", "then": ahead()}}
        if rng.random() < 0.4:
            answers["cannot_tell"] = {"label": "They cannot see it from where they are", "then": ahead(4)}
        if rng.random() < 0.3:
            answers["again"] = {"label": "Not yet, once more", "then": back}
        answers["hung_up"] = {"label": "The caller hung up", "then": "close_lost"}
        return {"ask": rng.choice(SMALL_TALK), "answers": answers}
    if kind == "message":
        step = {"say": rng.choice(SAYINGS), "then": following}
        return step | ({"attempts": 2, "out_of_attempts": "pass_on"} if rng.random() < 0.3 else {})
    if kind == "decide":
        lines = [{"when": "visits.step_1 > 2 and today.year > 2026", "then": ahead()}, {"otherwise": following}]
        return {"decide": lines}
    if kind == "collect":
        fields = {"down": {"label": "Download speed shown", "type": "number"}, "wired": {"type": "yes_no"}}
        return {"collect": fields, "then": following}
    if kind == "call":
        return {"call": "prove", "results": {"verified": following, "failed": "close_declined", "locked": "pass_on"}}
    if kind == "lookup":
        return {"lookup": "box.read", "results": {"ok": following, "not_found": ahead(3), "error": "pass_on"}}
    results = {"ok": following, "error": "pass_on", "unknown": "close_visit"}
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
