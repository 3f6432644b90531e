"""WCAG 2.2 AA as far as a machine can tell: forms and waiting, each in light and dark, wide and narrow."""

from playwright.sync_api import expect

from tests.browser.walk import Sender, long_list, press, shows


def test_axe_finds_nothing_in_forms(served, eye, customer):
    """A long list closed, open, narrowed and refused; every kind of field, empty and refused; fields that came."""
    page = eye.page
    hand = Sender(page, served.address).start(customer, "tell_us")
    hand.show()
    eye.look("long list", "Which country do you come from?")
    field = long_list(page, "Country")
    field.press("ArrowDown")
    eye.look("long list, open", "Europe")
    field.fill("brit")
    eye.look("long list, narrowed", "Great Britain")
    field.fill("atlantis")
    eye.look("long list, nothing fits", "Nothing in the list fits.")
    press(page, "Save and go on")
    eye.look("long list, refused", "There is a problem")
    long_list(page, "Country").fill("Finland")
    page.keyboard.press("Enter")
    press(page, "Save and go on")
    eye.look("every kind of field", "Pay in a month")
    page.get_by_label("The rent").check()
    press(page, "Save and go on")
    eye.look("every kind of field, refused", "There is a problem")

    hand.start(customer, "come_and_go").show()
    eye.look("fields that may come", "Owes money")
    page.get_by_label("Yes", exact=True).check()
    expect(page.get_by_label("How much")).to_be_visible()
    eye.look("fields that came", "Paid back in a month")
    page.get_by_label("How much").fill("0")
    page.get_by_label("Bank").check()
    press(page, "Save and go on")
    eye.look("a rule over the form", "Who owes money owes more than nothing.")
    page.get_by_label("No", exact=True).check()
    press(page, "Save and go on")
    eye.look("waits", "Waits until")
    press(page, "Go on early")
    eye.look("waits, no reason", "There is a problem")
    page.goto(page.url)
    page.get_by_role("definition").get_by_role("link").first.click()
    shows(page, "waits until")
    eye.look("ticket with a run that waits", "waits until")

    assert eye.found == []
