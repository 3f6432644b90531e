"""Doing something anew each time that files of a library change, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from shepherd.author.changes import seen
from shepherd.cli.terminal import echo

PAUSE = 0.4


def watched(do: Callable[[], Any], folders: Callable[[], Iterable[Path]]) -> NoReturn:
    """
    Call *do* now, and again after each change of a file below *folders*; Ctrl-C ends it (KeyboardInterrupt).

    What goes wrong the first time is raised; later, while somebody is moving files about, it is only told.
    """
    places = set(folders())
    before = seen(places)
    do()
    while True:
        sys.stdout.flush()
        time.sleep(PAUSE)
        now = seen(places)
        if now == before:
            continue
        changed = sorted({path for path, _ in now.items() ^ before.items()})
        before = now
        echo(f"\n{time.strftime('%H:%M:%S')}  {_named(changed)} changed", dim=True, err=True)
        try:
            do()
        except click.ClickException as error:
            error.show()


def _named(paths: list[Path]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(path.name for path in paths[:3]) + more
