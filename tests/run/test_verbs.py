"""The verbs that rest, keep and hand on; forms whose fields depend on each other; words that depend on answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shepherd.run import Diverged, replay, shown
from shepherd.run.api import Answer, Change, Continue, Due, Event, Fields, GoBack, Refused, Time
from tests.run.small import NOON, Walk, flow, library
from tests.run.walker import alike, reread

RESTS = flow(
    "rests",
    {
        "greet": {"say": "Hello."},
        "rest": {"wait": {"for": "2h"}, "say": "We call you back."},
        "after": {"say": "Here we are."},
        "end": {"end": "done"},
    },
)
COUNTS = flow(
    "counts",
    {
        "begin": {"set": {"rounds": "0", "total": "0"}},
        "give": {"ask": "How much?", "type": "integer"},
        "add": {"set": {"rounds": "rounds + 1", "total": "total + give", "before": "total"}},
        "more": {"ask": "More? It is {{ total }}, and was {{ before }}.", "answers": {"yes": "give", "no": "end"}},
        "end": {"end": "done"},
    },
    outcomes={"done": {"resolves": True, "returns": {"total": "total", "rounds": "rounds"}}},
)
STAY = flow(
    "stay",
    {
        "stay": {
            "collect": {
                "arrives": "date",
                "leaves": "date",
                "pet": "yes_no",
                "kind": {"type": "choice", "options": ["cat", "dog"], "show_if": "stay.pet"},
            },
            "check": [
                {"must": "stay.leaves >= stay.arrives", "message": "{{ stay.leaves }} lies before {{ stay.arrives }}."},
                {"must": 'not stay.kind is defined or stay.kind != "dog"', "message": "No dogs, please."},
            ],
        },
        "said": {
            "say": [
                {"when": "stay.kind is defined", "is": "With your {{ stay.kind }}."},
                {"otherwise": "Without a pet."},
            ]
        },
        "end": {"end": "done"},
    },
)
FIRST = flow(
    "first",
    {"greet": {"say": "Hello."}, "pass_on": {"hand_on": "second", "with": {"about": '"bills"'}}},
    outcomes={},
)
SECOND = flow(
    "second",
    {"ask_it": {"ask": "About {{ about }}?", "answers": {"yes": "end", "no": "back"}}, "back": {"hand_on": "first"},
     "end": {"end": "done"}},
    inputs={"about": "text"},
)  # fmt: skip


def test_a_wait_goes_on_by_itself_at_its_time_and_not_before() -> None:
    """
    The run rests until the time has come; the clock's word before that is refused, and moves nothing.
    """
    walk = Walk(library(RESTS), "rests")
    walk(Continue())
    waiting = walk.run.waiting

    assert isinstance(waiting, Due)
    assert waiting.due == NOON + timedelta(seconds=1, hours=2)
    with pytest.raises(Refused) as early:
        walk(Time(), "system", after=60)
    assert early.value.code == "not_due"

    walk(Time(), "system", after=7200)

    assert walk.here == "after"
    assert alike(walk.run, replay(walk.library, [reread(e) for e in walk.events]))


def test_a_wait_is_left_early_only_with_a_reason_which_is_recorded() -> None:
    """
    Nobody skips a wait in silence: "continue" needs words, and they stand in the event, sealed.
    """
    walk = Walk(library(RESTS), "rests")
    walk(Continue())
    with pytest.raises(Refused) as without:
        walk(Continue())

    assert without.value.code == "required"

    event = walk(Continue("The customer called first.")).event

    assert walk.here == "after"
    assert event.data["reason"] == "The customer called first."
    assert event.private == (("reason",),)


def test_a_wait_until_a_moment_that_has_passed_does_not_rest() -> None:
    """
    What is over need not be waited for.
    """
    past = flow(
        "past",
        {
            "ask_it": {"ask": "When?", "type": "date"},
            "rest": {"wait": {"until": "ask_it"}},
            "after": {"say": "Now."},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(past), "past")
    walk(Answer("2026-11-24"))

    assert walk.here == "after"

    walk(GoBack(1))
    walk(Answer("2026-11-25"))

    assert isinstance(walk.run.waiting, Due)
    assert walk.run.waiting.due == NOON.replace(hour=0) + timedelta(days=1)


def test_set_works_out_everything_before_it_keeps_anything() -> None:
    """
    Right sides come first: "before" gets the total as it was, and a name may be worked out from itself.
    """
    walk = Walk(library(COUNTS), "counts")
    walk(Answer("5"))
    walk(Answer("yes"))
    walk(Answer("7"))

    assert walk.run.waiting.question == "More? It is 12, and was 5."
    assert walk.events[-1].entered[0]["set"] == {"rounds": 2, "total": 12, "before": 5}

    walk(GoBack(walk.visit("give")))
    walk(Answer("1"))
    walk(Answer("no"))

    assert dict(walk.run.waiting.returns) == {"total": 6, "rounds": 2}
    assert alike(walk.run, replay(walk.library, [reread(e) for e in walk.events]))


def test_what_is_set_from_a_persons_values_is_not_recorded_in_plain() -> None:
    """
    An entry's "set" has null for it: replay works it out again, and nobody reads it in the record.
    """
    named = flow(
        "named",
        {
            "keep": {"set": {"who": "customer.first_name", "on": "today"}},
            "greet": {"say": "{{ who }}"},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(named), "named")

    assert walk.events[0].entered[0]["set"] == {"who": None, "on": "2026-11-24"}
    assert walk.run.waiting.words.say == "Ada"


def test_what_a_later_release_calls_personal_does_not_make_a_run_diverge() -> None:
    """
    A value kept back on one side only is not held against the other; another value, or another name, still is.
    """
    walk = Walk(library(COUNTS), "counts")
    walk(Answer("5"))
    first, *later = walk.events

    def recorded(values: dict[str, object]) -> list[Event]:
        return [first, later[0]._replace(entered=({**later[0].entered[0], "set": values}, *later[0].entered[1:]))]

    assert replay(walk.library, recorded({"rounds": 1, "total": None, "before": 0})).seq == 2
    for values in ({"rounds": 1, "total": 6, "before": 0}, {"rounds": 1, "total": None}):
        with pytest.raises(Diverged):
            replay(walk.library, recorded(values))


def test_a_field_is_shown_only_where_its_condition_holds() -> None:
    """
    A field that is not shown is neither required nor kept; what is given for it is passed over.
    """
    walk = Walk(library(STAY), "stay")
    dates = {"arrives": "2026-12-01", "leaves": "2026-12-03"}

    assert [b.name for b in walk.run.waiting.blanks if b.shown] == ["arrives", "leaves", "pet"]
    assert shown(walk.run, {**dates, "pet": "yes"}) == ("arrives", "leaves", "pet", "kind")

    with pytest.raises(Refused) as needed:
        walk(Fields({**dates, "pet": "yes"}))
    assert needed.value.fields == {"kind": ("required", "Please fill this in.")}

    walk(Fields({**dates, "pet": "no", "kind": "cat"}))

    assert walk.events[-1].data["values"] == {**dates, "pet": False}
    assert walk.run.waiting.words.say == "Without a pet."


def test_checks_refuse_in_their_order_and_read_the_new_answer() -> None:
    """
    The first rule that fails refuses; its words are filled with what was just given; nothing is stored.
    """
    walk = Walk(library(STAY), "stay")
    wrong = {"arrives": "2026-12-05", "leaves": "2026-12-03", "pet": "yes", "kind": "dog"}
    with pytest.raises(Refused) as first:
        walk(Fields(wrong))
    with pytest.raises(Refused) as second:
        walk(Fields({**wrong, "leaves": "2026-12-09"}))

    assert (first.value.code, first.value.sentence) == ("check", "2026-12-03 lies before 2026-12-05.")
    assert second.value.sentence == "No dogs, please."

    walk(Fields({**wrong, "leaves": "2026-12-09", "kind": "cat"}))

    assert walk.run.waiting.words.say == "With your cat."


def test_a_changed_answer_has_to_hold_against_the_checks_too() -> None:
    """
    Changing goes through the same rules, and the later answers are kept where they still hold.
    """
    walk = Walk(library(STAY), "stay")
    given = {"arrives": "2026-12-01", "leaves": "2026-12-03", "pet": "no"}
    walk(Fields(given))
    walk(Continue())
    with pytest.raises(Refused) as caught:
        walk(Change(1, {**given, "leaves": "2026-11-30"}))
    assert caught.value.code in ("check", "ended")


def test_another_flow_takes_over_and_ends_the_run() -> None:
    """
    After hand_on the other flow has the run: it sees only what was handed in, and its outcome is the run's.
    """
    walk = Walk(library(FIRST, SECOND), "first")
    walk(Continue())

    assert walk.run.waiting.question == "About bills?"
    assert walk.events[-1].entered[-1]["by"] == "hand_on"
    assert "second" in {name.partition(":")[2] for name in walk.events[0].data["bundle"]}

    walk(Answer("no"))

    assert walk.here == "greet"

    walk(Continue())
    walk(Answer("yes"))

    assert walk.run.outcome == "done"
    assert alike(walk.run, replay(walk.library, walk.events))


def test_going_back_over_a_hand_on_stands_in_the_first_flow_again() -> None:
    """
    Going back names a visit, in whichever flow it lies.
    """
    walk = Walk(library(FIRST, SECOND), "first")
    walk(Continue())
    walk(GoBack(1))

    assert walk.here == "greet"
