"""``shepherd test``: walk the scenarios beside the flows, and count what they cover."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.settings import draft_of, library_option, rejected, settings

if TYPE_CHECKING:
    from shepherd.author import Coverage, Scenario, Verdict
    from shepherd.flow.draft import Draft


@click.command("test")
@click.argument("paths", nargs=-1, metavar="[FOLDER|FILE]...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human", show_default=True)
@library_option
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[Path, ...], form: str, library: Path | None) -> None:
    """
    Walk the scenarios of a library (NAME.scenarios.yaml beside NAME.yaml), and count the edges they cover.

    FOLDER is a library; a FILE of scenarios is walked alone.
    """
    from shepherd.author import cover, run_scenario

    folder, only = _chosen(paths, settings(library=library).library)
    draft = draft_of(folder)
    with rejected(folder):
        from shepherd.check import examine
        from shepherd.check.library import Library

        checked = Library.of(draft, examine(draft))
    scenarios = _scenarios(draft, {path.resolve().relative_to(folder.resolve()).as_posix() for path in only})
    verdicts = [run_scenario(checked, scenario) for scenario in scenarios]
    wanted = {scenario.flow for scenario in scenarios} if only else set(checked.flows)
    flows = {name: flow for name, flow in checked.flows.items() if name in wanted}
    covered = cover(flows, (verdict.played for verdict in verdicts))
    ok = all(verdict.ok for verdict in verdicts)
    if form == "json":
        click.echo(json.dumps(as_json(ok, verdicts, covered), ensure_ascii=False))
    else:
        _human(verdicts, covered)
    ctx.exit(0 if ok else 1)


def _chosen(paths: tuple[Path, ...], library: Path) -> tuple[Path, tuple[Path, ...]]:
    from shepherd.flow.files import home_of

    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        raise click.UsageError(f"There is no file or folder {missing}.")
    folders = {path if path.is_dir() else home_of(path, library) for path in paths}
    if len(folders) > 1:
        raise click.UsageError("Give one library, or files of one library.")
    folder = folders.pop() if folders else library
    return folder, tuple(path for path in paths if not path.is_dir())


def _scenarios(draft: Draft, only: set[str]) -> list[Scenario]:
    from shepherd.author import Malformed, read_scenarios

    found: list[Scenario] = []
    try:
        for document in draft.scenarios:
            if not only or document.file in only:
                found += read_scenarios(document.typed, document.file)
    except Malformed as error:
        click.echo(f"Error: {error}", err=True)
        raise click.exceptions.Exit(1) from None
    strange = sorted(only - {document.file for document in draft.scenarios})
    if strange:
        raise click.UsageError(f"{strange[0]} is no file of scenarios (NAME.scenarios.yaml).")
    return found


def as_json(ok: bool, verdicts: Iterable[Verdict], covered: Iterable[Coverage]) -> dict[str, Any]:
    """The object that ``test --format json`` prints."""
    return {
        "shepherd": "test/1",
        "ok": ok,
        "scenarios": [
            {
                "flow": verdict.scenario.flow,
                "name": verdict.scenario.name,
                "ok": verdict.ok,
                "failures": list(verdict.failures),
                "path": list(verdict.path),
            }
            for verdict in verdicts
        ],
        "coverage": [
            {"flow": c.flow, "steps": list(c.steps), "edges": list(c.edges), "missing": list(c.missing)}
            for c in covered
        ],
    }


def _human(verdicts: list[Verdict], covered: Iterable[Coverage]) -> None:
    from shepherd.author.coverage import total

    for verdict in verdicts:
        if not verdict.ok:
            click.secho(f"failed  {verdict.scenario.flow}: {verdict.scenario.name}", fg="red", bold=True)
            for failure in verdict.failures:
                click.echo(f"        {failure}")
    covered = list(covered)
    for one in covered:
        mine = [verdict for verdict in verdicts if verdict.scenario.flow == one.flow]
        passed = sum(verdict.ok for verdict in mine)
        click.echo(
            f"{one.flow:<24} scenarios {passed}/{len(mine)}   steps {one.steps[0]}/{one.steps[1]}"
            f"   edges {one.edges[0]}/{one.edges[1]}"
        )
        for edge in one.missing:
            click.secho(f"    not walked: {edge}", fg="yellow")
    failed = sum(not verdict.ok for verdict in verdicts)
    click.echo(f"{len(verdicts) - failed} scenarios passed, {failed} failed.")
    click.echo(total(covered))
