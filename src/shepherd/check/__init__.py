"""
What is wrong with a library of flows: every family of checks, in one run.

A family is a function ``family(draft) -> Iterable[Finding]``; it sees the flows that could be built, and is silent
about whatever another family has reported, so that one mistake gives one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from shepherd.check import (
    assurance,
    audience,
    calls,
    decisions,
    grants,
    handing,
    ignoring,
    limits,
    listlabels,
    loops,
    names,
    policy_refs,
    promises,
    reach,
    routes,
    scenarios,
    secrets,
    tables,
    targets,
    ticket,
    translations,
    unfinished,
    unused,
    upkeep,
    values,
    wording,
    working,
)
from shepherd.flow import (
    calling,
    document,
    expression,
    fieldrules,
    files,
    hazards,
    hours,
    ids,
    lists,
    mistakes,
    rows,
    words,
)
from shepherd.flow import draft as drafts
from shepherd.flow import tables as flow_tables
from shepherd.flow.findings import Finding, Rule
from shepherd.flow.memory import collector_rests

if TYPE_CHECKING:
    from datetime import date

    from shepherd.flow.draft import Draft

Family = Callable[["Draft"], Iterable[Finding]]

#: So many errors of one family are told at once.
MOST_ERRORS = 200

#: Every family, in the order in which they run; the order of findings does not depend on it.
FAMILIES: tuple[Family, ...] = (
    targets.targets,
    reach.reach,
    loops.loops,
    routes.routes,
    calls.calls,
    handing.handing,
    policy_refs.policy_refs,
    ticket.ticket,
    grants.grants,
    assurance.assurance,
    promises.promises,
    audience.audience,
    names.names,
    values.values,
    decisions.decisions,
    limits.limits,
    tables.tables,
    secrets.secrets,
    working.working,
    translations.translations,
    listlabels.listlabels,
    unfinished.unfinished,
    wording.wording,
    upkeep.upkeep,
)

_READING = (
    hazards.RULES,
    mistakes.RULES,
    document.RULES,
    drafts.RULES,
    files.RULES,
    ids.RULES,
    fieldrules.RULES,
    lists.RULES,
    hours.RULES,
    rows.RULES,
    flow_tables.RULES,
    calling.RULES,
    expression.RULES,
    words.RULES,
)
_GRAPH = (
    targets.RULES,
    reach.RULES,
    loops.RULES,
    routes.RULES,
    calls.RULES,
    handing.RULES,
    policy_refs.RULES,
    audience.RULES,
)
_MEANING = (
    grants.RULES,
    assurance.RULES,
    promises.RULES,
    names.RULES,
    values.RULES,
    decisions.RULES,
    tables.RULES,
    secrets.RULES,
    translations.RULES,
    unfinished.RULES,
)
_USE = (wording.RULES, unused.RULES, upkeep.RULES, ignoring.RULES, scenarios.RULES)

#: Every rule, sorted by code.
RULES: tuple[Rule, ...] = tuple(
    sorted((rule for room in (*_READING, *_GRAPH, *_MEANING, *_USE) for rule in room), key=lambda rule: rule.code)
)


def _bounded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """*findings* up to MOST_ERRORS errors: whoever mends those is told the rest."""
    errors = 0
    for finding in findings:
        errors += finding.severity == "error"
        if errors > MOST_ERRORS:
            message = f"There are more than {MOST_ERRORS} mistakes of this kind; only these are told."
            hint = "Mend them, and the rest is told."
            yield hazards.TOO_LARGE.at(finding.place, message, file=finding.file, hint=hint, flow=finding.flow)
            return
        yield finding


def examine(draft: Draft, today: date | None = None, *, tests: bool = False) -> list[Finding]:
    """
    Everything found in *draft*, in reading and in checking, sorted by file, place and code.

    With *tests* its scenarios are looked at too, once the flows have no errors: what is wrong with them stops no run,
    so only those ask for it who tell it to designers. The days of reviews are held against *today*, where it is given.
    What the library sets to be off, and what a comment gives a reason for, is left out.
    """
    with collector_rests():
        found = [*draft.findings, *(finding for family in FAMILIES for finding in _bounded(family(draft)))]
        found = promises.behind_causes(found)
        found += _late(draft, found)
        if tests and draft.scenarios and not any(finding.severity == "error" for finding in found):
            found += _bounded(scenarios.scenarios(draft))
        judged = {rule.code for rule in RULES}
        if today is None:
            judged.discard(upkeep.REVIEW_IS_PAST.code)
        else:
            found += upkeep.reviews(draft, today)
        found = ignoring.as_set(draft, found, RULES)
        found = ignoring.without_ignored(draft, found, RULES, judged)
    once = {(f.file, f.place, f.code, f.message): f for f in reversed(found)}
    return sorted(once.values(), key=lambda finding: finding.order)


def _late(draft: Draft, found: list[Finding]) -> Iterator[Finding]:
    """What is never used. Where something is wrong, its reader may be the mistake: that is told alone."""
    wrong = {finding.flow for finding in found if finding.severity == "error"}
    right = (flow for flow in draft.flows.values() if flow.id not in wrong)
    yield from _bounded(unused.unused(right, draft.scenarios))
    if not wrong:
        yield from _bounded(unused.unused_connectors(draft))
