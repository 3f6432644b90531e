"""Texts: values between braces, filters, and what is refused in them."""

from __future__ import annotations

import time
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shepherd.flow.compile import Code
from shepherd.flow.expression import Undefined, Unworkable
from shepherd.flow.findings import Finding, Place
from shepherd.flow.words import Text, parse_text


def place(start: int, end: int) -> Place:
    return Place(1, start + 1, 1, end + 1)


def read(text: str) -> tuple[Text | None, list[Finding]]:
    return parse_text(text, at=place, file="f.yaml", flow="f", step="s")


def filled(text: str, v: Any = None) -> str:
    """*text* with its values."""
    words, findings = read(text)

    assert words is not None, findings
    words.bind(Code())
    return words.fill(v or {}, None)


V = {
    "name": "Ada",
    "n": Decimal("1234.5"),
    "day": date(2026, 11, 21),
    "slot": datetime(2026, 11, 22, 9, 0),
    "wired": True,
    "many": ("a", "b"),
    "card": "12345678",
    "line": {"status": "down"},
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Good morning.", "Good morning."),
        ("Good morning, {{ name }}.", "Good morning, Ada."),
        ("{{name}}{{ name }}", "AdaAda"),
        ("The line is {{ line.status }}.", "The line is down."),
        ("{{ n }} {{ n | number }} {{ n | money }}", "1234.5 1,234.5 1,234.50"),
        ('{{ n | money("EUR") }}', "1,234.50 EUR"),
        ("{{ slot | time }}", "09:00"),
        ("{{ slot | date }}", "2026-11-22"),
        ("{{ (day + days(1)) | date }}", "2026-11-22"),
        ("{{ wired }}", "yes"),
        ('{{ many | join }} {{ many | join(" and ") }}', "a, b a and b"),
        ("{{ card | mask }} {{ card | mask(2) }}", "••••5678 ••••••78"),
        ('{{ "by cable" if wired else "by air" }}', "by cable"),
        ("{ a } and { b } and } {", "{ a } and { b } and } {"),
        ("Costs 100 % ~ # $x ${y} %s", "Costs 100 % ~ # $x ${y} %s"),
        ("two\nlines of {{ name }}", "two\nlines of Ada"),
    ],
)
def test_what_texts_show(text: str, shown: str):
    """
    A value stands between two braces, a filter shapes it, and all else is shown as it is written.
    """
    assert filled(text, V) == shown


def test_a_value_is_never_read_as_a_text():
    """
    What people typed is shown as it is: braces in a value are not looked into.
    """
    assert filled("{{ name }}", {"name": "{{ card }} {% raw %}"}) == "{{ card }} {% raw %}"


@pytest.mark.parametrize(
    ("text", "pointed", "code"),
    [
        ("Good morning, {{ name }.", "{{", "SHP303"),
        ("Good morning, name }}.", "}}", "SHP303"),
        ("{% if x %}", "{%", "SHP303"),
        ("{# hidden #}", "{#", "SHP303"),
        ("Hello {{ open(x) }}", "open", "SHP301"),
        ("Hello {{ a.__class__ }}", "__class__", "SHP301"),
        ("Hello {{ a = 1 }}", "=", "SHP301"),
        ("{{ name }} and {{ 1e3 }}", "1e3", "SHP301"),
    ],
)
def test_a_mistake_in_a_text_is_found_at_its_place(text: str, pointed: str, code: str):
    """
    What stands between braces is held to the rules of expressions; stray braces have a rule of their own.
    """
    words, (found,) = read(text)

    assert words is None
    assert found.code == code
    assert text[found.place.column - 1 : found.place.end_column - 1] == pointed


def test_every_mistake_of_a_text_is_found():
    """
    All findings come in one run.
    """
    assert [f.place.column for f in read("{{ 1e3 }} {{ name }} {{ x[0] }}")[1]] == [4, 24]


@pytest.mark.parametrize("text", ["{{ }}", "{{}}", "{{ {{ name }} }}", "{{{ name }}}"])
def test_empty_and_nested_braces_are_refused(text: str):
    """
    Between braces stands exactly one expression.
    """
    words, findings = read(text)

    assert words is None
    assert findings


def test_an_unset_name_is_never_shown_as_nothing():
    """
    Filling a text with an unset name is an error that names it.
    """
    with pytest.raises(Undefined) as caught:
        filled("Hello {{ missing }}.")

    assert caught.value.name == "missing"


@pytest.mark.parametrize(
    "text", ["{{ name | date }}", "{{ name | join }}", "{{ n / 0 }}", "{{ day | time }}", "{{ name | money }}"]
)
def test_a_filter_that_does_not_fit_says_so(text: str):
    """
    A value that a filter can't show is an error of ours.
    """
    with pytest.raises(Unworkable):
        filled(text, V)


def test_the_names_of_a_text_are_known():
    """
    A text tells which names it reads, and which expressions stand in it.
    """
    words, _ = read("{{ name }} {{ line.status }} {{ slot | time }}")

    assert words is not None
    assert words.names == {"name", "line", "slot"}
    assert [value.source.strip() for value in words.values] == ["name", "line.status", "slot | time"]


def test_a_filled_text_is_bounded():
    """
    A text never grows beyond its limit, however long the values are.
    """
    assert len(filled("{{ long }}" * 20, {"long": "x" * 5_000})) == 20_000


@pytest.mark.parametrize(
    "text", ["{{ " * 3_000, "}}" * 9_000, "{{ a }}" * 2_500, '{{ "' * 3_000, "{{ a | date" + "(" * 9_000 + "}}"]
)
def test_hostile_texts_are_read_at_once(text: str):
    """
    Braces without end cost no more than two seconds and raise nothing.
    """
    began = time.process_time()
    read(text)

    assert time.process_time() - began < 2


@pytest.mark.parametrize("text", ["{{ a | upper }}", "{{ a | truncate }}"])
def test_an_unknown_filter_is_a_finding(text: str):
    """
    Only the language's own filters are known, whatever Jinja has.
    """
    (found,) = read(text)[1]

    assert found.code == "SHP301"
    assert "is not a filter" in found.message


def test_quotes_may_hold_braces():
    """
    Two braces within a quoted text neither open nor close a value.
    """
    assert filled('{{ "}}" }} and {{ "{{" }}') == "}} and {{"


@pytest.mark.parametrize(
    ("text", "columns"),
    [("{{ a }} and {{ b", [13]), ("{{ a b }} and }} {{ c d }}", [6, 15, 23]), ("it's {{ it's }} and {{ a }}", [11])],
)
def test_every_mistake_is_shown_where_it_is(text: str, columns: list[int]):
    """
    Each wrong value and each stray brace is a finding of its own, at its own place.
    """
    found = read(text)[1]

    assert [f.place.column for f in found] == columns
