"""Scenarios that can't be read, and those that name what the flows do not have: they fail before they are walked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from shepherd.check.misnamed import Names, no_flow
from shepherd.flow.findings import NOWHERE, Finding, Rule, allowed
from shepherd.flow.scenario_files import flow_of, place_of, scenarios_in
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft
    from shepherd.flow.given import Scenario

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
#: Where more than so many places of a file say the same, so many of them are told, and so many lines of the rest.
MOST_SAME, FIRST, MOST_LINES = 10, 3, 100
#: So many different mistakes of a file are told at most.
MOST_TOLD = 200


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
        yield from _few(_misnamed(names, found))


def _misnamed(names: Names, found: Iterable[Scenario]) -> Iterator[Finding]:
    """What the scenarios *found* of one file name and there is not."""
    for scenario in found:
        for one in names.wrong(scenario):
            place, hint = one.place(scenario) or NOWHERE, one.hint or "Take it out, or name what there is."
            yield NAMES_NOTHING.at(place, one.message, file=scenario.file, hint=hint, flow=scenario.flow)


def _few(findings: Iterable[Finding]) -> Iterator[Finding]:
    """
    *findings* of one file; where more than MOST_SAME say the same, the first of them, with the lines of the rest.

    So a step that was renamed hides no other mistake. What is beyond MOST_TOLD different ones is not told anyway.
    """
    same: dict[str, list[Finding]] = {}
    for finding in findings:
        same.setdefault(finding.message, []).append(finding)
        if len(same) > MOST_TOLD:
            break
    for alike in same.values():
        if len(alike) <= MOST_SAME:
            yield from alike
            continue
        yield from alike[: FIRST - 1]
        last, rest = alike[FIRST - 1], alike[FIRST:]
        lines = allowed((str(line) for line in dict.fromkeys(one.place.line for one in rest)), MOST_LINES)
        least = "at least " if len(same) > MOST_TOLD else ""
        message = (
            f"{last.message} The same is wrong in {least}{many(len(rest), 'more place')} of this file: lines {lines}."
        )
        yield replace(last, message=message)
