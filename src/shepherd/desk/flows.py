"""Flows for the type-ahead: by title, id, category and words."""

from __future__ import annotations

from shepherd.check.library import Library
from shepherd.desk.views import FlowRow
from shepherd.flow.model import Ask, Flow


def find(library: Library, words: str, category: str, limit: int) -> tuple[FlowRow, ...]:
    """Startable flows that have every one of *words*; those that have them in the title first."""
    wanted = words[:200].casefold().split()
    found = []
    for flow in library.flows.values():
        if flow.called_only or (category and flow.category != category):
            continue
        title = _padded(f"{flow.title} {flow.id.replace('_', ' ')} {flow.id}")
        everything = title + _padded(f"{flow.category} {_words(flow)}")
        if all(f" {w}" in everything for w in wanted):
            found.append((sum(f" {w}" not in title for w in wanted), flow.title.casefold(), flow))
    return tuple(row(flow) for _, _, flow in sorted(found, key=lambda f: f[:2])[:limit])


def row(flow: Flow) -> FlowRow:
    """*flow* for a list."""
    asks = tuple(f for f in flow.inputs.values() if f.name != "customer_id")
    return FlowRow(id=flow.id, title=flow.title, category=flow.category, version=flow.version, asks=asks)


def _padded(text: str) -> str:
    return " " + " ".join("".join(c if c.isalnum() or c == "_" else " " for c in text.casefold()).split()) + " "


def _words(flow: Flow) -> str:
    texts = [t.source for step in flow.steps.values() for _, t in step.words.texts]
    texts += [s.action.question.source for s in flow.steps.values() if isinstance(s.action, Ask)]
    return " ".join(texts)
