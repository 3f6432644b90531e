"""Names in a scenario that there are not: each with its place, and the name that was meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from shepherd.check.grants import all_grants, reached
from shepherd.check.summaries import REPRESENTATIVE
from shepherd.flow.beside import Operation
from shepherd.flow.findings import Place, allowed, nearest
from shepherd.flow.given import SPECIAL, Expect, Scenario, full
from shepherd.flow.model import Ask, Collect, Field, Flow, HandOn, Step
from shepherd.flow.model import Set as Sets
from shepherd.flow.source import Map, Node, Scalar, Seq

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft

At: TypeAlias = tuple[str | int, ...]


class Misnamed(NamedTuple):
    """A *name* that there is not: the keys *at* which it stands, what is told of it, and what mends it."""

    at: At
    name: str
    message: str
    hint: str

    def place(self, scenario: Scenario) -> Place | None:
        """Where it stands in the file of *scenario*, None where that is not known."""
        return None if scenario.root is None else _place(scenario.root, self.at, f"{scenario.flow}/")

    def told(self, scenario: Scenario) -> str:
        """What is told behind its place in the file of *scenario*, where that is known: ``FILE:LINE:COLUMN: …``."""
        place, told = self.place(scenario), f"{self.message} {self.hint}".strip()
        return f"{scenario.file}:{place.line}:{place.column}: {told}" if place else told

    def causes(self, failure: str) -> bool:
        """Whether *failure* tells of the same name once more."""
        return re.search(rf"(?<!\w){re.escape(self.name)}(?!\w)", failure) is not None


class Names:
    """The names that there are in a library, asked for scenario by scenario: what is found is kept for the next."""

    def __init__(self, library: Library | Draft):
        self.library = library
        self.flows: dict[str, _Names] = {}

    def wrong(self, scenario: Scenario) -> Iterator[Misnamed]:
        """What *scenario*, whose flow there is, names and there is not."""
        if scenario.flow not in self.flows:
            self.flows[scenario.flow] = _Names(self, self.library.flows[scenario.flow])
        return self.flows[scenario.flow].wrong(scenario)

    def has(self, ref: str) -> bool:
        """Whether there is a step *ref*, as ``flow/step``."""
        flow, _, step = ref.partition("/")
        return flow in self.library.flows and step in self.library.flows[flow].steps

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation, as ``connector.operation``."""
        known = self.library.connectors.items()
        return {f"{name}.{key}": one for name, said in known for key, one in said.operations.items()}

    @cached_property
    def assurances(self) -> set[str]:
        """Those that desk.yaml declares, and those that some flow grants."""
        granted = {grant.name for flow in self.library.flows.values() for grant in all_grants(flow)}
        return granted | self.library.policy.assurances.keys()


def no_flow(flow: str, flows: Iterable[str]) -> tuple[str, str]:
    """What is told of a *flow* that there is not, and what mends it."""
    return f'There is no flow "{flow}".', nearest(flow, flows)


def _place(node: Node, at: At, own: str) -> Place:
    """Where the keys *at* lead to below *node*; a step may be written there without its *own* flow."""
    place = node.place
    for key in at:
        if isinstance(node, Map):
            wanted = (key, str(key).removeprefix(own))
            found = next(((word, below) for word, below in node.entries if word.text in wanted), None)
            if found is None:
                break
            place, node = found[0].place, found[1]
        elif isinstance(node, Seq) and isinstance(key, int) and key < len(node.items):
            node = node.items[key]
            place = node.place
        else:
            return node.place if isinstance(node, Scalar) else place
    return place


