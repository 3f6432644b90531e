"""A desk of one's own: a folder of flows, with neither desk.yaml nor customer base nor connectors, is served."""

import pytest

from shepherd.author.fresh import fresh_flow
from shepherd.desk import Desk, Settings
from shepherd.web.app import create_app
from tests.web.conftest import Tab, begin
from tests.web.test_serve import address_of, page, serving  # noqa: F401

FLOW = fresh_flow("parcel_lost", title="Parcel lost", category="orders", schema="flow.schema.json")


@pytest.fixture
def own(tmp_path):
    """The folder of such a desk."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "parcel_lost.yaml").write_text(FLOW)
    return tmp_path / "mine"


@pytest.fixture
def tab(own, tmp_path):
    settings = Settings(own, f"sqlite:///{tmp_path / 'own.db'}", str(tmp_path / "own-keys.db"), "127.0.0.1", 0)
    opened = Desk.open(settings)
    yield Tab(create_app(opened))
    opened.close()


@pytest.mark.parametrize("customer", ["4711", ""])
def test_a_call_from_the_first_page_to_the_case_note(tab, customer):
    """With a customer's number, which nobody can look up, and for an unknown caller."""
    tab.get("/")
    assert "Or a name" not in tab.text
    begin(tab, customer, flow="parcel_lost")
    assert "Good morning, this is the service desk." in tab.text
    tab.act("continue")
    tab.act("answer", value="yes")
    assert "Thank you for calling" in tab.text
    if 'value="continue"' in tab.text:
        tab.act("continue")
    assert "settled" in tab.text.lower()
    ticket = tab.get("/").text
    assert (customer or "Unknown caller") in ticket


def test_nothing_of_the_demo_is_there(tab):
    """Neither a customer, nor a PIN, nor a word of it."""
    for path in ("/", "/?find=C-1001", "/customers?find=C-1001", "/qa", "/flows"):
        text = tab.get(path).text
        assert "demo" not in text.lower()
        assert "Aino" not in text


def test_it_is_served_by_the_command(own, serving):  # noqa: F811
    """As a process, from its folder; with --demo the page is marked and names nobody."""
    address = address_of(serving("--port", "0", "--library", str(own)))

    assert "Who is on the line?" in page(address)
    assert "Parcel lost" in page(f"{address}flows")


def test_a_demo_of_ones_own_flows(own, serving):  # noqa: F811
    """There is nobody to try, and every page still says that nothing is real."""
    text = page(address_of(serving("--port", "0", "--library", str(own), "--demo")))

    assert "nothing here is real" in text
    assert "Demo: try" not in text


def test_the_two_kinds_of_record_are_kept_apart(serving):  # noqa: F811
    """Served once as a demo, a record is refused without --demo, with what to do and exit code 3; nothing is served."""
    process = serving("--port", "0", "--demo")
    address_of(process)
    process.terminate()
    process.wait(20)
    told = serving("--port", "0")
    out, error = told.communicate(timeout=30)

    assert told.returncode == 3
    assert "--demo" in error
    assert out == ""
