"""The demo desk: said on every page, and nothing of it on a real one."""

from shepherd.web.app import create_app
from shepherd.web.demo import callers, open_tickets


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
