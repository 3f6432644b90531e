"""A step for a role: what whoever guides the contact sees and may do meanwhile, and who may answer."""

import re

import pytest

from tests.web.conftest import Tab, begin


@pytest.fixture
def waits(small):
    """Maria's tab at a step that a supervisor must answer."""
    return begin(small, "", "approve").act("answer", value="yes")


def of(tab, name, role="agent"):
    """The same run in a tab of somebody else."""
    return Tab(tab.client.application, name, role).get(tab.path)


def test_whoever_guides_sees_the_words_and_what_is_asked(waits):
    """What to say, what not to miss and the question; what to do is for the role, and so are the buttons."""
    assert waits.heading == "Waits for a supervisor"
    for words in ("I am asking my supervisor.", "Promise nothing yet.", "May this be paid?"):
        assert words in waits.text
    assert "Look at the account first." not in waits.text
    assert "Approved</button>" not in waits.text


def test_whoever_guides_has_the_ways_out(waits):
    """The ordinary row with its keys, but for "None of these": there is no answer to give here."""
    row = waits.text.split('aria-label="Ways out"')[1].split("</nav>")[0]
    for key in "bph":
        assert f'data-key="{key}"' in row
    assert "#note" in row
    assert "Customer gone" in row
    assert "None of these" not in row


def test_they_go_back_and_pause_and_go_on(waits):
    """Each way out is taken; paused, the page offers to go on, and the role waits for that."""
    waits.act("pause")
    assert waits.heading == "Paused"
    assert of(waits, "sue", "supervisor").heading == "maria has paused this contact"
    waits.act("resume")
    assert waits.heading == "Waits for a supervisor"
    waits.act("back")
    assert waits.heading == "Does the customer insist?"


def test_they_hand_over_and_end(waits, small):
    """Handing over and ending without an outcome work there, too."""
    run = waits.path
    form = waits.get(f"{run}/hand-over").form("hand_over")
    waits.post(run, form | {"to": "second_line"})
    assert waits.heading == "Waits for second line"
    other = begin(small, "", "approve").act("answer", value="yes")
    run = other.path
    form = other.get(f"{run}/gone").form("gone")
    other.post(run, form | {"reason": "hung_up"})
    assert other.heading == "The customer hung up"


def test_somebody_else_may_only_take_it_over(waits):
    """A third person has no way out of a contact that they do not guide, until they take it over."""
    john = of(waits, "john")
    assert john.heading == "Waits for a supervisor"
    assert 'aria-label="Ways out"' not in john.text
    assert 'aria-label="Ways out"' in john.act("take_over").text


def test_the_role_answers(waits):
    """Another person in the role has the buttons, and the run goes on."""
    sue = of(waits, "sue", "supervisor")
    assert sue.heading == "May this be paid?"
    assert "Look at the account first." in sue.text
    assert sue.act("answer", value="yes").heading == "Given"
    assert "Recorded: “Approved” to “May this be paid?”." in sue.text
    assert "Recorded:" not in waits.get(waits.path).text


def test_whoever_has_answered_gets_no_buttons_in_the_role(waits):
    """Changing the role, or how the name is written, does not make another person: it is said before, not after."""
    for name in ("maria", "Maria"):
        tab = of(waits, name, "supervisor")
        assert tab.heading == "Another person must act here"
        assert "Approved</button>" not in tab.text


def test_the_list_of_what_waits_is_watched_by_those_it_is_for(waits):
    """What the script asks for differs from what the page bears as soon as the list does; agents watch nothing."""
    sue = of(waits, "sue", "supervisor").get("/")
    held = re.search(r'data-watch="/waiting" data-state="([^"]+)"', sue.text)[1]
    assert held.startswith(waits.path.rpartition("/")[2])
    assert sue.get("/waiting").text == held
    sue.get(waits.path).act("answer", value="yes")
    assert sue.get("/waiting").text == ""
    assert "data-watch" not in waits.get("/").text


