"""The desk: tickets, runs, and what one use of them comes to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shepherd.desk import Desk, Misused, Reused, RunView, Stale, Unknown, new_id
from shepherd.run.api import (
    Abandon,
    Actor,
    Answer,
    Change,
    Continue,
    Ended,
    Fields,
    GoBack,
    HandOver,
    Note,
    Pause,
    Refused,
    Resume,
    TakeOver,
)
from tests.desk.house import HELP, MARIA, OLLI, Clock, Contact


def test_customers_are_found_and_their_facts_go_into_the_run(desk: Desk) -> None:
    """A ticket for a known customer has the facts that desk.yaml declares, and the words use them."""
    (found,) = desk.search_customers("aino")
    assert (found.id, found.label) == ("C-1", "Aino")
    contact = Contact.begin(desk, "help")
    assert contact.run.customer == {"first_name": "Aino", "tier": "basic"}
    assert contact.run.waiting.words.say == "Hello Aino, let us see."
    assert contact.run.ticket.number.startswith("T-1")
    assert desk.ticket(contact.run.ticket.number).customer["first_name"] == "Aino"


def test_unknown_things_are_said_to_be_unknown(desk: Desk) -> None:
    """A customer, ticket, run or flow that is not there is refused with a sentence."""
    with pytest.raises(Unknown, match="customer base"):
        desk.open_ticket("C-99", channel="phone", subject="x", actor=MARIA)
    with pytest.raises(Unknown, match="no ticket"):
        desk.ticket("T-1")
    with pytest.raises(Unknown, match="no such run"):
        desk.see(new_id())
    ticket = desk.open_ticket(None, channel="phone", subject="x", actor=MARIA)
    with pytest.raises(Unknown, match="no flow"):
        desk.start(ticket.head.id, "nothing", actor=MARIA, token=new_id())
    with pytest.raises(Misused, match="who you are"):
        desk.open_ticket(None, channel="phone", subject="x", actor=Actor("agent", " "))
    with pytest.raises(Misused, match="token"):
        desk.open_ticket(None, channel="phone", subject="x", actor=MARIA, token="1")


def test_the_same_form_makes_one_ticket_and_one_run(desk: Desk) -> None:
    """A double click on "open" or "start" makes nothing twice."""
    token = new_id()
    one, two = (desk.open_ticket("C-1", channel="phone", subject="x", actor=MARIA, token=token) for _ in "12")
    assert one.head.id == two.head.id
    assert len(desk.tickets()) == 1
    token = new_id()
    first = desk.start(one.head.id, "help", actor=MARIA, token=token)
    again = desk.start(one.head.id, "help", actor=MARIA, token=token)
    assert (first.run.id, first.repeated) == (again.run.id, False)
    assert again.repeated
    with pytest.raises(Reused):
        desk.start(one.head.id, "promise", actor=MARIA, token=token)


def test_flows_are_found_by_title_category_and_words(desk: Desk) -> None:
    """Every word must be somewhere; a hit in the title comes first."""
    assert [f.id for f in desk.flows("internet")] == ["help"]
    assert [f.id for f in desk.flows("engineer")] == ["help"]
    assert [f.id for f in desk.flows("", category="orders")] == ["promise"]
    assert [f.id for f in desk.flows("visit")] == ["promise", "help"]
    assert desk.flows("nothing like it") == ()


def test_a_contact_is_guided_to_its_end(desk: Desk, calls: list[str]) -> None:
    """Answers, a booking, the end: ticket, follow-up and the stored case note say the same."""
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    contact.give(Answer("red"))
    contact.give(Answer("yes"))
    assert contact.run.waiting.words.say == "They come on 2026-12-01 at 09:00."
    contact.give(Continue())
    assert isinstance(contact.run.waiting, Ended)
    assert calls.count("visits.book") == 1
    view = desk.ticket(contact.run.ticket.id)
    assert view.status == "open"
    assert [f.what for f in view.follow_ups] == ["Follow up: visit"]
    (note,) = view.case_notes
    assert note.text == contact.run.case_note
    assert "What colour is the light? Red" in note.text
    assert "visit [VISIT], not resolved" in note.text
    assert "Next step: follow up by 2026-11-23 12:00, owner maria." in note.text


def test_what_the_ticket_connector_does_is_on_the_ticket(desk: Desk) -> None:
    """Tag, follow-up and priority are changes of the ticket itself, read from its entries."""
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("red"), Answer("no")):
        contact.give(given)
    view = desk.ticket(contact.run.ticket.id)
    assert view.priority == "high"
    (promised,) = view.follow_ups
    assert (promised.what, promised.owner) == ("Ask again", "second_line")
    assert promised.at is not None
    assert view.status == "resolved"
    second = desk.start(view.head.id, "help", actor=MARIA, token=new_id())
    again = Contact(desk, second.run)
    for given in (Continue(), Answer("red"), Answer("no")):
        again.give(given)
    assert len(desk.ticket(view.head.id).follow_ups) == 1
    assert again.run.state == "ended"
    made = [(r.answer, r.source) for r in desk.audit(again.run.id).rows if r.kind == "do"]
    assert made == [
        ("ok: in 1d, owner second_line, what Ask again", "done, made before"),
        ("ok: to high", "done, made before"),
    ]


def test_an_escalation_puts_the_ticket_into_its_queue(desk: Desk) -> None:
    """Queue, owner and the time to acknowledge, on the desk's clock, stand on the ticket and in the next step."""
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    contact.give(Answer("odd"))
    view = desk.ticket(contact.run.ticket.id)
    assert view.queue == "second_line"
    assert view.follow_ups[0].owner == "supervisor"
    assert view.follow_ups[0].at == datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
    assert "the queue second line, owner supervisor, takes it over by 2026-11-21 16:00" in contact.run.case_note


