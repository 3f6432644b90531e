"""Values: types that fit, texts among their options, and what calls are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check.values import values
from tests.check.written import END, library, told


def decided(when: str) -> str:
    """A flow that asks for one thing of each type, and decides by *when*."""
    when = f"'{when}'" if when.startswith('"') else when
    return f"""inputs: {{born: date}}
values:
  slow: speed < 20
  least:
    - when: speed < 10
      is: 1
    - otherwise: 2
texts:
  recap: That was all.
steps:
  light:
    ask: What colour is the light?
    options: [green, red, dark]
  speed:
    ask: How fast is it?
    type: number
  wired:
    ask: Is it connected by a cable?
    type: yes_no
  known:
    ask: Which number do you see?
    type: digits
  judge:
    decide:
      - when: {when}
        then: hello
      - otherwise: finish
{END}"""


@pytest.mark.parametrize(
    "when",
    [
        *('light == "red"', '"red" == light', 'light in ["red", "dark"]', 'light not in ["green"]', 'light != "dark"'),
        *("speed > 5", "speed == 5.5", "speed * 2 + 1 >= 10 / 3", "-speed < 0", "speed % 2 == 1", "least > 1"),
        *("wired", "not wired", "wired and slow", "wired == true", "slow or wired"),
        *('known == "0071"', 'starts_with(known, "0")', "length(known) > 3"),
        *("born > date(2008, 1, 1)", "today - born > 365 * 18", "born + years(18) <= today", "now >= now"),
        *("round(speed) == 5", "min(speed, 3) < max(speed, 4)", "abs(speed) > 1", "weekday(today) == texts.recap"),
        *("weekdays_between(born, today) > 5", 'weekdays_between(born, today, ["sunday"]) > 5'),
        *('customer.tier == "basic"', "assured.identity", "assured.identity and wired", "assured.identity >= 2"),
        *("visits.light > 1", "(1 if wired else 2) == 2", "born is defined", "count([1, 2]) == 2"),
    ],
)
def test_types_that_fit(tmp_path: Path, when: str):
    """
    Texts compare with texts, numbers with numbers, dates with dates; a condition is a yes or no.
    """
    assert told(values, library(tmp_path, decided(when))) == []


@pytest.mark.parametrize(
    ("when", "code", "pointed"),
    [
        ('speed == "fast"', "SHP321", 'speed == "fast"'),
        ('wired == "yes"', "SHP321", 'wired == "yes"'),
        ("light == 1", "SHP321", "light == 1"),
        ("light < 3", "SHP321", "light < 3"),
        ('born == "2008-01-01"', "SHP321", 'born == "2008-01-01"'),
        ("today < now", "SHP321", "today < now"),
        ("born + 1 > today", "SHP321", "born + 1"),
        ("light * 2 == 4", "SHP321", "light * 2"),
        ("wired + 1 == 2", "SHP321", "wired + 1"),
        ("wired < true", "SHP321", "wired < true"),
        ("not light", "SHP321", "light"),
        ("light and wired", "SHP321", "light"),
        ("wired and speed", "SHP321", "speed"),
        ("(1 if light else 2) == 2", "SHP321", "light"),
        ('light in "red"', "SHP321", '"red"'),
        ('speed in [1, "2"]', "SHP321", '"2"'),
        ("count(light) > 1", "SHP321", "light"),
        ("year(speed) > 1", "SHP321", "speed"),
        ("round(light) > 1", "SHP321", "light"),
        ('weekdays_between(born, today, ["monday", "tue"]) > 1', "SHP321", '"tue"'),
        ("weekdays_between(born, today, light) > 1", "SHP321", "light"),
        ("slow > 1", "SHP321", "slow > 1"),
        ('least == "x"', "SHP321", 'least == "x"'),
        ('light == "rde"', "SHP322", '"rde"'),
        ('"Red" == light', "SHP322", '"Red"'),
        ('light in ["red", "blue"]', "SHP322", '"blue"'),
        ('customer.tier != "gold"', "SHP322", '"gold"'),
        ("light", "SHP323", "light"),
        ("speed", "SHP323", "speed"),
        ("speed + 1", "SHP323", "speed + 1"),
        ("light if wired else light", "SHP323", "light if wired else light"),
    ],
)
def test_types_that_do_not_fit(tmp_path: Path, when: str, code: str, pointed: str):
    """
    What never fits is a finding at the very part; a comparison of unlike things is not just false.
    """
    assert told(values, library(tmp_path, decided(when))) == [(code, pointed)]


@pytest.mark.parametrize(
    "said",
    ["{{ speed | date }}", "{{ light | money }}", "{{ wired | number }}", "{{ speed | join }}", "{{ speed + light }}"],
)
def test_what_texts_show_fits_too(tmp_path: Path, said: str):
    """
    A filter shows only the types it is made for.
    """
    body = decided("wired").replace("say: Hello.", f"say: So {said}.")

    assert [code for code, _ in told(values, library(tmp_path, body))] == ["SHP321"]


CALLED = """flow: g
title: G
category: orders
version: 1
inputs: {{n: {type}}}
outcomes: {{ok: {{resolves: true}}}}
steps:
  hello:
    say: Hello {{{{ n }}}}.
  finish: {{end: ok}}
"""


@pytest.mark.parametrize(
    ("type_", "given", "fits"),
    [
        ("integer", "5", True),
        ("number", "5", True),
        ("text", '"five"', True),
        ("date", "today", True),
        ("integer", '"five"', False),
        ("text", "5", False),
        ("date", "now", False),
        ("yes_no", "5", False),
    ],
)
def test_what_a_call_is_given_fits_its_input(tmp_path: Path, type_: str, given: str, fits: bool):
    """
    An input gets the type that the called flow declares.
    """
    body = f"steps:\n  go:\n    call: g\n    with: {{n: '{given}'}}\n    results: {{ok: finish}}\n"
    body += "  finish: {end: done}\n"
    found = told(values, library(tmp_path, body, g=CALLED.format(type=type_)))

    assert [code for code, _ in found] == ([] if fits else ["SHP325"])
