"""A flow started once more on a ticket: what is under way is offered first, and that it was refused before is told."""

import html
import re

from tests.web.conftest import answer_until, begin

NO_NET = "The customer has no internet"


def said(tab):
    """The words of the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", tab.text)).split())


def hidden(tab, name):
    return re.search(rf'name="{name}" value="([^"]*)"', tab.text)[1]


def ticket_of(tab):
    return re.search(r'href="(/tickets/[^"]+)"', tab.text)[1]


def start(tab, ticket, flow="internet_down", **more):
    """Press *flow* on the page of *ticket*."""
    form = {"token": hidden(tab.get(ticket), "token"), "flow": flow}
    return tab.post(f"{ticket}/runs", form | more)


def refused(tab):
    """From the first step of ``internet_down`` to its end: the caller can't be identified."""
    answer_until(tab, "Refused", {"Do you have your four-digit": "no", "Which street": "differs"})


def test_a_flow_under_way_is_offered_before_it_is_started_anew(tab, desk):
    """Nothing is started before that was told; its run is one press away, and pressed again the flow is started."""
    begin(tab, "C-1001")
    ticket, run = ticket_of(tab), tab.path

    start(tab, ticket)
    assert tab.heading == f"“{NO_NET}” is under way on this ticket already"
    assert re.search(rf'<a class="button main" href="{run}" data-key="1"', tab.text)
    assert len(desk.recorded()) == 1
    again = {name: hidden(tab, name) for name in ("token", "seen")} | {"flow": "internet_down"}
    tab.post(f"{ticket}/runs", again)
    assert tab.path.startswith("/runs/")
    assert tab.path != run
    assert len(desk.recorded()) == 2
    assert tab.post(f"{ticket}/runs", again).path.startswith("/runs/")  # sent twice: its own run is none of the others
    assert len(desk.recorded()) == 2

    start(tab, ticket)
    assert [run["state"] for run in tab_runs(tab)] == ["open", "open"]


def tab_runs(tab):
    """The runs that the page offers to go on with."""
    return [{"state": state} for state in re.findall(r'<span class="grow soft">(\w+), maria', tab.text)]


def test_what_is_over_or_another_flow_is_not_asked_about(tab, desk):
    """Another flow starts at once beside the open one, and so does one whose earlier run is over."""
    begin(tab, "C-1001")
    ticket, run = ticket_of(tab), tab.path
    assert start(tab, ticket, "closing").path.startswith("/runs/")
    tab.get(run)
    refused(tab)

    assert start(tab, ticket).path.startswith("/runs/")
    assert len(desk.recorded()) == 3


def test_what_a_flow_needs_first_is_asked_after_that(small):
    """Where a flow asks for something beforehand, that it is under way comes before, and is asked once."""
    form = {"token": hidden(small.get("/"), "token"), "customer": "", "channel": "phone", "subject": "Debts"}
    ticket = small.post("/tickets", form).path
    given = {"asked": "yes", "f.from": "albania", "m.worries": "rent"}
    assert start(small, ticket, "ask_first", **given).path.startswith("/runs/")

    start(small, ticket, "ask_first")
    assert "is under way on this ticket already" in small.heading
    seen = {name: hidden(small, name) for name in ("token", "seen")} | {"flow": "ask_first"}
    small.post(f"{ticket}/runs", seen)
    assert small.heading == "Something first: what it needs first"
    small.post(f"{ticket}/runs", seen | given | {"seen": hidden(small, "seen")})
    assert small.path.startswith("/runs/")


def test_a_refusal_is_told_where_the_ticket_goes_on(tab):
    """On the ticket and at the first step of the next run, with a link to the path; later steps don't repeat it."""
    begin(tab, "C-1001")
    ticket, run = ticket_of(tab), tab.path.rpartition("/")[2]
    assert "Turned away" not in said(tab.get(ticket))
    tab.get(f"/runs/{run}")
    refused(tab)

    words = "Turned away on this ticket before. Identity was not established: failed, "
    assert words in said(tab.get(ticket))
    assert f'<a href="/qa/runs/{run}">See that path</a>' in tab.text
    start(tab, ticket)
    assert words in said(tab)
    assert f'<a href="/qa/runs/{run}">See that path</a>' in tab.text
    assert 'data-says="Turned away on this ticket before. Now: I am sorry' in tab.text
    tab.act("continue")
    assert "Turned away" not in said(tab)
    refused(tab)
    assert "Turned away on this ticket before, 2 times. " in said(tab.get(ticket))


