"""Paths that show a finding: expanded through called flows and loops, so that they can really be walked."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator

from shepherd.check.summaries import Explored, Move, State, View
from shepherd.check.walks import UNTRIED
from shepherd.flow.findings import Hop

#: The longest path that is printed whole: a run makes no more visits than this.
MOST = 1_000


def hops(view: View, goal: State) -> tuple[Hop, ...]:
    """
    The shortest path from the start of *view*'s flow to *goal*, as hops that each name an edge.

    A step left by ``out_of_attempts`` or ``unmet`` is named although it is not entered then (see ``visited``).
    Where a path needs tries that are spent, its shortest circle is walked as often as that takes.
    """
    whole = view.came[goal].cost <= MOST
    tries: Counter[str] = Counter()
    found = [Hop(f"{view.flow.id}/{view.flow.first}", "start")]
    todo: list[Hop | tuple[View, Move]] = _reversed(view, walk(view, goal, tries))
    while todo:
        item = todo.pop()
        if isinstance(item, Hop):
            found.append(item)
            continue
        here, move = item
        hop = Hop(f"{here.flow.id}/{move.edge.target}", move.edge.by)
        todo.append(hop)
        if move.through is not None and whole and len(found) < MOST:
            inner, end = move.through
            todo.extend(_reversed(inner, walk(inner, end, tries)))
            todo.append(Hop(f"{inner.flow.id}/{inner.flow.first}", "call"))
    return tuple(found)


def visited(path: Iterable[Hop]) -> tuple[Hop, ...]:
    """*path* as a run records it: a step turned away from is not entered, but named by the next hop."""
    found: list[Hop] = []
    for hop in path:
        if hop.by in ("out_of_attempts", "unmet") and found:
            turned = found.pop().step.partition("/")[2]
            found.append(Hop(hop.step, f"{hop.by}:{turned}"))
        else:
            found.append(hop)
    return tuple(found)


def walk(view: View, goal: State, tries: Counter[str]) -> list[Move]:
    """The moves of the shortest walk to *goal*, with circles where tries have to be spent; *tries* counts them."""
    here: Counter[str] = Counter()
    walked: list[Move] = []
    for state, move in shortest(view, goal):
        step = view.flow.steps[state.step]
        if move.edge.by == "out_of_attempts" and step.attempts is not None:
            at, spent = state, here if step.attempts.per == "call" else tries
            while spent[f"{view.flow.id}/{step.id}"] < step.attempts.most and len(walked) < MOST:
                around = _circle(view, at)
                if not around:
                    break
                walked.extend(around)
                _count(view, around, tries, here)
                at = around[-1].state
        walked.append(move)
        _count(view, (move,), tries, here)
    return walked


def _reversed(view: View, moves: list[Move]) -> list[Hop | tuple[View, Move]]:
    return [(view, move) for move in reversed(moves)]


def _count(view: View, moves: Iterable[Move], *counters: Counter[str]) -> None:
    for move in moves:
        if move.edge.by not in UNTRIED:
            for tries in counters:
                tries[f"{view.flow.id}/{move.edge.source}"] += 1


def shortest(view: Explored, goal: State) -> list[tuple[State, Move]]:
    """The states before *goal* on the shortest walk to it, each with the move that leaves it."""
    found: list[tuple[State, Move]] = []
    came = view.came[goal]
    while came.before is not None and came.move is not None:
        found.append((came.before, came.move))
        came = view.came[came.before]
    return found[::-1]


def _circle(view: View, start: State) -> list[Move]:
    """The shortest walk from *start* back to its step that spends a try there and holds no more afterwards."""
    return _around(view, start, sparing=True) or _around(view, start, sparing=False)


def _around(view: View, start: State, *, sparing: bool) -> list[Move]:
    """A shortest circle; *sparing* the tries of other steps, which may run out before those of this one."""
    came: dict[State, tuple[State, Move]] = {}
    queue = deque((start,))
    while queue:
        state = queue.popleft()
        for move in _tried(view, state, start, sparing):
            if move.state.step == start.step:
                if move.state.effect <= start.effect:
                    way = [(state, move)]
                    while way[-1][0] != start:
                        way.append(came[way[-1][0]])
                    return [move for _, move in reversed(way)]
            elif move.state not in came:
                came[move.state] = (state, move)
                queue.append(move.state)
    return []


def _tried(view: View, state: State, start: State, sparing: bool) -> Iterator[Move]:
    """The moves that may be part of a circle through *start*."""
    attempts = view.flow.steps[state.step].attempts
    for move in view.moves(state):
        if move.edge.by in ("out_of_attempts", "unmet") or (state == start and move.edge.by in UNTRIED):
            continue
        if not (sparing and attempts is not None and state.step != start.step):
            yield move
