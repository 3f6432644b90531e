"""What a value may be: the language's types, and values as JSON of a type holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shepherd.flow.fields_in import check_field, matches, pattern_error
from shepherd.flow.money import DEFAULT_CURRENCY
from shepherd.flow.refusal import Refusal
from shepherd.flow.values_in import choice_of, parse_value
from shepherd.flow.values_out import to_json, to_text

__all__ = [
    "KIND_OF",
    "NUMBERS",
    "TEXTS",
    "Refusal",
    "Type",
    "check_field",
    "from_json",
    "matches",
    "parse_value",
    "pattern_error",
    "to_json",
    "to_text",
]

# The language's type names, each with the kind by which expressions treat it.
KIND_OF: Mapping[str, str] = {
    "text": "text",
    "long_text": "text",
    "integer": "integer",
    "number": "number",
    "yes_no": "yes_no",
    "choice": "choice",
    "many": "many",
    "digits": "digits",
    "phone": "text",
    "email": "text",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "money": "money",
}
TEXTS = frozenset({"text", "choice", "digits"})
NUMBERS = frozenset({"integer", "number", "money"})


@dataclass(frozen=True, slots=True)
class Type:
    """
    The type of a value.

    *kind* is what expressions go by (``text integer number yes_no choice many date time datetime money digits list
    record duration any``), *name* what the designer wrote (``long_text``, ``phone`` have kind ``text``). *options* are
    the values of a choice or many, *fields* those of a record, *item* the type of a list's (or many's) members.
    *currency* is that of money, kept by what is worked out from it. *personal* spreads to what is worked out.
    """

    kind: str
    options: tuple[str, ...] | None = None
    fields: Mapping[str, Type] | None = None
    item: Type | None = None
    personal: bool = False
    secret: bool = False
    name: str = ""
    currency: str = ""

    @staticmethod
    def named(
        name: str,
        *,
        options: tuple[str, ...] | None = None,
        personal: bool = False,
        secret: bool = False,
        currency: str = "",
    ) -> Type:
        """The type that the language calls *name*; money is in *currency*, or in euros."""
        return Type(
            KIND_OF[name],
            options=options,
            item=Type("choice", options=options, name="choice") if name == "many" else None,
            personal=personal,
            secret=secret,
            name=name,
            currency=(currency or DEFAULT_CURRENCY) if name == "money" else "",
        )

    @property
    def words(self) -> str:
        """The type for people, with its article: ``a text``, ``an integer``, ``a yes or no``."""
        return _WORDS.get(self.kind, f"a {self.kind}")

    @property
    def cases(self) -> tuple[Any, ...]:
        """The values that it may have, where they are few: a choice's options, yes and no; else none."""
        if self.kind == "yes_no":
            return (True, False)
        return (self.options or ()) if self.kind != "many" else ()


_WORDS = {
    "integer": "a whole number",
    "yes_no": "a yes or no",
    "choice": "one of a list of texts",
    "many": "a choice of several texts",
    "digits": "a text of digits",
    "datetime": "a date with a time",
    "money": "an amount",
    "duration": "a span of time",
    "record": "a group of fields",
    "any": "anything",
}


def from_json(value: Any, type_: Type) -> Any:
    """The value of *type_* that JSON *value* stands for, or a Refusal that says what does not fit."""
    if value.__class__ is str and type_.kind in TEXTS:
        return choice_of(value, type_.options) if type_.options else value
    if type_.kind == "any":
        return tuple(value) if isinstance(value, list) else value
    if type_.kind == "record":
        return _record(value, type_.fields or {})
    if type_.kind == "list":
        if not isinstance(value, (list, tuple)):
            return Refusal("not_an_option", "Give a list.")
        items = tuple(from_json(v, type_.item or Type("any")) for v in value)
        return next((v for v in items if isinstance(v, Refusal)), items)
    return parse_value(type_.name or type_.kind, value, options=type_.options, currency=type_.currency)


def _record(value: Any, fields: Mapping[str, Type]) -> Any:
    if not isinstance(value, Mapping):
        return Refusal("not_an_option", "Give the fields by their names.")
    read: dict[str, Any] = {}
    for name, type_ in fields.items():
        if value.get(name) is not None:
            given = from_json(value[name], type_)
            if isinstance(given, Refusal):
                return Refusal(given.code, f"{name}: {given.sentence}")
            read[name] = given
    return read
