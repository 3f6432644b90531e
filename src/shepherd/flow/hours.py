"""Reading the desk's calendar from desk.yaml: its hours, its holidays, its currency; and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from shepherd.flow.calendar import DAY, Calendar, Spans
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.lists import Lists, Missing
from shepherd.flow.money import CURRENCIES
from shepherd.flow.refusal import Refusal
from shepherd.flow.source import Map, Node, Scalar, Seq
from shepherd.flow.values_in import parse_value

UNKNOWN_CURRENCY = Rule(
    "SHP332", "unknown-currency", "error", "A currency is one of ISO 4217's, written with its three capital letters."
)
IMPOSSIBLE_HOURS = Rule(
    "SHP333",
    "impossible-hours",
    "error",
    "A desk opens before it closes, each day is said once, and the whole week has at least one hour.",
)
HOLIDAY_IS_NO_DATE = Rule(
    "SHP334",
    "holiday-is-no-date",
    "error",
    "The days on which the desk is closed are dates; anything else would count as a working day.",
)
NO_HOURS = Rule(
    "SHP335",
    "no-hours",
    "error",
    "Working hours and working days are counted over the hours that desk.yaml sets; without them there are none.",
)
RULES = (UNKNOWN_CURRENCY, IMPOSSIBLE_HOURS, HOLIDAY_IS_NO_DATE, NO_HOURS)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAST_A_WEEK = 60


class _Hours(NamedTuple):
    """One entry of `hours`: its weekdays, its open spans in the order in which they are written, and where."""

    days: tuple[int, ...]
    spans: Spans
    place: Place


def calendar_of(root: Map, lists: Lists) -> Calendar:
    """The calendar of a ``desk.yaml`` that has passed its schema; what is wrong in it is left out."""
    week: list[Spans] = [()] * 7
    for entry in _entries(root):
        for day in entry.days:
            week[day] = _joined((*week[day], *entry.spans))
    node = root.get("holidays")
    found = lists.find(tuple(node.text.split("."))) if isinstance(node, Scalar) else None
    holidays = (_day(value) for value in (() if found is None or isinstance(found, Missing) else found[1]))
    known = frozenset(day for day in holidays if isinstance(day, date))
    return Calendar(hours=tuple(week), holidays=known, declared=True) if any(week) else Calendar(holidays=known)


def _joined(spans: Spans) -> Spans:
    """The spans in order, those that touch as one; one that ends before it begins is left out."""
    made: list[tuple[int, int]] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if made and begin <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((begin, end))
    return tuple(made)


def wrong_calendar(root: Map, lists: Lists, file: str) -> Iterator[Finding]:
    """What is wrong with the hours, the holidays and the currency of a ``desk.yaml``."""
    yield from _wrong_hours(list(_entries(root)), file)
    yield from _wrong_holidays(root, lists, file)
    currency = root.get("currency")
    if isinstance(currency, Scalar):
        yield from wrong_currency(currency, file)
    if not calendar_of(root, lists).declared:
        for _, owed in (*_pairs(root.get("severities")), *_pairs(root.get("service_levels"))):
            for _, node in _pairs(owed):
                if isinstance(node, Scalar) and "working" in node.text:
                    yield no_hours(node.place, node.text, file)


def wrong_currency(node: Scalar, file: str, flow: str = "", step: str = "") -> Iterator[Finding]:
    """What is wrong with a currency that is written in *node*."""
    if node.text not in CURRENCIES:
        message, hint = f'There is no currency "{node.text}".', "Write an ISO code, such as EUR."
        yield UNKNOWN_CURRENCY.at(node.place, message, file=file, hint=hint, flow=flow, step=step)


def no_hours(place: Place, text: str, file: str, flow: str = "", step: str = "") -> Finding:
    """That *text* is a span of working time, where desk.yaml sets no hours."""
    message = f'"{text}" is counted over hours that desk.yaml does not set.'
    hint = "Add to desk.yaml, for example: hours: {mon-fri: 08:00-20:00}."
    return NO_HOURS.at(place, message, file=file, hint=hint, flow=flow, step=step)


def _wrong_hours(entries: list[_Hours], file: str) -> Iterator[Finding]:
    said: set[int] = set()
    for entry in entries:
        twice = sorted(said.intersection(entry.days))
        said.update(entry.days)
        if twice:
            message = f'The hours of "{DAYS[twice[0]]}" are said twice.'
            yield IMPOSSIBLE_HOURS.at(entry.place, message, file=file, hint="Say each day once, or list its spans.")
        for begin, end in entry.spans:
            if begin >= end:
                message = f"The desk would close at {_clock(end)}, before it opens at {_clock(begin)}."
                hint = "Hours over midnight are two spans: [00:00-04:00, 20:00-24:00]."
                yield IMPOSSIBLE_HOURS.at(entry.place, message, file=file, hint=hint)
        ordered = sorted(entry.spans)
        if any(end > begin for (_, end), (begin, _) in pairwise(ordered)):
            yield IMPOSSIBLE_HOURS.at(entry.place, "Two of these spans overlap.", file=file, hint="Make one of them.")
    minutes = sum((end - begin) * len(entry.days) for entry in entries for begin, end in entry.spans if begin < end)
    if entries and 0 < minutes < LEAST_A_WEEK:
        message = f"The desk is open for {minutes} minutes in the week."
        yield IMPOSSIBLE_HOURS.at(entries[0].place, message, file=file, hint="Give it at least one hour.")


def _wrong_holidays(root: Map, lists: Lists, file: str) -> Iterator[Finding]:
    node = root.get("holidays")
    found = lists.find(tuple(node.text.split("."))) if isinstance(node, Scalar) else None
    if node is None or found is None:
        return
    if isinstance(found, Missing):
        if lists.whole:
            yield found.rule.at(node.place, found.message, file=file, hint=found.hint)
        return
    strange = next((value for value in found[1] if isinstance(_day(value), Refusal)), None)
    if strange is not None:
        message, hint = f'"{strange}" in this list is no date.', "Its values are days, like 2026-12-24."
        yield HOLIDAY_IS_NO_DATE.at(node.place, message, file=file, hint=hint)


def _day(value: str) -> date | Refusal:
    read: date | Refusal = parse_value("date", value)
    return read


def _entries(root: Map) -> Iterator[_Hours]:
    for key, spans in _pairs(root.get("hours")):
        first, _, last = key.text.partition("-")
        begin = DAYS.index(first)
        days = tuple((begin + i) % 7 for i in range((DAYS.index(last or first) - begin) % 7 + 1))
        yield _Hours(days, tuple(_span(n.text) for n in _scalars(spans)), key.place)


def _pairs(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return tuple(node.entries) if isinstance(node, Map) else ()


def _scalars(node: Node) -> Iterator[Scalar]:
    for item in node.items if isinstance(node, Seq) else (node,):
        if isinstance(item, Scalar):
            yield item


def _span(text: str) -> tuple[int, int]:
    """``08:00-20:00`` as minutes since midnight."""
    begin, _, end = text.partition("-")
    return _minutes(begin), _minutes(end)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return min(int(hours) * 60 + int(minutes), DAY)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
