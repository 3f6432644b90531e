"""What a page is given: the words of the step at hand, those that were passed on the way to it, and those of before."""

from __future__ import annotations

from typing import Any

from shepherd.run.api import Answer, Continue, Finished, Request
from tests.run.small import Walk, flow, library

REFUSED: dict[str, Any] = {
    "say": "I am sorry, I may not go on.",
    "guide": "Offer a visit to a shop.",
    "warn": "Do not say which answer was wrong.",
    "end": "failed",
}


def asks(**more: Any) -> dict[str, Any]:
    """A flow that ends in words of its own for one of its outcomes."""
    steps = {
        "street": {"ask": "Which street?", "answers": {"yes": "fine", "no": "refused"}},
        "fine": {"end": "done"},
        "refused": REFUSED,
    }
    return flow("asks", steps, outcomes={"done": {"resolves": True}, "failed": {"resolves": False}}, **more)


def test_the_last_words_of_a_called_flow_are_said_where_its_caller_goes_on() -> None:
    """The caller goes on at once, so that there is no page of the called flow's end; its words come before its own."""
    steps = {
        "identify": {"call": "asks", "results": {"done": "bye", "failed": "no"}},
        "no": {"say": "Good bye.", "guide": "Close the ticket."},
        "bye": {"end": "done"},
    }
    walk = Walk(library(flow("help", steps), asks()), "help")
    walk(Answer("no"))
    words = walk.run.waiting.words
    assert words.say == "I am sorry, I may not go on.\n\nGood bye."
    assert words.guide == "Offer a visit to a shop.\n\nClose the ticket."
    assert words.warn == "Do not say which answer was wrong."
    walk(Continue())
    assert walk.run.ended
    assert walk.run.waiting.words.say == ""


def test_they_are_said_where_the_run_ends_with_it() -> None:
    """Through two flows as well; and the page of an end has them, though it has no words of its own."""
    outer = {"identify": {"call": "middle", "results": {"done": "bye"}}, "bye": {"end": "done"}}
    middle = {
        "ask": {"call": "asks", "results": {"done": "over", "failed": "over"}},
        "over": {"say": "So.", "end": "done"},
    }
    walk = Walk(library(flow("help", outer), flow("middle", middle), asks()), "help")
    walk(Answer("no"))
    assert walk.run.ended
    assert walk.run.waiting.words.say == "I am sorry, I may not go on.\n\nSo."


def test_what_is_said_while_a_call_is_made_is_not_said_after_it() -> None:
    """*I am looking* is over once it is found; what came before the call is still said."""
    steps = {
        "identify": {"call": "asks", "results": {"done": "look", "failed": "look"}},
        "look": {
            "lookup": "box.read",
            "say": "I am looking.",
            "with": {"id": '"1"'},
            "results": {"ok": "q", "not_found": "q", "error": "q"},
        },
        "q": {"ask": "Better?", "answers": {"yes": "bye", "no": "bye"}},
        "bye": {"end": "done"},
    }
    walk = Walk(library(flow("help", steps), asks()), "help")
    walk(Answer("no"))
    assert walk.run.waiting.words.say == "I am sorry, I may not go on.\n\nI am looking."
    walk(Request(), "system")
    walk(Finished("ok", {"size": 1}), "system")
    assert walk.run.waiting.words.say == "I am sorry, I may not go on."


def test_what_was_asked_before_is_told_as_it_was_asked() -> None:
    """How many tries are left is a matter of the moment: a question of before keeps the number that it named."""
    steps = {
        "ask_pin": {"ask": "Your PIN? {{ attempts_left.check }} more.", "type": "digits", "length": 4, "secret": True},
        "check": {
            "lookup": "box.check",
            "with": {"pin": "ask_pin"},
            "attempts": 3,
            "attempts_per": "customer",
            "out_of_attempts": "bye",
            "results": {"ok": "again", "no_match": "again", "error": "again"},
        },
        "again": {
            "ask": "We can try {{ attempts_left.check }} more. Again?",
            "answers": {"yes": "ask_pin", "no": "bye"},
        },
        "bye": {"end": "done"},
    }
    walk = Walk(library(flow("help", steps)), "help")
    told = []
    for _ in range(2):
        walk(Answer("1234"))
        walk(Request(), "system")
        walk(Finished("no_match"), "system")
        told.append(walk.run.waiting.question)
        walk(Answer("yes"))
    assert told == ["We can try 2 more. Again?", "We can try 1 more. Again?"]
    assert [item.title for item in walk.run.path if item.step == "help/again"] == told
