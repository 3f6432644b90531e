"""``shepherd rename``: a step's new name, in every file that names it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shepherd.cli.settings import draft_of, library_option, settings, shown_file
from shepherd.cli.terminal import echo
from shepherd.cli.writing import write_all
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft
    from shepherd.flow.findings import Finding


@click.command("rename")
@click.argument("step", metavar="FLOW/STEP")
@click.argument("new", metavar="NEW")
@click.option("--dry-run", is_flag=True, help="Only say which files would change.")
@library_option
@click.pass_context
def command(ctx: click.Context, /, step: str, new: str, dry_run: bool, library: Path | None) -> None:
    """
    Give a step another name, in its flow, in scenarios, translations and promises.

    All else in the files stays as it is. Where the check would find more afterwards than before, nothing is written.
    """
    from shepherd.author.rename import CannotRename, edited, renamed
    from shepherd.flow.draft import read_draft

    folder = settings(library=library).library
    draft = draft_of(folder)
    flow, slash, name = step.partition("/")
    if not slash:
        raise click.UsageError(f'Write the step with its flow: FLOW/{step} in the place of "{step}".')
    sources = {file: text for file, text in draft.sources.items() if file.endswith(".yaml")}
    try:
        edits = renamed(sources, flow, name, new)
    except CannotRename as error:
        raise click.UsageError(error.sentence) from None
    texts = {file: edited(sources[file], one) for file, one in edits.items()}
    worse = _worse(draft, read_draft(folder, texts))
    if worse:
        from shepherd.cli.check import show

        show(folder, draft, worse)
        echo("Nothing is renamed: these would be new.", err=True)
        ctx.exit(1)
    if not dry_run:
        write_all({folder / file: text for file, text in texts.items()})
    for file, one in sorted(edits.items()):
        places = many(len(one), "place")
        echo(f"{'Would change' if dry_run else 'Changed'}: {shown_file(folder, file)} ({places})")


def _worse(before: Draft, after: Draft) -> list[Finding]:
    """What the check finds in *after* more often than in *before*."""
    from shepherd.check import examine

    known = Counter((f.code, f.file) for f in examine(before))
    return [f for f in examine(after) if (known.subtract([(f.code, f.file)]), known[f.code, f.file] < 0)[1]]
