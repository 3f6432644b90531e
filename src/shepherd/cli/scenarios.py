"""What commands have in common that walk scenarios: reading them, and walking many of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.cores import spread
from shepherd.cli.settings import rejected, shown_file
from shepherd.cli.terminal import echo, telling
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.author import Scenario, Walked
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft

#: From so many scenarios on, a terminal is told how far the walk has come.
LONG = 200


def checked(draft: Draft) -> Library:
    """The library that *draft* makes, or the findings that forbid it."""
    from shepherd.flow.memory import collector_rests

    with rejected(draft.folder or Path()), collector_rests(), telling("Checking the flows"):
        from shepherd.check import examine
        from shepherd.check.library import Library

        return Library.of(draft, examine(draft))


def scenarios_of(draft: Draft, only: Set[str] | None = None) -> list[Scenario]:
    """
    The scenarios of *draft*, or of the files *only*; where some can't be read, say why and end the command with 1.

    What is wrong with the flows themselves is told before that.
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
        checked(draft)
        echo(f"{many(mistakes, 'scenario')} can't be read; none was walked.", err=True)
        raise click.exceptions.Exit(1)
    return found


def walked(draft: Draft, scenarios: list[Scenario]) -> tuple[Library, tuple[Walked, ...]]:
    """
    The library that *draft* makes, or the findings that forbid it, and what *scenarios* came to.

    Proofs and walks go side by side on all cores: whether a draft can be walked is known long before all is proved.
    """
    from shepherd.check import examine
    from shepherd.check.library import FlowRejected, Library
    from shepherd.check.walkable import unwalkable
    from shepherd.flow.memory import collector_rests

    with collector_rests():
        if unwalkable(draft):
            return checked(draft), ()
        library = Library.of(draft, ())
        jobs: list[Callable[[], Any]] = [partial(examine, draft)]
        jobs += [partial(_timed, library, scenario) for scenario in scenarios]
        with _progress(len(scenarios)) as come_to:
            findings, *found = spread(jobs, come_to)
    with rejected(draft.folder or Path()):
        if any(finding.severity == "error" for finding in findings):
            raise FlowRejected(findings)
    return library, tuple(one._replace(scenario=scenarios[number]) for number, one in enumerate(found))


def _timed(library: Library, scenario: Scenario) -> Walked:
    """What *scenario* came to, with the seconds; without itself, which need not be sent from core to core."""
    from shepherd.author import walk

    began = time.perf_counter()
    found = walk(library, scenario)
    return found._replace(scenario=None, seconds=time.perf_counter() - began)  # type: ignore[arg-type]


@contextmanager
def _progress(number: int) -> Iterator[Callable[[int], None]]:
    """What is told which of *number* scenarios is under way: on a terminal a bar for many, nothing in a file or log."""
    if number < LONG or not sys.stderr.isatty():
        yield lambda at: None
        return
    label = many(number, "scenario")
    with click.progressbar(length=number, label=label, file=sys.stderr, update_min_steps=number // 50) as bar:
        yield lambda at: bar.update(at - bar.pos)


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
    from shepherd.flow.scenario_files import SUFFIX

    if file.name != f"{flow}{SUFFIX}":
        raise click.UsageError(f"Scenarios of {flow} stand in {flow}{SUFFIX}, beside the flow; not in {file.name}.")
    if not file.parent.is_dir():
        raise click.UsageError(f"There is no folder {file.parent}.")
