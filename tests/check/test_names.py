"""Names: known at all, and set on every way to where they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check.names import names
from shepherd.check.opened import holds_if, open_reads
from shepherd.flow.expression import parse
from shepherd.flow.findings import NOWHERE
from shepherd.flow.tree import Node
from tests.check.written import END, library, told


def tree(text: str) -> Node:
    expression, findings = parse(text, at=lambda start, end: NOWHERE, file="", flow="", step="")

    assert expression is not None, findings
    return expression.tree


def decided(when: str) -> str:
    """A flow that asks for a light, a number and a form, and decides by *when*."""
    return f"""inputs:
  customer_id: text
  account: {{type: text, optional: true}}
values:
  slow: speed < 20
texts:
  recap: That was all.
steps:
  light:
    ask: What colour is the light?
    options: [green, red]
  speed:
    ask: How fast is it?
    type: number
  form:
    collect:
      first: {{label: First, type: text}}
      second: {{label: Second, type: yes_no, optional: true}}
  measure:
    lookup: line.test
    with: {{customer_id: customer_id}}
    save: line
    results: {{ok: judge, not_found: judge, error: judge}}
  judge:
    decide:
      - when: {when}
        then: hello
      - otherwise: finish
{END}"""


@pytest.mark.parametrize(
    "when",
    [
        *('light == "red"', "speed > 5", "slow", 'form.first == "x"', 'customer_id == "C-1"', "visits.light > 1"),
        *('customer.tier == "basic"', 'channel == "phone"', "today > date(2026, 1, 1)", "assured.identity"),
        *('line.status is defined and line.status == "up"', 'not (line.status is not defined or line.status == "up")'),
        *('account is defined and account == "x"', "form.second is defined and form.second"),
        *('(line.status if line.status is defined else "up") == "up"', "form.second is not defined or form.second"),
    ],
)
def test_names_that_are_known_and_set(tmp_path: Path, when: str):
    """
    Inputs, values, answers, fields, facts and counts may be read; what may be unset, after asking for it first.
    """
    assert told(names, library(tmp_path, decided(when))) == []


@pytest.mark.parametrize(
    ("when", "code", "pointed"),
    [
        ("ligth", "SHP311", "ligth"),
        ("light == red", "SHP311", "red"),
        ("light == yes", "SHP311", "yes"),
        ("hello.first", "SHP311", "hello.first"),
        ("form.frist", "SHP312", "form.frist"),
        ("line.state", "SHP312", "line.state"),
        ("customer.level", "SHP312", "customer.level"),
        ("visits.nowhere > 1", "SHP312", "visits.nowhere"),
        ("attempts_left.light > 1", "SHP312", "attempts_left.light"),
        ("assured", "SHP312", "assured"),
        ('line.status == "up"', "SHP313", "line.status"),
        ('account == "x"', "SHP313", "account"),
        ("form.second", "SHP313", "form.second"),
        ("speed > 5 and form.second", "SHP313", "form.second"),
        ("line.status is defined or form.second", "SHP313", "form.second"),
    ],
)
def test_names_that_are_not(tmp_path: Path, when: str, code: str, pointed: str):
    """
    An unknown name, an unknown field and a name that may be unset are three findings, each at the very word.
    """
    assert told(names, library(tmp_path, decided(when))) == [(code, pointed)]


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("ligth", "light"),
        ("light == red", 'Write "red" in quotes'),
        ("light == yes", 'An answer is a text: "yes"'),
        ("form.frist", "first"),
        ('line.status == "up"', "line.status is defined"),
    ],
)
def test_a_finding_says_what_was_meant(tmp_path: Path, when: str, hint: str):
    """
    A near name, a text without its quotes, and what to ask first are each named.
    """
    (found,) = names(library(tmp_path, decided(when)))

    assert hint in found.hint


TWO_WAYS = """inputs: {{customer_id: text}}
steps:
  wired:
    ask: Is it connected by a cable?
    answers: {{yes: speed, no: {no}}}
  speed:
    ask: How fast is it?
    type: number
  tell:
    say: You have {{{{ speed | number }}}}.
  finish: {{end: done}}
