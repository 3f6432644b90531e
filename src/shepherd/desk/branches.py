"""Which branch a decide took, in sentences: what held, or what did not."""

from __future__ import annotations

from shepherd.audit.words import branch
from shepherd.author.english import English
from shepherd.check.library import Library
from shepherd.flow.model import Decide, Step
from shepherd.flow.scope import Around

OTHERWISE = "otherwise"
MOST = 3


class Branches:
    """Says the conditions of *library*'s decides in English, each flow's once it is asked for."""

    def __init__(self, library: Library):
        self._library = library
        self._around = Around(library.flows, library.policy, library.connectors)
        self._english: dict[str, English] = {}

    def __call__(self, step: Step | None, by: str) -> str:
        """What made *step* take the branch *by*; as ``branch`` says it where the flow can't be read."""
        flow = self._library.flows.get(step.ref.partition("/")[0]) if step is not None else None
        if step is None or flow is None or not isinstance(step.action, Decide):
            return branch(step, by)
        english = self._english.setdefault(flow.id, English(flow, self._around.types(flow)))
        branches = step.action.branches
        held = next((one for one in branches if one.by == by), None)
        if held is not None:
            return english.holds(held.when.tree)
        if by != OTHERWISE:
            return branch(step, by)
        if len(branches) > MOST:
            return f"{OTHERWISE}: none of the {len(branches)} conditions of this step holds"
        return f"{OTHERWISE}: {'; '.join(english.fails(one.when.tree) for one in branches)}"
