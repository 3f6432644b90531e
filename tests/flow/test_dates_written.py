"""Days put together of parts: which of them every calendar has."""

from __future__ import annotations

import pytest

from shepherd.flow.dates import may_be_no_day
from shepherd.flow.tree import Apply
from tests.flow.test_expression import read


@pytest.mark.parametrize(
    ("text", "perhaps"),
    [
        ("date(2026, 2, 30)", False),  # no day for sure: another finding
        ("date(year(today), 12, 31)", False),
        ("date(year(today), 2, 28)", False),
        ("date(year(today), 2, 29)", True),
        ("date(year(today), 4, 31)", True),
        ("date(year(today), month(today), 1)", False),
        ("date(year(today), month(today), 28)", False),
        ("date(year(today), month(today), 31)", True),
        ("date(year(today), month(today) + 1, 1)", True),
        ("date(year(today), month(today), day(today))", False),
        ("date(year(today) + 1, month(today), day(today))", True),
        ("date(year(today), month(today), day(today) + 1)", True),
    ],
)
def test_a_day_that_no_calendar_may_have(text: str, perhaps: bool) -> None:
    """A thirteenth month, a 29th of February and a 31st of any month are told before they come about."""
    found, _ = read(text)
    assert found is not None
    assert isinstance(found.tree, Apply)
    assert may_be_no_day(found.tree.args) is perhaps
