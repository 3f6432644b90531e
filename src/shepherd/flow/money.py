"""Amounts of money: exact decimals that know their currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

DEFAULT_CURRENCY = "EUR"
#: How many digits behind the point a currency has, by ISO 4217; those that are not named elsewhere have two.
_PLACES: Mapping[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
        "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
        "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
        "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
        "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
}
CURRENCIES: Mapping[str, int] = {code: places for places, codes in _PLACES.items() for code in codes.split()}
_SIGNED: dict[str, str] = {
    "$": "USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD "
    "TWD UYU XCD",
    "£": "GBP EGP FKP GIP LBP SHP SSP SYP",
    "¥": "JPY CNY",
    "kr": "SEK DKK ISK NOK",
    "₩": "KRW KPW",
} | dict(zip("€₹₺₴₽₪₫₦₱₸₾֏₼฿", "EUR INR TRY UAH RUB ILS VND NGN PHP KZT GEL AMD AZN THB".split(), strict=True))
_SIGNED |= {"zł": "PLN", "kč": "CZK", "ft": "HUF", "fr.": "CHF"}
#: The signs of currencies, in small letters, each with those that bear it; the first is meant where nothing else is.
SIGNS: Mapping[str, tuple[str, ...]] = {sign: tuple(codes.split()) for sign, codes in _SIGNED.items()}


class Money(Decimal):
    """
    An amount in a currency (ISO code), with the digits behind the point that the currency has.

    It works as the decimal that it is; what is worked out from it is a plain one. Two currencies are never equal, and
    have no order: to compare them raises TypeError.
    """

    __slots__ = ("currency",)
    currency: str

    def __new__(cls, amount: Decimal | str | int, currency: str = DEFAULT_CURRENCY) -> Money:
        places = CURRENCIES.get(currency, 2)
        exact = Decimal(amount)
        made = super().__new__(cls, exact.quantize(Decimal(1).scaleb(-places)) if _fits(exact, places) else exact)
        made.currency = currency
        return made

    @property
    def amount(self) -> str:
        """The amount alone, as text: ``19.50``."""
        return format(Decimal(self), "f")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __repr__(self) -> str:
        return f"Money('{self.amount}', '{self.currency}')"

    def __reduce__(self) -> tuple[Any, ...]:
        return Money, (self.amount, self.currency)

    def __copy__(self) -> Money:
        return self

    def __deepcopy__(self, memo: Any) -> Money:
        return self

    def __eq__(self, other: object) -> bool:
        return False if differ(self, other) else Decimal.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return True if differ(self, other) else Decimal.__ne__(self, other)

    __hash__ = Decimal.__hash__

    def __lt__(self, other: Any) -> bool:
        return _same(self, other) and Decimal.__lt__(self, other)

    def __le__(self, other: Any) -> bool:
        return _same(self, other) and Decimal.__le__(self, other)

    def __gt__(self, other: Any) -> bool:
        return _same(self, other) and Decimal.__gt__(self, other)

    def __ge__(self, other: Any) -> bool:
        return _same(self, other) and Decimal.__ge__(self, other)


def _fits(amount: Decimal, places: int) -> bool:
    """Whether *amount* loses nothing when it is written with *places* digits behind the point."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and -places <= exponent <= 0


def differ(one: Any, other: Any) -> bool:
    """Whether both are amounts, and in two currencies."""
    return isinstance(one, Money) and isinstance(other, Money) and one.currency != other.currency


def _same(one: Any, other: Any) -> bool:
    if differ(one, other):
        raise TypeError(f"{one.currency} and {other.currency} can't be compared.")
    return True


def is_amount(value: Any) -> bool:
    """Whether JSON *value* is an amount: ``{"amount": "19.50", "currency": "EUR"}``."""
    return isinstance(value, Mapping) and value.keys() == {"amount", "currency"}
