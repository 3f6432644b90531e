"""The fewest walks through a finite graph of moves that take every edge that is wanted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import networkx as nx

from shepherd.author.explore import BEFORE, BEHIND, Explored, Way


class Cover(NamedTuple):
    """*walks* as ways from the beginning to an end, and the *least* number that any such set has."""

    walks: list[list[Way]]
    least: int


def cover_edges(explored: Explored, wanted: int) -> Cover:
    """
    Walks that together cross every edge of *wanted* (bits) that some walk of *explored* crosses.

    The largest step first; then what the others have taken over is dropped. *least* is proved by edges of which no walk
    can take two.
    """
    ends = _ending(explored)
    ways = [_plainest([way for way in out if way.target in ends], wanted) for out in explored.ways]
    reachable = _crossed(ways)
    wanted &= reachable
    found: list[list[Way]] = []
    left = wanted
    while left:
        walk, covers = _best(ways, left)
        found.append(walk)
        left &= ~covers
    walks = _without_idle(found, wanted)
    return Cover(walks, _least(ways, wanted, len(walks)))


def _plainest(out: list[Way], wanted: int) -> list[Way]:
    """Of the ways to one node that cross the same wanted edges, the shortest."""
    kept: dict[tuple[int, int], Way] = {}
    for way in sorted(out, key=lambda way: len(way.moves)):
        kept.setdefault((way.target, way.crossed & wanted), way)
    return list(kept.values())


def _ending(explored: Explored) -> set[int]:
    """The nodes from which an end can be reached."""
    before: dict[int, set[int]] = {}
    for node, out in enumerate(explored.ways):
        for way in out:
            before.setdefault(way.target, set()).add(node)
    ends, queue = {BEHIND}, [BEHIND]
    while queue:
        for node in before.get(queue.pop(), set()) - ends:
            ends.add(node)
            queue.append(node)
    return ends


def _crossed(ways: list[list[Way]]) -> int:
    """The edges on any way that can be walked."""
    crossed, seen, queue = 0, {BEFORE}, [BEFORE]
    while queue:
        for way in ways[queue.pop()]:
            crossed |= way.crossed
            if way.target not in seen:
                seen.add(way.target)
                queue.append(way.target)
    return crossed


def _best(ways: list[list[Way]], wanted: int) -> tuple[list[Way], int]:
    """A walk that crosses as many of *wanted* as can be found, and the shortest of those; and what it crosses."""
    best: list[Any] = [None] * len(ways)
    best[BEHIND] = (0, 0, 0, None)
    moved = True
    while moved:
        moved = False
        for node in range(len(ways) - 1, -1, -1):
            for way in ways[node]:
                rest = best[way.target]
                if rest is None:
                    continue
                crossed = (way.crossed & wanted) | rest[2]
                score = (crossed.bit_count(), rest[1] - 1 - len(way.moves))
                if best[node] is None or score > best[node][:2]:
                    best[node] = (*score, crossed, (way, rest[3]))
                    moved = True
    walk, link = [], best[BEFORE][3]
    while link is not None:
        walk.append(link[0])
        link = link[1]
    return walk, best[BEFORE][2]


def _without_idle(walks: list[list[Way]], wanted: int) -> list[list[Way]]:
    """*walks* without those whose edges the others cross as well."""
    kept = list(walks)
    for walk in walks:
        others = 0
        for other in kept:
            if other is not walk:
                others |= _of(other)
        if not _of(walk) & wanted & ~others:
            kept.remove(walk)
    return kept


def _of(walk: list[Way]) -> int:
    crossed = 0
    for way in walk:
        crossed |= way.crossed
    return crossed


def _least(ways: list[list[Way]], wanted: int, enough: int) -> int:
    """
    How many walks there must be at least: the most edges of *wanted* found of which no walk takes two.

    Where taking one after another were transitive, that would be the largest antichain (Dilworth). *enough* walks are
    known, so more need not be looked for.
    """
    later = _later(ways)
    order: nx.DiGraph[int] = nx.DiGraph()
    order.add_nodes_from(bits(wanted))
    with_it: dict[int, int] = dict.fromkeys(order, 0)
    for out in ways:
        for way in out:
            for edge in bits(way.crossed & wanted):
                with_it[edge] |= later[way.target] | way.crossed
    for edge, others in with_it.items():
        order.add_edges_from((edge, other) for other in bits(others & wanted & ~edge))
    loops = nx.condensation(order)
    closed = nx.transitive_closure_dag(loops)
    left = {f"from {node}" for node in closed}
    pairs = nx.Graph((f"from {one}", f"to {other}") for one, other in closed.edges)
    pairs.add_nodes_from(left)
    matched = nx.bipartite.hopcroft_karp_matching(pairs, left)
    chains = int(loops.number_of_nodes()) - sum(node in left for node in matched)
    return chains if chains >= enough else max(chains, _excluding(with_it, wanted, enough))


def _excluding(with_it: Mapping[int, int], wanted: int, enough: int) -> int:
    """Edges of which no walk can take two, found by taking those first that go together with the fewest."""
    together = {edge: (others & wanted) | edge for edge, others in with_it.items()}
    for edge, others in with_it.items():
        for other in bits(others & wanted):
            together[other] |= edge
    most = 0
    for first in together:
        chosen, rest = 1, wanted & ~together[first]
        while rest:
            edge = min(bits(rest), key=lambda one: (together[one] & rest).bit_count())
            chosen, rest = chosen + 1, rest & ~together[edge]
        most = max(most, chosen)
        if most >= enough:
            break
    return most


def _later(ways: list[list[Way]]) -> list[int]:
    """For each node the edges that can still be crossed behind it."""
    later = [0] * len(ways)
    moved = True
    while moved:
        moved = False
        for node in range(len(ways) - 1, -1, -1):
            crossed = later[node]
            for way in ways[node]:
                crossed |= way.crossed | later[way.target]
            if crossed != later[node]:
                later[node], moved = crossed, True
    return later


def bits(number: int) -> Iterator[int]:
    """The bits that are set, each as a number."""
    while number:
        bit = number & -number
        yield bit
        number ^= bit
