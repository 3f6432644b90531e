"""What is being typed into a field is read back, by the very rules by which it will be taken."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, Response, abort, request

from shepherd.flow.typed_in import as_written
from shepherd.flow.types import Refusal, parse_value, to_text
from shepherd.web.who import ask_name

pages = Blueprint("reads", __name__)
pages.before_request(ask_name)
#: The types whose text is read back.
READABLE = frozenset({"date", "datetime", "number", "integer", "money", "digits"})
#: How a sentence begins that refuses what can be read in two ways.
EITHER = "This can be read"
LONGEST = 200


@pages.post("/reads")
def reads() -> Response:
    """How the text of a field is read; nothing is kept."""
    given = {name: request.form.get(name, "")[:LONGEST] for name in ("kind", "text", "currency", "about")}
    if given["kind"] not in READABLE:
        abort(400)
    return Response(read_back(**given), mimetype="text/plain")


def read_back(kind: str, text: str, currency: str, about: str) -> str:
    """
    What *text*, typed for a field of *kind*, is taken for: a day in words; of a number only what differs from it.

    Where it has two readings, both.
    """
    typed = as_written(kind, text, currency, about)
    value = parse_value(kind, typed, currency=currency)
    if isinstance(value, Refusal):
        return value.sentence if value.sentence.startswith(EITHER) else ""
    if isinstance(value, date):
        clock = f" at {value:%H:%M}" if isinstance(value, datetime) else ""
        return f"{value:%A}, {value.day} {value:%B} {value.year}{clock}"
    kept = to_text(value)
    return "" if text.strip() in (kept, kept.removesuffix(currency).rstrip()) or typed == text else f"Read as {kept}"
