"""WCAG 2.2 AA as far as a machine can tell: the pages around a run, each in light and dark, wide and narrow."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.browser.conftest import STRANGE, Forked
from tests.browser.eye import violations
from tests.browser.walk import CUSTOMER, PIN, Sender, at_light, shows


@pytest.fixture(scope="module")
def library(whole_library):
    """All that ships."""
    return whole_library


def test_axe_finds_nothing_around_a_run(served, eye, customer):
    """The name page, finding and opening, a ticket, QA's list, the keys, and pages that refuse."""
    page, at = eye.page, served.address
    page.goto(at)
    eye.look("name", "Who is working here?")
    page.get_by_role("button", name="Go on").click()
    eye.look("name with a problem", "There is a problem")
    page.get_by_label("Your name").fill("maria")
    page.get_by_role("button", name="Go on").click()
    eye.look("start", "Who is on the line?")
    page.get_by_label("Customer number", exact=True).fill("C-9999")
    page.get_by_role("button", name="Open ticket").click()
    eye.look("start with a problem", "has no customer")
    page.goto(f"{at}/?find=aino")
    eye.look("found", "Aino Virtanen")
    page.goto(f"{at}/?find=nobody")
    eye.look("nothing found", "Nothing found")
    hand = Sender(page, at).start(customer)
    run = hand.url
    hand.get(f"{run}/gone")
    hand.act("gone", reason="hung_up")
    page.goto(at)
    eye.look("start with tickets", "Latest tickets")
    page.goto(f"{at}/?find={customer}")
    eye.look("found with a ticket", "My internet is gone")
    page.goto(f"{at}/?customer={customer}#open")
    eye.look("open tickets told", "has an open ticket")
    hand.get(run)
    hand.act("note", instead="note", note="Rang again")
    page.goto(run)
    eye.look("noted since the end", "Noted since")
    page.get_by_role("link", name="Back to ticket").click()
    eye.look("ticket", "Start a flow")
    page.get_by_role("searchbox").fill("zebra")
    eye.look("ticket, flows narrowed to none", "Start a flow")
    page.goto(f"{page.url}?find=zebra")
    eye.look("ticket, no flow", "No flow fits")
    page.goto(f"{at}/qa")
    eye.look("recorded runs", "1 run")
    page.goto(f"{at}/qa?agent=nobody")
    eye.look("no recorded runs", "No recorded run fits")
    page.goto(f"{at}/flows")
    eye.look("flows", "Review by")
    page.goto(f"{at}/flows/closing#say-confirm")
    eye.look("flow", "How it ends")
    page.goto(f"{at}/qa/runs/{run.rpartition('/')[2]}")
    page.get_by_text("with the path").click()
    eye.look("path with its picture", "Verified")
    page.goto(f"{at}/keys")
    eye.look("keys", "With Alt")
    page.goto(f"{at}/qa?first=2026-03-02&last=2026-03-01")
    eye.look("days the wrong way round", "There is a problem")
    hand.start(customer)
    ticket = re.findall(r'href="(/tickets/[^"]+)"', hand.text)[0]
    page.goto(f"{at}{ticket}")
    page.get_by_role("button", name="The customer has no internet").click()
    eye.look("under way already", "is under way on this ticket already")
    hand.act("continue")
    hand.act("answer", value="no")
    hand.act("answer", value="differs")
    page.goto(f"{at}{ticket}")
    eye.look("turned away", "Turned away on this ticket before")
    page.goto(f"{at}/nothing")
    eye.look("no such page", "Nothing here")
    page.goto(f"{run}/back/1")
    eye.look("not as it was", "409")
    page.goto(f"http://{STRANGE}:{served.port}/")
    eye.look("not this address", "Not this address")

    assert eye.found == []


def test_axe_finds_nothing_in_a_demo(eye, library, tmp_path):
    """A demo desk says so on every page, and on its start page whom to try; a broken run is marked in lists."""
    desk = Forked(tmp_path, library, "--demo").start()
    try:
        hand = Sender(eye.page, desk.address)
        eye.page.goto(desk.address)
        shows(eye.page, f"Demo: try {CUSTOMER}, PIN {PIN}")
        eye.look("start of a demo", "Latest tickets")
        hand.start(CUSTOMER).show()
        assert "nothing here is real" in eye.page.locator("header").inner_text()
        ticket = re.findall(r'href="(/tickets/[^"]+)"', hand.text)[0]
        with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
            connection.execute("UPDATE runs SET created_by = 'olli'")
            connection.commit()
        for name, path in (("recorded runs, broken", "/qa"), ("ticket, its run broken", ticket)):
            eye.page.goto(f"{desk.address}{path}")
            eye.look(name, "Broken: see its path")
    finally:
        desk.stop()

    assert eye.found == []


def test_axe_finds_what_is_wrong(browser, axe):
    """The check itself: on a page with an unnamed button and grey on grey, axe finds both."""
    page = browser.new_page()
    page.set_content("<main><h1>x</h1><button></button><p style='color:#aaa;background:#bbb'>grey</p></main>")
    found = " ".join(violations(page, axe))
    page.close()

    assert "button-name" in found
    assert "color-contrast" in found


def test_colours_can_be_forced_and_motion_reduced(served, browser, customer):
    """In forced colours the chosen answer and the chip keep a border; with reduced motion nothing moves."""
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    at_light(page, served.address, customer)

    assert page.evaluate("getComputedStyle(document.querySelector('.chip')).borderTopStyle") == "solid"
    moving = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert page.evaluate(moving) == 0
    context.close()
