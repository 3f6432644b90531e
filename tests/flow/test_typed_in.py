"""What people type for a value: read where it has one reading, left to be refused where it has two."""

from __future__ import annotations

import pytest

from shepherd.flow.typed_in import as_written
from shepherd.flow.types import Refusal, parse_value, to_text


def typed(kind: str, text: str, currency: str = "", about: str = "") -> str:
    """What *text* comes to, or the sentence that refuses it."""
    value = parse_value(kind, as_written(kind, text, currency, about), currency=currency)
    return value.sentence if isinstance(value, Refusal) else to_text(value)


@pytest.mark.parametrize(
    ("kind", "text", "comes"),
    [
        ("digits", "100 201", "100201"),
        ("digits", "40\u00a071", "4071"),
        ("integer", "1 234", "1234"),
        ("integer", "1.234.567", "1234567"),
        ("number", "1 234,5", "1234.5"),
        ("number", "1.234,567", "1234.567"),
        ("number", "1,234.5", "1234.5"),
        ("number", "0,125", "0.125"),
        ("money", "20 Euro", "20.00 EUR"),
        ("money", "50 euros", "50.00 EUR"),
        ("money", "20,-", "20.00 EUR"),
        ("money", "€ 20.–", "20.00 EUR"),
        ("money", "1.234,50", "1234.50 EUR"),
        ("money", "1 234,50 €", "1234.50 EUR"),
        ("date", "3.11.2026", "2026-11-03"),
        ("date", "3. 11. 2026", "2026-11-03"),
        ("date", "15122026", "2026-12-15"),
        ("date", "20261103", "2026-11-03"),
        ("date", "25/12/2026", "2026-12-25"),
        ("date", "3rd of November 2026", "2026-11-03"),
        ("date", "Nov 3, 2026", "2026-11-03"),
        ("datetime", "3.11.2026 14.30", "2026-11-03T14:30"),
        ("datetime", "3.11.2026 at 9:30 pm", "2026-11-03T21:30"),
        ("time", "12.15 am", "00:15"),
    ],
)
def test_what_has_one_reading_is_read(kind: str, text: str, comes: str) -> None:
    """With groups of digits, the word of a currency, a stroke for no cents, the day before the month behind dots."""
    assert typed(kind, text) == comes


@pytest.mark.parametrize(
    ("kind", "text", "ways"),
    [
        ("number", "1,250", ("1250", "1.25")),
        ("number", "1.250", ("1250", "1.25")),
        ("money", "1.250", ("1250",)),
        ("date", "3/11/2026", ("3 November 2026", "11 March 2026", "2026-11-03", "2026-03-11")),
        ("date", "03112026", ("3 November 2026", "11 March 2026")),
        ("datetime", "3/11/2026 9:30", ("3 November 2026", "11 March 2026")),
        ("date", "3.11.26", ("all four digits",)),
        ("date", "31.2.2026", ("There is no such day",)),
        ("integer", "1,234", ("without",)),
    ],
)
def test_what_has_two_readings_is_refused_with_both(kind: str, text: str, ways: tuple[str, ...]) -> None:
    """Nothing is guessed: the sentence says what it may mean."""
    sentence = typed(kind, text)
    assert [way for way in ways if way not in sentence] == []


def test_a_number_may_have_the_unit_of_its_field() -> None:
    """Only the one that stands in the label: another unit is another number."""
    about = "Download speed shown (Mbit/s)"
    assert typed("number", "12,5 Mbit/s", about=about) == "12.5"
    assert typed("integer", "12mbit/s", about=about) == "12"
    assert "in digits" in typed("number", "12 kbit/s", about=about)
    assert "in digits" in typed("number", "12 Mbit/s")


@pytest.mark.parametrize("kind", ["number", "integer", "money", "digits", "date", "time", "datetime", "text"])
@pytest.mark.parametrize(
    "raw", [None, True, 12, ["1"], {"a": 1}, "", " ", "1" * 5000, "1 " * 4000, "€" * 99, "٣.١١.٢٠٢٦"]
)
def test_whatever_comes_is_left_or_read(kind: str, raw: object) -> None:
    """Nothing raises, and nothing takes long."""
    as_written(kind, raw, "EUR", "label")
