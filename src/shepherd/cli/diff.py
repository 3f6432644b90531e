"""``shepherd diff``: what differs between two versions of flows, and whom it affects."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.cores import spread
from shepherd.cli.settings import settings, version_options
from shepherd.cli.terminal import echo
from shepherd.cli.versions import Version, versions_of

if TYPE_CHECKING:
    from shepherd.author.difference import Difference
    from shepherd.author.diffreport import OpenRun, Report
    from shepherd.check.library import Library
    from shepherd.desk import Settings
    from shepherd.flow.draft import Draft
    from shepherd.flow.model import Step


@click.command("diff")
@click.argument("before")
@click.argument("after", required=False)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--flow", metavar="FLOW", help="Only what differs in this flow.")
@click.option(
    "--weigh",
    type=click.IntRange(0),
    default=8000,
    metavar="MOVES",
    show_default=True,
    help="How many moves are made to find where paths part; 0 for none.",
)
@click.option("--scenarios/--no-scenarios", default=True, help="Walk the scenarios of both over both.")
@click.option("--exit-code", is_flag=True, help="End with 1 where something differs.")
@version_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    before: str,
    after: str | None,
    form: str,
    flow: str | None,
    weigh: int,
    scenarios: bool,
    exit_code: bool,
    output: Path | None,
    **flags: Any,
) -> None:
    """
    Say what differs from BEFORE to AFTER (the library as it is), in steps, answers, words, ways and promises.

    Each is a file, a folder, a revision of git (REV, or REV:PATH), the number of a published version, or the hash of a
    document in the record, or the first digits of it. Ends with 0 whether they differ or not, see --exit-code; with 1
    where one has mistakes that hide some of it.
    """
    from shepherd.flow.memory import collector_rests, readings_kept

    found = settings(**flags)
    if flags.get("database"):
        from shepherd.record import required_record

        required_record(found.database)
    with collector_rests(), readings_kept(), ExitStack() as stack:
        old, new = versions_of(before, after, found, stack)
        report = _compared(old, new, found, flow, weigh=weigh, scenarios=scenarios)
    _tell(report, form, output)
    ctx.exit(1 if exit_code and not report.difference.empty else 0)


def _tell(report: Report, form: str, output: Path | None) -> None:
    from shepherd.author.diffreport import as_json, as_markdown, as_text
    from shepherd.flow.shown import json_text

    if form == "json":
        text = json_text(as_json(report)) + "\n"
    else:
        text = (as_text if form == "text" else as_markdown)(report)
    if output is None:
        echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _compared(
    old: Version,
    new: Version,
    found: Settings,
    flow: str | None,
    *,
    weigh: int,
    scenarios: bool,
) -> Report:
    from shepherd.author.compare import compare
    from shepherd.author.diffreport import Report

    same = {old.flow: new.flow} if old.flow and new.flow else {}
    difference = compare(old.draft, new.draft, same)
    wanted = flow or new.flow or old.flow
    if wanted:
        difference = _only(difference, wanted, old.draft, new.draft)
    report = Report(old.name, new.name, difference)
    if difference.empty:
        return report
    return _walked(report, (old.draft, new.draft), found, weigh=weigh, scenarios=scenarios)


def _only(difference: Difference, flow: str, old: Draft, new: Draft) -> Difference:
    """What differs in *flow* alone."""
    from shepherd.flow.findings import nearest

    names = {*old.flows, *new.flows}
    if flow not in names:
        raise click.UsageError(f'There is no flow "{flow}". {nearest(flow, names)}'.strip())
    one = difference.of(flow)
    return difference._replace(flows=(one,) if one is not None else (), beside=())


def _walked(report: Report, drafts: tuple[Draft, Draft], found: Settings, *, weigh: int, scenarios: bool) -> Report:
    """*report* with what comes of walking both versions side by side, where both can be walked."""
    from shepherd.author.affected import affected, touched
    from shepherd.author.partings import weigh_all

    libraries, notes = [], []
    old, new = drafts
    for name, draft in ((report.before, old), (report.after, new)):
        library = _sound(draft)
        if library is None:
            notes.append(f"Paths and scenarios: {name} does not pass its checks; see shepherd check.")
        else:
            libraries.append(library)
    if len(libraries) < 2:
        return report._replace(notes=tuple(notes))
    before, after = libraries
    weighed = weigh_all(before, after, report.difference, weigh) if weigh else ()
    notes += [f"Paths of {one.flow}: {one.not_weighed}" for one in weighed if not one.whole]
    report = report._replace(weighed=weighed, runs=_standing(before, after, report.difference, found))
    report = report._replace(notes=tuple(notes))
    if not scenarios:
        return report
    flows = touched(before, report.difference, old=True) | touched(after, report.difference, old=False)
    affected_, walked = affected(
        before, after, report.difference, (_scenarios(old, flows), _scenarios(new, flows)), spread
    )
    return report._replace(scenarios=affected_, walked=walked)


def _standing(before: Library, after: Library, difference: Difference, found: Settings) -> tuple[OpenRun, ...] | None:
    """The runs under way on the earlier version; None where no record is kept."""
    from shepherd.author.diffreport import OpenRun
    from shepherd.desk.moving import Moving
    from shepherd.desk.runs import Runs
    from shepherd.record import RecordUnavailable, open_record, required_record

    try:
        required_record(found.database)
    except RecordUnavailable:
        return None
    record = open_record(found.database, found.keys)
    try:
        moving = Moving(lambda: after, record, Runs(lambda: after, record))
        return tuple(
            OpenRun(one.run, one.number, step.ref, _differs(difference, step), one.verdict == "moves", one.why)
            for one, step in moving.standing(difference.documents, before)
        )
    finally:
        record.close()


def _differs(difference: Difference, step: Step) -> bool:
    flow, _, name = step.ref.partition("/")
    one = difference.of(flow)
    return one is not None and (name in one.touched or not one.flow)


def _sound(draft: Draft) -> Library | None:
    """The library that *draft* makes, where nothing stands in the way of walking it."""
    from shepherd.check.library import Library
    from shepherd.check.walkable import unwalkable

    return None if unwalkable(draft) else Library.of(draft, ())


def _scenarios(draft: Draft, flows: set[str]) -> list[Any]:
    """The scenarios of *flows*; a file that stands in both versions is read once."""
    from shepherd.author import scenarios_in
    from shepherd.flow.memory import kept
    from shepherd.flow.scenario_files import SUFFIX

    mine = [d for d in draft.scenarios if d.file.rpartition("/")[2].removesuffix(SUFFIX) in flows]
    return [s for d in mine for s in kept((id(d), SUFFIX), partial(scenarios_in, d.typed, d.file))[0]]
