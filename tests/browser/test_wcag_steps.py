"""WCAG 2.2 AA as far as a machine can tell: the steps of a run, each in light and dark, wide and narrow."""

import re

from tests.browser.walk import LIGHT, PIN, VISIT, Sender, arriving, press, shows


def test_axe_finds_nothing_on_the_way(served, eye, customer):
    """The steps of a run from the first word to the case note, with the pages that lead off it."""
    page = eye.page
    hand = Sender(page, served.address).start(customer)
    hand.show()
    eye.look("message", "I am sorry to hear that.")
    press(page, "Continue")
    eye.look("question", "four-digit phone PIN")
    press(page, "They have it")
    eye.look("secret", "tell me the four digits")
    page.get_by_label("PIN", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, LIGHT)
    run = page.url
    page.goto(f"{run}/none-fits")
    eye.look("none fits", "None of these fits")
    page.goto(f"{run}/hand-over")
    eye.look("hand over", "Hand over to whom?")
    page.goto(f"{run}/gone")
    eye.look("gone", "Is the customer gone?")
    page.goto(run)
    press(page, "Green")
    eye.look("form", "Download speed shown")
    press(page, "Save and go on")
    eye.look("form with a problem", "There is a problem")
    page.get_by_label("Download speed").fill("55")
    page.get_by_label("Yes", exact=True).check()
    press(page, "Save and go on")
    page.get_by_role("link", name=re.compile("change .*55")).click()
    eye.look("change a form", "See what would change")
    page.goto(run)
    page.get_by_role("link", name="change “Green”").click()
    eye.look("change", "before anything changes")
    press(page, "No light at all")
    eye.look("what falls away", "Green → No light at all")
    press(page, "Change it")
    press(page, "It is in")
    shows(page, VISIT)
    page.get_by_role("textbox", name="Note").fill("Ring twice")
    with arriving(page):
        page.get_by_role("button", name="Save note").click()
    page.keyboard.press("?")
    eye.look("list of keys", VISIT)
    page.get_by_role("button", name="Pause").click()
    eye.look("paused", "Paused")
    press(page, "Go on")
    press(page, "Book it")
    shows(page, "An engineer will be with you on")
    press(page, "Continue")
    eye.look("ended", "INET-VISIT")
    page.get_by_role("link", name="See the path").click()
    eye.look("path", "Verified")
    page.goto(run)
    page.get_by_role("link", name="Back to ticket").click()
    page.get_by_text("Correct it").click()
    eye.look("ticket with a case note", "Corrected case note")
    page.get_by_label("Corrected case note").fill(" ")
    page.get_by_role("button", name="Add the correction").click()
    eye.look("correction with a problem", "The corrected case note is empty.")

    assert eye.found == []
