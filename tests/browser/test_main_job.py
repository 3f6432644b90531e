"""The main job from the first word to the ticket: by keyboard alone, and without any script."""

import csv
import io

from playwright.sync_api import expect

from tests.browser.walk import (
    LIGHT,
    PIN,
    RESTART,
    VISIT,
    WORKS,
    answers,
    press,
    shows,
    start,
    start_by_clicks,
    tab_to,
    tap,
)


def test_the_main_job_by_keyboard_alone(served, page):
    """
    A ticket for a customer without internet, guided through identification, with a way back, a changed answer and
    the restart loop to a booked visit; path and case note stand on the ticket, QA sees them verified and takes them.
    """
    keys = page.keyboard
    page.goto(served.address)
    expect(page.get_by_label("Your name")).to_be_focused()
    keys.type("maria")
    keys.press("Enter")
    shows(page, "Who is on the line?")
    expect(page.locator("#find")).to_be_focused()
    keys.press("/")
    keys.type("aino")
    keys.press("Enter")
    shows(page, "Aino Virtanen")
    expect(page.get_by_role("link", name="Open a ticket for Aino Virtanen")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url("**/?customer=*")
    expect(page.get_by_label("In the customer’s words")).to_be_focused()
    keys.type("My internet is gone")
    keys.press("Enter")
    shows(page, "Start a flow")
    expect(page.get_by_label("What it is about")).to_be_focused()
    keys.type("int")
    keys.press("Enter")

    shows(page, "I am sorry to hear that.")
    tap(page, "1")
    shows(page, "four-digit phone PIN")
    tap(page, "1")
    shows(page, "tell me the four digits")
    expect(page.locator("input[type=password]")).to_be_focused()
    keys.type(PIN)
    keys.press("Enter")
    shows(page, LIGHT)
    expect(page.locator(".chip.is-good")).to_contain_text("established just now")

    tap(page, "2")
    shows(page, RESTART)
    tap(page, "b")
    shows(page, LIGHT)
    tap(page, "1")
    shows(page, "Download speed shown")
    tab_to(page, f"change “Green” to {LIGHT}")
    keys.press("Enter")
    shows(page, "Change an answer")
    tap(page, "2")
    shows(page, "Green → Red, or flashing red")
    tap(page, "1")
    shows(page, RESTART)

    for loop in range(2):
        tap(page, "1")
        shows(page, WORKS)
        tap(page, "2")
        shows(page, LIGHT)
        tap(page, "2")
        shows(page, (RESTART, VISIT)[loop])
    keys.press("n")
    keys.type("Ring twice")
    keys.press("Control+Enter")
    expect(page.locator(".side .list")).to_contain_text("Ring twice")
    tap(page, "1")
    shows(page, "An engineer will be with you on")
    tap(page, "1")
    shows(page, "INET-VISIT")
    shows(page, "Ring twice")

    tap(page, "1")
    shows(page, "Runs and their paths")
    expect(page.locator(".case").first).to_contain_text("Red, or flashing red")
    assert PIN not in page.content()
    tab_to(page, "The customer has no internet")
    while page.evaluate("document.activeElement.tagName") != "A":
        tab_to(page, "The customer has no internet")
    keys.press("Enter")
    shows(page, "Verified")
    shows(page, "not sealed: whoever can write the database could have rewritten it.")
    expect(page.locator("tr.gone")).not_to_have_count(0)
    tab_to(page, "Download as CSV")
    with page.expect_download() as waited:
        keys.press("Enter")
    rows = list(csv.DictReader(io.StringIO(waited.value.path().read_text("utf-8-sig"))))
    given = [r["answer"] for r in rows if r["step"] == "internet_down/check_lights"]
    assert "Green" in given
    assert given.count("Red, or flashing red") >= 3


def test_the_main_job_without_scripts(served, browser, customer):
    """With scripts disabled the whole job works: type-ahead, waiting for a call, change, note, end, path, CSV."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 400, "height": 768})
    page = context.new_page()
    page.set_default_timeout(15_000)
    served.hold("line.test")
    start_by_clicks(page, served.address, customer)
    press(page, "Continue")
    press(page, "They have it")
    page.get_by_label("PIN", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, "Being looked up: test line")
    shows(page, "I am testing your line from here.")
    served.let_go("line.test")
    shows(page, LIGHT)
    press(page, "Green")
    shows(page, "Download speed shown")
    page.get_by_label("Download speed").fill("many")
    press(page, "Save and go on")
    shows(page, "There is a problem")
    page.get_by_role("link", name="change “Green”").click()
    press(page, "No light at all")
    shows(page, "Green → No light at all")
    press(page, "Change it")
    shows(page, "plug of the router")
    page.get_by_role("textbox", name="Note").fill("Dog is barking")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".side .list")).to_contain_text("Dog is barking")
    press(page, "It is in")
    shows(page, VISIT)
    page.get_by_role("link", name="Hand over").click()
    press(page, "Second line")
    shows(page, "Waits for second line")
    press(page, "Take over")
    shows(page, VISIT)
    press(page, "Book it")
    shows(page, "An engineer will be with you on")
    press(page, "Continue")
    shows(page, "INET-VISIT")
    page.get_by_role("link", name="See the path").click()
    shows(page, "Verified")
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download as CSV").click()
    assert customer not in waited.value.suggested_filename
    assert b"Dog is barking" in waited.value.path().read_bytes()
    context.close()


def test_the_desk_stopped_at_each_step_loses_nothing(served, page, customer):
    """Killed or stopped in an orderly way between any two answers, the desk comes back to the very same step."""
    start(page, served.address, customer)
    walk = [
        ("I am sorry to hear that.", "Continue"),
        ("four-digit phone PIN", "Forgotten or never had one"),
        ("Which street", "It matches"),
        ("May I call you back", "They can be called there"),
        ("Hello, this is the service desk.", "They answered"),
        (LIGHT, "Red, or flashing red"),
        (RESTART, "Continue"),
        (WORKS, "Still no internet"),
        (LIGHT, "No light at all"),
        ("plug of the router", "It is in"),
        (VISIT, "Book it"),
        ("An engineer will be with you on", "Continue"),
    ]
    for number, (words, button) in enumerate(walk):
        shows(page, words)
        before = answers(page)
        if number % 3 == 0:
            assert served.stop() == 0
            served.start()
        else:
            served.crash()
        if number % 2:
            page.reload()
            shows(page, words)
            assert answers(page) == before
        press(page, button)
    shows(page, "INET-VISIT")
    page.get_by_role("link", name="See the path").click()
    shows(page, "Verified")
