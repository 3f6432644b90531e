"""``shepherd explain``: a flow as plain sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shepherd.cli.settings import draft_of, library_option, no_flow, settings
from shepherd.cli.terminal import echo, echo_json

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft


@click.command("explain")
@click.argument("flow")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@library_option
@click.pass_context
def command(ctx: click.Context, /, flow: str, form: str, library: Path | None) -> None:
    """Tell FLOW in plain sentences: what is said, what is asked, and where every answer leads."""
    from shepherd.author.explain import as_json, as_text, explain
    from shepherd.check import examine

    folder = settings(library=library).library
    draft = draft_of(folder)
    if flow not in draft.flows:
        _missing(ctx, flow, folder, draft)
    explained = explain(draft, flow)
    if form == "json":
        echo_json(as_json(explained))
    else:
        echo(as_text(explained), nl=False)
    errors = sum(f.severity == "error" and f.flow == flow for f in examine(draft))
    if errors:
        echo(f"Mind: this flow may not be run yet. See shepherd check ({errors} wrong).", err=True)


def _missing(ctx: click.Context, flow: str, folder: Path, draft: Draft) -> None:
    """Say why *flow* can't be told: it has mistakes that hide it, or there is none of that name."""
    from shepherd.cli.check import show

    hiding = [f for f in draft.findings if flow in (f.flow, Path(f.file).stem)]
    if hiding:
        show(folder, draft, hiding)
        ctx.exit(1)
    raise no_flow(flow, folder, draft.flows)
