"""What the page of a run says of its language: which it is, what is not said in it, and the flow's own words beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shepherd.desk import RunView
from shepherd.flow.languages import language_in_english, language_name
from shepherd.run.api import Blank, Form, Question, Waiting

HEADINGS = (("say", "Say"), ("guide", "Do"), ("warn", "Must not be missed"), ("why", "Why"))


class Own(NamedTuple):
    """A text in the flow's own words: under a *heading*, or for the *said* label of an answer or a field."""

    heading: str
    said: str
    text: str


class Tongue(NamedTuple):
    """
    The language of a run: its *tag*, its *name* for people and within an English sentence.

    *heard*: the step is said in it. *own* are the words of the step that the flow has of its own, where these differ.
    """

    tag: str
    name: str
    english: str
    heard: bool
    own: tuple[Own, ...]


def tongue_of(view: RunView) -> Tongue | None:
    """The language of *view*; None where it is the flow's own."""
    if not view.language:
        return None
    own = tuple(_own(view.waiting, view.own)) if view.own is not None else ()
    name, english = language_name(view.language), language_in_english(view.language)
    return Tongue(view.language, name, english, view.heard, own)


def _own(said: Waiting, own: Waiting) -> Iterator[Own]:
    """What differs, in the order of the page."""
    if isinstance(said, Question) and isinstance(own, Question) and said.question != own.question:
        yield Own("Ask", "", own.question)
    for key, heading in HEADINGS:
        text = getattr(own.words, key)
        if text and text != getattr(said.words, key):
            yield Own(heading, "", text)
    for shown, mine in zip(_labels(said), _labels(own), strict=False):
        if shown != mine:
            yield Own("", shown, mine)


def _labels(waiting: Waiting) -> list[str]:
    """The labels of a step's fields and of their choices."""
    blanks: Iterable[Blank] = ()
    if isinstance(waiting, Question):
        blanks = (waiting.blank,)
    elif isinstance(waiting, Form):
        blanks = waiting.blanks
    return [text for one in blanks for text in (one.label, *(choice.label for choice in one.choices))]
