"""``shepherd run``: walk a flow in the terminal, by hand or by a file of answers. Nothing is recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shepherd.cli.scenarios import right_file, to_file
from shepherd.cli.settings import library_of, library_option, no_flow, settings
from shepherd.cli.terminal import echo, echo_json

if TYPE_CHECKING:
    from shepherd.author import Given, Played
    from shepherd.check.library import Library
    from shepherd.run.api import Event


@click.command("run")
@click.argument("flow")
@click.option("--answers", metavar="FILE", help="The `given` part of a scenario, YAML or JSON; - reads it from stdin.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; needs --answers.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input of the flow.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Add the walk as a scenario to FILE (FLOW.scenarios.yaml), with nobody's values in it.",
)
@library_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    flow: str,
    answers: str | None,
    as_json: bool,
    inputs: tuple[str, ...],
    save: Path | None,
    library: Path | None,
) -> None:
    """
    Walk FLOW in the terminal. Nothing is recorded, and nothing is called: you say what other systems answer.

    With --answers a file says it all; the command ends with 1 where it does not lead to an end.
    """
    if as_json and answers is None:
        raise click.UsageError("--json needs --answers.")
    folder, name = _flow(flow, settings(library=library).library)
    checked = library_of(folder)
    if name not in checked.flows:
        raise no_flow(name, folder, checked.flows)
    if save is not None:
        right_file(save, name)
    given = dict(_pair(text) for text in inputs)
    if answers is None:
        from shepherd.cli.by_hand import Walker

        walker = Walker(checked, name, given)
        code, events = walker.walk(), walker.events
    else:
        played = _played(checked, name, _read(answers, name, given), as_json)
        code, events = 0 if played.run is not None and played.run.ended else 1, list(played.events)
    if save is not None and events:
        _save(save, checked, events)
    ctx.exit(code)


def _save(file: Path, library: Library, events: list[Event]) -> None:
    from shepherd.author.recorded import Untold, scenario_of

    try:
        scenario = scenario_of(library, events)
    except Untold as error:
        raise click.UsageError(f"Nothing was written: {error}") from None
    to_file(file, [scenario])
    echo(f"Added to {file}: {scenario['name']}", err=True)


def _flow(flow: str, library: Path) -> tuple[Path, str]:
    """The library and the id of the flow that is meant: by id, or by its file."""
    from shepherd.flow.files import home_of

    path = Path(flow)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise click.UsageError(f"There is no file {flow}.")
        return home_of(path, library), path.stem
    return library, flow


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise click.UsageError(f'--input "{text}" should be NAME=VALUE.')
    return name, value


def _read(answers: str, flow: str, inputs: dict[str, str]) -> Given:
    from dataclasses import replace

    from shepherd.author import Malformed, read_given
    from shepherd.cli.trees import tree_of

    if answers == "-":
        data = sys.stdin.buffer.read()
    elif Path(answers).is_file():
        data = Path(answers).read_bytes()
    else:
        raise click.UsageError(f"There is no file {answers}.")
    try:
        tree = tree_of(data, "-" if answers == "-" else answers)
        if isinstance(tree, dict) and set(tree) == {"given"}:
            tree = tree["given"]
        given = read_given(tree, flow)
    except Malformed as error:
        raise click.UsageError(str(error)) from None
    return replace(given, inputs={**given.inputs, **inputs})


def _played(library: Library, flow: str, given: Given, as_json: bool) -> Played:
    from shepherd.author import play
    from shepherd.cli.walked import run_as_json

    played = play(library, flow, given)
    if as_json:
        echo_json(run_as_json(played))
    else:
        _human(played)
    return played


def _human(played: Played) -> None:
    if played.run is not None:
        for item in played.run.path:
            echo(f"{item.visit:>4}  {item.step:<36} {item.answer}".rstrip())
        if played.run.end is not None:
            echo(f"Ended: {played.run.outcome} ({played.run.end.code})", bold=True)
    if played.problem:
        echo(played.problem, fg="red", err=True)
    for name in played.unused:
        echo(f"given and not used: {name}", fg="yellow", err=True)
