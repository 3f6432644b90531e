"""Filling in forms by keys alone: long lists, several choices, fields that come and go, a run that waits."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.walk import Sender, arriving, long_list, press, shows, tab_to

COUNTRY = "Which country do you come from?"


@pytest.fixture
def list_of(served, page, customer):
    """The combobox of a long list, with the focus on it."""
    Sender(page, served.address).start(customer, "tell_us").show()
    shows(page, COUNTRY)
    field = long_list(page, "Country")
    expect(field).to_have_attribute("aria-autocomplete", "list")
    expect(field).to_be_focused()
    return field


def at(page, flow, served, customer):
    Sender(page, served.address).start(customer, flow).show()


def active(page):
    """The words of the option at which the field points."""
    return page.evaluate(
        "() => { const id = document.activeElement.getAttribute('aria-activedescendant');"
        " return id ? document.getElementById(id).textContent : '' }"
    )


def test_a_long_list_is_found_by_any_word(page, list_of):
    """Words may be begun anywhere in an option or its heading, without their accents; it is said how many fit."""
    options = page.get_by_role("option")
    expect(list_of).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("brit")
    expect(options).to_have_text(["United Kingdom of Great Britain"])
    expect(page.get_by_role("status").first).to_have_text("1 of 52 fit")
    list_of.fill("cote")
    expect(options).to_have_text(["Côte d’Ivoire"])
    list_of.fill("asia in")
    expect(options).to_have_text(["India", "Indonesia"])
    expect(page.get_by_role("group", name="Asia")).to_be_visible()
    expect(page.get_by_role("group", name="Europe")).to_be_hidden()
    list_of.fill("atlantis")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_text("Nothing in the list fits.")).to_be_visible()


def test_what_was_typed_comes_back_to_its_own_field(served, page, customer):
    """The search of a long list is no field that is kept, whichever of the two scripts came first."""
    hand = Sender(page, served.address).start(customer, "list_first")

    def late(route):
        time.sleep(0.5)
        route.continue_()

    for script in ("typed", "fields"):
        page.route(f"**/{script}.js*", late)
        hand.show()
        expect(long_list(page, "Country", exact=False)).to_be_visible()
        page.wait_for_timeout(700)
        page.unroute(f"**/{script}.js*")
        if script == "typed":
            page.get_by_label("Street").fill("Testikatu 1")
            page.get_by_label("Town").fill("Turku")
    expect(page.get_by_label("Street")).to_have_value("Testikatu 1")
    expect(page.get_by_label("Town")).to_have_value("Turku")


def test_a_long_list_is_walked_by_keys(page, list_of):
    """Arrows, Home and End move, Enter takes, Escape closes and then empties; only then does it leave the field."""
    page.keyboard.press("ArrowDown")
    assert active(page) == "Albania"
    expect(list_of).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    assert active(page) == "Andorra"
    page.keyboard.press("End")
    assert active(page) == "New Zealand"
    page.keyboard.press("ArrowDown")
    assert active(page) == "Albania"
    page.keyboard.press("ArrowUp")
    assert active(page) == "New Zealand"
    page.keyboard.press("Home")
    assert active(page) == "Albania"
    page.keyboard.press("Enter")
    expect(list_of).to_have_value("Albania")
    expect(list_of).to_have_attribute("aria-expanded", "false")
    shows(page, COUNTRY)
    page.keyboard.press("ArrowDown")
    assert active(page) == "Albania"
    page.keyboard.press("Escape")
    expect(list_of).to_have_attribute("aria-expanded", "false")
    expect(list_of).to_have_value("Albania")
    page.keyboard.press("Escape")
    expect(list_of).to_have_value("")
    expect(list_of).to_be_focused()
    page.keyboard.press("Escape")
    expect(list_of).not_to_be_focused()


def test_what_is_chosen_is_sent(page, list_of):
    """Typed, taken with Enter, sent with Enter."""
    page.keyboard.type("finl")
    page.keyboard.press("Enter")
    with arriving(page):
        page.keyboard.press("Enter")

    shows(page, "Pay in a month")
    expect(page.locator("#so-far")).to_contain_text("Finland")


def test_what_is_not_in_the_list_is_refused_and_kept(page, list_of):
    """Words of no option are for the desk to refuse; they stay in the field. An option's own words are that option."""
    page.keyboard.type("Atlantis")
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_contain_text("Choose one of")
    field = long_list(page, "Country")
    expect(field).to_have_value("Atlantis")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("sweden")
    page.keyboard.press("Tab")
    expect(field).to_have_value("Sweden")
    press(page, "Save and go on")
    expect(page.locator("#so-far")).to_contain_text("Sweden")


