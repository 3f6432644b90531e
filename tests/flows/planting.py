"""Flows with one edge pointed elsewhere, made from the typed sources, as a designer's slip would make them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from shepherd.check.library import Library
from shepherd.flow.draft import Draft, from_documents

FLOWS = Path(__file__).resolve().parents[2] / "flows"


class Edge(NamedTuple):
    """An edge of a flow of the library by its names."""

    flow: str
    source: str
    by: str
    target: str


def edges(library: Library) -> Iterator[Edge]:
    """Every edge of every flow, by the graph's own count."""
    for flow in library.flows.values():
        for source, target, by in flow.graph.edges(keys=True):
            yield Edge(flow.id, source, by, target)


def repointed(documents: Mapping[str, Any], edge: Edge, target: str) -> Draft:
    """The draft of *documents* in which *edge* leads to *target*."""
    name = f"flow:{edge.flow}"
    typed = copy.deepcopy(documents[name])
    _set(typed["steps"][edge.source], edge.by, target)
    return from_documents({**documents, name: typed})


def _set(step: dict[str, Any], by: str, target: str) -> None:
    kind, _, name = by.partition(":")
    if kind in ("answer", "result", "outcome"):
        _route(step["answers" if kind == "answer" else "results"], name, target)
    elif kind == "when":
        [line for line in step["decide"] if "when" in line][int(name) - 1]["then"] = target
    elif kind == "otherwise":
        next(line for line in step["decide"] if "otherwise" in line)["otherwise"] = target
    elif kind == "no_answer":
        step["no_answer"]["then"] = target
    else:
        step[kind] = target


def _route(routes: dict[str, Any], name: str, target: str) -> None:
    if isinstance(routes[name], dict):
        routes[name]["then"] = target
    else:
        routes[name] = target
