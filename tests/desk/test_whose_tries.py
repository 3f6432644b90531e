"""Tries per customer belong to the person who is asked, whoever the ticket is for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shepherd.desk import Desk
from shepherd.run import replay
from shepherd.run.api import Answer, GoBack
from tests.desk.house import Contact
from tests.faults.replaying import libraries_of

CALLER = """
flow: caller
title: Somebody calls for the customer
category: intake
version: 1
owner: desk
inputs: {customer_id: text}
outcomes:
  helped: {resolves: true, code: HELPED}
  refused: {resolves: false, code: REFUSED}
steps:
  number:
    ask: What is your own number?
    type: text
  identify:
    call: login
    about: representative
    with: {customer_id: number}
    results: {verified: bring, failed: no}
  bring:
    call: login
    with: {customer_id: customer_id}
    results: {verified: yes, failed: no}
  yes: {end: helped}
  no: {end: refused}
"""


SPENT = {"login/check": 1, "login/check@1": 3, "login/check@2": 1}


@pytest.fixture
def library(library: Path) -> Path:
    """The library with a flow in which somebody else is asked for a PIN."""
    (library / "caller.yaml").write_text(CALLER.lstrip(), "utf-8")
    return library


def calling(desk: Desk, customer: str, number: str) -> Contact:
    """A contact on a ticket of *customer*, in which somebody has given their own *number*."""
    contact = Contact.begin(desk, "caller", customer=customer)
    contact.give(Answer(number))
    return contact


def test_a_limit_on_guessing_holds_for_the_person_across_tickets(desk: Desk, calls: list[str]) -> None:
    """Three wrong PINs of one representative, on tickets of two customers: a fourth is not looked at."""
    first = calling(desk, "C-1", "C-3")
    first.give(Answer("0000"))
    first.give(Answer("1111"))
    second = calling(desk, "C-2", " C-3 ")
    second.give(Answer("2222"))
    assert second.run.state == "ended"
    third = calling(desk, "C-1", "C-3")
    assert third.step == "login/pin"
    third.give(Answer("4071"))
    assert third.run.state == "ended"
    assert calls.count("base.check_pin") == 3


def test_a_wrong_pin_of_somebody_else_leaves_the_customer_their_tries(desk: Desk) -> None:
    """A caller who fails three times has not locked the ticket's customer; what was refused is told as the caller's."""
    contact = calling(desk, "C-1", "C-3")
    for wrong in ("0000", "1111", "2222"):
        contact.give(Answer(wrong))
    assert contact.run.state == "ended"
    own = Contact.begin(desk, "login", customer="C-1")
    before = desk.turned_away(own.run.ticket, but=own.run.id)
    assert before is not None
    assert before.what == "representative.identity"
    for wrong in ("0000", "1111"):
        own.give(Answer(wrong))
    own.give(Answer("4071"))
    assert own.run.waiting.outcome == "verified"


def test_a_customer_and_their_own_number_given_by_another_are_one_person(desk: Desk) -> None:
    """Who has used up their tries on a ticket of their own has none as somebody's representative."""
    own = Contact.begin(desk, "login", customer="C-3")
    for wrong in ("0000", "1111", "2222"):
        own.give(Answer(wrong))
    other = calling(desk, "C-1", "C-3")
    other.give(Answer("4071"))
    assert other.run.state == "ended"


def test_a_run_in_which_two_are_asked_is_replayed(open_desk: Callable[[], Desk]) -> None:
    """Tries of both are kept apart after a restart and on replay, also when one goes back to another number."""
    desk = open_desk()
    contact = calling(desk, "C-1", "C-3")
    contact.give(Answer("0000"))
    contact.give(GoBack(1))
    contact.give(Answer("C-2"))
    contact.give(Answer("0000"))
    contact.give(GoBack(next(item.visit for item in contact.run.path if item.step == "caller/number")))
    contact.give(Answer("C-3"))
    contact.give(Answer("0000"))
    contact.give(Answer("4071"))
    contact.give(Answer("1111"))
    again = open_desk()
    run = replay(
        libraries_of(again.record)(again.record.events(contact.run.id)[0]), again.record.events(contact.run.id)
    )
    assert (run.persons, dict(run.spent)) == (("c1", "c3", "c2"), SPENT)
    assert again.see(contact.run.id).waiting.step == "login/pin"
    assert again.verify().ok
