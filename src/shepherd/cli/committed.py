"""The flows as they were last committed to git, for a page that shows what has been changed since."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from shepherd.cli.revisions import NoRevision, commit_of, top_of, write_out

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft


class LastCommit:
    """Reads *folder* as the last commit has it, anew only after another one."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._lock = threading.Lock()
        self._commit: str | None = None
        self._draft: Draft | None = None

    def __call__(self) -> tuple[str, Draft] | None:
        """The short name of the last commit and its flows; None where *folder* lies in no repository."""
        with self._lock:
            commit = commit_of("HEAD", self.folder)
            if commit != self._commit:
                self._commit, self._draft = commit, self._read(commit) if commit else None
            return (commit[:10], self._draft) if commit and self._draft is not None else None

    def _read(self, commit: str) -> Draft | None:
        from shepherd.flow.draft import read_draft

        try:
            top = top_of(self.folder)
            path = self.folder.resolve().relative_to(top.resolve()).as_posix()
            with tempfile.TemporaryDirectory(prefix="shepherd-") as target:
                return read_draft(write_out(commit, "" if path == "." else path, top, Path(target)))
        except (NoRevision, ValueError, OSError):
            return None
