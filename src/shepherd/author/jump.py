"""Jumping to a step: a script that leads there, from a scenario that passes it, else looked for. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import networkx as nx

from shepherd.author.domains import Domains
from shepherd.author.play import Player
from shepherd.author.suggest import FEW_VALUES, beginnings
from shepherd.author.trail import crossings
from shepherd.author.trial import Move, Script, Trial, move_of, walk, without_secrets
from shepherd.author.walking import START, Here, Rare, Walker
from shepherd.flow.given import Given, Malformed, Scenario, read_given
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Ask, Collect
from shepherd.run.api import Event, Refused
from shepherd.run.state import Run, reachable

if TYPE_CHECKING:
    from shepherd.check.library import Library

#: So many moves are tried, from so many beginnings.
MOST_TRIED, MOST_BEGINNINGS = 1_500, 6


def script_to(library: Library, flow: str, step: str, scenarios: Iterable[Scenario]) -> Script | None:
    """
    A script that comes to *step* of *flow*; None where none was found.

    Of *scenarios* the first that comes there leads; where none does, a way is looked for.
    """
    ref = f"{flow}/{step}"
    for scenario in scenarios:
        script = as_script(library, scenario, until=ref)
        if script is not None and _comes_to(library, flow, script, ref):
            return script
    late = Rare(frozenset(one.ref for other in library.flows.values() for one in other.steps.values() if one.human))
    for rare in (Rare(), late):
        for script in _found(library, flow, step, rare):
            if _comes_to(library, flow, script, ref):
                return script
    return None


def _comes_to(library: Library, flow: str, script: Script, ref: str) -> bool:
    try:
        trial = walk(library, flow, script)
    except (Refused, Malformed):
        return False
    return not trial.stopped and _entered(trial, ref)


def _entered(trial: Trial, ref: str) -> bool:
    return any(item["step"] == ref for event in trial.events for item in event.entered)


def as_script(library: Library, scenario: Scenario, until: str = "") -> Script | None:
    """*scenario* as a script, up to where it comes to the step *until*; None where it does not, or can't be so told."""
    heard = _Heard(library, scenario.flow, scenario.given, until)
    heard.play()
    if until and not heard.there:
        return None
    return Script(head_of(scenario.given), tuple(heard.moves))


def head_of(given: Given) -> dict[str, Any]:
    """The head of *given*, as a scenario writes it."""
    zone = datetime.fromisoformat(f"2026-01-01T00:00:00{given.offset}").tzinfo
    head: dict[str, Any] = {"at": given.at.astimezone(zone).isoformat(timespec="seconds")}
    head |= {key: dict(found) for key in ("inputs", "facts", "spent") if (found := getattr(given, key))}
    if given.assured:
        head["assured"] = {
            name: {k: v for k, v in (("level", one.level), ("expires", _span(one.expires))) if v} or "true"
            for name, one in given.assured.items()
        }
    return head


def _span(seconds: int | None) -> str:
    return f"{seconds}s" if seconds is not None else ""


class _Heard(Player):
    """A scenario that is walked while its moves are noted, until it comes to one step."""

    def __init__(self, library: Library, flow: str, given: Given, until: str):
        super().__init__(library, flow, given, True)
        self.until, self.there = until, False
        self.moves: list[Move] = []
        self.clock = given.at

    def _over(self) -> bool:
        return self.there or super()._over()

    def _give(self, given: Any, **more: Any) -> None:
        before, at = self.run, self.at
        assert before is not None
        plain = without_secrets(before, given)
        super()._give(given, **more)
        move = move_of(plain)
        if move is None:
            return
        gone, self.clock = int((at - self.clock).total_seconds()), at
        if gone > 0 and "time" not in move:
            self.moves.append({"pass": f"{gone}s"})
        self.moves.append(move)

    def _took(self, run: Run, event: Event, before: Run | None) -> None:
        super()._took(run, event, before)
        self.there = self.there or (bool(self.until) and self.until in self.entered)


# --- looking for a way -------------------------------------------------------------------------------


def _found(library: Library, flow: str, step: str, rare: Rare) -> Iterator[Script]:
    """
    Scripts that come to *step*: of all walks under way the one goes on first that is nearest to it by the graph.

    What is *rare* is tried too: that an assurance expires before somebody answers.
    """
    graph = graph_of(library.flows[flow])
    far = nx.single_source_shortest_path_length(graph.reverse(copy=False), step)
    flows = {one.id for one in reachable(library, flow)} | library.reached(flow)
    domains = Domains(library, flows, START, FEW_VALUES)
    walker, turn, seen = Walker(library, domains), count(), set()
    waiting: list[tuple[int, int, int, Here, tuple[Move, ...], Mapping[str, Any]]] = []
    tree: Mapping[str, Any]
    ref = f"{flow}/{step}"
    for tree in beginnings(library, domains, library.flows[flow])[:MOST_BEGINNINGS]:
        here = walker.begin(flow, read_given(tree, flow))
        if here is not None:
            if _came(here.run, None, ref):
                yield Script(tree)
            heapq.heappush(waiting, (far.get(_home(here.run, flow), 999), 0, next(turn), here, (), tree))
    left = MOST_TRIED
    while waiting and left > 0:
        _, long, _, here, moves, tree = heapq.heappop(waiting)
        for move in walker.moves(here, rare):
            left -= 1
            taken = walker.take(here, move)
            if taken is None or taken[0].run.trouble is not None:
                continue
            after, _, needed = taken
            made = (*moves, *_written(here.run, move)) if needed else moves
            if _came(after.run, here.run, ref):
                yield Script(tree, made)
            home, key = _home(after.run, flow), _key(after)
            if not after.run.ended and home in far and key not in seen:
                seen.add(key)
                heapq.heappush(waiting, (far[home], long + 1, next(turn), after, made, tree))


def _came(run: Run, before: Run | None, ref: str) -> bool:
    return any(entered == ref for entered, _ in crossings(run, before))


def _home(run: Run, flow: str) -> str:
    """The step of *flow* at which *run* stands, or from which it called; "" where it has left the flow."""
    frame, step = run.state.frame, run.tip.step.id
    while frame.caller is not None:
        frame, step = frame.caller, frame.step
    return step if frame.flow.id == flow else ""


def _key(here: Here) -> Any:
    run = here.run
    values = tuple(sorted((name, repr(value)) for name, value in run.values.items()))
    return (
        run.tip.ref,
        _home(run, run.flow_id),
        values,
        tuple(sorted(run.state.held)),
        run.state.frame.counts,
        here.tries,
    )


def _written(run: Run, move: Any) -> tuple[Move, ...]:
    """A move of a walker as those of a script."""
    if move.after:
        return ({"pass": f"{move.after}s"}, *_written(run, move._replace(after=0)))
    if move.call:
        result, values = next(iter(move.value.items())) if isinstance(move.value, dict) else (move.value, {})
        return ({"result": result, "values": values},)
    action = run.tip.step.action
    if run.tip.step.verb == "wait" or (move.value == "no_answer" and not _offers(action)):
        return ({"time": True},)
    if isinstance(action, Ask):
        return ({"answer": move.value},)
    return ({"fields": move.value},) if isinstance(action, Collect) else ({"go": ""},)


def _offers(action: Any) -> bool:
    return isinstance(action, Ask) and any(option.value == "no_answer" for option in action.field.options)