def test_a_stale_page_gets_the_true_step(desk: Desk) -> None:
    """An answer from a page that is behind changes nothing and shows where the contact stands."""
    contact = Contact.begin(desk, "help")
    old = contact.run.seq
    contact.give(Continue())
    with pytest.raises(Stale) as stale:
        desk.take(contact.run.id, Continue(), seq=old, token=new_id(), actor=MARIA)
    assert stale.value.run.waiting.step == "help/light"
    assert stale.value.run.seq == contact.run.seq


def test_a_form_sent_twice_is_taken_once(desk: Desk) -> None:
    """The same token gives the first result again, whatever came after; another content under it is refused."""
    contact = Contact.begin(desk, "help")
    token, seq = new_id(), contact.run.seq
    first = desk.take(contact.run.id, Continue(), seq=seq, token=token, actor=MARIA)
    again = desk.take(contact.run.id, Continue(), seq=seq, token=token, actor=MARIA)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.run.seq == first.run.seq
    with pytest.raises(Reused):
        desk.take(contact.run.id, Note("other"), seq=seq, token=token, actor=MARIA)


def test_a_wrong_value_is_refused_and_changes_nothing(desk: Desk) -> None:
    """Each field is named with its sentence; the number of the page stays."""
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    contact.give(Answer("green"))
    seq = contact.run.seq
    with pytest.raises(Refused) as refused:
        contact.give(Fields({"mbps": "fast"}))
    assert set(refused.value.fields) == {"mbps"}
    assert desk.see(contact.run.id).seq == seq


def test_only_the_owner_answers_until_somebody_takes_over(desk: Desk) -> None:
    """Pause, hand over and take over are events; another name is refused until it takes over."""
    contact = Contact.begin(desk, "help")
    contact.give(Pause("lunch"))
    assert contact.run.state == "paused"
    contact.give(Resume())
    contact.give(HandOver("second_line", "needs an expert"))
    assert (contact.run.state, contact.run.owner) == ("handed_over", "second_line")
    contact.actor = OLLI
    contact.give(TakeOver())
    assert (contact.run.state, contact.run.owner) == ("open", "olli")
    contact.actor = MARIA
    with pytest.raises(Refused, match="olli is guiding"):
        contact.give(Continue())


