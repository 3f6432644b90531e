"""The demo desk: said on every page, and nothing of it on a real one."""

import pytest

from shepherd.desk import new_id
from shepherd.run.api import Actor
from shepherd.web.app import create_app
from shepherd.web.demo import ACTOR, NotThatRecord, callers, hold_apart, open_tickets


def test_a_demo_says_so_on_every_page_and_whom_to_try(desk, open_tab):
    """Each page has it in its strip; the start page names customers with their PINs."""
    known = callers(desk)
    tab = type(open_tab())(create_app(desk, demo=known))

    assert "Demo: try C-1001, PIN 4071, or C-1002, PIN 5182" in tab.get("/").text
    for path in ("/", "/qa", "/keys", "/name", "/nothing"):
        assert "nothing here is real" in tab.get(path).text


def test_a_real_desk_has_nothing_of_the_demo(tab):
    """Without ``--demo`` no page speaks of it, and no PIN is told."""
    for path in ("/", "/qa", "/keys", "/name", "/nothing"):
        assert "demo" not in tab.get(path).text.lower()
        assert "4071" not in tab.text


def test_a_desk_without_those_customers_names_none(desk, open_tab):
    """Where the customer base has none of the callers, the page is still marked and names nobody."""
    tab = type(open_tab())(create_app(desk, demo=())).get("/")

    assert "nothing here is real" in tab.text
    assert "Demo: try" not in tab.text


def test_the_first_tickets_are_opened_once(desk):
    """Only an empty desk gets them."""
    known = callers(desk)
    open_tickets(desk, known)
    open_tickets(desk, known)

    assert sorted(t.customer_ref for t in desk.tickets()) == ["C-1001", "C-1002", "C-1003"]


def test_every_page_of_a_demo_says_so(desk, open_tab):
    """Whatever can be looked at: each page without a name in its address, a ticket, a run, its path, a flow."""
    known = callers(desk)
    open_tickets(desk, known)
    app = create_app(desk, demo=known)
    tab = type(open_tab())(app)
    ticket = desk.tickets()[0]
    run = desk.start(ticket.id, "internet_down", actor=ACTOR, token=new_id()).run
    named = {
        "number": ticket.number,
        "run_id": run.id,
        "flow": "internet_down",
        "visit": "1",
        "flow_id": "internet_down",
    }
    seen = set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static" and rule.arguments <= set(named):
            with app.test_request_context():
                path = rule.build({name: named[name] for name in rule.arguments}, append_unknown=False)[1]
            page = tab.get(path)
            if page.reply.mimetype == "text/html":
                assert "nothing here is real" in page.text, path
                seen.add(rule.endpoint)

    assert {"agent.home", "agent.ticket", "run.step", "qa.runs", "qa.path", "flows.all_flows", "flows.flow"} <= seen


def test_a_real_desks_record_never_becomes_a_demo(desk):
    """Its tickets are real: that they are not would be a lie on every page."""
    desk.open_ticket("C-1001", channel="phone", subject="", actor=Actor("agent", "maria"), token=new_id())

    with pytest.raises(NotThatRecord, match="real desk"):
        hold_apart(desk, True)
    hold_apart(desk, False)


def test_a_demos_record_is_served_as_a_demo_only(desk):
    """Nobody comes upon made-up tickets that nothing marks; whoever begins a demo with none has one, too."""
    hold_apart(desk, True)
    hold_apart(desk, True)

    with pytest.raises(NotThatRecord, match="--demo"):
        hold_apart(desk, False)
    assert desk.verify().ok


def test_a_demo_that_was_made_before_records_were_marked_stays_one(desk):
    """Its first ticket is the demo's own."""
    open_tickets(desk, callers(desk))
    desk.open_ticket("C-1001", channel="phone", subject="", actor=Actor("agent", "maria"), token=new_id())
    hold_apart(desk, True)

    with pytest.raises(NotThatRecord):
        hold_apart(desk, False)
