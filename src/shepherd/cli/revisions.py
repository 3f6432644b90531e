"""Flows as they stand in a revision of git: read object by object into a folder, nothing is checked out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

MOST_FILES, MOST_BYTES, MOST_SECONDS = 5_000, 64 * 1024 * 1024, 60
#: Git asks nobody, fetches nothing, and says what it says in English.
QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


class NoRevision(Exception):
    """There is no such revision, or nothing at that path; *sentence* says why."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class Blob(NamedTuple):
    """A file of a revision: its *path* from the top of the repository, its *id* and its *size* in bytes."""

    path: str
    id: str
    size: int


def commit_of(revision: str, folder: Path) -> str | None:
    """The commit that *revision* names in the repository around *folder*; None where there is none."""
    if not revision or revision.startswith("-") or not revision.isprintable():
        return None
    try:
        found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except NoRevision:
        return None
    return found.decode("ascii", "replace").strip() or None


def top_of(folder: Path) -> Path:
    """The top of the repository around *folder*."""
    return Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")))


def write_out(commit: str, path: str, repository: Path, target: Path) -> Path:
    """
    Write what stands at *path* (from the top of *repository*, "" for all) in *commit* below the folder *target*.

    Returns the file or the folder there. Links and submodules are left out. Raises NoRevision.
    """
    wanted = PurePosixPath(path)
    blobs = [b for b in _blobs(commit, repository) if path in ("", ".") or _inside(b.path, wanted)]
    if not blobs:
        raise NoRevision(f"There is no file or folder {path or '.'} in {commit[:12]}.")
    if len(blobs) > MOST_FILES or sum(blob.size for blob in blobs) > MOST_BYTES:
        raise NoRevision(f"There is too much at {path or '.'} in {commit[:12]} to be a library; name its folder.")
    for blob, data in zip(blobs, _contents(blobs, repository), strict=True):
        file = target.joinpath(*PurePosixPath(blob.path).parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return target.joinpath(*wanted.parts)


def _inside(path: str, wanted: PurePosixPath) -> bool:
    return PurePosixPath(path) == wanted or wanted in PurePosixPath(path).parents


def _blobs(commit: str, repository: Path) -> Iterator[Blob]:
    """The plain files of *commit*; one whose name would lead out of a folder is none."""
    for entry in _git(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", commit).split(b"\0"):
        about, _, name = entry.partition(b"\t")
        mode, kind, id_, size, *_ = [*about.split(), b"", b"", b"", b""]
        path = os.fsdecode(name)
        parts = PurePosixPath(path).parts
        if kind == b"blob" and mode in (b"100644", b"100755") and ".." not in parts and not path.startswith("/"):
            yield Blob(path, id_.decode("ascii"), int(size))


def _contents(blobs: list[Blob], repository: Path) -> Iterator[bytes]:
    """The bytes of *blobs*, as they are stored: no filter and no attribute changes them."""
    asked = "".join(f"{blob.id}\n" for blob in blobs).encode("ascii")
    told, at = _git(repository, "cat-file", "--batch", given=asked), 0
    for blob in blobs:
        end = told.index(b"\n", at)
        if told[at:end].split()[1:] != [b"blob", str(blob.size).encode("ascii")]:
            raise NoRevision(f"{blob.path} can't be read from git.")
        yield told[end + 1 : end + 1 + blob.size]
        at = end + 2 + blob.size


def _git(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git says; the arguments are fixed words, ids that git gave, or stand behind ``--end-of-options``."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command,
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            capture_output=True,
            timeout=MOST_SECONDS,
            env={**os.environ, **QUIET},
            check=False,
        )
    except FileNotFoundError:
        raise NoRevision("git is not installed, so no revision can be read.") from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise NoRevision(f"git can't be asked: {error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NoRevision(f"git: {said[0] if said else 'there is no such thing'}")
    return done.stdout
