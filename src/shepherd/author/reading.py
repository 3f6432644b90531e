"""A flow's sentences beside its text: what is said of each step, and each line of the file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from shepherd.author.explain import HEADINGS, Sentence, explain
from shepherd.author.shapes import shape_of
from shepherd.author.vows import Vow
from shepherd.flow.findings import Finding
from shepherd.flow.ids import ID
from shepherd.flow.model import Flow

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft

GO_TO = "go to "
STEP = re.compile(rf"  ({ID}):")


class Spoken(NamedTuple):
    """
    A sentence for a page: its words *before* and *after* the name of the step *to* which it leads, "" where to none.

    *line* is where that stands in the flow's file; *item* that it is one of a list, *inner* one below another.
    """

    before: str
    to: str
    after: str
    line: int
    item: bool
    inner: bool

    @property
    def text(self) -> str:
        """The whole sentence."""
        return self.before + self.to + self.after


class Part(NamedTuple):
    """What is said under one heading of the flow's head: *heading* is "" for what the flow is."""

    heading: str
    sentences: tuple[Spoken, ...]


class StepTold(NamedTuple):
    """A step: its *number* in the file, what kind it is, the *line* it begins at, and its sentences."""

    id: str
    number: int
    kind: str
    line: int
    sentences: tuple[Spoken, ...]


class Line(NamedTuple):
    """A line of a file: the *step* it belongs to, that a step *begins* there, and what is wrong in it."""

    number: int
    text: str
    step: str
    begins: bool
    findings: tuple[Finding, ...]

    @property
    def marked(self) -> tuple[str, str, str]:
        """What stands before, in, and behind that in which something is wrong."""
        if not self.findings:
            return self.text, "", ""
        place = self.findings[0].place
        start = min(place.column - 1, len(self.text)) if place.line == self.number else len(self.text)
        end = place.end_column - 1 if place.end_line == self.number else len(self.text)
        return self.text[:start], self.text[start:end], self.text[max(start, end) :]


class Reading(NamedTuple):
    """
    A flow as it is read aloud: its head, its steps, the lines of its *file*, none where the text is not kept, and the
    *promises* that hold for its steps.
    """

    file: str
    head: tuple[Part, ...]
    steps: tuple[StepTold, ...]
    lines: tuple[Line, ...]
    promises: tuple[Vow, ...] = ()


def reading(draft: Draft | Library, name: str, findings: Iterable[Finding] = ()) -> Reading:
    """The flow *name* of *draft*, with the *findings* that lie in its file. Raises KeyError where there is none."""
    explained = explain(draft, name)
    flow = explained.flow
    said: dict[str, list[Sentence]] = {}
    for sentence in explained.sentences:
        said.setdefault(sentence.step, []).append(sentence)
    steps = tuple(
        StepTold(
            step.id,
            number,
            shape_of(step.verb).word,
            step.place.line,
            tuple(_spoken(sentence, flow.steps) for sentence in said.get(step.id, ())),
        )
        for number, step in enumerate(flow.steps.values(), 1)
    )
    return Reading(
        flow.file, _head(said.get("", [])), steps, lines_of(draft.sources.get(flow.file, ""), flow, findings)
    )


def lines_of(text: str, flow: Flow | None, findings: Iterable[Finding] = (), file: str = "") -> tuple[Line, ...]:
    """
    The lines of *text*, with those of *findings* that lie in the file.

    *flow* is what the text was read as, and tells which lines belong to which step; None where it can't be read, and
    then *file* is its name.
    """
    begins = {step.place.line: step.id for step in flow.steps.values()} if flow is not None else _begins(text)
    wrong: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.file == (flow.file if flow is not None else file):
            wrong.setdefault(finding.place.line, []).append(finding)
    lines, step = [], ""
    texts = text.removesuffix("\n").split("\n") if text else []
    for number, line in enumerate(texts, 1):
        if line[:1].strip() and line[:1] != "#":
            step = ""  # a key of the flow's head: what stood above it is over
        step = begins.get(number, step)
        found = wrong.pop(number, [])
        if number == len(texts):
            found += [finding for beyond in sorted(wrong) for finding in wrong[beyond]]
        lines.append(Line(number, line.rstrip("\r"), step, number in begins, tuple(found)))
    return tuple(lines)


def _begins(text: str) -> dict[int, str]:
    """Where the steps of *text* seem to begin, for as long as it can't be read."""
    found, inside = {}, False
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1].strip() and line[:1] != "#":
            inside = line.startswith("steps:")
        elif inside and (step := STEP.match(line)):
            found[number] = step[1]
    return found


def _head(sentences: list[Sentence]) -> tuple[Part, ...]:
    parts = groupby(sentences, lambda sentence: HEADINGS.get(sentence.about.partition(":")[0], ""))
    return tuple(Part(heading, tuple(_spoken(one, {}) for one in listed)) for heading, listed in parts)


def _spoken(sentence: Sentence, steps: Mapping[str, object]) -> Spoken:
    """*sentence* cut where it names the step that it leads to."""
    item = ":" in sentence.about or sentence.about == "way"
    inner = sentence.about.startswith(("case:", "row:"))
    before, found, rest = sentence.text.rpartition(GO_TO) if sentence.about == "way" else ("", "", "")
    to = rest.partition(" ")[0]
    if not found or to not in steps:
        return Spoken(sentence.text, "", "", sentence.place.line, item, inner)
    return Spoken(before + found, to, rest[len(to) :], sentence.place.line, item, inner)
