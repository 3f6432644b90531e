"""The shipped flows, read and checked once in each process of the tests. What is here is shared: nobody changes it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shepherd.author import Verdict, read_scenarios, run_scenario
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding

FLOWS = Path(__file__).resolve().parents[1] / "flows"


@cache
def draft() -> Draft:
    """The shipped flows as they are read."""
    return read_draft(FLOWS)


@cache
def findings() -> tuple[Finding, ...]:
    """What the checks find in them."""
    return tuple(examine(draft()))


@cache
def library() -> Library:
    """The library that they are."""
    return Library.of(draft(), findings())


@cache
def verdicts() -> tuple[Verdict, ...]:
    """How each of their scenarios came out, in the order of the files."""
    return tuple(run_scenario(library(), s) for d in draft().scenarios for s in read_scenarios(d.typed, d.file))
