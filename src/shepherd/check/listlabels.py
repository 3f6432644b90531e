"""Translations of lists: of a list that there is, of its labels as they are now, of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shepherd.check.translations import MISSING, STALE, UNKNOWN
from shepherd.check.written import broken_kinds
from shepherd.flow.findings import Finding, allowed, nearest
from shepherd.flow.listwords import LISTED, PARTS, labels_of, list_states
from shepherd.flow.marks import UNTRANSLATED, mark
from shepherd.flow.reader import pairs, place_of, plain
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.flow.document import Document
    from shepherd.flow.draft import Draft


def listlabels(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the labels of lists in other languages."""
    for document in draft.translations:
        named = document.typed["translation"]
        if not named.startswith(LISTED):
            continue
        listed = draft.documents.get(f"list:{named.removeprefix(LISTED)}")
        if listed is not None:
            yield from _strange(document, listed)
            yield from _marked(document, listed)
            yield from _missing(document, listed)
        elif "list" not in broken_kinds(draft):
            hint = (
                nearest(named, [f"{LISTED}{name}" for name in draft.lists])
                or f"Lists: {allowed(draft.lists) or 'none'}."
            )
            place = document.root.entries[0][1].place
            yield UNKNOWN.at(place, f'There is no list "{named}".', file=document.file, hint=hint)


def _strange(document: Document, listed: Mapping[str, Any]) -> Iterator[Finding]:
    """Labels for what the list does not have."""
    for part in PARTS:
        known = tuple(listed.get(part, ()))
        for key, _ in pairs(document.root.get(part)):
            if key.text not in known:
                hint = nearest(key.text, known) or f"It has: {allowed(known) or 'none'}."
                message = f'"{document.typed["translation"]}" has no "{key.text}" in its {part}.'
                yield UNKNOWN.at(key.place, message, file=document.file, hint=hint)


def _marked(document: Document, listed: Mapping[str, Any]) -> Iterator[Finding]:
    """A mark that is not that of the labels as they are now."""
    of, now, named = document.root.get("of"), mark(labels_of(listed)), document.typed["translation"]
    if plain(of) == now:
        return
    message = f'The labels of "{named}" are no longer those that were translated.'
    hint = f'Look at them, then write of: "{now}".'
    if plain(of) == UNTRANSLATED:
        message = f'The labels of "{named}" are not translated yet.'
        done = f"shepherd translate {named} {document.typed['language']} --accept"
        hint = f'Translate them, then {done}. If they are right as they are, write of: "{now}".'
    yield STALE.at(place_of(of), message, file=document.file, hint=hint)


def _missing(document: Document, listed: Mapping[str, Any]) -> Iterator[Finding]:
    """Labels that people read and that have no words here."""
    states = list(list_states(listed, document.typed))
    lacking = [place for place, state in states if state == "missing"]
    if lacking:
        verb = "is" if len(lacking) == 1 else "are"
        message = f"{len(lacking)} of {many(len(states), 'label')} {verb} not there yet: {allowed(lacking, 8)}."
        hint = f"shepherd translate {document.typed['translation']} {document.typed['language']} writes them down."
        yield MISSING.at(place_of(document.root.get("language")), message, file=document.file, hint=hint)
