"""One file of a library: what kind it is, and whether it has the shape of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shepherd.flow import schema, source
from shepherd.flow.findings import NOWHERE, Finding, Rule, nearest
from shepherd.flow.hazards import short
from shepherd.flow.leads import told_at_the_key, unknown_ways
from shepherd.flow.outdents import gathered
from shepherd.flow.source import Map

UNKNOWN_KIND = Rule(
    "SHP101",
    "unknown-kind",
    "error",
    "A file's first key says what it is: flow, desk, connectors, promises, list or scenarios. Nothing else is read.",
)
RULES = (UNKNOWN_KIND,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of the right shape: its kind, its tree with places, its typed source."""

    kind: str
    file: str
    root: Map
    typed: Mapping[str, Any]


def read_document(data: bytes, name: str) -> tuple[Document | None, list[Finding]]:
    """The document in *data*, the bytes of the file *name*, or None where it can't be read; and what is wrong."""
    read = source.read(data, name)
    findings = list(read.findings)
    root = read.root
    if root is None:
        return None, findings
    if not isinstance(root, Map) or not root.entries:
        return None, [*findings, UNKNOWN_KIND.at(NOWHERE, "This file holds no keys.", file=name, hint=_first_keys())]
    first = root.entries[0][0]
    lines = {finding.place.line for finding in findings}
    if first.text not in schema.KINDS:
        if first.place.line not in lines:
            hint = nearest(first.text, schema.KINDS) or _first_keys()
            message = f'"{short(first.text)}" is not what a file may begin with.'
            findings.append(UNKNOWN_KIND.at(first.place, message, file=name, hint=hint))
        return None, findings
    typed, found = schema.validate(root, first.text, name)
    found = told_at_the_key(root, found)
    findings += [finding for finding in found if finding.place.line not in lines]
    if found and not read.findings and first.text == "flow":
        told = {finding.place.line for finding in found}
        findings += (finding for finding in unknown_ways(root, name) if finding.place.line not in told)
    if first.text == "scenarios":
        findings = gathered(root, findings)
    if found or read.findings:
        return None, findings
    return Document(kind=first.text, file=name, root=root, typed=typed), findings


def _first_keys() -> str:
    return f"Begin with one of: {', '.join(schema.KINDS)}."
