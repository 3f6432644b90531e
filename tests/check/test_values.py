"""Values: types that fit, texts among their options, and what calls are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.check.limits import limits
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
        ("min(speed, 1,000) > 1", "SHP321", "000"),
        ("speed in [1,000, 5]", "SHP321", "000"),
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
    ("when", "hint"),
    [
        ('born > "2027-01-01"', "Write date(2027, 1, 1)."),
        ('"2027-12-31" <= born', "Write date(2027, 12, 31)."),
        ('born == "2027-02-30"', "Write a day like date(2027, 4, 6)."),
        ("born == 2027", "Write a day like date(2027, 4, 6)."),
        ("today + 30 > born", "Write days(30)."),
        ("today - visits.light > born", "Write days(visits.light)."),
        ("today + (1 + 2) > born", "Write days(…) round the number."),
        ("today * 2 > born", "Numbers, amounts, days and lengths of time can be reckoned with."),
        ("today + speed > born", "Numbers, amounts, days and lengths of time can be reckoned with."),
    ],
)
def test_a_day_is_written_out_in_the_hint(when: str, hint: str, tmp_path: Path):
    """
    The hint has the very day, and the very number of days, that the designer wrote.
    """
    assert [f.hint for f in values(library(tmp_path, decided(when)))] == [hint]


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ('born > "30.11.2026"', "Write date(2026, 11, 30)."),
        ("born > 2026/11/30", "Write a day like date(2027, 4, 6)."),
        ("today - born > days(14)", "The days between two dates are a whole number: write 14."),
        ("today - born > weeks(2)", "The days between two dates are a whole number: write 14."),
        ("today - born > months(1)", "Compare two days: x + months(1) < today."),
        ("born > now", "Write today: now is a day with a time."),
        ("now > today", "Write now: today is a day without a time."),
        ('"cup" in known', 'Write has_word(known, "cup"), which asks for a whole word in it.'),
        ('known in "cup, mug"', 'Write ["cup", "mug"].'),
    ],
)
def test_a_comparison_of_two_kinds_is_written_as_it_was_meant(when: str, hint: str, tmp_path: Path):
    """
    The hint has the very names, numbers and days of the designer.
    """
    assert [f.hint for f in values(library(tmp_path, decided(when)))] == [hint]


def test_a_filter_behind_a_sum_is_told_to_need_brackets(tmp_path: Path):
    """
    One finding, which says what the filter takes.
    """
    body = decided("wired").replace("say: Hello.", "say: By {{ today + days(3) | date }}.")
    (found,) = values(library(tmp_path, body))

    assert found.hint == "Put what is worked out into brackets: (…) | date."


_FOUR_DIGITS = "Write year, month and day, the year with four digits: date({})."


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("2026, 2, 30", "Its last is date(2026, 2, 28)."),
        ("2028, 2, 30", "Its last is date(2028, 2, 29)."),
        ("2026, 4, 0", "Its last is date(2026, 4, 30)."),
        ("2027, 13, 1", _FOUR_DIGITS.format("2027, 1, 13")),
        ("1, 12, 2026", _FOUR_DIGITS.format("2026, 12, 1")),
        ("12, 24, 2026", _FOUR_DIGITS.format("2026, 12, 24")),
        ("27, 2, 1", _FOUR_DIGITS.format("2027, 2, 1")),
        ("2026, 0, 0", _FOUR_DIGITS.format("2027, 4, 6")),
        ("99999, 1, 1", _FOUR_DIGITS.format("2027, 4, 6")),
    ],
)
def test_a_day_that_no_calendar_has_is_a_finding(written: str, hint: str, tmp_path: Path):
    """
    A day that could only stop the run is found where it is written, and the hint has the day that was meant.
    """
    (found,) = values(library(tmp_path, decided(f"born < date({written})")))

    assert (found.code, found.hint) == ("SHP336", hint)


def test_a_day_is_looked_at_wherever_it_is_written(tmp_path: Path):
    """
    In values, defaults and words, as in conditions.
    """
    never = "date(2026, 2, 30)"
    body = f"""values: {{limit: '{never}'}}
steps:
  hello:
    say: It ends on {{{{ {never} | date }}}}.
  due:
    ask: Which day is it due?
    type: date
    default: {never}
  finish: {{end: done}}
"""
    found = told(values, library(tmp_path, body))

    assert {code for code, _ in found} == {"SHP336"}
    assert len({finding.place for finding in values(library(tmp_path, body))}) == 3


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("speed == 10 or 20", "Write the comparison for each value: x == 1 or x == 2."),
        ('light == "red" or "dark"', 'Write the comparison for each value: x == "a" or x == "b".'),
        ("wired and speed", 'Compare it with something: x == "yes".'),
    ],
)
def test_a_comparison_that_is_meant_for_two_values_is_written_twice(when: str, hint: str, tmp_path: Path):
    """
    A bare value beside a comparison was meant to be compared too.
    """
    assert [f.hint for f in values(library(tmp_path, decided(when)))] == [hint]


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


TILL = """inputs: {{born: date}}
values:
  both: paid + paid
  share: paid * 1.1 / 3
  tomorrow: today + workdays(1)
  few: 1
