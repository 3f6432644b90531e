"""Which item of a layer stands above which, so that few lines cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from shepherd.author.grid import Grid, Wire

SWEEPS = 24
SWAPS = 6


def put_in_order(grid: Grid, first: int) -> None:
    """Fill the layers of *grid* in an order with few crossings: the best of some sweeps, the designer's order first."""
    _begin(grid, first)
    best, fewest = [list(layer) for layer in grid.layers], crossings(grid)
    for sweep in range(SWEEPS):
        rightward = sweep % 2 == 0
        numbers = range(len(grid.layers)) if rightward else reversed(range(len(grid.layers)))
        for number in numbers:
            _sort(grid, number, rightward)
        count = crossings(grid)
        if count < fewest:
            best, fewest = [list(layer) for layer in grid.layers], count
    grid.layers[:] = best
    grid.number()
    for _ in range(SWAPS):
        if not _swap(grid):
            break


def _begin(grid: Grid, first: int) -> None:
    """Nodes in the order in which a reader meets them, each lane where its target is met."""
    out: list[list[int]] = [[] for _ in grid.boxes]
    for way in grid.ways:
        out[way.source].append(way.target)
    met: dict[int, int] = {}
    for root in (first, *range(len(grid.boxes))):
        stack = [root]
        while stack:
            node = stack.pop()
            if node not in met:
                met[node] = len(met)
                stack += reversed(out[node])
    key = [met[i.node] if i.node >= 0 else met[grid.nets[i.net].target] for i in grid.items]
    for number in sorted(range(len(grid.items)), key=lambda n: (key[n], n)):
        grid.layers[grid.items[number].layer].append(number)
    grid.number()


def _sort(grid: Grid, layer: int, rightward: bool) -> None:
    """Sort one layer by where the items stand that it is joined with, on the side that is settled."""
    wanted: dict[int, list[float]] = {}
    beside: dict[int, list[float]] = {}
    for wire in grid.channels[layer - 1 if rightward else layer]:
        mine, others = (wire.right, wire.left) if rightward else (wire.left, wire.right)
        for pin in mine:
            wanted.setdefault(pin.item, []).extend(_share(grid, p.item) for p in others)
    for wire in (*grid.channels[layer - 1], *grid.channels[layer]):
        for side in (wire.left, wire.right):
            here = [p.item for p in side if grid.items[p.item].layer == layer]
            for item in here:
                beside.setdefault(item, []).extend(_share(grid, other) for other in here if other != item)

    def middle(item: int) -> float:
        near = wanted.get(item) or (beside.get(item) if grid.items[item].node < 0 else None)
        return sum(near) / len(near) if near else _share(grid, item)

    order = sorted(grid.layers[layer], key=lambda item: (middle(item), grid.place[item]))
    grid.layers[layer][:] = order
    for number, item in enumerate(order):
        grid.place[item] = number


def _share(grid: Grid, item: int) -> float:
    """How far down its layer an item stands, between 0 and 1."""
    return (grid.place[item] + 0.5) / max(1, len(grid.layers[grid.items[item].layer]))


def crossings(grid: Grid) -> int:
    """How many lines cross, as if each ran straight."""
    return sum(_crossings(grid, wires) for wires in grid.channels.values())


def _crossings(grid: Grid, wires: list[Wire]) -> int:
    place, count = grid.place, 0
    seen: list[int] = []
    for _, right in sorted((place[a.item], place[b.item]) for wire in wires for a in wire.left for b in wire.right):
        count += len(seen) - bisect_right(seen, right)
        insort(seen, right)
    for side in ("left", "right"):
        ends = sorted(place[pin.item] for wire in wires for pin in getattr(wire, side))
        for wire in wires:
            mine = [place[pin.item] for pin in getattr(wire, side)]
            if grid.nets[wire.net].back and len(mine) > 1:
                count += bisect_left(ends, max(mine)) - bisect_right(ends, min(mine))
    return count


def _swap(grid: Grid) -> bool:
    """Swap neighbours where fewer lines cross then; whether there were any."""
    better = False
    for number, layer in enumerate(grid.layers):
        fewest = _around(grid, number)
        for upper in range(len(layer) - 1):
            _exchange(grid, layer, upper)
            count = _around(grid, number)
            if count < fewest:
                fewest, better = count, True
            else:
                _exchange(grid, layer, upper)
    return better


def _around(grid: Grid, layer: int) -> int:
    return _crossings(grid, grid.channels[layer - 1]) + _crossings(grid, grid.channels[layer])


def _exchange(grid: Grid, layer: list[int], upper: int) -> None:
    layer[upper], layer[upper + 1] = layer[upper + 1], layer[upper]
    for place in (upper, upper + 1):
        grid.place[layer[place]] = place
