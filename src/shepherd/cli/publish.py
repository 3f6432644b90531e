"""``shepherd publish``: from the folder to live, with four eyes, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shepherd.cli.settings import draft_of, library_option, record_options, settings
from shepherd.cli.terminal import echo, echo_json, telling
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.desk.publishing import Publishing
    from shepherd.desk.versions import Version

F = TypeVar("F", bound=Callable[..., Any])

EPILOG = """\b
Examples:
  shepherd publish propose --by Maria --note "Slow Wi-Fi asks for the router's place"
  shepherd publish schedule 3 --at 2026-12-01T06:00 --by Maria
  shepherd publish approve 3 --by Olli --note "Walked both new ways"
  shepherd publish rollback --by Olli --note "The new number does not answer"
"""


@click.group("publish", epilog=EPILOG)
def command() -> None:
    """
    Propose a version of the flows, approve it, give it a date, go back.

    While no version is live, the folder is. From the first one on, every desk over the same database starts what was
    published, and the folder is a draft.
    """


def _doing(note: str = "") -> Callable[[F], F]:
    """``--by``, ``--json``, and ``--note`` where *note* says what for."""

    def add(function: F) -> F:
        function = click.option("--json", "as_json", is_flag=True, help="One JSON object.")(function)
        if note:
            function = click.option("--note", default="", metavar="TEXT", help=note)(function)
        by = click.option("--by", required=True, metavar="NAME", help="Who you are, recorded as given and not proved.")
        return record_options(by(function))

    return add


@command.command("propose")
@_doing("What changes, in a sentence for those who work with it.")
@library_option
def propose(by: str, note: str, as_json: bool, **flags: Any) -> None:
    """Put the flows of the folder forward, once they pass: no errors, all scenarios green, enough covered."""
    from shepherd.desk.publishing import Publishing, passed_gate
    from shepherd.record import RecordUnavailable, open_record, required_record

    found = settings(**flags)
    draft = draft_of(found.library)
    with _gated(as_json, flags["library"]):
        with telling("Checking the flows and walking their scenarios"):
            passed = passed_gate(draft)
        try:
            required_record(found.database)
        except RecordUnavailable:
            where = found.database if found.database.startswith("sqlite:") else "in the database that was named"
            echo(f"There is no record yet, so one is made: {where}", err=as_json)
        with closing(open_record(found.database, found.keys)) as record:
            publishing = Publishing(record)
            _tell(publishing, publishing.propose(draft, by=by, note=note, passed=passed), as_json)


@command.command("approve")
@click.argument("version")
@_doing("What you have looked at; asked for.")
@click.option("--over", is_flag=True, help="Even though it takes back what went live since it was proposed.")
def approve(version: str, by: str, note: str, over: bool, as_json: bool, **flags: Any) -> None:
    """Let VERSION go live, at its date or at once. Not for the one who proposed it."""
    with _opened(as_json, **flags) as publishing:
        _tell(publishing, publishing.approve(version, by=by, note=note, over=over), as_json)


@command.command("schedule")
@click.argument("version")
@click.option("--at", required=True, metavar="TIME", help="When, on the desk's clock: 2026-12-01T06:00.")
@_doing()
def schedule(version: str, at: str, by: str, as_json: bool, **flags: Any) -> None:
    """Set the date from which VERSION is live, once it is approved; it may be moved until then."""
    with _opened(as_json, **flags) as publishing:
        _tell(publishing, publishing.schedule(version, at, by=by), as_json)


@command.command("withdraw")
@click.argument("version")
@_doing("Why; asked for.")
def withdraw(version: str, by: str, note: str, as_json: bool, **flags: Any) -> None:
    """Take VERSION back before it is live: turn a proposal down, or stop what has a date."""
    with _opened(as_json, **flags) as publishing:
        _tell(publishing, publishing.withdraw(version, by=by, note=note), as_json)


@command.command("rollback")
@click.argument("version", default="")
@_doing("Why; asked for.")
def rollback(version: str, by: str, note: str, as_json: bool, **flags: Any) -> None:
    """Make the version before the live one live again, or VERSION, which was live once. Contacts go on as begun."""
    with _opened(as_json, **flags) as publishing:
        _tell(publishing, publishing.rollback(version, by=by, note=note), as_json)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--export",
    "export",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write all that was published with its hashes to FILE, for the verifier that needs nothing of ours.",
)
@record_options
def list_(as_json: bool, export: Path | None, **flags: Any) -> None:
    """Who has proposed and approved which version, and which is live."""
    from shepherd.cli.published import listed
    from shepherd.cli.verify import proved_with

    if as_json and export:
        raise click.UsageError("Give one of --json and --export.")
    with _opened(as_json, **flags) as publishing:
        if export:
            lines = list(publishing.export())
            export.write_bytes(b"".join(lines))
            echo(f"{many(len(lines) - 1, 'fact')} written. {proved_with(export)}")
        elif as_json:
            _tell(publishing, None, as_json)
        else:
            for line in listed(publishing):
                echo(line)


@command.command("show")
@click.argument("version")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@record_options
def show(version: str, as_json: bool, **flags: Any) -> None:
    """All about VERSION: what changes with it, who stands behind it, its documents by hash, who has read it."""
    from shepherd.cli.published import as_object, shown

    with _opened(as_json, **flags) as publishing:
        found = publishing.version(version)
        if as_json:
            echo_json(as_object(publishing, [found], whole=True))
        else:
            for line in shown(publishing, found):
                echo(line)


@contextmanager
def _opened(as_json: bool, **flags: Any) -> Iterator[Publishing]:
    """What was published in a record that is there; nothing is made by asking."""
    from shepherd.desk.publishing import Publishing
    from shepherd.record import open_record, required_record

    found = settings(**flags)
    required_record(found.database)
    with closing(open_record(found.database, found.keys)) as record, _gated(as_json):
        yield Publishing(record)


@contextmanager
def _gated(as_json: bool, library: Path | None = None) -> Iterator[None]:
    """Where gates are shut, name them and end with 1. What mends them is said for *library*, where one was given."""
    from shepherd.desk.publishing import Shut

    try:
        yield
    except Shut as error:
        if as_json:
            gates = [{"gate": gate.name, "says": gate.says, "mend": _for(library, gate.mends)} for gate in error.gates]
            echo_json({"shepherd": "publish/1", "ok": False, "versions": [], "shut": gates})
        else:
            for gate in error.gates:
                echo(f"shut    {gate.name:<13} {gate.says}", fg="red", err=True)
                echo(f"        {'':<13} → {_for(library, gate.mends)}", err=True)
            count = len(error.gates)
            echo(f"Nothing was published: {count} {'gate is' if count == 1 else 'gates are'} shut.", err=True)
        raise click.exceptions.Exit(1) from None


def _for(library: Path | None, mends: str) -> str:
    return f"{mends} --library {quote(str(library))}" if library and mends.startswith("shepherd ") else mends


def _tell(publishing: Publishing, version: Version | None, as_json: bool) -> None:
    """What became of *version*, or of all of them."""
    from shepherd.cli.published import as_object, sentence, still_to_come, taken_away, unwalked

    if as_json:
        echo_json(as_object(publishing, [version] if version else list(publishing.versions())))
        return
    assert version is not None
    echo(sentence(publishing, version))
    for line in (*unwalked(version), *taken_away(publishing, version), *still_to_come(publishing, version)):
        echo(line, fg="yellow")
