"""Tabs that are behind, double clicks, refreshes, a browser or a desk that dies in the middle of a call."""

import signal
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from shepherd.flow.saying import said_moment
from tests.browser.keyboard import BETWEEN
from tests.browser.walk import (
    LIGHT,
    PIN,
    RESTART,
    VISIT,
    WORKS,
    Sender,
    answers,
    at_light,
    at_pin,
    name_by_clicks,
    press,
    run_id,
    shows,
    tap,
)


def path_of(page, served):
    """The rows of the recorded path, as (step, answer)."""
    page.goto(f"{served.address}/qa/runs/{run_id(page)}")
    rows = page.locator("table.path tbody tr")
    return [" ".join(text.split()) for text in rows.all_inner_texts()]


def at_once(page, script):
    """Run *script* in the moment in which the next step is there, *x* and *y* being where one clicked last."""
    page.evaluate(
        "() => { let x, y; addEventListener('click', (e) => { x = e.clientX; y = e.clientY; }, true);"
        f" new MutationObserver((_, seen) => {{ seen.disconnect(); {script} }})"
        ".observe(document.documentElement, {childList: true}) }"
    )


def test_a_double_click_answers_one_question(served, page, customer):
    """Two quick clicks on one place are one answer, even where the next step is there before the second of them."""
    at_light(page, served.address, customer)
    press(page, "Red, or flashing red")
    again = "new MouseEvent('click', {bubbles: true, cancelable: true, detail: 2, clientX: x, clientY: y})"
    at_once(page, f"document.querySelector('.answers button').dispatchEvent({again})")
    page.locator(".answers").get_by_role("button", name="Continue").click()
    shows(page, WORKS)
    expect(page.locator("#status")).to_contain_text("That was not taken.")
    page.wait_for_timeout(BETWEEN)
    shows(page, WORKS)


def test_a_key_that_bounces_answers_one_question(served, page, customer):
    """The same key again at once is not taken by the next step; after a moment it is."""
    at_light(page, served.address, customer)
    press(page, "Red, or flashing red")
    at_once(page, "document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', code: 'Digit1'}))")
    page.keyboard.press("1")
    shows(page, WORKS)
    expect(page.locator("#status")).to_contain_text("That was not taken.")
    shows(page, WORKS)
    tap(page, "2")
    shows(page, LIGHT)


def test_what_is_typed_while_the_desk_looks_something_up_answers_nothing(served, page, customer):
    """Digits typed at a waiting page that gives way to the next step are not its keys; after a moment they are."""
    served.hold("line.test")
    at_pin(page, served.address, customer)
    page.get_by_label("PIN", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, "Being looked up: test line")
    served.let_go("line.test")
    while page.locator("[data-each]").count():
        page.keyboard.press("2")
        page.wait_for_timeout(50)
    for _ in range(5):
        page.keyboard.press("2")
        page.wait_for_timeout(50)
    shows(page, LIGHT)
    expect(page.locator("#status")).to_contain_text("That was not taken.")
    page.wait_for_timeout(700)
    page.keyboard.press("2")
    shows(page, RESTART)


def test_a_second_answer_while_saving_is_not_taken_and_said_so(served, page, customer):
    """While one answer is under way at a slow desk, a second key press is ignored, and the page says so."""
    at_light(page, served.address, customer)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    served.send(signal.SIGSTOP)
    page.keyboard.press("2")
    expect(page.locator("#status")).to_have_text("Saving …")
    page.keyboard.press("1")
    expect(page.locator("#status")).to_contain_text("The second one was not taken.")
    served.send(signal.SIGCONT)
    shows(page, RESTART)

    assert len(sent) == 1


def test_a_desk_that_does_not_answer_loses_no_answer(served, page, customer):
    """Where the desk is away, what was entered stays on the page; pressed again it is taken once."""
    at_light(page, served.address, customer)
    press(page, "Green")
    page.get_by_label("Download speed").fill("55")
    page.get_by_label("Yes", exact=True).check()
    served.stop()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("#status")).to_contain_text("whether this was saved is not known")
    assert page.get_by_label("Download speed").input_value() == "55"
    served.start()
    press(page, "Save and go on")
    expect(page.locator("#so-far")).to_contain_text("55")


