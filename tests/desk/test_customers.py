"""Customers are found however they are typed, and their tickets with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shepherd.desk import Desk
from shepherd.run.api import Abandon, Answer, Continue
from tests.desk.house import MARIA, Contact

PASSED = """
flow: passed
title: Look who can help
category: orders
version: 1
owner: desk
inputs: {customer_id: text}
outcomes: {stopped: {resolves: false, code: STOPPED}}
steps:
  who:
    ask: Who can help?
    answers: {engineer: on, nobody: stop}
  on:
    hand_on: help
    with: {customer_id: customer_id}
  stop: {end: stopped}
"""


def states(desk: Desk, customer: str) -> list[str]:
    """How the tickets of *customer* stand, newest first."""
    return [row.state for row in desk.tickets_of(customer)]


def test_each_ticket_of_a_customer_says_how_it_stands(desk: Desk) -> None:
    """New without a run, in progress while one is under way, resolved where the last resolved it, else open."""
    contact = Contact.begin(desk, "help")
    assert states(desk, "C-1") == ["in progress"]
    contact.give(Continue())
    contact.give(Answer("red"))
    contact.give(Answer("no"))
    lost = Contact.begin(desk, "help")
    lost.give(Abandon("hung_up"))
    desk.open_ticket("C-1", channel="phone", subject="", actor=MARIA)
    Contact.begin(desk, "help", "C-2")

    assert states(desk, "C-1") == ["new", "open", "resolved"]
    assert [row.is_open for row in desk.tickets_of("C-1")] == [True, True, False]
    assert states(desk, "C-3") == states(desk, "C-9") == []


def test_a_customer_is_known_however_their_number_is_written(desk: Desk) -> None:
    """Capitals and hyphens make no difference: to their tickets, and to a new one."""
    desk.open_ticket("c1", channel="phone", subject="", actor=MARIA)

    assert [row.head.customer_ref for row in desk.tickets_of(" c-1 ")] == ["C-1"]
    assert desk.near_customers("Mikaell") == "Mikael"
    assert desk.near_customers("mika") == desk.near_customers("zzzz") == ""


def test_what_a_flow_handed_on_came_to_counts_on_the_ticket(library: Path, open_desk: Callable[[], Desk]) -> None:
    """A run that ends in a flow that it was handed on to resolves by that flow's outcome, and has its follow-up."""
    (library / "passed.yaml").write_text(PASSED.lstrip(), "utf-8")
    desk = open_desk()
    resolved, visit = Contact.begin(desk, "passed"), Contact.begin(desk, "passed", "C-2")
    for given in (Answer("engineer"), Continue(), Answer("red"), Answer("no")):
        resolved.give(given)
    for given in (Answer("engineer"), Continue(), Answer("red"), Answer("yes"), Continue()):
        visit.give(given)

    assert states(desk, "C-1") == [desk.ticket(resolved.run.ticket.id).status] == ["resolved"]
    assert [f.what for f in desk.ticket(visit.run.ticket.id).follow_ups] == ["Follow up: visit"]
