"""The files of a library: which are read, and that none leads out of its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shepherd.flow.findings import NOWHERE, Finding, Rule, nearest
from shepherd.flow.reader import pairs
from shepherd.flow.rows import MOST_BYTES as MOST_ROW_BYTES
from shepherd.flow.rows import Rows, read_rows
from shepherd.flow.source import MOST_BYTES, Map, Scalar

OUTSIDE = Rule(
    "SHP115",
    "outside-the-library",
    "error",
    "A data file lies in the library's own folder, so that the library can be taken elsewhere whole.",
)
NO_FILE = Rule("SHP116", "missing-file", "error", "A table's file must be there, or each call would fail.")
RULES = (OUTSIDE, NO_FILE)


DESK = "desk.yaml"


def files_of(path: Path) -> list[Path]:
    """
    The documents at *path*: itself, or each ``.yaml`` file below it that is not hidden.

    A library that lies inside this one is not part of it, see :func:`home_of`.
    """
    if not path.is_dir():
        return [path]
    files = [file for file in path.rglob("*.yaml") if file.is_file()]
    inner = {file.parent for file in files if file.name == DESK and file.parent != path and (path / DESK).is_file()}
    return sorted(
        file
        for file in files
        if not any(part.startswith(".") for part in file.relative_to(path).parts)
        and not any(folder in inner for folder in file.parents)
    )


def home_of(file: Path, library: Path) -> Path:
    """
    The library that *file* is read with: *library* where it lies below it, else its own folder.

    Where *library* has a desk.yaml, a folder below with a desk.yaml of its own is another library, and the home of
    what lies in it.
    """
    outer, place = library.resolve(), file.resolve()
    if outer not in place.parents:
        return file.parent
    if (outer / DESK).is_file():
        for folder in (library / part for part in reversed(place.relative_to(outer).parents)):
            if folder != library and (folder / DESK).is_file():
                return folder
    return library


def data_of(file: Path, name: str, folder: Path, findings: list[Finding], most: int = MOST_BYTES) -> bytes | None:
    """The bytes of *file*, no more than may be read and one; None, with a finding, where it can't be read."""
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            message = "This file is a link that leads out of the library."
            findings.append(OUTSIDE.at(NOWHERE, message, file=name, hint="Put the file itself here."))
            return None
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except (OSError, RuntimeError):
        message = "This file can't be read."
        findings.append(NO_FILE.at(NOWHERE, message, file=name, hint="Look at its rights."))
        return None


def tables_of(root: Map, name: str, folder: Path, findings: list[Finding]) -> set[str]:
    """The data files that the connectors of the file *name* refer to, relative to *folder*: no documents themselves."""
    named = set()
    for connector, node in pairs(root.get("connectors")):
        at = node.get("file") if isinstance(node, Map) else None
        if not isinstance(at, Scalar):
            continue
        file = (folder / name).parent / at.text
        where = _inside(file, folder)
        if where is None:
            message = f'The file "{at.text}" of "{connector.text}" lies outside the library.'
            findings.append(OUTSIDE.at(at.place, message, file=name, hint="Put it beside connectors.yaml."))
        elif not _is_file(file):
            message = f'There is no file "{at.text}" for the table "{connector.text}".'
            findings.append(NO_FILE.at(at.place, message, file=name, hint=_near_file(file)))
        else:
            named.add(where)
    return named


def rows_of(
    root: Map,
    typed: Any,
    name: str,
    folder: Path,
    findings: list[Finding],
    known: dict[str, Rows],
    sources: dict[str, str],
) -> None:
    """
    Read the CSV files of the tables of the flow in the file *name* into *known*, by their names in the library.

    Their texts go to *sources*. In *typed*, the flow's typed source, each gets that name, so that it means the same
    wherever the flow is kept.
    """
    for table, node in pairs(root.get("tables")):
        at = node.get("rows_from") if isinstance(node, Map) else None
        if not isinstance(at, Scalar):
            continue
        file = (folder / name).parent / at.text
        where = _inside(file, folder)
        if where is None:
            message = f'The file "{at.text}" of "{table.text}" lies outside the library.'
            findings.append(OUTSIDE.at(at.place, message, file=name, hint="Put it beside the flow."))
        elif not _is_file(file):
            message = f'There is no file "{at.text}" for the table "{table.text}".'
            findings.append(NO_FILE.at(at.place, message, file=name, hint=_near_file(file)))
        else:
            typed["tables"][table.text]["rows_from"] = where
            if where not in sources:
                data = data_of(file, where, folder, findings, MOST_ROW_BYTES) or b""
                rows, found = read_rows(data, where)
                findings += found
                sources[where] = rows.text if rows is not None else data.decode("utf-8", "replace")
                if rows is not None:
                    known[where] = rows


def _inside(file: Path, folder: Path) -> str | None:
    """*file* relative to *folder*, or None where it does not lie in it."""
    try:
        return file.resolve().relative_to(folder.resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return None


def _is_file(file: Path) -> bool:
    """Whether there is such a file; a name that no file can have is that of none."""
    try:
        return file.is_file()
    except (ValueError, OSError):
        return False


def _near_file(file: Path) -> str:
    hint = "Put it there, or name it relative to this file."
    try:
        return nearest(file.name, [other.name for other in file.parent.iterdir() if other.is_file()]) or hint
    except OSError:
        return hint
