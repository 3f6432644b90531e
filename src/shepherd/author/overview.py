"""The list of flows as a designer needs it: how each stands, whose it is, and what is left to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from shepherd.author.counting import Counted
from shepherd.author.snapshot import Snapshot


class FlowRow(NamedTuple):
    """
    A flow in the list. *state* is ``right``, ``warnings``, ``errors``, ``held up``, *by* flows that it needs, or
    ``untested``, where only its scenarios have errors.

    *overdue*: its day of review has passed. *counted* is what its scenarios came to, None where they were not walked;
    *traffic* its runs of the last days, None where there is no record.
    """

    id: str
    title: str
    category: str
    state: str
    by: tuple[str, ...]
    errors: int
    warnings: int
    version: int
    owner: str
    review_by: str
    overdue: bool
    called_only: bool
    steps: int
    counted: Counted | None
    traffic: int | None


def rows(
    now: Snapshot, counted: Mapping[str, Counted], traffic: Mapping[str, int] | None, today: date
) -> tuple[FlowRow, ...]:
    """The flows of *now*, by category and title, those first that can't be read."""
    found = (_row(now, name, counted.get(name), traffic, today) for name in now.files)
    return tuple(sorted(found, key=lambda row: (row.category, row.title.casefold(), row.id)))


def _row(now: Snapshot, name: str, counted: Counted | None, traffic: Mapping[str, int] | None, today: date) -> FlowRow:
    flow, findings = now.draft.flows.get(name), now.of(name)
    errors = sum(finding.severity == "error" for finding in findings)
    usable = now.library is not None and name in now.library.flows
    broken = now.is_broken(name)
    held_up = not usable and not broken
    return FlowRow(
        id=name,
        title=now.title(name),
        category=flow.category if flow else "",
        state="errors" if broken else "held up" if held_up else _settled(errors, len(findings)),
        by=_held_up(now, name) if held_up else (),
        errors=errors,
        warnings=len(findings) - errors,
        version=flow.version if flow else 0,
        owner=flow.owner if flow else "",
        review_by=flow.review_by if flow else "",
        overdue=bool(flow and flow.review_by and flow.review_by < today.isoformat()),
        called_only=bool(flow and flow.called_only),
        steps=len(flow.steps) if flow else 0,
        counted=counted,
        traffic=traffic.get(name, 0) if traffic is not None else None,
    )


def _settled(errors: int, findings: int) -> str:
    """How a flow stands that may be tried: the *errors* are in its scenarios."""
    return "untested" if errors else "warnings" if findings else "right"


def _held_up(now: Snapshot, name: str) -> tuple[str, ...]:
    """Which flows with errors *name* leads into, by whatever way; none where it is a file beside the flows."""
    return tuple(flow for flow in now.needs(name) if now.is_broken(flow))
