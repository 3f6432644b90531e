"""The small marks in templates."""

import re
from datetime import UTC, datetime

import pytest

from shepherd.web.marks import Marks


def test_times_are_on_the_clock_of_the_desk():
    """A time is shown in the desk's zone, and nothing where there is none."""
    marks = Marks(lambda: "Europe/Helsinki", {})

    assert marks.clock(datetime(2026, 11, 24, 12, 5, tzinfo=UTC)) == "2026-11-24 14:05"
    assert marks.clock(datetime(2026, 6, 24, 12, 5, 9, tzinfo=UTC), seconds=True) == "2026-06-24 15:05:09"
    assert marks.clock(None) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3725, "1 h 2 min"), (172_800, "2 d"), (90_061, "1 d 1 h")],
)
def test_spans_have_their_two_largest_units(seconds, text):
    """A span is short enough to be read at a glance."""
    assert Marks.span(seconds) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [("second_line", "Second line"), ("line.test", "Line test"), ("qa", "QA"), ("", ""), ("Maria", "Maria")],
)
def test_ids_are_shown_as_words(name, text):
    """Nobody has to read an underscore."""
    assert Marks.words(name) == text


def test_the_list_of_keys_has_those_of_the_page(at_light):
    """Beside each step stand the keys that do something there; on the page about keys all of them."""
    listed = {page: keys_in(at_light.get(page).text) for page in (at_light.path, "/", "/keys")}
    step, first, every = listed.values()

    assert step == ["1", "5", "0", "b", "p", "h", "n", "/", "?", "Esc"]
    assert first == ["/", "?", "Esc"]
    assert every == ["1", "9", "0", "b", "p", "h", "t", "n", "/", "?", "Esc"]


def keys_in(text):
    """The keys of the list, in its order."""
    found = re.findall(r"<dt>(.*?)</dt>", text.partition("key-list")[2])
    return [key for dt in found for key in re.findall(r"<kbd>([^<]+)</kbd>", dt)]
