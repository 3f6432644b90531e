"""What a comparison came to, for people, for a merge request and for programs (``diff/1``)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from shepherd.author.affected import Affected
from shepherd.author.difference import Change, Difference, EdgePair, FlowDifference
from shepherd.author.difftold import heading, one, sentences, summary
from shepherd.author.partings import Arrival, Parting, Told, Weighed
from shepherd.author.spoken import ended, listed, quoted, seen
from shepherd.flow.shown import many

WIDTH = 100
#: So many changes beside the flows, scenarios and runs are told to people; programs get all.
MOST_TOLD = 40
LONGEST = 160


class OpenRun(NamedTuple):
    """
    A run under way on the earlier version: its *id*, its ticket's *number*, and where it stands.

    *changed*: that step differs. *moves*: it could be moved; *why* it could not.
    """

    id: str
    number: str
    step: str
    changed: bool
    moves: bool
    why: str = ""


class Report(NamedTuple):
    """
    What ``diff`` tells.

    *weighed* has the flows whose paths were walked side by side; *notes* say what was not looked at. *runs* is None
    where no record was given; *walked* counts the scenarios that were walked over both.
    """

    before: str
    after: str
    difference: Difference
    weighed: tuple[Weighed, ...] = ()
    scenarios: tuple[Affected, ...] = ()
    walked: int = 0
    runs: tuple[OpenRun, ...] | None = None
    notes: tuple[str, ...] = ()


# --- for programs ------------------------------------------------------------------------------------


def as_json(report: Report) -> dict[str, Any]:
    """The object that ``diff --format json`` prints."""
    return {
        "shepherd": "diff/1",
        "before": report.before,
        "after": report.after,
        "same": report.difference.empty,
        "summary": summary(report.difference),
        "flows": [_flow_as_json(flow) for flow in report.difference.flows],
        "beside": [_change_as_json(change, one(change)) for change in report.difference.beside],
        "paths": [_weighed_as_json(weighed) for weighed in report.weighed],
        "scenarios": {
            "walked": report.walked,
            "affected": [{**s._asdict(), "why": list(s.why)} for s in report.scenarios],
        },
        "runs": None if report.runs is None else [run._asdict() for run in report.runs],
        "notes": list(report.notes),
    }


def _flow_as_json(flow: FlowDifference) -> dict[str, Any]:
    told = dict(sentences(flow))
    return {
        "flow": flow.flow or None,
        "was": flow.was or None,
        "title": flow.title,
        "how": "rewritten" if flow.rewritten else flow.how,
        "changes": [_change_as_json(change, told.get(change, "")) for change in flow.changes],
        "edges": [_edge_as_json(pair) for pair in flow.edges if not pair.same],
    }


def _change_as_json(change: Change, text: str) -> dict[str, Any]:
    return {**change._asdict(), "text": text}


def _edge_as_json(pair: EdgePair) -> dict[str, Any]:
    sides = {}
    for name, edge in (("before", pair.before), ("after", pair.after)):
        sides[name] = {"step": edge.source, "by": edge.by, "to": edge.target} if edge is not None else None
    return {**sides, "pointed": pair.pointed, "reworded": pair.reworded}


def _weighed_as_json(weighed: Weighed) -> dict[str, Any]:
    return {
        "flow": weighed.flow,
        "whole": weighed.whole,
        "not_weighed": weighed.why or None,
        "partings": [
            {
                "kind": parting.kind,
                "path": [told._asdict() for told in parting.path],
                "before": {**parting.before._asdict(), "ends": list(parting.before.ends)},
                "after": {**parting.after._asdict(), "ends": list(parting.after.ends)},
                "text": parted(parting),
            }
            for parting in weighed.partings
        ],
    }


# --- for people --------------------------------------------------------------------------------------


def as_text(report: Report) -> str:
    """Headings, and one sentence a line below them."""
    lines = []
    for head, told in _parts(report):
        lines += [head, "=" * min(len(head), WIDTH)] if head else []
        for line in told:
            bullet, rest = ("- ", line.removeprefix("- ")) if line.startswith("- ") else ("", line)
            indent = "  " if bullet else ""
            lines += textwrap.wrap(
                rest,
                WIDTH,
                initial_indent=bullet,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            ) or [""]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def as_markdown(report: Report) -> str:
    """The same for a merge request: headings, lists, and what is long folded away."""
    lines = [f"## Flows: {_md(seen(report.before))} → {_md(seen(report.after))}", ""]
    for head, told in _parts(report):
        lines += [f"### {_md(head)}", ""] if head else []
        shown = [_md(line) if not line.startswith("- ") else f"- {_md(line.removeprefix('- '))}" for line in told]
        if len(shown) > MOST_TOLD:
            lines += ["<details>", f"<summary>{many(len(shown), 'line')}</summary>", "", *shown, "", "</details>", ""]
        else:
            lines += [*shown, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


#: What Markdown or HTML would act on: marks, links, and what would call a person or name an issue.
_MARKS = str.maketrans(
    {c: f"\\{c}" for c in "\\`*_[]|~"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "#": "&#35;"}
)


def _md(text: str) -> str:
    """*text* with nothing in it that Markdown or HTML would act on."""
    return text.translate(_MARKS)


def _parts(report: Report) -> Iterator[tuple[str, list[str]]]:
    """Each heading with its lines; a line that is one of several begins with ``- ``."""
    yield "", [summary(report.difference)]
    paths = {weighed.flow: weighed for weighed in report.weighed}
    for flow in report.difference.flows:
        if flow.rewritten:
            continue
        weighed = paths.get(flow.flow or flow.was)
        told = list(_flow(flow))
        told += [f"- {parted(parting)}" for parting in weighed.partings] if weighed else []
        yield heading(flow), told
    known = {flow.flow or flow.was for flow in report.difference.flows if not flow.rewritten}
    for weighed in report.weighed:
        if weighed.flow not in known and weighed.partings:
            yield f"{weighed.flow}: what it reads differs", [f"- {parted(parting)}" for parting in weighed.partings]
    beside = [f"- {one(change)}" for change in report.difference.beside]
    if beside:
        yield "Beside the flows", _some(beside, "changes")
    if report.walked:
        yield "Scenarios", list(_scenarios(report))
    if report.runs is not None:
        yield "Runs under way", list(_runs(report.runs))
    if report.notes:
        yield "Not looked at", [f"- {note}" for note in report.notes]


def _some(lines: list[str], what: str) -> list[str]:
    if len(lines) <= MOST_TOLD:
        return lines
    return [*lines[:MOST_TOLD], f"And {len(lines) - MOST_TOLD} more {what}; --format json has all of them."]


def _flow(flow: FlowDifference) -> Iterator[str]:
    """The changes of a flow, those of a step together behind its name."""
    for change, text in sentences(flow):
        step = change.step or change.was
        inside = step and change.kind != "step"
        yield f"- {f'At {seen(step)}, {text[:1].lower()}{text[1:]}' if inside else text}"


def parted(parting: Parting) -> str:
    """One parting as a sentence."""
    by = _path(parting.path)
    start = f"By {by}: " if by else "At the beginning: "
    if parting.kind == "vanishes":
        return f"{start}this path vanishes; it came to {_came(parting.before)}."
    if parting.kind == "appears":
        return f"{start}this path appears; it comes to {_came(parting.after)}."
    ends = "" if parting.kind == "ends elsewhere" else "; how it can end is the same"
    return f"{start}it came to {_came(parting.before)}, and comes to {_came(parting.after)}{ends}."


def _came(arrival: Arrival) -> str:
    if arrival.outcome:
        return f"the end {seen(arrival.outcome)}"
    ends = f" (then {listed([seen(end) for end in arrival.ends], 'or')})" if arrival.ends else ""
    return f"{seen(arrival.step)}{ends}"


def _path(path: Sequence[Told]) -> str:
    """The path by what was given on it; what was merely read is left out, but at its end."""
    given = [told for place, told in enumerate(path) if told.value or place == len(path) - 1]
    return " → ".join(f"{seen(told.step)}{f' ({seen(told.value)})' if told.value else ''}" for told in given)


#: How a scenario is told that only one version can walk.
HOWS = {"only there": "can be walked over the later version alone", "not there any more": "can't be walked any more"}


def _scenarios(report: Report) -> Iterator[str]:
    if not report.scenarios:
        yield f"{report.walked} were walked over both versions, and come to the same."
        return
    number = len(report.scenarios)
    come = "1 comes" if number == 1 else f"{number} come"
    yield f"{report.walked} were walked over both versions; {come} to something else."
    lines = []
    for found in report.scenarios:
        ends = (
            f" (before: {seen(found.before)}; now: {seen(found.after)})"
            if found.before and found.before != found.after
            else ""
        )
        edition = {"before": ", as it was written,", "after": ", as it is written now,"}.get(found.edition, "")
        how = HOWS.get(found.how, found.how)
        why = f": {_short(found.why[0])}" if found.why else ""
        lines.append(f"- {ended(f'{seen(found.flow)} {quoted(found.name)}{edition} {how}{ends}{why}')}")
    yield from _some(lines, "scenarios")


def _short(text: str) -> str:
    """The first line of *text*, cut where it is long; programs get all of it."""
    line = seen(text.partition("\n")[0])
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rpartition(' ')[0]} …"


def _runs(runs: Sequence[OpenRun]) -> Iterator[str]:
    if not runs:
        yield "None stands on the earlier version."
        return
    changed, moves = sum(run.changed for run in runs), sum(run.moves for run in runs)
    yield f"{len(runs)} stand on the earlier version, {changed} at a step that differs; {moves} could be moved."
    lines = []
    for run in runs:
        told = "could be moved" if run.moves else f"could not be moved: {run.why}"
        at = f"at {seen(run.step)}{' (differs)' if run.changed else ''}"
        lines.append(f"- {run.number} {at} {told}".rstrip(".") + ".")
    yield from _some(lines, "runs")
