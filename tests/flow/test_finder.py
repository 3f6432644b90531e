"""Looking into a table: the first row that fits, whatever the cells, as if every row were tried in turn."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.cells import Unread, Written, meet, read, takes, within
from shepherd.flow.finder import Finder
from shepherd.flow.money import Money

#: For each kind: how its values are read by the oracle, and some values in their order.
READ: dict[str, Callable[[str], Any]] = {
    "number": Decimal,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "datetime": datetime.fromisoformat,
    "yes_no": lambda text: {"yes": True, "no": False}[text],
    "text": str,
}
SOME: dict[str, list[str]] = {
    "number": ["-3", "0", "1", "1.5", "2", "7", "7048", "5000.25"],
    "date": ["2026-12-31", "2027-01-01", "2027-01-02", "2028-02-29"],
    "time": ["00:00", "08:30", "08:31", "23:59"],
    "datetime": ["2027-01-01T00:00", "2027-01-01T08:30", "2027-01-02T00:00"],
    "yes_no": ["yes", "no"],
    "text": ["a", "b", "basic", "7048", "no", "to go"],
}


def fits(written: Written, value: Any, kind: str) -> bool:
    """Whether *value* fits one cell, told by its words alone."""
    if isinstance(written, tuple):
        return any(fits(part, value, kind) for part in written)
    if written == "any":
        return True
    found = re.fullmatch(r"(over|under|from|up to) (.+)|(.+) to (.+)", written) if kind != "text" else None
    to = READ[kind]
    if found is None:
        return bool(value == to(written))
    if found[1]:
        end = to(found[2])
        return bool({"over": value > end, "under": value < end, "from": value >= end, "up to": value <= end}[found[1]])
    return bool(to(found[3]) <= value <= to(found[4]))


def cell(chance: random.Random, kind: str) -> Written:
    """A cell of *kind*, of any form."""
    some = SOME[kind]
    forms = ["any", "exact", "exact", "list"]
    if kind not in ("text", "yes_no"):
        forms += ["over", "under", "from", "up to", "to", "to"]
    form = chance.choice(forms)
    if form == "any":
        return "any"
    if form == "exact":
        return chance.choice(some)
    if form == "list":
        parts = [cell(chance, kind) for _ in range(chance.randint(1, 3))]
        flat = tuple(p for part in parts for p in ((part,) if isinstance(part, str) else part) if p != "any")
        return flat or chance.choice(some)
    if form == "to":
        low, high = sorted(chance.choices(range(len(some)), k=2))
        return f"{some[low]} to {some[high]}"
    return f"{form} {chance.choice(some)}"


@pytest.mark.parametrize("seed", range(120))
def test_the_first_row_that_fits_is_found(seed: int):
    """
    Over random tables of all kinds of cells, the row found is the first of which every cell fits, or none.
    """
    chance = random.Random(seed)
    kinds = chance.choices(list(READ), k=chance.randint(1, 4))
    rows = [[cell(chance, kind) for kind in kinds] for _ in range(chance.choice((1, 3, 12, 60)))]
    finder = Finder(rows, len(kinds))
    for _ in range(60):
        values = [READ[kind](chance.choice(SOME[kind])) for kind in kinds]
        naive = next((n for n, row in enumerate(rows) if all(map(fits, row, values, kinds))), None)
        assert finder.first(values) == naive, (values, rows)


@pytest.mark.parametrize("seed", range(60))
def test_cells_meet_and_cover_as_their_values_do(seed: int):
    """
    Two cells that some value fits meet; where one lies within the other, all that fits the one fits the other.
    """
    chance = random.Random(seed)
    for kind in READ:
        one, other = (read(cell(chance, kind), kind) for _ in range(2))
        assert not isinstance(one, Unread)
        assert not isinstance(other, Unread)
        values = [READ[kind](text) for text in SOME[kind]]
        in_both = [v for v in values if takes(one, v) and takes(other, v)]
        assert meet(one, other) or not in_both
        assert meet(one, other) == meet(other, one)
        if within(one, other):
            assert all(takes(other, v) for v in values if takes(one, v))


@pytest.mark.parametrize(
    ("value", "row"),
    [
        ("7048", 0),
        (7048, 0),
        (Decimal("7048.0"), 0),
        (Money("7048.00", "USD"), 0),
        (Fraction(21144, 3), 0),
        (True, 1),
        ("yes", 1),
        (date(2027, 1, 1), 2),
        ("2027-01-01", 2),
        (datetime(2027, 1, 1), None),
        ("7048.0", None),
        (1, None),
    ],
)
def test_a_cell_is_read_by_the_kind_of_the_value(value: Any, row: int | None):
    """
    A cell fits a text by its letters, a number by its amount, a yes or no and a day by what they are.
    """
    assert Finder([["7048"], ["yes"], ["2027-01-01"]], 1).first([value]) == row


def test_a_text_has_no_order():
    """
    Words that look like a span take the very same text and no other.
    """
    finder = Finder([["over 5"], ["1 to 9"]], 1)

    assert [finder.first([v]) for v in ("over 5", "1 to 9", "7", Decimal(7), Decimal(4))] == [0, 1, None, 0, 1]


def test_long_lists_in_several_cells():
    """
    A row whose lists would make too many rows is looked at as it stands, in its place.
    """
    some = tuple(f"v{n}" for n in range(100))
    finder = Finder([["v1", "v2", "x"], [some, some, "any"], ["any", "any", "any"]], 3)

    assert finder.first(["v1", "v2", "x"]) == 0
    assert finder.first(["v1", "v2", "y"]) == 1
    assert finder.first(["v1", "w", "y"]) == 2


@pytest.mark.parametrize("value", [(), {"a": 1}, ("a",), None])
def test_only_single_values_are_looked_up(value: Any):
    """
    A list, a group of fields or nothing at all can't be held against a cell.
    """
    with pytest.raises(Unworkable):
        Finder([["any"]], 1).first([value])


@pytest.mark.parametrize(
    ("written", "kind", "said"),
    [
        ("over many", "number", "not a number"),
        ("20 to 10", "number", "takes nothing"),
        ("over 5 to 6", "number", "not a number"),
        ("12,5", "number", "not how a cell is written"),
        ("", "text", "empty"),
        ("", "number", "not a number"),
        ("2027-02-30", "date", "not a date"),
        ("from yesterday", "date", "not a date"),
        ("over yes", "yes_no", "neither yes nor no"),
        ("maybe", "yes_no", "not yes or no"),
        ("5.5", "integer", "takes nothing"),
        ("5.2 to 5.8", "integer", "takes nothing"),
        ("over 9999-12-31", "date", "outside the calendar"),
        (("a", "any"), "text", "stands alone"),
        ((), "text", "empty"),
    ],
)
def test_what_can_not_be_read_is_said(written: Written, kind: str, said: str):
    """
    A cell that is none of the forms, or that nothing could fit, is told with what is wrong.
    """
    cell_ = read(written, kind)

    assert isinstance(cell_, Unread)
    assert said in cell_.message


@pytest.mark.parametrize(
    ("one", "other", "kind", "expected"),
    [
        ("over 5", "under 6", "integer", False),
        ("over 5", "under 6", "number", True),
        ("over 5.5", "under 6", "integer", False),
        ("5 to 10", "over 10", "number", False),
        ("5 to 10", "from 10", "number", True),
        ("over 2027-01-01", "under 2027-01-02", "date", False),
        ("over 08:00", "under 08:01", "time", True),
    ],
)
def test_between_whole_numbers_and_days_there_is_nothing(one: str, other: str, kind: str, expected: bool):
    """
    Spans meet where a value of the column's kind lies in both: none does between two whole numbers or two days.
    """
    first, second = read(one, kind), read(other, kind)

    assert not isinstance(first, Unread)
    assert not isinstance(second, Unread)
    assert meet(first, second) is expected