"""


def test_the_shortest_way_that_leaves_a_name_unset_is_shown(tmp_path: Path):
    """
    A finding shows the walk that would break off, step by step, by the edges taken.
    """
    (found,) = names(library(tmp_path, TWO_WAYS.format(no="tell")))

    assert [tuple(hop) for hop in found.path] == [("f/wired", "start"), ("f/tell", "answer:no")]


def test_a_way_that_leaves_before_the_name_is_read_does_no_harm(tmp_path: Path):
    """
    Only the ways that lead to the reading step count.
    """
    assert told(names, library(tmp_path, TWO_WAYS.format(no="finish"))) == []


def looked_up(results: str, before: str = "") -> str:
    return f"""inputs: {{customer_id: text}}
steps:
{before}  measure:
    lookup: line.test
    with: {{customer_id: customer_id}}
    save: line
    results: {results}
  tell:
    say: The line is {{{{ line.status }}}}.
  finish: {{end: done}}
"""


def test_only_the_result_that_gives_a_field_sets_it(tmp_path: Path):
    """
    A field is readable behind the results that give it, and behind no other.
    """
    (ok, not_found, error) = (
        told(names, library(tmp_path, looked_up(results)))
        for results in (
            "{ok: tell, not_found: finish, error: finish}",
            "{ok: tell, not_found: tell, error: finish}",
            "{ok: tell, not_found: finish, error: tell}",
        )
    )

    assert (ok, not_found, error) == ([], [("SHP313", "line.status")], [("SHP313", "line.status")])


def test_a_result_without_a_value_unsets_what_stood(tmp_path: Path):
    """
    A second lookup that fails takes away what the first one gave.
    """
    first = looked_up("{ok: measure, not_found: finish, error: finish}").split("steps:\n")[1].split("  tell:")[0]
    first = first.replace("measure:", "earlier:", 1)

    assert told(names, library(tmp_path, looked_up("{ok: tell, not_found: finish, error: finish}", first))) == []
    assert told(names, library(tmp_path, looked_up("{ok: tell, not_found: finish, error: tell}", first))) == [
        ("SHP313", "line.status")
    ]


def test_no_answer_unsets_the_answer(tmp_path: Path):
    """
    On the way that is taken when nobody answers, there is no answer to read.
    """
    body = "steps:\n  speed:\n    ask: How fast is it?\n    type: number\n    no_answer: {after: 10m, then: tell}\n"
    body += "  tell:\n    say: You have {{ speed }}.\n  finish: {end: done}\n"

    assert told(names, library(tmp_path, body)) == [("SHP313", "speed")]


def test_a_loop_keeps_only_what_every_round_leaves_set(tmp_path: Path):
    """
    A name that is set inside a loop is not set on the first entry.
    """
    body = """steps:
  light:
    ask: What colour is the light?
    attempts: 3
    out_of_attempts: finish
    answers: {green: tell, red: speed}
  speed:
    ask: How fast is it?
    type: number
    then: light
  tell:
    say: You have {{ speed }}.
  finish: {end: done}
