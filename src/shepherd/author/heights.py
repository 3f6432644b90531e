"""How far down each item stands: as level with what it is joined to as the order of its layer allows."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import networkx as nx

from shepherd.author.grid import BACK, FORWARD, Grid, Pin, Wire

NODE_GAP, LANE_GAP = 26.0, 11.0
SWEEPS = 40
LABEL_GAP = 7.0
NEAR, BEND, SLACK = 6.0, 13.0, 2.5
PARTINGS = 24


class Link(NamedTuple):
    """Two pins that had best lie level, and how much that matters."""

    one: Pin
    other: Pin
    weight: float


def place_heights(grid: Grid) -> None:
    """Give each item its ``y``, and each way the place on its box where it starts; the top of the picture is 0."""
    links = _links(grid)
    of: list[list[tuple[Pin, Pin, float]]] = [[] for _ in grid.items]
    for link in links:
        of[link.one.item].append((link.one, link.other, link.weight))
        of[link.other.item].append((link.other, link.one, link.weight))
    for layer in grid.layers:
        _settle(grid, layer, [0.0] * len(layer), [1.0] * len(layer))
    for sweep in range(SWEEPS):
        if sweep in (0, 3, 8, 16):
            _sort_ports(grid)
        layers = grid.layers if sweep % 2 == 0 else grid.layers[::-1]
        for layer in layers:
            wanted, weights = [], []
            for item in layer:
                total = sum(weight for _, _, weight in of[item])
                sought = sum(weight * (grid.y(other) - grid.offset(mine)) for mine, other, weight in of[item])
                wanted.append(sought / total if total else grid.items[item].y)
                weights.append(total or 0.1)
            _settle(grid, layer, wanted, weights)
    _level(grid, links)
    _part(grid)
    _meet(grid)
    top = min((i.y - i.height / 2 for i in grid.items), default=0.0)
    for one in grid.items:
        one.y = round(one.y - top, 1)


def gap(grid: Grid, upper: int, lower: int) -> float:
    """The least distance between the middles of two neighbours of a layer."""
    one, other = grid.items[upper], grid.items[lower]
    free = LANE_GAP if one.node < 0 and other.node < 0 else NODE_GAP if one.node >= 0 and other.node >= 0 else 16.0
    return (one.height + other.height) / 2 + free


def _links(grid: Grid) -> list[Link]:
    found = []
    for wires in grid.channels.values():
        for wire in wires:
            for one in wire.left:
                for other in wire.right:
                    lanes = (grid.items[one.item].node < 0) + (grid.items[other.item].node < 0)
                    found.append(Link(one, other, (1.0, 2.0, 8.0)[lanes] / len(wire.left) ** 0.5))
            if grid.nets[wire.net].back:
                for side in (wire.left, wire.right):
                    lane = next((p for p in side if grid.items[p.item].node < 0), None)
                    if lane is not None:
                        found += [Link(lane, p, 0.5) for p in side if p != lane]
    return found


def _sort_ports(grid: Grid) -> None:
    """Let the ways of each node start in the order in which they go on, so that they do not cross at once."""
    heading: dict[int, float] = {}
    for wires in grid.channels.values():
        for wire in wires:
            lanes = [p for p in wire.left if grid.items[p.item].node < 0]
            ends = lanes if grid.nets[wire.net].back and lanes else wire.right or lanes
            for pin in wire.left:
                if pin.port >= 0 and ends:
                    heading[pin.port] = sum(grid.y(end) for end in ends) / len(ends)
    out: list[list[int]] = [[] for _ in grid.boxes]
    for number, way in enumerate(grid.ways):
        out[way.source].append(number)
    for leaving in out:
        leaving.sort(key=lambda number: (heading.get(number, 0.0), number))
        down = -sum(grid.ways[number].height + LABEL_GAP for number in leaving) / 2
        for number in leaving:
            down += grid.ways[number].height + LABEL_GAP
            alone = len(leaving) == 1 and not grid.ways[number].height
            grid.ports[number] = 0.0 if alone else down - LABEL_GAP / 2


def _settle(grid: Grid, layer: list[int], wanted: list[float], weights: list[float]) -> None:
    """The heights nearest to those *wanted* that keep the order and the gaps of *layer* (isotonic regression)."""
    blocks: list[tuple[float, float, int]] = []
    down, shifts = 0.0, []
    for place, item in enumerate(layer):
        down += gap(grid, layer[place - 1], item) if place else 0.0
        shifts.append(down)
        value, weight, size = wanted[place] - down, weights[place], 1
        while blocks and blocks[-1][0] > value:
            before, heavy, many = blocks.pop()
            value = (before * heavy + value * weight) / (heavy + weight)
            weight, size = weight + heavy, size + many
        blocks.append((value, weight, size))
    values = [value for value, _, size in blocks for _ in range(size)]
    for item, value, shift in zip(layer, values, shifts, strict=True):
        grid.items[item].y = value + shift


def _level(grid: Grid, links: list[Link]) -> None:
    """Make lines that are nearly level quite level, where there is room: lanes first, then lanes and boxes."""
    group = list(range(len(grid.items)))
    members: list[list[int]] = [[item] for item in group]
    for far in (3.0, 12.0, 40.0, 90.0):
        for link in sorted(links, key=lambda link: -link.weight):
            one, other = group[link.one.item], group[link.other.item]
            away = grid.y(link.other) - grid.y(link.one)
            if link.weight < 0.6 or one == other or abs(away) > far:
                continue
            for mover, stays, by in ((one, other, away), (other, one, -away)):
                if _may_move(grid, members[mover], by, SLACK if far < 4 else 1e-6):
                    for item in members[mover]:
                        grid.items[item].y += by
                        group[item] = stays
                    members[stays] += members[mover]
                    members[mover] = []
                    break


def _may_move(grid: Grid, items: list[int], by: float, slack: float = 1e-6) -> bool:
    for item in items:
        here = grid.items[item]
        layer, place = grid.layers[here.layer], grid.place[item]
        if (
            by < 0
            and place
            and here.y + by < grid.items[layer[place - 1]].y + gap(grid, layer[place - 1], item) - slack
        ):
            return False
        below = place + 1
        if by > 0 and below < len(layer):
            least = grid.items[layer[below]].y - gap(grid, item, layer[below])
            if here.y + by > least + slack:
                return False
    return True


def _part(grid: Grid) -> None:
    """Where nets would have to pass each other in a channel, and so lie on each other, let one of them make room."""
    for turn in range(PARTINGS):
        met = False
        for wires in grid.channels.values():
            before = nx.DiGraph([(a, b) for a, b in permutations(range(len(wires)), 2) if _clash(grid, wires, a, b)])
            if not nx.is_directed_acyclic_graph(before):
                cycle = nx.find_cycle(before)
                one, other = cycle[turn % len(cycle)]
                _make_room(grid, wires[one], wires[other], 9.0 + turn % 5)
                met = True
        if not met:
            break


def _make_room(grid: Grid, one: Wire, other: Wire, by: float) -> None:
    """Move an item a little where it may, else one and all below it."""
    near = [pin.item for pin in (*other.right, *one.left)]
    near.sort(key=lambda item: grid.items[item].node >= 0)
    for down in (by, -by, 2 * by, -2 * by):
        for item in near:
            if _may_move(grid, [item], down):
                grid.items[item].y += down
                return
    layer = grid.layers[grid.items[near[0]].layer]
    for item in layer[grid.place[near[0]] :]:
        grid.items[item].y += by


def _clash(grid: Grid, wires: list[Wire], one: int, other: int) -> bool:
    """Whether the net *one* must run down to the left of *other*."""
    return any(abs(grid.y(a) - grid.y(b)) < NEAR for a in wires[one].left for b in wires[other].right)


def _meet(grid: Grid) -> None:
    """Let a line that comes to a node almost at its middle go in where it comes, rather than with a small bend."""
    for wires in grid.channels.values():
        for wire in wires:
            node = grid.nets[wire.net].target
            end = Pin(node, FORWARD)
            if grid.nets[wire.net].back or end not in wire.right:
                continue
            away = min((grid.y(pin) - grid.y(end) for pin in wire.left), key=abs)
            free = abs(grid.offset(Pin(node, BACK)) - away) > 2 * NEAR if node in grid.loop_lane else True
            if free and abs(away) < BEND:
                grid.entry[node] = away
