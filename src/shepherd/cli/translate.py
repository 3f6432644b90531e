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

#: What a list is named by, beside the flows.
LISTED = "lists."
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

    FLOW may be a list, which is written lists.NAME: its labels are translated once for all flows that offer it. Without
    LANGUAGE, say into which languages FLOW, or each flow and list, is translated, and how far.
    """
    folder = settings(library=library).library
    draft = draft_of(folder)
    if not flow:
        _list(draft, [*sorted(draft.flows), *sorted(f"{LISTED}{name}" for name in draft.lists)])
        return
    beside = _file_of(draft, flow, folder)
    if not language:
        _list(draft, [flow])
        return
    if not TAG.fullmatch(language):
        raise click.UsageError(f'"{language[:20]}" is no language tag. Write one like de or pt-BR.')
    target = folder / Path(beside).with_name(f"{flow.removeprefix(LISTED)}.{language}.yaml")
    if target.exists() and f"translation:{flow}.{language}" not in draft.documents:
        raise click.UsageError(f"{target} is there, and can't be read: see shepherd check.")
    if accept and not target.exists():
        raise click.UsageError(f"There is no {target} yet. Leave --accept out to write it.")
    text, left = _written(draft, flow, language, accept)
    write_all({target: text})
    echo(f"{target} is written. {'' if accept else 'Translate it, then run this again with --accept.'}".strip())
    if left:
        echo(f"Not accepted, for their words are still the flow's own: {', '.join(left)}.", err=True)
        ctx.exit(1)


def _file_of(draft: Draft, named: str, folder: Path) -> str:
    """The file of the flow, or of the list (``lists.NAME``), that is *named*."""
    from shepherd.flow.findings import nearest

    lists = {f"{LISTED}{name}": listed.file for name, listed in draft.lists.items()}
    files = {name: flow.file for name, flow in draft.flows.items()} | lists
    if named not in files:
        what = "list" if named.startswith(LISTED) else "flow"
        hint = f"Write {LISTED}{named}." if f"{LISTED}{named}" in lists else nearest(named, files)
        hint = hint or "If it is there, see shepherd check."
        raise click.UsageError(f'There is no {what} "{named}" in {folder} that can be read. {hint}')
    return files[named]


def _written(draft: Draft, named: str, language: str, accept: bool) -> tuple[str, list[str]]:
    """The file of the words of *named* in *language*, and what *accept* leaves without a mark."""
    from shepherd.author.translate import list_not_translated, list_to_translate, not_translated, to_translate

    if named.startswith(LISTED):
        name = named.removeprefix(LISTED)
        same = list_not_translated(draft, name, language) if accept else ()
        return list_to_translate(draft, name, language, accept=accept), [*same]
    left = [name for names in not_translated(draft, named, language).values() for name in names] if accept else []
    return to_translate(draft, named, language, accept=accept), left


def _list(draft: Draft, named: list[str]) -> None:
    """How much of what a customer hears of each flow, and reads of each list, is said in which language."""
    from shepherd.flow.languages import language_name
    from shepherd.flow.translations import covered, list_covered

    silent = []
    for one in named:
        prefix = f"translation:{one}."
        found = sorted(name for name in draft.documents if name.startswith(prefix))
        silent += [] if found else [one]
        for name in found:
            said = draft.documents[name]
            if one.startswith(LISTED):
                how_far = list_covered(draft.documents[f"list:{one.removeprefix(LISTED)}"], said)
            else:
                how_far = covered(draft.documents[f"flow:{one}"], said, draft.documents)
            stale = f", {how_far.stale} to be looked at" if how_far.stale else ""
            tag = name.removeprefix(prefix)
            line = f"{one:<24} {tag:<6} {how_far.done}/{how_far.all} ({how_far.percent} %){stale}"
            echo(f"{line}  {language_name(tag)}")
    if silent:
        echo(f"In no other language: {', '.join(silent)}.")
