"""Parsers of files: the tree with its places, the shape of each kind, and whole libraries under all checks."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import yaml

from shepherd.author.explain import explain
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.cli.trees import plain
from shepherd.flow import schema
from shepherd.flow import source as sources
from shepherd.flow.canonical import canonical
from shepherd.flow.draft import read_draft
from shepherd.flow.source import Map, Node, Scalar
from tests.fuzz.parser import NAMED, ROOT, Broken, Parser, inside, same, told

FILE = "f.yaml"
EXAMPLES = ROOT / "src" / "shepherd" / "check" / "examples"
KEYS = (
    *("flow", "title", "category", "version", "outcomes", "steps", "say", "ask", "answers", "then", "label", "guide"),
    *("warn", "why", "collect", "type", "options", "min", "max", "length", "pattern", "default", "optional", "show_if"),
    *(
        "check",
        "must",
        "message",
        "decide",
        "case",
        "when",
        "is",
        "otherwise",
        "lookup",
        "do",
        "with",
        "results",
        "call",
    ),
    *("hand_on", "set", "wait", "for", "until", "escalate", "queue", "severity", "end", "returns", "requires", "unmet"),
    *("grants", "attempts", "attempts_per", "otherwise", "once_per", "undo", "audience", "inputs", "values", "texts"),
    *("tables", "columns", "rows", "rows_from", "gives", "unique", "by", "lists", "list", "groups", "headings", "desk"),
    *("time_zone", "hours", "holidays", "currency", "queues", "roles", "connectors", "kind", "operations", "reads"),
    *("replies", "status", "where", "fields", "echo", "translation", "language", "of", "scenarios", "given", "expect"),
    *("text", "integer", "number", "money", "yes_no", "choice", "many", "digits", "date", "time", "datetime", "phone"),
    *(
        "yes",
        "no",
        "true",
        "false",
        "any",
        "over 5",
        "none",
        "{{ n }}",
        "lists.a",
        "&a",
        "*a",
        "<<",
        "!!str",
        "---",
        "# x",
    ),
)


@cache
def shipped() -> tuple[bytes, ...]:
    """The files of flows, cookbook and examples, the shorter first, those above 12 kB left out."""
    folders = (ROOT / "flows", ROOT / "docs" / "cookbook", EXAMPLES, ROOT / "tests")
    found = {path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.yaml"))}
    return tuple(sorted((data for data in found if len(data) < 12_000), key=lambda data: (len(data), data)))


# --- the tree ---------------------------------------------------------------------------------------


def places_fit(node: Node, lines: Sequence[str]) -> None:
    """Every place of the tree lies in the text, and so does each character of a text."""
    todo: list[Node] = [node]
    while todo:
        node = todo.pop()
        inside(node.place, lines, "a node")
        if isinstance(node, Scalar):
            for at in {0, len(node.text) // 2, max(0, len(node.text) - 1)}:
                inside(node.at(at, at + 1), lines, "a character of a text")
        elif isinstance(node, Map):
            todo += [part for entry in node.entries for part in entry]
        else:
            todo += node.items


def read_source(data: bytes) -> str:
    """A file as a tree; what has no finding is the tree that YAML itself makes of it, and can be written again."""
    found = sources.read(data, FILE)
    text = data.decode("utf-8", "replace")
    said = told(found.findings, {FILE: text})
    if found.root is None:
        if not found.findings:
            raise Broken("nothing was read, and nothing is said")
        return said
    places_fit(found.root, text.split("\n"))
    made = plain(found.root)
    if not found.findings:
        same(made, yaml.load(data, Loader=yaml.CBaseLoader), "another tree than YAML's")
        again = yaml.dump(made, Dumper=yaml.CSafeDumper, allow_unicode=True, default_style='"').encode()
        twin = sources.read(again, FILE)
        if not any(finding.code == "SHP003" for finding in twin.findings):
            same(twin.root and plain(twin.root), made, "a tree that is another written again")
    return f"{said} {made!r}"


def read_shape(data: bytes) -> str:
    """A file held against each of the schemas: the kind that it says, and all others."""
    found = sources.read(data, FILE)
    text = data.decode("utf-8", "replace")
    if not isinstance(found.root, Map) or not found.root.entries:
        return "no map"
    first = found.root.entries[0][0].text
    made = []
    for kind in (first,) if first in schema.KINDS else schema.KINDS[hash_of(first) :][:1]:
        typed, findings = schema.validate(found.root, kind, FILE)
        made.append(f"{kind} {told(findings, {FILE: text})} {'' if findings else json.dumps(typed)}")
    return "\n".join(made)


def hash_of(text: str) -> int:
    """A number below the count of kinds, the same in every process."""
    return sum(map(ord, text)) % len(schema.KINDS)


# --- libraries --------------------------------------------------------------------------------------

_FOLDER: list[tempfile.TemporaryDirectory[str]] = []


def bundle(folder: Path, only: Iterable[Path] | None = None) -> bytes:
    """The files of *folder* as one text."""
    files = sorted(only or (path for path in folder.rglob("*") if path.suffix in (".yaml", ".csv")))
    return b"".join(b"=== %s\n%s\n" % (f.relative_to(folder).as_posix().encode(), f.read_bytes()) for f in files)


def unbundled(data: bytes) -> Path:
    """A folder with the files of *data*; the one of the last call is emptied."""
    if not _FOLDER:
        _FOLDER.append(tempfile.TemporaryDirectory(prefix="fuzz"))  # gone with the process
    folder = Path(_FOLDER[0].name) / "library"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    parts = NAMED.split(data)
    for name, content in zip(parts[1::2], parts[2::2], strict=True):
        path = folder / name.decode()
        if ".." in path.parts or path.is_dir():
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError:
            continue
    return folder


def read_library(data: bytes) -> str:
    """Files of a library under all checks; one without an error is stored, read again the same, and explained."""
    folder = unbundled(data)
    draft = read_draft(folder)
    findings = examine(draft)
    said = told(findings, draft.sources)
    canonical(json.loads(json.dumps(draft.documents)))
    if any(finding.severity == "error" for finding in findings):
        return said
    library = Library.of(draft, findings)
    stored = {name: json.loads(canonical(library.document(key))) for name, key in library.hashes.items()}
    same(Library.load(stored).hashes, library.hashes, "a library that is another once it is stored")
    for language in library.every_language:
        library.spoken(language)
    told_of = [[s.text for s in explain(draft, name).sentences] for name in sorted(draft.flows)]
    return f"{said} {library.hashes} {told_of}"


def examples(*codes: str) -> Callable[[], list[bytes]]:
    """The wrong and the right examples of the rules whose codes begin with one of *codes*."""
    folders = [f for f in sorted(EXAMPLES.glob("*/*")) if f.parent.name.startswith(codes)]
    return lambda: [made for folder in folders if len(made := bundle(folder)) < 6000]


def cookbook() -> list[bytes]:
    """The libraries of the cookbook, without their scenarios."""
    made = []
    for folder in sorted((ROOT / "docs" / "cookbook").iterdir()):
        if folder.is_dir():
            made.append(bundle(folder, [f for f in folder.rglob("*.*") if "scenarios" not in f.name]))
    return made


def translated() -> list[bytes]:
    """Flows with their translations."""
    one = bundle(ROOT / "flows", [ROOT / "flows" / f"authentication{end}.yaml" for end in ("", ".de")])
    return [*examples("SHP81")(), one]


def _library(name: str, seeds: Callable[[], Sequence[bytes]], *modules: str, most: int = 9000) -> Parser:
    return Parser(name=name, read=read_library, seeds=seeds, modules=modules, words=KEYS, shape="files", most=most)


PARSERS = (
    Parser(
        name="source",
        read=read_source,
        seeds=lambda: [data for data in shipped() if len(data) < 4000],
        modules=("flow/source.py", "flow/hazards.py"),
        words=(*KEYS, *": - | > ' \" & * ! % @ ` ? { } [ ] , # << ... |- >+ |2 : \\".split(" ")),
        shape="yaml",
    ),
    Parser(
        name="schema",
        read=read_shape,
        seeds=lambda: [data for data in shipped() if len(data) < 3000],
        modules=("flow/schema.py", "flow/mistakes.py", "flow/typed.py"),
        words=KEYS,
        shape="yaml",
        most=8000,
    ),
    _library(
        "draft", lambda: [*examples("SHP")(), *cookbook()], "flow/*.py", "check/*.py", "author/e*.py", "author/t*.py"
    ),
    _library(
        *("tables", examples("SHP34", "SHP36", "SHP116")),
        *("flow/tables.py", "flow/cells.py", "flow/rows.py", "flow/files.py", "check/tables.py", "check/overlaps.py"),
        "check/weighing.py",
    ),
    _library("lists", examples("SHP341", "SHP342", "SHP343"), "flow/lists.py", "flow/draft.py", "check/values.py"),
    _library(
        *("policy", examples("SHP1", "SHP33", "SHP4", "SHP6")),
        *("flow/policy.py", "flow/calling.py", "flow/hours.py", "flow/http.py", "flow/draft.py", "flow/files.py"),
        *("check/calls.py", "check/policy_refs.py", "check/grants.py"),
    ),
    _library("translation", translated, "flow/translations.py", "check/translations.py", "flow/draft.py"),
)
