"""What keys and words of a flow are called elsewhere, for who comes from another tool or writes as people speak."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from shepherd.flow.findings import nearest

#: The word here for one that others have; told where it is allowed and nothing else is as near.
SYNONYMS = {
    "goto": "then",
    "go_to": "then",
    "next": "then",
    "target": "then",
    "leads_to": "then",
    "else": "otherwise",
    "default": "otherwise",
    "question": "ask",
    "prompt": "ask",
    "message": "say",
    "text": "say",
    "hint": "guide",
    "form": "collect",
    "fields": "collect",
    "branch": "decide",
    "switch": "decide",
    "if": "when",
    "condition": "when",
    "subflow": "call",
    "choices": "options",
    "name": "label",
    "boolean": "yes_no",
    "bool": "yes_no",
    "checkbox": "yes_no",
    "string": "text",
    "str": "text",
    "textarea": "long_text",
    "int": "integer",
    "decimal": "number",
    "float": "number",
    "currency": "money",
    "amount": "money",
    "timestamp": "datetime",
    "select": "choice",
    "enum": "choice",
    "dropdown": "choice",
    "radio": "choice",
    "multiselect": "many",
    "checkboxes": "many",
}


def meant(word: str, known: Iterable[str]) -> str:
    """A hint ``Did you mean "x"?`` for the one of *known* that *word* stands for or looks like, or the empty text."""
    words = list(known)
    other = SYNONYMS.get(word.lower(), "")
    return f'Did you mean "{other}"?' if other in words else nearest(word, words)


def as_name(text: str) -> str:
    """*text* as a name: ``Second line`` is ``second_line``. Empty where nothing of it is left."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
