"""The interpreter's promises, one by one."""

from __future__ import annotations

import pytest

from shepherd.check.library import Library
from shepherd.run import Diverged, Erased, advance, held_after, move, preview, replay, start
from shepherd.run.api import (
    Abandon,
    Answer,
    Change,
    Continue,
    DoDue,
    Ended,
    Fields,
    Finished,
    GoBack,
    HandOver,
    LookupDue,
    Note,
    Pause,
    Question,
    Refused,
    Request,
    Resume,
    SecretRef,
    Spent,
    Stuck,
    TakeOver,
    Time,
)
from shepherd.run.state import Limits
from tests.run.small import CONNECTOR, DESK, Walk, flow, library
from tests.run.walker import alike, reread

ASKS = flow(
    "asks",
    {
        "one": {"ask": "One?", "answers": {"a": "two", "b": "two", "c": "end"}},
        "two": {"ask": "Two?", "type": "integer", "min": 0, "max": 9},
        "three": {"ask": "Three?", "answers": {"yes": "end", "no": "one"}},
        "end": {"end": "done"},
    },
)


def refused(walk: Walk, given: object, **more: object) -> Refused:
    """The refusal of *given*; the run must be the very same afterwards."""
    before = walk.run
    with pytest.raises(Refused) as caught:
        walk(given, **more)  # type: ignore[arg-type]

    assert walk.run is before
    return caught.value


def test_an_answer_that_is_not_offered_is_refused_with_its_code() -> None:
    """
    Nothing is stored and no visit made; the code and the sentence say what is wrong, at the field.
    """
    walk = Walk(library(ASKS), "asks")

    assert refused(walk, Answer("x")).code == "not_an_option"
    walk(Answer("a"))
    assert refused(walk, Answer("10")).code == "too_large"
    assert refused(walk, Answer("1e1")).code == "not_an_integer"
    assert refused(walk, Answer(" ")).code == "required"
    assert refused(walk, Continue()).code == "not_now"
    assert len(walk.events) == 2


def test_going_back_restores_what_stood_and_appends() -> None:
    """
    The path shortens, the log does not; the visit is made anew under a new number.
    """
    walk = Walk(library(ASKS), "asks")
    walk(Answer("a"))
    walk(Answer("7"))
    walk(GoBack(1))

    assert [i.step.split("/")[1] for i in walk.run.path] == ["one"]
    assert walk.run.waiting.visit == 4
    assert len(walk.events) == 4
    assert "two" not in walk.run.values
    assert alike(walk.run, replay(walk.library, map(reread, walk.events)))


def test_changing_an_answer_keeps_later_ones_that_hold() -> None:
    """
    Later answers are given again while the same step is reached and the value still holds; each names its old visit.
    """
    walk = Walk(library(ASKS), "asks")
    walk(Answer("a"))
    walk(Answer("7"))
    step = walk(Change(1, "b"))

    assert walk.here == "three"
    assert walk.run.values["two"] == 7
    assert [i.get("kept") for i in step.event.entered] == [None, 2, None]
    assert alike(walk.run, replay(walk.library, map(reread, walk.events)))


def test_the_page_can_say_beforehand_what_falls_away() -> None:
    """
    A preview changes nothing and lists what would not be kept.
    """
    walk = Walk(library(ASKS), "asks")
    walk(Answer("a"))
    walk(Answer("7"))

    assert preview(walk.run, Change(1, "b"), stamp=walk.stamp("maria")) == ()
    assert [i.step for i in preview(walk.run, Change(1, "c"), stamp=walk.stamp("maria"))] == ["asks/two"]
    assert walk.here == "three"


LOOP = flow(
    "loop",
    {
        "try_it": {"say": "Try it.", "attempts": 2, "out_of_attempts": "out"},
        "works": {"ask": "Does it?", "answers": {"yes": "end", "no": "try_it"}},
        "out": {"end": "done"},
        "end": {"end": "done"},
    },
)


