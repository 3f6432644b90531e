"""``shepherd new``: a flow that checks clean and its first scenario, to be changed into one's own."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shepherd.cli.schemas import BESIDE, named_schema, put_schemas, renew
from shepherd.cli.settings import library_option, settings
from shepherd.cli.terminal import echo

if TYPE_CHECKING:
    from shepherd.flow.beside import Policy
    from shepherd.flow.findings import Finding

TAKEN = ("desk", "connectors")

EPILOG = """\b
Examples:
  shepherd new parcel_lost                                        asks for title and category
  shepherd new parcel_lost --title "Parcel lost" --category orders
  shepherd new --schemas                                          after an update of Shepherd
"""


@click.command("new", epilog=EPILOG)
@click.argument("flow", required=False)
@click.option("--title", help="What people search it by; asked for where it is not given.")
@click.option("--category", help="One of the desk's categories; asked for where it is not given.")
@click.option("--owner", help="Who answers for it (default: the desk, by the name that desk.yaml gives it).")
@click.option("--schemas", is_flag=True, help="Write no flow: renew the schemas for editors beside the flows.")
@library_option
def command(
    flow: str | None, title: str | None, category: str | None, owner: str | None, schemas: bool, library: Path | None
) -> None:
    """
    Write FLOW.yaml and FLOW.scenarios.yaml into the library: a small flow that is right, to be changed into your own.

    Nothing that is there is ever overwritten. Without a library, the folder ./flows is made.
    """
    from shepherd.flow.ids import is_id

    folder = own_library(library)
    if schemas:
        if any(given is not None for given in (flow, title, category, owner)):
            raise click.UsageError("--schemas goes with --library alone.")
        _renewed(folder)
        return
    if flow is None:
        raise click.UsageError("Missing argument 'FLOW'.")
    if not is_id(flow) or flow in TAKEN:
        hint = "small letters, digits and underscores, beginning with a letter, such as parcel_lost"
        raise click.UsageError(f'"{flow}" can\'t be the name of a flow: use {hint}.')
    policy = _room(folder, flow)
    files = (folder / f"{flow}.yaml", folder / f"{flow}.scenarios.yaml")
    title = _title(title, flow)
    owned = ("", policy.name if policy.declared else "") if owner is None else (" ".join(owner.split()), "")
    _write(files, _texts(flow, title, _category(category, policy.categories), owned, folder))
    wrong = _wrong(folder, files)
    if wrong:
        for file in files:
            file.unlink()
        raise click.UsageError(f"Nothing was written: {wrong[0].message} {wrong[0].hint}".strip())
    for file in files:
        echo(f"Written: {shown(file)}")
    told_of_schemas(files[0], folder)
    _next(flow, files[1], "" if library is None else f" --library {shlex.quote(str(library))}")


def _renewed(folder: Path) -> None:
    """Bring the schemas beside the flows in *folder* to this release, and say so."""
    beside = folder / BESIDE
    if not beside.is_dir():
        raise click.UsageError(f"There is no {shown(beside)}. A new flow brings it, where no schemas lie above it.")
    echo(f"Written: {shown(beside)}" if renew(beside) else f"{shown(beside)} is of this release.")


def own_library(library: Path | None) -> Path:
    """The library to write to: the one that settings name, else ./flows; never the one that travels with Shepherd."""
    from shepherd.desk.settings import shipped

    found = settings(library=library).library
    if library is None and found == shipped("flows") and found.parent != Path.cwd():
        return Path("flows")
    return found


def told_of_schemas(file: Path, folder: Path) -> None:
    """Put the schemas that *file* names into the library in *folder*, where they are not above it, and say so."""
    put = put_schemas(file, folder)
    if put is not None:
        echo(f"Written: {shown(put)} (the schemas, for editors; share them with the flows)")


def shown(file: Path) -> str:
    """*file* as one may open it from here."""
    near = os.path.relpath(file)
    return str(file) if near.startswith("..") else near


def _room(folder: Path, flow: str) -> Policy:
    """The policy of the library in *folder*; wrong use where *flow* is there already, in whatever folder of it."""
    from shepherd.flow.beside import Policy
    from shepherd.flow.draft import read_draft

    if not folder.is_dir():
        return Policy()
    draft = read_draft(folder)
    names = (f"{flow}.yaml", f"{flow}.scenarios.yaml")
    there = [folder / name for name in draft.sources if name.rpartition("/")[2] in names]
    there += [folder / name for name in names if os.path.lexists(folder / name)]
    if there:
        raise click.UsageError(f"{shown(there[0])} is there already, and nothing is overwritten. Choose another name.")
    return draft.policy


def _title(title: str | None, flow: str) -> str:
    from shepherd.author.fresh import title_of

    if title is None and sys.stdin.isatty():
        title = click.prompt("Title", default=title_of(flow), err=True)
    title = title_of(flow) if title is None else " ".join(title.split())
    if not title:
        raise click.UsageError("The title is empty. Say with --title what people search the flow by.")
    return title


def _category(category: str | None, categories: tuple[str, ...]) -> str:
    from shepherd.flow.findings import nearest

    if category is None:
        if not sys.stdin.isatty():
            raise click.UsageError(f"Say --category with one of: {', '.join(categories)}.")
        return str(click.prompt("Category", type=click.Choice(categories), err=True))
    if category not in categories:
        hint = nearest(category, categories) or f"There are: {', '.join(categories)}."
        raise click.UsageError(f'There is no category "{category}". {hint}')
    return category


def _texts(flow: str, title: str, category: str, owned: tuple[str, str], folder: Path) -> tuple[str, str]:
    """Both files; *owned* has the owner, and the desk that does where none was named."""
    from shepherd.author.fresh import fresh_flow, fresh_scenarios

    schema = named_schema(folder / f"{flow}.yaml", folder)
    owner, desk = owned
    text = fresh_flow(flow, title=title, category=category, schema=schema, owner=owner, desk=desk)
    return text, fresh_scenarios(flow)


def _write(files: tuple[Path, Path], texts: tuple[str, str]) -> None:
    """Both files or none; one that somebody made meanwhile stays as it is."""
    made: list[Path] = []
    files[0].parent.mkdir(parents=True, exist_ok=True)
    try:
        for file, text in zip(files, texts, strict=True):
            with file.open("x", encoding="utf-8") as stream:
                made.append(file)
                stream.write(text)
    except BaseException:
        for file in made:
            file.unlink()
        raise


def _wrong(folder: Path, files: tuple[Path, Path]) -> list[Finding]:
    """The errors in the new files themselves, in the library that they stand in."""
    from shepherd.check import examine
    from shepherd.flow.draft import read_draft

    names = {file.name for file in files}
    found = examine(read_draft(folder))
    return [finding for finding in found if finding.file in names and finding.severity == "error"]


def _next(flow: str, scenarios: Path, option: str) -> None:
    """What a designer does next, as commands to copy."""
    echo("\nNext:")
    rows = (
        ("check --watch", "says what is wrong, each time that you save"),
        (f"test {shlex.quote(shown(scenarios))}", "walks its scenario"),
        (f"run {flow}", "tries it in the terminal"),
        ("workshop", "shows it in the browser as you write"),
    )
    for words, does in rows:
        full = f"shepherd {words}{'' if words.startswith('test') else option}"
        echo(f"  {full:<52}  {does}")
