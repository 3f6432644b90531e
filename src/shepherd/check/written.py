"""What is written in a draft, be it right or not: so that what can't be read is not called missing too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shepherd.flow.beside import Operation

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft


def is_written(draft: Draft, flow: str) -> bool:
    """Whether there is a file for *flow*, even if it could not be built."""
    files = (file for file in draft.sources if file.rpartition("/")[2] == f"{flow}.yaml")
    return any(_kind(draft.sources[file]) != "list" for file in files)


def broken_kinds(draft: Draft) -> set[str]:
    """The kinds of files (``desk``, ``connectors`` …) of which one could not be read."""
    wrong = {finding.file for finding in draft.findings if finding.severity == "error"}
    return {_kind(text) for file, text in draft.sources.items() if file in wrong}


def operation_of(draft: Draft, name: str) -> Operation | None:
    """The operation that ``connector.operation`` names, if it is known."""
    connector, _, operation = name.partition(".")
    known = draft.connectors.get(connector)
    return known.operations.get(operation) if known is not None else None


def _kind(text: str) -> str:
    """The first key of a file."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith(("#", "---"))), "")
    return first.partition(":")[0].strip().strip("\"'\ufeff")
