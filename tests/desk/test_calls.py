"""Calls elsewhere: slow, failing, cut off by a crash, under way in twenty runs at once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shepherd.desk import Desk, new_id
from shepherd.run.api import Answer, Continue, GoBack, LookupDue, Refused
from tests.desk.house import MARIA, Clock, Contact

Tell = Callable[..., None]


def until(true: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    for _ in range(500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def test_a_slow_call_is_shown_and_comes_back(desk: Desk, tell: Tell) -> None:
    """The answer is saved at once; the page says that a call is under way, and has its result later."""
    tell(**{"visits.book": {"slow": "0.6s"}})
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    contact.give(Answer("red"))
    taken = desk.take(contact.run.id, Answer("yes"), seq=contact.run.seq, token=new_id(), actor=MARIA)
    assert taken.run.calling
    assert isinstance(taken.run.waiting, LookupDue)
    assert desk.wait(contact.run.id, 0.1).calling
    assert desk.wait(contact.run.id, 10).waiting.step == "help/told"


def test_a_change_without_a_reply_in_time_is_unknown(desk: Desk, tell: Tell, calls: list[str]) -> None:
    """At the deadline the run goes on by ``unknown``; the late reply is dropped and harms nothing."""
    tell(**{"visits.book": {"slow": "3s"}})
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("red"), Answer("yes")):
        contact.give(given)
    assert contact.run.waiting.outcome == "passed_on"
    seq = contact.run.seq
    time.sleep(1.5)
    assert desk.see(contact.run.id).seq == seq
    assert desk.verify().ok
    assert calls.count("visits.book") == 1


def test_a_lookup_without_a_reply_in_time_is_an_error(desk: Desk, tell: Tell) -> None:
    """Nothing happened: the flow's own way for it is taken, and a try is spent."""
    tell(**{"base.check_pin": {"slow": "4s"}})
    contact = Contact.begin(desk, "login")
    contact.give(Answer("4071"))
    assert contact.step == "login/pin"
    rows = desk.audit(contact.run.id).rows
    assert next(r for r in rows if r.step == "login/check").source == "looked up: base.check_pin, no reply in time"


def test_a_second_change_for_the_same_purpose_is_not_made(desk: Desk, calls: list[str]) -> None:
    """``once_per: ticket``: another run on the ticket gets the first result, and the page says so."""
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("red"), Answer("yes")):
        contact.give(given)
    second = Contact(desk, desk.start(contact.run.ticket.id, "help", actor=MARIA, token=new_id()).run)
    for given in (Continue(), Answer("red"), Answer("yes")):
        second.give(given)
    assert second.run.waiting.words.say == "They come on 2026-12-01 at 09:00."
    assert "done before" in second.run.message
    assert calls.count("visits.book") == 1
    assert any("made before" in row.source for row in desk.audit(second.run.id).rows)


def test_a_failed_change_may_be_made_again(desk: Desk, tell: Tell, calls: list[str]) -> None:
    """After ``error`` or ``unknown`` the same key is sent again, and the other system does nothing twice."""
    tell(**{"visits.book": {"fail": "unknown"}})
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("red"), Answer("yes")):
        contact.give(given)
    assert contact.run.waiting.outcome == "passed_on"
    tell()
    second = Contact(desk, desk.start(contact.run.ticket.id, "help", actor=MARIA, token=new_id()).run)
    for given in (Continue(), Answer("red"), Answer("yes")):
        second.give(given)
    assert second.run.waiting.words.say == "They come on 2026-12-01 at 09:00."
    assert calls.count("visits.book") == 2
    third = Contact.begin(desk, "help", "C-2")
    for given in (Continue(), Answer("red"), Answer("yes")):
        third.give(given)
    assert third.run.waiting.words.say == "They come on 2026-12-01 at 13:00."


def test_a_secret_goes_to_its_call_and_nowhere_else(desk: Desk, tmp_path: Path) -> None:
    """The PIN is checked; no file of the desk has it, and the page shows only that it was given."""
    contact = Contact.begin(desk, "login")
    contact.give(Answer("9182"))
    assert contact.step == "login/pin"
    contact.give(Answer("4071"))
    assert contact.run.waiting.outcome == "verified"
    assert [p.answer for p in contact.run.path if p.step == "login/pin"] == ["given, 4 digits"] * 2
    assert "given, 4 digits" in contact.run.case_note
    desk.close()
    for path in tmp_path.glob("*.db*"):
        assert b"9182" not in path.read_bytes()


