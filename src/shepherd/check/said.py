"""Everything in a flow that people hear or read, with what it is and where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from shepherd.flow.findings import NOWHERE, Place
from shepherd.flow.model import Ask, Collect, Escalate, Field, Flow, Option, Step
from shepherd.flow.reader import items, pairs
from shepherd.flow.source import Map, Node, Scalar
from shepherd.flow.words import Text

#: What the customer hears, from an agent or on the page.
SPOKEN = frozenset({"say", "ask", "message"})
#: What is written on a button, before a field or below one.
SHOWN = frozenset({"label", "help"})
#: Stands for each character of a value in words: no letter, and no end of a sentence.
VALUE = "\N{MIDDLE DOT}"
_VALUES = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Said(NamedTuple):
    """
    One text for people: *role* is the key that it stands under, *words* have their values masked, at the same length.

    *at* gives the place of the characters from one to another.
    """

    role: str
    words: str
    step: str
    at: Callable[[int, int], Place]

    @property
    def place(self) -> Place:
        """The place of the whole."""
        return self.at(0, len(self.words))


def said(flow: Flow) -> Iterator[Said]:
    """All that people hear or read in *flow*, in the order of its file."""
    yield _plain("title", flow.title, "", flow.places.get("title", flow.place))
    for text in flow.texts.values():
        yield from _texts("text", text, "")
    for field in flow.inputs.values():
        yield from _field(field, "")
    for step in flow.steps.values():
        yield from _step(step)


def _step(step: Step) -> Iterator[Said]:
    action = step.action
    if isinstance(action, Ask):
        yield from _texts("ask", action.question, step.id)
    for role, text in step.words.texts:
        yield from _texts(role, text, step.id)
    if step.note is not None:
        yield from _texts("note", step.note, step.id)
    if isinstance(action, Escalate) and action.because is not None:
        yield from _texts("because", action.because, step.id)
    for check in step.checks:
        yield from _texts("message", check.message, step.id)
    for field in fields_of(step):
        yield from _field(field, step.id)
        for option in own_options(field):
            yield _plain("label", option.label, step.id, option.place)


def fields_of(step: Step) -> tuple[Field, ...]:
    """What *step* asks for."""
    action = step.action
    if isinstance(action, Ask):
        return (action.field,)
    return tuple(action.fields.values()) if isinstance(action, Collect) else ()


def own_options(field: Field) -> tuple[Option, ...]:
    """The options of *field* that are written with it; those of a list all have the place where the list is named."""
    places = {option.place for option in field.options}
    return () if len(field.options) > 1 and len(places) == 1 and NOWHERE not in places else field.options


def translated(root: Map) -> Iterator[Said]:
    """All that people hear or read in a translation, the file of which begins with *root*."""
    yield from _under("title", root.get("title"), "")
    for part in ("options", "headings"):
        for _, label in pairs(root.get(part)):
            yield from _under("label", label, "")
    for _, text in pairs(root.get("texts")):
        yield from _under("text", text.get("is") if isinstance(text, Map) else None, "")
    for step, words in pairs(root.get("steps")):
        yield from _words(words, step.text)


def _words(node: Node, step: str) -> Iterator[Said]:
    """The words of a step, or of a field of a form, as a translation writes them."""
    for key, below in pairs(node):
        if key.text in ("answers", "options"):
            for _, label in pairs(below):
                yield from _under("label", label, step)
        elif key.text == "collect":
            for _, field in pairs(below):
                yield from _words(field, step)
        elif key.text != "of":
            yield from _under("message" if key.text == "check" else key.text, below, step)


def _under(role: str, node: Node | None, step: str) -> Iterator[Said]:
    """The text *node*, or each of its lines or cases."""
    for item in items(node):
        case = (item.get("is") or item.get("otherwise")) if isinstance(item, Map) else item
        if isinstance(case, Scalar):
            yield Said(role, masked(case.text), step, case.at)


def masked(text: str) -> str:
    """*text* with a mark for each character of the values in it."""
    return _VALUES.sub(lambda found: VALUE * len(found[0]), text)


def _texts(role: str, text: Text, step: str) -> Iterator[Said]:
    """*text*, or each of its cases."""
    for one in [case for _, case in text.cases] or [text]:
        yield Said(role, masked(one.source), step, one.at)


def _field(field: Field, step: str) -> Iterator[Said]:
    if field.label:
        yield _plain("label", field.label, step, field.place)
    if field.help:
        yield _plain("help", field.help, step, field.place)


def _plain(role: str, words: str, step: str, place: Place) -> Said:
    return Said(role, words, step, lambda start, end: place or NOWHERE)
