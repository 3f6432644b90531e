"""Days and hours are said as people say them, in the language that a filter is given."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from shepherd.flow.functions import FILTERS, SAID
from shepherd.flow.infer import Infer
from shepherd.flow.parse import tree_of
from shepherd.flow.saying import SAYINGS
from shepherd.flow.types import Type

MOMENT = datetime(2026, 12, 1, 9)
LATER = datetime(2027, 3, 14, 18, 5)


@pytest.mark.parametrize(
    ("language", "day", "hour", "moment", "later"),
    [
        ("de", "1. Dezember 2026", "9 Uhr", "Dienstag, 1. Dezember, um 9 Uhr", "Sonntag, 14. März, um 18:05 Uhr"),
        ("en", "1 December 2026", "9:00", "Tuesday 1 December at 9:00", "Sunday 14 March at 18:05"),
        ("es", "1 de diciembre de 2026", "9:00 h", "martes 1 de diciembre, 9:00 h", "domingo 14 de marzo, 18:05 h"),
        ("fr", "1er décembre 2026", "9 h", "mardi 1er décembre à 9 h", "dimanche 14 mars à 18 h 05"),
        ("nl", "1 december 2026", "9 uur", "dinsdag 1 december om 9 uur", "zondag 14 maart om 18:05 uur"),
    ],
)
def test_each_language_says_them_its_own_way(language: str, day: str, hour: str, moment: str, later: str) -> None:
    """A day has its year, an hour no needless noughts, a moment its day of the week."""
    assert FILTERS["date"](MOMENT.date(), language) == FILTERS["date"](MOMENT, language) == day
    assert FILTERS["time"](time(9), language) == FILTERS["time"](MOMENT, language) == hour
    assert FILTERS["datetime"](MOMENT, language) == moment
    assert FILTERS["datetime"](LATER, language) == later


def test_every_language_has_every_day_and_month() -> None:
    """Seven days of the week and twelve months, no two alike, in each of them; midnight is said, too."""
    for language, saying in SAYINGS.items():
        assert (len(set(saying.weekdays)), len(set(saying.months))) == (7, 12)
        told = {FILTERS["date"](date(2027, month, 28), language) for month in range(1, 13)}
        assert len(told) == 12
        assert "0" in FILTERS["time"](time(0), language)


def test_without_a_language_they_stand_as_systems_read_them() -> None:
    """What recorded runs have shown stays as it was."""
    shown = {name: FILTERS[name](MOMENT) for name in sorted(SAID)}

    assert shown == {"date": "2026-12-01", "datetime": "2026-12-01 at 09:00", "time": "09:00"}


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ('now | datetime("en")', ""),
        ('now | datetime("xx")', 'The filter datetime takes one language of these: "de", "en", "es", "fr", "nl".'),
        ("today | date(2)", 'The filter date takes one language of these: "de", "en", "es", "fr", "nl".'),
        ('now | time("en", "de")', 'The filter time takes one language of these: "de", "en", "es", "fr", "nl".'),
        ("now | time(today)", 'The filter time takes one language of these: "de", "en", "es", "fr", "nl".'),
    ],
)
def test_a_language_that_is_not_known_is_a_finding(written: str, sentence: str) -> None:
    """Only the languages that are known here, written out; no run ever meets another."""
    infer = Infer({"now": Type.named("datetime"), "today": Type.named("date")})
    infer.of(tree_of(written, filters=True))

    assert [misfit.sentence for misfit in infer.misfits] == ([sentence] if sentence else [])