def test_tries_on_the_path_come_back_when_one_goes_back() -> None:
    """
    A try is spent by "continue"; a step entered with none left goes to out_of_attempts; going back gives it back.
    """
    walk = Walk(library(LOOP), "loop")
    walk(Continue())
    walk(Answer("no"))
    walk(Continue())
    last = walk(Answer("no"))

    assert walk.run.ended
    assert last.event.entered[-1]["by"] == "out_of_attempts:try_it"
    walk = Walk(library(LOOP), "loop")
    walk(Continue())
    walk(Answer("no"))
    walk(GoBack(1))
    walk(Continue())
    walk(Answer("no"))
    assert walk.here == "try_it"


PIN = flow(
    "pin",
    {
        "pin": {"ask": "PIN?", "type": "digits", "secret": True},
        "check": {
            "lookup": "box.check",
            "with": {"pin": "pin"},
            "attempts": 3,
            "attempts_per": "customer",
            "within": "24h",
            "out_of_attempts": "end",
            "results": {"ok": "end", "no_match": "pin", "error": "pin"},
        },
        "end": {"end": "done"},
    },
)


def test_a_secret_is_in_no_event_and_only_its_reference_in_the_state() -> None:
    """
    The log keeps "given, 4 digits"; the call's inputs name the visit whose request has the secret.
    """
    walk = Walk(library(PIN), "pin")
    step = walk(Answer("1234"))

    assert step.event.data == {"visit": 1, "given": "4 digits"}
    assert {"pin": SecretRef(1, "")} == walk.run.waiting.inputs
    assert walk.run.waiting.secret_visit == 1
    assert "1234" not in repr(walk.events)
    assert walk.run.path[0].answer == "given, 4 digits"


def test_a_secret_is_not_changed_but_asked_again() -> None:
    """
    A page that confirms a change would have to send the secret back; going back asks for it anew.
    """
    walk = Walk(library(PIN), "pin")
    walk(Answer("1234"))
    walk(Request(), who="system")
    walk(Finished("no_match"), who="system")

    assert [i.can_change for i in walk.run.path] == [False, False, False]
    assert refused(walk, Change(1, "4321")).code == "secret"
    walk(GoBack(1))
    assert walk.here == "pin"


def test_a_try_across_runs_is_spent_by_the_request_and_never_given_back() -> None:
    """
    The request brings the row; going back does not give it back; tries spent elsewhere count.
    """
    walk = Walk(library(PIN), "pin")
    walk(Answer("1234"))
    asked = walk(Request(), who="system", spent={"pin/check": Spent(1, 5)})

    assert [tuple(t) for t in asked.event.tries] == [("customer", "pin/check", 5, "", "pin/check")]
    walk(Finished("no_match"), who="system")
    walk(Answer("9999"))
    walk(GoBack(walk.visit("pin")), who="maria")
    walk(Answer("9999"))
    walk(Request(), who="system", spent={"pin/check": Spent(2, 6)})
    walk(Finished("no_match"), who="system")
    last = walk(Answer("0000"))
    assert last.event.entered[0]["by"] == "out_of_attempts:check"


def test_a_request_that_lost_the_last_try_goes_out_of_attempts() -> None:
    """
    Another run spent the last try between the answer and the request: no call is made.
    """
    walk = Walk(library(PIN), "pin")
    walk(Answer("1234"))
    walk(Request(), who="system", spent={"pin/check": Spent(3, 9)})

    assert walk.run.ended
    assert walk.events[-1].tries == ()


def test_a_request_that_was_never_answered_keeps_its_try() -> None:
    """
    After a crash the secret is asked again, and the same try is used.
    """
    walk = Walk(library(PIN), "pin")
    walk(Answer("1234"))
    walk(Request(), who="system", spent={"pin/check": Spent(2, 2)})
    assert refused(walk, GoBack(1)).code == "barred"
    walk(GoBack(1), who="system")
    walk(Answer("1234"))
    again = walk(Request(), who="system", spent={"pin/check": Spent(3, 3)})

    assert again.event.tries == ()
    assert isinstance(walk.run.waiting, LookupDue)


