"""The fields that people fill in: how each kind is shown, what it brings, and what is refused in words."""

import re

import pytest

from tests.web.conftest import answer_until, begin

FILLED = {
    "f.pay": "1900.50",
    "f.born": "1990-02-03",
    "f.at_work": "08:30",
    "f.meeting": "2026-12-01T09:00",
    "f.phone": "+358 40 1234567",
    "f.mail": "ada@example.com",
    "m.worries": ["rent", "heat"],
}


@pytest.fixture
def about(small):
    """A tab at the form with a field of every kind."""
    begin(small, "", "tell_us")
    small.act("answer", f__country="finland")
    return small


def field(tab, name):
    """The field *name* of the page, as HTML."""
    return re.search(rf'<div class="field[^>]*data-field="{name}".*?\n</div>', tab.text, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("pay", "text", 'inputmode="decimal"'),
        ("born", "text", 'data-kind="date"'),
        ("at_work", "time", ""),
        ("meeting", "text", 'data-kind="datetime"'),
        ("phone", "tel", 'autocomplete="off"'),
        ("mail", "email", 'spellcheck="false"'),
    ],
)
def test_each_kind_has_its_own_input(about, name, kind, more):
    """Days are typed, so that no browser turns day and month round; addresses bring up their own keyboard."""
    shown = re.search("<input [^>]*>", field(about, name))[0]

    assert f'type="{kind}"' in shown
    assert 'autocomplete="off"' in shown
    assert more in shown


def test_money_names_its_currency(about):
    """The currency stands beside the field, described by it too; what was given comes back without it."""
    assert '<span id="f-pay-unit">EUR</span>' in field(about, "pay")
    assert "f-pay-unit" in re.search('<input [^>]*aria-describedby="([^"]*)"', field(about, "pay"))[1]
    about.act("fields", **FILLED | {"f.pay": "1,950"})
    assert about.status == 422
    assert 'value="1,950"' in field(about, "pay")


def test_everything_that_is_given_is_taken(about):
    """One form with every kind of field goes through, and the path has what was given, in words."""
    about.act("fields", **FILLED)

    assert about.heading == "Thank you."
    for text in ("1900.50 EUR", "1990-02-03", "+358401234567", "The rent, Heating"):
        assert text in about.text


def test_an_amount_may_bear_its_currency(about):
    """Its sign or its code, before or behind; another currency is refused at the field, and what was typed stays."""
    about.act("fields", **FILLED | {"f.pay": "£120"})
    assert "This is in GBP. Give the amount in EUR." in field(about, "pay")
    assert 'value="£120"' in field(about, "pay")
    about.act("fields", **FILLED | {"f.pay": "120 €"})

    assert about.heading == "Thank you."
    assert "120.00 EUR" in about.text


def test_several_can_be_ticked_or_none(about):
    """Several boxes in one group with a name; "None of these" is an answer, nothing ticked is none."""
    worries = field(about, "worries")
    assert worries.count('type="checkbox"') == 4
    assert re.search(r"<fieldset[^>]*>\s*<legend>What worries you</legend>", worries)
    about.act("fields", **{k: v for k, v in FILLED.items() if k != "m.worries"})
    assert about.status == 422
    assert '<a href="#f-worries">What worries you: Tick what holds, or “None of these”.</a>' in about.text
    about.act("fields", **FILLED | {"m.worries": [""]})
    assert about.heading == "Thank you."
    assert "none of them" in about.text


def test_none_and_some_exclude_each_other(about):
    """ "None of these" along with one of them says two things: it is refused, and what was ticked is kept."""
    about.act("fields", **FILLED | {"m.worries": ["rent", ""]})

    assert about.status == 422
    assert "but not both" in about.text
    assert re.findall(r'value="(\w*)"[^>]* checked', field(about, "worries")) == ["rent", ""]


def test_where_one_is_needed_none_is_not_offered(about):
    """With a least number there is no "None of these", and the number is told."""
    spoken = field(about, "spoken")

    assert "None of these" not in spoken
    assert "Choose 1 or more." in spoken


def test_a_form_with_problems_is_read_from_its_list(about):
    """With several fields, the list of what is wrong has the focus; each entry leads to its field."""
    about.act("fields", f__pay="x", f__phone="y")

    assert re.search(r'<div class="problem" role="alert" tabindex="-1" data-focus', about.text)
    assert about.text.count("data-focus") == 1
    for name in ("pay", "born", "at_work", "phone", "worries"):
        assert f'<a href="#f-{name}">' in about.text
        assert f'id="f-{name}"' in field(about, name)


