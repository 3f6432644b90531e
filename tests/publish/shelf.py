"""A small library that passes the gate, as files."""

from __future__ import annotations

from pathlib import Path

from shepherd.flow.draft import Draft, read_draft

DESK = """
desk: small
time_zone: Europe/Helsinki
publishing: {min_coverage: 100}
"""

GREETING = """
flow: greeting
title: Say hello
category: intake
version: 1
outcomes: {done: {resolves: true}}
steps:
  hello: {say: WORDS}
  need:
    ask: How can I help you?
    answers: {question: answer, nothing: bye}
  answer: {say: Let me look that up for you.}
  bye: {end: done}
"""

SCENARIOS = """
scenarios:
  - name: A question is taken
    given: {answers: {need: question}}
    expect: {outcome: done, path: [hello, need, answer, bye]}
  - name: Nothing is needed
    given: {answers: {need: nothing}}
    expect: {outcome: done, path: [hello, need, bye]}
"""


def files_in(folder: Path, words: str = "Good morning.") -> Path:
    """The library as files in *folder*; the greeting says *words*."""
    folder.mkdir(exist_ok=True)
    (folder / "desk.yaml").write_text(DESK.lstrip(), "utf-8")
    (folder / "greeting.yaml").write_text(GREETING.lstrip().replace("WORDS", words), "utf-8")
    (folder / "greeting.scenarios.yaml").write_text(SCENARIOS.lstrip(), "utf-8")
    return folder


def draft_in(folder: Path, words: str = "Good morning.") -> Draft:
    """The same, read."""
    return read_draft(files_in(folder, words))