def test_a_lookup_cut_off_by_a_crash_is_offered_again(
    open_desk: Callable[[], Desk], tell: Tell, calls: list[str]
) -> None:
    """Its secret is gone: the form stands again, the page says why, and no try is lost."""
    tell(**{"base.check_pin": {"slow": "20s"}})
    desk = open_desk()
    contact = Contact.begin(desk, "login")
    desk.take(contact.run.id, Answer("4071"), seq=contact.run.seq, token=new_id(), actor=MARIA)
    until(lambda: calls.count("base.check_pin") == 1)
    restarted = open_desk()
    view = restarted.see(contact.run.id)
    assert view.waiting.step == "login/pin"
    assert "not kept" in view.message
    contact.desk, contact.run = restarted, view
    tell()
    time.sleep(0.5)  # by now the desk that is gone would have had its reply
    contact.run = restarted.see(contact.run.id)
    assert contact.run.waiting.step == "login/pin"
    contact.give(Answer("4071"))
    assert contact.run.waiting.outcome == "verified"


def test_a_repeatable_change_cut_off_by_a_crash_is_sent_again(
    open_desk: Callable[[], Desk], tell: Tell, calls: list[str]
) -> None:
    """Under the same key: the other system does it once."""
    tell(**{"visits.book": {"slow": "20s"}})
    desk = open_desk()
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    contact.give(Answer("red"))
    desk.take(contact.run.id, Answer("yes"), seq=contact.run.seq, token=new_id(), actor=MARIA)
    until(lambda: calls.count("visits.book") == 1)
    contact.desk = restarted = open_desk()
    restarted.see(contact.run.id)
    until(lambda: calls.count("visits.book") == 2)
    tell()
    contact.run = restarted.wait(contact.run.id, 10)
    assert contact.run.waiting.words.say == "They come on 2026-12-01 at 09:00."
    desk.close()
    assert restarted.see(contact.run.id).waiting.step == "help/told"
    other = Contact.begin(restarted, "help", "C-2")
    for given in (Continue(), Answer("red"), Answer("yes")):
        other.give(given)
    assert other.run.waiting.words.say == "They come on 2026-12-01 at 13:00."


@pytest.mark.parametrize(
    ("answer", "made", "outcome"),
    [("promise", True, "unsure"), ("promise", False, "failed"), ("send", True, "sent"), ("send", False, "failed")],
)
def test_a_change_cut_off_by_a_crash_is_asked_about(
    open_desk: Callable[[], Desk], tell: Tell, answer: str, made: bool, outcome: str
) -> None:
    """Not repeatable: the agent says whether it was made, and that is recorded as theirs."""
    tell(**{f"visits.{answer}": {"slow": "6s"}})
    contact = Contact.begin(open_desk(), "promise")
    contact.desk.take(contact.run.id, Answer(answer), seq=contact.run.seq, token=new_id(), actor=MARIA)
    contact.desk = restarted = open_desk()
    view = restarted.see(contact.run.id)
    assert view.open_do
    assert not view.calling
    taken = restarted.answer_open_do(view.id, made, seq=view.seq, token=new_id(), actor=MARIA)
    assert taken.run.waiting.outcome == outcome
    row = next(r for r in restarted.audit(view.id).rows if r.kind == "do")
    assert (row.who, "asked the agent" in row.source) == ("maria", True)


def test_nobody_is_asked_about_a_change_under_way(desk: Desk, tell: Tell) -> None:
    """While the call runs, the question whether it was made is refused."""
    tell(**{"visits.send": {"slow": "0.5s"}})
    contact = Contact.begin(desk, "promise")
    run = desk.take(contact.run.id, Answer("send"), seq=contact.run.seq, token=new_id(), actor=MARIA).run
    with pytest.raises(Refused, match="only you could know"):
        desk.answer_open_do(run.id, True, seq=run.seq, token=new_id(), actor=MARIA)
    assert desk.wait(run.id, 10).waiting.outcome == "sent"


