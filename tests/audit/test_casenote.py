"""The case note: it fits whatever was noted, and reads as people write."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from shepherd.audit.casenote import LEFT_OUT, SHORTENED, fitting, told


@pytest.mark.parametrize(("count", "length", "marked"), [(3, 100, ""), (8, 3_900, SHORTENED), (900, 3_900, "more")])
def test_lines_always_fit(count: int, length: int, marked: str) -> None:
    """However many long notes there are, they have room; what was shortened or left out says so."""
    lines = fitting(["x" * length] * count, 19_000)
    text = "\n".join(lines)
    assert len(text) <= 19_000
    assert marked in text
    assert (text == "\n".join(["x" * length] * count)) is (marked == "")


def test_what_is_left_out_is_counted() -> None:
    """The last line says how many lines there were no room for."""
    lines = fitting(["y" * 200] * 1_000, 5_000)
    assert lines[-1] == LEFT_OUT.format(1_000 - len(lines) + 1)


def test_what_an_outcome_returns_is_told() -> None:
    """A booked day and hour reads as such."""
    assert told(datetime(2026, 12, 1, 9)) == "2026-12-01 at 09:00"
    assert told(date(2026, 12, 1)) == "2026-12-01"
    assert told({"slot": time(9), "fits": True}) == "09:00, yes"
