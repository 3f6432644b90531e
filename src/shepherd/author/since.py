"""What a flow says otherwise than an earlier version of it, in sentences that know their step. Pure."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.author.compare import compare_flows
from shepherd.author.differing import Differing, differing
from shepherd.author.difftold import sentences
from shepherd.author.picture import Picture
from shepherd.flow.draft import Draft


class Told(NamedTuple):
    """One thing that differs, in a sentence; *step* is the step of the later version that it is about, or ""."""

    step: str
    text: str


class Since(NamedTuple):
    """What differs from an earlier version: *told* in order, and whether the flow *was* there at all."""

    told: tuple[Told, ...]
    was: bool
    rewritten: bool


def since(before: Draft, after: Draft, flow: str) -> Since:
    """What differs in *flow* from *before* to *after*, where both can be read."""
    old, new = before.flows.get(flow), after.flows.get(flow)
    if old is None or new is None or before.documents.get(f"flow:{flow}") == after.documents.get(f"flow:{flow}"):
        return Since((), old is not None, old is not None and _text(before, flow) != _text(after, flow))
    found = compare_flows(old, new)
    told = tuple(Told(change.step if change.step in new.steps else "", text) for change, text in sentences(found))
    return Since(told, True, not told)


def drawn(before: Draft, after: Draft, flow: str) -> tuple[Picture, Differing]:
    """The picture of what differs in *flow*, which is in both, and what is laid over it."""
    old, new = before.flows[flow], after.flows[flow]
    titles = {one.id: one.title for one in (*before.flows.values(), *after.flows.values())}
    return differing(old, new, compare_flows(old, new), titles)


def _text(draft: Draft, flow: str) -> str:
    return draft.sources.get(draft.flows[flow].file, "") if flow in draft.flows else ""
