"""Trying a flow at the bench: how it begins, one move after another, a jump to a step, and the walk as a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from shepherd.author.draw import draw
from shepherd.author.jump import as_script, head_of, script_to
from shepherd.author.overlay import overlay, stops
from shepherd.author.recorded import Untold, scenario_of
from shepherd.author.stand_ins import stand_ins
from shepherd.author.trial import Script, Trial, plain, walk
from shepherd.author.yaml_text import as_yaml
from shepherd.desk.errors import Misused, Unknown
from shepherd.desk.workbench import Bench, Good
from shepherd.flow.given import Malformed, Scenario
from shepherd.flow.model import Field, Flow
from shepherd.run.api import LookupDue, Refused

if TYPE_CHECKING:
    from shepherd.check.library import Library

TODAY = date(2026, 1, 15)


class Result(NamedTuple):
    """What a call may give: a result by its *name*, its *fields*, and what stands in them at first."""

    name: str
    fields: tuple[Field, ...]
    values: Mapping[str, Any]


class Trials:
    """Tries of one flow in its last version without errors; nothing of them is kept, recorded or asked elsewhere."""

    def __init__(self, bench: Bench, flow: str):
        good = bench.good.get(flow)
        if good is None:
            raise Unknown(f"“{flow}” can be tried as soon as it, and the flows that it leads into, have no errors.")
        self.good: Good = good
        self.library: Library = good.library
        self.flow: Flow = self.library.flows[flow]
        counted = bench.counted.get(flow)
        self.scenarios: tuple[Scenario, ...] = tuple(w.scenario for w in counted.walked) if counted else ()
        known = sorted(counted.walked, key=lambda w: len(w.path)) if counted else ()
        self._shortest = tuple(w.scenario for w in known)
        self._entered = {id(w.scenario): w.entered for w in known}

    # --- beginning ---------------------------------------------------------------------------------

    def facts(self) -> Iterator[tuple[str, Field]]:
        """What may be known of customer, contact and the like, as ``customer.tier`` and its field."""
        for name, declared in self.library.policy.facts.items():
            for key, field in declared.items():
                yield f"{name}.{key}", field

    def head(self, scenario: str = "", now: datetime | None = None) -> dict[str, Any]:
        """With what the *scenario* begins; without one, *now* with the inputs of the first. Raises Unknown."""
        if not scenario:
            inputs = self.scenarios[0].given.inputs if self.scenarios else {}
            return {"inputs": inputs, "at": self._local(now) if now is not None else ""}
        return head_of(self.scenario(scenario).given)

    def scenario(self, name: str) -> Scenario:
        """The scenario called *name*. Raises Unknown."""
        found = next((one for one in self.scenarios if one.name == name), None)
        if found is None:
            raise Unknown(f"There is no scenario “{name}” of this flow, or it is still being counted.")
        return found

    def moment(self, text: str) -> str:
        """A day and time on the desk's clock (``2026-12-24T10:00``) with its offset. Raises Refused."""
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise Refused("not_a_date", "Say a day and a time.", "at") from None
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).isoformat(timespec="seconds")

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.library.policy.time_zone)

    def _local(self, at: datetime) -> str:
        return at.astimezone(self._zone).isoformat(timespec="minutes")

    def clock(self, text: str) -> str:
        """A moment with its offset as a field for day and time shows it."""
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="minutes")
        except ValueError:
            return ""

    # --- going on ----------------------------------------------------------------------------------

    def walk(self, script: Script) -> Trial:
        """*script* as far as it goes. Raises Misused where it can't begin, Refused for a wrong input."""
        try:
            return walk(self.library, self.flow.id, script)
        except Malformed as error:
            raise Misused(f"This can't be tried: {error.sentence}") from None

    def on(self, script: Script, move: Mapping[str, Any]) -> Script:
        """*script* with one more *move*, as far as it still fits; secrets leave no trace. Raises Refused, Misused."""
        trial = self.walk(script)
        before = trial.run
        try:
            trial.take(move)
            return Script(script.given, script.moves[: trial.taken - 1]).on(plain(before, move))
        except Malformed as error:
            raise Misused(error.sentence) from None

    def jump(self, step: str) -> Script | None:
        """A script that comes to *step*, None where none was found. Raises Unknown."""
        if step not in self.flow.steps:
            raise Unknown(f'There is no step "{step}" in this flow.')
        passing = [s for s in self._shortest if f"{self.flow.id}/{step}" in self._entered[id(s)]]
        return script_to(self.library, self.flow.id, step, passing[:3])

    def whole(self, scenario: str) -> Script:
        """The whole walk of the *scenario*. Raises Unknown."""
        script = as_script(self.library, self.scenario(scenario))
        assert script is not None
        return script

    def results(self, waiting: LookupDue) -> tuple[Result, ...]:
        """What the call at hand may give, filled in as the scenarios of this flow have it."""
        connector, _, name = waiting.operation.partition(".")
        operation = self.library.connectors[connector].operations[name]
        found = []
        for result in operation.result_names():
            fields = tuple(operation.results.get(result, {}).values())
            if connector == "ticket" and result == "ok":
                fields = ()
            known = self._known(waiting.operation, result)
            found.append(Result(result, fields, {f.name: known.get(f.name, _example(f)) for f in fields}))
        return tuple(found)

    def _known(self, operation: str, result: str) -> Mapping[str, Any]:
        """What the first scenario that has it says *operation* gives with *result*."""
        for scenario in self.scenarios:
            plan = scenario.given.connectors.get(operation)
            for one in plan if isinstance(plan, list | tuple) else (plan,):
                if isinstance(one, Mapping) and isinstance(one.get(result), Mapping):
                    return dict(one[result])
        return {}

    def picture(self, trial: Trial, flow: str) -> str:
        """The walk so far laid over the picture of *flow*, one that it came through. Raises Unknown."""
        if flow not in self.library.flows:
            raise Unknown(f'There is no flow "{flow}".')
        return draw(self.library.flows, flow, "svg", overlay(flow, stops(trial.events)))

    def as_scenario(self, trial: Trial) -> str:
        """The walk so far as a scenario file has it, or why it can't be told."""
        try:
            return as_yaml([scenario_of(self.library, trial.events)])
        except Untold as error:
            return f"# {error.sentence}\n"


def _example(field: Field) -> Any:
    """A value that *field* takes, to begin with; nothing where it may be left out."""
    if field.optional:
        return ""
    if field.options:
        return field.options[0].value
    if field.type.kind == "yes_no":
        return "true"
    return next(stand_ins(field, "", 1, TODAY), "")
