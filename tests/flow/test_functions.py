"""Every function and filter of the language, held against somebody else's arithmetic."""

from __future__ import annotations

import calendar
import decimal
import re
from ast import literal_eval
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, FR, MO, TH, TU, WE, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.calendar import Calendar
from shepherd.flow.compile import Code
from shepherd.flow.functions import FILTERS, FUNCTIONS
from shepherd.flow.money import Money
from tests.flow.test_expression import read

DAYS = st.dates(date(1900, 1, 1), date(2150, 12, 31))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2150, 12, 31))
SOME = st.integers(-600, 600)
DECIMALS = st.decimals(-(10**9), 10**9, places=6)
FRACTIONS = st.fractions(-(10**6), 10**6, max_denominator=10**6)
VALUES = st.lists(st.sampled_from("abcdef"), max_size=6).map(tuple)
CLOSED = frozenset({date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 6)})
NEW_YEAR = date(2026, 1, 1)
WORDS = ["doc", "the"]
DESK = Calendar(hours=(((480, 1200),),) * 5 + ((),) * 2, holidays=CLOSED, declared=True)


def worth(text: str, **values: Any) -> Any:
    """What *text* is worth over *values*, at a desk that is open from Monday to Friday but on its holidays."""
    expression, findings = read(text)
    assert expression is not None, findings
    return Code(calendar=DESK).compile(expression.tree)(values, None)


def shown(text: str, value: Any) -> str:
    """What the filter in *text* makes of *value*, called ``x``."""
    name, _, args = text.partition("(")
    return FILTERS[name](value, *([literal_eval(args.rstrip(")"))] if args else []))


NAMES = """days weeks months years workdays date year month day hour weekday end_of_month weekdays_between min max abs
round round_down round_up count lower length starts_with has_word has_any has_all has_exactly""".split()


def test_the_functions_and_filters_are_those_of_the_language():
    """
    There are exactly the functions and filters that the language has.
    """
    assert sorted(FUNCTIONS) == sorted(NAMES)
    assert sorted(FILTERS) == sorted("date time datetime money mask join number".split())


# --- dates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "years"])
@given(st.one_of(DAYS, MOMENTS), st.integers(-80, 80), st.sampled_from("+-"))
def test_spans_move_as_relativedelta_does(unit: str, day: date, count: int, op: str):
    """
    Days, weeks, months and years lead where dateutil's relativedelta leads, a date as well as a moment.
    """
    delta = relativedelta(**{unit: count})

    assert worth(f"day {op} {unit}(n)", day=day, n=count) == (day + delta if op == "+" else day - delta)


@given(DAYS, st.integers(-30, 30), st.integers(-400, 400))
def test_spans_add_up_months_first(day: date, months: int, days: int):
    """
    Months and days in one span are moved by months first, then by days.
    """
    assert worth("d + (days(b) + months(a))", d=day, a=months, b=days) == day + relativedelta(months=months, days=days)


@given(st.dates(date(2026, 10, 1), date(2027, 3, 31)), st.integers(1, 80))
def test_workdays_are_those_of_a_rule_of_days(day: date, count: int):
    """
    Working days forwards are those that dateutil lists from Monday to Friday, without the desk's holidays.
    """
    rule = rrule(DAILY, byweekday=(MO, TU, WE, TH, FR), dtstart=datetime.combine(day + timedelta(days=1), time()))
    listed = (moment.date() for moment in rule if moment.date() not in CLOSED)
    wanted = next(found for number, found in enumerate(listed, 1) if number == count)

    assert worth("d + workdays(n)", d=day, n=count) == wanted
    assert worth("d + workdays(n)", d=datetime.combine(day, time(9, 5)), n=count) == datetime.combine(
        wanted, time(9, 5)
    )
    if day.weekday() < 5 and day not in CLOSED:
        assert worth("d - workdays(n)", d=wanted, n=count) == worth("d + workdays(-n)", d=wanted, n=count) == day


def test_workdays_stand_beside_other_spans():
    """
    In one span with others, working days are counted last.
    """
    assert worth("d + (workdays(1) + months(1))", d=date(2026, 11, 24)) == date(2026, 12, 28)
    assert worth("d + (workdays(1) + workdays(2))", d=date(2026, 12, 23)) == date(2026, 12, 30)
    assert worth("d + workdays(0)", d=date(2026, 12, 25)) == date(2026, 12, 25)


@given(DAYS, st.integers(-3000, 3000))
def test_days_between(one: date, apart: int):
    """
    Date minus date is whole days; weekdays_between are those from Monday to Friday, holidays or not.
    """
    other = one + timedelta(days=apart)
    first, last = min(one, other), max(one, other)
    weekdays = sum((first + timedelta(days=n)).weekday() < 5 for n in range((last - first).days))

    assert worth("a - b", a=one, b=other) == -apart
    assert worth("weekdays_between(a, b)", a=first, b=last) == weekdays
    assert worth("weekdays_between(b, a)", a=first, b=last) == -weekdays