def test_a_changed_answer_keeps_what_still_holds(desk: Desk) -> None:
    """The preview names what falls; the change does it."""
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("green"), Fields({"mbps": "12"}), Answer("no"), Answer("red")):
        contact.give(given)
    assert contact.step == "help/offer"
    first_light = next(p.visit for p in contact.run.path if p.step == "help/light")
    asked = desk.question(contact.run.id, first_light)
    assert asked.question == "What colour is the light?"
    falls = desk.preview(contact.run.id, Change(first_light, "red"))
    assert "help/speed" in [p.step for p in falls]
    contact.give(Change(first_light, "red"))
    assert contact.step == "help/offer"
    assert [p.step for p in contact.run.path] == ["help/greet", "help/light", "help/offer"]
    contact.give(GoBack(contact.run.path[0].visit))
    assert contact.step == "help/greet"


def test_card_numbers_are_in_no_file(desk: Desk, tmp_path: Path) -> None:
    """Subject, note, field and reason lose a card number before they are stored."""
    card = "4111 1111 1111 1111"
    ticket = desk.open_ticket("C-1", channel="phone", subject=f"Card {card}", actor=MARIA)
    contact = Contact(desk, desk.start(ticket.head.id, "help", actor=MARIA, token=new_id()).run)
    contact.give(Note(f"paid with {card}"))
    contact.give(Continue())
    contact.give(Answer("green"))
    contact.give(Fields({"mbps": "12", "words": f"it says {card}"}))
    contact.give(Pause(card))
    assert contact.run.notes[0][2] == "paid with [card ending 1111]"
    assert desk.ticket(ticket.head.id).head.subject == "Card [card ending 1111]"
    desk.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"4111 1111" not in path.read_bytes()


def test_the_case_note_is_corrected_by_a_new_entry(desk: Desk) -> None:
    """The first text stays in the record; the ticket and the note show the correction."""
    contact = Contact.begin(desk, "help")
    with pytest.raises(Misused, match="when the run is over"):
        desk.correct_note(contact.run.id, "x", actor=MARIA, token=new_id())
    assert not desk.case_note(contact.run.id).stored
    contact.give(Continue())
    contact.give(Answer("odd"))
    first = desk.case_note(contact.run.id)
    token = new_id()
    for _ in "12":
        note = desk.correct_note(contact.run.id, "They called from work.", actor=OLLI, token=token)
    assert (note.text, note.actor) == ("They called from work.", "olli")
    assert [text for text, _, _ in note.before] == [first.text]
    assert desk.ticket(contact.run.ticket.id).case_notes[0].text == "They called from work."
    assert desk.verify().ok


def test_a_customer_gone_ends_the_run_without_an_outcome(desk: Desk) -> None:
    """Abandoned, with its reason in the case note and a next step."""
    contact = Contact.begin(desk, "help")
    contact.give(Abandon("customer_gone"))
    assert contact.run.state == "abandoned"
    assert "ended without an outcome: the customer was gone" in contact.run.case_note
    assert "maria calls back" in contact.run.case_note


def test_no_answer_goes_its_own_way_by_the_clock(desk: Desk, clock: Clock) -> None:
    """The ticker sets a due step going; a late answer then finds the run elsewhere."""
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    assert desk.tick() == 0
    clock.move(minutes=10)
    with pytest.raises(Stale):
        desk.take(contact.run.id, Answer("red"), seq=contact.run.seq, token=new_id(), actor=MARIA)
    assert desk.see(contact.run.id).state == "ended"
    other = Contact.begin(desk, "help", "C-2")
    other.give(Continue())
    clock.move(minutes=11)
    assert desk.tick() == 1
    assert desk.see(other.run.id).state == "ended"


