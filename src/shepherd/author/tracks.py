"""The gaps between the layers: which line runs down where, so that lines do not lie on each other and seldom cross."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.author.grid import Grid

TRACK = 11.0
NEAR = 9.0
WORST = 10_000


class Run(NamedTuple):
    """What one net does in a channel: the heights at which it comes from the *left* and goes to the *right*."""

    net: int
    left: tuple[float, ...]
    right: tuple[float, ...]

    @property
    def top(self) -> float:
        """Where its upright part begins."""
        return min((*self.left, *self.right))

    @property
    def foot(self) -> float:
        """Where its upright part ends."""
        return max((*self.left, *self.right))


def tracks(grid: Grid, channel: int) -> tuple[dict[int, int], int]:
    """The track of each net in *channel*, counted from the left, and how many tracks there are."""
    runs = [
        Run(wire.net, tuple(grid.y(pin) for pin in wire.left), tuple(grid.y(pin) for pin in wire.right))
        for wire in grid.channels[channel]
    ]
    order = _in_order(runs)
    found: dict[int, int] = {}
    for place, run in enumerate(order):
        if run.foot - run.top < 0.5:
            continue
        track = 0
        for before in order[:place]:
            if before.net in found and (_beside(before, run) or _collide(run, before)):
                track = max(track, found[before.net] + 1)
        found[run.net] = track
    return found, max(found.values(), default=-1) + 1


def _beside(one: Run, other: Run) -> bool:
    return one.top - NEAR < other.foot and other.top - NEAR < one.foot


def _collide(one: Run, other: Run) -> bool:
    """Whether a level part of *one* that goes right and one of *other* that comes from the left are at one height."""
    return any(abs(a - b) < NEAR for a in one.right for b in other.left)


def _cost(one: Run, other: Run) -> int:
    """What it costs that *one* runs down to the left of *other*: lines that cross, and lines that lie on each other."""
    cost = sum(other.top + 0.5 < y < other.foot - 0.5 for y in one.right)
    cost += sum(one.top + 0.5 < y < one.foot - 0.5 for y in other.left)
    cost += sum(WORST for a in one.right for b in other.left if abs(a - b) < NEAR - 3)
    return cost


def _in_order(runs: list[Run]) -> list[Run]:
    """From left to right, so that little is crossed: each in turn where it costs least among the others."""
    order: list[Run] = []
    for _ in range(3):
        for run in sorted(runs, key=lambda r: (r.foot - r.top, r.net)):
            if run in order:
                order.remove(run)
            order.insert(_cheapest(run, order), run)
    return order


def _cheapest(run: Run, order: list[Run]) -> int:
    costs = [_cost(run, other) for other in order]
    here = fewest = sum(costs)
    best = 0
    for place, other in enumerate(order):
        here += _cost(other, run) - costs[place]
        if here < fewest:
            best, fewest = place + 1, here
    return best
