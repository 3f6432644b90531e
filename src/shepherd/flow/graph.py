"""The one graph of a flow: what is checked is what is drawn is what is walked."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx

from shepherd.flow.model import Step


def graph_of(steps: Mapping[str, Step]) -> nx.MultiDiGraph[str]:
    """
    Step ids joined by edges, whose key is ``by`` and whose ``edge`` is the Edge.

    A target that is no step is left out here; the edge still stands in ``Step.edges``, where the checks find it.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(steps)
    graph.add_edges_from(
        (edge.source, edge.target, edge.by, {"edge": edge})
        for step in steps.values()
        for edge in step.edges.values()
        if edge.target in steps
    )
    return graph