def test_a_run_that_nobody_touches_is_abandoned(open_desk: Callable[[], Desk], clock: Clock) -> None:
    """After a week the ticker ends it, with its reason."""
    contact = Contact.begin(open_desk(), "help")
    clock.move(days=8)
    desk = open_desk()
    assert desk.tick() == 1
    assert desk.see(contact.run.id).state == "abandoned"


def test_a_restart_changes_nothing(open_desk: Callable[[], Desk]) -> None:
    """After each answer the desk is closed and opened anew: the run goes on where it stood."""
    desk = open_desk()
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("green"), Fields({"mbps": "12"}), Answer("yes")):
        before = contact.run
        desk.close()
        desk = contact.desk = open_desk()
        after = desk.see(contact.run.id)
        assert (after.seq, after.waiting, after.path) == (before.seq, before.waiting, before.path)
        contact.give(given)
    assert contact.run.state == "ended"


def test_a_run_stays_on_the_flow_that_it_was_started_with(open_desk: Callable[[], Desk], library: Path) -> None:
    """A flow edited meanwhile changes nothing for a run under way; a new one gets the new text."""
    desk = open_desk()
    contact = Contact.begin(desk, "help")
    (library / "help.yaml").write_text(HELP.lstrip().replace("What colour", "Which colour"), "utf-8")
    contact.desk = desk = open_desk()
    contact.give(Continue())
    assert contact.run.waiting.question == "What colour is the light?"
    fresh = Contact.begin(desk, "help")
    fresh.give(Continue())
    assert fresh.run.waiting.question == "Which colour is the light?"
    assert [r.title for r in desk.audit(contact.run.id).rows][1] == "What colour is the light?"


def test_what_is_established_holds_for_the_contact(desk: Desk, clock: Clock) -> None:
    """A later run of the same contact has the identity; another contact, two hours later, does not."""
    contact = Contact.begin(desk, "login")
    contact.give(Answer("4071"))
    ticket = contact.run.ticket.id
    second = desk.start(ticket, "help", actor=MARIA, token=new_id()).run
    assert [(a.name, a.age) for a in second.assurances] == [("identity", 0)]
    clock.move(minutes=5)
    assert desk.see(second.id).assurances[0].age == 300
    other = desk.start(ticket, "help", actor=MARIA, token=new_id(), channel="chat").run
    assert other.assurances == ()


def test_two_submits_on_one_step_have_one_winner(desk: Desk) -> None:
    """However two threads race, one answer is recorded and the other page is told the true step."""
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    for _ in range(40):
        seq = contact.run.seq
        won, stale = _race(desk, contact.run, [Note("a"), Note("b")], seq)
        assert (won, stale) == (1, 1)
        contact.run = desk.see(contact.run.id)
        assert contact.run.seq == seq + 1
    assert desk.verify().ok


def _race(desk: Desk, run: RunView, inputs: list[Note], seq: int) -> tuple[int, int]:
    won: list[int] = []
    stale: list[int] = []
    gate = threading.Barrier(len(inputs))

    def submit(given: Note) -> None:
        gate.wait()
        try:
            won.append(desk.take(run.id, given, seq=seq, token=new_id(), actor=MARIA).run.seq)
        except Stale as error:
            stale.append(error.run.seq)

    threads = [threading.Thread(target=submit, args=(given,)) for given in inputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(won), len(stale)


def test_an_erased_customer_leaves_the_path(desk: Desk, clock: Clock) -> None:
    """The key is gone: words have gaps, notes say erased, the chain is whole, and the run can't go on."""
    contact = Contact.begin(desk, "help")
    contact.give(Note("the dog is called Musti"))
    contact.give(Continue())
    customer = desk.record.customer_by_ref("C-1")
    assert customer is not None
    assert desk.record.erase(customer.id, at=clock()) == 1
    found = desk.audit(contact.run.id)
    assert found.ok
    assert found.rows[0].words.say == "Hello [erased], let us see."
    assert "Musti" not in desk.csv(contact.run.id).decode()
    assert "erased" in desk.csv(contact.run.id).decode()
    assert [n.value for n in desk.ticket(contact.run.ticket.id).notes] == ["erased"]