def test_a_long_list_works_by_pointer(page, list_of):
    """A click opens the list, another takes an option; one beside it closes it."""
    list_of.click()
    page.get_by_role("option", name="Norway").click()
    expect(list_of).to_have_value("Norway")
    expect(page.get_by_role("listbox")).to_be_hidden()
    list_of.click()
    page.locator("h1").click()
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(list_of).to_have_value("Norway")


def test_without_scripts_a_long_list_is_an_ordinary_one(served, browser, customer):
    """The very same field without scripts: a list with headings, sent as any other."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    at(page, "tell_us", served, customer)
    page.get_by_label("Country", exact=True).select_option("Japan")
    press(page, "Save and go on")
    shows(page, "Pay in a month")
    worries = page.get_by_role("group", name="What worries you")
    worries.get_by_label("None of these").check()
    worries.get_by_label("The rent").check()
    press(page, "Save and go on")
    shows(page, "but not both")
    context.close()


def test_a_whole_form_by_keys(page, served, customer):
    """Every kind of field is filled by typing alone; "None of these" and the other ticks exclude each other."""
    hand = Sender(page, served.address).start(customer, "tell_us")
    hand.act("answer", **{"f.country": "finland"})
    hand.show()
    shows(page, "Pay in a month")
    expect(page.get_by_label("Pay in a month")).to_be_focused()
    page.keyboard.type("1900.50")
    tab_to(page, "Date of birth")
    page.keyboard.type("3.2.1990")
    expect(page.get_by_text("Saturday, 3 February 1990")).to_be_visible()
    tab_to(page, "Work begins at")
    page.keyboard.type("0830AM")
    tab_to(page, "Phone number")
    page.keyboard.type("+358 40 1234567")
    tab_to(page, "The rent")
    page.keyboard.press("Space")
    tab_to(page, "None of these")
    page.keyboard.press("Space")
    expect(page.get_by_label("The rent")).not_to_be_checked()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    none = page.get_by_role("group", name="What worries you").get_by_label("None of these")
    expect(none).not_to_be_checked()
    tab_to(page, "Save and go on")
    with arriving(page):
        page.keyboard.press("Enter")

    shows(page, "Thank you.")
    for text in ("1900.50 EUR", "1990-02-03", "08:30", "+358401234567", "Heating"):
        expect(page.locator("#so-far")).to_contain_text(text)


def test_problems_of_a_form_are_read_first(page, served, customer):
    """The list of problems has the focus; its entries lead to their fields, a long list's among them."""
    hand = Sender(page, served.address).start(customer, "tell_us")
    hand.act("answer", **{"f.country": "finland"})
    hand.show()
    long_list(page, "Country you lived in before", exact=False).fill("Atlantis")
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name=re.compile("Choose one of")).press("Enter")
    expect(long_list(page, "Country you lived in before", exact=False)).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name=re.compile("Tick what holds")).press("Enter")
    expect(page.get_by_label("The rent")).to_be_focused()