def test_what_became_of_an_answer_is_told_as_it_is(served, page, customer):
    """Where only the reply got lost the answer is not called unsaved: its step comes. Else it is."""
    at_light(page, served.address, customer)
    page.route("**/runs/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.keyboard.press("1")
    expect(page.locator("#status")).to_contain_text("Not saved")
    page.unroute("**/runs/*")

    def lose_the_reply(route):
        if route.request.method == "POST":
            route.fetch()
            return route.abort()
        return route.continue_()

    page.route("**/runs/*", lose_the_reply)
    tap(page, "1")
    shows(page, "Download speed")
    expect(page.locator("#so-far")).to_contain_text("Green")


def test_a_tab_that_is_behind_moves_nothing(served, context, page, customer):
    """The old tab is told so and shows the true step, from which one goes on."""
    at_light(page, served.address, customer)
    old = context.new_page()
    old.goto(page.url)
    press(page, "Red, or flashing red")
    shows(page, RESTART)

    press(old, "Green")
    shows(old, "This page was behind.")
    shows(old, RESTART)
    press(old, "Continue")
    shows(old, WORKS)


def test_refresh_and_the_back_button_send_nothing_again(served, page, customer):
    """Refresh shows the step; the browser's own "back" changes no answer."""
    at_light(page, served.address, customer)
    run = page.url
    page.get_by_role("link", name="Tickets").click()
    page.goto(run)
    press(page, "Red, or flashing red")
    shows(page, RESTART)
    before = answers(page)
    page.reload()
    shows(page, RESTART)
    page.go_back()
    page.go_forward()

    shows(page, RESTART)
    assert answers(page) == before


def test_the_browsers_back_after_a_changed_answer_is_no_dead_end(served, page, customer):
    """It leads to where the contact stands, whichever page the browser had kept, and says that the other was old."""
    at_light(page, served.address, customer)
    press(page, "Red, or flashing red")
    shows(page, RESTART)
    page.get_by_role("link", name="change “Red, or flashing red”").click()
    shows(page, "So far:")
    press(page, "Green")
    shows(page, "Change this answer?")
    press(page, "Change it")
    shows(page, "Measure")
    stood = page.title()
    page.go_back()
    for _ in range(2):
        if page.get_by_text("So far:").count():  # the page as the browser kept it
            press(page, "Green")
        shows(page, "That page was old")
        assert page.title() == stood
        page.reload()


def test_a_browser_that_dies_in_a_call_comes_back_to_its_result(served, browser, customer):
    """The call goes on without the page: a new browser finds the run on the start page, at the next step."""
    served.hold("line.test")
    first = browser.new_context()
    page = first.new_page()
    at_pin(page, served.address, customer)
    page.get_by_label("PIN", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, "Being looked up: test line")
    first.close()
    served.let_go("line.test")

    second = browser.new_context()
    page = second.new_page()
    name_by_clicks(page, served.address)
    page.get_by_role("link", name="The customer has no internet").first.click()
    shows(page, LIGHT)
    second.close()


def test_a_desk_that_dies_in_a_call_looks_it_up_again(served, page, customer):
    """A lookup that was open when the desk was killed is made again; nothing is asked twice."""
    served.hold("line.test")
    at_pin(page, served.address, customer)
    page.get_by_label("PIN", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, "Being looked up: test line")
    served.stop(signal.SIGKILL)
    served.let_go("line.test")
    served.start()

    page.reload()
    shows(page, LIGHT)


def test_a_page_whose_script_does_not_come_asks_for_it_again(served, page, customer):
    """Where the desk is gone just as a page has come, what watches it is fetched later, and the contact goes on."""
    lost = []

    def once(route):
        lost.append(route.request.url)
        route.abort() if len(lost) == 1 else route.continue_()

    page.route("**/watch.js*", once)
    served.hold("line.test")
    at_pin(page, served.address, customer)
    page.get_by_label("PIN", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, "Being looked up: test line")
    served.let_go("line.test")
    shows(page, LIGHT)
    assert len(lost) > 1


def test_a_booking_under_way_when_the_desk_dies_is_made_once(served, page, customer):
    """A change that may be repeated is sent again under the same key: one visit is booked, and the run goes on."""
    at_light(page, served.address, customer)
    press(page, "No light at all")
    press(page, "It is in")
    shows(page, VISIT)
    served.hold("fieldwork.book")
    press(page, "Book it")
    shows(page, "Being done: book engineer")
    served.stop(signal.SIGKILL)
    served.let_go("fieldwork.book")
    served.start()
    page.reload()

    tomorrow = said_moment(datetime.now(UTC) + timedelta(days=1), "en").partition(" at ")[0]
    shows(page, f"An engineer will be with you on {tomorrow} at 9:00")


def test_an_approval_goes_from_page_to_page_by_itself(served, browser, page, customer):
    """The supervisor's list fills without losing what is typed beside it; the agent's page goes on when it is given."""
    supervisors = browser.new_context()
    sue = supervisors.new_page()
    name_by_clicks(sue, served.address, "sue", "Supervisor")
    sue.get_by_label("In the customer’s words").fill("Rang twice")
    Sender(page, served.address).start(customer, "ask_leave").show()
    shows(page, "Waits for a supervisor")
    listed = sue.locator("#awaited").get_by_role("link", name="May this be done?")
    expect(listed).to_be_visible(timeout=15_000)
    expect(sue.get_by_label("In the customer’s words")).to_have_value("Rang twice")
    listed.click()
    shows(sue, "May this be done?")
    sue.keyboard.press("1")
    expect(page.locator("article.step")).to_contain_text("LEAVE-GIVEN", timeout=15_000)
    supervisors.close()


def test_a_refused_form_is_sent_once(served, page, customer):
    """A value that does not fit goes out once: the reply is the page that says why, from which one goes on."""
    at_pin(page, served.address, customer)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_label("PIN", exact=True).fill("12")
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_be_visible()
    assert len(sent) == 1
    assert page.title().startswith("Problem: ")
    page.get_by_label("PIN", exact=True).fill(PIN)
    press(page, "Save and go on")
    shows(page, LIGHT)
    assert len(sent) == 2


def test_a_refusal_leaves_nothing_to_be_sent_again(served, page, customer):
    """Refresh after a refusal shows the step, without asking whether the form is to be sent again."""
    at_pin(page, served.address, customer)
    page.get_by_label("PIN", exact=True).fill("12")
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_be_visible()
    page.reload()

    shows(page, "tell me the four digits")
    expect(page.get_by_role("alert")).to_have_count(0)
