"""Values at the edge: days outside the calendar, limits that hang on the form itself, numbers that JSON can't hold."""

from __future__ import annotations

from typing import Any

import pytest

from shepherd.check.library import Library
from shepherd.flow.canonical import canonical
from shepherd.run import replay
from shepherd.run.api import Answer, Continue, Fields, Form, Refused, Stuck
from tests.run.small import DESK, Walk, flow, library
from tests.run.walker import alike, reread

RESTS = flow(
    "rests",
    {"day": {"ask": "When?", "type": "date"}, "rest": {"wait": {"until": "day"}}, "end": {"end": "done"}},
)
LIMITED = flow(
    "limited",
    {
        "form": {"collect": {"all": "integer", "part": {"type": "integer", "max": "most"}}},
        "end": {"end": "done"},
    },
    values={"most": "form.all - 1"},
)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_wait_until_a_day_at_the_edge_of_the_calendar_ends_or_rests_or_is_stuck(day: str) -> None:
    """
    Any day that a field takes is one that a wait can live with; where UTC has no such moment, the run says so.
    """
    desk: dict[str, Any] = {**DESK, "time_zone": "Europe/Helsinki"}
    walk = Walk(Library.load({"flow:rests": RESTS, "desk": desk}), "rests")
    walk(Answer(day))

    assert isinstance(walk.run.waiting, Stuck) == (day == "0001-01-01")
    assert alike(walk.run, replay(walk.library, [reread(e) for e in walk.events]))


def test_a_limit_may_hang_on_a_field_above_it() -> None:
    """
    The page shows no limit as long as it is not known, and the form is held to it all the same.
    """
    walk = Walk(library(LIMITED), "limited")
    waiting = walk.run.waiting

    assert isinstance(waiting, Form)
    assert [blank.maximum for blank in waiting.blanks] == ["", ""]
    with pytest.raises(Refused) as both:
        walk(Fields({"all": "many", "part": "3"}))
    assert {name: code for name, (code, _) in both.value.fields.items()} == {"all": "not_an_integer", "part": "check"}
    with pytest.raises(Refused) as more:
        walk(Fields({"all": "3", "part": "3"}))
    assert more.value.code == "too_large"

    walk(Fields({"all": "3", "part": "2"}))

    assert walk.run.ended


def test_a_number_that_json_can_not_hold_is_recorded_as_text() -> None:
    """
    A ``set`` may work out more than 2^53: the event can be written and read again, and nothing is lost.
    """
    grows = flow(
        "grows",
        {
            "give": {"ask": "How many?", "type": "integer"},
            "grow": {"set": {"big": "give * give * give"}},
            "tell": {"say": "It is {{ big }}."},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(grows), "grows")
    event = walk(Answer("1000000")).event

    assert event.entered[0]["set"] == {"big": "1000000000000000000"}
    assert canonical(list(event.entered))
    assert walk.run.values["big"] == 10**18
    assert alike(walk.run, replay(walk.library, [reread(e) for e in walk.events]))


@pytest.mark.parametrize(
    ("span", "said"), [("days(3)", "3 days"), ("months(1)", "1 month"), ("workdays(3)", "3 working days")]
)
def test_a_span_that_is_kept_is_told_in_words(span: str, said: str) -> None:
    """
    A span may be set, shown, and added to a date later: people and the record have it in words.
    """
    waits = flow(
        "waits",
        {
            "greet": {"say": "Hello."},
            "keep": {"set": {"grace": span}},
            "tell": {"say": "Within {{ grace }}, after {{ today + grace }}."},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(waits), "waits")
    event = walk(Continue()).event

    assert event.entered[0]["set"] == {"grace": said}
    assert walk.run.waiting.words.say.startswith(f"Within {said}, after 202")
    assert alike(walk.run, replay(walk.library, [reread(e) for e in walk.events]))
