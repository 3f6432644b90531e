"""The workshop in a real browser: the page follows the file, a broken save keeps the last picture, a flow is tried."""

import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT
from tests.nursery import nursery, port_told

BENCH = ROOT / "tests" / "author" / "bench"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(BENCH, tmp_path / "flows"))


class Shop:
    """``shepherd workshop`` over *folder*, at the same address each time that it is started."""

    def __init__(self, folder, cwd):
        self.folder, self.cwd, self.port, self.process = folder, cwd, 0, 0

    def start(self):
        """Start it, and return its address."""
        arguments = ["workshop", "--library", str(self.folder), "--port", str(self.port)]
        out, err = self.cwd / "out.log", self.cwd / "err.log"
        out.unlink(missing_ok=True)
        self.process = nursery().start("shepherd.cli:main", arguments, folder=self.cwd, out=out, err=err)
        self.port = port_told(self.process, out, err)
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        """End it in an orderly way."""
        process, self.process = self.process, 0
        if process:
            os.kill(process, signal.SIGTERM)
            assert nursery().ended(process) == 0


@pytest.fixture
def stoppable(folder, tmp_path):
    made = Shop(folder, tmp_path)
    yield made
    made.stop()


@pytest.fixture
def shop(stoppable):
    """The address of ``shepherd workshop`` over *folder*."""
    return stoppable.start()


