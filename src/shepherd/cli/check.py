"""``shepherd check``: what is wrong with a library of flows, all of it at once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

import click

from shepherd import __version__
from shepherd.cli.choose import Choice, choice_of, choice_options
from shepherd.cli.settings import draft_of, library_option, output_option, settings, shown_file, today_option
from shepherd.cli.terminal import echo, telling
from shepherd.flow.ids import ID
from shepherd.flow.scenario_files import SUFFIX
from shepherd.flow.shown import json_text, many

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft
    from shepherd.flow.findings import Finding

FORMATS = ("human", "json", "github", "sarif", "junit")
#: So many findings are printed for people.
MOST_SHOWN = 200
#: What a file says that is a list, and how a flow says what it reads.
LIST = re.compile(rf"^list:\s*[\"']?({ID})", re.MULTILINE)
READS_LIST = re.compile(rf"\blists\.({ID})")
ROWS_FROM = re.compile(r"\brows_from:\s*(?:[\"']([^\"']+)[\"']|([^\n,}#]+))")


class Asked(NamedTuple):
    """What is to be checked, and how it is told."""

    paths: tuple[Path, ...]
    library: Path
    form: str
    choice: Choice
    today: date | None
    output: Path | None


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[FILE|FOLDER]...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="human", show_default=True)
@choice_options
@today_option
@click.option("--watch", is_flag=True, help="Check anew each time that a file changes, until Ctrl-C.")
@output_option("Write the report there, and tell people as well.")
@library_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    today: datetime | None,
    watch: bool,
    output: Path | None,
    library: Path | None,
) -> None:
    """
    Say what is wrong with a library of flows.

    Without FILE the whole library is checked. A FILE is checked within the folder it belongs to, and what is wrong
    in it is shown, and in its scenarios, the lists and the CSV files that it reads.
    """
    if output is not None and form == "human":
        raise click.UsageError("--output needs a --format for machines.")
    home = settings(library=library).library
    asked = Asked(paths, home, form, choice_of(select, ignore), today.date() if today else None, output)
    if watch:
        from shepherd.cli.watch import watched

        watched(lambda: _once(asked), lambda: {chosen.folder for chosen in _chosen(paths, asked.library)})
    ctx.exit(_once(asked))


class Report(NamedTuple):
    """What a check came to: what is told of it, of so many *files*; so many errors are left *untold*."""

    findings: list[Finding]
    sources: dict[str, str]
    files: int
    kept: int
    untold: int


def _once(asked: Asked) -> int:
    """Check and print once; the exit code. All that is read stays until the end, so there is nothing to collect."""
    from shepherd.flow.memory import collector_rests

    with collector_rests():
        return _checked(asked)


def _checked(asked: Asked) -> int:
    findings: list[Finding] = []
    sources: dict[str, str] = {}
    files = kept = 0
    for chosen in _chosen(asked.paths, asked.library):
        with telling("Reading the flows"):
            draft = draft_of(chosen.folder)
        names = _with_what_they_read(draft, chosen.names) if chosen.names else set(draft.sources)
        if not names:
            raise click.UsageError(f"There are no flows in {chosen.folder}. Name their folder with --library.")
        files += len(names)
        with telling("Checking the flows"):
            found = _examined(draft, asked.today)
            kept += 0 if chosen.names else _kept(draft, found)
        shown = str if asked.form == "json" else partial(shown_file, chosen.folder)
        findings += (replace(f, file=shown(f.file)) for f in found if f.file in names or not chosen.names)
        sources |= {shown(name): draft.sources.get(name, "") for name in sorted(names)}
    findings.sort(key=lambda finding: finding.order)
    told = [finding for finding in findings if asked.choice.tells(finding)]
    errors = sum(finding.severity == "error" for finding in findings)
    untold = errors - sum(finding.severity == "error" for finding in told)
    _tell(asked, Report(told, sources, files, kept, untold))
    _note_schemas(asked)
    return 1 if errors else 0


def _tell(asked: Asked, report: Report) -> None:
    """Print, or write, what was found; how many errors were left out is always said."""
    if asked.form == "human" or asked.output is not None:
        _human(report.findings, report.sources)
        none = report.untold and not report.findings
        said = f"Nothing that was selected in {many(report.files, 'file')}." if none else ""
        echo((said or _summary(report.findings, report.files)) + _promised(report.kept))
    if report.untold:
        verb = "is" if report.untold == 1 else "are"
        echo(f"{many(report.untold, 'error')} {verb} not among what was selected.", err=True, fg="red")
    if asked.form == "human":
        return
    text = _machine(asked.form, report)
    if asked.output is None:
        echo(text, nl=bool(text))
    else:
        asked.output.write_text(f"{text}\n" if text else "", encoding="utf-8")


def _note_schemas(asked: Asked) -> None:
    """That the schemas beside a library are of another release, so that editors offer and refuse other keys."""
    from shepherd.cli.schemas import of_another_release

    for folder in sorted({chosen.folder for chosen in _chosen(asked.paths, asked.library)}):
        old = of_another_release(folder)
        if old is not None:
            where = "" if folder == asked.library and folder.name == "flows" else f" --library {quote(str(folder))}"
            told = f"{shown_file(folder, old.name)} is of another release; editors go by it. To renew it:"
            echo(f"{told} shepherd new --schemas{where}", err=True)


def _machine(form: str, report: Report) -> str:
    """The report for machines."""
    from shepherd.check import RULES, forms
    from shepherd.check.report import as_json

    if form == "json":
        made = as_json(report.findings, report.files)
        return json_text(made | {"ok": made["ok"] and not report.untold, "promises_kept": report.kept})
    if form == "sarif":
        return forms.sarif(report.findings, RULES, report.sources, __version__)
    if form == "junit":
        return forms.junit(report.findings, report.sources)
    return "\n".join(map(forms.github, report.findings))


class Chosen(NamedTuple):
    """A library to check; *names* are the files whose findings are wanted, none for all."""

    folder: Path
    names: set[str]


def _chosen(paths: tuple[Path, ...], library: Path) -> Iterator[Chosen]:
    from shepherd.flow.files import home_of

    if not paths:
        yield Chosen(library, set())
    files: dict[Path, set[str]] = {}
    for path in paths:
        if path.is_dir():
            yield Chosen(path, set())
        elif path.is_file():
            folder = home_of(path, library)
            name = path.resolve().relative_to(folder.resolve()).as_posix()
            files.setdefault(folder, set()).add(name)
        else:
            raise click.UsageError(f"There is no file or folder {path}.")
    for folder, names in files.items():
        yield Chosen(folder, names)


def _with_what_they_read(draft: Draft, names: set[str]) -> set[str]:
    """
    *names*, the lists and CSV files that these files read, and the scenarios of flows.

    They are found by the texts: a broken file is read in vain too.
    """
    lists = {found[1]: name for name, text in draft.sources.items() if (found := LIST.search(text))}
    read: set[str] = set()
    for name in names:
        text = draft.sources.get(name, "")
        read |= {lists[word] for word in READS_LIST.findall(text) if word in lists}
        beside = PurePosixPath(name).parent
        read |= {posixpath.normpath(beside / (quoted or plain.strip())) for quoted, plain in ROWS_FROM.findall(text)}
    read |= {f"{name.removesuffix('.yaml')}{SUFFIX}" for name in names}
    return names | (read & draft.sources.keys())


def _examined(draft: Draft, today: date | None) -> list[Finding]:
    from shepherd.check import examine
    from shepherd.desk.clock import days

    return examine(draft, days(today)(draft.policy.time_zone), tests=True)


def _kept(draft: Draft, findings: list[Finding]) -> int:
    from shepherd.check.promises import kept

    return kept(draft, findings) if draft.promises else 0


def _promised(kept: int) -> str:
    return f" {many(kept, 'promise')} kept on every path." if kept else ""


def _placed(finding: Finding, folder: Path) -> Finding:
    return replace(finding, file=shown_file(folder, finding.file))


def show(folder: Path, draft: Draft, findings: Iterable[Finding]) -> None:
    """The findings of a library that another command needs, on stderr."""
    placed = [_placed(finding, folder) for finding in findings]
    _human(placed, {shown_file(folder, name): text for name, text in draft.sources.items()}, err=True)
    echo(f"The flows may not be run as they are: {_summary(placed, len(draft.sources))}", err=True)


def _human(findings: Iterable[Finding], sources: dict[str, str], *, err: bool = False) -> None:
    from shepherd.check.report import render_one

    listed = list(findings)
    for finding in listed[:MOST_SHOWN]:
        first, _, rest = render_one(finding, sources.get(finding.file)).partition("\n")
        echo(first, bold=True, fg="red" if finding.severity == "error" else "yellow", err=err)
        echo(rest, err=err)
    if len(listed) > MOST_SHOWN:
        echo(f"… and {len(listed) - MOST_SHOWN} more; --format json has all.\n", err=err)


def _summary(findings: list[Finding], files: int) -> str:
    """How much was found; behind an error, later checks (and what looks for the unused) have not looked."""
    errors = sum(f.severity == "error" for f in findings)
    warnings = len(findings) - errors
    if not findings:
        return f"Nothing wrong in {many(files, 'file')}."
    counted = f"{many(errors, 'error')} and {many(warnings, 'warning')} in {many(files, 'file')}."
    if not errors:
        return counted
    return f"{counted} More may be found once {'it is' if errors == 1 else 'they are'} mended."
