"""Marks of what is still to be done: comments alone, at their place, also very many of them."""

from __future__ import annotations

from pathlib import Path

from shepherd.check import examine
from shepherd.flow.draft import read_draft

FLOW = """\
flow: hello
title: Hello  # To-Do: is that how people search it?
category: troubleshooting
version: 1
outcomes:
  done: {resolves: true}
steps:
  greet:
    say: |
      Hello.
      # to-do: this is said
  tell:
    # to-do:
    say: "Write # to-do: on the board."
    end: done
"""


def marks(folder: Path, text: str) -> list[tuple[int, int, str]]:
    (folder / "hello.yaml").write_text(text, encoding="utf-8")
    found = [f for f in examine(read_draft(folder)) if f.code == "SHP120"]
    return [(f.place.line, f.place.column, f.message) for f in found]


def test_comments_are_found_and_words_are_not(tmp_path: Path) -> None:
    """What stands within words is said to somebody, and no mark."""
    assert marks(tmp_path, FLOW) == [
        (2, 15, "Still to do: is that how people search it?"),
        (13, 5, "Still to do: something is not settled yet"),
    ]


def test_very_many_are_told_up_to_a_limit(tmp_path: Path) -> None:
    """A file full of marks is no flood."""
    assert 1900 < len(marks(tmp_path, FLOW + "# to-do: more\n" * 5000)) <= 2000
