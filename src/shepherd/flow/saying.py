"""Days and hours as people say them, in the languages that are known here."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple


class Saying(NamedTuple):
    """
    How a language says days and hours.

    *months* and *weekdays* in their order, *day* a day with its year, *moment* a day of the week with its hour, *hour*
    an hour, *full* one without minutes. *first* is the first of a month, where it is said otherwise than the others.
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day: str
    moment: str
    hour: str = "{hour}:{minute:02}"
    full: str = "{hour}:00"
    first: str = "1"


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SAYINGS: dict[str, Saying] = {
    "de": Saying(
        _names("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
        _names("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        day="{day}. {month} {year}",
        moment="{weekday}, {day}. {month}, um {time}",
        hour="{hour}:{minute:02} Uhr",
        full="{hour} Uhr",
    ),
    "en": Saying(
        _names("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        _names("January February March April May June July August September October November December"),
        day="{day} {month} {year}",
        moment="{weekday} {day} {month} at {time}",
    ),
    "es": Saying(
        _names("lunes martes miércoles jueves viernes sábado domingo"),
        _names("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        day="{day} de {month} de {year}",
        moment="{weekday} {day} de {month}, {time}",
        hour="{hour}:{minute:02} h",
        full="{hour}:00 h",
    ),
    "fr": Saying(
        _names("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        _names("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        day="{day} {month} {year}",
        moment="{weekday} {day} {month} à {time}",
        hour="{hour} h {minute:02}",
        full="{hour} h",
        first="1er",
    ),
    "nl": Saying(
        _names("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
        _names("januari februari maart april mei juni juli augustus september oktober november december"),
        day="{day} {month} {year}",
        moment="{weekday} {day} {month} om {time}",
        hour="{hour}:{minute:02} uur",
        full="{hour} uur",
    ),
}


def said_day(value: date, language: str) -> str:
    """A day with its year: ``1 December 2026``."""
    return _filled(SAYINGS[language], "day", value)


def said_hour(value: time | datetime, language: str) -> str:
    """An hour: ``9:00``."""
    saying = SAYINGS[language]
    return (saying.hour if value.minute else saying.full).format(hour=value.hour, minute=value.minute)


def said_moment(value: datetime, language: str) -> str:
    """A day and hour, the weekday in the place of the year: ``Tuesday 1 December at 9:00``."""
    return _filled(SAYINGS[language], "moment", value, time=said_hour(value, language))


def _filled(saying: Saying, pattern: str, value: date, **more: str) -> str:
    text: str = getattr(saying, pattern)
    return text.format(
        weekday=saying.weekdays[value.weekday()],
        day=saying.first if value.day == 1 else value.day,
        month=saying.months[value.month - 1],
        year=value.year,
        **more,
    )
