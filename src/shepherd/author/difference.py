"""What differs between two libraries, as data: changes by flow, step and part, each the other way round as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from shepherd.flow.model import Edge

How = Literal["added", "removed", "changed", "renamed", "moved"]
MIRRORED: Mapping[How, How] = {"added": "removed", "removed": "added"}


class Change(NamedTuple):
    """
    One thing that differs.

    *kind* says what it is: ``step verb words answer option field rule route grants condition order with sets attempts
    requires`` … of a step, ``head input outcome value text table`` of a flow, ``desk connector list promise rows
    translation`` beside them. *step* is the step in the later version and *was* in the earlier one, each empty where
    it is not there or the flow itself is meant. *name* tells which of its kind (``say``, ``answer:red``). *before* and
    *after* are as people read them; ``moved`` is what stands in another order. *earlier* is the earlier name of an
    answer that changed and was renamed as well.
    """

    how: How
    kind: str
    name: str
    before: str = ""
    after: str = ""
    was: str = ""
    step: str = ""
    earlier: str = ""

    @property
    def document(self) -> str:
        """The document that it is in, where that stands beside the flows."""
        kind = {"connector": "connectors", "promise": "promises"}.get(self.kind, self.kind)
        name = self.name if kind in ("rows", "translation") else self.name.partition(".")[0]
        return "desk" if kind == "desk" else f"{kind}:{name}"

    @property
    def mirrored(self) -> Change:
        """The same change seen from the later version."""
        name = self.before if self.how == "renamed" else self.earlier or self.name
        how = MIRRORED.get(self.how, self.how)
        earlier = self.name if self.earlier else ""
        return Change(how, self.kind, name, self.after, self.before, self.step, self.was, earlier)


class EdgePair(NamedTuple):
    """
    An edge in both versions, or None where one of them has none like it.

    *reworded*: it is the same way, taken on another condition, with other grants, or by an answer of another value.
    """

    before: Edge | None
    after: Edge | None
    pointed: bool = False
    reworded: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing about it differs."""
        return self.before is not None and self.after is not None and not self.pointed and not self.reworded

    @property
    def mirrored(self) -> EdgePair:
        """The same seen from the later version."""
        return EdgePair(self.after, self.before, self.pointed, self.reworded)


class FlowDifference(NamedTuple):
    """
    What differs in one flow.

    *flow* is its id in the later version, *was* in the earlier, each empty where it is not there. *steps* maps the id
    of each step that both have to its later id; *edges* has every edge once. *rewritten*: its text differs, and it
    means the same.
    """

    flow: str
    was: str
    title: str
    changes: tuple[Change, ...]
    steps: Mapping[str, str]
    edges: tuple[EdgePair, ...]
    rewritten: bool = False

    @property
    def how(self) -> How:
        """Whether the flow itself is new, gone, renamed or changed."""
        if not (self.flow and self.was):
            return "added" if self.flow else "removed"
        return "changed" if self.flow == self.was else "renamed"

    def at(self, step: str) -> tuple[Change, ...]:
        """The changes of *step*, as it is called in the earlier or the later version."""
        return tuple(c for c in self.changes if step and step in (c.was, c.step))

    @property
    def answers(self) -> Mapping[tuple[str, str, str], str]:
        """The later values of renamed answers, by the step's earlier and later name and the earlier value."""
        renamed = (c for c in self.changes if (c.how, c.kind) == ("renamed", "answer"))
        return {(c.was, c.step, c.before): c.after for c in renamed}

    @property
    def touched(self) -> frozenset[str]:
        """The steps of the earlier version that were changed or removed."""
        return frozenset(change.was for change in self.changes if change.was)


class Renamed(NamedTuple):
    """
    What is one thing under two names: *steps*, as ``flow/step``, and *answers* by their later step and earlier value.

    Only what has another name by now is in it.
    """

    steps: Mapping[str, str]
    answers: Mapping[tuple[str, str], str]


NOTHING_RENAMED = Renamed({}, {})


class Difference(NamedTuple):
    """What differs between two libraries: *flows* that differ, and *beside* them desk, connectors, lists, promises."""

    flows: tuple[FlowDifference, ...]
    beside: tuple[Change, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs that means anything."""
        return not self.beside and all(one.rewritten for one in self.flows)

    def of(self, flow: str) -> FlowDifference | None:
        """What differs in *flow*, as it is called in the earlier or the later version."""
        return next((one for one in self.flows if flow and flow in (one.was, one.flow)), None)

    @property
    def renamed(self) -> Renamed:
        """The later names of steps and answers."""
        both = [one for one in self.flows if one.flow and one.was]
        steps = {f"{one.was}/{a}": f"{one.flow}/{b}" for one in both for a, b in one.steps.items()}
        answers = {(f"{one.flow}/{at}", a): b for one in both for (_, at, a), b in one.answers.items()}
        return Renamed({a: b for a, b in steps.items() if a != b}, answers)

    @property
    def documents(self) -> set[str]:
        """The names of the documents that differ, as the earlier version has them."""
        return {f"flow:{one.was}" for one in self.flows if one.was} | {change.document for change in self.beside}

    @property
    def changes(self) -> tuple[tuple[str, Change], ...]:
        """Every change with the flow that it is in ("" beside the flows)."""
        inside = tuple((one.flow or one.was, change) for one in self.flows for change in one.changes)
        return (*inside, *(("", change) for change in self.beside))
