"""Findings for people (a code frame, a hint, the path) and for machines (FORMATS §7)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from shepherd.flow.findings import Finding, Hop
from shepherd.flow.shown import visible

#: The widest part of a line that a frame shows, and the most hops of a path that are printed in full.
WIDEST = 160
MOST_HOPS = 60


def render(findings: Iterable[Finding], sources: Mapping[str, str]) -> str:
    """Every finding for people, a blank line between two; *sources* has the text of each file."""
    return "\n".join(render_one(finding, sources.get(finding.file)) for finding in findings)


def render_one(finding: Finding, source: str | None = None) -> str:
    """
    One finding for people: place and message, the line with a caret below, the hint, and the path one hop a line.

    Characters that would move the cursor or turn the writing round are shown by their code.
    """
    place = finding.place
    lines = [
        f"{visible(finding.file)}:{place.line}:{place.column}: {finding.severity} "
        f"{visible(finding.message)} [{finding.code} {finding.name}]"
    ]
    lines += _frame(finding, source)
    if finding.hint:
        lines.append(f"  {visible(finding.hint)}")
    lines += _path(finding.path)
    return "\n".join(lines) + "\n"


def as_json(findings: Iterable[Finding], files: int) -> dict[str, Any]:
    """The object that ``check --format json`` prints."""
    listed = sorted(findings, key=lambda finding: finding.order)
    return {
        "shepherd": "check/1",
        "ok": not any(finding.severity == "error" for finding in listed),
        "files": files,
        "findings": [one_as_json(finding) for finding in listed],
    }


def one_as_json(finding: Finding) -> dict[str, Any]:
    """One finding as JSON."""
    place = finding.place
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "file": finding.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "flow": finding.flow,
        "step": finding.step,
        "message": finding.message,
        "hint": finding.hint,
        "path": [{"step": hop.step, "by": hop.by} for hop in finding.path],
    }


@lru_cache(maxsize=8)
def _lines(source: str) -> list[str]:
    """The lines of *source*, which many findings of one file ask for."""
    return source.split("\n")


def _frame(finding: Finding, source: str | None) -> list[str]:
    """The line that the finding is in, with a caret under the first character and the rest of the span underlined."""
    place = finding.place
    if source is None:
        return []
    lines = _lines(source)
    if not 1 <= place.line <= len(lines):
        return []
    line = lines[place.line - 1].rstrip("\r")
    start = min(place.column - 1, len(line))
    end = min(place.end_column - 1, len(line)) if place.end_line == place.line else len(line)
    skip = max(0, start - WIDEST // 2) if len(line) > WIDEST else 0
    before = visible(line[skip:start])
    marked = visible(line[start : max(end, start)])[:WIDEST]
    shown = (("…" if skip else "") + before + visible(line[start : skip + WIDEST])).rstrip()
    if len(line) > skip + WIDEST:
        shown += "…"
    number = f"{place.line} | "
    indent = " " * (len(number) + (1 if skip else 0) + _width(before))
    return [f"{number}{shown}", indent + "^" + "~" * max(0, _width(marked) - 1)]


def _width(text: str) -> int:
    """How many columns *text* takes: none for marks that combine, two for wide characters."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _path(path: tuple[Hop, ...]) -> list[str]:
    """The hops, one a line, each with the edge by which it is entered."""
    if not path:
        return []
    shown: list[Hop | None] = list(path)
    if len(path) > MOST_HOPS:
        half = MOST_HOPS // 2
        shown = [*path[:half], None, *path[-half:]]
    lines = ["  The path:"]
    for hop in shown:
        if hop is None:
            lines.append(f"    … {len(path) - MOST_HOPS} more …")
        else:
            lines.append(f"    {visible(hop.step)}" + (f"  ({visible(hop.by)})" if hop.by else ""))
    return lines
