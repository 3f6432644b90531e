"""``shepherd import``: a tree from elsewhere as a flow, with a list of what that file did not tell."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from shepherd.cli.new import TAKEN, own_library, shown, told_of_schemas
from shepherd.cli.schemas import named_schema
from shepherd.cli.settings import library_option
from shepherd.cli.terminal import echo
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.author.elsewhere import Composed, Mistake, Sketch
    from shepherd.flow.draft import Draft

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".md": "mermaid",
    ".bpmn": "bpmn",
    ".bpmn2": "bpmn",
    ".xml": "bpmn",
}
STDIN = "-"

EPILOG = """\b
Examples:
  shepherd import router.csv                      a table with the columns id, text, answer, target
  shepherd import chart.mmd --flow parcel_lost    a flowchart in Mermaid
  shepherd import process.bpmn -o -               a process in BPMN 2.0, shown and not written
"""


@click.command("import", epilog=EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True))
@click.option(
    "--as", "form", type=click.Choice(["csv", "mermaid", "bpmn"]), help="What FILE is; else its ending tells."
)
@click.option("--flow", metavar="ID", help="The flow's id; by default from the file's name.")
@click.option("--title", help="What people search it by; by default what the file says.")
@click.option("--category", help="One of the desk's categories.")
@click.option("--process", default="", metavar="ID", help="Which process of a BPMN file with several.")
@click.option("-o", "--output", metavar="FILE", help="Write there (- for stdout), not into the library.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@library_option
def command(
    file: Path,
    form: str | None,
    flow: str | None,
    title: str | None,
    category: str | None,
    process: str,
    output: str | None,
    overwrite: bool,
    library: Path | None,
) -> None:
    """
    Read a decision tree from FILE (a CSV outline, a Mermaid flowchart, BPMN 2.0) and write it as a flow.

    Whatever FILE does not tell is marked in the flow as to-do, listed here, and found by `shepherd check` until it is
    settled. Nothing that is there is overwritten unless you say so.
    """
    sketch = _sketch(file, form or _form(file), process)
    folder = own_library(library)
    wanted = Path(output) if output and output != STDIN else None
    id_ = _id(flow or (wanted.stem if wanted else None), sketch, file)
    target = None if output == STDIN else wanted or folder / f"{id_}.yaml"
    if target is not None and os.path.lexists(target) and not overwrite:
        hint = "Give --overwrite to replace it, or another name with --flow."
        raise click.UsageError(f"{shown(target)} is there already, and nothing was written. {hint}")
    draft = _draft(folder)
    _known(category, draft)
    schema = named_schema(target, folder) if target is not None else ""
    composed = _composed(sketch, file, id_, title, category, draft, schema)
    if target is None:
        echo(composed.text, nl=False)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, composed.text, overwrite)
    echo(f"Written: {shown(target)} ({many(composed.steps, 'step')}, {many(composed.ways, 'way')})")
    told_of_schemas(target, folder)
    _open(target, folder)


def _form(file: Path) -> str:
    found = FORMATS.get(file.suffix.lower())
    if found is None:
        raise click.UsageError(f"{file} does not end in {', '.join(FORMATS)}. Say with --as what it is.")
    return found


def _sketch(file: Path, form: str, process: str) -> Sketch:
    """What *file* draws; where it can't be read, say where and why, and end the command with 1."""
    from shepherd.author.elsewhere import READERS, Unreadable
    from shepherd.author.elsewhere.sketch import MOST_BYTES

    with click.open_file(str(file), "rb") as stream:
        data = bytes(stream.read(MOST_BYTES + 1))
    try:
        return READERS[form](data, process)
    except Unreadable as error:
        _refused(file, error.mistakes)


def _refused(file: Path, mistakes: Iterable[Mistake]) -> NoReturn:
    """Tell why *file* was not read, and end the command with 1."""
    from shepherd.flow.shown import visible

    for line, says, mend in mistakes:
        where = f"{shown(file)}:{line}" if line else shown(file)
        echo(f"{where}: error {visible(f'{says} {mend}'.strip())}", fg="red", err=True)
    echo("Nothing was written.", err=True)
    raise click.exceptions.Exit(1)


def _id(flow: str | None, sketch: Sketch, file: Path) -> str:
    """The id of the new flow: the one that is given, else that of the drawing, else from the file's name."""
    from shepherd.author.elsewhere.naming import slug
    from shepherd.flow.ids import is_id

    if flow is None:
        found = sketch.flow if is_id(sketch.flow) else slug(file.stem, whole=True)
        if not is_id(found) or found in TAKEN:
            raise click.UsageError("Say with --flow what the flow's id is to be, such as parcel_lost.")
        return found
    if not is_id(flow) or flow in TAKEN:
        hint = "small letters, digits and underscores, beginning with a letter, such as parcel_lost"
        raise click.UsageError(f'"{flow}" can\'t be the id of a flow: use {hint}.')
    return flow


def _draft(folder: Path) -> Draft:
    """The library that the flow will stand in; nothing where there is none yet."""
    from shepherd.flow.draft import Draft, read_draft

    return read_draft(folder) if folder.is_dir() else Draft()


def _known(category: str | None, draft: Draft) -> None:
    from shepherd.flow.findings import nearest

    if category is not None and category not in draft.policy.categories:
        hint = nearest(category, draft.policy.categories) or f"There are: {', '.join(draft.policy.categories)}."
        raise click.UsageError(f'There is no category "{category}". {hint}')


def _composed(
    sketch: Sketch, file: Path, id_: str, title: str | None, category: str | None, draft: Draft, schema: str
) -> Composed:
    from shepherd.author.elsewhere import Head, Unreadable, compose

    head = Head(
        flow=id_,
        title=title or "",
        category=category or draft.policy.categories[0],
        known=category is not None,
        file=file.name,
        schema=schema,
    )
    try:
        return compose(sketch, head, {name: one for name, one in draft.flows.items() if name != id_})
    except Unreadable as error:
        _refused(file, error.mistakes)


def _write(target: Path, text: str, overwrite: bool) -> None:
    """The whole text or nothing; a file that somebody made meanwhile stays as it is."""
    if not overwrite:
        with target.open("x", encoding="utf-8") as stream:
            stream.write(text)
        return
    fresh = target.with_name(f".{target.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(target)


def _open(target: Path, folder: Path) -> None:
    """List what the check finds in the new file, which is what is still to be done."""
    from shepherd.check import examine
    from shepherd.flow.draft import read_draft

    inside = target.resolve().is_relative_to(folder.resolve())
    home = folder if inside else target
    name = target.resolve().relative_to(folder.resolve()).as_posix() if inside else target.name
    findings = [finding for finding in examine(read_draft(home)) if finding.file == name]
    if not findings:
        echo("Nothing is left to do.")
        return
    echo(f"\nTo do ({len(findings)}):")
    for finding in findings:
        says = finding.message.removeprefix("Still to do: ")
        echo(f"  {shown(target)}:{finding.place.line}: {says}")
    echo(f"\n`shepherd check {shown(target)}` lists them again until they are done.")