def test_a_long_list_stands_under_its_headings(small):
    """Without scripts a list of many options is chosen from by hand, under headings; each option stands once."""
    begin(small, "", "tell_us")
    groups = re.findall(r'<optgroup label="(\w+)">(.*?)</optgroup>', small.text, re.DOTALL)

    assert [name for name, _ in groups] == ["Europe", "Asia", "Others"]
    assert [len(re.findall("<option", options)) for _, options in groups] == [34, 16, 2]
    assert "data-find" in small.text
    small.act("answer", f__country="Atlantis")
    assert small.status == 422
    assert 'data-typed="Atlantis"' in small.text
    small.act("answer", f__country="ci")
    assert "Côte d’Ivoire" in small.text


def test_what_was_ticked_is_shown_before_it_is_changed(about):
    """Changing a form shows the old ticks, what it would become in words, and sends the very same again."""
    about.act("fields", **FILLED)
    run = about.path
    about.get(re.search(r'href="([^"]+/change/2)"', about.text)[1])
    assert re.findall(r'value="(\w*)"[^>]* checked', field(about, "worries")) == ["rent", "heat"]
    assert 'value="1900.50"' in field(about, "pay")
    about.act("preview", **FILLED | {"m.worries": ["food", "heat"]})
    assert "What worries you: Food, Heating" in about.text
    about.post(run, about.form("change") | {"m.worries": ["food", "heat"]})
    assert "Food, Heating" in about.text
    assert about.heading == "Thank you."


def test_what_a_flow_needs_first_is_asked_in_the_same_way(small):
    """Inputs have the same fields: a long list, several with "None of these", amounts; refused in the same words."""
    begin(small, "", "ask_first")
    asked = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', small.text))
    assert "data-find" in field(small, "from")
    assert "None of these" in field(small, "worries")
    assert '<span id="f-pay-unit">EUR</span>' in field(small, "pay")
    small.post(small.path, asked | {"f.from": "Atlantis", "f.pay": "much"})
    assert small.status == 422
    for name in ("from", "worries", "pay"):
        assert f'<a href="#f-{name}">' in small.text
    given = {"f.from": "japan", "m.worries": ["rent", "food"]}
    small.post(small.path, asked | given | {"f.pay": "12,50 $"})
    assert "This is in USD. Give the amount in EUR." in field(small, "pay")
    small.post(small.path, asked | given | {"f.pay": "12,50 €"})
    assert "You come from japan, and 2 things worry you." in small.text


def test_a_long_choice_of_several_can_be_scrolled_through(about):
    """Many boxes stand in a box of their own, under their headings, each heading a group with a name."""
    visited = field(about, "visited")

    assert 'class="side long"' in visited
    assert re.search(r"<legend[^>]*>Asia</legend>", visited)
    assert visited.count('type="checkbox"') == 17


def test_none_of_these_is_shown_before_it_is_changed(about):
    """Whoever changes a form in which none held finds that ticked, and need not say it again."""
    about.act("fields", **FILLED | {"m.worries": [""]})
    about.get(re.search(r'href="([^"]+/change/2)"', about.text)[1])

    assert re.findall(r'value="(\w*)"[^>]* checked', field(about, "worries")) == [""]
    about.act("preview", **FILLED | {"m.worries": [""], "f.pay": "5"})
    assert "What worries you: none of these" in about.text


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("date", "3.11.2026", "Tuesday, 3 November 2026"),
        ("date", "15122026", "Tuesday, 15 December 2026"),
        (
            "date",
            "3/11/2026",
            "This can be read as 3 November 2026 or 11 March 2026. Write 2026-11-03 or 2026-03-11.",
        ),
        ("datetime", "3.11.2026 9:30", "Tuesday, 3 November 2026 at 09:30"),
        ("money", "1.234,50", "Read as 1234.50 EUR"),
        ("money", "12.50", ""),
        ("number", "12 Mbit/s", "Read as 12"),
        ("digits", "100 201", "Read as 100201"),
        ("digits", "100201", ""),
    ],
)
def test_what_is_typed_is_read_back(small, kind, text, said):
    """A day in words always, a number where it is kept otherwise than it was typed; nothing where it can't be taken."""
    about = "Speed (Mbit/s)"
    tab = small.post(
        "/reads", {"kind": kind, "text": text, "currency": "EUR" if kind == "money" else "", "about": about}
    )
    assert (tab.status, tab.text) == (200, said)


def test_a_pin_in_groups_is_the_pin(tab):
    """Blanks between digits are not part of a secret either: it is checked, and told, without them."""
    begin(tab, "C-1001")
    answer_until(tab, "four digits", {"Do you have your four-digit": "yes"})
    tab.act("answer", f__pin="40 71")
    while "Being " in tab.heading:
        tab.get(tab.path)
    assert "given, 4 digits: right" in tab.text


def test_a_secret_is_not_sent_to_be_read_back(tab, about):
    """A PIN lives in the one request that brings it; what is no secret is read back while it is typed."""
    begin(tab, "C-1001")
    answer_until(tab, "four digits", {"Do you have your four-digit": "yes"})
    assert 'type="password"' in tab.text
    assert "data-reads" not in tab.text
    assert "data-reads" in field(about, "born")
