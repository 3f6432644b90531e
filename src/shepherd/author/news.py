"""What changed, in plain words: for those who work with the flows, and in full for those who publish. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shepherd.author.difference import Change, Difference, FlowDifference, How
from shepherd.author.difftold import one, sentences
from shepherd.author.picture import readable
from shepherd.author.spoken import seen

#: What an agent meets: what is said and asked, and where it leads. Tags, names of values and the like they never see.
MET = frozenset(
    "step verb words answer option field rule route condition order attempts requires role queue severity waits"
    " no_answer ends text".split()
)
HEADS = frozenset(("title", "first"))


class FlowNews(NamedTuple):
    """What changed in a flow: *how* (added, removed, renamed, changed), and a sentence for each thing that did."""

    flow: str
    title: str
    how: How
    lines: tuple[str, ...]


def news(difference: Difference) -> tuple[FlowNews, ...]:
    """What those who work with the flows meet of *difference*, by flow; none for what they can't see."""
    found = []
    for flow in difference.flows:
        lines = tuple(_lines(flow, met=True)) if flow.how not in ("added", "removed") else ()
        if lines or flow.how != "changed":
            found.append(FlowNews(flow.flow or flow.was, seen(flow.title), flow.how, lines))
    return tuple(found)


def every_change(difference: Difference) -> tuple[str, ...]:
    """A sentence for each change, with the flow and the step that it is in."""
    lines = [f"{flow.flow or flow.was}: {line}" for flow in difference.flows for line in _lines(flow, met=False)]
    return (*lines, *(one(change) for change in difference.beside))


def _lines(flow: FlowDifference, *, met: bool) -> Iterator[str]:
    for change, told in sentences(flow):
        if met and (change.how, change.kind) == ("renamed", "answer"):
            continue  # its value, which they never see
        if not met or change.kind in MET or (change.kind == "head" and change.name in HEADS):
            step = change.step or change.was
            yield told if change.kind == "step" or not step else f"{_step(change, met)}: {told}"


def _step(change: Change, met: bool) -> str:
    step = change.step or change.was
    return readable(step) if met else step
