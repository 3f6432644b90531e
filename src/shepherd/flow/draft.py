"""What was read: the flows, policy and connectors of a folder, with all that was found wrong in reading them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from shepherd.flow import source
from shepherd.flow.beside import Connector, Policy
from shepherd.flow.build import build
from shepherd.flow.document import Document, read_document
from shepherd.flow.files import data_of, files_of, rows_of, tables_of
from shepherd.flow.findings import Finding, Rule
from shepherd.flow.hours import wrong_calendar
from shepherd.flow.ids import check_ids
from shepherd.flow.leads import unknown_ways
from shepherd.flow.lists import Lists, OptionList, list_of
from shepherd.flow.listwords import LISTED
from shepherd.flow.memory import collector_rests, kept
from shepherd.flow.model import Flow
from shepherd.flow.policy import (
    UNKNOWN_LOOKUP,
    UNKNOWN_ZONE,
    connector_of,
    connectors_of,
    policy_of,
    ticket_connector,
    wrong_policy,
)
from shepherd.flow.promised import Promise, document_of, promises_of
from shepherd.flow.rows import Rows
from shepherd.flow.source import Map, Scalar

WRONG_NAME = Rule(
    "SHP102",
    "wrong-file-name",
    "error",
    "A flow's or a list's id is the name of its file, so that everybody finds it; ids are unique over the library.",
)
SECOND_POLICY = Rule(
    "SHP103",
    "second-policy-file",
    "error",
    "A library has one desk file, and each connector is declared once, so that there is one answer to every question.",
)
RULES = (WRONG_NAME, SECOND_POLICY, UNKNOWN_ZONE, UNKNOWN_LOOKUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    Everything read from a folder, right or wrong.

    *documents* maps ``flow:ID``, ``desk``, ``connectors:NAME``, ``promises:NAME``, ``list:NAME``, ``rows:FILE`` to
    typed source.
    *scenarios* are the scenario files, *translations* those with the words of a flow in another language.
    *sources* maps file names, relative to *folder*, to their text.
    """

    folder: Path | None = None
    flows: Mapping[str, Flow] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    promises: Mapping[str, Promise] = field(default_factory=dict)
    lists: Mapping[str, OptionList] = field(default_factory=dict)
    documents: Mapping[str, Any] = field(default_factory=dict)
    translations: tuple[Document, ...] = ()
    scenarios: tuple[Document, ...] = ()
    findings: tuple[Finding, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


def read_draft(path: Path | str, unsaved: Mapping[str, str] | None = None) -> Draft:
    """
    Read a folder of flows, or one file as a library of its own.

    *unsaved* are texts that are read in the place of files, or beside them, by names relative to the folder. Raises
    FileNotFoundError where there is nothing; all else that is wrong is a finding.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder {path}.")
    with collector_rests():
        return _read(path, path if path.is_dir() else path.parent, unsaved or {})


def _read(path: Path, folder: Path, unsaved: Mapping[str, str]) -> Draft:
    findings: list[Finding] = []
    sources: dict[str, str] = {}
    documents: list[Document] = []
    for file in sorted({*files_of(path), *(folder / name for name in unsaved)}):
        name = file.relative_to(folder).as_posix()
        if name in unsaved:
            data: bytes | None = unsaved[name].encode("utf-8", "surrogatepass")
        else:
            data = data_of(file, name, folder, findings)
        if data is None:
            continue
        sources[name] = data.decode("utf-8", "replace")
        document, found = kept((name, data), partial(read_document, data, name))
        findings += found
        if document is not None:
            documents.append(document)
    tables = set()
    for document in documents:
        if document.kind == "connectors":
            tables |= tables_of(document.root, document.file, folder, findings)
    documents = [d for d in documents if d.file not in tables]
    findings = [f for f in findings if f.file not in tables]
    sources = {name: text for name, text in sources.items() if name not in tables}
    rows: dict[str, Rows] = {}
    for document in documents:
        if document.kind == "flow":
            rows_of(document.root, document.typed, document.file, folder, findings, rows, sources)
    return _assemble(documents, findings, folder=folder, sources=sources, rows=rows)


def from_documents(documents: Mapping[str, Any]) -> Draft:
    """Compile again what was kept by its hash: typed sources by document name, checked when they were read."""
    made: list[Document] = []
    rows: dict[str, Rows] = {}
    for name, typed in documents.items():
        kind, _, rest = name.partition(":")
        if kind == "rows":
            rows[rest] = Rows(rest, typed[0], typed[1:])
            continue
        root = source.from_json(typed)
        if isinstance(root, Map):
            made.append(Document(kind=kind, file=f"{rest or kind}.yaml", root=root, typed=typed))
    lists = Lists({d.file.removesuffix(".yaml"): list_of(d.root, file=d.file)[0] for d in made if d.kind == "list"})
    policy = next((policy_of(d.root, file=d.file, lists=lists.anew()) for d in made if d.kind == "desk"), Policy())
    connectors: dict[str, Connector] = {"ticket": ticket_connector()}
    for document in made:
        if document.kind == "connectors":
            root, typed, name = document.root, document.typed, document.file.removesuffix(".yaml")
            connectors[name] = connector_of(
                name, root, typed, file="connectors.yaml", lists=lists, currency=policy.currency
            )
    flows: dict[str, Flow] = {}
    promises: dict[str, Promise] = {}
    findings: list[Finding] = []
    for document in made:
        if document.kind == "promises":
            promises |= promises_of(document.root, file="promises.yaml", levels=_levels(policy))
        if document.kind == "flow":
            flow, found = build(
                document.root,
                file=document.file,
                typed=document.typed,
                policy=policy,
                lists=lists.anew(),
                rows=rows,
            )
            findings += found
            if flow is not None:
                flows[flow.id] = flow
    return Draft(
        flows=flows,
        policy=policy,
        connectors=connectors,
        promises=promises,
        lists=lists.known,
        documents=dict(documents),
        findings=tuple(findings),
    )


def built_anew(draft: Draft, typed: Mapping[str, Any]) -> tuple[Flow | None, list[Finding]]:
    """The flow of another *typed* source as it would be in *draft*, and what is wrong with it."""
    lists = Lists(draft.lists)
    rows = {
        name.removeprefix("rows:"): Rows(name.removeprefix("rows:"), kept_rows[0], kept_rows[1:])
        for name, kept_rows in draft.documents.items()
        if name.startswith("rows:")
    }
    root = source.from_json(typed)
    assert isinstance(root, Map)
    return build(root, file=f"{typed['flow']}.yaml", typed=typed, policy=draft.policy, lists=lists.anew(), rows=rows)


def _assemble(
    documents: list[Document],
    findings: list[Finding],
    *,
    folder: Path,
    sources: Mapping[str, str],
    rows: Mapping[str, Rows],
) -> Draft:
    kept: dict[str, Any] = {f"rows:{name}": read.document() for name, read in rows.items()}
    lists = _lists(documents, findings, kept, sources)
    policy = Policy()
    connectors: dict[str, Connector] = {"ticket": ticket_connector()}
    for document in sorted(documents, key=lambda d: d.kind != "desk"):
        if document.kind == "desk":
            if "desk" in kept:
                findings.append(_second(document, "There is a desk file already."))
                continue
            policy = policy_of(document.root, file=document.file, lists=lists.anew(), findings=findings)
            findings += wrong_calendar(document.root, lists, document.file)
            # What the checks count as, and what is asked before publishing, change no run: a run does not pin them.
            kept["desk"] = {key: value for key, value in document.typed.items() if key not in ("checks", "publishing")}
        elif document.kind == "connectors":
            root, typed, currency = document.root, document.typed, policy.currency
            declared = connectors_of(root, typed, file=document.file, lists=lists, findings=findings, currency=currency)
            for name, connector in declared.items():
                if name in connectors:
                    findings.append(_second(document, f'The connector "{name}" is declared already.', connector))
                    continue
                connectors[name] = connector
                kept[f"connectors:{name}"] = _placed(document.typed["connectors"][name], connector)
    if not any("connectors:" in sources.get(finding.file, "") for finding in findings):
        findings += wrong_policy(policy, connectors)
    flows: dict[str, Flow] = {}
    around = tuple(id(d) for d in documents if d.kind in ("desk", "list")), tuple((n, r.text) for n, r in rows.items())
    for document in documents:
        if document.kind == "flow":
            flow = _flow(document, policy, lists.anew(), rows, findings, flows, around)
            if flow is not None:
                flows[flow.id] = flow
                kept[f"flow:{flow.id}"] = document.typed
    promises = _promises(documents, policy, findings, kept)
    translations = tuple(_translations(documents, findings, kept))
    return Draft(
        folder=folder,
        flows=flows,
        policy=policy,
        connectors=connectors,
        promises=promises,
        lists=lists.known,
        documents=kept,
        translations=translations,
        scenarios=tuple(d for d in documents if d.kind == "scenarios"),
        findings=tuple(findings),
        sources=sources,
    )


def _placed(typed: Mapping[str, Any], connector: Connector) -> Mapping[str, Any]:
    """The typed source of a connector; its data file is named as the library knows it, wherever it is kept."""
    return {**typed, "file": connector.settings["file"]} if "file" in typed else typed


def _promises(
    documents: list[Document], policy: Policy, findings: list[Finding], kept: dict[str, Any]
) -> dict[str, Promise]:
    """The promises of a library; each is kept as ``promises:NAME``, for the runs that it concerns."""
    known: dict[str, Promise] = {}
    for document in documents:
        if document.kind != "promises":
            continue
        for name, promise in promises_of(document.root, file=document.file, levels=_levels(policy)).items():
            if name in known:
                findings.append(_second(document, f'The promise "{name}" is made already.', promise))
                continue
            known[name] = promise
            kept[f"promises:{name}"] = document_of(name, document.typed["promises"][name])
    return known


def _levels(policy: Policy) -> dict[str, tuple[str, ...]]:
    return {name: declared.levels for name, declared in policy.assurances.items()}


def _second(document: Document, message: str, named: Connector | Promise | None = None) -> Finding:
    place = named.place if named else document.root.entries[0][0].place
    return SECOND_POLICY.at(place, message, file=document.file, hint="Keep one of the two.")


def _lists(
    documents: list[Document], findings: list[Finding], kept: dict[str, Any], sources: Mapping[str, str]
) -> Lists:
    """The lists of a library; each is kept as ``list:NAME``."""
    known: dict[str, OptionList] = {}
    broken = {finding.file for finding in findings if finding.severity == "error"}
    whole = not any(_begins(sources.get(file, ""), "list") for file in broken)
    for document in documents:
        key = document.root.get("list")
        if document.kind != "list" or not isinstance(key, Scalar):
            continue
        made, found = list_of(document.root, file=document.file)
        findings += found
        stem = document.file.rpartition("/")[2].removesuffix(".yaml")
        if key.text != stem or key.text in known:
            message = f'The list is "{key.text}", but its file is "{stem}.yaml".'
            hint = f'Name the file "{key.text}.yaml".'
            if key.text in known:
                message = f'There is a list "{key.text}" already, in {known[key.text].file}.'
                hint = "Give one of them another name."
            findings.append(WRONG_NAME.at(key.place, message, file=document.file, hint=hint))
        if key.text not in known:
            known[key.text] = made
            kept[f"list:{key.text}"] = document.typed
    return Lists(known, whole)


def _translations(documents: list[Document], findings: list[Finding], kept: dict[str, Any]) -> Iterator[Document]:
    """
    The translations of a library; each is kept as ``translation:FLOW.LANGUAGE``, which its file is called.

    Those of lists are kept as ``translation:lists.NAME.LANGUAGE``.
    """
    for document in documents:
        if document.kind != "translation":
            continue
        name = f"{document.typed['translation']}.{document.typed['language']}"
        stem = document.file.rpartition("/")[2].removesuffix(".yaml")
        called = name.removeprefix(LISTED)
        if called == stem and f"translation:{name}" not in kept:
            kept[f"translation:{name}"] = document.typed
            yield document
            continue
        message = f'This translates to "{called}", but its file is "{stem}.yaml".'
        hint = f'Name the file "{called}.yaml".'
        if called == stem:
            message, hint = f'There is a translation "{name}" already.', "Keep one of the two."
        findings.append(WRONG_NAME.at(document.root.entries[0][1].place, message, file=document.file, hint=hint))


def _begins(text: str, kind: str) -> bool:
    """Whether the first key of a file is *kind*."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith(("#", "---"))), "")
    return first.startswith(f"{kind}:")


def _flow(
    document: Document,
    policy: Policy,
    lists: Lists,
    rows: Mapping[str, Rows],
    findings: list[Finding],
    flows: Mapping[str, Flow],
    around: Hashable,
) -> Flow | None:
    root, file = document.root, document.file
    key = root.get("flow")
    if not isinstance(key, Scalar):
        return None
    stem = file.rpartition("/")[2].removesuffix(".yaml")
    if key.text != stem:
        message = f'The flow is "{key.text}", but its file is "{stem}.yaml".'
        findings.append(
            WRONG_NAME.at(key.place, message, file=file, hint=f'Name the file "{key.text}.yaml".', flow=key.text)
        )
        if key.text in flows:
            return None
    elif key.text in flows:
        message = f'There is a flow "{key.text}" already, in {flows[key.text].file}.'
        findings.append(WRONG_NAME.at(key.place, message, file=file, hint="Give one of them another name.", flow=stem))
        return None
    wrong = list(check_ids(document.typed, root, file))
    findings += wrong
    if wrong:
        return None
    made = partial(build, root, file=file, typed=document.typed, policy=policy, lists=lists, rows=rows)
    flow, found = kept((id(document), around), made)
    findings += found
    if flow is None:
        told = {finding.place.line for finding in found}
        findings += (finding for finding in unknown_ways(root, file) if finding.place.line not in told)
    return flow