"""

    assert told(names, library(tmp_path, body)) == [("SHP313", "speed")]
    assert told(names, library(tmp_path, body.replace("{green: tell,", "{green: finish,"))) == []


def test_a_branch_knows_what_its_condition_asked(tmp_path: Path):
    """
    Behind `is defined` the name is set; behind the branches that asked whether it is not, too.
    """
    when = 'line.status is not defined\n        then: finish\n      - when: line.status == "up"'

    assert told(names, library(tmp_path, decided(when))) == []


def test_a_value_is_looked_into_where_it_is_used(tmp_path: Path):
    """
    What a value reads has to be set where the value is read; the finding points at the use.
    """
    body = "values:\n  slow: speed < 20\n" + TWO_WAYS.format(no="tell").replace("speed | number", "slow")
    (found,) = names(library(tmp_path, body.replace("inputs: {customer_id: text}\n", "")))

    assert found.code == "SHP313"
    assert found.step == "tell"


def test_returns_are_read_at_the_end(tmp_path: Path):
    """
    What an outcome returns has to be set at each step that ends with it.
    """
    outcomes = "outcomes:\n  done: {resolves: true, returns: {fast: speed}}\n"
    body = TWO_WAYS.replace("  tell:\n    say: You have {{{{ speed | number }}}}.\n", "")

    assert told(names, library(tmp_path, body.format(no="finish"), outcomes=outcomes)) == [("SHP313", "speed")]


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        ("a is defined", {("a",)}, set()),
        ("a.b is not defined", set(), {("a", "b")}),
        ("a is defined and b is defined", {("a",), ("b",)}, set()),
        ("a is defined or b is defined", set(), set()),
        ("a is not defined or b is not defined", set(), {("a",), ("b",)}),
        ("not (a is defined)", set(), {("a",)}),
        ("x and a is defined", {("a",)}, set()),
    ],
)
def test_what_a_condition_proves(text: str, true: set[tuple[str, ...]], false: set[tuple[str, ...]]):
    """
    ``and`` proves all its parts where it holds, ``or`` where it does not, ``not`` the other way round.
    """
    assert (holds_if(tree(text), True), holds_if(tree(text), False)) == (true, false)


def test_reads_that_are_never_worked_out_are_open_to_nobody():
    """
    A part behind ``and``, ``or`` and ``if`` is read only where the parts before let it.
    """
    text = "a is defined and a > 1 or b.c == (d if d is defined else 2)"

    assert [(read.words, sorted(known)) for read, known in open_reads(tree(text))] == [
        ("a", [("a",)]),
        ("b.c", []),
        ("d", [("d",)]),
    ]


@pytest.mark.parametrize(
    ("show_if", "hint"),
    [
        ("worked", "Did you mean outage.worked?"),
        ("seen", "Did you mean before.seen?"),
        ("wrked", "A text needs quotes. Names here: "),
    ],
)
def test_a_field_without_its_form_is_guessed(tmp_path: Path, show_if: str, hint: str):
    """
    A field is read by its form's name: that of the form in which it is read comes first, then the only one that has it.
    """
    body = f"""steps:
  before:
    collect:
      worked: {{label: Worked, type: yes_no}}
      seen: {{label: Seen, type: yes_no}}
  outage:
    collect:
      worked: {{label: Worked, type: yes_no}}
      since: {{label: Since, type: date, show_if: {show_if}}}
{END}"""

    (wrong,) = names(library(tmp_path, body))

    assert wrong.code == "SHP311"
    assert wrong.hint.startswith(hint)


@pytest.mark.parametrize(
    ("written", "about", "hint"),
    [
        ('"quickly"', "quickly", "A text needs quotes of its own: '\"quickly\"'."),
        ("lost-parcel", "lost-parcel", "A text needs quotes of its own: '\"lost-parcel\"'."),
        ('"before"', "before", ""),
        ('"befor"', "befor", 'A text needs quotes of its own: \'"befor"\'. Did you mean "before"?'),
        ("lost == before", "lost", 'Did you mean "last"?'),
    ],
)
def test_a_text_whose_quotes_yaml_took_is_told_as_one(tmp_path: Path, written: str, about: str, hint: str):
    """
    A word that stands alone where a value is given is first of all a text: YAML takes one pair of quotes for its own.
    """
    body = f"""values: {{last: today}}
steps:
  before:
    ask: Which?
    type: text
  hello:
    set: {{why: {written}, how: '"x"'}}
  say_it:
    say: It is {{{{ why }}}}, {{{{ how }}}}, {{{{ last }}}}.
  finish: {{end: done}}
"""
    found = [f for f in names(library(tmp_path, body)) if f.code == "SHP311"]

    assert [(f.message.split('"')[1], f.hint) for f in found] == ([(about, hint)] if hint else [])


def test_a_part_of_a_day_or_a_text_is_asked_of_a_function(tmp_path: Path):
    """
    Who writes `today.year` means `year(today)`; where there is no such function, the name stands alone.
    """
    steps = "steps:\n  hello:\n    say: In {{ today.year }}, {{ today.era }}.\n  finish: {end: done}\n"

    assert [f.hint for f in names(library(tmp_path, steps))] == ["Write year(today).", "Write today alone."]


def test_a_limit_is_told_where_it_is_written(tmp_path: Path):
    """
    What the value behind a named limit lacks is told at the limit: the value is right where its names are set.
    """
    body = """values: {first_day: day + days(1)}
steps:
  before:
    ask: Do you know the day?
    answers: {yes: day, no: later}
  day:
    ask: Which day?
    type: date
  later:
    ask: When?
    type: date
    min: first_day
  finish: {end: done}
"""
    assert told(names, library(tmp_path, body)) == [("SHP313", "first_day")]
    assert [f.place.line for f in names(library(tmp_path, body))] == [18]
