"""Which names a flow has at all, and which one was meant by a word that is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from shepherd.flow.findings import allowed, nearest
from shepherd.flow.infer import COUNTED
from shepherd.flow.lists import ROOT
from shepherd.flow.model import Flow
from shepherd.flow.scope import CONTEXT, FACTS, Around
from shepherd.flow.tree import Read

#: How many findings of a flow get a hint: each costs a look at every name, and nobody reads more.
#: Functions that others write as a field of what they are asked about.
PARTS = frozenset(["year", "month", "day", "hour", "weekday", "lower", "length", "count"])
MOST_HINTS = 50


class Unknown(NamedTuple):
    """What is wrong with a read, whether it is its field only, and what may have been meant."""

    message: str
    hint: str
    field: bool = True


class Known:
    """The names of one flow; facts are weighed only where the desk's file could be read."""

    def __init__(self, flow: Flow, around: Around, facts_are_known: bool = True):
        self.flow, self.policy, self.facts_are_known = flow, around.policy, facts_are_known
        self.types, self.all_types = around.saved(flow), around.types(flow)
        self.members: Mapping[str, Iterable[str]] = {
            "visits": flow.steps,
            "attempts_left": {s.id: None for s in flow.steps.values() if s.attempts},
            "texts": flow.texts,
        }
        self.whole = {*CONTEXT, *flow.inputs, *flow.values, *flow.tables}
        self.hinted = 0

    def unknown(self, read: Read, saved: str = "") -> Unknown | None:
        """Why *read* can never be read, if so. *saved* is the name under which the step saves where it is read."""
        root, *rest = read.path
        if root == ROOT:  # told when the flow was built
            return None
        if root in self.members or root in COUNTED:
            return self._counted(root, rest)
        if root in FACTS and rest:
            declared = self.policy.facts.get(root, {})
            if not self.facts_are_known:
                return None
            if rest[0] not in declared:
                return self._field(f'desk.yaml declares no fact "{rest[0]}" of the {root}.', rest[0], declared)
        type_ = self.all_types.get(root)
        if type_ is None:
            known = root in self.whole
            return (
                None
                if known
                else Unknown(f'"{root}" is not a name of this flow.', self._meant(root, saved), field=False)
            )
        here = root
        for part in rest:
            if type_.kind == "any":
                return None
            if type_.kind != "record":
                meant = f"{part}({here})" if part in PARTS else f"{here} alone"
                return Unknown(f'"{here}" is {type_.words} and has no fields.', f"Write {meant}.")
            fields = type_.fields or {}
            if part not in fields:
                return self._field(f'"{here}" has no field "{part}".', part, fields)
            type_, here = fields[part], f"{here}.{part}"
        return None

    def _counted(self, root: str, rest: list[str]) -> Unknown | None:
        if root == "assured":
            return None if rest else Unknown("assured needs a name: assured.identity.", "")
        listed = self.members[root]
        if rest and rest[0] in listed:
            return None
        what = {"visits": "a step", "attempts_left": "a step with attempts", "texts": "one of the texts"}[root]
        wrong = rest[0] if rest else ""
        return self._field(f'"{wrong}" is not {what} of this flow.', wrong, listed)

    def _field(self, message: str, wrong: str, listed: Iterable[str]) -> Unknown:
        names = list(listed)
        known = f"Known: {allowed(names)}." if names else ""
        return Unknown(message, self._near(wrong, names) or known)

    def _near(self, word: str, names: list[str]) -> str:
        self.hinted += 1
        return nearest(word, names) if self.hinted <= MOST_HINTS else ""

    def _meant(self, word: str, saved: str) -> str:
        """A hint for a word that is no name: a field of that name, a near one, or the text that was meant."""
        having = [name for name, type_ in self.types.items() if word in (type_.fields or {})]
        if saved in having:
            return f"Did you mean {saved}.{word}?"
        if word in ("yes", "no"):
            return f'A yes or no is asked as it is: NAME, or not NAME. An answer is a text: "{word}".'
        if word in self._options:
            return f'Write "{word}" in quotes: a bare word is a name.'
        if len(having) == 1:
            return f"Did you mean {having[0]}.{word}?"
        return self._near(word, self._all) or f"A text needs quotes. Names here: {allowed(self._all)}."

    @cached_property
    def _options(self) -> frozenset[str]:
        types = (x for t in self.types.values() for x in (t, *(t.fields or {}).values()))
        return frozenset(option for type_ in types for option in type_.options or ())

    @cached_property
    def _all(self) -> list[str]:
        return [*self.flow.inputs, *self.flow.values, *self.flow.tables, *self.types, *CONTEXT, *FACTS, *COUNTED]
