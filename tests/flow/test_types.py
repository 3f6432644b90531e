"""Types: what people type is a value or a sentence, and what is written can be read again."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.model import Field, Option
from shepherd.flow.money import Money
from shepherd.flow.types import (
    KIND_OF,
    Refusal,
    Type,
    check_field,
    from_json,
    matches,
    parse_value,
    pattern_error,
    to_json,
    to_text,
)


def field(name: str, **rules: Any) -> Field:
    return Field(name="x", type=Type.named(name), **rules)


def many(**rules: Any) -> Field:
    """A field in which several of three may be chosen."""
    return Field(name="x", type=Type.named("many", options=("a", "b", "c")), **rules)


def code(given: Any) -> str:
    """The code of a refusal, whose sentence is one for people."""
    assert isinstance(given, Refusal), given
    assert given.sentence[:1].isupper()
    assert given.sentence.endswith(".")
    return given.code


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("text", " Ada ", "Ada"),
        ("long_text", "one\r\ntwo", "one\ntwo"),
        ("integer", "12", 12),
        ("integer", " -3 ", -3),
        ("integer", 7, 7),
        ("number", "45.5", Decimal("45.5")),
        ("number", "0.10", Decimal("0.10")),
        ("number", 45.5, Decimal("45.5")),
        ("number", 3, Decimal(3)),
        ("number", "-0", Decimal(0)),
        ("money", "19.50", Money("19.50", "EUR")),
        ("money", "19.5", Money("19.50", "EUR")),
        ("money", "19.50 EUR", Money("19.50", "EUR")),
        ("money", "eur 19", Money("19.00", "EUR")),
        ("money", Decimal("-1E+1"), Money("-10.00", "EUR")),
        ("money", {"amount": "19.50", "currency": "EUR"}, Money("19.50", "EUR")),
        ("yes_no", "yes", True),
        ("yes_no", "No", False),
        ("yes_no", "true", True),
        ("yes_no", False, False),
        ("digits", "0071", "0071"),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("time", "09:00", time(9, 0)),
        ("datetime", "2026-11-22T09:00", datetime(2026, 11, 22, 9, 0)),
        ("datetime", "2026-11-22 09:00:30", datetime(2026, 11, 22, 9, 0, 30)),
        ("phone", "+358 40 123-4567", "+358401234567"),
        ("phone", "(09) 123 45", "0912345"),
        ("phone", 112000, "112000"),
        ("email", " Ada.L+desk@Example.COM ", "Ada.L+desk@example.com"),
    ],
)
def test_what_is_taken(name: str, raw: Any, value: Any):
    """
    Each type takes what people and JSON write for it; digits keep their leading zeros, decimals their places.
    """
    read = parse_value(name, raw)

    assert (str(read), type(read)) == (str(value), type(value))


@pytest.mark.parametrize(
    ("name", "wanted", "raws"),
    [
        (
            "integer",
            "not_an_integer",
            ["1.0", "1e3", "1_000", "1,000", "1 000", "+3", "٣", "²", "0x1", "x", "9" * 16, True],
        ),
        (
            "number",
            "not_a_number",
            ["1e3", "٣", "NaN", "nan", "inf", "-inf", "1,5", "1,234.5", ".5", "5.", "1_0", "1" * 16],
        ),
        ("number", "not_a_number", [float("nan"), float("inf"), 1e22, True, [1], {"a": 1}]),
        (
            "money",
            "not_an_amount",
            ["19.505", "€5", "5 USD", "EUR 5 EUR", "EUR", "1,50", "x", "1.50EURO", Decimal("NaN")],
        ),
        (
            "money",
            "not_an_amount",
            [{"amount": "5"}, {"amount": 5, "currency": "EUR"}, {"amount": "5", "currency": "USD"}],
        ),
        (
            "phone",
            "pattern",
            ["1234", "1" * 16, "++358401", "+358 (0)40 1234567", "+0401234567", "0401x", "٠٤٠١٢٣٤", "-", "5+1234"],
        ),
        ("email", "pattern", ["ada", "a@b", "a@b@c.de", "@x.de", "a@", "a b@c.de", ".a@c.de", "a..b@c.de", "a@-c.de"]),
        (
            "email",
            "pattern",
            ["a@c.4", "a@[127.0.0.1]", '"a b"@c.de', "a@c_d.de", "ä@c.de", "a@\u212adz.de", "x" * 65 + "@c.de"],
        ),
        ("email", "pattern", ["a@" + "b" * 64 + ".de", "a@" + ".".join(["b" * 50] * 5) + ".de"]),
        ("yes_no", "not_an_option", ["y", "1", "on", "maybe", 1, 0]),
        ("digits", "pattern", ["12 34", "12a", "-1", "٣", "1.5"]),
        ("date", "not_a_date", ["2026-02-30", "21.11.2026", "2026-1-1", "20261121", "0000-01-01", "٢٠٢٦-11-21", "x"]),
        ("time", "not_a_date", ["9:30", "25:00", "24:00", "09.30", "x"]),
        ("datetime", "not_a_date", ["2026-11-22", "2026-11-22T09:00Z", "2026-02-30T09:00", "2026-11-22x09:00"]),
        ("text", "pattern", ["a\nb", "a\x00b", "\ud800", "a\x1b[31m", ["a"]]),
        ("long_text", "pattern", ["a\x07b"]),
        ("text", "too_long", ["x" * 20_001]),
        ("integer", "too_long", ["9" * 20_001]),
    ],
)
def test_what_is_refused(name: str, wanted: str, raws: list[Any]):
    """
    What a type does not take is refused by its code and a sentence, however odd it is.
    """
    assert {code(parse_value(name, raw)) for raw in raws} == {wanted}


def test_a_refusal_helps():
    """
    A comma or a grouped number is answered with what to write instead.
    """
    assert "45.5" in parse_value("number", "45,5").sentence
    assert "Write 1250 or 1.25." in parse_value("number", "1,250").sentence
    assert "write 1250; an amount in EUR has at most 2" in parse_value("money", "1,250").sentence
    assert "12000" in parse_value("integer", "12 000").sentence
    assert "year-month-day" in parse_value("date", "21.11.2026").sentence


@given(
    text=st.from_regex(r"-?[0-9]{1,4}[.,][0-9]{1,5}", fullmatch=True),
    kind=st.sampled_from([("number", ""), ("money", "EUR"), ("money", "JPY"), ("money", "KWD")]),
)
@example(text="0,500", kind=("money", "EUR"))
@settings(max_examples=100)
def test_what_a_refusal_says_to_write_is_taken(text: str, kind: tuple[str, str]):
    """
    Every amount in the advice is one that the same field takes.
    """
    name, currency = kind
    refused = parse_value(name, text, currency=currency)
    if isinstance(refused, Refusal):
        numbers = [n.rstrip(".") for n in re.findall(r"-?[0-9][0-9.]*", refused.sentence)]
        for number in numbers:
            assert not isinstance(parse_value(name, number, currency=currency), Refusal), refused.sentence


@pytest.mark.parametrize("raw", ["", "   ", None, "\n"])
def test_an_empty_field_is_unset_or_required(raw: Any):
    """
    An empty optional field is unset; any other must be filled in.
    """
    assert check_field(field("number", optional=True), raw) is None
    assert code(check_field(field("number"), raw)) == "required"


@pytest.mark.parametrize(
    ("rules", "raw", "wanted"),
    [
        (field("integer", minimum=6), "5", "too_small"),
        (field("number", maximum=Decimal("4.5")), "4.51", "too_large"),
        (field("date", minimum=date(2026, 2, 1)), "2026-01-31", "too_early"),
        (field("date", maximum=date(2026, 2, 1)), "2026-02-02", "too_late"),
        (field("datetime", minimum=datetime(2026, 2, 1, 8)), "2026-02-01T07:59", "too_early"),
        (field("datetime", maximum=datetime(2026, 2, 1, 8)), "2026-02-01T08:01", "too_late"),
        (field("time", minimum=time(8)), "07:59", "too_early"),
        (field("time", maximum=time(20)), "20:01", "too_late"),
        (field("money", minimum=Money(5)), "4.99", "too_small"),
        (field("money", maximum=Money(5)), "5.01 EUR", "too_large"),
        (field("phone", pattern="[+]358[0-9]+"), "+46 40 1234567", "pattern"),
        (field("email", length=(1, 20)), "somebody@a-long-name.example.com", "too_long"),
        (many(minimum=1), [], "too_small"),
        (many(maximum=2), ["a", "b", "c"], "too_large"),
        (many(), ["a", "x"], "not_an_option"),
        (many(), {"a": 1}, "not_an_option"),
        (many(), [["a"]], "not_an_option"),
        (many(), "", "required"),
        (many(), None, "required"),
        (field("text", length=(2, 3)), "a", "too_short"),
        (field("text", length=(2, 3)), "abcd", "too_long"),
        (field("digits", length=(4, 4)), "007", "too_short"),
        (field("text", pattern="[A-Z]-[0-9]+"), "C-1x", "pattern"),
        (field("choice", options=(Option(value="red", label="Red"),)), "blue", "not_an_option"),
        (field("choice", options=(Option(value="red", label="Red"),)), "Red", "not_an_option"),
    ],
)
def test_a_field_s_own_rules(rules: Field, raw: Any, wanted: str):
    """
    Limits, lengths, patterns and options each refuse by their own code.
    """
    assert code(check_field(rules, raw)) == wanted


def test_limits_hold_at_their_ends():
    """
    The limits themselves are allowed, and so are the falsy values of a field.
    """
    assert check_field(field("integer", minimum=5, maximum=5), "5") == 5
    assert check_field(field("digits", length=(4, 4)), "0000") == "0000"
    assert check_field(field("integer"), "0") == 0
    assert check_field(field("yes_no"), "no") is False
    assert check_field(field("choice", options=(Option(value="red", label="Red"),)), " red ") == "red"


def test_a_named_limit_is_worked_out():
    """
    A limit may be the name of a value; without somebody to work it out it is left to the run.
    """
    limited = field("number", minimum="least")

    assert code(check_field(limited, "4", {"least": Decimal(5)}.get)) == "too_small"
    assert check_field(limited, "5", {"least": Decimal(5)}.get) == Decimal(5)
    assert check_field(limited, "4") == Decimal(4)


@pytest.mark.parametrize("limit", [date(2026, 2, 1), datetime(2026, 2, 1, 12, 0)])
def test_a_named_day_limits_a_moment_by_its_day(limit: date):
    """
    A day that limits a date with a time takes in the whole day; a moment limits a date by its day.
    """
    day = field("datetime" if type(limit) is date else "date", minimum="day", maximum="day")
    near = ("2026-02-01T00:00", "2026-02-01T23:59") if type(limit) is date else ("2026-02-01",)
    late = "2026-02-02T00:00" if type(limit) is date else "2026-02-02"

    assert all(not isinstance(check_field(day, raw, {"day": limit}.get), Refusal) for raw in near)
    assert code(check_field(day, late, {"day": limit}.get)) == "too_late"


def test_a_limit_of_another_kind_is_no_refusal():
    """
    Where the limit itself does not fit, nobody is told to give something else: it can't be worked out.
    """
    with pytest.raises(Unworkable):
        check_field(field("money", minimum="least"), "5", {"least": Money(5, "USD")}.get)


def test_several_are_kept_in_the_options_order():
    """
    A choice of several keeps each value once, in the order of the options; none of them is an empty one.
    """
    assert check_field(many(), ["c", "a", "c"]) == ("a", "c")
    assert check_field(many(), "c, a") == check_field(many(), "c\na") == ("a", "c")
    assert check_field(many(), []) == check_field(many(), [""]) == ()
    assert check_field(many(minimum=2), ["a", "b"]) == ("a", "b")
    assert check_field(many(optional=True), None) is None
    assert from_json(to_json(("a", "c")), many().type) == ("a", "c")
    assert to_text(("a", "c")) == "a, c"


def test_patterns_are_linear_and_match_the_whole():
    """
    A pattern that would hang a backtracking engine is matched at once, and part of a text is no match.
    """
    assert not matches("(a+)+b", "a" * 10_000)
    assert not matches("[0-9]", "12")
    assert matches("[0-9]{2}", "12")
    assert pattern_error("[0-9]+") == ""
    assert pattern_error("(a") != ""
    assert pattern_error("(?<=a)b") != ""


@pytest.mark.parametrize(
    ("value", "name", "json"),
    [
        (Money("19.50"), "money", {"amount": "19.50", "currency": "EUR"}),
        ("+358401234567", "phone", "+358401234567"),
        (Decimal("1E+3"), "number", "1000"),
        (12, "integer", 12),
        (True, "yes_no", True),
        ("0071", "digits", "0071"),
        (date(2026, 11, 21), "date", "2026-11-21"),
        (time(9, 0), "time", "09:00"),
        (datetime(2026, 11, 22, 9, 0), "datetime", "2026-11-22T09:00"),
    ],
)
def test_json_and_back(value: Any, name: str, json: Any):
    """
    Each value has one JSON form, from which it is read again; its text can be typed again too.
    """
    assert to_json(value) == json
    assert from_json(json, Type.named(name)) == value
    assert parse_value(name, to_text(value)) == value


def test_records_and_lists_are_read_field_by_field():
    """
    A record holds what its fields name, a missing one stays unset, and what does not fit is named.
    """
    type_ = Type("record", fields={"slot": Type.named("datetime"), "n": Type.named("integer")})

    assert from_json({"n": 1, "slot": None, "other": 2}, type_) == {"n": 1}
    assert from_json({"slot": "soon"}, type_).sentence.startswith("slot: ")
    assert code(from_json("x", type_)) == "not_an_option"
    assert from_json(["1", 2], Type("list", item=Type.named("integer"))) == (1, 2)
    assert code(from_json(["1", "x"], Type("list", item=Type.named("integer")))) == "not_an_integer"
    assert to_json({"a": (Decimal("1.5"), date(2026, 1, 1))}) == {"a": ["1.5", "2026-01-01"]}


RAW = st.one_of(
    st.text(max_size=30), st.text("0123456789-+.,eE_ :T/", max_size=20), st.floats(), st.integers(), st.none()
)


@given(st.sampled_from(sorted(KIND_OF)), RAW)
@settings(max_examples=600, deadline=None)
def test_whatever_is_given_is_a_value_or_a_sentence(name: str, raw: Any):
    """
    No input raises; what is taken can be written down and read again as the same value.
    """
    rules = field(name, options=(Option(value="a", label="A"),) if name in ("choice", "many") else ())
    value = check_field(rules, raw)

    if isinstance(value, Refusal):
        assert code(value)
    else:
        assert (
            from_json(to_json(value), Type.named(name, options=("a",) if name in ("choice", "many") else None)) == value
        )


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")])
@pytest.mark.parametrize("name", ["number", "money", "integer"])
def test_what_is_no_number_is_refused(name: str, value: Decimal):
    """
    A decimal without a value is refused, and never compared.
    """
    assert isinstance(parse_value(name, value), Refusal)


def test_a_stored_choice_is_one_of_its_options():
    """
    What a connector or a record gives for a choice is among its options, or refused.
    """
    type_ = Type.named("choice", options=("red", "green"))

    assert from_json("red", type_) == "red"
    assert isinstance(from_json("purple", type_), Refusal)
