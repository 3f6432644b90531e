"""What a command names as a version of flows: a file, a folder, a revision of git, or a document in the record."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from shepherd.cli.revisions import NoRevision, commit_of, top_of, write_out
from shepherd.cli.settings import shown_file
from shepherd.cli.terminal import echo

if TYPE_CHECKING:
    from shepherd.desk import Settings
    from shepherd.flow.draft import Draft

HASH = re.compile("[0-9a-f]{6,64}")
#: The number of a version that was published.
NUMBER = re.compile("[1-9][0-9]{0,4}")
#: The longest that a short name of a commit is.
COMMIT = 40


class Version(NamedTuple):
    """A version: *name* as it was asked for, what was read, and the *flow* that alone is meant ("" for all)."""

    name: str
    draft: Draft
    flow: str = ""


class _Recorded(NamedTuple):
    """A document of the record, which can only be read beside the rest of a library."""

    name: str
    document: Any


def versions_of(first: str, second: str | None, settings: Settings, stack: ExitStack) -> tuple[Version, Version]:
    """
    The two versions *first* and *second*; without a second one the library as it is.

    What has to be written out for them lies in folders that *stack* takes away. Ends the command with wrong use where
    there is nothing of that name, and with 1 where a version has mistakes that hide some of it.
    """
    found = [_found(name, settings, stack) for name in (first, second) if name is not None]
    if second is None:
        found.append(_in_folder("the library", settings.library))
    base = next((one.draft for one in found if isinstance(one, Version)), None)
    if base is None:
        base = _in_folder("the library", settings.library).draft
    made = [one if isinstance(one, Version) else _beside(one, base) for one in found]
    return made[0], made[1]


def version_of(name: str, settings: Settings, stack: ExitStack) -> Version:
    """The version *name* alone; a document of the record is read beside the library as it is."""
    found = _found(name, settings, stack)
    return found if isinstance(found, Version) else _beside(found, _in_folder("the library", settings.library).draft)


def _found(name: str, settings: Settings, stack: ExitStack) -> Version | _Recorded:
    path = Path(name)
    if name.strip() and "\0" not in name and path.exists():
        return _in_folder(name, path) if path.is_dir() else _in_file(name, path, settings)
    revision, colon, inside = name.strip().partition(":")
    folder = Path.cwd() if colon else settings.library
    commit = commit_of(revision, folder)
    recorded = _in_record(name, settings) if not colon and (HASH.fullmatch(name) or NUMBER.fullmatch(name)) else None
    if recorded is not None and (commit is None or len(name) > COMMIT):
        return recorded
    if recorded is not None:
        raise click.UsageError(f"{name} is a commit, and a document in the record. Write more of its hash.")
    if commit is None:
        raise click.UsageError(
            f'There is no file or folder, no revision of git, and no document or version in the record called "{name}".'
        )
    return _at_revision(name, commit, inside if colon else None, folder, settings, stack)


def _in_folder(name: str, folder: Path) -> Version:
    from shepherd.cli.settings import draft_of

    draft = draft_of(folder)
    _readable(name, draft, "")
    return Version(name, draft)


def _in_file(name: str, file: Path, settings: Settings) -> Version:
    from shepherd.cli.settings import draft_of
    from shepherd.flow.files import home_of

    draft = draft_of(home_of(file, settings.library))
    return _one_flow(name, draft, file.name.removesuffix(".yaml"))


def _one_flow(name: str, draft: Draft, flow: str) -> Version:
    _readable(name, draft, flow)
    if flow not in draft.flows:
        raise click.UsageError(f"{name} is no file of a flow (NAME.yaml). Name that, or a folder.")
    return Version(name, draft, flow)


def _readable(name: str, draft: Draft, flow: str) -> None:
    """Refuse a version of which something can't be read: it would look as if it were gone."""
    errors = [f for f in draft.findings if f.severity == "error" and flow in ("", f.flow, Path(f.file).stem)]
    if errors:
        from shepherd.check.report import render

        echo(render(errors[:20], draft.sources), nl=False, err=True)
        echo(f"{name} has mistakes that hide some of it; mend them first.", err=True)
        raise click.exceptions.Exit(1)


