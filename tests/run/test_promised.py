"""Promises guarded while a run goes on, in libraries that no check has passed: the step is not entered."""

from __future__ import annotations

from typing import Any

import pytest

from shepherd.check.library import Library
from shepherd.run import replay
from shepherd.run.api import Answer, Change, Continue, Finished, GoBack, Request, Stuck
from tests.run.small import CONNECTOR, DESK, Walk, flow
from tests.run.walker import reread

STEPS: dict[str, Any] = {
    "ask": {"ask": "Is it agreed?", "answers": {"yes": "agree", "no": "menu"}},
    "agree": {"say": "Then it is agreed.", "then": "menu"},
    "menu": {"ask": "And now?", "answers": {"change": "change", "help": "help", "stop": "end"}},
    "help": {"call": "helper", "results": {"done": "menu"}},
    "change": {
        "do": "box.change",
        "with": {"id": '"x"'},
        "once_per": "visit",
        "results": {"ok": "menu", "error": "menu", "unknown": "menu"},
    },
    "end": {"end": "done"},
}
HELPER = flow("helper", {"hello": {"say": "I help."}, "end": {"end": "done"}})


def library(rules: dict[str, Any] | None, **changed: Any) -> Library:
    """``main`` and ``helper`` with the promise ``p``: loaded, so that no check has looked at it."""
    steps = {**STEPS, **{name: {**STEPS[name], **more} for name, more in changed.items()}}
    documents = {"flow:main": flow("main", steps), "flow:helper": HELPER, "desk": DESK, "connectors:box": CONNECTOR}
    if rules is not None:
        documents["promises:p"] = {"promises": {"p": rules}}
    return Library.load(documents)


def walked(rules: dict[str, Any] | None, *inputs: Any, guarded: bool = True, **changed: Any) -> Walk:
    """A walk by *inputs* over such a library; replayed, it stands at the same place."""
    made = library(rules, **changed)
    walk = Walk(made, "main", guarded=guarded)
    for given in inputs:
        walk(given, who="system" if isinstance(given, Request | Finished) else "maria")
    assert replay(made, [reread(e) for e in walk.events], guarded=guarded).waiting == walk.run.waiting
    return walk


def refused(walk: Walk) -> bool:
    """Whether the run stands still because of the promise."""
    waiting = walk.run.waiting
    return isinstance(waiting, Stuck) and waiting.code == "promise_broken"


CHANGE = {"step": "main/change"}
AGREED = (Answer("yes"), Continue(), Answer("change"))


@pytest.mark.parametrize(
    ("needs", "kept", "broken"),
    [
        ({"step": "main/agree"}, AGREED, (Answer("no"), Answer("change"))),
        ({"step": "main/ask", "answer": "yes"}, AGREED, (Answer("no"), Answer("change"))),
        ({"field": "main/ask"}, (Answer("no"), Answer("change")), ()),
        ({"flow": "helper"}, (Answer("no"), Answer("help"), Continue(), Answer("change")), AGREED),
        ("identity", (), AGREED),
    ],
    ids=["step", "answer", "field", "flow", "assurance"],
)
def test_a_step_is_not_entered_without_what_it_needs(needs: Any, kept: Any, broken: Any) -> None:
    """
    A run that comes to it without stands still and says why; with it, and where no guard is on, it goes on.
    """
    rules = {"every": CHANGE, "needs": needs, "because": "So it is."}

    if kept:
        assert walked(rules, *kept).here == "change"
    if broken:
        walk = walked(rules, *broken)
        assert refused(walk)
        assert walk.here == "menu"
        assert '"p" promises. So it is.' in walk.run.waiting.sentence
        assert walked(rules, *broken, guarded=False).here == "change"


def test_going_back_takes_what_is_needed() -> None:
    """
    Behind the agreement one goes back before it and answers otherwise: it no longer stands. So with a changed answer.
    """
    rules = {"every": CHANGE, "needs": {"step": "main/agree"}}

    assert refused(walked(rules, Answer("yes"), Continue(), GoBack(1), Answer("no"), Answer("change")))
    assert refused(walked(rules, Answer("yes"), Continue(), Change(1, "no"), Answer("change")))
    assert walked(rules, Answer("no"), Change(1, "yes"), Continue(), Answer("change")).here == "change"


def test_what_happened_is_not_forgotten() -> None:
    """
    What may never come after it is not entered though one has gone back over it; a change that was not made is nothing.
    """
    rules = {"every": {"step": "main/help"}, "never_after": {"step": "main/agree"}}
    assert refused(walked(rules, Answer("yes"), Continue(), GoBack(1), Answer("no"), Answer("help")))
    assert walked(rules, Answer("no"), Answer("help")).run.waiting.step == "helper/hello"

    once = {"every": CHANGE, "never_after": CHANGE}
    for result, stands in (("error", "change"), ("ok", "menu"), ("unknown", "menu")):
        walk = walked(once, Answer("no"), Answer("change"), Request(), Finished(result), Answer("change"))
        assert walk.here == stands
        assert refused(walk) is (stands == "menu")


