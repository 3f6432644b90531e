"""A step's new name, everywhere in a library where it is named. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shepherd.author.library_names import mentions
from shepherd.author.mentions import Mention, Thing
from shepherd.flow import schema
from shepherd.flow.findings import Place, nearest
from shepherd.flow.ids import RESERVED, is_id
from shepherd.flow.marks import mark
from shepherd.flow.reader import pairs, plain
from shepherd.flow.source import Map, Node, Scalar, read
from shepherd.flow.translations import words_of


class Edit(NamedTuple):
    """What stands at *place* becomes *text*."""

    place: Place
    text: str


class CannotRename(Exception):
    """Why a step can't be given that name, as a sentence."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


def trees(sources: Mapping[str, str]) -> dict[str, Node | None]:
    """The trees of the YAML files among *sources*."""
    return {f: read(text.encode("utf-8", "replace"), f).root for f, text in sources.items() if f.endswith(".yaml")}


def renamed(sources: Mapping[str, str], flow: str, step: str, new: str) -> dict[str, tuple[Edit, ...]]:
    """
    The edits that give the step *step* of *flow* the name *new*, by file, in the order of the text.

    *sources* are the texts of the library's files. Marks of translations whose words name the step are renewed. Raises
    CannotRename where there is no such step, or the name is no name, is taken, or stands where it can't be found.
    """
    roots = trees(sources)
    found = list(mentions(roots))
    _possible(found, flow, step, new)
    edits: dict[str, list[Edit]] = {}
    for mention in found:
        if mention.thing == Thing("step", step, flow):
            if _cut(sources[mention.file], mention.place) != step:
                line = mention.place.line
                raise CannotRename(f'Line {line} of {mention.file} names "{step}" in a way that can\'t be edited.')
            edits.setdefault(mention.file, []).append(Edit(mention.place, new))
    made = {file: edited(sources[file], one) for file, one in edits.items()}
    for file, marks in _marks(roots, made, flow).items():
        edits.setdefault(file, []).extend(marks)
    return {file: tuple(sorted(one)) for file, one in edits.items()}


def _possible(found: Iterable[Mention], flow: str, step: str, new: str) -> None:
    """Whether *new* may be the name of *step*."""
    own = [m.thing for m in found if m.defines and m.thing.of == flow]
    steps = {thing.name for thing in own if thing.kind == "step"}
    if step not in steps:
        hint = nearest(step, steps) if steps else "See shepherd check."
        raise CannotRename(f'There is no step "{step}" in a flow "{flow}" that can be read. {hint}'.strip())
    if not is_id(new):
        raise CannotRename(f'"{new[:40]}" is no name: small letters, digits and _, a letter first, at most 64.')
    if new in RESERVED:
        raise CannotRename(f'"{new}" is a word of the language and may not name a step.')
    if any(thing.name == new and thing.kind in ("step", "name") for thing in own):
        raise CannotRename(f'"{new}" names something in "{flow}" already.')


def edited(text: str, edits: Iterable[Edit]) -> str:
    """*text* with *edits*, none of which touches another."""
    lines = text.split("\n")
    for place, new in sorted(edits, reverse=True):
        line = lines[place.line - 1]
        lines[place.line - 1] = line[: place.column - 1] + new + line[place.end_column - 1 :]
    return "\n".join(lines)


def _cut(text: str, place: Place) -> str:
    """What stands at *place*; nothing where that is more than one line."""
    return text.split("\n")[place.line - 1][place.column - 1 : place.end_column - 1] * (place.line == place.end_line)


def _marks(roots: Mapping[str, Node | None], made: Mapping[str, str], flow: str) -> dict[str, list[Edit]]:
    """The marks of translations that were those of words as they were, where *made* has made these others."""
    file = next((f for f, root in roots.items() if isinstance(root, Map) and plain(root.get("flow")) == flow), "")
    before, after = _words(roots.get(file)), _words(read(made.get(file, "").encode(), file).root)
    renewed = {mark(old): mark(new) for old, new in zip(before, after, strict=False) if old != new}
    edits: dict[str, list[Edit]] = {}
    for name, root in roots.items():
        if not renewed or not isinstance(root, Map) or plain(root.get("translation")) != flow:
            continue
        for part in ("steps", "texts"):
            for _, node in pairs(root.get(part)):
                of = node.get("of") if isinstance(node, Map) else None
                if isinstance(of, Scalar) and of.text in renewed:
                    edits.setdefault(name, []).append(Edit(of.at(0, len(of.text)), renewed[of.text]))
    return edits


def _words(root: Node | None) -> list[object]:
    """What people read of each step, and each text, in the order of the file."""
    if not isinstance(root, Map):
        return []
    typed, _ = schema.validate(root, "flow", "")
    steps = typed.get("steps", {})
    return [*(words_of(step) for step in steps.values() if isinstance(step, dict)), *typed.get("texts", {}).values()]
