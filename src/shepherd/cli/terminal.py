"""What the commands print: words of flows and of people, with nothing in them that a terminal would act on."""

from __future__ import annotations

from typing import Any

import click

from shepherd.flow.shown import json_text, visible


def echo(text: str = "", *, nl: bool = True, err: bool = False, **style: Any) -> None:
    """Print *text*, in the *style* of ``click.style``; a character that steers or hides is shown by its code."""
    click.secho(visible(text, lines=True), nl=nl, err=err, **style)


def echo_json(value: Any) -> None:
    """Print *value* as one line of JSON."""
    click.echo(json_text(value))
