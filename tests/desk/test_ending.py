"""Runs can always be ended, and going back never takes more than was said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shepherd.desk import Desk, Misused
from shepherd.desk.errors import Broken
from shepherd.run.api import Abandon, Actor, Answer, Continue, GoBack, Note, Refused
from tests.desk.house import OLLI, Contact


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


def test_a_run_whose_ticket_was_taken_away_is_refused_in_words(open_desk: Callable[[], Desk], tmp_path: Path) -> None:
    """Nobody goes on with it, and what is said is no fault of the database's."""
    contact = Contact.begin(open_desk(), "help")
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM tickets")
    with pytest.raises(Broken, match="The ticket of this run was taken away"):
        open_desk().see(contact.run.id)


def test_who_erased_a_customer_stands_on_their_tickets(desk: Desk) -> None:
    """The ticket says by whom and when, and the run that was under way why it ended; somebody has to be named."""
    contact = Contact.begin(desk, "help")
    with pytest.raises(Misused, match="Say who you are"):
        desk.erase(desk.erasure("C-1"), actor=Actor("agent", " "))
    desk.erase(desk.erasure("C-1"), actor=OLLI)
    said = desk.record.items(contact.run.ticket.id)[-1]
    assert (said.actor, said.value) == ("olli", "What is personal about the customer was erased for good.")
    assert desk.record.events(contact.run.id)[-2].data["reason"] == "data_erased"
    assert desk.verify().ok
