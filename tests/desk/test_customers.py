"""Customers are found however they are typed, and their tickets with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shepherd.desk import Desk, Misused, new_id
from shepherd.desk.customers import MOST_FOUND
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

UNASKED = """
flow: unasked
title: Take a message
category: orders
version: 1
owner: desk
outcomes: {taken: {resolves: true, code: TAKEN}}
steps:
  listen: {say: I am listening.}
  over: {end: taken}
"""
OpenDesk = Callable[[], Desk]


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


def recorded(desk: Desk, customer: str) -> list[str]:
    """The numbers of the customers of the runs that are found by *customer*, newest first."""
    return [row.customer_ref for row in desk.recorded(customer=customer)]


def test_runs_are_found_by_the_customer_on_their_ticket(library: Path, open_desk: OpenDesk) -> None:
    """By a number however it is written, and by a name; also where the customer was put on the ticket after the run."""
    (library / "unasked.yaml").write_text(UNASKED.lstrip(), "utf-8")
    desk = open_desk()
    Contact.begin(desk, "help", "C-1")
    unknown = desk.open_ticket(None, channel="phone", subject="Who calls?", actor=MARIA).head
    desk.start(unknown.id, "unasked", actor=MARIA, token=new_id())
    assert recorded(desk, "Mikael") == recorded(desk, "C-2") == []
    desk.attach_customer(unknown.id, "C-2", actor=MARIA)

    assert recorded(desk, "C-1") == recorded(desk, " c1 ") == recorded(desk, "aino") == ["C-1"]
    assert recorded(desk, "c-2") == recorded(desk, "MIKA") == ["C-2"]
    assert recorded(desk, "c") == recorded(desk, "") == ["C-2", "C-1"]
    assert recorded(desk, "C-9") == recorded(desk, "%") == recorded(desk, "-") == []


def test_a_customer_is_found_when_the_customer_base_has_them_no_more(library: Path, open_desk: OpenDesk) -> None:
    """The record's own numbers count: what was recorded of somebody is found, whatever became of them elsewhere."""
    first = open_desk()
    Contact.begin(first, "help", "C-1")
    first.close()
    base = library / "base.csv"
    base.write_text("".join(line for line in base.read_text("utf-8").splitlines(True) if "C-1," not in line), "utf-8")

    assert recorded(open_desk(), "c1") == ["C-1"]


def test_what_fits_too_many_customers_is_refused(library: Path, open_desk: OpenDesk) -> None:
    """A list that could lack somebody's runs is never shown as if it were whole; a whole number is no such thing."""
    heading, *rows = (library / "base.csv").read_text("utf-8").splitlines()
    more = [rows[0].replace("C-1,", f"C-1{n:03},") for n in range(MOST_FOUND)]
    (library / "base.csv").write_text("\n".join([heading, *rows, *more, ""]), "utf-8")
    desk = open_desk()
    Contact.begin(desk, "help", "C-1")

    assert recorded(desk, "C-1") == ["C-1"]
    with pytest.raises(Misused, match="More than 500 customers fit that"):
        desk.recorded(customer="C")


def test_what_a_flow_handed_on_came_to_counts_on_the_ticket(library: Path, open_desk: OpenDesk) -> None:
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
