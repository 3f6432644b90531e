"""Runs can always be ended, and going back never takes more than was said."""

from __future__ import annotations

import pytest

from shepherd.desk import Desk
from shepherd.run.api import Abandon, Answer, Continue, GoBack, Note, Refused
from tests.desk.house import Contact


def test_a_run_with_many_long_notes_ends(desk: Desk) -> None:
    """The note at the end is shortened, so that it never stands in the way of the end."""
    contact = Contact.begin(desk, "help")
    for _ in range(8):
        contact.give(Note("x" * 4_000))
    view = contact.give(Abandon("hung_up"))
    assert view.state == "abandoned"
    assert "shortened, whole note in the record" in view.case_note


def test_one_note_has_its_limit(desk: Desk) -> None:
    """More than 4000 characters are refused at the door, with both numbers."""
    contact = Contact.begin(desk, "help")
    with pytest.raises(Refused, match="at most 4000 characters; this one has 4001"):
        contact.give(Note("x" * 4_001))


def test_back_asks_first_where_more_falls(desk: Desk) -> None:
    """To the question just before one may go at once; over an answer or an assurance only after a preview."""
    contact = Contact.begin(desk, "help")
    hello = contact.run.waiting.visit
    contact.give(Continue())
    light = contact.run.waiting.visit
    contact.give(Answer("red"))
    assert not desk.asks_first(contact.run.id, GoBack(light))
    assert desk.asks_first(contact.run.id, GoBack(hello))
    assert desk.would_lose(contact.run.id, GoBack(hello)) == ()
    assert not desk.asks_first(contact.run.id, GoBack(99))


def test_the_note_tells_what_was_booked_and_when_to_follow_up(desk: Desk) -> None:
    """Returned values have lines of their own; the follow-up has its time and owner, on the ticket too."""
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("red"), Answer("yes")):
        contact.give(given)
    view = contact.give(Continue())
    assert "Next step: follow up by 2026-11-23 12:00, owner maria." in view.case_note
    [promised] = desk.ticket(view.ticket.number).follow_ups
    assert promised.owner == "maria"
    assert promised.at is not None
