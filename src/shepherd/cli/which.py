"""Which library, and which of its flows, a command is about that walks scenarios."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft


class Which(NamedTuple):
    """The library in *folder*; of it the *files*, of flows or of scenarios, and the flows *names*; without any, all."""

    folder: Path
    files: tuple[Path, ...] = ()
    names: tuple[str, ...] = ()

    def of(self, draft: Draft) -> tuple[Set[str], Set[str]]:
        """The flows that are meant, and the files of their scenarios; wrong use where there is no such flow or file."""
        from shepherd.flow.scenario_files import flow_of

        every = {document.file: flow_of(document.file) for document in draft.scenarios}
        if not self.files and not self.names:
            return draft.flows.keys() | set(every.values()), every.keys()
        alone, flows = set(), {self._named(name, draft) for name in self.names}
        made = {flow.file: name for name, flow in draft.flows.items()}
        for path in self.files:
            file = path.resolve().relative_to(self.folder.resolve()).as_posix()
            if file in every:
                alone.add(file)
            elif file in made:
                flows.add(made[file])
            else:
                _told_why(file, draft)
                raise click.UsageError(f"{path} is neither a flow nor a file of scenarios (NAME.scenarios.yaml).")
        files = alone | {file for file, flow in every.items() if flow in flows}
        return flows | {every[file] for file in alone}, files

    def _named(self, name: str, draft: Draft) -> str:
        from shepherd.cli.settings import no_flow

        if name in draft.flows:
            return name
        _told_why(f"{name}.yaml", draft)
        raise no_flow(name, self.folder, draft.flows)


def _told_why(file: str, draft: Draft) -> None:
    """Where *file*, in whatever folder, is there and can't be read, show why and end the command with 1."""
    wrong = (one.file for one in draft.findings if one.severity == "error")
    if any(f"/{one}".endswith(f"/{file}") for one in wrong):
        from shepherd.cli.scenarios import checked

        checked(draft)


def which(paths: tuple[Path, ...], library: Path) -> Which:
    """What *paths* name: folders, files, or flows of *library*; wrong use where that is more than one library."""
    from shepherd.flow.files import home_of

    there = [path for path in paths if path.exists()]
    names = tuple(str(path) for path in paths if not path.exists())
    folders = {path if path.is_dir() else home_of(path, library) for path in there}
    if names and not folders:
        folders = {library}
    if len(folders) > 1:
        raise click.UsageError("Give one library, or files of one library.")
    folder = folders.pop() if folders else library
    return Which(folder, tuple(path for path in there if not path.is_dir()), names)
