"""A flow's text written from what is kept of it: its typed source, which has neither comments nor its lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shepherd.flow.verbs import VERBS

WIDE = 118
HEAD = (
    *("flow", "title", "category", "version", "owner", "review_by", "audience", "called_only", "requires"),
    *("no_going_back", "no_answer", "inputs", "outcomes", "values", "tables", "texts", "steps"),
)
FIRST, LAST = ("when", *VERBS, "say", "guide", "warn", "why"), ("answers", "results", "then", "outcome")


def written(document: Mapping[str, Any]) -> str:
    """The flow whose typed source is *document* as a designer would order it; it reads as the very same flow."""
    import yaml

    head = _ordered(document, HEAD, ())
    head["steps"] = {name: _ordered(step, FIRST, LAST) for name, step in document["steps"].items()}
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDE)


def _ordered(given: Mapping[str, Any], first: Sequence[str], last: Sequence[str]) -> dict[str, Any]:
    """*given* with the keys *first* before, and *last* behind the others; cases of a list begin with "when"."""
    begin, end = [k for k in first if k in given], [k for k in last if k in given]
    keys = [*begin, *(k for k in given if k not in begin and k not in end), *end]
    return {key: _cases(given[key]) for key in keys}


def _cases(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [_ordered(one, FIRST, ()) if isinstance(one, Mapping) and "when" in one else one for one in value]
