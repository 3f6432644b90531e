"""Where each node of a picture stands and which way each arrow goes, from left to right."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.author.grid import BACK, FORWARD, Box, Grid, Net, Pin, Way
from shepherd.author.heights import LABEL_GAP, place_heights
from shepherd.author.ordering import put_in_order
from shepherd.author.tracks import TRACK, tracks

__all__ = ["Box", "Plan", "Route", "Spot", "Way", "lay_out"]

MARGIN = 18.0
Point = tuple[float, float]


class Spot(NamedTuple):
    """The box of a node: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float


class Route(NamedTuple):
    """The corners of an arrow, from the box of its source to that of its target; *back*: it closes a loop."""

    points: tuple[Point, ...]
    back: bool


class Plan(NamedTuple):
    """A laid out picture: its size, a spot for each box and a route for each way, in the order they were given."""

    width: float
    height: float
    spots: tuple[Spot, ...]
    routes: tuple[Route, ...]


def lay_out(boxes: list[Box], ways: list[Way], first: int = 0) -> Plan:
    """
    The plan of a picture with *boxes* joined by *ways*, read from the box *first*; sizes are in pixels.

    A box is made taller where the labels of its ways need the room. The same input gives the same plan in any process.
    """
    boxes = [box._replace(height=max(box.height, _ports(ways, number))) for number, box in enumerate(boxes)]
    grid = Grid(boxes, ways, first)
    put_in_order(grid, first)
    place_heights(grid)
    return _Routing(grid).plan()


def _ports(ways: list[Way], node: int) -> float:
    return sum(way.height + LABEL_GAP for way in ways if way.source == node) + 4


class _Routing:
    """Columns and tracks, from which the corners of every way follow."""

    def __init__(self, grid: Grid):
        self.grid = grid
        self.track: dict[tuple[int, int], float] = {}
        self.column: list[float] = []
        x = 0.0
        for channel in range(-1, len(grid.layers)):
            if channel >= 0:
                self.column.append(x)
                here = [i.node for i in (grid.items[n] for n in grid.layers[channel]) if i.node >= 0]
                labels = [way.width for way in grid.ways if grid.layer[way.source] == channel]
                x += max((grid.boxes[node].width for node in here), default=0.0) + max(labels, default=0.0)
            found, count = tracks(grid, channel)
            for net, track in found.items():
                self.track[channel, net] = x + MARGIN + track * TRACK
            if count or 0 <= channel < len(grid.layers) - 1:
                x += 2 * MARGIN + max(count - 1, 0) * TRACK
        self.width = x

    def plan(self) -> Plan:
        """The picture."""
        grid = self.grid
        spots = [
            Spot(self.column[grid.layer[n]], round(grid.items[n].y - box.height / 2, 1), box.width, box.height)
            for n, box in enumerate(grid.boxes)
        ]
        loops = [grid.nets[net].back for net in grid.net_of]
        routes = [Route(tuple(_straight(self._points(n))), loops[n]) for n in range(len(grid.ways))]
        height = max((i.y + i.height / 2 for i in grid.items), default=0.0)
        return Plan(self.width, height, tuple(spots), tuple(routes))

    def _points(self, number: int) -> list[Point]:
        """The corners of a way: level to a track, along it, level to the next one, and so on to its end."""
        grid, way = self.grid, self.grid.ways[number]
        net = grid.net_of[number]
        found: list[Point] = []
        y = grid.y(Pin(way.source, number))
        found.append((self.column[grid.layer[way.source]] + grid.boxes[way.source].width, y))
        for channel, end in self._stops(grid.nets[net], grid.layer[way.source]):
            to = grid.y(end)
            if abs(to - y) >= 0.5:
                x = self.track[channel, net]
                found += [(x, y), (x, to)]
            y = to
        found.append((self.column[grid.layer[way.target]], y))
        return found

    def _stops(self, net: Net, start: int) -> list[tuple[int, Pin]]:
        """The channels that a way passes, and where it leaves each."""
        end = self.grid.layer[net.target]
        if net.back:
            lanes = [(layer, Pin(net.lanes[layer], FORWARD)) for layer in range(start, end - 1, -1)]
            return [*lanes, (end - 1, Pin(net.target, BACK))]
        lanes = [(layer - 1, Pin(net.lanes[layer], FORWARD)) for layer in range(start + 1, end)]
        return [*lanes, (end - 1, Pin(net.target, FORWARD))]


def _straight(points: list[Point]) -> list[Point]:
    """*points* without those that lie on the line between their neighbours."""
    found: list[Point] = []
    for point in points:
        while len(found) > 1 and (found[-2][1] == found[-1][1] == point[1] or found[-2][0] == found[-1][0] == point[0]):
            found.pop()
        found.append(point)
    return found
