"""What the commands print: words of flows and of people, with nothing in them that a terminal would act on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from shepherd.flow.shown import json_text, visible


def echo(text: str = "", *, nl: bool = True, err: bool = False, **style: Any) -> None:
    """Print *text*, in the *style* of ``click.style``; a character that steers or hides is shown by its code."""
    click.secho(visible(text, lines=True), nl=nl, err=err, **style)


def echo_json(value: Any) -> None:
    """Print *value* as one line of JSON."""
    click.echo(json_text(value))


#: After so many seconds of silence a terminal is told what is being done.
PATIENCE = 1.0


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Tell a terminal *what* is being done where it takes long; nothing of it stays, and none goes into a log."""
    if not sys.stderr.isatty():
        yield
        return
    told = threading.Event()

    def tell() -> None:
        told.set()
        click.echo(f"{visible(what)} …", nl=False, err=True)

    timer = threading.Timer(PATIENCE, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if told.is_set():
            click.echo("\r\x1b[K", nl=False, err=True)
