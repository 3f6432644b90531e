"""What commands have in common that walk scenarios: reading them, and walking many of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.settings import draft_of, rejected, shown_file
from shepherd.cli.terminal import echo, telling
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.author import Scenario, Verdict
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft

#: From so many scenarios on, a terminal is told how far the walk has come.
LONG = 200


def checked_draft(folder: Path) -> tuple[Draft, Library]:
    """The draft in *folder* and the library that it makes, or the findings that forbid it."""
    from shepherd.flow.memory import collector_rests

    with telling("Reading the flows"):
        draft = draft_of(folder)
    with rejected(folder), collector_rests(), telling("Checking the flows"):
        from shepherd.check import examine
        from shepherd.check.library import Library

        return draft, Library.of(draft, examine(draft))


def scenarios_of(draft: Draft, only: Set[str] | None = None) -> list[Scenario]:
    """
    The scenarios of *draft*, or of the files *only*; where some can't be read, say why and end the command with 1.
    """
    from shepherd.author import place_of, scenarios_in

    found: list[Scenario] = []
    mistakes = 0
    for document in draft.scenarios:
        if only is None or document.file in only:
            read, wrong = scenarios_in(document.typed, document.file, document.root)
            found += read
            for error in wrong:
                place = place_of(document.root, error.at)
                where = f"{shown_file(draft.folder, document.file)}:{place.line}:{place.column}"
                echo(f"{where}: error {error.sentence.removeprefix(f'{document.file}: ')}", fg="red", err=True)
            mistakes += len(wrong)
    if mistakes:
        echo(f"{many(mistakes, 'scenario')} can't be read; none was walked.", err=True)
        raise click.exceptions.Exit(1)
    return found


def walked(library: Library, scenarios: list[Scenario]) -> tuple[tuple[Verdict, ...], tuple[float, ...]]:
    """The verdicts of *scenarios*, and how many seconds each walk took."""
    from shepherd.author import run_scenario
    from shepherd.flow.memory import collector_rests

    verdicts: list[Verdict] = []
    seconds: list[float] = []
    with collector_rests():
        for scenario in _with_progress(scenarios):
            began = time.perf_counter()
            verdicts.append(run_scenario(library, scenario))
            seconds.append(time.perf_counter() - began)
    return tuple(verdicts), tuple(seconds)


def _with_progress(scenarios: list[Scenario]) -> Iterable[Scenario]:
    """The scenarios, and on a terminal a bar for many of them; none goes into a file or a log."""
    if len(scenarios) < LONG or not sys.stderr.isatty():
        yield from scenarios
        return
    label = many(len(scenarios), "scenario")
    with click.progressbar(scenarios, label=label, file=sys.stderr, update_min_steps=len(scenarios) // 50) as bar:
        yield from bar


def to_file(file: Path, scenarios: Sequence[Mapping[str, Any]]) -> None:
    """Write *scenarios* to the end of *file*, or to a new one; what stands there stays as it is."""
    from shepherd.author import Malformed, read_scenarios
    from shepherd.author.yaml_text import added, as_yaml
    from shepherd.cli.trees import plain, tree_of
    from shepherd.flow.source import read

    try:
        if file.exists():
            data = file.read_bytes()
            tree_of(data, str(file))  # names the place of what can't be read
            before = read(data, str(file))
            assert before.root is not None
            read_scenarios(plain(before.root), str(file))
            text = added(data.decode("utf-8"), before.root, scenarios)
        else:
            text = as_yaml(scenarios)
        read_scenarios(tree_of(text.encode("utf-8"), str(file)), str(file))
    except Malformed as error:
        raise click.UsageError(f"Nothing was written: {error}") from None
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def right_file(file: Path, flow: str) -> None:
    """Refuse a *file* that would not hold scenarios of *flow*."""
    from shepherd.author.scenario_files import SUFFIX

    if file.name != f"{flow}{SUFFIX}":
        raise click.UsageError(f"Scenarios of {flow} stand in {flow}{SUFFIX}, beside the flow; not in {file.name}.")
    if not file.parent.is_dir():
        raise click.UsageError(f"There is no folder {file.parent}.")