@given(st.one_of(DAYS, MOMENTS))
def test_the_parts_of_a_date(day: date):
    """
    Year, month, day, weekday and the month's end are those of the calendar.
    """
    plain = date(day.year, day.month, day.day)

    assert worth("date(year(d), month(d), day(d))", d=day) == plain
    assert worth("weekday(d)", d=day) == calendar.day_name[day.weekday()].lower()
    assert worth("end_of_month(d)", d=day) == plain + relativedelta(day=31)


@given(st.one_of(MOMENTS, st.times()))
def test_the_hour_of_a_time(moment: datetime | time):
    """
    The first two digits of the time as ISO 8601 writes it; a day has none.
    """
    assert worth("hour(m)", m=moment) == int(moment.isoformat().rpartition("T")[2][:2])
    with pytest.raises(Unworkable):
        worth("hour(m)", m=date(2026, 1, 1))


@given(st.integers(-10, 10**5), st.integers(-2, 14), st.integers(-2, 33))
def test_a_date_is_one_of_the_calendar(year: int, month: int, day: int):
    """
    A date that is not in the calendar can't be worked out.
    """
    try:
        wanted = date(year, month, day)
    except ValueError:
        with pytest.raises(Unworkable):
            worth("date(y, m, d)", y=year, m=month, d=day)
    else:
        assert worth("date(y, m, d)", y=year, m=month, d=day) == wanted


@pytest.mark.parametrize("text", ["d + days(n)", "d + months(n)", "d + years(n)", "d + workdays(n)", "d - weeks(n)"])
@pytest.mark.parametrize("count", [10**7, -(10**7), Decimal(1), True, "1"])
def test_a_span_is_a_whole_number_within_a_thousand_years(text: str, count: Any):
    """
    What leads out of the calendar, and what is no whole number, can't be worked out.
    """
    with pytest.raises(Unworkable):
        worth(text, d=date(2026, 1, 1), n=count)


# --- numbers --------------------------------------------------------------------------------------------

ROUNDED = {"round": ROUND_HALF_UP, "round_down": ROUND_FLOOR, "round_up": ROUND_CEILING}


@pytest.mark.parametrize("name", sorted(ROUNDED))
@given(DECIMALS, st.integers(0, 8))
def test_rounding_is_that_of_decimal(name: str, value: Decimal, digits: int):
    """
    round is half away from zero, round_down towards less, round_up towards more, as decimal has it.
    """
    wanted = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUNDED[name], context=decimal.Context(prec=50))
    made = worth(f"{name}(x, n)", x=value, n=digits)

    assert made == wanted
    assert isinstance(made, int) if digits == 0 else made.as_tuple().exponent == -digits
    assert worth(f"{name}(x)", x=value) == value.quantize(Decimal(1), rounding=ROUNDED[name])


@given(FRACTIONS, st.integers(0, 6))
def test_fractions_are_rounded_from_their_exact_worth(value: Fraction, digits: int):
    """
    A fraction is rounded from what it is, not from digits cut before: the three rules bound it.
    """
    unit = Fraction(1, 10**digits)
    down, up, near = (Fraction(worth(f"{f}(x, n)", x=value, n=digits)) for f in ("round_down", "round_up", "round"))

    assert value - unit < down <= value <= up < value + unit
    assert abs(near - value) <= unit / 2
    if abs(near - value) == unit / 2:
        assert abs(near) > abs(value)


@given(st.lists(st.one_of(st.integers(-(10**9), 10**9), DECIMALS, FRACTIONS), min_size=2, max_size=12))
def test_the_least_the_greatest_and_the_size(values: list[Any]):
    """
    min, max and abs compare numbers of every kind by their exact worth.
    """
    names = {f"v{n}": value for n, value in enumerate(values)}
    exact = [Fraction(value) for value in values]

    assert Fraction(worth(f"min({', '.join(names)})", **names)) == min(exact)
    assert Fraction(worth(f"max({', '.join(names)})", **names)) == max(exact)
    assert Fraction(worth("abs(v0)", **names)) == abs(exact[0])


@pytest.mark.parametrize("kind", [DAYS, MOMENTS, st.times().map(lambda t: t.replace(microsecond=0))])
@given(st.data())
def test_the_first_and_the_last_of_dates(kind: Any, data: Any):
    """
    min and max of dates, of moments or of times are the earliest and the latest.
    """
    values = data.draw(st.lists(kind, min_size=2, max_size=5))
    names = {f"v{n}": value for n, value in enumerate(values)}

    assert worth(f"min({', '.join(names)})", **names) == sorted(values)[0]
    assert worth(f"max({', '.join(names)})", **names) == sorted(values)[-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (date(2026, 1, 1), datetime(2026, 1, 1)),
        (date(2026, 1, 1), 5),
        (5, date(2026, 1, 1)),
        (time(9), date(2026, 1, 1)),
    ],
)
def test_dates_and_numbers_are_not_compared(one: Any, other: Any):
    """
    min and max of two kinds can't be worked out.
    """
    with pytest.raises(Unworkable):
        worth("max(a, b)", a=one, b=other)


