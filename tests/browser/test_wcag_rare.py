"""WCAG 2.2 AA as far as a machine can tell: where a run does not go on, each in light and dark, wide and narrow."""

from tests.browser.walk import PIN, Sender, press
from tests.web.test_qa import damage


def test_axe_finds_nothing_where_it_does_not_go_on(served, eye, customer):
    """Inputs asked first, a flow that is stuck, a call under way, somebody else's turn, a change nobody knows about."""
    page, at = eye.page, served.address
    hand = Sender(page, at)
    hand.start(customer, "share_line", people="0", how="cable")
    run = hand.url
    page.goto(run)
    page.get_by_role("definition").get_by_role("link").first.click()
    page.get_by_role("button", name="Share out a line").click()
    page.get_by_role("button", name="Start it anew all the same").click()
    eye.look("what a flow needs first", "what it needs first")
    page.get_by_label("How many people").fill("many")
    press(page, "Start")
    eye.look("what it needs, with a problem", "There is a problem")
    page.goto(run)
    press(page, "Continue")
    eye.look("stuck", "The flow can’t go on by itself")

    hand.start(customer, "ask_leave")
    hand.show()
    eye.look("waits for a role", "Waits for a supervisor")

    hand.start(customer)
    hand.act("continue")
    hand.show()
    press(page, "Forgotten or never had one")
    page.goto(f"{hand.url}/hand-over")
    press(page, "Second line")
    eye.look("handed over", "Waits for second line")
    other = Sender(page, at, name="ida")
    other.get(hand.url)
    other.act("take_over")
    Sender(page, at)
    page.goto(hand.url)
    eye.look("a colleague guides it", "ida is guiding this contact")

    served.hold("line.test")
    hand.start(customer).to_pin()
    hand.act("answer", **{"f.pin": PIN})
    hand.show()
    eye.look("waits for a call", "Being looked up")

    # That page loads itself anew when the call comes back, at a moment of its own: go on in another.
    page = eye.page = page.context.new_page()
    served.let_go("line.test")
    served.hold("parts.order")
    hand.start(customer, "order_part")
    hand.act("continue")
    served.crash()
    page.goto(hand.url)
    eye.look("a change nobody knows about", "Was it done")
    old = page.context.new_page()
    old.goto(hand.url)
    press(page, "No, it was not done")
    press(old, "No, it was not done")
    eye.page = old
    eye.look("a tab that was behind", "This page was behind.")

    hand.start(customer, "ask_leave")
    served.stop()
    damage(served.folder, f"DELETE FROM entries WHERE run = '{hand.url.rpartition('/')[2]}' AND seq = 1")
    served.start()
    page.goto(hand.url)
    eye.page = page
    eye.look("a damaged run", "This run can’t go on")

    assert eye.found == []
