"""The gate before a library goes live: which conditions are not met, and what shows that the others are. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from shepherd.author.coverage import cover
from shepherd.author.report import Report
from shepherd.author.scenarios import Walked, walk
from shepherd.author.spoken import ended
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.canonical import digest
from shepherd.flow.draft import Draft
from shepherd.flow.findings import Finding
from shepherd.flow.given import Malformed, Scenario
from shepherd.flow.memory import collector_rests
from shepherd.flow.scenario_files import scenarios_in
from shepherd.flow.shown import many

#: So many of what shuts a gate are named; its command tells the rest.
MOST_NAMED = 3


class Gate(NamedTuple):
    """A condition that is not met: its *name*, what is wrong, and the command or deed that *mends* it."""

    name: str
    says: str
    mends: str


class Judged(NamedTuple):
    """
    What a draft came to: the *shut* gates, none where it may go live, and the library that it is, if it is one.

    *evidence* has what was counted: ``warnings``, ``scenarios``, ``edges`` (walked and all), ``min_coverage`` (percent
    of each flow), and ``tested``, a hash over the names and texts of the files of scenarios.
    """

    shut: tuple[Gate, ...]
    library: Library | None
    evidence: Mapping[str, Any]


def judge_draft(draft: Draft, today: date | None = None) -> Judged:
    """Check *draft* as of *today*, walk all its scenarios, and hold their coverage against what the desk asks."""
    with collector_rests():
        findings = examine(draft, today)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors or not draft.flows:
            return Judged((_errors(errors),), None, {})
        library = Library.of(draft, findings)
        scenarios, unread = _scenarios(draft)
        verdicts = [walk(library, scenario) for scenario in scenarios]
    covered = cover(library.flows, verdicts)
    least = draft.policy.min_coverage
    shut = (*_failing(verdicts, unread), *_uncovered(Report(tuple(verdicts), covered, least=least)))
    evidence = {
        "warnings": len(findings),
        "scenarios": len(verdicts),
        "edges": [sum(one.edges[0] for one in covered), sum(one.edges[1] for one in covered)],
        "min_coverage": least,
        "tested": digest([[document.file, draft.sources[document.file]] for document in draft.scenarios]),
    }
    return Judged(shut, library, evidence)


def _errors(errors: list[Finding]) -> Gate:
    if not errors:
        return Gate("errors", "There is no flow to be published.", "shepherd new FLOW")
    told = [f"{f.file}:{f.place.line}:{f.place.column}: {f.message} [{f.code} {f.name}]" for f in errors]
    return Gate("errors", f"{many(len(errors), 'error')}. {_listed(told)}", "shepherd check")


def _scenarios(draft: Draft) -> tuple[list[Scenario], list[Malformed]]:
    found: list[Scenario] = []
    unread: list[Malformed] = []
    for document in draft.scenarios:
        read, wrong = scenarios_in(document.typed, document.file, document.root)
        found += read
        unread += wrong
    return found, unread


def _failing(verdicts: list[Walked], unread: list[Malformed]) -> Iterator[Gate]:
    failed = [verdict for verdict in verdicts if not verdict.ok]
    told = [error.sentence for error in unread]
    told += [ended(f"{one.scenario.flow}: {one.scenario.name}: {one.failures[0]}") for one in failed]
    if told:
        count = f"{len(failed)} of {many(len(verdicts), 'scenario')} failed"
        count += f", and {len(unread)} can't be read" if unread else ""
        yield Gate("scenarios", f"{count}. {_listed(told)}", "shepherd test")


def _uncovered(report: Report) -> Iterator[Gate]:
    if report.below:
        told = [f"{one.flow}: {one.edges[0]} of {one.edges[1]} edges are walked." for one in report.below]
        says = f"{many(len(told), 'flow')} below {report.least} % (`publishing` in desk.yaml). {_listed(told)}"
        yield Gate("coverage", says, "shepherd test --suggest --save")


def _listed(told: list[str]) -> str:
    more = len(told) - MOST_NAMED
    return " ".join(told[:MOST_NAMED]) + (f" And {more} more." if more > 0 else "")
