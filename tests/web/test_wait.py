"""A run that waits for a time: until when, what happens then, and going on early for a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from shepherd.desk import Desk, Settings
from shepherd.web.app import create_app
from tests.web.conftest import ROOT, Tab, begin

BEGUN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class At:
    """A clock that stands until it is moved."""

    now = BEGUN

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return At()


@pytest.fixture
def app(tmp_path, clock):
    """The pages of a desk over the small flows, by *clock*."""
    paths = f"sqlite:///{tmp_path / 'small.db'}", str(tmp_path / "keys.db")
    desk = Desk.open(Settings(ROOT / "tests" / "web" / "flows", *paths, "127.0.0.1", 8321), clock=clock)
    yield create_app(desk)
    desk.close()


@pytest.fixture
def waits(app):
    """A tab at a run that waits for two hours."""
    tab = begin(Tab(app), "", "come_and_go")
    return tab.act("fields", f__owes="false")


def test_it_says_until_when_and_what_happens_then(waits):
    """The time is the desk's, the words of the step are there, and it is said that and where it goes on by itself."""
    assert waits.heading == "Waits until 2026-11-24 14:00"
    assert "I will call you back in two hours." in waits.text
    assert "goes on by itself, at “Is it a good time now?”" in waits.text
    assert "None of these" not in waits.text
    assert 'data-each="20"' in waits.text


def test_it_goes_on_by_itself(waits, clock):
    """When the time has come, the page shows the next step."""
    clock.now = BEGUN + timedelta(hours=2)

    assert waits.get(waits.path).heading == "Is it a good time now?"


def test_going_on_early_needs_a_reason(waits):
    """Without a reason it is refused at its field; with one the run goes on, and the reason is recorded."""
    run = waits.path
    waits.act("continue", reason=" ", note="They are free already")
    assert waits.status == 422
    assert '<a href="#f-reason">' in waits.text
    assert 'id="f-reason-why"' in waits.text
    assert "They are free already" in waits.text
    waits.act("continue", reason="They rang themselves")
    assert waits.heading == "Is it a good time now?"
    assert "gone on early: They rang themselves" in waits.get(f"/qa{run}").text


def test_the_ticket_says_until_when(waits):
    """Among what is open, on the ticket and on the start page, the time stands beside the run."""
    for path in ("/tickets/T-100001", "/"):
        assert "waits until 2026-11-24 14:00" in waits.get(path).text


def test_a_colleague_and_a_pause_are_told(waits, app):
    """Whoever reads along, or has paused it, is told the time, too."""
    other = Tab(app, "timo").get(waits.path)
    assert "waits until 2026-11-24 14:00" in other.text
    waits.act("pause")
    assert "at 2026-11-24 14:00 it goes on by itself" in waits.text
