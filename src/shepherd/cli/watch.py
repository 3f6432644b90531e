"""Doing something anew each time that files of a library change, until Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import click

from shepherd.cli.terminal import echo

PAUSE = 0.4
WATCHED = (".yaml", ".yml", ".csv")
Seen = dict[Path, tuple[int, int, int]]


def watched(do: Callable[[], Any], folders: Callable[[], Iterable[Path]]) -> NoReturn:
    """
    Call *do* now, and again after each change of a file below *folders*; Ctrl-C ends it (KeyboardInterrupt).

    What goes wrong the first time is raised; later, while somebody is moving files about, it is only told.
    """
    places = set(folders())
    before = _seen(places)
    do()
    while True:
        sys.stdout.flush()
        time.sleep(PAUSE)
        now = _seen(places)
        if now == before:
            continue
        changed = sorted({path for path, _ in now.items() ^ before.items()})
        before = now
        echo(f"\n{time.strftime('%H:%M:%S')}  {_named(changed)} changed", dim=True, err=True)
        try:
            do()
        except click.ClickException as error:
            error.show()


def _seen(folders: Iterable[Path]) -> Seen:
    """What tells one state of the watched files from another, without reading them."""
    return {path: stamp for folder in folders for path, stamp in _stamps(folder)}


def _stamps(folder: Path) -> Iterator[tuple[Path, tuple[int, int, int]]]:
    for root, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = Path(root, name)
            if path.suffix in WATCHED and not name.startswith("."):
                try:
                    found = path.stat()
                except OSError:  # gone between the two looks
                    continue
                yield path, (found.st_mtime_ns, found.st_size, found.st_ino)


def _named(paths: list[Path]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(path.name for path in paths[:3]) + more
