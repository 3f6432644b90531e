"""A step with its event, against a bare walker over a dictionary, on the same 40-step job."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from functools import partial
from typing import Any

from shepherd.check.library import Library
from shepherd.run import advance, start
from shepherd.run.api import Actor, Answer, Stamp
from tests.bench.measure import seconds, side_by_side

STEPS = 40
STAMP = Stamp(datetime(2026, 11, 24, 12, tzinfo=UTC), "+02:00", Actor("agent", "maria"))


def chain(steps: int) -> dict[str, Any]:
    """The documents of a flow that asks *steps* questions in a row."""
    asks = {f"s{i}": {"ask": "Is it so?", "answers": {"yes": f"s{i + 1}", "no": f"s{i + 1}"}} for i in range(steps)}
    flow = {
        "flow": "chain",
        "title": "A chain",
        "category": "troubleshooting",
        "version": 1,
        "outcomes": {"done": {"resolves": True}},
        "steps": {**asks, f"s{steps}": {"end": "done"}},
    }
    return {"flow:chain": flow}


class Walker:
    """The least that can be called a walker: keeps mutable state, checks the answer, appends one event."""

    def __init__(self, steps: dict[str, dict[str, str]], first: str):
        self.steps, self.at, self.events = steps, first, []

    def answer(self, value: str) -> None:
        routes = self.steps[self.at]
        if value not in routes:
            raise ValueError(value)
        self.events.append({"step": self.at, "value": value, "to": routes[value]})
        self.at = routes[value]


def main() -> dict[str, float]:
    """Print both, and how the cost of a step grows with the path."""
    library = Library.load(chain(STEPS))
    routes = {f"s{i}": {"yes": f"s{i + 1}", "no": f"s{i + 1}"} for i in range(STEPS)}
    opened = start(library, "chain", inputs={}, facts={}, stamp=STAMP).run
    yes = Answer("yes")

    def ours() -> None:
        run = opened
        for _ in range(STEPS):
            run = advance(run, yes, stamp=STAMP)[0]

    def theirs() -> None:
        walker = Walker(routes, "s0")
        for _ in range(STEPS):
            walker.answer("yes")

    pair = side_by_side(ours, theirs, rounds=60)
    long = Library.load(chain(950))
    run = start(long, "chain", inputs={}, facts={}, stamp=STAMP).run
    runs = [run]
    for _ in range(940):
        run = advance(run, yes, stamp=STAMP)[0]
        runs.append(run)
    early, late = (min(seconds(partial(advance, runs[n], yes, stamp=STAMP)) for _ in range(400)) for n in (9, 900))
    print("The bare walker:\n" + inspect.getsource(Walker))
    print(f"step with its event   {pair.ours / STEPS * 1e6:8.2f} µs")
    print(f"bare walker           {pair.theirs / STEPS * 1e6:8.2f} µs")
    print(f"ratio                 {pair.ratio:8.1f} ×   (aim: 30 × and 10 µs)")
    print(f"step 900 against 9    {late / early:8.2f} ×   (aim: the same)")
    return {"step_us": pair.ours / STEPS * 1e6, "step_ratio": pair.ratio, "late_over_early": late / early}


if __name__ == "__main__":
    main()
