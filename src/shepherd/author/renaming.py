"""What one version says of steps and answers, in the names that the other has for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shepherd.author.difference import Renamed
from shepherd.flow.given import SPECIAL, Scenario


class Names:
    """The names of the other version: *flows* by their own, and what is *renamed* in them."""

    def __init__(self, renamed: Renamed, flows: Mapping[str, str]):
        self.steps, self.answers, self.flows = renamed.steps, renamed.answers, flows

    @property
    def alike(self) -> bool:
        """Whether everything is called the same."""
        return not (self.steps or self.answers or self.flows)

    def back(self) -> Names:
        """The same the other way round."""
        earlier = {later: step for step, later in self.steps.items()}
        answers = {(earlier.get(at, at), later): value for (at, value), later in self.answers.items()}
        return Names(Renamed(earlier, answers), {later: flow for flow, later in self.flows.items()})

    def step(self, name: str, flow: str) -> str:
        """The step *name*, written as ``flow/step`` or as one of *flow*."""
        if "/" in name:
            return self.steps.get(name, name)
        return self.steps.get(f"{flow}/{name}", f"{flow}/{name}").partition("/")[2]

    def scenario(self, scenario: Scenario) -> Scenario:
        """*scenario* as it is written for the other version."""
        if self.alike:
            return scenario
        flow, given, expect = scenario.flow, scenario.given, scenario.expect
        return replace(
            scenario,
            flow=self.flows.get(flow, flow),
            given=replace(
                given,
                answers={self.step(at, flow): self._answers(at, value, flow) for at, value in given.answers.items()},
                spent={self.step(at, flow): tries for at, tries in given.spent.items()},
            ),
            expect=replace(
                expect,
                waiting=expect.waiting and self.step(expect.waiting, flow),
                path=None if expect.path is None else self._path(expect.path, flow),
                values={self.step(name, flow): value for name, value in expect.values.items()},
                never=expect.never._replace(steps=self._path(expect.never.steps, flow)),
            ),
        )

    def _path(self, path: Iterable[str], flow: str) -> tuple[str, ...]:
        return tuple(one if one == "..." else self.step(one, flow) for one in path)

    def _answers(self, at: str, given: Any, flow: str) -> Any:
        """What is *given* at the step *at*: a value, one for each visit, or what else is done there."""
        if isinstance(given, list | tuple):
            return type(given)(self._answers(at, one, flow) for one in given)
        if isinstance(given, Mapping) and given.keys() <= SPECIAL:
            return {key: self._special(at, key, value, given, flow) for key, value in given.items()}
        if not isinstance(given, str):
            return given
        step = self.step(at if "/" in at else f"{flow}/{at}", flow)
        return self.answers.get((step, given), given)

    def _special(self, at: str, key: str, value: Any, given: Mapping[str, Any], flow: str) -> Any:
        """What stands under *key* of a line of a script that does more than answer."""
        if key in ("back", "change"):
            return self.step(str(value), flow)
        if key == "meanwhile" and isinstance(value, Mapping):
            return {self.step(step, flow): what for step, what in value.items()}
        if key in ("value", "to"):
            return self._answers(str(given["change"]) if key == "to" and "change" in given else at, value, flow)
        return value

    def document(self, name: str, tree: Any) -> tuple[str, Any]:
        """The document *name* that stands beside the flows, a translation or a promise, and its name."""
        kind, _, rest = name.partition(":")
        if kind == "promises":
            return name, self._named(tree)
        flow, dot, language = rest.partition(".")
        if kind != "translation" or not isinstance(tree, Mapping) or self.alike:
            return name, tree
        later = self.flows.get(flow, flow)
        steps = {self.step(at, flow): self._translated(at, one, flow) for at, one in tree.get("steps", {}).items()}
        told = {**tree, **({"steps": steps} if steps else {}), **({"translation": later} if later != flow else {})}
        return f"translation:{later}{dot}{language}", told

    def _translated(self, at: str, words: Any, flow: str) -> Any:
        if not isinstance(words, Mapping) or not isinstance(words.get("answers"), Mapping):
            return words
        answers = {self._answers(at, value, flow): label for value, label in words["answers"].items()}
        return {**words, "answers": answers}

    def _named(self, tree: Any) -> Any:
        """*tree* with the other names of the steps that are named in it whole."""
        if isinstance(tree, Mapping):
            return {key: self._named(value) for key, value in tree.items()}
        if isinstance(tree, list | tuple):
            return [self._named(value) for value in tree]
        return self.steps.get(tree, tree) if isinstance(tree, str) else tree
