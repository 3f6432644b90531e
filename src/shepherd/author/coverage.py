"""What scenarios cover: steps and edges, by the graph's own count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shepherd.author.play import Played
from shepherd.author.trail import Crossing
from shepherd.flow.model import Flow


class Coverage(NamedTuple):
    """What was walked of one flow. *missing* are edges as ``step --by--> target``, in the flow's order."""

    flow: str
    steps: tuple[int, int]
    edges: tuple[int, int]
    missing: tuple[str, ...]


def cover(flows: Mapping[str, Flow], walks: Iterable[Played]) -> tuple[Coverage, ...]:
    """The coverage of every flow by *walks*, in the order of *flows*."""
    crossed: set[Crossing] = set()
    entered: set[str] = set()
    for walk in walks:
        crossed |= walk.crossed
        entered |= walk.entered
    return tuple(_of(flow, crossed, entered) for flow in flows.values())


def total(covered: Iterable[Coverage]) -> str:
    """The last line of a test: ``edges 412/412 (100 %)``."""
    hit = every = 0
    for one in covered:
        hit, every = hit + one.edges[0], every + one.edges[1]
    percent = 100 if hit == every else min(99, hit * 100 // every)
    return f"edges {hit}/{every} ({percent} %)"


def _of(flow: Flow, crossed: set[Crossing], entered: set[str]) -> Coverage:
    steps = sum(f"{flow.id}/{step}" in entered for step in flow.graph.nodes)
    missing = [
        (source, f"{source} --{by}--> {target}")
        for source, target, by in flow.graph.edges(keys=True)
        if Crossing(flow.id, source, by) not in crossed
    ]
    order = {step: number for number, step in enumerate(flow.steps)}
    missing.sort(key=lambda pair: order.get(pair[0], 0))
    edges = flow.graph.number_of_edges()
    return Coverage(
        flow.id,
        (steps, flow.graph.number_of_nodes()),
        (edges - len(missing), edges),
        tuple(text for _, text in missing),
    )
