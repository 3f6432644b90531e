"""``shepherd translate``: a flow's words in another language, to be filled in; without a flow, how far each is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shepherd.cli.settings import draft_of, library_option, settings
from shepherd.cli.terminal import echo
from shepherd.cli.writing import write_all

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

TAG = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


@click.command("translate")
@click.argument("flow", required=False)
@click.argument("language", required=False)
@click.option("--accept", is_flag=True, help="All in the file is translated: write the marks of today.")
@library_option
@click.pass_context
def command(ctx: click.Context, /, flow: str, language: str, accept: bool, library: Path | None) -> None:
    """
    Write FLOW.LANGUAGE.yaml beside FLOW: what is translated stays, the rest stands there to be translated.

    Without LANGUAGE, say into which languages FLOW, or each flow, is translated, and how far.
    """
    from shepherd.author.translate import not_translated, to_translate
    from shepherd.flow.findings import nearest

    folder = settings(library=library).library
    draft = draft_of(folder)
    if not flow:
        _list(draft, sorted(draft.flows))
        return
    if flow not in draft.flows:
        hint = nearest(flow, draft.flows) or "If it is there, see shepherd check."
        raise click.UsageError(f'There is no flow "{flow}" in {folder} that can be read. {hint}')
    if not language:
        _list(draft, [flow])
        return
    if not TAG.fullmatch(language):
        raise click.UsageError(f'"{language[:20]}" is no language tag. Write one like de or pt-BR.')
    name = f"{flow}.{language}"
    target = folder / Path(draft.flows[flow].file).with_name(f"{name}.yaml")
    if target.exists() and f"translation:{name}" not in draft.documents:
        raise click.UsageError(f"{target} is there, and can't be read: see shepherd check.")
    if accept and not target.exists():
        raise click.UsageError(f"There is no {target} yet. Leave --accept out to write it.")
    left = [name for names in not_translated(draft, flow, language).values() for name in names] if accept else []
    write_all({target: to_translate(draft, flow, language, accept=accept)})
    echo(f"{target} is written. {'' if accept else 'Translate it, then run this again with --accept.'}".strip())
    if left:
        echo(f"Not accepted, for their words are still the flow's own: {', '.join(left)}.", err=True)
        ctx.exit(1)


def _list(draft: Draft, flows: list[str]) -> None:
    """How much of what a customer hears of each flow is said in which language."""
    from shepherd.flow.languages import language_name
    from shepherd.flow.translations import covered

    for flow in flows:
        prefix = f"translation:{flow}."
        for name in sorted(name for name in draft.documents if name.startswith(prefix)):
            found = covered(draft.documents[f"flow:{flow}"], draft.documents[name])
            stale = f", {found.stale} to be looked at" if found.stale else ""
            tag = name.removeprefix(prefix)
            echo(f"{flow:<24} {tag:<6} {found.done}/{found.all} ({found.percent} %){stale}  {language_name(tag)}")
    silent = [flow for flow in flows if not any(name.startswith(f"translation:{flow}.") for name in draft.documents)]
    if silent:
        echo(f"In no other language: {', '.join(silent)}.")
