"""The one graph of a flow: what is checked is what is drawn is what is walked."""

from __future__ import annotations

import networkx as nx

from shepherd.flow.model import Flow


def graph_of(flow: Flow) -> nx.MultiDiGraph[str]:
    """
    The step ids of *flow* joined by its edges, whose key is ``by`` and whose ``edge`` is the Edge.

    It is made when it is first asked for, and kept: networkx takes as long to load as a small library to be checked.
    """
    if not flow.drawn:
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        graph.add_nodes_from(flow.steps)
        graph.add_edges_from((edge.source, edge.target, edge.by, {"edge": edge}) for edge in flow.edges)
        flow.drawn.append(graph)
    return flow.drawn[0]