ASKED_TWICE = flow(
    "twice",
    {
        "sum": {
            "ask": "How much?",
            "type": "integer",
            "attempts": 2,
            "attempts_per": "ticket",
            "out_of_attempts": "end",
        },
        "right": {"ask": "Right?", "answers": {"yes": "end", "no": "sum"}},
        "end": {"end": "done"},
    },
)


def test_there_is_no_going_back_to_a_step_whose_last_try_is_spent() -> None:
    """Entered anew it would lead on at once, and the contact with it; while a try is left one may go back."""
    walk = Walk(library(ASKED_TWICE), "twice")
    walk(Answer("40"))
    assert walk.run.path[0].can_change
    walk(GoBack(1))
    walk(Answer("50"))
    assert (walk.run.path[0].can_go_back, walk.run.path[0].can_change) == (False, False)
    assert walk.run.path[0].barred == "No try is left at “Sum”, and going back gives none."
    assert refused(walk, GoBack(walk.visit("sum"))).code == "barred"
    assert refused(walk, Change(walk.visit("sum"), "30")).code == "barred"


PROVE = flow(
    "prove",
    {"sure": {"ask": "Sure?", "answers": {"yes": "ok", "no": "bad"}}, "ok": {"end": "good"}, "bad": {"end": "failed"}},
    outcomes={"good": {"resolves": True, "grants": "identity"}, "failed": {"resolves": False}},
    category="authentication",
)
GUARDED = flow(
    "guarded",
    {
        "hello": {"say": "Hello."},
        "act": {
            "do": "box.change",
            "with": {"id": '"x"'},
            "once_per": "run",
            "requires": "identity",
            "results": {"ok": "end", "error": "end", "unknown": "end"},
        },
        "end": {"end": "done"},
    },
)


def test_what_is_missing_is_asked_for_never_a_dead_end() -> None:
    """
    The flow that grants the assurance is called and comes back to the step; where it fails, the run says so.
    """
    walk = Walk(library(GUARDED, PROVE), "guarded")
    walk(Continue())
    assert walk.here == "sure"
    walk(Answer("yes"))
    assert isinstance(walk.run.waiting, DoDue)
    walk = Walk(library(GUARDED, PROVE), "guarded")
    walk(Continue())
    walk(Answer("no"))

    assert isinstance(walk.run.waiting, Stuck)
    assert walk.run.waiting.code == "not_assured"
    walk(GoBack(1))
    assert walk.here == "hello"


def test_the_same_flow_grants_what_is_missing_however_the_library_was_read() -> None:
    """
    Where desk.yaml names no flow and two could, the first by its name is called: live, and in the library that a run's
    own documents make, whose flows stand in another order.
    """
    desk = {key: value for key, value in DESK.items() if key != "assurances"}
    documents = {f"flow:{f['flow']}": f for f in (PROVE, {**PROVE, "flow": "another"}, GUARDED)} | {"desk": desk}
    documents["connectors:box"] = CONNECTOR
    walk = Walk(Library.load(documents), "guarded")
    walk(Continue())

    assert walk.run.waiting.step == "another/sure"
    again = replay(Library.load(dict(sorted(documents.items()))), [reread(e) for e in walk.events])
    assert again.waiting == walk.run.waiting


def test_an_assurance_expires_and_goes_with_what_granted_it() -> None:
    """
    After its time it is asked for again; going back behind the grant ends it.
    """
    held = [{"name": "identity", "level": 1, "at": "2026-11-24T11:40:00.000Z", "until": "2026-11-24T12:10:00.000Z"}]
    early = Walk(library(GUARDED, PROVE), "guarded", held=held)
    early(Continue())
    assert early.here == "act"
    late = Walk(library(GUARDED, PROVE), "guarded", held=held)
    late(Continue(), after=700)

    assert late.here == "sure"
    late(Answer("yes"))
    assert [h["name"] for h in held_after(late.run)] == ["identity"]
    late(GoBack(late.visit("sure")))
    assert [h["name"] for h in held_after(late.run)] == []


