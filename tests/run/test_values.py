"""Values of every type on their way through a run: taken, recorded, replayed, shown and offered again."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from shepherd.check.library import Library
from shepherd.flow.money import Money
from shepherd.run import replay
from shepherd.run.api import Answer, Continue, Fields, Finished, Form, Refused, Request
from tests.run.small import CONNECTOR, DESK, Walk, flow, library
from tests.run.walker import alike, reread

REFUND = flow(
    "refund",
    {
        "form": {
            "collect": {
                "paid": {"label": "Paid", "type": "money", "max": "500 EUR"},
                "ways": {"label": "Ways", "type": "many", "options": {"phone": "By phone", "mail": "By mail"}},
                "at": {"label": "At", "type": "datetime"},
                "from": {"label": "From", "type": "time"},
                "number": {"label": "Number", "type": "phone"},
                "address": {"label": "Address", "type": "email"},
            }
        },
        "tell": {"say": "{{ form.paid | money }}, half of it {{ half | money }}, {{ form.ways | join }}."},
        "more": {"ask": "Is there more?", "answers": {"yes": "form", "no": "end"}},
        "end": {"end": "done"},
    },
    values={"half": "form.paid / 2"},
)
GIVEN = {
    "paid": "EUR 19.5",
    "ways": ["mail", "phone"],
    "at": "2026-11-24 09:30",
    "from": "08:00",
    "number": "+358 40 123 4567",
    "address": "ada@Example.org",
}


def test_values_of_every_type_pass_through_a_run():
    """
    What is taken is recorded as JSON, read again as the same value, told to people in words and offered again.
    """
    walk = Walk(library(REFUND), "refund")
    walk(Fields(GIVEN))
    recorded = walk.events[-1].data["values"]

    assert json.loads(json.dumps(recorded)) == {
        "paid": {"amount": "19.50", "currency": "EUR"},
        "ways": ["phone", "mail"],
        "at": "2026-11-24T09:30",
        "from": "08:00",
        "number": "+358401234567",
        "address": "ada@example.org",
    }
    assert walk.run.values["form"]["paid"] == Money("19.50", "EUR")
    assert walk.run.values["form"]["ways"] == ("phone", "mail")
    assert walk.run.waiting.words.say == "19.50 EUR, half of it 9.75, phone, mail."
    assert "Paid: 19.50 EUR; Ways: By phone, By mail" in walk.run.path[0].answer
    walk(Continue())
    walk(Answer("yes"))
    assert isinstance(walk.run.waiting, Form)
    given = {blank.name: blank.given for blank in walk.run.waiting.blanks}
    walk(Fields(given))
    assert walk.events[-1].data["values"] == recorded
    assert Decimal(walk.run.values["form"]["paid"]) == Decimal("19.50")
    walk(Continue())
    assert alike(walk.run, replay(walk.library, map(reread, walk.events)))


ASKED = flow(
    "asked",
    {
        "size": {"ask": "How much?", "type": "number"},
        "form": {"collect": {"pay": {"type": "money"}, "pages": {"type": "integer"}}},
        "read": {
            "lookup": "box.read",
            "with": {"id": '"a"'},
            "results": {"ok": "end", "not_found": "end", "error": "end"},
        },
        "end": {"end": "done"},
    },
)


def test_a_comma_before_one_or_two_digits_is_read_as_a_point():
    """
    "12,5" has one reading in every language: people may type it, and it is recorded as 12.5.
    """
    walk = Walk(library(ASKED), "asked")
    walk(Answer("12,5"))
    assert walk.events[-1].data["value"] == "12.5"
    walk(Fields({"pay": "-1200,50 EUR", "pages": "3"}))
    assert walk.events[-1].data["values"]["pay"] == {"amount": "-1200.50", "currency": "EUR"}


@pytest.mark.parametrize("typed", ["1,250", "12,", ",5", "1,5,5", "1,2555", "1,25.5"])
def test_a_comma_that_could_be_read_in_two_ways_is_never_guessed(typed: str):
    """
    What might be thousands, or is no number at all, is refused with a sentence.
    """
    walk = Walk(library(ASKED), "asked")
    with pytest.raises(Refused) as refused:
        walk(Answer(typed))
    assert refused.value.code == "not_a_number"


def test_a_whole_number_has_no_comma():
    """
    "1,5" pages are no whole number, however they are read.
    """
    walk = Walk(library(ASKED), "asked")
    walk(Answer("1"))
    with pytest.raises(Refused):
        walk(Fields({"pay": "1", "pages": "1,5"}))


def test_a_machine_writes_a_point():
    """
    Another system that answers with a comma gave no number: what it means is not for us to guess.
    """
    read = {"reads": True, "inputs": {"id": "text"}, "results": {"ok": {"size": "number"}, "not_found": {}}}
    box = CONNECTOR | {"operations": {"read": read}}
    walk = Walk(Library.load({"flow:asked": ASKED, "desk": DESK, "connectors:box": box}), "asked")
    walk(Answer("1"))
    walk(Fields({"pay": "1", "pages": "1"}))
    walk(Request(), who="system")
    with pytest.raises(Refused, match="no number"):
        walk(Finished("ok", {"size": "1,5"}))
    walk(Finished("ok", {"size": "1.5"}))
