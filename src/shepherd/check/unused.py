"""What is declared and never used, and what is kept twice without being read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from shepherd.check.calls import counts_for_customers
from shepherd.check.said import fields_of
from shepherd.flow.expression import Expression, named, used
from shepherd.flow.findings import Finding, Hop, Place, Rule, allowed
from shepherd.flow.model import Do, Flow, Lookup, Set, Step
from shepherd.flow.scenario_files import flow_of, place_of
from shepherd.flow.scope import CUSTOMER, uses

if TYPE_CHECKING:
    from shepherd.flow.document import Document
    from shepherd.flow.draft import Draft

UNUSED_INPUT = Rule(
    "SHP921",
    "unused-input",
    "warning",
    "Whoever starts or calls the flow has to give each input; one that nothing reads is asked for in vain.",
)
UNUSED_VALUE = Rule(
    "SHP922",
    "unused-value",
    "warning",
    "A value, a text or a table that nothing reads is either left over, or its reader was forgotten.",
)
UNUSED_SAVE = Rule(
    "SHP923",
    "unused-save",
    "warning",
    "What is kept under a name that nothing reads is either left over, or its reader was forgotten.",
)
UNUSED_CONNECTOR = Rule(
    "SHP924",
    "unused-connector",
    "warning",
    "A connector that no flow uses is a way to another system that nobody tries or looks after.",
)
WRITTEN_TWICE = Rule(
    "SHP925",
    "written-twice",
    "warning",
    "What a step keeps under a name is lost where another step, on every way onward, keeps something under it before "
    "it is read.",
)
RULES = (UNUSED_INPUT, UNUSED_VALUE, UNUSED_SAVE, UNUSED_CONNECTOR, WRITTEN_TWICE)


def unused(flows: Iterable[Flow], scenarios: Iterable[Document] = ()) -> Iterator[Finding]:
    """What *flows* declare or keep, and never read; the hint names where *scenarios* have to change with it."""
    beside: dict[str, list[Document]] = {}
    for document in scenarios:
        beside.setdefault(flow_of(document.file), []).append(document)
    for flow in flows:
        yield from _Flow(flow, beside.get(flow.id, ())).findings()


def unused_connectors(draft: Draft) -> Iterator[Finding]:
    """Connectors that no flow uses; a library without flows is not judged."""
    if not draft.flows:
        return
    taken = {draft.policy.customer_lookup.partition(".")[0]}
    for flow in draft.flows.values():
        for step in flow.steps.values():
            if isinstance(step.action, Lookup | Do):
                undo = step.action.undo if isinstance(step.action, Do) else None
                taken |= {name.partition(".")[0] for name in (step.action.operation, undo or "")}
    for connector in draft.connectors.values():
        if connector.file and connector.name not in taken:
            message = f'No flow uses the connector "{connector.name}".'
            hint = "Use it in a lookup or do, or take it out."
            yield UNUSED_CONNECTOR.at(connector.place, message, file=connector.file, hint=hint)


#: Where a scenario gives inputs, and where it expects what a flow has worked out or kept.
GIVEN = ("given", "inputs")
EXPECTED = (("expect", "values"), ("expect", "never", "values"))
#: So many places of scenarios are named.
MOST_PLACES = 5
#: So many steps and names are looked at for what is written twice in one flow; of more, nothing is told.
MOST_LOOKS = 200_000


class _Flow:
    """The names of one flow, and who reads them."""

    def __init__(self, flow: Flow, scenarios: Iterable[Document]):
        self.flow, self.scenarios, self.looks = flow, scenarios, MOST_LOOKS
        self.named = named(flow)
        self.reads = {step.id: self._step(step) for step in flow.steps.values()}
        self.read = frozenset().union(*self.reads.values(), *(self._roots(parts) for parts in self.named.values()))

    def _roots(self, parts: tuple[Expression, ...]) -> frozenset[str]:
        return frozenset(used(read) for part in parts for read in part.reads)

    def _step(self, step: Step) -> frozenset[str]:
        """The names that *step* reads, those of limits too."""
        limits = {limit for f in fields_of(step) for limit in (f.minimum, f.maximum) if isinstance(limit, str)}
        return self._roots(tuple(use.expression for use in uses(self.flow, step))) | limits

    def at(
        self, rule: Rule, place: Place, message: str, hint: str, step: str = "", path: tuple[Hop, ...] = ()
    ) -> Finding:
        return rule.at(place, message, file=self.flow.file, hint=hint, flow=self.flow.id, step=step, path=path)

    def findings(self) -> Iterator[Finding]:
        flow = self.flow
        for field in flow.inputs.values():
            counted = field.name == CUSTOMER and counts_for_customers(flow) is not None
            if field.name not in self.read and not counted:
                message = f'Nothing reads the input "{field.name}".'
                hint = "Take it out, here and where the flow is called"
                hint += _listed("; scenarios give it too, ", self.named_by(field.name, GIVEN))
                yield self.at(UNUSED_INPUT, field.place, message, f"{hint}.")
        kinds = [("value", v.name, v.place) for v in flow.values.values()]
        kinds += [("table", t.name, t.place) for t in flow.tables.values()]
        kinds += [("text", f"texts.{name}", text.place) for name, text in flow.texts.items()]
        for kind, name, place in kinds:
            if name not in self.read:
                yield self.at(UNUSED_VALUE, place, f'Nothing reads the {kind} "{name}".', self.read_or_out(name))
        writers = _writers(flow)
        for name, steps in writers.items():
            if name not in self.read:
                for step in steps:
                    message = f'Nothing reads "{name}", under which "{step}" keeps what it gives.'
                    yield self.at(UNUSED_SAVE, _place(flow, step, name), message, self.read_or_out(name), step)
            elif len(steps) > 1:
                yield from self.lost(name, steps)

    def read_or_out(self, name: str) -> str:
        """What mends that nothing reads *name*, a value or what a step keeps."""
        return f"Read it, or take it out{_listed('; scenarios expect it, ', self.named_by(name, *EXPECTED))}."

    def named_by(self, name: str, *groups: tuple[str, ...]) -> list[str]:
        """The places, as ``FILE:LINE``, at which the flow's scenarios name *name* in *groups* of their keys."""
        found = []
        for document in self.scenarios:
            for number, scenario in enumerate(document.typed["scenarios"]):
                for group in groups:
                    part: Any = scenario
                    for key in group:
                        part = part.get(key, {})
                    if name in part:
                        place = place_of(document.root, ("scenarios", number, *group, name))
                        found.append(f"{document.file}:{place.line}")
        return found

    def lost(self, name: str, steps: list[str]) -> Iterator[Finding]:
        """The steps of *steps* whose *name* is written anew on every way onward before anything reads it."""
        if self.looks < 0:
            return
        through = {made for made, parts in self.named.items() if name in self._within(parts)} | {name}
        for step in steps:
            following = self._written_anew(step, set(steps), through)
            if following:
                message = f'What "{step}" keeps as "{name}" is never read: "{following}" keeps something else under it.'
                hint = "Read it before, or give one of the two another name."
                yield self.at(WRITTEN_TWICE, _place(self.flow, step, name), message, hint, step)

    def _within(self, parts: tuple[Expression, ...]) -> frozenset[str]:
        """The names that *parts* read, through values and texts."""
        found: set[str] = set()
        todo = list(self._roots(parts))
        while todo:
            name = todo.pop()
            self.looks -= 1
            if name not in found:
                found.add(name)
                todo += self._roots(self.named.get(name, ()))
        return frozenset(found)

    def _written_anew(self, step: str, writers: set[str], through: set[str]) -> str:
        """The first step that writes again what *step* wrote, if no way from it reads any of *through* before."""
        todo = deque(edge.target for edge in self.flow.steps[step].edges.values())
        seen: set[str] = set()
        first = ""
        while todo:
            name = todo.popleft()
            self.looks -= 1
            if self.looks < 0:
                return ""
            if name in seen or name not in self.flow.steps:
                continue
            seen.add(name)
            if not through.isdisjoint(self.reads[name]):
                return ""
            if name in writers:
                first = first or name
            else:
                todo += (edge.target for edge in self.flow.steps[name].edges.values())
        return first


def _listed(head: str, places: list[str]) -> str:
    return f"{head}at {allowed(places, MOST_PLACES)}" if places else ""


def _writers(flow: Flow) -> dict[str, list[str]]:
    """The names that designers chose for what steps keep, each with those steps."""
    found: dict[str, list[str]] = {}
    for step in flow.steps.values():
        chosen = [step.saves] if "save" in step.places else []
        chosen += step.action.values if isinstance(step.action, Set) else ()
        for name in chosen:
            found.setdefault(name, []).append(step.id)
    return found


def _place(flow: Flow, step: str, name: str) -> Place:
    """Where *step* names *name*."""
    places = flow.steps[step].places
    return places.get("save") or places.get(f"set.{name}") or flow.steps[step].place
