"""What the page of a run says of the answers so far, of what bars the way back, and of a run that was paused."""

from __future__ import annotations

import html
import re

import pytest

from shepherd.run.api import PathItem
from shepherd.web.so_far import Given, no_way_back, so_far, way_back
from tests.web.conftest import answer_until, begin

BOOKED = "“Book engineer” has been done and can’t be taken back, so what came before it stays as it is."


def given(page):
    """The answers so far, each with what stands beside it."""
    rows = re.findall(r"<li>(.*?)</li>", page.text.partition('id="so-far"')[2].partition("</details>")[0], re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def at_pin(tab, customer="C-1003"):
    begin(tab, customer)
    answer_until(tab, "Please tell me the four digits.", {"Do you have your four-digit": "yes"})
    return tab


def come_back(tab):
    while "Being " in tab.heading:
        tab.get(tab.path)
    return tab


def item(visit, verb, answer="", **more):
    return PathItem(visit=visit, step=f"f/s{visit}", verb=verb, by="then", title=f"T{visit}", answer=answer, **more)


def test_a_refused_pin_stands_among_the_answers(tab):
    """A failed try is seen, never its digits; so is the one that was right, to which one press leads."""
    at_pin(tab).act("answer", f__pin="8642")
    come_back(tab)

    assert given(tab)[0].startswith("Please tell me the four digits. given, 4 digits: no match")
    assert "8642" not in tab.text

    assert tab.heading == "That did not match. We can try 2 more. Would you like to try again?"
    assert tab.act("answer", value="yes").heading == "Please tell me the four digits."
    tab.act("answer", f__pin="6293")
    come_back(tab)

    assert given(tab)[0].startswith("Please tell me the four digits. given, 4 digits: right, try 2")


def test_what_was_found_is_told_of_secrets_alone():
    """Other answers stand as they were given, whatever is called behind them; a secret in a form is one as well."""
    secret, plain = {"given": "4 digits"}, {"amount": "1.00", "currency": "EUR"}
    path = [
        item(1, "ask", "given, 4 digits", value=secret),
        item(2, "lookup", "ok"),
        item(3, "ask", "given, a word", value="given, a word"),
        item(4, "lookup", "ok"),
        item(5, "collect", "Pin: given, 4 digits; Paid: 1.00 EUR", value={"pin": secret, "paid": plain}),
        item(6, "lookup", "no match", attempt=3),
        item(7, "ask", "1.00 EUR", value=plain),
        item(8, "do", "ok"),
        item(9, "ask", "given, 4 digits", value=secret),
        item(10, "message"),
    ]

    told = [one.answer for stretch in so_far(path) for one in stretch.answers]

    assert told == [
        "given, 4 digits",
        "1.00 EUR",
        "Pin: given, 4 digits; Paid: 1.00 EUR: no match, try 3",
        "given, a word",
        "given, 4 digits: right",
    ]


def test_answers_are_parted_where_something_bars_the_way():
    """Newest first; each stretch says once what bars the way to it. Back leads to the latest stop that is open."""
    path = [item(1, "ask", "a", barred="Done."), item(2, "ask", "b", barred="Done."), item(3, "do", "ok")]
    still = [*path, item(4, "ask", "c", can_go_back=True)]

    found = so_far(still)

    assert [(s.barred, [g.answer for g in s.answers]) for s in found] == [("", ["c"]), ("Done.", ["b", "a"])]
    assert found[0].answers[0] == Given(4, "T4", "c", False, True, "")
    assert (way_back(still), no_way_back(still)) == (4, "")
    assert (way_back(path), no_way_back(path)) == (None, "Done.")
    assert (way_back([]), no_way_back([])) == (None, "")


def test_after_a_booking_the_page_says_why_nothing_before_it_changes(tab):
    """Where Back stood the page says why there is no way back, and so does the list of answers."""
    at_pin(tab).act("answer", f__pin="6293")
    come_back(tab)
    answer_until(tab, "Shall I book", {"Thank you. One more": "matches"})
    assert "No way back" not in tab.text
    assert 'data-key="b"' in tab.text
    assert BOOKED not in tab.text

    tab.act("answer", value="yes")
    come_back(tab)

    assert tab.heading.startswith("An engineer will be with you on")
    assert f"No way back: {BOOKED}</p>" in tab.text
    assert f'<p class="barred">{BOOKED}</p>' in tab.text
    assert 'data-key="b"' not in tab.text


def ways_out(tab):
    """The row of the ways out of a step."""
    return tab.text.partition('aria-label="Ways out"')[2].partition("</nav>")[0]


def test_no_way_out_says_what_an_answer_says(tab, small):
    """Where an answer of the step is "None of these", or that the caller hung up, no button beside it does."""
    begin(tab, "C-1001", "mobile_no_service")
    assert "Where is the phone now?" in tab.heading
    assert ">None of these</button>" in tab.text
    assert ">The caller hung up</button>" in tab.text
    assert "None of these" not in ways_out(tab)
    assert "Can’t go on</a>" in ways_out(tab)
    assert "Customer gone" not in ways_out(tab)

    tab.act("pause")
    tab.act("resume")
    begin(small, "", "tell_us")
    small.act("answer", f__country="finland")
    assert "None of these</label>" in small.text
    assert "None of these" not in ways_out(small)
    assert "Customer gone" in ways_out(small)


def test_the_pin_has_no_answers_of_which_none_could_fit(tab):
    """Where nothing is to be chosen, the way out is called otherwise, and so is the note that it leaves."""
    at_pin(tab)
    run = tab.path
    assert "None of these</a>" not in tab.text
    assert "Can’t go on</a>" in tab.text

    tab.get(f"{run}/none-fits")
    assert tab.heading == "It can’t go on like this"
    tab.post(run, tab.form("unfit") | {"to": "", "reason": "They have five digits"})

    assert tab.heading == "Please tell me the four digits."
    assert "The step did not fit the contact. They have five digits" in tab.text


@pytest.mark.parametrize("place", ["the ticket", "the first page"])
def test_a_paused_run_goes_on_by_one_press(at_light, open_tab, place):
    """Whoever paused it goes on at its step at once; a colleague finds it on the ticket, and sees first whose it is."""
    run = at_light.path
    at_light.act("pause")
    ticket = re.search(r'href="(/tickets/[^"]+)"', at_light.text)[1]
    at_light.get(ticket if place == "the ticket" else "/")

    at_light.post(run, at_light.form("resume"))

    assert "What colour" in at_light.heading
    at_light.act("pause")
    other = open_tab("timo").get(ticket if place == "the ticket" else "/")
    assert 'value="resume"' not in other.text
    assert (f'href="{run}"' in other.text) == (place == "the ticket")
