"""Money: exact amounts in one currency each."""

from __future__ import annotations

import copy
import operator
import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shepherd.flow import arithmetic
from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.functions import FUNCTIONS
from shepherd.flow.money import CURRENCIES, SIGNS, Money
from shepherd.flow.typed_in import as_written
from shepherd.flow.types import Refusal, Type, from_json, parse_value, to_json, to_text

CENTS = st.integers(-(10**15), 10**15).map(lambda cents: Decimal(cents).scaleb(-2))
SUMS = {
    "+": (arithmetic.add, operator.add),
    "-": (arithmetic.subtract, operator.sub),
    "*": (arithmetic.multiply, operator.mul),
    "/": (arithmetic.divide, operator.truediv),
    "//": (arithmetic.floor_divide, operator.floordiv),
    "%": (arithmetic.modulo, operator.mod),
}


@given(CENTS, st.sampled_from(["EUR", "USD"]))
def test_an_amount_is_written_and_read_again(amount: Decimal, currency: str):
    """
    An amount's text and its JSON are read again as the same amount in the same currency.
    """
    money = Money(amount, currency)
    type_ = Type.named("money", currency=currency)
    read = [from_json(form, type_) for form in (to_json(money), to_text(money), money.amount)]

    assert read == [money] * 3
    assert {one.currency for one in read} == {currency}


@given(CENTS, CENTS, st.sampled_from(sorted(SUMS)))
def test_sums_of_amounts_are_plain_and_exact(one: Decimal, other: Decimal, op: str):
    """
    What is worked out from amounts is a plain number, and as exact as fractions are.
    """
    work, exact = SUMS[op]
    if other == 0 and op in ("/", "//", "%"):
        with pytest.raises(Unworkable):
            work(Money(one), Money(other))
        return
    made = work(Money(one), Money(other))

    assert not isinstance(made, Money)
    assert Fraction(made) == exact(Fraction(one), Fraction(other))
    assert isinstance(to_json(made), str | int)


@given(CENTS, CENTS)
def test_amounts_have_the_order_of_their_decimals(one: Decimal, other: Decimal):
    """
    In one currency, and with plain numbers, amounts compare as decimals do.
    """
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        wanted = compare(one, other)
        assert compare(Money(one), Money(other)) is wanted
        assert compare(Money(one), other) is wanted
        assert compare(one, Money(other)) is wanted
    assert hash(Money(one)) == hash(one)


@pytest.mark.parametrize("op", sorted(SUMS))
def test_two_currencies_are_not_worked_with(op: str):
    """
    A sum of two currencies can't be worked out.
    """
    with pytest.raises(Unworkable):
        SUMS[op][0](Money(5, "EUR"), Money(5, "USD"))


def test_two_currencies_are_not_compared():
    """
    Two currencies are never equal, have no order, and are neither least nor greatest.
    """
    euro, dollar = Money(5, "EUR"), Money(5, "USD")

    assert (operator.eq(euro, dollar), operator.ne(euro, dollar)) == (False, True)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError):
            compare(euro, dollar)
    for work in (arithmetic.same, FUNCTIONS["min"].work, FUNCTIONS["max"].work):
        with pytest.raises(Unworkable):
            work(euro, dollar)


def test_a_currency_has_its_own_digits():
    """
    Yen have no digits behind the point, dinars three; more than a currency has are refused, fewer are filled up.
    """
    assert to_text(parse_value("money", "500", currency="JPY")) == "500 JPY"
    assert to_text(parse_value("money", "1.5", currency="KWD")) == "1.500 KWD"
    assert "like 20." in parse_value("money", "500.5", currency="JPY").sentence
    assert isinstance(parse_value("money", "1.2345", currency="KWD"), Refusal)
    assert parse_value("money", "5 EUR", currency="JPY").sentence == "This is in EUR. Give the amount in JPY."


def typed(text: str, currency: str = ""):
    """What a person's *text* comes to in a field of money."""
    return parse_value("money", as_written("money", text, currency), currency=currency)


@pytest.mark.parametrize("text", ["120 €", "120€", "€120", "€ 120", "120 EUR", "eur 120", "120,00 €", "€120.00"])
def test_an_amount_is_taken_with_its_currency_before_or_behind(text: str):
    """
    By its sign or its code, with and without a blank.
    """
    assert to_text(typed(text)) == to_text(typed(text, "EUR")) == "120.00 EUR"
    assert typed(text, "USD").sentence == "This is in EUR. Give the amount in USD."


@pytest.mark.parametrize("text", ["-€5", "€-5", "-5€"])
def test_what_is_owed_has_its_minus_on_either_side_of_the_sign(text: str):
    """
    As a spreadsheet or a person writes it.
    """
    assert to_text(typed(text)) == "-5.00 EUR"


def test_a_sign_of_several_currencies_is_the_one_of_the_field():
    """
    Where the field's own bears it; nothing is converted, and each sign stands for currencies that there are.
    """
    assert [to_text(typed("$5", code)) for code in ("USD", "CAD")] == ["5.00 USD", "5.00 CAD"]
    assert to_text(typed("5 Kr", "NOK")) == "5.00 NOK"
    assert typed("5 $").sentence == "This is in USD. Give the amount in EUR."
    assert typed("5 abc").sentence == "Give the amount in EUR."
    assert {code for codes in SIGNS.values() for code in codes} <= CURRENCIES.keys()
    assert all(sign == sign.casefold() for sign in SIGNS)


@given(st.text("€$k rR1,.-E", max_size=8))
def test_a_sign_never_hides_what_is_wrong(text: str):
    """
    Whatever is typed around a sign is an amount of the field's currency or a refusal, and one that reads differently
    from the same without its sign is refused.
    """
    found = typed(text)
    assert isinstance(found, Refusal) or found.currency == "EUR"
    bare = typed(text.replace("€", "", 1))
    assert isinstance(found, Refusal) or text.count("€") > 1 or isinstance(bare, Refusal) or found == bare


def test_the_currencies_are_those_of_the_standard():
    """
    Every currency has three capitals and the digits that ISO 4217 gives it.
    """
    assert len(CURRENCIES) > 150
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert [CURRENCIES[c] for c in ("EUR", "USD", "JPY", "ISK", "KWD", "TND", "CHF")] == [2, 2, 0, 0, 3, 3, 2]


def test_an_amount_survives_copies():
    """
    Copies and pickles keep the currency.
    """
    money = Money("19.50", "USD")

    for made in (copy.copy(money), copy.deepcopy(money), pickle.loads(pickle.dumps(money))):
        assert (made, made.currency) == (money, "USD")
    assert repr(money) == "Money('19.50', 'USD')"
