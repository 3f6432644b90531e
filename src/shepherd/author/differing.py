"""The picture of what differs between two versions of a flow: what is new, gone and changed, in one drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from shepherd.author.difference import Change, FlowDifference
from shepherd.author.overlay import Note, State
from shepherd.author.picture import Arrow, Picture, picture_of
from shepherd.author.spoken import listed, named
from shepherd.flow.model import Flow

Way = tuple[str, str]
#: The name under which a way that is gone is drawn beside the one that took its place.
GONE = "gone:"
#: What stands over a step that is new or gone.
NEW, LOST = Note("+ New", ()), Note("− Gone", ())
SIGNS: Mapping[State, str] = {"added": "+", "removed": "−", "changed": "≠"}
MOST_NAMED = 3


class Differing(NamedTuple):
    """What is laid over that picture: the state of each step and way, and what differs at a step in a few words."""

    steps: Mapping[str, tuple[State, Note]]
    ways: Mapping[Way, State]

    @property
    def described(self) -> str:
        """One sentence for those who do not see the picture."""
        told = []
        for state, words in (("added", "New"), ("removed", "Gone"), ("changed", "Changed")):
            steps = [name for name, (has, _) in self.steps.items() if has == state]
            ways = [f"{source} --{by.removeprefix(GONE)}" for (source, by), has in self.ways.items() if has == state]
            if steps or ways:
                told.append(f"{words}: {', '.join([*steps, *ways])}.")
        return " ".join(told) or "Nothing differs that can be drawn."

    @property
    def legend(self) -> str:
        """What its looks mean."""
        return (
            "Thick, with +: new. Dashed and struck through, with −: gone. Dotted, with ≠: changed; a way that leads "
            "elsewhere is drawn both ways."
        )

    def step(self, step: str) -> tuple[State, Note | None]:
        """Whether a step is new, gone or changed, and what differs there."""
        return self.steps.get(step, ("", None))

    def way(self, source: str, by: str) -> State:
        """The same of a way."""
        return self.ways.get((source, by), "")


def differing(
    before: Flow | None, after: Flow | None, difference: FlowDifference, titles: Mapping[str, str]
) -> tuple[Picture, Differing]:
    """
    The picture of both versions in one, and what is laid over it; *before* or *after* is None where there is none.

    What is gone is drawn among what is there, by the names that the later version has.
    """
    here = after or before
    assert here is not None
    old = picture_of(before, titles) if before is not None else None
    new = picture_of(after, titles) if after is not None else None
    picture = new or old
    assert picture is not None
    ways: dict[Way, State] = {}
    lost: list[Arrow] = []
    names = {name: difference.steps.get(name, name) for name in (before.steps if before is not None else ())}
    labels = {(arrow.source, arrow.by): arrow for arrow in old.arrows} if old is not None else {}
    for pair in difference.edges:
        if pair.after is not None and not pair.same:
            ways[pair.after.source, pair.after.by] = "added" if pair.before is None else "changed"
        if pair.before is not None and (pair.after is None or pair.pointed):
            drawn = labels.get((pair.before.source, pair.before.by))
            if drawn is not None and after is not None:
                lost.append(
                    drawn._replace(source=names[drawn.source], target=names[drawn.target], by=f"{GONE}{drawn.by}")
                )
            source = names.get(pair.before.source, pair.before.source)
            ways[source, f"{GONE}{pair.before.by}" if after is not None else pair.before.by] = "removed"
    gone = (
        [node for node in old.nodes if node.id not in difference.steps] if old is not None and new is not None else []
    )
    steps = _steps(before, after, difference)
    arrows = tuple(
        arrow._replace(label=f"{SIGNS[state]} {arrow.label}".strip())
        if (state := ways.get((arrow.source, arrow.by)))
        else arrow
        for arrow in (*picture.arrows, *lost)
    )
    return picture._replace(nodes=(*picture.nodes, *gone), arrows=arrows), Differing(steps, ways)


def _steps(before: Flow | None, after: Flow | None, difference: FlowDifference) -> dict[str, tuple[State, Note]]:
    if before is None or after is None:
        if after is not None:
            return dict.fromkeys(after.steps, ("added", NEW))
        return dict.fromkeys(before.steps if before is not None else (), ("removed", LOST))
    kept = set(difference.steps.values())
    found: dict[str, tuple[State, Note]] = {name: ("added", NEW) for name in after.steps if name not in kept}
    found |= {name: ("removed", LOST) for name in before.steps if name not in difference.steps}
    for step in difference.steps.values():
        told = [change for change in difference.changes if change.step == step and change.was]
        if told:
            found[step] = ("changed", Note(f"≠ {_named(told)}", ()))
    return found


def _named(changes: list[Change]) -> str:
    """``answers, words``: what kinds of things differ at a step."""
    kinds = list(dict.fromkeys(KINDS.get(change.kind, named(change.kind)) for change in changes))
    more = ["more"] if len(kinds) > MOST_NAMED else []
    return listed([*kinds[:MOST_NAMED], *more], "and")


KINDS = {
    "step": "name",
    "answer": "answers",
    "route": "ways",
    "condition": "conditions",
    "field": "fields",
    "option": "options",
    "rule": "rules",
    "with": "what it is given",
    "attempts": "tries",
    "no_answer": "waiting",
    "sets": "values",
}
