"""The fields of a form made ready for their templates: options under headings, what is ticked, amounts, long lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shepherd.flow.model import Field
from shepherd.run.api import Blank, Choice, Refused
from shepherd.web.marks import Marks

LONG = 12
OTHERS = "Others"
NO_BOX, NO_BOX_OF_SOME = "Tick what holds, or “None of these”.", "Tick what holds: at least one."


def is_long(blank: Blank) -> bool:
    """Whether *blank* has so many options that one looks for them by typing, or scrolls through them."""
    return len(blank.choices) > LONG


def grouped(blank: Blank) -> list[tuple[str, tuple[Choice, ...]]]:
    """The options of *blank*, each once, under the first of its headings; in one nameless group where it has none."""
    left = {choice.value: choice for choice in blank.choices}
    found = []
    for label, values in blank.headings:
        under = tuple(left.pop(value) for value in values if value in left)
        if under:
            found.append((label, under))
    if left:
        found.append((OTHERS if found else "", tuple(left.values())))
    return found


def ticked(given: str | Sequence[str] | None) -> list[str]:
    """What is ticked in a field of several: *given* as a form brought it, or line by line as it stands in a Blank."""
    if isinstance(given, str):
        return given.split("\n") if given else []
    return list(given or ())


def amount(given: str, currency: str) -> str:
    """*given* without the currency that stands beside its field."""
    return given.removesuffix(currency).rstrip() if currency else given


def none_holds(blank: Blank) -> bool:
    """Whether a field of several may be answered by "None of these"."""
    return blank.minimum in ("", "0")


def wrong(error: Refused, asked: Iterable[Blank]) -> dict[str, str]:
    """What is wrong with each of the fields *asked*, in a sentence; under the empty name, what is with the form."""
    said = {b.name: (b, *error.fields[b.name]) for b in asked if b.name in error.fields}
    return {n: _sentence(*one) for n, one in said.items()} or {"": error.sentence}


def _sentence(blank: Blank, code: str, sentence: str) -> str:
    if code == "required" and blank.type == "many":
        return NO_BOX if none_holds(blank) else NO_BOX_OF_SOME
    return sentence


def as_people_read(blank: Blank, given: str | Sequence[str] | None) -> str:
    """What is *given* for *blank* with the labels of its options; a secret never."""
    if blank.secret:
        return "given anew"
    labels = {choice.value: choice.label for choice in blank.choices}
    if blank.type == "many" and given:
        return ", ".join(labels.get(v, v) for v in ticked(given) if v) or "none of these"
    return labels.get(str(given or ""), str(given or "")) or "left empty"


def as_blank(field: Field) -> Blank:
    """An input of a flow as a field of a page."""
    options = [(o.value, o.label) for o in field.options]
    if not options and field.type.kind == "yes_no":
        options = [("true", "Yes"), ("false", "No")]
    return Blank(
        name=field.name,
        type=field.type.name,
        label=field.label or Marks.words(field.name),
        help=field.help,
        optional=field.optional,
        secret=field.secret,
        choices=tuple(Choice(value=v, label=label) for v, label in options),
        headings=field.headings,
        currency=field.type.currency,
    )


def labels_of(asked: Sequence[Blank]) -> dict[str, str]:
    """The labels by which the problems of a form are told apart; none where there is only one field."""
    return {blank.name: blank.label for blank in asked} if len(asked) > 1 else {}


def needs_help(blanks: Iterable[Blank]) -> bool:
    """Whether the script for fields has something to do among *blanks*."""
    return any(blank.type == "many" or is_long(blank) for blank in blanks)
