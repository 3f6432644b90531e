"""``shepherd replay``: the last recorded runs, walked over a draft."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.settings import settings, version_options
from shepherd.cli.terminal import echo
from shepherd.cli.versions import Version, versions_of

if TYPE_CHECKING:
    from shepherd.record import Record

LAST = 1000
WANTED = "Say with --on what the recorded runs are walked over: a file, a folder or a revision of git, like --on flows."


@click.command("replay")
@click.option(
    "--on", "draft", default="", metavar="DRAFT", help="What they are walked over: a file, a folder, a revision of git."
)
@click.option("--last", type=click.IntRange(1), default=LAST, show_default=True, metavar="N", help="So many runs.")
@click.option("--flow", default="", metavar="FLOW", help="Only runs of this flow.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--exit-code", is_flag=True, help="End with 1 where a run would end elsewhere, or lose what it proved.")
@version_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    draft: str,
    last: int,
    flow: str,
    form: str,
    exit_code: bool,
    output: Path | None,
    **flags: Any,
) -> None:
    """
    Walk the last recorded runs over DRAFT, and say which would come to something else.

    Each is given the answers and results that it was given, at the steps of the same name. Nothing is stored, and no
    value of anybody is printed.
    """
    from shepherd.author.compare import compare
    from shepherd.author.replayed import as_json, as_text, replayed
    from shepherd.check.library import Library
    from shepherd.check.walkable import unwalkable
    from shepherd.desk.replaying import last_runs, walked_again
    from shepherd.flow.memory import collector_rests, readings_kept
    from shepherd.flow.shown import json_text
    from shepherd.record import RecordUnavailable, open_record, required_record

    if not draft:
        raise click.UsageError(WANTED)
    found = settings(**flags)
    try:
        required_record(found.database)
    except RecordUnavailable as error:
        raise RecordUnavailable(f"There are no recorded runs to walk again. {error}") from None
    with ExitStack() as stack:
        with collector_rests(), readings_kept():
            new, old = versions_of(draft, None, found, stack)
            errors = unwalkable(new.draft)
            if errors:
                _refuse(new, errors)
            library = Library.of(new.draft, ())
            difference = compare(old.draft, new.draft)
        record = stack.enter_context(closing(open_record(found.database, found.keys)))
        unread: list[str] = []
        _known(flow, record, new, old)
        told = list(walked_again(record, library, difference, last_runs(record, last, flow=flow), unread))
        report = replayed(draft, told, unread)
    text = as_text(report) if form == "text" else json_text(as_json(report)) + "\n"
    if output is None:
        echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
    ctx.exit(1 if exit_code and report.differs else 0)


def _known(flow: str, record: Record, *versions: Version) -> None:
    """Wrong use where *flow* is none of the flows of *versions*, and no run of it is recorded."""
    from shepherd.desk.replaying import last_runs
    from shepherd.flow.findings import nearest

    flows = {name for version in versions for name in version.draft.flows}
    if flow and flow not in flows and next(last_runs(record, 1, flow=flow), None) is None:
        raise click.UsageError(
            f'There is no flow "{flow}", and no run of one is recorded. {nearest(flow, flows)}'.strip()
        )


def _refuse(new: Version, errors: list[Any]) -> None:
    from shepherd.check.report import render

    echo(render(errors[:20], new.draft.sources), nl=False, err=True)
    echo(f"{new.name} can't be walked; mend it first.", err=True)
    raise click.exceptions.Exit(1)
