"""Rows are found by words and by numbers, however either is written."""

from __future__ import annotations

import pytest

from shepherd.connect.searching import finder, meant

FILED = {
    "spaced": ["C-1001", "Aino Virtanen", "+358 40 555 0101"],
    "national": ["C-1002", "Jürgen Weiß", "030/901820-12"],
    "bracketed": ["C-1003", "Léa Martin", "+33 (0)1 23.45.67.89"],
    "street": ["C-1004", "Rantatie 27", ""],
    "country first": ["C-1005", "Max Muster", "0049 89 636 48018"],
}


def found(words: str) -> list[str]:
    fits = finder(words)
    return [name for name, cells in FILED.items() if fits(cells)]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("+358405550101", "spaced"),
        ("+358 40 555 0101", "spaced"),
        ("+358-40-555-0101", "spaced"),
        ("00358 40 5550101", "spaced"),
        ("0405550101", "spaced"),
        ("040 555", "spaced"),
        ("5550101", "spaced"),
        ("virtanen 040 5550101", "spaced"),
        ("03090182012", "national"),
        ("(030) 901 820", "national"),
        ("+49 30 90182012", "national"),
        ("+49 (0)30 90182012", "national"),
        ("+33123456789", "bracketed"),
        ("01 23 45 67 89", "bracketed"),
        ("089 63648018", "country first"),
        ("+498963648018", "country first"),
        ("rantatie 27", "street"),
    ],
)
def test_a_number_is_found_however_it_is_written(typed: str, wanted: str) -> None:
    """Spaces, dashes, brackets and a country's code against the 0 make no difference to which customer is found."""
    assert found(typed) == [wanted]


@pytest.mark.parametrize("typed", ["0415550101", "+49 405550101", "+358 41", "virtanen 030 901820", "+4930555", "05"])
def test_another_number_finds_nobody(typed: str) -> None:
    """A number that differs, another country's, or one that is another row's, fits no row."""
    assert found(typed) == []


def test_a_short_number_stands_at_the_beginning_of_a_word() -> None:
    """One or two digits are the number of a house, not a part of every telephone number."""
    assert found("27") == ["street"]
    assert found("58") == []


@pytest.mark.parametrize(("typed", "wanted"), [("c1001", "spaced"), ("c-1004", "street"), ("1c", "")])
def test_a_reference_is_found_without_its_hyphens(typed: str, wanted: str) -> None:
    """Capitals and hyphens of a customer's number make no difference."""
    assert found(typed) == ([wanted] if wanted else [])


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Virtannen", "Virtanen"),
        ("aino virtannen", "aino Virtanen"),
        ("jurgen weiss", "Jürgen weiss"),
        ("muste", ""),
        ("zzzz", ""),
        ("virtannen zzzz", ""),
        ("vi", ""),
        ("rantatei", "Rantatie"),
        ("lüdenscheit-mayer", "Lüdenscheid-Meyer"),
    ],
)
def test_what_was_meant_is_told_where_a_word_nearly_stands_there(typed: str, wanted: str) -> None:
    """Each word that begins none there gives way to the nearest; one that comes near nothing leaves it open."""
    filed = [*FILED.values(), ["C-9", "Ute Lüdenscheid-Meyer,", ""]]
    assert meant(typed, filed) == wanted