def test_the_start_page_lists_what_waits_for_ones_role(waits):
    """Ticket, flow and question, for the role alone, and only while it waits."""
    run = waits.path
    sue = of(waits, "sue", "supervisor").get("/")
    section = sue.text.split("Waits for a supervisor</h2>")[1].split("</section>")[0]
    for words in (run, "May this be paid?", "Approve a refund", "since ", "Unknown caller", "maria waits"):
        assert words in section
    assert "Waits for a" not in waits.get("/").text
    sue.get(run).act("answer", value="yes")
    assert "Waits for a supervisor" not in sue.get("/").text


@pytest.fixture
def asked(small):
    """Maria's tab at an amount that a supervisor must approve within a quarter of an hour."""
    return begin(small, "", "approve_amount").act("answer", f__how_much="120")


def test_whoever_answers_in_a_role_is_told_what_it_is_about(asked):
    """They hear no customer: above the question stands what was answered, and what is said meanwhile is not theirs."""
    sue = of(asked, "sue", "supervisor")
    card = sue.text.split('<article class="card step"')[1].split("</article>")[0]
    assert card.index("<b>120</b>") < card.index("May 120 be paid?")
    assert '<span class="label">Say</span>' not in card
    assert '<span class="label">Ask</span>' not in card
    assert "maria says meanwhile: I am asking my supervisor." in card
    assert '<span class="label">Say</span>' in asked.text


def test_a_step_with_a_time_says_until_when_it_waits(asked):
    """Nobody is told that it stays there: it goes on by itself when nobody answers, and where is told to both."""
    sue = of(asked, "sue", "supervisor")
    for tab in (asked, sue):
        assert "It stays here until then" not in tab.text
        assert re.search(r"waits (for you )?until \d{4}-\d\d-\d\d \d\d:\d\d", tab.text)
        assert "“Nobody could decide it now.”" in tab.text
    assert ", until 2" in sue.get("/").text


def test_whoever_asked_is_told_what_was_answered(asked):
    """The page that comes says who decided what, until its own agent has gone on from there."""
    of(asked, "sue", "supervisor").act("answer", value="another")
    asked.get(asked.path)
    assert asked.heading == "How much do they want?"
    assert "sue, supervisor, answered “Another amount” to “May 120 be paid?”." in asked.text
    assert "sue, supervisor, answered" not in asked.act("answer", f__how_much="90").text


def test_who_has_answered_is_not_asked_again(asked):
    """A later request is for another supervisor: the list says so and leads nowhere, the page has nothing old on it."""
    sue = of(asked, "sue", "supervisor")
    assert "Recorded: “Another amount”" in sue.act("answer", value="another").text
    asked.get(asked.path).act("answer", f__how_much="90")
    section = sue.get("/").text.split("Waits for a supervisor</h2>")[1].split("</section>")[0]
    assert "For another supervisor: you have answered in this run." in section
    assert f'href="{asked.path}"' not in section
    assert sue.get(asked.path).heading == "Another person must act here"
    assert "Recorded:" not in sue.text
    assert f'href="{asked.path}"' in of(asked, "tim", "supervisor").get("/").text


def test_no_digit_takes_a_contact_over(asked):
    """Where an answer stood a moment ago its key does not take the contact from a colleague, or back from a queue."""
    sue = of(asked, "sue", "supervisor").act("answer", value="another")
    assert 'data-key="1"' not in sue.text
    assert 'data-key="t"' in sue.text
    run = asked.get(asked.path).path
    asked.post(run, asked.get(f"{run}/hand-over").form("hand_over") | {"to": "second_line"})
    assert 'data-key="1"' not in asked.text


def test_who_may_only_read_is_offered_no_change(asked):
    """A reader's list of answers has nothing to press, nor has that of a contact that lies paused; the agent's has."""
    assert "/change/" in asked.text
    assert "/change/" not in of(asked, "john").text
    assert "/change/" not in asked.act("pause").text