def test_fields_come_and_go(page, served, customer):
    """A tick shows what is asked then: the focus and what was typed stay, it is said politely, and it is sent."""
    at(page, "come_and_go", served, customer)
    owed = page.get_by_label("How much")
    expect(owed).to_be_hidden()
    page.get_by_label("Yes", exact=True).check()
    expect(owed).to_be_visible()
    expect(page.get_by_role("status").first).to_have_text(
        "Now also asked: How much, To whom, Paid back in a month (optional)."
    )
    expect(page.get_by_label("Yes", exact=True)).to_be_focused()
    tab_to(page, "How much")
    page.keyboard.type("100")
    page.get_by_label("Somebody else").check()
    page.get_by_label("Who is it").fill("Uncle Bo")
    page.get_by_label("No", exact=True).check()
    expect(page.get_by_label("Who is it")).to_be_hidden()
    expect(page.get_by_role("status").first).to_contain_text("No longer asked: How much")
    page.get_by_label("Yes", exact=True).check()
    expect(page.get_by_label("Who is it")).to_have_value("Uncle Bo")
    expect(owed).to_have_value("100")
    page.get_by_label("No", exact=True).check()
    expect(owed).to_be_hidden()
    page.get_by_label("Yes", exact=True).check()
    press(page, "Save and go on")
    shows(page, "Waits until")
    expect(page.locator("#so-far")).to_contain_text("Uncle Bo")


def test_only_the_fields_are_sent_to_ask_what_is_shown(page, served, customer):
    """What goes to the desk while a form is filled in: the visit and the fields, no note and no token."""
    at(page, "come_and_go", served, customer)
    sent = []
    page.on("request", lambda r: sent.append(r.post_data) if r.url.endswith("/shown") else None)
    page.get_by_role("textbox", name="Note").fill("Sounds worried")
    page.get_by_label("Yes", exact=True).check()
    expect(page.get_by_label("How much")).to_be_visible()

    assert sent == ["visit=1&f.owes=true&f.owed=&f.named=&f.paid="]


def test_a_rule_over_the_form_is_said_at_its_head(page, served, customer):
    """What no single field is wrong about has the focus at the head; the fields keep what was given."""
    at(page, "come_and_go", served, customer)
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("How much").fill("0")
    page.get_by_label("Bank").check()
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Who owes money owes more than nothing.")
    expect(page.get_by_label("How much")).to_have_value("0")
    page.get_by_label("How much").fill("5")
    page.get_by_label("Somebody else").check()
    expect(page.get_by_label("Who is it")).to_be_visible()


def test_a_page_put_in_place_has_nothing_of_the_one_without_scripts(page, served, customer):
    """A browser reads a page that a script fetched as if there were no scripts: that part is left out."""
    at(page, "come_and_go", served, customer)
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_be_visible()
    buttons = "form => [...form.elements].filter((one) => one.type === 'submit').map((one) => one.textContent)"
    assert page.locator("form#step").evaluate(buttons)[:1] == ["Save and go on"]
    assert "Show what else is asked" not in page.locator("form#step").evaluate(buttons)


def test_a_run_that_waits_goes_on_for_a_reason(page, served, customer):
    """Until when stands largest; going on early without a reason is refused at its field, with one it goes on."""
    at(page, "come_and_go", served, customer)
    page.get_by_label("No", exact=True).check()
    press(page, "Save and go on")
    shows(page, "Waits until 20")
    shows(page, "goes on by itself, at “Is it a good time now?”")
    press(page, "Go on early")
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    reason = page.get_by_label("Why it goes on early")
    expect(reason).to_have_attribute("aria-invalid", "true")
    page.get_by_role("alert").get_by_role("link").press("Enter")
    expect(reason).to_be_focused()
    page.keyboard.type("They rang themselves")
    press(page, "Go on early")
    shows(page, "Is it a good time now?")


def test_a_run_that_waits_goes_on_by_itself(page, served, customer):
    """When the time has come, the page shows the next step; but nothing that is being typed is lost over it."""
    at(page, "rest_a_little", served, customer)
    shows(page, "Waits until")
    reason = page.get_by_label("Why it goes on early")
    reason.fill("They are back")
    page.wait_for_timeout(6_000)
    expect(reason).to_have_value("They are back")
    page.keyboard.press("Escape")
    shows(page, "Are you still there?")
    expect(page.locator("h1")).to_be_focused()
