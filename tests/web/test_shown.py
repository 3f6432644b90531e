"""Fields that come and go with what is filled in: at first, on asking, and where something is refused."""

import re

import pytest

from tests.web.conftest import begin


@pytest.fixture
def debts(small):
    """A tab at a form whose later fields are asked of those who owe money."""
    return begin(small, "", "come_and_go")


def hidden(tab):
    """The fields that the page has, and does not show."""
    return re.findall(r'data-field="(\w+)" hidden', tab.text)


def asked(tab, **fields):
    """What the desk says is shown with *fields*."""
    form = tab.form("preview" if "/change/" in tab.path else "fields")
    reply = tab.client.post(
        f"{run_of(tab)}/shown",
        data=form | {f"f.{name}": value for name, value in fields.items()},
        headers={"Host": "localhost", "Sec-Fetch-Site": "same-origin"},
    )
    assert reply.status_code == 200
    return reply.json["shown"]


def run_of(tab):
    return re.search("/runs/[^/]+", tab.path)[0]


def test_what_is_not_shown_is_hidden_and_not_sent(debts):
    """At first only what is asked of everybody shows; the others are there for the script, and switched off."""
    assert hidden(debts) == ["owed", "lender", "named", "paid"]
    for name in hidden(debts):
        inputs = re.findall(rf'<input[^>]* name="f\.{name}"[^>]*>', debts.text)
        assert inputs
        assert all(" disabled" in one for one in inputs)
    assert f'data-shown="{debts.path}/shown"' in debts.text


def test_the_desk_says_what_is_shown(debts):
    """The fields filled in so far go to the desk, which answers with the names of those that show; nothing happens."""
    assert asked(debts, owes="false") == ["owes"]
    assert asked(debts, owes="true") == ["owes", "owed", "lender", "paid"]
    assert asked(debts, owes="true", lender="somebody_else") == ["owes", "owed", "lender", "named", "paid"]
    assert asked(debts, owes="neither") == ["owes"]
    assert hidden(debts.get(debts.path)) == ["owed", "lender", "named", "paid"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Sec-Fetch-Site": "cross-site"}, 403), ({}, 403), ({"Sec-Fetch-Site": "same-origin"}, 409)],
)
def test_only_our_own_pages_may_ask(debts, headers, status):
    """A stranger's page is refused, and so is a form that no longer stands."""
    form = debts.form("fields") | {"visit": "99"}
    reply = debts.client.post(f"{debts.path}/shown", data=form, headers={"Host": "localhost"} | headers)

    assert reply.status_code == status


def test_nothing_of_it_is_logged(debts, caplog):
    """What people type stays out of the log, here too."""
    with caplog.at_level("DEBUG"):
        asked(debts, owes="true", named="Grünwald-Secret")

    assert "Grünwald" not in caplog.text


def test_without_a_script_a_refusal_shows_what_else_is_asked(debts):
    """A field that has become required shows with the refusal; what was given is kept."""
    debts.act("fields", f__owes="true")

    assert debts.status == 422
    assert hidden(debts) == ["named"]
    assert '<a href="#f-owed">' in debts.text
    assert re.search('name="f.owes" value="true"[^>]* checked', debts.text)
    debts.act("fields", f__owes="true", f__owed="100", f__lender="somebody_else")
    assert debts.status == 422
    assert hidden(debts) == []
    debts.act("fields", f__owes="true", f__owed="100", f__lender="somebody_else", f__named="Uncle Bo")
    assert debts.heading.startswith("Waits until")


def test_without_a_script_one_can_look_for_more(debts):
    """A button that only scripts make needless shows what is asked of those who answered so; nothing is taken."""
    assert "<noscript>" in debts.text
    debts.post(debts.path, debts.form("fields") | {"instead": "look", "f.owes": "true", "note": "Speaks low"})

    assert debts.status == 200
    assert hidden(debts) == ["named"]
    assert "Speaks low</textarea>" in debts.text
    assert "There is a problem" not in debts.text


def test_what_is_not_shown_is_not_kept(debts):
    """A value of a field that does not show is passed over: it stands nowhere."""
    debts.act("fields", f__owes="false", f__named="Uncle Bo")

    assert debts.heading.startswith("Waits until")
    assert "Uncle Bo" not in debts.text


def test_a_rule_over_several_fields_is_said_at_the_head(debts):
    """What no single field is wrong about stands first, has the focus, and keeps what was given."""
    debts.act("fields", f__owes="true", f__owed="0", f__lender="bank")

    assert debts.status == 422
    assert re.search(
        r"data-focus[^>]*>\s*<h2[^>]*>There is a problem</h2>\s*<ul><li>Who owes money owes more", debts.text
    )
    assert 'value="0"' in debts.text
    assert hidden(debts) == ["named"]


def test_an_old_form_shows_what_it_had(debts):
    """Changing a form shows the fields that were asked then; the same rules hold for what is given now."""
    debts.act("fields", f__owes="true", f__owed="100", f__lender="bank")
    debts.get(re.search(r'href="([^"]+/change/1)"', debts.text)[1])
    assert hidden(debts) == ["named"]
    assert 'value="100.00"' in debts.text
    assert asked(debts, owes="false") == ["owes"]
    debts.act("preview", f__owes="true", f__owed="100", f__lender="somebody_else")
    assert debts.status == 422
    assert hidden(debts) == []
