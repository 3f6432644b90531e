"""WCAG 2.2 AA as far as a machine can tell, on every kind of page, light and dark, wide and narrow."""

import pytest

from tests.browser.conftest import violations
from tests.browser.walk import LIGHT, PIN, VISIT, name_by_clicks, press, run_id, shows, ticket_by_clicks, to_light


@pytest.mark.parametrize(("scheme", "width"), [("light", 1366), ("dark", 400)])
def test_axe_finds_nothing(served, browser, axe, scheme, width):
    """Every kind of page, walked through in one contact."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 768}, bypass_csp=True)
    page = context.new_page()
    found: list[str] = []

    def look(name: str) -> None:
        found.extend(f"{name}: {line}" for line in violations(page, axe))

    page.goto(served.address)
    look("name")
    page.get_by_role("button", name="Go on").click()
    shows(page, "There is a problem")
    look("name with a problem")
    name_by_clicks(page, served.address)
    look("start")
    page.goto(f"{served.address}/?find=aino")
    look("found")
    ticket_by_clicks(page, served.address)
    look("ticket")
    page.get_by_role("button", name="The customer has no internet").click()
    shows(page, "Continue")
    look("message")
    press(page, "Continue")
    look("question")
    press(page, "They have it")
    look("secret")
    served.tell("line.test", slow=6)
    page.get_by_label("Pin", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, "Being looked up")
    look("waiting for a call")
    shows(page, LIGHT)
    run = page.url
    press(page, "Green")
    shows(page, "Download speed shown")
    look("form")
    press(page, "Save and go on")
    shows(page, "There is a problem")
    look("form with a problem")
    page.get_by_role("link", name="change “Green”").click()
    look("change")
    press(page, "No light at all")
    shows(page, "Green → No light at all")
    look("what falls away")
    press(page, "Change it")
    for way in ("hand-over", "none-fits", "gone"):
        page.goto(f"{run}/{way}")
        look(way)
    page.goto(run)
    page.get_by_role("button", name="Pause").click()
    shows(page, "Paused")
    look("paused")
    press(page, "Go on")
    press(page, "It is in")
    shows(page, VISIT)
    page.keyboard.press("?")
    look("list of keys")
    press(page, "Book it")
    shows(page, "An engineer will be with you on")
    press(page, "Continue")
    shows(page, "INET-VISIT")
    look("ended")
    ended = run_id(page)
    press_ticket = page.get_by_role("link", name="Back to ticket")
    press_ticket.click()
    shows(page, "Case note")
    look("ticket with a case note")
    page.goto(f"{served.address}/qa")
    look("recorded runs")
    page.goto(f"{served.address}/qa/runs/{ended}")
    look("path")
    page.goto(f"{served.address}/keys")
    look("keys")
    page.goto(f"{served.address}/nothing")
    look("error")
    context.close()

    assert found == []


def test_axe_finds_what_is_wrong(browser, axe):
    """The check itself: on a page with an unnamed button and grey on grey, axe finds both."""
    page = browser.new_page()
    page.set_content("<main><h1>x</h1><button></button><p style='color:#aaa;background:#bbb'>grey</p></main>")
    found = " ".join(violations(page, axe))
    page.close()

    assert "button-name" in found
    assert "color-contrast" in found


def test_colours_can_be_forced_and_motion_reduced(served, browser):
    """In forced colours the chosen answer and the chip keep a border; with reduced motion nothing moves."""
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    name_by_clicks(page, served.address)
    ticket_by_clicks(page, served.address)
    page.get_by_role("button", name="The customer has no internet").click()
    to_light(page)

    assert page.evaluate("getComputedStyle(document.querySelector('.chip')).borderTopStyle") == "solid"
    moving = "() => document.getAnimations().filter(a => a.playState === 'running').length"
    assert page.evaluate(moving) == 0
    context.close()
