"""What a page says of a run: the identity chip, names, headings."""

from datetime import UTC, datetime, timedelta

import pytest

from shepherd.desk import AssuranceView
from shepherd.run.api import Blank, DoDue, Ended, Form, LookupDue, Message, Question, Spoken
from shepherd.web.headings import heading
from shepherd.web.show import Identity, identity, name_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def held(age, *, level="", lasts=None, name="identity"):
    """An assurance established *age* seconds ago, for *lasts* seconds."""
    at = NOW - timedelta(seconds=age)
    until = None if lasts is None else at + timedelta(seconds=lasts)
    return AssuranceView(name=name, level=level, at=at, until=until, age=age)


@pytest.mark.parametrize(
    ("assurances", "shown"),
    [
        ((), Identity("not established", False)),
        ((held(5),), Identity("established just now", True)),
        ((held(200),), Identity("established 3 min ago", True)),
        ((held(4000, level="strong"),), Identity("strong, 1 h 6 min ago", True)),
        ((held(1800, lasts=1800),), Identity("expired, ask again", False)),
        ((held(5, name="representative.identity"),), Identity("not established", False)),
    ],
)
def test_the_chip_tells_level_and_age(assurances, shown):
    """The one coloured item says whether the customer is identified, how well and how long ago, in words too."""
    assert identity(assurances, NOW) == shown


@pytest.mark.parametrize(
    ("facts", "ref", "name"),
    [
        ({"first_name": "Aino", "last_name": "Virtanen"}, "C-1", "Aino Virtanen"),
        ({"name": "Aino V."}, "C-1", "Aino V."),
        ({"tier": "premium"}, "C-1", "C-1"),
        ({"first_name": {"erased": True}, "last_name": {"erased": True}}, "C-1", "erased"),
        ({}, "", "Unknown caller"),
    ],
)
def test_the_customer_has_a_name_where_one_is_known(facts, ref, name):
    """The name from the facts, else the number; what was erased says so."""
    assert name_of(facts, ref) == name


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (Message(visit=1, step="a/tell_it", words=Spoken(say="It is down. We mend it.")), "It is down."),
        (Message(visit=1, step="a/tell_it", words=Spoken(guide=f"Look {'at it ' * 20}")), f"Look {'at it ' * 10}at …"),
        (Message(visit=1, step="a/tell_outage"), "Tell outage"),
        (Form(visit=1, step="a/measure", blanks=(Blank(name="b", type="text", label="Speed"),)), "Speed"),
        (Form(visit=1, step="a/measure", blanks=()), "Measure"),
        (Question(visit=1, step="a/b", question="Which?", blank=Blank(name="b", type="text", label="B")), "Which?"),
        (
            LookupDue(visit=1, step="a/test_line", operation="line.x", inputs={}, timeout=8),
            "Being looked up: test line",
        ),
        (DoDue(visit=1, step="a/book_visit", operation="x.y", inputs={}, timeout=8), "Being done: book visit"),
        (Ended(visit=1, step="a/b", outcome="handed_over"), "Handed over"),
        (Ended(visit=1, step="a/b", reason="hung_up"), "The customer hung up"),
    ],
)
def test_every_stop_has_a_heading(waiting, words):
    """Each page of a run has one line that names it; a question is its own."""
    assert heading(waiting) == words
