"""What is drawn of a flow: a node for each step, an arrow for each edge of its graph, and the words on both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shepherd.author.spoken import span
from shepherd.flow.model import Ask, Decide, Flow, Step, Wait
from shepherd.flow.shown import many, visible

_SAYS = {
    "out_of_attempts": "No attempts left",
    "unmet": "Not established",
    "no_answer": "No answer",
    "otherwise": "Otherwise",
    "then": "",
}
_GAP = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
#: Ways that are not the step's own choice: they are written slanted.
ASIDE = frozenset({"out_of_attempts", "unmet", "no_answer"})


class Node(NamedTuple):
    """
    A step: *text* is what its picture says in whole, *calls* the id of the flow that it calls or hands on to.

    *inside* is that flow's picture, where it is opened in place. *waits* is how long it waits: whole seconds, or the
    expression that says until when; None where it does not wait, or over the desk's hours.
    """

    id: str
    verb: str
    text: str
    calls: str = ""
    inside: Picture | None = None
    waits: int | str | None = None


class Arrow(NamedTuple):
    """An edge: *by* is its name in the graph, *label* what stands beside it, *aside* that it is no choice."""

    source: str
    target: str
    by: str
    label: str
    aside: bool


class Picture(NamedTuple):
    """What is drawn of a flow, in the designer's order. *first* is the id of the node at which a run begins."""

    flow: str
    title: str
    version: int
    first: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]

    @property
    def described(self) -> str:
        """One sentence for those who do not see the picture."""
        ends = sum(1 for node in self.nodes if node.verb == "end")
        return (
            f"{self.title}: {many(len(self.nodes), 'step')} joined by {many(len(self.arrows), 'way')}, "
            "from left to right; "
            f"it begins with {self.first} and has {many(ends, 'step that ends', 'steps that end')} it."
        )


class Opening(NamedTuple):
    """Which steps are drawn with a flow inside: those that lead to *names*, and all calls down to *depth* levels."""

    names: frozenset[str] = frozenset()
    depth: int = 0

    def below(self) -> Opening:
        """The same within a flow that is opened."""
        return self._replace(depth=max(self.depth - 1, 0))


def opened(flows: Mapping[str, Flow], flow: str, opening: Opening) -> Picture:
    """The picture of *flow*, with the flows that it calls inside it as far as *opening* says."""
    picture = picture_of(flows[flow], {name: one.title for name, one in flows.items()})
    if not (opening.names or opening.depth):
        return picture
    nodes = (
        node._replace(inside=opened(flows, node.calls, opening.below()))
        if node.calls in flows and (node.calls in opening.names or (opening.depth and node.verb == "call"))
        else node
        for node in picture.nodes
    )
    return picture._replace(nodes=tuple(nodes))


def picture_of(flow: Flow, titles: Mapping[str, str]) -> Picture:
    """
    The picture of *flow*; *titles* names the flows that it calls, by their id.

    The nodes and arrows are those of ``flow.edges``, each once.
    """
    nodes = tuple(_node(step, titles) for step in flow.steps.values())
    arrows = tuple(
        Arrow(
            edge.source,
            edge.target,
            edge.by,
            visible(label(flow.steps[edge.source], edge.by, flow.no_answer)),
            edge.by in ASIDE,
        )
        for edge in flow.edges
    )
    return Picture(flow.id, visible(flow.title), flow.version, flow.first, nodes, arrows)


def label(step: Step, by: str, no_answer: int | None = None) -> str:
    """What stands beside the edge *by* of *step*: an answer's label, a result, a condition."""
    kind, _, name = by.partition(":")
    action = step.action
    if kind == "answer" and isinstance(action, Ask):
        return next((option.label for option in action.field.options if option.value == name), readable(name))
    if kind == "when" and isinstance(action, Decide):
        return next((b.when.source for b in action.branches if b.by == by), by)
    if kind == "no_answer":
        after = step.no_answer or no_answer
        return f"No answer in {span(after)}" if after else _SAYS[kind]
    if kind in _SAYS:
        return _SAYS[kind]
    return readable(name or kind)


def readable(name: str) -> str:
    """An id as people read it: ``not_found`` is "Not found"."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


# --- what each verb's node says: one row per verb --------------------------------------------------


def _said(step: Step) -> str:
    return next((text.source for _, text in step.words.texts), "")


def _words(step: Step) -> str:
    return _said(step) or readable(step.id)


def _collect(action: Any) -> str:
    return "\n".join(f"· {field.label or readable(name)}" for name, field in action.fields.items())


def _escalate(action: Any) -> str:
    severity = f", {action.severity}" if action.severity else ""
    ends = f"\nends: {readable(action.outcome)}" if action.outcome else ""
    return f"To {readable(action.queue).lower()}{severity}{ends}"


def _wait(action: Any) -> str:
    return f"For {span(action.duration)}" if action.until is None else f"Until {action.until.source}"


_Tell = Callable[[Step, Mapping[str, str]], str]
_TELLS: dict[str, _Tell] = {
    "message": lambda step, titles: _words(step),
    "ask": lambda step, titles: step.action.question.source if isinstance(step.action, Ask) else "",
    "collect": lambda step, titles: _collect(step.action),
    "decide": lambda step, titles: readable(step.id),
    "call": lambda step, titles: _titled(step.action, titles),
    "hand_on": lambda step, titles: _titled(step.action, titles),
    "lookup": lambda step, titles: _operation(step.action),
    "do": lambda step, titles: _operation(step.action),
    "set": lambda step, titles: "\n".join(f"{n} = {e.source}" for n, e in _kept(step.action).items()),
    "wait": lambda step, titles: _wait(step.action),
    "escalate": lambda step, titles: _escalate(step.action),
    "end": lambda step, titles: f"{readable(getattr(step.action, 'outcome', ''))}\n{_said(step)}",
}


def _titled(action: Any, titles: Mapping[str, str]) -> str:
    return titles.get(action.flow, action.flow)


def _operation(action: Any) -> str:
    return str(action.operation)


def _kept(action: Any) -> Mapping[str, Any]:
    return dict(action.values)


def _node(step: Step, titles: Mapping[str, str]) -> Node:
    tell: _Tell = _TELLS.get(step.verb, _TELLS["message"])
    text = _GAP.sub(lambda gap: f"[{gap[1].partition('|')[0].strip()}]", tell(step, titles)).strip()
    shown = visible(text, lines=True) or readable(step.id)
    return Node(step.id, step.verb, shown, getattr(step.action, "flow", ""), waits=_waits(step))


def _waits(step: Step) -> int | str | None:
    if not isinstance(step.action, Wait):
        return None
    span, until = step.action.duration, step.action.until
    if span is not None:
        return None if span.working else span.seconds
    return until.source if until is not None else None
