"""A file to be translated: what a flow says, step by step, beside what is translated already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from shepherd.flow.draft import Draft
from shepherd.flow.listwords import LISTED, labels_of, read_in
from shepherd.flow.marks import UNTRANSLATED, mark
from shepherd.flow.translations import HEARD, all_untouched, read_of, untouched, words_of

#: The labels and refusals of a step, each of which may well be the same in another language, but hardly all.
SHOWN = ("answers", "options", "collect", "check")
#: A mark is quoted: one like 9e588345 is a number to an editor.
_MARK = re.compile("[0-9a-f]{8}")


class _Lines(yaml.SafeDumper):
    """Words of many lines stand as a block."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else '"' if _MARK.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Lines.add_representer(str, _text)


def to_translate(draft: Draft, flow: str, language: str, *, accept: bool = False) -> str:
    """
    The file ``FLOW.LANGUAGE.yaml`` of *flow*, which is one of the draft's.

    What is translated stays with its mark; what is not stands in the flow's own words under UNTRANSLATED. *accept*
    says that everything there has been looked at: it only writes the marks of the words as they are now, except for
    what is still ``not_translated``.
    """
    source = draft.documents[f"flow:{flow}"]
    before: Mapping[str, Any] = draft.documents.get(f"translation:{flow}.{language}", {})
    made: dict[str, Any] = {"translation": flow, "language": language, "title": before.get("title", source["title"])}
    texts = {name: (said, {"is": said}) for name, said in source.get("texts", {}).items()}
    steps = {name: (words_of(step), words) for name, step in source["steps"].items() if (words := read_of(step))}
    for part, own in (("texts", texts), ("steps", steps)):
        known = before.get(part, {})
        if accept:
            left = not_translated(draft, flow, language)
            marks = {n: UNTRANSLATED if n in left[part] else mark(marked) for n, (marked, _) in own.items()}
            written = {n: {**known[n], "of": of} for n, of in marks.items() if n in known}
        else:
            written = {n: _both(known.get(n, {}), words) for n, (_, words) in own.items()}
        if written:
            made[part] = written
    return _dumped(made)


def list_to_translate(draft: Draft, name: str, language: str, *, accept: bool = False) -> str:
    """The file ``NAME.LANGUAGE.yaml`` of the list *name*, which is one of the draft's: as :func:`to_translate` does."""
    listed = draft.documents[f"list:{name}"]
    before: Mapping[str, Any] = draft.documents.get(f"translation:{LISTED}{name}.{language}", {})
    made: dict[str, Any] = {"translation": f"{LISTED}{name}", "language": language}
    if accept:
        left = list_not_translated(draft, name, language)
        made |= {**before, "of": UNTRANSLATED if left else mark(labels_of(listed))}
    else:
        made |= _both(before, read_in(listed))
    return _dumped(made)


def list_not_translated(draft: Draft, name: str, language: str) -> tuple[str, ...]:
    """The values of the list *name* where no label at all differs from its own in *language*; some names never do."""
    listed = draft.documents[f"list:{name}"]
    before: Mapping[str, Any] = draft.documents.get(f"translation:{LISTED}{name}.{language}", {})
    own, said = read_in(listed).get("options", {}), before.get("options", {})
    same = tuple(value for value, label in own.items() if said.get(value) == label)
    return same if before.get("of") != mark(labels_of(listed)) and same and len(same) == len(said) else ()


def _dumped(made: Mapping[str, Any]) -> str:
    return yaml.dump(made, Dumper=_Lines, allow_unicode=True, sort_keys=False, width=1000)


def not_translated(draft: Draft, flow: str, language: str) -> Mapping[str, tuple[str, ...]]:
    """
    The names of the ``steps`` and ``texts`` of *flow* whose words are in *language* its own still.

    That is a step where one text for the customer is, or all that is offered, asked for or refused, or all there is.
    Words that are right as they are carry their mark already: the translator wrote it.
    """
    source = draft.documents[f"flow:{flow}"]
    before: Mapping[str, Any] = draft.documents.get(f"translation:{flow}.{language}", {})
    steps, texts = before.get("steps", {}), before.get("texts", {})
    return {
        "steps": tuple(
            name
            for name, step in source["steps"].items()
            if name in steps and steps[name].get("of") != mark(words_of(step))
            if _as_it_was(read_of(step), steps[name])
        ),
        "texts": tuple(
            name
            for name, said in source.get("texts", {}).items()
            if name in texts and texts[name].get("of") != mark(said) and untouched(said, texts[name].get("is", ""))
        ),
    }


def _as_it_was(own: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    heard, shown = ([key for key in keys if key in own and key in said] for keys in (HEARD, SHOWN))
    return (
        any(untouched(own[key], said[key]) for key in heard)
        or any(all_untouched(own[key], said[key]) for key in shown)
        or all_untouched(own, said)
    )


def _both(known: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """What is translated of *words* and the rest as it is, under a mark that says whether anything is lacking."""
    return {"of": UNTRANSLATED if _lacks(known, words) else known["of"], **_filled(known, words)}


def _lacks(known: Mapping[str, Any], words: Mapping[str, Any]) -> bool:
    """Whether one of *words* has no translation among *known*."""
    return any(
        key not in known or (isinstance(value, dict) and _lacks(known[key], value)) for key, value in words.items()
    )


def _filled(known: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _filled(known.get(key, {}), value) if isinstance(value, dict) else known.get(key, value)
        for key, value in words.items()
    }
