"""The validator that says what is wrong: slower than the one that tells whether anything is, and loaded only then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

#: Keywords that look at each entry of a group or list, and the one that bounds how many there are.
BOUNDED = {"propertyNames": "maxProperties", "additionalProperties": "maxProperties", "items": "maxItems"}


def _bounded(keyword: str, most: str) -> Any:
    """*keyword*, which is silent where there are too many entries: that is told, not each of them."""
    usual = jsonschema.Draft202012Validator.VALIDATORS[keyword]

    def check(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if not isinstance(instance, Mapping | list) or len(instance) <= schema.get(most, len(instance)):
            yield from usual(validator, wanted, instance, schema)

    return check


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """``properties``, which says of a key that may not be there which one it is: the library leaves its name out."""
    for error in jsonschema.Draft202012Validator.VALIDATORS["properties"](validator, properties, instance, schema):
        if error.validator is not None or error.relative_path:
            yield error
    for key, below in properties.items() if isinstance(instance, Mapping) else ():
        if below is False and key in instance:
            yield jsonschema.ValidationError(f"{key!r} may not be here", path=(key,), instance=instance[key])


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """Python's ``$`` also matches before a last line break; a schema's does not."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def explaining(schema: Mapping[str, Any]) -> Any:
    """The validator of *schema* for messages. Its patterns match whole texts, as the fast one's and an editor's do."""
    extend: Any = jsonschema.validators.extend
    bounded = {name: _bounded(name, most) for name, most in BOUNDED.items()}
    made = extend(jsonschema.Draft202012Validator, {"pattern": _pattern, "properties": _properties, **bounded})
    return made(schema, format_checker=jsonschema.FormatChecker(["date"]))
