"""Small libraries written to a folder and read like any other, for checks that look into expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding

HEAD = "flow: f\ntitle: F\ncategory: orders\nversion: 1\n"
DONE = "outcomes:\n  done: {resolves: true}\n"
END = "  hello:\n    say: Hello.\n  finish: {end: done}\n"
CONNECTORS = """connectors:
  line:
    kind: table
    file: lines.csv
    key: customer_id
    operations:
      test:
        reads: true
        inputs: {customer_id: text}
        results:
          ok: {status: {one_of: [up, down]}, eta: {type: time, optional: true}}
          not_found: {}
      check:
        reads: true
        accepts_secret: true
        inputs: {customer_id: text, pin: digits}
        results: {ok: {}, no_match: {}}
"""
DESK = """desk: house
queues: {second: {skill: technical}}
facts:
  customer:
    first_name: {type: text, personal: true}
    tier: {type: choice, options: [basic, premium]}
"""
Family = Callable[[Draft], Iterable[Finding]]


def library(folder: Path, body: str, *, outcomes: str = DONE, **others: str) -> Draft:
    """The flow ``f`` with *body* beside a line, a desk and the flows *others*; it is read without a finding."""
    files = {"f": HEAD + outcomes + body, "connectors": CONNECTORS, "desk": DESK} | others
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "lines.csv").write_text("customer_id,status,eta,pin\nC-1,up,09:00,1234\n", encoding="utf-8")
    draft = read_draft(folder)

    assert list(draft.findings) == []
    return draft


def told(family: Family, draft: Draft) -> list[tuple[str, str]]:
    """The code of each finding, with the very text that it points at."""
    found = []
    for finding in family(draft):
        line = draft.sources[finding.file].splitlines()[finding.place.line - 1]
        found.append((finding.code, line[finding.place.column - 1 : finding.place.end_column - 1]))
    return found
