"""What holds of a value where it is given need not hold where it is passed on, or read as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shepherd.check.library import Library
from shepherd.check.names import names
from shepherd.check.secrets import secrets
from shepherd.check.values import values
from shepherd.flow.draft import from_documents
from tests.check.written import END, HEAD, library, told
from tests.run.small import CONNECTOR, DESK, flow

FORM = "steps:\n  form:\n    collect:\n      pin: {type: digits, secret: true}\n      name: {label: Name, type: text}\n"
FORM += "  check:\n    lookup: line.check\n    with: {customer_id: form.name, pin: form.pin}\n"
FORM += "    results: {ok: keep, no_match: finish, error: finish}\n"


@pytest.mark.parametrize("keep", ["    set: {copy: form}\n", "    say: Hello {{ form }}.\n"])
def test_a_form_with_a_secret_is_not_read_as_a_whole(tmp_path: Path, keep: str):
    """
    Who copies the form copies the secret; each other field of it may be read, and whether there was a form.
    """
    copied = f"{FORM}  keep:\n{keep}{END}"
    asked = f"{FORM}  keep:\n    decide: [{{when: form is defined, then: hello}}, {{otherwise: finish}}]\n{END}"

    assert told(secrets, library(tmp_path, copied)) == [("SHP501", "form")]
    assert told(secrets, library(tmp_path, asked)) == []


@pytest.mark.parametrize(("declared", "codes"), [("text", ["SHP512"]), ("{type: text, personal: true}", [])])
def test_a_personal_value_stays_known_as_one(tmp_path: Path, declared: str, codes: list[str]):
    """
    What a flow sets from an input that does not say that it is personal would be recorded in plain.
    """
    handed = (
        HEAD.replace("flow: f", "flow: g") + f"outcomes:\n  done: {{resolves: true}}\ninputs: {{who: {declared}}}\n"
    )
    handed += (
        "steps:\n  keep:\n    set: {kept: lower(who)}\n  tell:\n    say: Hello {{ kept }}.\n  finish: {end: done}\n"
    )
    steps = "steps:\n  pass_on:\n    hand_on: g\n    with: {who: customer.first_name}\n"
    draft = library(tmp_path, steps, outcomes="outcomes: {}\n", g=handed)

    assert [code for code, _ in told(secrets, draft)] == codes


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ('"basic"', []),
        ('"basic" if today > date(2026, 1, 1) else "premium"', []),
        ("customer.tier", []),
        ("kept", []),
        ("often", []),
        ('"gold"', ["SHP325"]),
        ("lower(customer.tier)", ["SHP325"]),
        ("channel", ["SHP325"]),
    ],
)
def test_a_choice_is_passed_what_it_may_be(tmp_path: Path, given: str, codes: list[str]):
    """
    A flow's decisions are proved to cover the options of its inputs, so nothing else may be passed to it.
    """
    taken = HEAD.replace("flow: f", "flow: g") + "outcomes:\n  done: {resolves: true}\n"
    taken += "inputs: {tier: {type: choice, options: [basic, premium]}}\nsteps:\n  judge:\n    decide:\n"
    taken += (
        '      - when: tier == "basic"\n        then: finish\n      - when: tier == "premium"\n        then: finish\n'
    )
    body = "values:\n  often:\n    - when: today > date(2026, 1, 1)\n      is: kept\n    - otherwise: customer.tier\n"
    body += "steps:\n  keep:\n    set: {kept: '\"basic\"'}\n"
    body += f"  pass_on:\n    call: g\n    with:\n      tier: '{given}'\n    results: {{done: finish}}\n{END}"
    draft = library(tmp_path, body, g=taken + "  finish: {end: done}\n")

    assert [code for code, _ in told(values, draft)] == codes


def test_what_is_set_from_a_personal_value_is_personal_however_far():
    """
    Each name set from the next, in the order of the file or against it, through values too: none is kept in plain.
    """
    far = 40
    steps: dict[str, Any] = {"greet": {"say": "Hello.", "then": f"s{far}"}}
    for n in range(far + 1):
        source = "customer.first_name" if n == far else f"lower(through_{n + 1})"
        steps[f"s{n}"] = {"set": {f"v{n}": source}, "then": f"s{n - 1}" if n else "pass_on"}
    steps["pass_on"] = {"escalate": "second_line", "because": "It is {{ v0 }}.", "outcome": "done"}
    chain = flow("chain", steps, values={f"through_{n}": f"v{n}" for n in range(1, far + 1)})
    documents = {"flow:chain": chain, "desk": DESK}

    assert Library.load(documents).personal("chain") == {f"v{n}" for n in range(far + 1)}
    assert [f.code for f in secrets(from_documents(documents))] == ["SHP511"]


@pytest.mark.parametrize(
    ("first", "most", "codes"),
    [
        ("{type: integer}", "form.first + 1", []),
        ("{type: integer, optional: true}", "form.first + 1", ["SHP313"]),
        ("{type: integer}", "form.second", ["SHP313"]),
    ],
)
def test_a_limit_reads_only_fields_that_are_given_before_it(tmp_path: Path, first: str, most: str, codes: list[str]):
    """
    A named limit is worked out when its field is read: of its own form it knows the fields above that all fill in.
    """
    body = f"values: {{most: {most}}}\nsteps:\n  form:\n    collect:\n      first: {first}\n"
    body += "      second: {type: integer, max: most}\n" + END

    assert [code for code, _ in told(names, library(tmp_path, body))] == codes


def test_the_connector_that_takes_a_change_back_is_part_of_the_bundle():
    """
    A run that is loaded from its own documents can still go back over its changes.
    """
    back = {**CONNECTOR, "operations": {"restore": {"reads": False, "inputs": {"ref": "text"}, "results": {"ok": {}}}}}
    done = {"do": "box.change", "with": {"id": '"C-1"'}, "once_per": "visit", "undo": "back.restore"}
    routed = {"results": {"ok": "end", "error": "end", "unknown": "end"}}
    documents = {"flow:f": flow("f", {"change": {**done, **routed}, "end": {"end": "done"}}), "desk": DESK}
    made = Library.load({**documents, "connectors:box": CONNECTOR, "connectors:back": back})

    assert {"connectors:box", "connectors:back"} <= made.bundle("f").keys()