def _at_revision(
    name: str, commit: str, inside: str | None, folder: Path, settings: Settings, stack: ExitStack
) -> Version:
    """The flows of *commit*: at the path *inside* it, or where the library lies now."""
    try:
        top = top_of(folder)
        target = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shepherd-")))
        if inside is None:
            path = _below(settings.library, top)
        else:
            path = _below(Path.cwd() / inside, top) if inside.startswith(("./", "../")) else inside.strip("/")
        if path.endswith(".yaml"):
            home = path.rpartition("/")[0]
            write_out(commit, home, top, target)
            return _one_flow(name, _draft(target / home), path.rpartition("/")[2].removesuffix(".yaml"))
        written = write_out(commit, path, top, target)
    except NoRevision as error:
        raise click.UsageError(error.sentence) from None
    draft = _draft(written)
    _readable(name, draft, "")
    if not draft.flows:
        raise click.UsageError(f"There are no flows at {path or '.'} in {name}.")
    return Version(name, draft)


def _draft(folder: Path) -> Draft:
    from shepherd.flow.draft import read_draft

    return read_draft(folder)


def _below(path: Path, top: Path) -> str:
    """*path* from *top* on."""
    try:
        found = path.resolve().relative_to(top.resolve()).as_posix()
    except ValueError:
        raise NoRevision(f"{shown_file(None, str(path))} does not lie in the repository {top}.") from None
    return "" if found == "." else found


# --- the record ---------------------------------------------------------------------------------------


def _in_record(name: str, settings: Settings) -> _Recorded | Version | None:
    """
    The document whose hash begins with *name*, or the published library of that hash or number; None where there is no
    record, or neither.
    """
    from shepherd.check.library import draft_of as stored_draft
    from shepherd.desk.published import Versions
    from shepherd.desk.publishing import documents_in
    from shepherd.record import RecordError, open_record, required_record

    try:
        required_record(settings.database)
        record = open_record(settings.database, settings.keys)
    except RecordError:
        return None
    try:
        numbered = (one.hash for one in Versions(record).versions() if str(one.number) == name)
        hashes = list(numbered) if NUMBER.fullmatch(name) else record.hashes(name)
        if len(hashes) > 1:
            raise click.UsageError(f"{len(hashes)} documents in the record begin with {name}. Write more of the hash.")
        if not hashes:
            return None
        document = record.document(hashes[0])
        listed = documents_in(document)
        if listed is None:
            return _Recorded(name, document)
        stored = record.documents(listed.values())
        return Version(name, stored_draft({one: stored[hash_] for one, hash_ in listed.items()}))
    finally:
        record.close()


def _beside(recorded: _Recorded, base: Draft) -> Version:
    """The document in the place of the one of its kind and name in *base*."""
    from shepherd.check.stored import restored
    from shepherd.flow.draft import from_documents

    name = _name_of(recorded.document)
    if not name:
        raise click.UsageError(
            f"{recorded.name} is a connector or the rows of a table, which does not say its name. Name a flow, a list, "
            "a promise, a translation or the desk."
        )
    documents = {**base.documents, name: restored(recorded.document)}
    draft = from_documents(documents)
    flow = name.removeprefix("flow:") if name.startswith("flow:") else ""
    return _one_flow(recorded.name, draft, flow) if flow else Version(recorded.name, draft)


def _name_of(document: Any) -> str:
    """Under which name *document* stands among those of a library; empty where it does not say so itself."""
    if not isinstance(document, Mapping):
        return ""
    for kind in ("flow", "list"):
        if isinstance(document.get(kind), str):
            return f"{kind}:{document[kind]}"
    if isinstance(document.get("translation"), str):
        return f"translation:{document['translation']}.{document.get('language')}"
    if isinstance(document.get("promises"), Mapping):
        return f"promises:{next((key for key in document['promises'] if key), '')}"
    return "desk" if "desk" in document else ""