def test_a_refusal_on_another_ticket_is_told_too(tab):
    """Who was turned away calls again: the agent of their next ticket reads of it, another customer's does not."""
    begin(tab, "C-1001")
    first = ticket_of(tab).rpartition("/")[2]
    refused(tab)

    begin(tab, "C-1001")
    assert f"Turned away before, on {first}. Identity was not established: failed, " in said(tab)
    assert f"Turned away before, on {first}. " in said(tab.get(ticket_of(tab)))
    begin(tab, "C-1002")
    assert "Turned away" not in said(tab)


def test_who_hung_up_was_not_turned_away(tab):
    """A contact that was lost while the customer was to be identified refused them nothing."""
    begin(tab, "C-1001")
    ticket = ticket_of(tab)
    answer_until(tab, "Lost", {"Do you have your four-digit": "hung_up"})

    assert "Turned away" not in said(tab.get(ticket))
    assert "Turned away" not in said(start(tab, ticket))


def test_the_latest_tickets_say_how_they_stand(tab):
    """On the first page and among those found, as in the list of a customer's own tickets."""
    begin(tab, "C-1001")
    refused(tab)
    begin(tab, "C-1002")
    tab.post("/tickets", {"token": hidden(tab.get("/"), "token"), "customer": "C-1003", "channel": "phone"})

    words = said(tab.get("/"))
    for row in (
        "C-1003 · no subject new",
        "C-1002 · My internet is gone in progress",
        "C-1001 · My internet is gone open",
    ):
        assert row in words
    assert "C-1002 · My internet is gone in progress" in said(tab.get("/?find=T-100002"))


def test_case_notes_and_notes_stand_as_the_runs_do(tab):
    """Newest first, those under way before those that are over, each with its time; free notes likewise."""
    begin(tab, "C-1001")
    ticket, first = ticket_of(tab), tab.path
    tab.act("note", note="The first word")
    refused(tab)
    start(tab, ticket, "closing")
    tab.act("note", note="The last word")
    second = tab.path
    start(tab, ticket)
    third = tab.path
    page = tab.get(f"{second}/gone")
    page.post(second, page.form("gone") | {"reason": "hung_up"})

    tab.get(ticket)
    notes = re.findall(r"<small>([^<]*?) · ([^<]*)</small>", tab.text)
    assert [flow for flow, _ in notes] == [NO_NET, "Close the contact", NO_NET]
    clock = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    assert re.fullmatch(rf"so far, written anew with each step, {clock}", notes[0][1])
    assert all(re.fullmatch(rf"shepherd, {clock}", told) for _, told in notes[1:])
    listed = tab.text[tab.text.index("Go on where it stopped") :]
    order = [listed.index(run) for run in (third, f"/qa{second}", f"/qa{first}")]
    assert order == sorted(order)
    assert tab.text.rindex("The last word") < tab.text.rindex("The first word")


def test_a_step_that_comes_again_says_so(tab):
    """A loop that comes back to a step tells which time it is, to the eye and aloud; going back is no second time."""
    begin(tab, "C-1001")
    answer_until(tab, "Hello, this is", {"four-digit": "no", "Which street": "matches", "May I call you": "yes"})
    assert "time here" not in said(tab)
    assert 'data-says="Now: Hello' in tab.text
    tab.act("answer", value="no_reply")
    assert tab.heading.startswith("Hello, this is")
    assert "Second time here." in said(tab)
    assert 'data-says="Now, second time here: Hello' in tab.text

    begin(tab, "C-1002")
    answer_until(tab, "four-digit", {})
    run = tab.path
    tab.act("back")
    assert tab.heading == "Go back to this step?"
    tab.post(run, tab.form("back"))
    tab.act("continue")
    assert "four-digit" in tab.heading
    assert "time here" not in said(tab)