def edit(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def test_the_page_follows_the_file_and_a_broken_save_keeps_the_last_picture(page, shop, folder):
    """Nothing is pressed: each save comes by itself, and the step that was written is marked."""
    page.goto(f"{shop}/flows/parcel")
    said = page.locator("#say-again")
    expect(said).to_contain_text("Shall we send it again?")
    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")
    expect(said).to_contain_text("Shall we send another?", timeout=15_000)
    expect(said).to_have_class("is-here")
    expect(page.locator("#node-again")).to_have_class(re.compile("is-here"))
    expect(page.get_by_role("heading", name="Changed since the workshop was opened")).to_be_visible()

    edit(folder, "parcel.yaml", "otherwise: tell", "otherwise: tel")
    expect(page.get_by_role("heading", name="1 error in the last save")).to_be_visible(timeout=15_000)
    expect(page.locator(".lines .finding")).to_contain_text('"tel" is not a step of this flow')
    expect(page.locator("#node-tell")).to_be_visible()
    page.get_by_role("link", name="parcel.yaml, line 26").click()
    expect(page.locator("#line-26")).to_be_in_viewport()

    edit(folder, "parcel.yaml", "otherwise: tel\n", "otherwise: tell\n")
    expect(page.get_by_role("heading", name="Nothing wrong")).to_be_visible(timeout=15_000)


def test_the_picture_is_seen_whole_or_at_its_own_size(page, shop, folder):
    """By a button or by - and + in the picture; a save that comes by itself changes neither that nor the focus."""
    page.set_viewport_size({"width": 900, "height": 600})
    page.goto(f"{shop}/flows/parcel")
    picture, fit, full = page.locator("#picture"), page.locator("#zoom-whole"), page.locator("#zoom-own")
    over = "pane => pane.scrollWidth > pane.clientWidth + 1 || pane.scrollHeight > pane.clientHeight + 1"
    assert picture.evaluate(over)
    own = picture.locator("svg").bounding_box()
    fit.focus()
    page.keyboard.press("Enter")
    assert not picture.evaluate(over)
    expect(fit).to_have_attribute("aria-pressed", "true")
    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")
    expect(page.locator("#say-again")).to_contain_text("Shall we send another?", timeout=15_000)
    assert not picture.evaluate(over)
    expect(fit).to_be_focused()
    picture.focus()
    whole = picture.locator("svg").bounding_box()["width"]
    page.keyboard.press("+")
    assert whole < picture.locator("svg").bounding_box()["width"] < own["width"]
    expect(fit).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert picture.locator("svg").bounding_box()["width"] == whole
    expect(fit).to_have_attribute("aria-pressed", "true")
    full.click()
    assert picture.locator("svg").bounding_box()["width"] == own["width"]
    for _ in range(9):
        page.get_by_role("button", name="Larger").click()
    assert picture.locator("svg").bounding_box()["width"] == 2 * own["width"]


def test_without_scripts_the_picture_is_scrolled(browser, shop):
    """At its own size, and without buttons that would do nothing."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{shop}/flows/parcel")
    expect(page.locator("#picture svg")).to_be_visible()
    expect(page.locator("#zoom")).to_be_hidden()
    page.context.close()


def test_a_page_that_gets_no_stream_looks_now_and_then(page, shop, folder):
    """The fallback: it follows the file all the same."""
    page.route("**/events*", lambda route: route.fulfill(status=204))
    page.goto(f"{shop}/flows/parcel")
    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")

    expect(page.locator("#say-again")).to_contain_text("Shall we send another?", timeout=15_000)


HURRIED = """
window.waits = [];
const real = window.setTimeout;
window.setTimeout = (work, wait) => { if (wait >= 500) waits.push(wait); return real(work, Math.min(wait, 20)); };
"""


@pytest.mark.parametrize("streams", [True, False], ids=["told", "looking"])
def test_a_workshop_that_does_not_answer_is_asked_ever_more_seldom(page, shop, stoppable, folder, streams):
    """Each wait is twice the last, up to half a minute; that is said once, and what was saved meanwhile then comes."""
    if not streams:
        page.route("**/events*", lambda route: route.fulfill(status=204))
    page.add_init_script(HURRIED)  # the page's clock runs fast, and tells how long it was to wait
    page.goto(f"{shop}/flows/parcel")
    expect(page.locator("#live")).to_have_text("Checked and counted")
    said = page.locator("#status")
    page.evaluate("""() => new MutationObserver(() => { window.told = (window.told || 0) + 1; })
        .observe(document.getElementById("status"), {childList: true})""")

    stoppable.stop()
    expect(said).to_have_text("The workshop does not answer. This page goes on as soon as it does.")
    expect(said).to_have_class("toast")
    page.wait_for_function("() => waits.filter(wait => wait === 30000).length >= 3")
    waits = page.evaluate("waits")
    asked = waits[waits.index(4000) :]
    assert asked[:4] == [4000, 8000, 16000, 30000]
    assert set(asked[4:]) == {30000}
    assert page.evaluate("told") == 1

    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")
    stoppable.start()
    expect(page.locator("#say-again")).to_contain_text("Shall we send another?", timeout=15_000)
    expect(said).to_have_class("hide")


def test_a_flow_is_tried_to_its_end_by_keyboard(page, shop):
    """With inputs, a day and answers of other systems of one's choice, and every value in sight."""
    page.goto(f"{shop}/flows/parcel")
    expect(page.locator("#live")).to_have_text("Checked and counted")  # from now on the page is not renewed
    page.get_by_role("link", name="Try it", exact=True).press("Enter")
    page.get_by_label("Order number").fill("O-77")
    page.get_by_label("Day and time").fill("2026-03-09T10:00")
    page.get_by_label("Order number").press("Enter")
    expect(page.get_by_role("heading", name="Let me look for your parcel.")).to_be_focused()
    page.keyboard.press("1")
    expect(page.get_by_role("heading", level=1)).to_have_text("orders.find is asked: what does it answer?")
    page.get_by_label("Late").check()
    page.get_by_label("Due").fill("2026-03-05")
    page.get_by_role("button", name="ok").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Shall we send it again?")
    values = page.get_by_role("region", name="All values")
    for name, text in (("number", "O-77"), ("order.status", "late"), ("overdue", "true")):
        expect(values.locator(f"dt:text-is('{name}') + dd")).to_have_text(text)
    page.keyboard.press("1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("orders.send_again is asked")
    page.keyboard.press("b")
    expect(page.get_by_role("heading", level=1)).to_have_text("Shall we send it again?")
    page.keyboard.press("1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("orders.send_again is asked")
    page.wait_for_timeout(600)  # a click as the step comes is taken for one at the step before
    page.get_by_role("button", name="ok").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent again")


def test_one_jumps_to_a_step_from_what_is_said_of_it(page, shop):
    """From the sentences of the flow's page; the page then says at which step and line it stands."""
    page.goto(f"{shop}/flows/parcel")
    page.get_by_role("link", name="Try from send").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("orders.send_again is asked: what does it answer?")
    expect(page.get_by_role("link", name="send, line 30")).to_be_visible()


def test_a_try_that_is_being_filled_in_is_not_taken_away(page, shop, folder):
    """A save while one types waits until the form is sent."""
    page.goto(f"{shop}/flows/parcel/try?to=tell")
    page.get_by_label("PIN").fill("12")
    edit(folder, "goodbye.yaml", "label: PIN", "label: Secret number")
    page.wait_for_timeout(2500)
    expect(page.get_by_label("PIN")).to_have_value("12")
    page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_role("link", name="Secret number:")).to_be_visible()


def test_without_scripts_loading_again_shows_the_same(browser, shop, folder):
    """Links join the three panes, and a flow is tried by its forms alone."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shop}/flows/parcel")
    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")
    page.reload()
    expect(page.locator("#say-again")).to_contain_text("Shall we send another?")
    page.locator("#say-again").get_by_role("link", name="line 28 of the text").click()
    expect(page.locator("#line-28")).to_be_in_viewport()
    page.get_by_role("link", name="Try from again").click()
    page.get_by_role("button", name="yes").click()
    page.get_by_role("button", name="ok").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent again")
    context.close()


def test_axe_finds_nothing_in_the_workshop(eye, shop, folder):
    """The list, a flow right and broken, and each page of a try: light and dark, wide and narrow."""
    page = eye.page
    page.goto(shop)
    eye.look("list", "2 of 2 pass")
    page.goto(f"{shop}/flows/parcel#say-again")
    eye.look("flow", "Nothing wrong")
    page.goto(f"{shop}/flows/parcel/try?scenario=It+is+long+overdue")
    eye.look("begin", "Try: Where is my parcel?")
    page.goto(f"{shop}/flows/parcel/try?to=look")
    eye.look("a call", "what does it answer?")
    page.get_by_role("link", name="Show it as a scenario").click()
    page.get_by_label("The walk as a scenario").wait_for()
    eye.look("as a scenario", "what does it answer?")
    page.goto(f"{shop}/flows/parcel/try?to=tell")
    page.get_by_role("button", name="Save and go on").click()
    eye.look("a problem", "There is a problem")
    page.goto(f"{shop}/flows/parcel/try?scenario=It+is+long+overdue&whole=yes")
    eye.look("the end", "Sent again")
    edit(folder, "parcel.yaml", "otherwise: tell", "otherwise: tel")
    page.goto(f"{shop}/flows/parcel")
    eye.look("broken", "1 error in the last save")
    page.goto(shop)
    eye.look("list with errors", "1 error")
    page.goto(f"{shop}/keys")
    eye.look("keys", "With Alt")
    page.goto(f"{shop}/flows/nothing")
    eye.look("no such flow", "Nothing here")

    assert eye.found == []
