"""Scenarios that can't be read, and those that name what the flows do not have: they fail before they are walked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.check.misnamed import Names, no_flow
from shepherd.flow.findings import NOWHERE, Finding, Rule
from shepherd.flow.scenario_files import flow_of, place_of, scenarios_in

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNREADABLE = Rule(
    "SHP951",
    "unreadable-scenario",
    "error",
    "A scenario says how a walk begins, what it is given and what must come of it. As long as one of them can't be "
    "read, none is walked.",
)
NAMES_NOTHING = Rule(
    "SHP952",
    "scenario-names-nothing",
    "error",
    "A scenario names steps, answers, fields, operations, results and outcomes of the flows as they are. What was "
    "renamed or taken out there has to be changed here too: such a scenario can't pass.",
)
RULES = (UNREADABLE, NAMES_NOTHING)


def scenarios(draft: Draft) -> Iterator[Finding]:
    """What is seen to be wrong in the scenarios of *draft* without walking them."""
    names = Names(draft)
    for document in draft.scenarios:
        file, flow = document.file, flow_of(document.file)
        if flow not in draft.flows:
            message, near = no_flow(flow, draft.flows)
            hint = f"{near} Scenarios stand beside their flow, in FLOW.scenarios.yaml.".strip()
            place = next((key.place for key, _ in document.root.entries), NOWHERE)
            yield NAMES_NOTHING.at(place, message, file=file, hint=hint)
            continue
        found, wrong = scenarios_in(document.typed, file, document.root)
        for error in wrong:
            place, message = place_of(document.root, error.at), error.sentence.removeprefix(f"{file}: ")
            hint = "Until it can be read, `shepherd test` walks none."
            yield UNREADABLE.at(place, f"{message[:1].upper()}{message[1:]}", file=file, hint=hint, flow=flow)
        for scenario in found:
            for one in names.wrong(scenario):
                hint = one.hint or "Take it out, or name what there is."
                yield NAMES_NOTHING.at(one.place(scenario) or NOWHERE, one.message, file=file, hint=hint, flow=flow)
