"""``shepherd doctor``: what a desk lacks, and the exact command that mends it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.settings import library_option, record_options, settings
from shepherd.cli.terminal import echo, echo_json, telling
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.desk.doctor import Check

COLOURS = {"fine": "green", "advice": "yellow", "fault": "red"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@library_option
@record_options
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, **flags: Any) -> None:
    """
    Say what a desk lacks, and the command that mends it.

    Looks at the database, the keys, the rights of files, the clock, the flows, what connectors need and their tables.
    Nothing is changed. Ends with 0 where there is no fault, 1 where only flows have errors, 3 where anything else is
    wrong.
    """
    from shepherd.desk.doctor import examine

    with telling("Looking at the record and the flows"):
        checks = examine(settings(**flags), again=lambda words: _again(words, flags))
    faults = [check for check in checks if check.state == "fault"]
    if as_json:
        shown = {"shepherd": "doctor/1", "ok": not faults, "checks": [check._asdict() for check in checks]}
        echo_json(shown)
    else:
        for check in checks:
            _human(check)
        counted = many(len(faults), "fault")
        echo(f"{counted}. Mend them, then ask again." if faults else "No faults.")
    ctx.exit(0 if not faults else 1 if all(check.name == "flows" for check in faults) else 3)


def _human(check: Check) -> None:
    echo(f"{check.state:<7}", fg=COLOURS[check.state], bold=check.state == "fault", nl=False)
    echo(f" {check.name:<11} {check.says}")
    if check.mend:
        echo(f"{'':<19} → {check.mend}")


def _again(words: str, flags: dict[str, Any]) -> str:
    """*words* as a command that meets the settings which were given by *flags*, where it takes them."""
    takes = ("library",) if words.partition(" ")[0] in ("new", "check") else ("library", "database", "keys")
    given = "".join(f" --{name} {shlex.quote(str(flags[name]))}" for name in takes if flags.get(name) is not None)
    return f"shepherd {words}{given}"
