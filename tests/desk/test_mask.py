"""Card numbers never reach the record."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from shepherd.desk.mask import luhn, mask, mask_all

CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "5500 0000 0000 0004",
    "378282246310005",
    "3782 822463 10005",
    "6011111111111117",
    "30569309025904",
    "3530111333300000",
    "4222222222222",
    "４１１１１１１１１１１１１１１１",
    "٤١١١١١١١١١١١١١١١",
    "4111\u200b1111\u200b1111\u200b1111",
    "4111 . 1111 . 1111 . 1111",
    "4\u00ad1\u00ad1\u00ad1111111111111",
    "41111111111111111225",
    "4111111111111111 12/25 123",
    "0000000000004111111111111111",
]


def test_card_numbers_are_masked_however_they_are_written() -> None:
    """Separators, unseen characters and digits of other scripts hide no card; the last four digits stay."""
    for card in CARDS:
        masked = mask(f"pay with {card} please")
        assert "[card ending " in masked, card
        assert "11111111" not in re.sub(r"\W", "", masked), card
        assert masked.startswith("pay with "), card
        assert masked.endswith(" please"), card


def test_other_numbers_stay() -> None:
    """Phone numbers, order numbers, dates and wrong card numbers are left as they were written."""
    for text in (
        "+358 40 555 0101",
        "4111111111111112",
        "2026-11-21 10:00 2026-11-22",
        "order 9999888877776666",
        "½ ①",
    ):
        assert mask(text) == text


def test_texts_within_json_are_masked() -> None:
    """Every text of a form is looked through, whatever its depth."""
    assert mask_all({"a": ["4111111111111111", 5, None, True]}) == {"a": ["[card ending 1111]", 5, None, True]}


def _with_check(digits: str) -> str:
    return next(digits + d for d in "0123456789" if luhn(digits + d))


@given(
    st.integers(0, 10**14 - 1).map(lambda n: _with_check(f"4{n:014d}")),
    st.sampled_from(["", " ", "-", ".", "/", " - ", "\u200b", "\n"]),
    st.text("abc .,:!?\n", max_size=5),
)
def test_no_valid_card_survives(card: str, between: str, around: str) -> None:
    """Any card number of any issuer's first range, in groups of four, is gone after masking."""
    written = between.join(card[i : i + 4] for i in range(0, 16, 4))
    left = re.sub(r"[^0-9]", "", mask(f"{around}{written}{around}"))
    assert card not in left
    assert len(left) == 4
