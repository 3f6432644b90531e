"""Which files a library has: its own, and not those of a library that lies inside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.flow.draft import read_draft
from shepherd.flow.files import files_of, home_of

FLOW = """\
flow: {name}
title: Say hello
category: intake
version: 1
outcomes:
  done: {{resolves: true}}
steps:
  hello: {{end: done}}
"""


def _flow(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    file.write_text(FLOW.format(name=name))
    return file


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    """A library with a plain folder, a library inside it, and a folder in that one."""
    _flow(tmp_path, "hello")
    _flow(tmp_path / "more", "good_evening")
    _flow(tmp_path / "examples", "welcome")
    _flow(tmp_path / "examples" / "deeper", "farewell")
    for folder in (tmp_path, tmp_path / "examples"):
        (folder / "desk.yaml").write_text(f"desk: {'outer' if folder == tmp_path else 'inner'}\n")
    return tmp_path


def test_a_library_inside_a_library_is_not_read_with_it(outer: Path) -> None:
    """A folder with a desk of its own is another library, in which other queues and names hold."""
    assert set(read_draft(outer).flows) == {"hello", "good_evening"}
    assert set(read_draft(outer / "examples").flows) == {"welcome", "farewell"}
    assert read_draft(outer).findings == ()


def test_a_desk_may_lie_in_any_folder_of_its_library(outer: Path) -> None:
    """A file is what its first key says, never where it lies: without a desk above, the one below is the library's."""
    (outer / "desk.yaml").unlink()
    assert outer / "examples" / "desk.yaml" in files_of(outer)
    assert set(read_draft(outer).flows) == {"hello", "good_evening", "welcome", "farewell"}
    assert home_of(outer / "examples" / "welcome.yaml", outer) == outer


def test_a_file_is_read_with_the_innermost_library(outer: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is wrong in a file is looked for in the library that it belongs to, or nothing would be found."""
    assert home_of(outer / "hello.yaml", outer) == outer
    assert home_of(outer / "more" / "good_evening.yaml", outer) == outer
    assert home_of(outer / "examples" / "welcome.yaml", outer) == outer / "examples"
    assert home_of(outer / "examples" / "deeper" / "farewell.yaml", outer) == outer / "examples"
    elsewhere = _flow(tmp_path_factory.mktemp("elsewhere"), "alone")
    assert home_of(elsewhere, outer) == elsewhere.parent