def test_a_change_that_was_taken_back_has_not_happened() -> None:
    """
    Going back over a change that can be undone undoes it first; then it may be made again.
    """
    once = {"every": CHANGE, "never_after": CHANGE}
    there = (Answer("no"), Answer("change"), Request(), Finished("ok"), GoBack(1), Request(), Finished("ok"))
    walk = walked(once, *there, Answer("no"), Answer("change"), change={"undo": "box.change"})

    assert walk.here == "change"
    assert not refused(walk)


def test_what_is_owed_comes_before_the_end() -> None:
    """
    A run does not end while something is owed; it is owed still where one went back over what gave it.
    """
    owed = {"every": {"step": "main/agree"}, "followed_by": {"flow": "helper"}}
    helped = (Answer("help"), Continue())

    assert refused(walked(owed, Answer("yes"), Continue(), Answer("stop")))
    assert refused(walked(owed, Answer("yes"), Continue(), GoBack(1), Answer("no"), Answer("stop")))
    assert walked(owed, Answer("no"), Answer("stop")).run.ended
    assert walked(owed, Answer("yes"), Continue(), *helped, Answer("stop")).run.ended
    assert refused(walked(owed, Answer("yes"), Continue(), *helped, GoBack(3), Answer("stop")))


def test_steps_are_counted_on_the_path() -> None:
    """
    So many that people answer, or others, before it; what one went back over is not counted.
    """
    for most in ({"human": 2}, {"automatic": 0}):
        rules = {"every": CHANGE, "at_most": most}
        helped = (Answer("help"), Continue(), Answer("change"))
        assert walked(rules, Answer("no"), Answer("change")).here == "change"
        assert refused(walked(rules, Answer("no"), *helped))
        assert walked(rules, Answer("no"), Answer("help"), GoBack(2), Answer("change")).here == "change"


def test_an_expired_assurance_is_none() -> None:
    """
    What was granted half an hour ago is in force no more at the door of the step.
    """
    prove = flow(
        "prove",
        {"sure": {"ask": "Sure?", "answers": {"yes": "ok"}}, "ok": {"end": "done"}},
        outcomes={"done": {"resolves": True, "grants": "identity"}},
        category="authentication",
    )
    documents = {"flow:main": flow("main", {**STEPS, "help": {"call": "prove", "results": {"done": "menu"}}})}
    documents |= {"flow:prove": prove, "desk": DESK, "connectors:box": CONNECTOR}
    documents["promises:p"] = {"promises": {"p": {"every": CHANGE, "needs": "identity"}}}
    for later, stands in ((60, "change"), (1801, "menu")):
        walk = Walk(Library.load(documents), "main")
        for given in (Answer("no"), Answer("help"), Answer("yes")):
            walk(given)
        walk(Answer("change"), after=later)
        assert walk.here == stands
        assert refused(walk) is (stands == "menu")


def test_a_run_pins_the_promises_that_concern_it() -> None:
    """
    A promise about a flow that a run can reach belongs to its bundle; for other flows nothing changes, not even the
    flow that the engine walks.
    """
    without = library(None)
    about_helper = library({"every": {"step": "helper/hello"}, "at_most": {"human": 9}})
    about_main = library({"every": CHANGE, "at_most": {"human": 9}})

    assert "promises:p" in about_main.bundle("main")
    assert "promises:p" in about_helper.bundle("main")
    assert "promises:p" in about_helper.bundle("helper")
    assert about_main.bundle("helper") == without.bundle("helper")
    assert about_main.flows["helper"].steps == without.flows["helper"].steps
    assert about_main.flows["main"].steps["menu"] == without.flows["main"].steps["menu"]
    assert about_main.flows["main"].steps["change"].promised[0].promise == "p"


def test_a_step_that_no_promise_concerns_carries_nothing() -> None:
    """
    Without promises no step or edge has a guard or a mark to look at; with one, only those that it names.
    """

    def carrying(made: Library) -> set[str]:
        steps = [step for one in made.flows.values() for step in one.steps.values()]
        return {s.ref for s in steps if s.promised or s.passes or any(e.passes for e in s.edges.values())}

    assert carrying(library(None)) == set()
    assert carrying(library({"every": CHANGE, "needs": {"step": "main/agree"}})) == {"main/change", "main/agree"}