class _Names:
    """The names that scenarios of one flow may have."""

    def __init__(self, names: Names, flow: Flow):
        self.names, self.library, self.flow = names, names.library, flow
        # What was found right before, as most scenarios of a flow walk the same way for a while.
        self.right: set[tuple[str, Any]] = set()
        # What mends a mistake, by what is told of it: a renamed step is named by many scenarios.
        self.hints: dict[str, str] = {}
        self.walked = {"...", *flow.steps}

    def wrong(self, scenario: Scenario) -> Iterator[Misnamed]:
        """What *scenario* names and there is not."""
        given, expect, flow = scenario.given, scenario.expect, self.flow
        yield from self.among(("given", "inputs"), given.inputs, flow.inputs, f'{flow.id} has no input "{{}}".')
        yield from self.answers(given.answers)
        yield from self.connectors(given.connectors)
        for step in given.spent:
            yield from self.step(("given", "spent", step), step)
        for part, assured in (("given", given.assured), ("expect", expect.assured)):
            if assured:
                plain, known = {name.removeprefix(REPRESENTATIVE): name for name in assured}, self.names.assurances
                yield from self.among((part, "assured"), plain, known, 'There is no assurance "{}".', plain)
        if expect.outcome is not None and expect.outcome not in flow.outcomes:
            own = dict.fromkeys(name for one in self.ending() for name in one.outcomes)
            yield from self.among(("expect", "outcome"), [expect.outcome], own, f'{flow.id} has no outcome "{{}}".')
        if expect.waiting:
            yield from self.step(("expect", "waiting", expect.waiting), expect.waiting)
        if expect.path and not self.walked.issuperset(expect.path):
            yield from self.path(expect.path)
        for n, ref in enumerate(expect.never.steps):
            yield from self.step(("expect", "never", "steps", n, ref), ref)
        if expect.values or expect.never.values or expect.returns:
            yield from self.values(expect)

    def path(self, refs: Iterable[str]) -> Iterator[Misnamed]:
        for n, ref in enumerate(refs):
            wrong = () if ref in self.walked else tuple(self.step(("expect", "path", n, ref), ref))
            yield from wrong
            if not wrong:
                self.walked.add(ref)

    def values(self, expect: Expect) -> Iterator[Misnamed]:
        known = self.known
        yield from self.among(("expect", "values"), expect.values, known, 'Nothing sets a value "{}".')
        for n, name in enumerate(expect.never.values):
            yield from self.among(("expect", "never", "values", n), [name], known, 'Nothing sets a value "{}".')
        yield from self.among(
            ("expect", "returns"), expect.returns, self.gives, f'{self.flow.id} does not return "{{}}".'
        )

    @cached_property
    def reached(self) -> list[Flow]:
        """The flow, and all that a run of it may lead to."""
        names = reached(self.library.flows, self.library.policy, self.flow.id)
        return [self.library.flows[name] for name in sorted(names)]

    @cached_property
    def known(self) -> set[str]:
        """Everything that may be set where a run ends."""
        return {"channel", *self.library.policy.facts}.union(*map(settable, self.reached))

    @cached_property
    def gives(self) -> set[str]:
        """Everything that may be returned."""
        return {name for one in self.reached for outcome in one.outcomes.values() for name in outcome.returns}

    def ending(self) -> list[Flow]:
        """The flow, and those that a run of it may be handed on to: with an outcome of one of them it ends."""
        found = [self.flow]
        for one in found:
            for step in one.steps.values():
                action = step.action
                if isinstance(action, HandOn) and (to := self.library.flows.get(action.flow)) and to not in found:
                    found.append(to)
        return found

    def answers(self, answers: Mapping[str, Any]) -> Iterator[Misnamed]:
        for ref, plan in answers.items():
            plain = isinstance(plan, str)
            if plain and (ref, plan) in self.right:
                continue
            wrong = list(self.planned(("given", "answers", ref), ref, plan))
            yield from wrong
            if plain and not wrong:
                self.right.add((ref, plan))

    def planned(self, at: At, ref: str, plan: Any) -> Iterator[Misnamed]:
        """What the step *ref* is given: one line of a script for every visit, or a list of them."""
        if not self.names.has(ref):
            yield from self.step(at, ref)
            return
        flow, _, name = ref.partition("/")
        step = self.library.flows[flow].steps[name]
        if isinstance(plan, list | tuple):
            for number, entry in enumerate(plan):
                yield from self.answer((*at, number), step, entry)
        else:
            yield from self.answer(at, step, plan)

    def answer(self, at: At, step: Step, entry: Any) -> Iterator[Misnamed]:
        """One line of a script for *step*: the steps, fields and values that it names."""
        action, refused = step.action, False
        names = action.fields if isinstance(action, Collect) else dict[str, Field]()
        if isinstance(entry, Mapping) and entry.keys() <= SPECIAL and not (names and entry.keys() <= names.keys()):
            for key in ("back", "change"):
                if isinstance(entry.get(key), str):
                    yield from self.step((*at, key, entry[key]), entry[key])
            for other in entry["meanwhile"] if isinstance(entry.get("meanwhile"), Mapping) else ():
                yield from self.step((*at, "meanwhile", other), other)
            refused, entry, at = "refused" in entry, entry.get("value"), (*at, "value")
        if refused:
            return
        if isinstance(action, Collect) and isinstance(entry, Mapping):
            yield from self.among(at, entry, names, f'{step.ref} has no field "{{}}".')
            for name, value in entry.items():
                if name in names:
                    yield from self.value((*at, name), f"{step.ref}: {name}", names[name], value)
        elif isinstance(action, Ask):
            yield from self.value(at, step.ref, action.field, entry)

    def value(self, at: At, where: str, field: Field, value: Any) -> Iterator[Misnamed]:
        """A *value* that is none of the options of *field*."""
        options = [option.value for option in field.options]
        if options and isinstance(value, str) and field.type.name == "choice" and value != "no_answer":
            yield from self.among(at, [value.strip()], ["", *options], f'{where} has no answer "{{}}".')

    def connectors(self, stubs: Mapping[str, Any]) -> Iterator[Misnamed]:
        operations = self.names.operations
        yield from self.among(("given", "connectors"), stubs, operations, 'There is no operation "{}".')
        for name, stub in stubs.items():
            at: At = ("given", "connectors", name)
            if name not in operations:
                continue
            if isinstance(stub, list | tuple):
                for number, entry in enumerate(stub):
                    yield from self.stub((*at, number), operations[name], name, entry)
            elif not isinstance(stub, str) or (name, stub) not in self.right:
                wrong = tuple(self.stub(at, operations[name], name, stub))
                yield from wrong
                if isinstance(stub, str) and not wrong:
                    self.right.add((name, stub))

    def stub(self, at: At, operation: Operation, name: str, entry: Any) -> Iterator[Misnamed]:
        """What one call gives: a result alone, or one with its fields."""
        results = entry if isinstance(entry, Mapping) else [entry] if isinstance(entry, str) else []
        known = operation.result_names()
        yield from self.among(at, results, known, f'{name} has no result "{{}}".')
        for result, values in entry.items() if isinstance(entry, Mapping) else ():
            if result in known and isinstance(values, Mapping):
                told = f'{name} does not give "{{}}" with {result}.'
                yield from self.among((*at, result), values, operation.results.get(result, {}), told)

    def step(self, at: At, ref: str) -> Iterator[Misnamed]:
        """That *ref* is no step of a flow."""
        ref = full(ref, self.flow.id)
        if self.names.has(ref):
            return
        flow, _, name = ref.partition("/")
        if flow not in self.library.flows:
            yield Misnamed(at, flow, *no_flow(flow, self.library.flows))
        else:
            steps = self.library.flows[flow].steps
            message = f'{flow} has no step "{name}".'
            if message not in self.hints:
                self.hints[message] = nearest(name, steps) or f"There are: {allowed(steps)}."
            yield Misnamed(at, name, message, self.hints[message])

    def among(
        self, at: At, names: Iterable[str], known: Collection[str], told: str, keys: Mapping[str, str] | None = None
    ) -> Iterator[Misnamed]:
        """Which of *names* below *at* are not among *known*; *keys* are they as they are written there."""
        for name in names:
            if name not in known:
                message = told.format(name)
                if message not in self.hints:
                    listed = sorted(known) if isinstance(known, Set) else list(known)
                    there = f"There are: {allowed(filter(None, listed))}." if any(listed) else ""
                    self.hints[message] = nearest(name, listed) or there
                yield Misnamed((*at, keys[name] if keys else name), name, message, self.hints[message])


def settable(flow: Flow) -> set[str]:
    """Everything that may be set where a run of *flow* ends, but for facts."""
    sets = {name for step in flow.steps.values() if isinstance(step.action, Sets) for name in step.action.values}
    return {*flow.inputs, *flow.values, *(step.saves for step in flow.steps.values())} | sets
