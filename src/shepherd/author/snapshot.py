"""A folder of flows as it lies there: what can be read, what is wrong, and the flows that may be tried all the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from shepherd.check import examine
from shepherd.check.callgraph import others_of
from shepherd.check.library import Library
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding
from shepherd.flow.scenario_files import SUFFIX, flow_of
from shepherd.flow.shown import visible

_FLOW = re.compile(r"^(?:#.*\n|---.*\n|\s*\n)*flow:")
_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """
    What was read at one time, and everything that ``shepherd check`` would say of it, scenarios included.

    *library* has the flows that may be tried: those without errors that need none with any; None where the files beside
    them have errors. What is wrong with scenarios holds up no flow. *files* names the file of every flow, of those that
    can't be read too.
    """

    draft: Draft
    findings: tuple[Finding, ...]
    files: Mapping[str, str]
    library: Library | None

    def of(self, flow: str) -> tuple[Finding, ...]:
        """The findings in the file of *flow*, in its scenarios, and those elsewhere that are about it."""
        file = self.files.get(flow)
        return tuple(f for f in self.findings if f.file == file or flow in (f.flow, _tested(f)))

    def is_broken(self, flow: str) -> bool:
        """Whether *flow* itself has errors; those of its scenarios are none of it."""
        return any(f.severity == "error" and not _tested(f) for f in self.of(flow))

    def needs(self, flow: str) -> tuple[str, ...]:
        """The flows that *flow* needs, by whatever way, in the order in which they are come to; without itself."""
        found = {flow: None}
        for name in (queue := [flow]):
            for other in sorted(needed_by(self.draft, name)) if name in self.draft.flows else ():
                if other not in found:
                    found[other] = None
                    queue.append(other)
        return tuple(found)[1:]

    @property
    def elsewhere(self) -> tuple[Finding, ...]:
        """The findings in files that are no flow's, and about none."""
        files = set(self.files.values())
        return tuple(
            f for f in self.findings if f.file not in files and self.files.keys().isdisjoint((f.flow, _tested(f)))
        )

    def title(self, flow: str) -> str:
        """The title of *flow*, as far as its text has one."""
        if flow in self.draft.flows:
            return self.draft.flows[flow].title
        found = _TITLE.search(self.draft.sources.get(self.files.get(flow, ""), ""))
        return visible(found[1].strip("'\"")) if found else flow


def snapshot(folder: Path, today: Callable[[str], date]) -> Snapshot:
    """Read and check *folder*; *today* gives the day it is in a time zone. Raises FileNotFoundError."""
    draft = read_draft(folder)
    return of_draft(draft, examine(draft, today(draft.policy.time_zone), tests=True))


def of_draft(draft: Draft, findings: Iterable[Finding]) -> Snapshot:
    """The snapshot of a *draft* in which *findings* were found."""
    found = tuple(findings)
    files = {flow.id: flow.file for flow in draft.flows.values()}
    for file, text in draft.sources.items():
        if file.endswith(".yaml") and not file.endswith(SUFFIX) and file not in files.values() and _FLOW.match(text):
            files.setdefault(file.rpartition("/")[2].removesuffix(".yaml"), file)
    return Snapshot(draft=draft, findings=found, files=files, library=_usable(draft, found, files))


def _tested(finding: Finding) -> str:
    """The flow whose scenarios have *finding*; empty for what is wrong elsewhere."""
    return flow_of(finding.file) if finding.file.endswith(SUFFIX) else ""


def _usable(draft: Draft, findings: tuple[Finding, ...], files: Mapping[str, str]) -> Library | None:
    errors = [finding for finding in findings if finding.severity == "error" and not _tested(finding)]
    if not errors:
        return Library.of(draft, ())
    about = {file: flow for flow, file in files.items()}
    apart = {document.file for document in draft.translations}
    broken: set[str] = set()
    for error in errors:
        flow = about.get(error.file) or error.flow
        if flow:
            broken.add(flow)
        elif error.file not in apart:
            return None
    good = _without(draft, broken)
    if not good:
        return None
    names = {f"flow:{name}" for name in draft.flows if name not in good}
    wordless = tuple(f"translation:{name}." for name in draft.flows if name not in good)
    documents = {n: d for n, d in draft.documents.items() if n not in names and not n.startswith(wordless or ("\0",))}
    flows = {name: draft.flows[name] for name in good}
    return Library.of(replace(draft, flows=flows, documents=documents), ())


def _without(draft: Draft, broken: set[str]) -> list[str]:
    """The flows of *draft* that lead into none of the *broken* ones, nor into one that can't be read."""
    needed = {name: needed_by(draft, name) for name in draft.flows}
    good = set(draft.flows) - broken
    while True:
        left = {name for name in good if needed[name] <= good}
        if left == good:
            return [name for name in draft.flows if name in good]
        good = left


def needed_by(draft: Draft, name: str) -> set[str]:
    """The flows that *name* leads into, and those that grant what it requires."""
    flow = draft.flows[name]
    needs = (*flow.requires, *(need for step in flow.steps.values() for need in step.requires))
    assurances = (draft.policy.assurances.get(need.name.rpartition(".")[2]) for need in needs)
    granting = {flow for declared in assurances if declared for flow in declared.granted_by}
    return granting | {other.flow for _, other in others_of(flow)}
