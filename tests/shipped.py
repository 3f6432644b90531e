"""The shipped flows, read and checked once in each process of the tests. What is here is shared: nobody changes it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from shepherd.author import Verdict, read_scenarios, run_scenario
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding

FLOWS = Path(__file__).resolve().parents[1] / "flows"
FEW = ("internet_down", "authentication", "closing", "desk", "connectors")
#: What ``closing`` needs of a desk when it stands without the others.
SMALL_DESK = """desk: small
time_zone: UTC
hours: {mon-fri: 08:00-20:00}
queues: {first_line: {skill: general}}
"""


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


@cache
def few() -> Path:
    """
    A folder with ``internet_down`` and what it calls, which is read in an eighth of the time.

    For tests of what is done with flows, where it does not matter which they are.
    """
    folder = Path(tempfile.mkdtemp(prefix="shepherd-few-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return copy_of_few(folder / "flows")


def copy_of_few(folder: Path) -> Path:
    """Make *folder*, with these flows, the desk, the connectors and their tables, to be changed."""
    shutil.copytree(FLOWS / "data", folder / "data")
    for path in FLOWS.glob("*.yaml"):
        if path.name.partition(".")[0] in FEW and not path.name.endswith(".scenarios.yaml"):
            shutil.copy(path, folder)
    desk = (FLOWS / "desk.yaml").read_text("utf-8").splitlines(keepends=True)
    (folder / "desk.yaml").write_text("".join(line for line in desk if "_approved:" not in line), "utf-8")
    return folder
