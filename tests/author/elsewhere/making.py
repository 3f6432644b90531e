"""Flows made of files from elsewhere, checked as the command does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shepherd.author.elsewhere import READERS, Head, Sketch, compose
from shepherd.check import examine
from shepherd.flow.draft import read_draft
from shepherd.flow.findings import Finding
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Ask, Flow

MARK = re.compile(r"(^ *|[\w}]  )# to-do: ")


class Made(NamedTuple):
    """A flow from elsewhere: its text, what the check finds in it, and the flow if it could be built."""

    text: str
    findings: list[Finding]
    flow: Flow | None

    @property
    def marks(self) -> list[int]:
        """The lines that bear a mark."""
        return [number for number, line in enumerate(self.text.splitlines(), 1) if MARK.search(line)]

    @property
    def codes(self) -> set[str]:
        """The rules that found anything besides the marks."""
        return {f.code for f in self.findings} - {"SHP120"}

    def ways(self) -> list[tuple[str, str]]:
        """The ways from step to step, sorted."""
        assert self.flow is not None, self.text
        return sorted((s, t) for s, t in graph_of(self.flow).edges())

    def labels(self, step: str) -> dict[str, str]:
        """The answers of a question: their labels, with where each leads."""
        assert self.flow is not None, self.text
        found = self.flow.steps[step]
        assert isinstance(found.action, Ask)
        return {o.label: found.edges[f"answer:{o.value}"].target for o in found.action.field.options}


def made(folder: Path, sketch: Sketch, *, flows: Mapping[str, Flow] | None = None) -> Made:
    """The flow ``imported`` of *sketch*, written to *folder* and checked in it."""
    head = Head("imported", "", "troubleshooting", False, "a file.csv", "")
    text = compose(sketch, head, flows or {}).text
    (folder / "imported.yaml").write_text(text, encoding="utf-8")
    draft = read_draft(folder)
    findings = [one for one in examine(draft) if one.file == "imported.yaml"]
    assert [f.place.line for f in findings if f.code == "SHP120"] == Made(text, findings, None).marks, text
    return Made(text, findings, draft.flows.get("imported"))


def read(form: str, text: str | bytes, process: str = "") -> Sketch:
    """What *text* draws."""
    return READERS[form](text.encode("utf-8") if isinstance(text, str) else text, process)
