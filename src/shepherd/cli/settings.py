"""The options that settings have in common, and opening what they name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shepherd.cli.terminal import telling

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.desk import Desk, Settings
    from shepherd.flow.draft import Draft

F = TypeVar("F", bound=Callable[..., Any])


def library_option(function: F) -> F:
    """``--library``."""
    return click.option(
        "--library", type=click.Path(path_type=Path), metavar="FOLDER", help="The folder of flows (default ./flows)."
    )(function)


def record_options(function: F) -> F:
    """``--database`` and ``--keys``."""
    database = click.option("--database", metavar="URL", help="The record (default sqlite:///shepherd.db).")
    keys = click.option("--keys", metavar="FILE", help="The customers' keys (default shepherd-keys.db).")
    return database(keys(function))


def output_option(help_: str = "Write there, not to stdout.") -> Callable[[F], F]:
    """``--output``."""
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option("-o", "--output", type=kind, metavar="FILE", help=help_)


def version_options(function: F) -> F:
    """What commands take that read versions of the flows, in a folder, in git or in the record, and write of them."""
    return output_option()(library_option(record_options(function)))


def today_option(function: F) -> F:
    """``--today``, which gives a datetime or None."""
    return click.option(
        "--today",
        type=click.DateTime(["%Y-%m-%d"]),
        envvar="SHEPHERD_TODAY",
        metavar="DATE",
        help="Hold the days of reviews against DATE (default: the desk's day).",
    )(function)


def settings(**flags: Any) -> Settings:
    """Flag, then ``SHEPHERD_*``, then the nearest ``shepherd.toml``, then default."""
    from shepherd.desk.settings import Settings

    return Settings.find(flags)


def draft_of(folder: Path) -> Draft:
    """The draft in *folder*; wrong use where there is no such folder."""
    from shepherd.flow.draft import read_draft

    if not folder.is_dir():
        raise click.UsageError(f"There is no folder {folder}. Name one with --library.")
    return read_draft(folder)


def no_flow(name: str, folder: Path, known: Iterable[str]) -> click.UsageError:
    """Wrong use: the library in *folder*, whose flows are *known*, has no flow *name*."""
    from shepherd.flow.files import DESK
    from shepherd.flow.findings import nearest

    said = f'There is no flow "{name}" in {folder}. {nearest(name, known)}'.strip()
    here = next((at for at in (Path.cwd(), *Path.cwd().parents) if (at / DESK).is_file()), folder)
    if here.resolve() != folder.resolve():
        said += f" You are in another library: name it with --library {os.path.relpath(here)}"
    return click.UsageError(said)


def shown_file(folder: Path | None, name: str) -> str:
    """The file *name* of *folder* as one may open it from here."""
    path = (folder or Path()) / name
    near = os.path.relpath(path)
    return path.as_posix() if near.startswith("..") else Path(near).as_posix()


@contextmanager
def rejected(folder: Path) -> Iterator[None]:
    """Where the flows of *folder* turn out to have errors: show them, and end the command with 1."""
    if not folder.is_dir():
        raise click.UsageError(f"There is no folder {folder}. Name one with --library.")
    from shepherd.check.library import FlowRejected

    try:
        yield
    except FlowRejected as error:
        from shepherd.cli.check import show

        show(folder, draft_of(folder), error.findings)
        raise click.exceptions.Exit(1) from None


def library_of(folder: Path) -> Library:
    """The library in *folder*, or the findings that forbid it."""
    with rejected(folder), telling("Reading the flows"):
        from shepherd.check.library import Library

        return Library.read(folder)


def open_desk(**flags: Any) -> Desk:
    """A desk over a record that is there; nothing is made for a command that only reads."""
    from shepherd.record import required_record

    found = settings(**flags)
    required_record(found.database)
    with rejected(found.library), telling("Reading the flows"):
        from shepherd.desk import Desk

        return Desk.open(found)
