"""Expressions: what they are worth, how exactly, and what can't be worked out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shepherd.flow.compile import Code
from shepherd.flow.expression import Expression, Undefined, Unworkable, parse
from shepherd.flow.findings import Finding, Place
from shepherd.flow.types import to_json, to_text


def place(start: int, end: int) -> Place:
    return Place(1, start + 1, 1, end + 1)


def read(text: str) -> tuple[Expression | None, list[Finding]]:
    return parse(text, at=place, file="f.yaml", flow="f", step="s")


def worth(text: str, v: Any = None, c: Any = None) -> Any:
    """What *text* is worth over the values *v* in the context *c*."""
    expression, findings = read(text)

    assert expression is not None, findings
    return Code().compile(expression.tree)(v or {}, c)


# --- what is worked out -------------------------------------------------------------------------------

V = {
    "line": {"status": "down", "eta": None},
    "n": Decimal("2.5"),
    "i": 7,
    "yes": True,
    "no": False,
    "many": ("a", "b"),
    "day": date(2026, 1, 31),
    "said": "Please call the Doctor, now.",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('line.status == "down"', True),
        ('line.status in ["up", "down"]', True),
        ('line.status not in ["up", "down"]', False),
        ("0.1 + 0.2 == 0.3", True),
        ("1.10 == 1.1", True),
        ("n * 4 == 10", True),
        ("i / 2", Decimal("3.5")),
        ("i // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("i % 2 == 1", True),
        ("n < i and i <= 7", True),
        ('"small" if i < 5 else "large"', "large"),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.345, 2)", Decimal("2.35")),
        ("round(2.5 * 12 / 52, 2)", Decimal("0.58")),
        ("min(i, n)", Decimal("2.5")),
        ("max(i, n, 3)", 7),
        ("abs(-2.5)", Decimal("2.5")),
        ("day + months(1)", date(2026, 2, 28)),
        ("day + days(1)", date(2026, 2, 1)),
        ("day - weeks(2)", date(2026, 1, 17)),
        ("date(2024, 2, 29) + years(1)", date(2025, 2, 28)),
        ("day - date(2026, 1, 1)", 30),
        ("day > date(2026, 1, 30)", True),
        ("end_of_month(date(2024, 2, 3))", date(2024, 2, 29)),
        ("weekdays_between(date(2026, 11, 20), date(2026, 11, 23))", 1),
        ('weekdays_between(date(2026, 11, 20), date(2026, 11, 30), ["saturday", "sunday"])', 4),
        ('weekdays_between(date(2026, 11, 30), date(2026, 11, 20), ["saturday", "sunday"])', -4),
        ('weekdays_between(date(2026, 11, 20), date(2026, 11, 29), ["friday", "friday"])', 2),
        ("year(day) * 100 + month(day)", 202601),
        ("count(many)", 2),
        ('has_any(many, ["b", "z"])', True),
        ('has_all(many, ["b", "z"])', False),
        ('has_exactly(many, ["b", "a"])', True),
        ('has_word(said, "doctor")', True),
        ('has_word(said, "doc")', False),
        ('starts_with(lower(said), "please")', True),
        ("length(said)", 28),
        ("line.status is defined", True),
        ("line.other is defined", False),
        ("other is not defined", True),
    ],
)
def test_what_expressions_are_worth(text: str, value: Any):
    """
    Decimals are exact, rounding is half away from zero, months end on their last day, words are whole words.
    """
    assert worth(text, V) == value


def test_and_or_and_if_do_not_look_at_what_they_do_not_need():
    """
    What is not needed may be unset or impossible.
    """
    assert worth("no and other", V) is False
    assert worth("yes or other", V) is True
    assert worth("other is defined and other > 1", V) is False
    assert worth("1 if yes else other / 0", V) == 1
    assert worth("other if no else 2", V) == 2


@pytest.mark.parametrize("text", ["other", "line.other", "other.deep.er", 'other == "x"', "not other", "i + other"])
def test_an_unset_name_is_never_empty(text: str):
    """
    Reading what is not set is an error that names it, neither false nor an empty text.
    """
    with pytest.raises(Undefined) as caught:
        worth(text, V)

    assert caught.value.name == "other"


@pytest.mark.parametrize(
    "text",
    [
        *("1 / 0", "1 // 0", "1 % 0", "n / (i - 7)", "date(2026, 2, 30)", "date(2026, 13, 1)", "date(0, 1, 1)"),
        *("date(9999, 12, 31) + days(1)", "date(1, 1, 1) - years(1)", "days(999999999999999)", "months(999999999)"),
        *('"ab" * 3', '3 * "ab"', "many * 3", '"a" - "b"', '"a" < 1', "yes + 1", "[1] + [2]", "round(yes)"),
        *("999999999999999 * 999999999999999 * 999999999999999", "round(1.5, 99)", "year(said)", "lower(i)", "-said"),
    ],
)
def test_what_can_not_be_worked_out_says_so(text: str):
    """
    A division by zero, a day that does not exist, a text times a number: one exception of ours, never a traceback.
    """
    with pytest.raises(Unworkable) as caught:
        worth(text, V)

    assert str(caught.value).endswith(".")


def test_the_context_is_read_from_the_event():
    """
    Today, now and the channel come from the context, and so do visits, tries left and assurances.
    """
    c = SimpleNamespace(
        today=date(2026, 11, 21),
        now=datetime(2026, 11, 21, 10, 0),
        channel="phone",
        visits=lambda step: {"check": 2}.get(step, 0),
        attempts_left=lambda step: 1,
        assured=lambda name: {"identity": 2, "representative.identity": 1}.get(name, 0),
    )

    assert worth('channel == "phone" and today == date(2026, 11, 21)', {}, c) is True
    assert worth("visits.check + visits.other + attempts_left.check", {}, c) == 3
    assert worth("assured.identity >= 2 and assured.representative.identity == 1", {}, c) is True
    assert worth("today is defined", {}, c) is True


def test_a_named_value_is_worked_out_where_it_is_read():
    """
    A flow's value is read like any other name, and its own unset names show through.
    """
    code = Code(values=("slow",))
    expression, _ = read("speed < 20")
    use, _ = read("slow is defined and slow")
    assert expression is not None
    assert use is not None
    evaluate = code.compile(use.tree)
    code.named["slow"] = code.compile(expression.tree)

    assert evaluate({"speed": Decimal("19.5")}, None) is True
    assert evaluate({"speed": 20}, None) is False
    assert evaluate({}, None) is False


# --- properties -----------------------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.integers(0, 999).map(lambda n: (str(n), Fraction(n))),
    st.decimals(0, 999, places=2).map(lambda d: (format(d, "f"), Fraction(d))),
)


def _combined(parts: st.SearchStrategy[tuple[str, Fraction]]) -> st.SearchStrategy[tuple[str, Fraction]]:
    signs = {"+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__}
    return st.tuples(parts, st.sampled_from(sorted(signs)), parts).map(
        lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", Fraction(signs[t[1]](t[0][1], t[2][1])))
    )


@given(st.recursive(NUMBERS, _combined, max_leaves=8))
@settings(max_examples=150, deadline=None)
def test_sums_and_products_are_exact(case: tuple[str, Fraction]):
    """
    Whatever is added, subtracted and multiplied gives the very value that exact fractions give.
    """
    text, value = case

    assert Fraction(worth(text)) == value


ATOMS = st.sampled_from(["p", "q", "not p", "i < 3", "i >= 3", 't == "x"', 't != "x"', 't in ["x", "y"]', "i % 2 == 0"])
CONDITIONS = st.recursive(
    ATOMS,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["and", "or"]), part).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(part, st.sampled_from(["and", "or"]), part).map(" ".join),
        part.map(lambda t: f"not ({t})"),
        st.tuples(part, part, part).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
    ),
    max_leaves=8,
)


@given(CONDITIONS, st.booleans(), st.booleans(), st.integers(0, 6), st.sampled_from("xyz"))
@settings(max_examples=150, deadline=None)
def test_conditions_mean_what_they_mean_in_python(text: str, p: bool, q: bool, i: int, t: str):
    """
    Precedence, laziness and truth are those of the plain Python expression with the same words.
    """
    values = {"p": p, "q": q, "i": i, "t": t}

    assert worth(text, values) == eval(text, {"__builtins__": {}}, values)  # noqa: S307 (made of ATOMS alone)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("round_down(1 / 3 * 3) == 1", True),
        ("10 / 3 * 3 == 10", True),
        ("1 / 3 < 0.33333333333333 or 1 / 3 == 0.34", False),
        ("0.34 > 1 / 3 and 0.33 < 1 / 3", True),
        ("1 / 3 in [0.3, 2 / 6]", True),
        ("round(2 / 3, 2)", Decimal("0.67")),
        ("round(-5 / 6)", -1),
        ("round_up(-7 / 3, 1)", Decimal("-2.3")),
        ("7 / 3 // 1", 2),
        ("7 / 3 % 1 * 3", Decimal(1)),
        ("max(1 / 3, 0.25) * 6", Decimal(2)),
        ("abs(-1 / 3) + 1 / 6 == 0.5", True),
        ("1 / 8", Decimal("0.125")),
    ],
)
def test_fractions_are_exact_until_they_are_rounded(text: str, value: Any):
    """
    What has no end as a decimal is kept as a fraction, and compared and rounded as one.
    """
    assert worth(text) == value


def test_a_fraction_is_shown_and_stored_with_28_digits():
    """
    Only what leaves the expression becomes a decimal.
    """
    third = worth("2 / 3")

    assert to_text(third) == to_json(third) == "0.6666666666666666666666666667"


def test_a_fraction_that_grows_without_end_is_refused():
    """
    Exactness has a limit: beyond 60 digits nothing is worked out.
    """
    with pytest.raises(Unworkable):
        worth(" * ".join(["1 / 999999999999999"] * 6))
