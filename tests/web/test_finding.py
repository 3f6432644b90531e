"""The first page finds customers with their tickets, however typed, and tells of open ones before a new one."""

import html
import re

import pytest

from tests.web.conftest import Tab, begin


def said(tab):
    """The text of the page, without its marks."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", tab.text.partition("<main")[2]).split()))


def token_of(tab):
    return re.search(r'name="token" value="([^"]+)"', tab.text)[1]


def focused(tab):
    """The id of what has the focus when the page has come; "h1" for its heading."""
    found = re.search(r"<(\w+)([^>]*) data-focus", tab.text)
    known = re.search(r'id="([^"]+)"', found[2])
    return known[1] if known else found[1]


@pytest.mark.parametrize("typed", ["virtanen", "040 5550101", "c1001", "C-1001", "aino", "/aino"])
def test_a_customer_is_found_with_their_tickets(tab, typed):
    """By name, phone or number, in any writing, behind the key that leads here: their tickets stand below."""
    begin(tab, "C-1001")

    text = said(tab.get("/", query_string={"find": typed})).partition("Find a customer")[2]

    assert text.count("T-100001") == 1
    assert "T-100001 My internet is gone in progress" in text


@pytest.mark.parametrize("typed", ["T-100001", "t100001", "T 100001", "100001"])
def test_a_ticket_is_found_however_its_number_is_written(tab, typed):
    """Capitals, hyphens and spaces of a ticket's number make no difference."""
    begin(tab, "C-1001")

    assert 'href="/tickets/T-100001"' in tab.get("/", query_string={"find": typed}).text
    assert tab.get("/tickets/t100001").heading.startswith("T-100001")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Aino", 'One customer fits "Aino": choose them, or type another name or the number.'),
        ("C-10", '6 customers fit "C-10": choose the right one, or type more of the name or the number.'),
        ("zzzz", 'The customer base has no customer "zzzz". Find them by name, or leave it empty.'),
    ],
)
def test_a_name_where_one_customer_is_due_says_how_many_it_fits(tab, typed, told):
    """A name is no mistake there: the sentence says what to do, and who fits can be chosen below."""
    tab.get("/")
    tab.post("/tickets", {"token": token_of(tab), "customer": typed, "channel": "phone", "subject": ""})

    assert told in said(tab)
    assert "1 customer fit" not in said(tab)
    assert ("Or for one of these" in said(tab)) == (typed != "zzzz")


def test_a_slip_is_told_what_was_meant(tab):
    """Where nothing is found the nearest name or word of a subject is offered, a name also for a new ticket."""
    tab.get("/?find=Korhonnen")
    assert "Did you mean Korhonen ?" in said(tab)
    assert "Sofia Korhonen" in tab.get(re.search(r'href="(/\?find=Korhonen)"', tab.text)[1]).text
    tab.post("/tickets", {"token": token_of(tab), "customer": "Korhonnen", "channel": "phone", "subject": ""})

    assert 'no customer "Korhonnen". Did you mean Korhonen?' in said(tab)
    assert 'name="customer_is" value="C-1003"' in tab.text
    assert "Try part of the name" in said(tab.get("/?find=zzzz"))
    begin(tab, "C-1001")
    assert "Did you mean internet ?" in said(tab.get("/?find=intrenet"))
    assert "Did you mean" not in said(tab.get("/?find=internet"))


def test_open_tickets_are_told_before_another_is_opened(tab):
    """A new ticket for a customer with an open one is not opened before that was told; pressed again, it is."""
    begin(tab, "C-1001")
    form = {"token": token_of(tab.get("/")), "customer": "c1001", "channel": "chat", "subject": "Again"}

    warned = said(tab.post("/tickets", form))
    assert "C-1001 has an open ticket." in warned
    assert "T-100001 My internet is gone in progress" in warned
    assert focused(tab) == "theirs"
    assert 'value="Again"' in tab.text
    assert 'value="chat" checked' in tab.text
    seen = re.search(r'name="seen" value="([^"]*)"', tab.text)[1]
    tab.post("/tickets", form | {"token": token_of(tab), "seen": seen})

    assert tab.path == "/tickets/T-100002"
    assert "Other tickets of this customer T-100001" in said(tab)


def test_whoever_comes_from_the_list_of_them_is_not_told_twice(tab):
    """Below the customer found, "Open a ticket" leads to a form that shows the open tickets already."""
    begin(tab, "C-1001")
    tab.get(re.search(r'href="([^"]*customer=C-1001)#open"', tab.get("/?find=virtanen").text)[1])
    assert "C-1001 has an open ticket." in said(tab)
    seen = re.search(r'name="seen" value="([^"]*)"', tab.text)[1]
    tab.post("/tickets", {"token": token_of(tab), "customer": "C-1001", "channel": "phone", "seen": seen})

    assert tab.path == "/tickets/T-100002"


def test_a_form_sent_twice_is_not_told_of_its_own_ticket(tab):
    """What is open because of this very form is no other ticket, and neither is one that is resolved."""
    form = {"token": token_of(tab.get("/")), "customer": "C-1001", "channel": "phone", "subject": ""}

    assert tab.post("/tickets", form).path == tab.post("/tickets", form).path == "/tickets/T-100001"


def test_the_focus_is_where_one_types_next(tab, app):
    """
    In the search, in the words of a customer already chosen, in the name; at the one customer found, on the heading
    where there are several, or where a run waits above.
    """
    assert focused(Tab(app, name="").get("/name")) == "f-name"
    assert focused(tab.get("/")) == focused(tab.get("/?find=zzzz")) == "find"
    assert focused(tab.get("/?customer=C-1001")) == "f-subject"
    found = tab.get("/?find=virtanen")
    assert (focused(found), found.text.count(">Open a ticket<span")) == ("a", 1)
    several = tab.get("/?find=a")
    assert focused(several) == "h1"
    assert several.text.count(">Open a ticket<span") > 1
    begin(tab, "C-1001")

    assert focused(tab.get("/")) == "h1"