# --- texts and lists --------------------------------------------------------------------------------------


@given(st.text(max_size=40), st.text(max_size=3))
def test_texts_are_those_of_the_language(text: str, start: str):
    """
    lower, length and starts_with count and compare characters.
    """
    assert worth("lower(t)", t=text) == text.lower()
    assert worth("length(t)", t=text) == len(text)
    assert worth("starts_with(t, s)", t=text, s=start) is (text[: len(start)] == start)


@given(
    st.lists(st.sampled_from(["call", "Doctor", "doc", "the", "-", ",", "'"]), max_size=8),
    st.sampled_from(["doc", "the"]),
)
def test_a_word_is_a_whole_word(parts: list[str], word: str):
    """
    has_word finds a word that stands alone, in any case, as a regular expression with word edges does.
    """
    text = " ".join(parts)

    assert worth("has_word(t, w)", t=text, w=word) is (re.search(rf"\b{word}\b", text, re.IGNORECASE) is not None)


@given(VALUES, VALUES)
def test_lists_are_compared_as_sets(one: tuple[str, ...], other: tuple[str, ...]):
    """
    has_any, has_all and has_exactly look at which values there are; count at how many.
    """
    assert worth("has_any(a, b)", a=one, b=other) is any(v in one for v in other)
    assert worth("has_all(a, b)", a=one, b=other) is all(v in one for v in other)
    assert worth("has_exactly(a, b)", a=one, b=other) is (all(v in one for v in other) and all(v in other for v in one))
    assert worth("count(a)", a=one) == len(one)


@pytest.mark.parametrize("text", ['count("abc")', 'has_any("abc", ["a"])', 'has_all(["a"], "a")', "has_exactly(1, 1)"])
def test_a_text_is_no_list(text: str):
    """
    A text is not taken for the list of its letters.
    """
    with pytest.raises(Unworkable):
        worth(text)


# --- filters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("date", date(2026, 11, 24), "2026-11-24"),
        ("date", datetime(2026, 11, 24, 9, 5), "2026-11-24"),
        ("time", time(9, 5), "09:05"),
        ("time", datetime(2026, 11, 24, 9, 5, 59), "09:05"),
        ("datetime", datetime(2026, 11, 24, 9, 5), "2026-11-24 at 09:05"),
        ("money", Money("1234.5"), "1,234.50 EUR"),
        ("money", Money("1234567", "JPY"), "1,234,567 JPY"),
        ("money", Money("-0.5", "KWD"), "-0.500 KWD"),
        ("money('EUR')", Money("5"), "5.00 EUR"),
        ("money", Decimal("1234.565"), "1,234.57"),
        ("money('EUR')", Decimal("1234.565"), "1,234.57 EUR"),
        ("money('JPY')", Decimal("1234.5"), "1,235 JPY"),
        ("money", 7, "7.00"),
        ("money", Fraction(2, 3), "0.67"),
        ("number", Decimal("1234567.50"), "1,234,567.50"),
        ("number", 1234567, "1,234,567"),
        ("number(1)", Decimal("2.25"), "2.3"),
        ("number(2)", Fraction(1, 3), "0.33"),
        ("mask", "12345678", "••••5678"),
        ("mask(2)", "12345678", "••••••78"),
        ("mask", "123", "•••"),
        ("join", ("a", "b"), "a, b"),
        ("join(' or ')", ("a", "b"), "a or b"),
        ("join", (), ""),
    ],
)
def test_filters_show_values(text: str, value: Any, wanted: str):
    """
    Each filter shows what it is for: amounts with their currency and its digits, numbers with thousands apart.
    """
    assert shown(text, value) == wanted


@given(DECIMALS)
def test_numbers_are_shown_without_loss(value: Decimal):
    """
    What number shows is the value itself, its thousands apart; money is it rounded to cents.
    """
    assert Decimal(shown("number", value).replace(",", "")) == value
    cents = Decimal(shown("money", value).replace(",", ""))
    assert cents == value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@given(st.text(min_size=1, max_size=20), st.integers(1, 9))
@settings(max_examples=60)
def test_a_mask_never_shows_more(text: str, last: int):
    """
    A mask keeps the length and shows the last characters, but nothing of a text that is no longer than these.
    """
    wanted = "•" * (len(text) - last) + text[len(text) - last :] if len(text) > last else "•" * len(text)

    assert FILTERS["mask"](text, last) == wanted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            ("time", date(2026, 1, 1)),
            ("datetime", date(2026, 1, 1)),
            ("date", "2026-01-01"),
            ("money", "5"),
            ("join", "a"),
        ],
        *[("number", True), ("mask", 5), ("money('USD')", Money(5, "EUR"))],
    ],
)
def test_filters_refuse_what_they_are_not_for(text: str, value: Any):
    """
    A filter shows no other kind of value, and no amount in a currency that is not its own.
    """
    with pytest.raises(Unworkable):
        shown(text, value)
