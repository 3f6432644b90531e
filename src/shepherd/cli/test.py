"""``shepherd test``: walk the scenarios beside the flows, and count what they cover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from shepherd.cli.scenarios import scenarios_of, walked
from shepherd.cli.settings import draft_of, library_option, output_option, settings, shown_file
from shepherd.cli.suggest import suggested
from shepherd.cli.terminal import echo, telling
from shepherd.cli.which import which
from shepherd.flow.shown import json_text, many

if TYPE_CHECKING:
    from collections.abc import Set

    from shepherd.author import Scenario
    from shepherd.author.report import Report


FORMATS = ("human", "json", "junit", "lcov")
#: So many rows that no scenario comes to are told of each flow.
MOST_ROWS = 8


class Asked(NamedTuple):
    """What is to be tested, and how it is told."""

    paths: tuple[Path, ...]
    library: Path
    word: str
    form: str
    least: float | None
    output: Path | None
    suggest: bool
    save: bool


@click.command("test")
@click.argument("paths", nargs=-1, metavar="[FOLDER|FILE|FLOW]...", type=click.Path(path_type=Path))
@click.option("-k", "word", default="", metavar="TEXT", help="Only scenarios whose flow or name has TEXT in it.")
@click.option(
    "--format", "form", type=click.Choice(["human", "json", "junit", "lcov"]), default="human", show_default=True
)
@click.option(
    "--min-coverage",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail where less of a flow's edges is walked.",
)
@click.option("--watch", is_flag=True, help="Walk anew each time that a file changes, until Ctrl-C.")
@click.option("--suggest", is_flag=True, help="Print the fewest scenarios that take every edge which none takes yet.")
@click.option("--save", is_flag=True, help="With --suggest: add them to the files beside the flows.")
@output_option("Write the report there, and tell people as well.")
@library_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    word: str,
    form: str,
    least: float | None,
    watch: bool,
    output: Path | None,
    suggest: bool,
    save: bool,
    library: Path | None,
) -> None:
    """
    Walk the scenarios of a library (NAME.scenarios.yaml beside NAME.yaml), and count the edges they cover.

    FOLDER is a library; a FILE of scenarios is walked alone, and so are those of a flow, given by its FILE or its name.
    """
    if word and least is not None:
        raise click.UsageError("Some scenarios alone cover only some edges: give -k or --min-coverage, not both.")
    if suggest and (watch or form != "human"):
        raise click.UsageError("--suggest goes with neither --watch nor --format.")
    if save and not suggest:
        raise click.UsageError("--save goes with --suggest.")
    if output is not None and form == "human":
        raise click.UsageError("--output needs a --format for machines.")
    asked = Asked(paths, settings(library=library).library, word, form, least, output, suggest, save)
    if watch:
        from shepherd.cli.watch import watched

        watched(lambda: _once(asked), lambda: [which(asked.paths, asked.library).folder])
    ctx.exit(_once(asked))


def _once(asked: Asked) -> int:
    """Walk and tell once, or why nothing can be walked; the exit code."""
    from shepherd.flow.memory import collector_rests

    try:
        with collector_rests():
            return _walked(asked)
    except click.exceptions.Exit as stop:
        return stop.exit_code


def _walked(asked: Asked) -> int:
    from shepherd.author import cover
    from shepherd.author.report import Report

    chosen = which(asked.paths, asked.library)
    with telling("Reading the flows"):
        draft = draft_of(chosen.folder)
    flows, files = chosen.of(draft)
    scenarios = scenarios_of(draft, files)
    if asked.word:
        flows, scenarios = _with(asked, flows, scenarios)
    library, verdicts = walked(draft, scenarios)
    covered = cover({name: flow for name, flow in library.flows.items() if name in flows}, verdicts)
    report = Report(verdicts, covered, asked.least)
    if asked.suggest:
        suggested(library, report, chosen.folder, save=asked.save)
    else:
        _tell(report, asked, chosen.folder)
    return 0 if report.ok else 1


def _with(asked: Asked, flows: Set[str], scenarios: list[Scenario]) -> tuple[Set[str], list[Scenario]]:
    """
    The scenarios that have the word in their flow or name, however it is written, and their flows.

    Where some are to be suggested, the flows count that have it, with all their scenarios: what these walk is walked.
    """
    word = asked.word.casefold()
    chosen = [s for s in scenarios if word in f"{s.flow}: {s.name}".casefold()]
    having = {s.flow for s in chosen}
    if asked.suggest:
        having |= {flow for flow in flows if word in flow.casefold()}
        chosen = [s for s in scenarios if s.flow in having]
    if not having:
        what = "flow or scenario" if asked.suggest else "scenario"
        raise click.UsageError(f'No {what} has "{asked.word}" in its {"" if asked.suggest else "flow or "}name.')
    return having, chosen


def _tell(report: Report, asked: Asked, folder: Path) -> None:
    if asked.form == "human" or asked.output is not None:
        _human(report, folder)
    if asked.form == "human":
        return
    from shepherd.author.report import as_json, junit, lcov

    if asked.form == "json":
        text = json_text(as_json(report)) + "\n"
    else:
        write = {"junit": junit, "lcov": lcov}[asked.form]
        text = write(report, lambda file: shown_file(folder, file))
    if asked.output is None:
        echo(text, nl=False)
    else:
        asked.output.write_text(text, encoding="utf-8")


def _human(report: Report, folder: Path) -> None:
    from shepherd.author.coverage import total

    for verdict in report.verdicts:
        if not verdict.ok:
            scenario = verdict.scenario
            echo(f"failed  {scenario.flow}: {scenario.name}", fg="red", bold=True, nl=False)
            echo(f"  ({shown_file(folder, scenario.file)}:{scenario.line})", dim=True)
            for failure in verdict.failures:
                echo(f"        {_placed(failure, scenario.file, folder)}")
    for one in report.covered:
        mine = [verdict for verdict in report.verdicts if verdict.scenario.flow == one.flow]
        passed = sum(verdict.ok for verdict in mine)
        echo(
            f"{one.flow:<24} scenarios {passed}/{len(mine)}   steps {one.steps[0]}/{one.steps[1]}"
            f"   edges {one.edges[0]}/{one.edges[1]}{_of('results', one.results)}{_of('branches', one.branches)}"
            f"{_of('rows', one.rows)}"
        )
        for way in one.not_walked:
            echo(f"    not walked: {way}", fg="yellow", nl=False)
            echo(f"  ({shown_file(folder, one.file)}:{way.line})", dim=True)
        for row in one.not_given[:MOST_ROWS]:
            echo(f"    not reached: row {row.number} of the table {row.table}", fg="yellow", nl=False)
            echo(f"  ({shown_file(folder, row.file)}:{row.line})", dim=True)
        if len(one.not_given) > MOST_ROWS:
            echo(f"    not reached: {many(len(one.not_given) - MOST_ROWS, 'more row')}", fg="yellow")
    failed = sum(not verdict.ok for verdict in report.verdicts)
    echo(f"{many(len(report.verdicts) - failed, 'scenario')} passed, {failed} failed.")
    for one in report.below:
        hit, every = one.edges
        echo(f"{one.flow}: {hit} of {every} edges are walked; {report.least:g} % are asked for.", fg="red")
    echo(total(report.covered))


def _placed(failure: str, file: str, folder: Path) -> str:
    """*failure*, and where it begins with its place in *file*, that as one may open it from here."""
    return failure.replace(file, shown_file(folder, file), 1) if failure.startswith(f"{file}:") else failure


def _of(what: str, counted: tuple[int, int]) -> str:
    return f"   {what} {counted[0]}/{counted[1]}" if counted[1] else ""
