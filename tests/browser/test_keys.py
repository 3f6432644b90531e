"""Keys, focus and fit: what a person on a live call has under their fingers."""

import pytest
from playwright.sync_api import expect

from tests.browser.walk import (
    CUSTOMER,
    LIGHT,
    RESTART,
    Sender,
    arriving,
    at_light,
    at_pin,
    press,
    run_id,
    shows,
    start,
    tap,
    ticket_by_clicks,
)


@pytest.fixture(scope="module")
def library(whole_library):
    """All shipped flows: they are searched."""
    return whole_library


def test_the_new_step_takes_the_focus_and_is_announced(served, page, customer):
    """After an answer the focus is on the new heading, the title has changed, and one polite line says the question."""
    at_light(page, served.address, customer)

    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_role("status").first).to_have_text(f"Now: {LIGHT}")
    before = page.title()
    assert LIGHT in before
    page.keyboard.press("2")
    shows(page, RESTART)
    assert page.title() != before


def test_a_flow_is_found_and_taken_by_keys(served, page, customer):
    """
    A ticket's page begins in the search: Enter takes the flow that is marked, also where it is pressed before the list
    has caught up; the arrows go through the list and back; where nothing fits, that is said while one types and after
    Enter. The key that leads into the search replaces what stood there.
    """
    Sender(page, served.address)
    ticket_by_clicks(page, served.address, customer)
    ticket, field = page.url, page.get_by_label("What it is about")
    marked = page.locator("#flows button.main")
    expect(field).to_be_focused()
    page.keyboard.type("int")
    expect(marked).to_have_text("The customer has no internet")
    page.keyboard.press("ArrowDown")
    expect(marked).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#flows li:not([hidden]) button").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()

    field.fill("")
    page.keyboard.type("wif")
    page.keyboard.press("Enter")
    expect(page.locator(".strip")).to_contain_text("The Wi-Fi is slow")
    assert "/runs/" in page.url

    page.goto(ticket)
    field.fill("zebra")
    expect(page.get_by_text("No flow fits. Try another word")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("wif")
    expect(field).to_have_value("wif")
    expect(page.get_by_text("No flow fits. Try another word")).to_be_hidden()
    field.fill("zebra")
    field.press("Enter")
    shows(page, "No flow fits “zebra”")


def test_a_flow_under_way_is_gone_on_with_by_one_key(served, page, customer):
    """Enter on the ticket takes the flow that is under way: that is told, one key goes on, another begins anew."""
    start(page, served.address, customer)
    first = run_id(page)
    for key in ("1", "2"):
        page.locator(".strip a").click()
        expect(page.get_by_role("heading", name="Go on where it stopped")).to_be_visible()
        page.get_by_label("What it is about").fill("no internet")
        expect(page.locator("#flows li:visible").first).to_contain_text("The customer has no internet")
        page.keyboard.press("Enter")
        shows(page, "is under way on this ticket already")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        tap(page, key)
        shows(page, "I am sorry to hear that.")
        assert (run_id(page) == first) is (key == "1")


def test_no_key_works_while_typing_or_with_modifiers(served, page, customer):
    """Digits in a note are text; with Ctrl, with Meta, or held down, a digit answers nothing."""
    at_light(page, served.address, customer)
    page.keyboard.press("n")
    page.keyboard.type("1 b p h 0")
    assert page.get_by_role("textbox", name="Note").input_value() == "1 b p h 0"
    page.keyboard.press("Escape")
    page.keyboard.press("Control+1")
    page.keyboard.press("Meta+2")
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', code: 'Digit1', repeat: true}))")
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', code: 'Digit1', isComposing: true}))")
    page.wait_for_timeout(300)

    shows(page, LIGHT)


def test_a_pin_typed_blind_goes_into_its_field(served, page, customer):
    """The field has the focus, also after a refused value; digits beside it do nothing."""
    at_pin(page, served.address, customer)
    field = page.get_by_label("PIN", exact=True)
    expect(field).to_be_focused()
    page.keyboard.type("00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.type("0123")
    page.wait_for_timeout(200)

    expect(field).to_be_visible()


def test_a_pin_typed_a_page_too_early_sends_nobody_away(served, page, customer):
    """Who types on while "none of these" opens does not mean the people on it; after a pause its keys are theirs."""
    hand = Sender(page, served.address).start(customer)
    hand.act("continue")
    hand.show()
    shows(page, "four-digit phone PIN")
    page.add_init_script(
        "if (location.pathname.endsWith('/none-fits')) addEventListener('load', () => [...'71'].forEach((key) =>"
        " document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code: `Digit${key}`, bubbles: true}))))"
    )
    page.keyboard.type("40")
    shows(page, "None of these fits")
    expect(page.get_by_role("status").first).to_contain_text("not taken")
    page.wait_for_timeout(800)
    with arriving(page):
        page.keyboard.press("b")

    shows(page, "four-digit phone PIN")


def test_what_is_typed_at_a_list_of_problems_is_no_key_of_the_step(served, page, customer):
    """A form that was wrong twice has its list of problems in focus; "b" and "/" typed there lead nowhere."""
    hand = Sender(page, served.address).start(customer, "tell_us")
    hand.act("answer", **{"f.country": "finland"})
    hand.show()
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.type("85 b/h0", delay=60)
    page.wait_for_timeout(300)

    expect(page.get_by_role("alert")).to_be_focused()


def test_a_note_is_saved_with_the_answer(served, page, customer):
    """What stands in the note box when an answer is pressed is among the notes of the next step."""
    at_light(page, served.address, customer)
    page.get_by_role("textbox", name="Note").fill("Needs it by five")
    press(page, "Red, or flashing red")
    shows(page, RESTART)
    expect(page.locator("aside .list").get_by_text("Needs it by five")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("")


def test_keys_can_be_switched_off_and_bound_to_alt(served, page, customer):
    """Off: a digit does nothing. With Alt: the digit alone does nothing, Alt and the digit answer."""
    at_light(page, served.address, customer)
    for mode, dead in (("Off", "2"), ("With Alt", "2")):
        page.get_by_role("link", name="Keys").click()
        page.get_by_label(mode, exact=True).check()
        page.get_by_role("button", name="Save").click()
        shows(page, LIGHT)
        page.keyboard.press(dead)
        page.wait_for_timeout(200)
        shows(page, LIGHT)
    page.keyboard.press("Alt+2")

    shows(page, RESTART)


def test_the_list_of_keys_opens_beside_the_step(served, page, customer):
    """ "?" opens and closes a list that covers nothing: it is no dialog, and the step stays usable."""
    start(page, served.address, customer)
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys dl")).to_be_hidden()
    assert page.locator("dialog, [role=dialog]").count() == 0


def test_a_note_that_was_begun_is_not_lost(served, page, customer):
    """It comes along over a way out and back, and a refresh; whatever is sent next saves it, once."""
    at_light(page, served.address, customer)
    page.keyboard.press("n")
    page.keyboard.type("The dog bit the cable")
    page.get_by_role("link", name="Hand over").click()
    shows(page, "Hand over to whom?")
    tap(page, "b")
    shows(page, LIGHT)
    note = page.get_by_role("textbox", name="Note")
    expect(note).to_have_value("The dog bit the cable")
    page.reload()
    expect(note).to_have_value("The dog bit the cable")
    page.goto(f"{page.url}/gone")
    shows(page, "Is the customer gone?")
    with arriving(page):
        tap(page, "1")
    expect(page.locator("aside .list").get_by_text("The dog bit the cable")).to_have_count(1)
    expect(page.locator(".case")).to_contain_text("The dog bit the cable")
    expect(note).to_have_value("")
    page.reload()
    expect(note).to_have_value("")


def test_what_is_typed_at_a_step_is_there_again(served, page, customer):
    """
    After a note, a pause or a look at handing over, a form that was begun stands as it was left; once it is sent,
    nothing of it is kept.
    """
    at_light(page, served.address, customer)
    press(page, "Green")
    speed = page.get_by_label("Download speed")
    speed.fill("41")
    page.get_by_role("textbox", name="Note").fill("A dog barks")
    with arriving(page):
        page.get_by_role("button", name="Save note").click()
    expect(speed).to_have_value("41")
    page.get_by_role("button", name="Pause").click()
    shows(page, "Paused")
    press(page, "Go on")
    expect(speed).to_have_value("41")
    page.get_by_role("link", name="Hand over").click()
    shows(page, "Hand over to whom?")
    page.go_back()
    expect(speed).to_have_value("41")

    page.get_by_label("Yes", exact=True).check()
    assert "41" in page.evaluate("JSON.stringify(sessionStorage)")
    press(page, "Save and go on")
    assert "41" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_what_is_typed_before_its_script_has_come_is_kept_too(served, page, customer):
    """On a slow line a note may be saved before the script has come that keeps what is typed."""
    at_light(page, served.address, customer)
    asked = []
    page.route("**/typed.js*", lambda route: asked.append(route))
    press(page, "Green")
    speed = page.get_by_label("Download speed")
    speed.fill("41")
    page.get_by_role("textbox", name="Note").fill("A dog barks")
    with arriving(page):
        page.get_by_role("button", name="Save note").click()
    expect(page.locator("aside .list").get_by_text("A dog barks")).to_have_count(1)
    expect(speed).to_have_value("")
    for route in asked:
        route.continue_()
    expect(speed).to_have_value("41")


def test_a_long_text_is_sent_by_keys(served, page, customer):
    """Ctrl Enter in the field of a step sends its form, as in a note it saves the note."""
    Sender(page, served.address)
    ticket_by_clicks(page, served.address, customer)
    page.keyboard.type("complain")
    page.keyboard.press("Enter")
    page.locator("#step textarea").first.fill("They never came, twice.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#so-far")).to_contain_text("They never came, twice.")


def test_a_secret_that_is_typed_is_kept_nowhere(served, page, customer):
    """What stands in the browser for the tab holds no PIN."""
    at_pin(page, served.address, customer)
    page.get_by_label("PIN", exact=True).fill("4711")

    assert "4711" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_note_outlives_a_page_that_knows_nothing_of_it(served, page, customer):
    """Where who one is was forgotten, the page that asks for the name took no note: it stands on the step again."""
    at_light(page, served.address, customer)
    run = page.url
    page.keyboard.press("n")
    page.keyboard.type("Rang twice")
    page.context.clear_cookies()
    with arriving(page):
        page.locator(".answers button").first.click()
    shows(page, "Your name")
    Sender(page, served.address)
    page.goto(run)
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Rang twice")


def test_a_page_that_goes_on_by_itself_takes_the_note_along(served, page, customer):
    """Who writes while the desk looks something up writes on at the next step, at the same place."""
    served.hold("line.test")
    at_pin(page, served.address, customer)
    page.get_by_label("PIN", exact=True).fill("4071")
    press(page, "Save and go on")
    shows(page, "Being looked up: test line")
    tap(page, "n")
    page.keyboard.type("Rang twice")
    served.let_go("line.test")
    shows(page, LIGHT)
    note = page.get_by_role("textbox", name="Note")
    expect(note).to_be_focused()
    page.keyboard.type(", angry")
    expect(note).to_have_value("Rang twice, angry")


def test_every_way_out_has_its_key(served, page, customer):
    """0, b, p, h and / lead out of a step, and "customer gone" does, once; none of them is a dead end."""
    at_pin(page, served.address, customer)
    page.get_by_role("link", name="Customer gone").click()
    shows(page, "Is the customer gone?")
    tap(page, "b")
    shows(page, "tell me the four digits")
    page.get_by_label("PIN", exact=True).fill("4071")
    press(page, "Save and go on")
    shows(page, LIGHT)
    expect(page.get_by_role("button", name="The caller hung up")).to_have_count(1)
    expect(page.get_by_role("link", name="Customer gone")).to_have_count(0)
    tap(page, "0")
    shows(page, "None of these fits")
    tap(page, "b")
    shows(page, LIGHT)
    tap(page, "h")
    shows(page, "Hand over to whom?")
    tap(page, "b")
    shows(page, LIGHT)
    tap(page, "p")
    shows(page, "Paused")
    tap(page, "p")
    shows(page, LIGHT)
    tap(page, "/")
    shows(page, "Who is on the line?")


def test_customers_are_offered_while_typing(served, page):
    """The browser's own list, usable by keys and screen readers, has who fits; a polite line says how many."""
    Sender(page, served.address)
    page.goto(served.address)
    field = page.get_by_role("combobox", name="Customer number", exact=True)
    field.press_sequentially("aino")
    offered = page.locator("#customers option")
    expect(offered).to_have_count(1)
    assert offered.evaluate("option => [option.value, option.label]") == [CUSTOMER, "Aino Virtanen"]
    expect(page.get_by_role("status").first).to_have_text("1 customer fits")
    field.fill("nobody")
    expect(offered).to_have_count(0)
    expect(page.get_by_role("status").first).to_have_text("0 customers fit")
    field.fill(CUSTOMER)
    field.press("Enter")
    shows(page, "Start a flow")
    assert "Aino Virtanen" in page.title()


def test_a_step_fits_its_pane(served, page, customer):
    """At 1366×768 and beside a ticket at 360 to 420 px the step with its ways out needs no scrolling, to no side."""
    at_light(page, served.address, customer)
    for width, height in ((1366, 768), (420, 768), (400, 768), (360, 768), (320, 900)):
        page.set_viewport_size({"width": width, "height": height})
        bottom = page.evaluate("document.querySelector('.escape').getBoundingClientRect().bottom + scrollY")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert bottom <= height, f"at {width}x{height}"


def test_large_buttons_are_large(served, page, customer):
    """Every target of the step is at least 44 px high; links in lists at least 24 px."""
    at_light(page, served.address, customer)
    for width in (1366, 400):
        page.set_viewport_size({"width": width, "height": 768})
        small = page.evaluate(
            "() => [...document.querySelectorAll('.step button, .step .button')]"
            ".map(e => [e.textContent, e.getBoundingClientRect().height]).filter(e => e[1] < 40)"
        )
        assert small == []
        links = page.evaluate(
            "() => [...document.querySelectorAll('.so-far a, .bar a')]"
            ".map(e => e.getBoundingClientRect().height).filter(h => h > 0 && h < 24)"
        )
        assert links == []


def test_a_change_nobody_knows_about_is_asked(served, page, customer):
    """A change that may not be repeated, open when the desk was killed: the agent is asked, and that is recorded."""
    served.hold("parts.order")
    Sender(page, served.address).start(customer, "order_part").show()
    shows(page, "Must not be missed")
    press(page, "Continue")
    shows(page, "Being done: order")
    served.crash()
    page.reload()
    shows(page, "Was it done: order?")
    page.keyboard.press("2")
    shows(page, "PART-PASSED")
