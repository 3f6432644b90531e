"""Values of every type on their way through a run: taken, recorded, replayed, shown and offered again."""

from __future__ import annotations

import json
from decimal import Decimal

from shepherd.flow.money import Money
from shepherd.run import replay
from shepherd.run.api import Answer, Continue, Fields, Form
from tests.run.small import Walk, flow, library
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
