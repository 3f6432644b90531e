"""The shortest way on from where a walk stands until something has happened, that one can go back over."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import NamedTuple

from shepherd.check.goingback import TURNED, stops
from shepherd.check.house import House
from shepherd.check.picked import Passing
from shepherd.check.walks import UNTRIED, ending
from shepherd.flow.findings import Hop
from shepherd.flow.model import Call, Do, HandOn, Step

#: Places that are looked at; beyond that no way is found.
MOST = 30_000
Tries = frozenset[tuple[str, int]]


class Standing(NamedTuple):
    """One call under way: its flow, its step, and the tries that are counted in it."""

    flow: str
    step: str
    tries: Tries


class Place(NamedTuple):
    """Where a walk stands: the calls under way, the tries of the run, and whether it has happened."""

    frames: tuple[Standing, ...]
    tries: Tries
    happened: bool


def detour(house: House, passed: Passing, frames: tuple[Standing, ...], tries: Counter[str]) -> list[Hop] | None:
    """The hops from *frames* until *passed* has happened and the run stands still; None where one can't go back."""
    start = Place(frames, frozenset(tries.items()), False)
    return _search(house, passed, start, counting=False) or _search(house, passed, start, counting=True)


def _search(house: House, passed: Passing, start: Place, *, counting: bool) -> list[Hop] | None:
    """
    The shortest way from *start* whose tries fit.

    Not *counting*, a step is looked at once, with the tries of the first way to it, which is mostly enough; else once
    for all tries that may have been spent by then.
    """
    came: dict[Place, tuple[Place, Hop] | None] = {start: None}
    seen = {_seen(start, counting)}
    queue = deque((start,))
    while queue and len(came) < MOST:
        place = queue.popleft()
        for after, hop in _after(house, passed, place, len(start.frames)):
            key = _seen(after, counting)
            if key in seen or (place is start and hop.by in TURNED):
                continue
            seen.add(key)
            came[after] = (place, hop)
            if after.happened and stops(house.flows[after.frames[-1].flow].steps[after.frames[-1].step]):
                return _way(came, after)
            queue.append(after)
    return None


def _seen(place: Place, counting: bool) -> object:
    return place if counting else (tuple((f.flow, f.step) for f in place.frames), place.happened)


def _way(came: dict[Place, tuple[Place, Hop] | None], place: Place) -> list[Hop]:
    found: list[Hop] = []
    before = came[place]
    while before is not None:
        found.append(before[1])
        before = came[before[0]]
    return found[::-1]


def _after(house: House, passed: Passing, place: Place, depth: int) -> Iterator[tuple[Place, Hop]]:
    """Every place behind *place* from which one can still go back; *depth* calls were under way at the start."""
    top = place.frames[-1]
    flow = house.flows[top.flow]
    step = flow.steps[top.step]
    own = flow.no_going_back and len(place.frames) <= depth
    name = ending(step)
    happened = place.happened or (flow.id, step.id) in passed.ends
    if name is not None:
        if len(place.frames) > 1 and not own:
            under = place.frames[-2]
            now = happened or (flow.id, name) in passed.outcomes
            caller = house.flows[under.flow].steps[under.step]
            back = place._replace(frames=place.frames[:-1], happened=now)
            yield from _leave(house, passed, back, caller, f"outcome:{name}")
    elif isinstance(step.action, HandOn):
        if not own and step.action.flow in house.flows:
            yield _enter(
                house, place._replace(frames=place.frames[:-1], happened=happened), step.action.flow, "hand_on"
            )
    elif isinstance(step.action, Call):
        if step.action.flow in house.flows and not step.no_going_back:
            yield _enter(house, place, step.action.flow, "call")
    else:
        for by in step.edges:
            yield from _leave(house, passed, place, step, by)


def _enter(house: House, place: Place, flow: str, by: str) -> tuple[Place, Hop]:
    first = house.flows[flow].first
    frames = (*place.frames, Standing(flow, first, frozenset()))
    return place._replace(frames=frames), Hop(f"{flow}/{first}", by)


def _leave(house: House, passed: Passing, place: Place, step: Step, by: str) -> Iterator[tuple[Place, Hop]]:
    top = place.frames[-1]
    edge = step.edges.get(by)
    if edge is None or edge.target not in house.flows[top.flow].steps:
        return
    turned = by in TURNED
    if (step.no_going_back and not turned) or (by == "unmet" and not house.may_lapse(step)):
        return
    happened = place.happened or (top.flow, step.id, by) in passed.edges
    if isinstance(step.action, Do) and not turned and by != "result:error":
        if step.action.undo is None or by == "result:unknown":
            return
        happened = place.happened
    left = _spend(place, step, f"{top.flow}/{step.id}", by)
    if left is not None:
        frames = (*left.frames[:-1], left.frames[-1]._replace(step=edge.target))
        yield Place(frames, left.tries, happened), Hop(f"{top.flow}/{edge.target}", by)


def _spend(place: Place, step: Step, key: str, by: str) -> Place | None:
    """*place* with the try spent that *by* takes; None where the tries do not allow it."""
    attempts = step.attempts
    if attempts is None or attempts.per == "customer" or by == "unmet":
        return place
    if attempts.per == "ticket" and by == "out_of_attempts":
        return place
    top = place.frames[-1]
    spent = Counter(dict(top.tries if attempts.per == "call" else place.tries))
    if (spent[key] >= attempts.most) is not (by == "out_of_attempts"):
        return None
    if by in UNTRIED:
        return place
    spent[key] += 1
    if attempts.per == "call":
        return place._replace(frames=(*place.frames[:-1], top._replace(tries=frozenset(spent.items()))))
    return place._replace(tries=frozenset(spent.items()))
