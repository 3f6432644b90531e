"""The house itself: rooms of a size one can live in, nothing unfinished, nothing undocumented."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shepherd.cli.app import COMMANDS
from shepherd.flow.ids import ID
from tests.conftest import LONGEST as LONGEST_TESTS
from tests.conftest import TESTS

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST = 420


def tracked() -> list[Path]:
    """The files that are part of the project."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def test_no_module_is_a_hall() -> None:
    """
    A module that no longer fits is two.
    """
    assert [f"{p.name}: {n}" for p in SOURCES if (n := len(p.read_text().splitlines())) > LONGEST] == []


def test_nothing_is_left_unfinished() -> None:
    """
    No mark of work to do, and no path of anybody's machine, in any file.
    """
    marks = re.compile(r"TO" r"DO|FIX" r"ME|XX" r"X|NotImpl" r"ementedError|/ho" r"me/|/ro" r"ot/")
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in tracked()
        if path.suffix not in (".lock", ".png")
        and (hit := marks.search(path.read_text(encoding="utf-8", errors="replace")))
    ]

    assert found == []


def test_the_files_that_are_begun_first_are_there() -> None:
    """
    A long file that was renamed would be begun last again, unseen.
    """
    assert [name for name in LONGEST_TESTS if not (TESTS / name).is_file()] == []


def test_every_command_is_documented() -> None:
    """
    What can be typed is told somewhere a reader looks.
    """
    told = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))

    assert [name for name in COMMANDS if f"shepherd {name}" not in told] == []


TIMED = re.compile(r"\.get\((?:timeout=|(?:True|block=True), )")


def test_nobody_waits_on_a_simple_queue_for_a_time() -> None:
    """
    `SimpleQueue.get(timeout=…)` may wait for ever: where time is over between its two looks (CPython 3.11, seen
    with 0.3 ms), it goes on without a limit until somebody puts something. `Queue` keeps its word.
    """
    assert TIMED.search("x.get(timeout=0.0003)")
    assert TIMED.search("x.get(True, 3)")
    assert [p.name for p in SOURCES if "SimpleQueue" in (text := p.read_text("utf-8")) and TIMED.search(text)] == []


def properties(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every property that a schema declares, with its own schema."""
    if isinstance(schema, dict):
        for name, value in (schema.get("properties") or {}).items():
            if isinstance(value, dict):
                yield name, value
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def test_how_a_name_is_written_stands_once() -> None:
    """
    The language, its commands and the schemas take the same names: the pattern has one home, and theirs is the same.
    """
    common = json.loads((ROOT / "schemas" / "common.schema.json").read_text(encoding="utf-8"))
    modules = sorted((ROOT / "src").rglob("*.py"))
    again = [path.name for path in modules if re.search(r"\[a-z\]\[a-z0-9_\](?:\{0,63\}|\*:)", path.read_text("utf-8"))]

    assert again == ["ids.py"]
    assert common["$defs"]["id"]["pattern"] == f"^{ID}$"


def test_every_property_of_the_schemas_is_described() -> None:
    """
    An editor shows the description while a designer types; a reference or a bare condition carries none of its own.
    """
    bare = [
        f"{path.name}: {name}"
        for path in sorted((ROOT / "schemas").glob("*.json"))
        for name, value in properties(json.loads(path.read_text(encoding="utf-8")))
        if "description" not in value and not set(value) <= {"$ref", "const", "enum", "not", "pattern"} and value != {}
    ]

    assert bare == []
