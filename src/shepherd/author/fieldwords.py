"""What a field asks for, in a sentence: its type, its limits, and how its value is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shepherd.author import spoken
from shepherd.author.english import English
from shepherd.author.spoken import listed, named, quoted, seen
from shepherd.flow.model import Field, Option
from shepherd.flow.shown import many
from shepherd.flow.types import to_text

#: One row per type that people may be asked for.
TYPES: Mapping[str, str] = {
    "text": "a line of text",
    "long_text": "a text that may have several lines",
    "integer": "a whole number",
    "number": "a number",
    "money": "an amount of money",
    "date": "a date",
    "time": "a time of day",
    "datetime": "a date and a time",
    "yes_no": "yes or no",
    "choice": "one of a list",
    "many": "any of a list, or none",
    "digits": "digits only",
    "phone": "a phone number",
    "email": "an e-mail address",
}
MOST_OPTIONS = 12
MOST_TEXT = 20_000


def field_words(field: Field, english: English, *, name: str = "") -> str:
    """*field* as a sentence; *name* stands in front of it (empty for the answer of an ask)."""
    said = [_type(field), *_rules(field, english)]
    return spoken.sentence(f"{name}{': ' if name else ''}{', '.join(said)}")


def field_name(field: Field) -> str:
    """The label of *field* and, where they differ, its name."""
    if not field.label or field.label.lower() == named(field.name).lower():
        return named(field.name)
    return f"{quoted(field.label)} ({seen(field.name)})"


def option_words(option: Option) -> str:
    """The label of *option* and, where it can't be told from it, its value."""
    plain = option.label.replace(" ", "_").lower() == option.value.lower() or not option.label
    return quoted(option.label or option.value) if plain else f"{quoted(option.label)} ({seen(option.value)})"


def _type(field: Field) -> str:
    name = field.type.name or field.type.kind
    options: Sequence[Option] = field.options or [Option(value=v, label="") for v in field.type.options or ()]
    if name in ("choice", "many") and options:
        shown = [option_words(option) for option in options[:MOST_OPTIONS]]
        if len(options) > MOST_OPTIONS:
            shown.append(f"{len(options) - MOST_OPTIONS} more")
        chosen = listed(shown, "and" if name == "many" or len(options) > MOST_OPTIONS else "or")
        return f"any of {chosen}, or none" if name == "many" else f"{'one of ' if len(options) > 1 else ''}{chosen}"
    currency = field.type.currency if name == "money" else ""
    return TYPES.get(name, spoken.article(named(name))) + (f" in {seen(currency)}" if currency else "")


def _rules(field: Field, english: English) -> Iterator[str]:
    if field.length is not None:
        yield _length(field)
    if field.minimum is not None:
        yield f"{'not before' if _timed(field) else 'at least'} {_limit(field.minimum)}"
    if field.maximum is not None:
        yield f"{'not after' if _timed(field) else 'at most'} {_limit(field.maximum)}"
    if field.pattern is not None:
        yield f"of the form {quoted(field.pattern)}"
    if field.optional:
        yield "which may be left empty"
    if field.default is not None:
        yield f"filled in beforehand with {english.value(field.default.tree)}"
    if field.show_if is not None:
        yield f"asked only if {english.holds(field.show_if.tree)}"
    if field.help:
        yield f"with the help {quoted(field.help)}"
    if field.mask:
        yield "of which only the end is shown"
    if field.secret:
        yield "a secret that is never kept, shown or compared"
    elif field.personal:
        yield "personal, so kept under the customer's own key"


def _length(field: Field) -> str:
    least, most = field.length or (0, 0)
    unit = "digit" if field.type.kind == "digits" else "character"
    if least == most:
        return f"exactly {many(most, unit)}"
    if most >= MOST_TEXT:
        return f"at least {many(least, unit)}"
    return f"{least} to {many(most, unit)}" if least else f"at most {many(most, unit)}"


def _timed(field: Field) -> bool:
    return field.type.kind in ("date", "time", "datetime")


def _limit(limit: Any) -> str:
    """A constant, or the name of one of the flow's values."""
    if isinstance(limit, str):
        return f"the {named(limit)}"
    return spoken.day(limit) if isinstance(limit, date) and not isinstance(limit, datetime) else to_text(limit)
