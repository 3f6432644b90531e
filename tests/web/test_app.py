"""The factory and its refusals: every error has a page of our own, and none says more than it should."""

import logging

import pytest

from shepherd.desk import Desk, Unavailable
from shepherd.web.app import create_app


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/nothing", 404), ("delete", "/", 405), ("post", "/qa", 405), ("put", "/name", 405), ("get", "/%00", 404)],
)
def test_every_refusal_is_a_page(tab, method, path, status):
    """Unknown addresses and methods get a page with words and the way on."""
    reply = getattr(tab.client, method)(path, headers={"Host": "localhost", "Origin": "http://localhost"})

    assert reply.status_code == status
    assert "To the tickets" in reply.get_data(as_text=True)


def test_a_wrong_method_says_which_are_right(tab):
    """405 names what is allowed."""
    reply = tab.client.delete("/qa", headers={"Host": "localhost", "Origin": "http://localhost"})

    assert "GET" in reply.headers["Allow"]


def test_a_stranger_gets_no_page_of_the_desk(tab):
    """Another host, or a form from another site, is refused before the desk is asked."""
    assert tab.client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert (
        tab.client.post("/tickets", headers={"Host": "localhost", "Origin": "http://evil.example"}).status_code == 403
    )


class Falls(Desk):
    """A desk whose record falls away, or that has a mistake in it."""

    error: Exception

    def tickets(self, words="", *, limit=50):
        raise self.error


def test_a_mistake_of_ours_is_logged_without_what_people_entered(desk, open_tab, caplog):
    """500 is a page without a traceback; the log has the kind and the place, never a message that may hold a value."""
    falls = Falls(desk.library, desk.record, desk.connectors)
    falls.error = ValueError("secret 1234")
    tab = type(open_tab())(create_app(falls))
    with caplog.at_level(logging.ERROR):
        tab.get("/")

    assert tab.status == 500
    assert "1234" not in tab.text + caplog.text
    assert "ValueError" in caplog.text
    assert "Traceback" not in tab.text


def test_a_record_out_of_reach_is_said(desk, open_tab):
    """503 says that nothing was saved and the form may be sent again; of a page that it can't be shown, no more."""
    falls = Falls(desk.library, desk.record, desk.connectors)
    falls.error = Unavailable("disk full")
    tab = type(open_tab())(create_app(falls))
    tab.post("/tickets", {"customer": "", "channel": "phone", "subject": ""})
    assert tab.status == 503
    assert "Nothing was saved" in tab.text
    tab.get("/")
    assert tab.status == 503
    assert "Nothing was saved" not in tab.text
    assert "What was saved stays saved" in tab.text
