"""What a flow writes onto the ticket in so many words is known to the desk, or found where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check.ticket import ticket
from shepherd.flow.draft import read_draft
from tests.check.written import END, library, told

DESK = "desk: house\nroles: [agent, supervisor]\nqueues: {billing: {skill: bills}, second_line: {skill: technical}}\n"
WAYS = "    once_per: ticket\n    results: {ok: hello, error: hello, unknown: hello}\n"
INPUTS = "inputs: {urgent: yes_no, whose: text, days: text}\n"


def step(operation: str, given: str) -> str:
    return f"{INPUTS}steps:\n  x:\n    do: ticket.{operation}\n    with: {{{given}}}\n{WAYS}{END}"


def follow_up(span: str, owner: str = "'\"billing\"'") -> str:
    return step("follow_up", f"in: {span}, owner: {owner}, what: '\"Ring them\"'")


@pytest.mark.parametrize(
    ("span", "hint"),
    [
        ("'\"soon\"'", "Write a length of time like 30m, 4h, 2d, 4 working hours or 1 working day."),
        ("'\"3 days\"'", 'Did you mean "3d"?'),
        ("'\"1 week\"'", 'Did you mean "7d"?'),
        ('\'"1d" if urgent else "3 days"\'', 'Did you mean "3d"?'),
        ("'\"2d\"'", ""),
        ("'\"2 d\"'", ""),
        ("days", ""),
    ],
)
def test_a_follow_up_is_due_some_day(span: str, hint: str, tmp_path: Path):
    """
    What is no length of time is found, in one of two cases too, with how it is written. What a name holds is not known.
    """
    found = list(ticket(library(tmp_path, follow_up(span), desk=DESK)))

    assert [(f.code, f.hint) for f in found] == ([("SHP113", hint)] if hint else [])


def test_working_time_is_counted_over_hours(tmp_path: Path):
    """
    As for an outcome's follow-up: a working day needs the hours of desk.yaml.
    """
    body = follow_up("'\"1 working day\"'")

    assert told(ticket, library(tmp_path, body, desk=DESK)) == [("SHP335", '"1 working day"')]
    assert told(ticket, library(tmp_path, body, desk=DESK + "hours: {mon-fri: 08:00-20:00}\n")) == []


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (follow_up("'\"2d\"'", "'\"biling\"'"), 'Did you mean "billing"?'),
        (follow_up("'\"2d\"'", "'\"zebra\"'"), "desk.yaml has: billing, second_line, agent, supervisor."),
        (follow_up("'\"2d\"'", "'\"supervisor\"'"), ""),
        (follow_up("'\"2d\"'", "whose"), ""),
        (step("queue", "to: '\"sceond_line\"'"), 'Did you mean "second_line"?'),
        (step("queue", "to: '\"second_line\"'"), ""),
        (step("queue", "to: '\"supervisor\"'"), "desk.yaml has: billing, second_line."),
        (step("queue", "to: whose"), ""),
    ],
)
def test_somebody_takes_what_is_passed_on(body: str, hint: str, tmp_path: Path):
    """
    A ticket's queue is one of desk.yaml's, and a follow-up's owner one of its queues or roles, where they are written.
    """
    found = list(ticket(library(tmp_path, body, desk=DESK)))

    new = " If it is new, add it under `queues:` of desk.yaml."

    assert [(f.code, f.hint) for f in found] == ([("SHP615", hint + new)] if hint else [])


def test_without_a_desk_every_queue_is_taken(tmp_path: Path):
    """
    As for `escalate`: a folder with nothing but flows names queues as it likes.
    """
    draft = library(tmp_path, step("queue", "to: '\"anywhere\"'"))
    assert told(ticket, draft) == [("SHP615", '"anywhere"')]

    (tmp_path / "desk.yaml").unlink()
    assert told(ticket, read_draft(tmp_path)) == []