def test_done_changes_bar_the_way_back() -> None:
    """
    What was changed elsewhere is not undone by going back; an error changed nothing and bars nothing.
    """
    after = {"end": {"ask": "All well?", "answers": {"yes": "over", "no": "over"}}, "over": {"end": "done"}}
    made = flow("made", {**GUARDED["steps"], **after})
    told = {"ok": "“Act” has been done and", "unknown": "“Act” may have been done, and then", "error": ""}
    for result, code in (("ok", "barred"), ("unknown", "barred"), ("error", "")):
        walk = Walk(library(made, PROVE), "made")
        walk(Continue())
        walk(Answer("yes"))
        walk(Request(), who="system")
        walk(Finished(result, {"ref": "R"} if result == "ok" else {}), who="system")
        bar = walk.run.path[0].barred
        assert bar == (f"{told[result]} can’t be taken back, so what came before it stays as it is." if code else "")
        if code:
            assert code == refused(walk, GoBack(1)).code
        else:
            walk(GoBack(1))
            assert walk.here == "hello"


def test_no_going_back_closes_a_step_and_a_finished_flow() -> None:
    """
    A step bars visits up to it; a closed flow is closed inside, but its whole call may be dropped.
    """
    closed = {**PROVE, "no_going_back": True}
    outer = flow(
        "outer",
        {
            "hello": {"say": "Hello."},
            "call": {"call": "prove", "results": {"good": "more", "failed": "more"}},
            "more": {"ask": "More?", "answers": {"yes": "bar", "no": "bar"}},
            "bar": {"say": "No way back.", "no_going_back": True},
            "last": {"say": "Bye."},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(outer, closed), "outer")
    walk(Continue())
    walk(Answer("yes"))
    assert refused(walk, GoBack(walk.visit("sure"))).code == "barred"
    assert [i.can_go_back for i in walk.run.path] == [True, False, False, False, False]
    closed_now = '"prove" is over and is not opened again.'
    assert [i.barred for i in walk.run.path] == ["", "", closed_now, "", ""]
    walk(GoBack(1))
    assert walk.here == "hello"
    for given in (Continue(), Answer("yes"), Answer("yes"), Continue()):
        walk(given)
    assert walk.here == "last"
    assert refused(walk, GoBack(walk.visit("hello"))).code == "barred"


APPROVAL = flow(
    "approval",
    {
        "first": {"ask": "First?", "answers": {"yes": "approve", "no": "approve"}},
        "approve": {"ask": "May we?", "by": "supervisor", "answers": {"yes": "end", "no": "end"}},
        "end": {"end": "done"},
    },
)


def test_an_approval_needs_the_role_and_another_name() -> None:
    """
    Nobody who answered earlier in the run approves, however the name is written.
    """
    walk = Walk(library(APPROVAL), "approval")
    walk(Answer("yes"))

    assert refused(walk, Answer("yes"), who="sue").code == "needs_role"
    assert refused(walk, Answer("yes"), who="maria", role="supervisor").code == "needs_another"
    assert refused(walk, Answer("yes"), who=" Maria", role="supervisor").code == "needs_another"
    walk(Answer("yes"), who="sue", role="supervisor")
    assert walk.run.ended


def test_whoever_guides_may_leave_a_step_of_a_role() -> None:
    """
    Only its answer needs the role: the owner goes back, pauses, hands over and ends; a third person does none of it.
    """
    for given in (GoBack(1), Pause("lunch"), HandOver("second_line", ""), Abandon("hung_up")):
        walk = Walk(library(APPROVAL), "approval")
        walk(Answer("yes"))
        assert refused(walk, given, who="john").code == "not_owner"
        walk(given)

    walk = Walk(library(APPROVAL), "approval")
    walk(Answer("yes"))
    walk(GoBack(1), who="sue", role="supervisor")
    assert alike(walk.run, replay(walk.library, [reread(event) for event in walk.events]))  # the role is not recorded
    assert walk.here == "first"
    assert refused(walk, Answer("yes"), who="sue", role="supervisor").code == "not_owner"


def test_no_answer_in_time_is_an_event_with_a_way_of_its_own() -> None:
    """
    Counted from entry; before its time it is refused.
    """
    waits = flow(
        "waits",
        {
            "ask": {"ask": "Well?", "answers": {"yes": "end"}, "no_answer": {"after": "10m", "then": "late"}},
            "late": {"say": "Too late."},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(waits), "waits")
    assert refused(walk, Time(), who="system", after=10).code == "not_due"
    walk(Time(), who="system", after=600)

    assert walk.here == "late"


def test_pause_hand_over_and_take_over_are_events_with_an_owner() -> None:
    """
    While paused nothing is answered; only the owner goes on; taking over changes the owner.
    """
    walk = Walk(library(ASKS), "asks")
    walk(Pause("lunch"))
    assert refused(walk, Answer("a")).code == "paused"
    walk(Resume())
    assert refused(walk, Answer("a"), who="john").code == "not_owner"
    walk(HandOver("second_line", "too hard"))
    assert walk.run.owner == ""
    walk(TakeOver(), who="john")
    walk(Answer("a"), who="john")

    assert walk.run.owner == "john"
    assert walk.here == "two"
    private = {e.kind: e.private for e in walk.events}
    assert private["paused"] == private["handed_over"] == (("reason",),)


def test_a_run_that_is_over_takes_notes_only() -> None:
    """
    An end or an abandoned contact stays; a note may still be added, and is sealed.
    """
    walk = Walk(library(ASKS), "asks")
    walk(Abandon("customer_gone"))

    assert isinstance(walk.run.waiting, Ended)
    assert walk.run.waiting.reason == "customer_gone"
    assert refused(walk, Answer("a")).code == "ended"
    assert walk(Note("Called again.")).event.private == (("text",),)
    assert refused(walk, Note("  ")).code == "required"


def test_loops_without_people_stop_and_name_themselves() -> None:
    """
    At run time 100 automatic steps between two waits are the limit; the sentence shows the loop.
    """
    spins = flow(
        "spins",
        {
            "hello": {"say": "Hello."},
            "round": {"decide": [{"when": "visits.round > 0", "then": "round"}, {"otherwise": "end"}]},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(spins), "spins")
    walk(Continue())

    assert walk.run.waiting.code == "loop"
    assert "spins/round → spins/round" in walk.run.waiting.sentence
    walk(GoBack(1))
    assert walk.here == "hello"


def test_visits_and_depth_are_bounded() -> None:
    """
    1 000 visits and ten calls deep by default, both to be set per run.
    """
    walk = Walk(library(LOOP), "loop", limits=Limits(visits=2))
    walk(Continue())
    walk(Answer("no"))
    assert walk.run.waiting.code == "too_many_visits"
    inner = flow("inner", {"end": {"end": "done"}})
    outer = flow("outer", {"call": {"call": "inner", "results": {"done": "end"}}, "end": {"end": "done"}})
    deep = start(
        library(outer, inner), "outer", inputs={}, facts={}, stamp=walk.stamp("maria"), limits=Limits(depth=1)
    ).run

    assert deep.waiting.code == "broken_expression"
    assert "calls are 1 deep" in deep.waiting.sentence


def test_what_cannot_be_worked_out_is_said_in_whole_sentences() -> None:
    """
    Each sentence ends with one full stop, whatever it is that can't be worked out, and whatever is said behind it.
    """
    of_nobody = {"must": "customer.name == answer.name", "message": "No."}
    of_no_day = {"must": "date(2026, answer.month, 30) > today", "message": "No."}
    told = {}
    for name, rule in (("known", of_nobody), ("day", of_no_day)):
        fields = {"name": {"type": "text"}, "month": {"type": "integer"}}
        steps = {"answer": {"collect": fields, "check": [rule]}, "end": {"end": "done"}}
        walk = Walk(library(flow(name, steps)), name)
        told[name] = refused(walk, Fields({"name": "Ada", "month": "2"})).sentence

    assert told == {
        "known": "This can't be checked: name is not known here.",
        "day": "This can't be checked: There is no such date.",
    }
    steps = {"judge": {"decide": [{"when": "customer.name == 'Ada'", "then": "end"}, {"otherwise": "end"}]}}
    stuck = Walk(library(flow("stuck", {"hello": {"say": "Hello."}, **steps, "end": {"end": "done"}})), "stuck")
    stuck(Continue())

    assert stuck.run.waiting.sentence.startswith('At step "judge": name is not known here. Go back')


def test_replay_names_the_first_event_that_does_not_come_about() -> None:
    """
    An event whose recorded way differs from what the flow gives is found, and so is one that does not fit.
    """
    walk = Walk(library(ASKS), "asks")
    walk(Answer("a"))
    walk(Answer("7"))
    events = [reread(e) for e in walk.events]
    moved = events[1]._replace(entered=({**events[1].entered[0], "step": "asks/three"},))

    with pytest.raises(Diverged) as caught:
        replay(walk.library, [events[0], moved, events[2]])
    assert caught.value.seq == 2
    with pytest.raises(Diverged):
        replay(walk.library, [events[0], events[2]])
    with pytest.raises(Erased):
        replay(walk.library, [events[0], events[1]._replace(data={"visit": 1, "value": {"erased": True}})])


def test_a_run_is_moved_only_where_every_event_goes_the_same_way() -> None:
    """
    New words are safe; a new way is not, and the run ends on its own version.
    """
    walk = Walk(library(ASKS), "asks")
    walk(Answer("a"))
    steps = ASKS["steps"]
    worded = library(flow("asks", {**steps, "one": {**steps["one"], "ask": "The first?"}}))
    routed = library(flow("asks", {**steps, "one": {"ask": "One?", "answers": {"a": "three", "b": "two", "c": "end"}}}))

    with pytest.raises(Refused) as caught:
        move(walk.run, walk.events, routed, stamp=walk.stamp("maria"))
    assert caught.value.code == "not_safe"
    moved = move(walk.run, walk.events, worded, stamp=walk.stamp("maria"))
    assert moved.event.kind == "version_moved"
    after = advance(moved.run, Answer("7"), stamp=walk.stamp("maria"))
    events = [reread(e) for e in (*walk.events, moved.event, after.event)]
    assert alike(after.run, replay(walk.library, events, libraries=lambda bundle: worded))


def test_a_form_is_refused_as_a_whole_with_every_wrong_field() -> None:
    """
    All fields by their own rules at once; an unknown one is refused too.
    """
    form = flow(
        "form",
        {
            "fill": {"collect": {"size": {"type": "number", "min": 0}, "wired": {"type": "yes_no"}}},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(form), "form")

    assert {"size", "wired"} == set(refused(walk, Fields({"size": "-1", "wired": "x"})).fields)
    assert refused(walk, Fields({"colour": "red"})).code == "unknown_field"
    walk(Fields({"size": "4.50", "wired": "yes"}))
    assert walk.events[-1].data["values"] == {"size": "4.50", "wired": True}


def test_late_results_are_refused() -> None:
    """
    A result for a call that is no longer waited for changes nothing.
    """
    looks = flow(
        "looks",
        {
            "read": {
                "lookup": "box.read",
                "with": {"id": '"x"'},
                "results": dict.fromkeys(("ok", "not_found", "error"), "q"),
            },
            "q": {"ask": "Well?", "answers": {"yes": "end"}},
            "end": {"end": "done"},
        },
    )
    walk = Walk(library(looks), "looks")
    assert refused(walk, Finished("ok", {"size": 3}), who="system").code == "not_requested"
    walk(Request(), who="system")
    assert refused(walk, Finished("ok", {"size": "many"}), who="system").code == "bad_result"
    walk(Finished("ok", {"size": 3}), who="system")

    assert refused(walk, Finished("ok", {"size": 3}), who="system").code == "not_now"
    assert isinstance(walk.run.waiting, Question)
