"""The case note as it is written beside the page: what a colleague must know, in words."""

import html
import re

from tests.web.conftest import Tab, begin


def note(tab):
    """The case note of the page."""
    return html.unescape(re.search(r'<div class="case[^>]*>(.*?)</div>', tab.text, re.DOTALL)[1])


def go(tab, *answers):
    """Give *answers* one after the other; "" reads a message."""
    for answer in answers:
        field = re.search(r'name="(f\.[^"]+)"', tab.text)
        if not answer:
            tab.act("continue")
        else:
            tab.act("answer", **{field[1].replace(".", "__") if field else "value": answer})
        while "Being " in tab.heading:
            tab.get(tab.path)
    return tab


def at_approval(tab):
    """At a refund for which a supervisor is asked."""
    begin(tab, "C-1001", "refund")
    return go(tab, "yes", "4071", "yes", "100201", "faulty", "here", "129")


def test_it_says_whose_turn_it_is(tab, open_tab):
    """A supervisor who is awaited, what they are asked, until when, and who waits for it; then whoever goes on."""
    at_approval(tab)
    expected = (
        r"Next step: a supervisor answers “May 129\.00 EUR be paid back for order 100201\?” by [-\d]+ [\d:]+; maria"
    )
    assert re.search(expected, note(tab))
    go(open_tab("sam", "supervisor").get(tab.path), "approved")
    assert "Next step: maria goes on." in note(tab.get(tab.path))
    run = tab.path
    tab.post(run, tab.get(f"{run}/hand-over").form("hand_over") | {"to": "second_line"})
    assert "Next step: the queue second line takes it over." in note(tab)


def test_it_has_what_the_customer_was_told(tab, open_tab):
    """Numbers and days that were said, a PIN that was right, what was done; no raw name of a queue or an outcome."""
    at_approval(tab)
    go(open_tab("sam", "supervisor").get(tab.path), "approved")
    go(tab.get(tab.path), "yes", "")
    assert "- Please tell me the four digits: given, 4 digits, right" in note(tab)
    assert "- Done: pay" in note(tab)
    assert re.search(
        r"- Told: I have paid 129\.00 EUR back\. You will see it on your account by \d+ \w+ \d{4}", note(tab)
    )
    go(tab, "no", "")
    assert re.search(r"Passed on to billing as INC-[-\d]+, severity standard: The refund", note(tab))
    assert re.search(r"- Told: .* Your number is INC-[-\d]+\.", note(tab))
    assert "Result: Refund: another team took over [REFUND-TIER2], not resolved." in note(tab)


def test_it_has_who_took_the_contact_over(at_light, open_tab):
    """Handing over and taking over are in it, with who did."""
    run = at_light.path
    at_light.post(run, at_light.get(f"{run}/hand-over").form("hand_over") | {"to": "second_line"})
    text = note(open_tab("timo").get(run).act("take_over"))
    assert "Note by maria: Handed over to second line" in text
    assert "Note by timo: Taken over" in text


def test_a_contact_that_broke_off_says_how(at_light):
    """Each reason has its own next step, and the words of the step that was left are not shown on the last page."""
    run = at_light.path
    steps = {
        "hung_up": "none is set; the customer hung up.",
        "later": "none is set; the customer will come back later.",
        "no_reply": "maria calls back, since the customer no longer answered.",
    }
    for reason, owed in steps.items():
        tab = Tab(at_light.client.application)
        begin(tab, "C-1002", seen=run.rpartition("/")[2])
        if "under way" in tab.heading:
            tab.post(
                tab.path,
                {
                    "token": re.search(r'name="token" value="([^"]+)"', tab.text)[1],
                    "flow": "internet_down",
                    "seen": re.search(r'name="seen" value="([^"]*)"', tab.text)[1],
                },
            )
        here = tab.path
        tab.post(here, tab.get(f"{here}/gone").form("gone") | {"reason": reason})
        assert f"Next step: {owed}" in note(tab)
        assert "Result: ended without an outcome: the customer" in note(tab)
        assert 'class="say"' not in tab.text


def test_one_promise_is_one_follow_up(tab):
    """What a run plans and its outcome owes by the same time stands on the ticket once, in words."""
    begin(tab, "C-1004", "parcel_not_arrived")
    go(tab, "", "yes", "7304", "yes", "100205", "")
    number = re.search(r"T-\d+", tab.text)[0]
    assert "- Done: follow-up planned in 3 working days, first line: Look where the parcel is" in note(tab)
    listed = tab.get(f"/tickets/{number}").text.split("On this ticket</h2>")[1].split("</ul>")[0]
    assert listed.count("Look where the parcel is") == 1
    assert "Follow up" not in listed
    assert ", first line" in listed