steps:
  paid:
    ask: What was paid?
    type: money
  fee:
    ask: What does it cost abroad?
    type: money
    currency: USD
  wishes:
    ask: What is wished?
    type: many
    options: [phone, mail, visit]
    {limit}
  at:
    ask: When?
    type: datetime
    {moment}
  back:
    ask: What comes back?
    type: money
    {amount}
  judge:
    decide:
      - when: {when}
        then: hello
      - otherwise: finish
"""


def till(
    when: str = "paid > 1", limit: str = "min: 1", moment: str = "min: tomorrow", amount: str = "max: both"
) -> str:
    """A flow that asks for amounts in two currencies, several wishes and a moment, and decides by *when*."""
    when = f"'{when}'" if when.startswith('"') else when
    return TILL.format(when=when, limit=limit, moment=moment, amount=amount) + END


@pytest.mark.parametrize(
    "when",
    [
        *(
            "paid > 5",
            "paid + 5 < both",
            "paid / both > 2",
            "paid * 2 == both",
            "min(paid, both) > share",
            "fee == fee",
        ),
        *('"phone" in wishes', 'has_any(wishes, ["mail", "visit"])', "count(wishes) > 1", 'weekday(today) == "sunday"'),
        *("max(born, today) == today", "min(at, now) == now", "tomorrow - today > 1", "paid // both > 1"),
    ],
)
def test_amounts_lists_and_days_that_fit(tmp_path: Path, when: str):
    """
    Amounts in one currency, plain numbers beside them, values of a choice of several and days go together.
    """
    assert told(values, library(tmp_path, till(when))) == []


@pytest.mark.parametrize(
    ("when", "code", "pointed"),
    [
        ("paid > fee", "SHP331", "paid > fee"),
        ("paid == fee", "SHP331", "paid == fee"),
        ("paid + 5 > fee - 5", "SHP331", "paid + 5 > fee - 5"),
        ("share + fee > 1", "SHP331", "share + fee"),
        ("both in [1, fee]", "SHP331", "fee"),
        ("min(paid, 3, fee) > 1", "SHP331", "fee"),
        ("paid % fee == 1", "SHP331", "paid % fee"),
        ('"post" in wishes', "SHP322", '"post"'),
        ('has_all(wishes, ["phone", "letter"])', "SHP322", '"letter"'),
        ('has_exactly(["letter"], wishes)', "SHP322", '"letter"'),
        ('wishes == "phone"', "SHP321", 'wishes == "phone"'),
        ("1 in wishes", "SHP321", "1"),
        ('weekday(today) == "Sunday"', "SHP322", '"Sunday"'),
        ("max(born, now) == now", "SHP321", "now"),
        ("max(born, 5) == born", "SHP321", "5"),
        ("today + workdays(paid) > today", "SHP321", "paid"),
    ],
)
def test_amounts_lists_and_days_that_do_not_fit(tmp_path: Path, when: str, code: str, pointed: str):
    """
    Two currencies, values that are no option and kinds that have no order are findings at the very part.
    """
    assert told(values, library(tmp_path, till(when))) == [(code, pointed)]


@pytest.mark.parametrize(("said", "codes"), [("paid | money", []), ('paid | money("USD")', ["SHP331"])])
def test_an_amount_is_shown_in_its_own_currency(tmp_path: Path, said: str, codes: list[str]):
    """
    The filter money shows an amount in its currency, and in no other.
    """
    body = till().replace("say: Hello.", f"say: '{{{{ {said} }}}}'")

    assert [code for code, _ in told(values, library(tmp_path, body))] == codes


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({}, ""),
        ({"limit": "min: few", "moment": "min: born_on"}, ""),
        ({"limit": "min: both"}, "SHP321"),
        ({"moment": "max: few"}, "SHP321"),
        ({"amount": "max: tomorrow"}, "SHP321"),
        ({"amount": "{currency: USD, max: both}"}, "SHP331"),
    ],
)
def test_a_named_limit_is_of_the_field_s_kind(tmp_path: Path, rules: dict[str, str], code: str):
    """
    A named limit is a count for several, a day or a moment for a moment, an amount in the same currency for money.
    """
    given = {name: text.strip("{}").replace(", ", "\n    ") for name, text in rules.items()}
    body = till(**given).replace("  few: 1\n", "  few: 1\n  born_on: born\n")

    assert [found for found, _ in told(limits, library(tmp_path, body))] == ([code] if code else [])


TABLED = """inputs: {loss: number}
tables:
  rule:
    by: {loss: loss}
    gives: {way: text, note: text}
    rows:
      - [under 50, replace, "No word."]
      - [any, refund, ""]
values:
  chosen: rule.way
steps:
  judge:
    decide:
      - when: WHEN
        then: hello
      - otherwise: finish
"""


@pytest.mark.parametrize(
    ("when", "wrong"),
    [
        ('rule.way == "replace"', ""),
        ('rule.way in ["refund", "replace"]', ""),
        ('rule.way == "replce"', '"replce"'),
        ('rule.way in ["refund", "other"]', '"other"'),
        ('chosen == "replce"', '"replce"'),
        ('rule.note != "No words."', '"No words."'),
    ],
)
def test_a_column_of_texts_is_compared_with_what_its_rows_say(when: str, wrong: str, tmp_path: Path):
    """
    A table gives nothing but what its rows say, so that a comparison with another text is misspelt.
    """
    found = told(values, library(tmp_path, TABLED.replace("WHEN", when) + END))

    assert found == ([("SHP322", wrong)] if wrong else [])
