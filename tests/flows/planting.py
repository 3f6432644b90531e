"""Flows with one edge pointed elsewhere, as a designer's slip would make them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from shepherd.check.library import Library
from shepherd.flow.draft import Draft
from shepherd.flow.graph import graph_of


class Edge(NamedTuple):
    """An edge of a flow of the library by its names."""

    flow: str
    source: str
    by: str
    target: str


def edges(library: Library) -> Iterator[Edge]:
    """Every edge of every flow, by the graph's own count."""
    for flow in library.flows.values():
        for source, target, by in graph_of(flow).edges(keys=True):
            yield Edge(flow.id, source, by, target)


def repointed(draft: Draft, edge: Edge, target: str) -> Draft:
    """*draft* with *edge* leading to *target*: in the flow that is walked and in the graph that is checked."""
    flow = draft.flows[edge.flow]
    step = flow.steps[edge.source]
    moved = {**step.edges, edge.by: replace(step.edges[edge.by], target=target)}
    steps = {**flow.steps, edge.source: replace(step, edges=moved)}
    mutant = replace(flow, steps=steps)
    return replace(draft, flows={**draft.flows, edge.flow: mutant})
