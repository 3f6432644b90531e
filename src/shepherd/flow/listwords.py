"""The labels of lists in another language: a file for each list and language, for all the flows that offer the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shepherd.flow.languages import falls_back
from shepherd.flow.lists import ROOT
from shepherd.flow.marks import mark
from shepherd.flow.reader import readable

#: What a translation of a list says that it is of: ``lists.countries``.
LISTED = f"{ROOT}."
PARTS = ("options", "headings")


def labels_of(listed: Mapping[str, Any]) -> dict[str, Any]:
    """The labels that are written in a list (typed source): these its translations carry the mark of."""
    headings = listed.get("headings")
    return {"options": listed["options"]} | ({"headings": headings} if isinstance(headings, dict) else {})


def read_in(listed: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """All that people read of a list, also headings that are made of their names; not what has no letters."""
    headings = listed.get("headings", ())
    shown = headings if isinstance(headings, dict) else {name: readable(name) for name in headings}
    found = {"options": _lettered(listed["options"]), "headings": _lettered(shown)}
    return {part: labels for part, labels in found.items() if labels}


def _lettered(labels: Mapping[str, str]) -> dict[str, str]:
    return {value: label for value, label in labels.items() if any(map(str.isalpha, label))}


def laid_over_list(listed: Mapping[str, Any], translation: Mapping[str, Any]) -> dict[str, Any]:
    """The typed source of a list with the labels of *translation*; what it leaves out stays as it is."""
    made = dict(listed)
    for part, own in read_in(listed).items():
        said = translation.get(part, {})
        before = listed[part] if isinstance(listed[part], dict) else own
        made[part] = {value: said.get(value, label) for value, label in before.items()}
    return made


def in_language(documents: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Those of the lists among *documents* that have labels in *language*, or in what it falls back on, with these."""
    made: dict[str, Any] = {}
    for name, document in documents.items():
        if name.startswith("list:"):
            for said in reversed(_said(documents, name.removeprefix("list:"), language)):
                made[name] = laid_over_list(made.get(name, document), said)
    return made


def _said(documents: Mapping[str, Any], name: str, language: str) -> list[Mapping[str, Any]]:
    """The translations of the list *name* that count in *language*, the one that counts most first."""
    names = (f"translation:{LISTED}{name}.{tag}" for tag in falls_back(language))
    return [documents[one] for one in names if one in documents]


def is_translated(documents: Mapping[str, Any], name: str, language: str) -> bool:
    """Whether the list *name* has any labels in *language*, or in what it falls back on."""
    return bool(_said(documents, name, language))


def offered_in(flow: Mapping[str, Any]) -> dict[str, list[str]]:
    """The lists that *flow* (typed source) lets people choose of, each with the groups that are offered ("" is all)."""
    found: dict[str, list[str]] = {}
    for step in flow["steps"].values():
        for asked in (step, *(f for f in step.get("collect", {}).values() if isinstance(f, dict))):
            options = asked.get("options")
            if isinstance(options, str) and options.startswith(LISTED):
                name, _, group = options.removeprefix(LISTED).partition(".")
                found.setdefault(name, []).append(group)
    return found


def offered_states(flow: Mapping[str, Any], documents: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """Each label of a list that *flow* offers, by a place like ``lists.countries/fi``: done, stale or missing."""
    for name, groups in offered_in(flow).items():
        listed = documents.get(f"list:{name}")
        if listed is None:
            continue
        said = _said(documents, name, language)
        known = {value for one in said for value in one.get("options", {})}
        true = "done" if all(one["of"] == mark(labels_of(listed)) for one in said) else "stale"
        shown = {
            v for group in groups for v in (listed.get("groups", {}).get(group, ()) if group else listed["options"])
        }
        for value in read_in(listed).get("options", {}):
            if value in shown:
                yield f"{LISTED}{name}/{value}", true if value in known else "missing"


def list_states(listed: Mapping[str, Any], translation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each label of a list by its place, like ``options/fi``, and whether it is ``done``, ``stale`` or ``missing``."""
    true = "done" if translation["of"] == mark(labels_of(listed)) else "stale"
    for part, labels in read_in(listed).items():
        said = translation.get(part, {})
        yield from ((f"{part}/{value}", true if value in said else "missing") for value in labels)