def test_twenty_parallel_runs_have_three_tries_together(desk: Desk, calls: list[str]) -> None:
    """Exactly three PIN checks of one customer reach the connector, whatever the threads do; then all are locked."""
    contacts = [Contact.begin(desk, "login") for _ in range(20)]
    gate = threading.Barrier(20)

    def guess(contact: Contact) -> None:
        gate.wait()
        for n in range(5):
            if contact.step == "login/pin":
                contact.give(Answer(f"900{n}"))

    threads = [threading.Thread(target=guess, args=(c,)) for c in contacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls.count("base.check_pin") == 3
    assert {desk.see(c.run.id).waiting.outcome for c in contacts} == {"failed"}
    late = Contact.begin(desk, "login")
    late.give(Answer("4071"))
    assert late.run.waiting.outcome == "failed"
    other = Contact.begin(desk, "login", "C-2")
    other.give(Answer("4071"))
    assert other.run.waiting.outcome == "verified"
    assert calls.count("base.check_pin") == 4
    assert desk.verify().ok


def test_the_entries_tell_who_made_a_call(desk: Desk) -> None:
    """A result is recorded by the system with its source, an answer by the agent with the name as given."""
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("red"), Answer("yes")):
        contact.give(given)
    bodies = [json.loads(body) for body in desk.bodies(contact.run.ticket.number)]
    finished = next(b for b in bodies if b["kind"] == "do_finished")
    assert finished["actor"] == {"kind": "system", "id": "shepherd", "assured": True}
    assert finished["data"]["source"] == "visits.book"
    answered = next(b for b in bodies if b["kind"] == "answered")
    assert answered["actor"] == {"kind": "agent", "id": "maria", "assured": False}
    assert answered["offset"] == "+02:00"


def test_a_form_with_a_secret_sent_twice_is_checked_once(desk: Desk, calls: list[str]) -> None:
    """The repeat is known by its token although its secret is no part of what is kept, and spends no second try."""
    contact = Contact.begin(desk, "login")
    token, seq = new_id(), contact.run.seq
    first = desk.take(contact.run.id, Answer("9000"), seq=seq, token=token, actor=MARIA)
    desk.wait(contact.run.id, 10)
    again = desk.take(contact.run.id, Answer("9000"), seq=seq, token=token, actor=MARIA)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.run.waiting.step == "login/pin"
    assert calls.count("base.check_pin") == 1


def test_going_back_over_a_booking_takes_it_back(desk: Desk, calls: list[str]) -> None:
    """The other system frees the slot, then the run goes back; booked anew, it may be the same slot."""
    contact = Contact.begin(desk, "repair")
    contact.give(Answer("yes"))
    first = contact.run.waiting.words.say
    asked = next(item.visit for item in contact.run.path if item.step == "repair/want")
    contact.give(GoBack(asked))

    assert contact.step == "repair/want"
    assert [call for call in calls if call.startswith("visits")] == ["visits.book", "visits.cancel"]

    contact.give(Answer("yes"))

    assert contact.run.waiting.words.say == first
    rows = desk.audit(contact.run.id).rows
    assert [(r.kind, r.answer, r.taken_back) for r in rows if r.kind in ("do", "undone")] == [
        ("do", "ok: slot 2026-12-01T09:00", True),
        ("undone", "taken back", False),
        ("do", "ok: slot 2026-12-01T09:00", False),
    ]
    (back,) = [r for r in rows if r.kind == "went_back"]
    assert back.further == (back.seq + 1,), "that it was asked to be taken back stands with going back"
    numbers = [seq for r in rows for seq in (r.seq, *r.further)]
    assert set(numbers) == set(range(1, desk.record.run(contact.run.id).entries + 1))


def test_a_booking_that_can_not_be_taken_back_stands(desk: Desk, tell: Tell) -> None:
    """Where the other system fails, the run stays where it was, and the record says why."""
    contact = Contact.begin(desk, "repair")
    contact.give(Answer("yes"))
    tell(**{"visits.cancel": {"fail": "error"}})
    asked = next(item.visit for item in contact.run.path if item.step == "repair/want")
    contact.give(GoBack(asked))

    assert contact.step == "repair/told"
    assert [r.answer for r in desk.audit(contact.run.id).rows if r.kind == "undone"] == [
        "could not be taken back: error"
    ]


def test_a_change_left_half_taken_back_does_not_stop_the_clock(
    open_desk: Callable[[], Desk], clock: Clock, tell: Tell
) -> None:
    """After days the run is abandoned like any other, and what else is due by the clock goes on."""
    desk = open_desk()
    contact = Contact.begin(desk, "repair")
    contact.give(Answer("yes"))
    tell(**{"visits.cancel": {"slow": "2s"}})
    asked = next(item.visit for item in contact.run.path if item.step == "repair/want")
    desk.take(contact.run.id, GoBack(asked), seq=contact.run.seq, token=new_id(), actor=MARIA)
    clock.move(days=8)
    after_a_crash = open_desk()
    after_a_crash.tick()

    assert after_a_crash.see(contact.run.id).state == "abandoned"
