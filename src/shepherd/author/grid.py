"""
The grid that a picture is laid out on: nodes in layers from left to right, and lanes for the arrows between them.

All arrows that come to one node from the left share one line, as do all that loop back to it: where lines meet, they
have the same end, so a reader follows any of them without a fork. Everything here is numbers in lists: a drawing is the
same in every process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

FORWARD, BACK = -1, -2


class Box(NamedTuple):
    """The size of a node, and the sizes of the labels at its ways out are in the arrows."""

    width: float
    height: float


class Way(NamedTuple):
    """An arrow from one node to another, by their places in the list, with the size of its label."""

    source: int
    target: int
    width: float = 0.0
    height: float = 0.0


class Pin(NamedTuple):
    """Where a line touches an item: *port* is the way that leaves there, or FORWARD or BACK where lines arrive."""

    item: int
    port: int


class Wire(NamedTuple):
    """What a net joins in one channel (the gap to the right of a layer)."""

    net: int
    left: tuple[Pin, ...]
    right: tuple[Pin, ...]


@dataclass(slots=True)
class Item:
    """What stands in a layer: a *node*, or a lane of *net*. *y* is its middle."""

    layer: int
    height: float
    node: int = -1
    net: int = -1
    y: float = 0.0


@dataclass(slots=True)
class Net:
    """The ways that come to *target* from the left, or (*back*) loop back to it, and the lanes that they share."""

    target: int
    back: bool
    ways: list[int] = field(default_factory=list)
    lanes: dict[int, int] = field(default_factory=dict)


class Grid:
    """Items by layer, nets and what they join; *ports* has the distance of each way's start from its box's middle,
    *entry* that of the end of the ways that come to it from the left."""

    def __init__(self, boxes: list[Box], ways: list[Way], first: int):
        self.boxes, self.ways = boxes, ways
        back = _loops(len(boxes), ways, first)
        self.layer = _layers(len(boxes), ways, back)
        self.items = [Item(self.layer[n], box.height, node=n) for n, box in enumerate(boxes)]
        self.ports = [0.0] * len(ways)
        self.entry = [0.0] * len(boxes)
        self.nets, self.net_of = _nets(ways, back)
        for number, net in enumerate(self.nets):
            self._lay_lanes(number, net)
        self.layers: list[list[int]] = [[] for _ in range(max(self.layer, default=0) + 1)]
        self.place = [0] * len(self.items)
        self.channels = self._channels()
        self.loop_lane = {net.target: net.lanes[self.layer[net.target]] for net in self.nets if net.back}

    def _lay_lanes(self, number: int, net: Net) -> None:
        starts = [self.layer[self.ways[w].source] for w in net.ways]
        end = self.layer[net.target]
        for layer in range(end, max(starts) + 1) if net.back else range(min(starts) + 1, end):
            net.lanes[layer] = len(self.items)
            self.items.append(Item(layer, 0.0, net=number))

    def _channels(self) -> dict[int, list[Wire]]:
        found: dict[int, list[Wire]] = {channel: [] for channel in range(-1, len(self.layers))}
        for number, net in enumerate(self.nets):
            starts: dict[int, list[int]] = {}
            for way in net.ways:
                starts.setdefault(self.layer[self.ways[way].source], []).append(way)
            end = self.layer[net.target]
            for channel in range(end - 1, max(starts) + 1) if net.back else range(min(starts), end):
                left = [Pin(self.ways[w].source, w) for w in starts.get(channel, []) if not net.back or channel >= end]
                if channel in net.lanes:
                    left.append(Pin(net.lanes[channel], FORWARD))
                right = [Pin(net.lanes[channel + 1], FORWARD)] if channel + 1 in net.lanes else []
                if channel + 1 == end:
                    right.append(Pin(net.target, BACK if net.back else FORWARD))
                found[channel].append(Wire(number, tuple(left), tuple(right)))
        return found

    def number(self) -> None:
        """Note where each item stands in its layer."""
        for layer in self.layers:
            for place, item in enumerate(layer):
                self.place[item] = place

    def offset(self, pin: Pin) -> float:
        """How far below the middle of its item a pin lies."""
        if pin.port >= 0:
            return self.ports[pin.port]
        item = self.items[pin.item]
        if item.node < 0:
            return 0.0
        if pin.port == FORWARD:
            return self.entry[item.node]
        lane = self.loop_lane[item.node]
        return item.height * (0.28 if self.place[lane] > self.place[pin.item] else -0.28)

    def y(self, pin: Pin) -> float:
        """The height at which a pin lies."""
        return self.items[pin.item].y + self.offset(pin)


def spans(count: int, ways: list[Way], first: int) -> list[int]:
    """How many layers each way passes to its end; less than one for a way that loops back."""
    layer = _layers(count, ways, _loops(count, ways, first))
    return [layer[way.target] - layer[way.source] for way in ways]


def _loops(count: int, ways: list[Way], first: int) -> list[bool]:
    """Which ways lead back to a node on the way to them, as a reader meets them who begins at *first*."""
    out: list[list[int]] = [[] for _ in range(count)]
    for number, way in enumerate(ways):
        out[way.source].append(number)
    back = [False] * len(ways)
    state = [0] * count
    for root in (first, *range(count)):
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(out[root]))]
        while stack:
            node, rest = stack[-1]
            number = next(rest, -1)
            if number < 0:
                state[node] = 2
                stack.pop()
                continue
            target = ways[number].target
            back[number] = state[target] == 1
            if not state[target]:
                state[target] = 1
                stack.append((target, iter(out[target])))
    return back


def _layers(count: int, ways: list[Way], back: list[bool]) -> list[int]:
    """The layer of each node: one after the last that leads to it, loops aside."""
    open_ = [0] * count
    out: list[list[int]] = [[] for _ in range(count)]
    for way, loops in zip(ways, back, strict=True):
        if not loops:
            open_[way.target] += 1
            out[way.source].append(way.target)
    layer = [0] * count
    ready = [node for node in range(count) if not open_[node]]
    for node in ready:
        for target in out[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            open_[target] -= 1
            if not open_[target]:
                ready.append(target)
    return layer


def _nets(ways: list[Way], back: list[bool]) -> tuple[list[Net], list[int]]:
    nets: dict[tuple[int, bool], int] = {}
    found: list[Net] = []
    of = []
    for number, way in enumerate(ways):
        key = (way.target, back[number])
        if key not in nets:
            nets[key] = len(found)
            found.append(Net(way.target, back[number]))
        found[nets[key]].ways.append(number)
        of.append(nets[key])
    return found, of
