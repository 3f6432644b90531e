"""Secrets go into one call at once and nowhere else; personal values never become a label."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check.secrets import secrets
from tests.check.written import END, library, told

PIN = "  pin:\n    ask: What is your PIN?\n    type: digits\n    secret: true\n"
CHECK = """  check:
    lookup: line.check
    with: {customer_id: customer_id, pin: pin}
    results: {ok: hello, no_match: finish, error: finish}
"""


def asked(*steps: str, head: str = "") -> str:
    return f"inputs: {{customer_id: text}}\n{head}steps:\n{''.join(steps)}{END}"


def test_a_secret_that_goes_into_the_next_call(tmp_path: Path):
    """
    Asked, and taken by the lookup right behind that accepts it: nothing is wrong.
    """
    assert told(secrets, library(tmp_path, asked(PIN, CHECK))) == []


def test_a_secret_field_of_a_form(tmp_path: Path):
    """
    A form may take a secret beside other fields; those may be read, the secret may not.
    """
    form = "  form:\n    collect:\n      pin: {label: PIN, type: digits, secret: true}\n"
    form += "      name: {label: Name, type: text}\n"
    check = CHECK.replace("pin: pin", "pin: form.pin")
    shown = asked(form, check).replace("say: Hello.", "say: Hello {{ form.name }}.")

    assert told(secrets, library(tmp_path, shown)) == []
    assert told(secrets, library(tmp_path, shown.replace("form.name", "form.pin"))) == [("SHP501", "form.pin")]


@pytest.mark.parametrize(
    ("old", "new", "pointed"),
    [
        ("say: Hello.", "say: Hello {{ pin }}.", "pin"),
        ("say: Hello.", "say: Hello.\n    guide: It is {{ pin | mask }}.", "pin"),
        ("say: Hello.", "say: Hello.\n    note: It is {{ pin }}.", "pin"),
        ("pin: pin", "pin: lower(pin)", "pin"),
        ("pin: pin", "pin: pin + pin", "pin"),
        ("finish: {end: done}", "finish:\n    say: Bye {{ length(pin) }}.\n    end: done", "pin"),
    ],
)
def test_a_secret_is_not_read(tmp_path: Path, old: str, new: str, pointed: str):
    """
    No text, note or expression reads a secret, not even shortened or for its length.
    """
    found = told(secrets, library(tmp_path, asked(PIN, CHECK).replace(old, new)))

    assert ("SHP501", pointed) in found


def test_a_secret_decides_nothing(tmp_path: Path):
    """
    Neither a condition nor a value nor `is defined` reads a secret.
    """
    decide = "  hello:\n    decide:\n      - when: {}\n        then: finish\n      - otherwise: finish\n"
    for when in ('pin == "1234"', "pin is defined", "length(pin) > 3"):
        body = asked(PIN, CHECK).replace("  hello:\n    say: Hello.\n", decide.format(when))

        assert told(secrets, library(tmp_path, body)) == [("SHP501", "pin")]
    assert told(secrets, library(tmp_path, asked(PIN, CHECK, head="values:\n  v: length(pin)\n"))) == [
        ("SHP501", "pin")
    ]


def test_a_secret_is_not_returned(tmp_path: Path):
    """
    No outcome gives a secret back.
    """
    outcomes = "outcomes:\n  done: {resolves: true, returns: {code: pin}}\n"

    assert ("SHP501", "pin") in told(secrets, library(tmp_path, asked(PIN, CHECK), outcomes=outcomes))


def test_a_secret_is_not_passed_to_a_flow(tmp_path: Path):
    """
    A secret does not cross the border of a call: the called flow asks for it itself.
    """
    called = (
        "flow: g\ntitle: G\ncategory: orders\nversion: 1\ninputs: {pin: digits}\noutcomes: {ok: {resolves: true}}\n"
    )
    called += "steps:\n  hello:\n    say: Hello {{ pin }}.\n  finish: {end: ok}\n"
    call = "  check:\n    call: g\n    with: {pin: pin}\n    results: {ok: hello}\n"

    assert ("SHP501", "pin") in told(secrets, library(tmp_path, asked(PIN, call), g=called))


def test_an_operation_has_to_accept_secrets(tmp_path: Path):
    """
    A secret goes only where the connector says that it takes one.
    """
    body = asked(PIN, CHECK.replace("line.check", "line.test").replace("no_match", "not_found"))
    body = body.replace("{customer_id: customer_id, pin: pin}", "{customer_id: pin}")

    assert told(secrets, library(tmp_path, body)) == [("SHP502", "pin")]


@pytest.mark.parametrize(
    "between",
    [
        "  wait:\n    say: One moment, please.\n",
        "  wait:\n    ask: Which line?\n    type: text\n",
        "  wait:\n    lookup: line.test\n    with: {customer_id: customer_id}\n"
        "    results: {ok: check, not_found: check, error: check}\n",
    ],
)
def test_a_secret_is_taken_at_once(tmp_path: Path, between: str):
    """
    Nothing happens between the question and the call: no word, no question, no other call.
    """
    codes = {code for code, _ in told(secrets, library(tmp_path, asked(PIN, between, CHECK)))}

    assert "SHP503" in codes


def test_a_call_that_takes_a_secret_is_entered_only_from_its_question(tmp_path: Path):
    """
    On any other way in the secret is gone.
    """
    known = "  known:\n    ask: Do you have it at hand?\n    answers: {yes: pin, no: check}\n"

    assert told(secrets, library(tmp_path, asked(known, PIN, CHECK))) == [("SHP504", "check")]
    assert told(secrets, library(tmp_path, asked(known.replace("check", "finish"), PIN, CHECK))) == []


PERSONAL = """inputs: {{name: {{type: text, personal: true}}, line: text}}
values:
  small: lower(name)
  same: small
steps:
  pass_on:
    escalate: second
    because: {}
    outcome: done
"""


@pytest.mark.parametrize("read", ["name", "small", "same", "customer.first_name", "lower(name)", "line + name"])
def test_a_personal_value_is_no_reason(tmp_path: Path, read: str):
    """
    What is personal, or worked out from it, does not stand in a reason that others read.
    """
    found = told(secrets, library(tmp_path, PERSONAL.format(f"It is {{{{ {read} }}}}.")))

    assert [code for code, _ in found] == ["SHP511"]


@pytest.mark.parametrize("read", ["line", "customer.tier", "channel"])
def test_what_is_not_personal_may_be_a_reason(tmp_path: Path, read: str):
    """
    Everything else may be told to those who take over.
    """
    assert told(secrets, library(tmp_path, PERSONAL.format(f"It is {{{{ {read} }}}}."))) == []


@pytest.mark.parametrize(("operation", "given"), [("tag", "name"), ("queue", "to"), ("priority", "to")])
def test_a_personal_value_is_no_tag(tmp_path: Path, operation: str, given: str):
    """
    Tags, queues and priorities are kept in plain.
    """
    body = f"""inputs: {{name: {{type: text, personal: true}}}}
steps:
  mark:
    do: ticket.{operation}
    with: {{{given}: name}}
    once_per: run
    results: {{ok: finish, error: finish, unknown: finish}}
  finish: {{end: done}}
"""

    assert told(secrets, library(tmp_path, body)) == [("SHP511", "name")]
