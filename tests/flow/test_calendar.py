"""The desk's calendar: working days and hours, held against counting day by day and minute by minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.calendar import DAY, USUAL, Calendar, Duration, duration
from shepherd.flow.draft import from_documents, read_draft
from tests.flow.library import Write

#: Finland at the turn of the year 2026/27, and hours as a small shop has them.
HOLIDAYS = frozenset({*(date(2026, 12, day) for day in (24, 25, 26)), date(2027, 1, 1), date(2027, 1, 6)})
OFFICE = Calendar(hours=(((480, 1200),),) * 5 + ((),) * 2, holidays=HOLIDAYS, declared=True)
SHOP = Calendar(hours=(((480, 720), (780, 1020)),) * 4 + (((480, 900),), ((600, 840),), ()), declared=True)

SPANS = st.lists(st.integers(0, 96), max_size=4, unique=True).map(
    lambda quarters: tuple((a * 15, b * 15) for a, b in zip(*[iter(sorted(quarters))] * 2, strict=False))
)
NEAR = st.dates(date(2026, 1, 1), date(2026, 4, 30))
CALENDARS = st.builds(
    Calendar, hours=st.tuples(*[SPANS] * 7), holidays=st.frozensets(NEAR, max_size=40), declared=st.just(True)
)


def works(calendar: Calendar, day: date) -> bool:
    """Whether the desk is open at all on *day*, by looking it up."""
    return day not in calendar.holidays and bool(calendar.hours[day.weekday()])


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether the desk is open in the minute that begins at *moment*."""
    minute = moment.hour * 60 + moment.minute
    spans = calendar.hours[moment.weekday()]
    return moment.date() not in calendar.holidays and any(a <= minute < b for a, b in spans)


@pytest.mark.parametrize(
    ("start", "count", "wanted"),
    [
        ("2026-12-22", 1, "2026-12-23"),
        ("2026-12-23", 1, "2026-12-28"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-12-26", 1, "2026-12-28"),
        ("2026-12-27", 5, "2027-01-04"),
        ("2026-12-30", 2, "2027-01-04"),
        ("2027-01-05", 1, "2027-01-07"),
        ("2026-12-28", -1, "2026-12-23"),
        ("2026-12-27", -1, "2026-12-23"),
        ("2027-01-07", -3, "2026-12-31"),
        ("2026-12-26", 0, "2026-12-26"),
        ("2026-11-24", 10, "2026-12-08"),
        ("2026-11-28", 5, "2026-12-04"),
    ],
)
def test_working_days_by_the_wall_calendar(start: str, count: int, wanted: str):
    """
    Working days are counted as on the calendar at the wall, forwards and back, over weekends and holidays.
    """
    assert OFFICE.add_workdays(date.fromisoformat(start), count) == date.fromisoformat(wanted)


@given(CALENDARS, NEAR, st.integers(-60, 60))
@settings(max_examples=300, deadline=None)
def test_working_days_are_those_counted_one_by_one(calendar: Calendar, start: date, count: int):
    """
    Any number of working days leads where counting day by day leads.
    """
    assume(any(calendar.hours))
    wanted, left = start, abs(count)
    while left:
        wanted += timedelta(days=1 if count > 0 else -1)
        left -= works(calendar, wanted)

    assert calendar.add_workdays(start, count) == wanted


@given(CALENDARS, st.datetimes(datetime(2026, 2, 1), datetime(2026, 2, 28)), st.integers(0, 40 * 60))
@settings(max_examples=200, deadline=None)
def test_working_hours_are_those_counted_minute_by_minute(calendar: Calendar, start: datetime, minutes: int):
    """
    A span of working time is over when the desk has been open for as many minutes.
    """
    assume(sum(b - a for spans in calendar.hours for a, b in spans) >= 60)
    start = start.replace(second=0, microsecond=0)
    wanted, left = start, minutes
    while left:
        left -= is_open(calendar, wanted)
        wanted += timedelta(minutes=1)

    assert calendar.after(start, Duration(working_minutes=minutes)) == wanted


@pytest.mark.parametrize(
    ("calendar", "start", "span", "wanted"),
    [
        (OFFICE, "2026-11-24T14:30", "4 working hours", "2026-11-24T18:30"),
        (OFFICE, "2026-11-24T16:00", "4 working hours", "2026-11-24T20:00"),
        (OFFICE, "2026-11-24T17:00", "4 working hours", "2026-11-25T09:00"),
        (OFFICE, "2026-11-27T19:00", "4 working hours", "2026-11-30T11:00"),
        (OFFICE, "2026-11-28T03:00", "4 working hours", "2026-11-30T12:00"),
        (OFFICE, "2026-12-23T19:30", "1 working hour", "2026-12-28T08:30"),
        (OFFICE, "2026-11-27T15:00", "1 working day", "2026-11-30T15:00"),
        (OFFICE, "2026-11-28T15:00", "1 working day", "2026-12-01T08:00"),
        (OFFICE, "2026-11-27T21:00", "2 working days", "2026-12-02T08:00"),
        (OFFICE, "2026-12-23T09:15", "2 working days", "2026-12-29T09:15"),
        (OFFICE, "2026-11-28T15:00", "90m", "2026-11-28T16:30"),
        (OFFICE, "2026-11-28T15:00", "2d", "2026-11-30T15:00"),
        (SHOP, "2026-11-24T11:30", "1 working hour", "2026-11-24T13:30"),
        (SHOP, "2026-11-24T12:30", "8 working hours", "2026-11-25T12:00"),
        (SHOP, "2026-11-26T16:30", "1 working day", "2026-11-27T15:00"),
        (SHOP, "2026-11-27T08:30", "1 working day", "2026-11-28T10:00"),
    ],
)
def test_spans_by_the_wall_clock(calendar: Calendar, start: str, span: str, wanted: str):
    """
    Working time begins when the desk is open next; a working day later is the same time, within that day's hours.
    """
    read = duration(span)

    assert read is not None
    assert calendar.after(datetime.fromisoformat(start), read) == datetime.fromisoformat(wanted)


def test_a_night_desk_works_over_midnight():
    """
    Hours up to and from midnight are one night's work, and the clock of the desk never jumps in them.
    """
    night = Calendar(hours=(((0, 240), (1200, DAY)),) * 7, declared=True)

    assert night.after(datetime(2027, 3, 27, 23, 0), Duration(working_minutes=240)) == datetime(2027, 3, 28, 3, 0)
    assert night.after(datetime(2027, 3, 28, 12, 0), Duration(working_minutes=1)) == datetime(2027, 3, 28, 20, 1)


@pytest.mark.parametrize(
    ("text", "wanted", "words"),
    [
        ("8s", Duration(seconds=8), "8 seconds"),
        ("90m", Duration(seconds=5400), "90 minutes"),
        ("4h", Duration(seconds=14_400), "4 hours"),
        ("2d", Duration(seconds=172_800), "2 days"),
        ("4 working hours", Duration(working_minutes=240), "4 working hours"),
        ("1 working hour", Duration(working_minutes=60), "1 working hour"),
        ("1 working day", Duration(working_days=1), "1 working day"),
        (" 3 working days ", Duration(working_days=3), "3 working days"),
        ("4 hours", None, ""),
        ("2 working weeks", None, ""),
        ("-1d", None, ""),
        ("٣d", None, ""),
        ("", None, ""),
    ],
)
def test_a_span_is_read_and_told(text: str, wanted: Duration | None, words: str):
    """
    A span is read as it is written, and told in words; nothing else is one.
    """
    assert duration(text) == wanted
    assert wanted is None or wanted.words == words


def test_what_lies_outside_is_not_worked_out():
    """
    A desk that never works, a day past the calendar's end, and more days than a thousand years are told.
    """
    with pytest.raises(Unworkable):
        Calendar(hours=((),) * 7).add_workdays(date(2026, 1, 1), 1)
    with pytest.raises(Unworkable):
        OFFICE.add_workdays(date(9999, 12, 31), 1)
    with pytest.raises(Unworkable):
        OFFICE.after(datetime(9999, 12, 31, 23), Duration(seconds=86_400))
    with pytest.raises(Unworkable):
        OFFICE.add_workdays(date(2026, 1, 1), 10**9)


FLOW = (
    "flow: a\ntitle: A\ncategory: orders\nversion: 1\noutcomes: {ok: {resolves: true}}\n"
    "steps:\n  one: {say: Yes.}\n  two: {end: ok}\n"
)
DAYS_OFF = "list: free\noptions: {2026-12-24: Christmas Eve, 2026-12-25: Christmas Day}\n"
DESK = "desk: d\nhours: {mon-fri: 08:00-20:00}\nholidays: lists.free\n"


@pytest.mark.parametrize(
    ("hours", "wanted"),
    [
        ("{mon-fri: 08:00-20:00}", (((480, 1200),),) * 5 + ((),) * 2),
        ("{sat-mon: 08:00-24:00}", (((480, DAY),),) + ((),) * 4 + (((480, DAY),),) * 2),
        ("{wed: [13:00-17:00, 08:00-12:00]}", ((), (), ((480, 720), (780, 1020)), (), (), (), ())),
        ("{mon-sun: [08:00-12:00, 12:00-16:00]}", (((480, 960),),) * 7),
    ],
)
def test_hours_are_read(write: Write, hours: str, wanted: object):
    """
    Hours are said by day or by days, also over the weekend, in one span or several.
    """
    draft = read_draft(write(a=FLOW, desk=f"desk: d\nhours: {hours}\n"))

    assert not draft.findings
    assert (draft.policy.calendar.hours, draft.policy.calendar.declared) == (wanted, True)


@pytest.mark.parametrize(
    ("hours", "codes"),
    [
        ("{mon-fri: 20:00-08:00}", ["SHP333"]),
        ("{mon-fri: 08:00-20:00, wed: 08:00-12:00}", ["SHP333"]),
        ("{mon: [08:00-12:00, 11:00-14:00]}", ["SHP333"]),
        ("{mon: 08:00-08:30}", ["SHP333"]),
        ("{mon: 08:00-08:00}", ["SHP333"]),
        ("{mon: 08:00-25:00}", ["SHP113"]),
        ("{someday: 08:00-20:00}", ["SHP113"]),
    ],
)
def test_hours_that_cannot_be_are_told(write: Write, hours: str, codes: list[str]):
    """
    Hours that end before they begin, overlap, are said twice or come to nothing are each one finding.
    """
    assert [f.code for f in read_draft(write(a=FLOW, desk=f"desk: d\nhours: {hours}\n")).findings] == codes


def test_without_hours_the_week_is_the_usual_one(write: Write):
    """
    Where desk.yaml sets no hours, Monday to Friday are working days, and nothing is counted in working hours.
    """
    bare = read_draft(write(a=FLOW, desk="desk: d\n")).policy
    owed = read_draft(write(a=FLOW, desk="desk: d\nseverities: {s: {resolve: 1 working day}}\n"))

    assert (bare.calendar.hours, bare.calendar.declared) == (USUAL, False)
    assert [f.code for f in owed.findings] == ["SHP335"]
    assert owed.policy.severities["s"].resolve is None
    assert datetime.combine(bare.calendar.add_workdays(date(2026, 11, 27), 1), time()) == datetime(2026, 11, 30)


def test_holidays_are_a_list_of_the_library(write: Write):
    """
    The values of the list are the days off, also when the library is made again from its documents.
    """
    draft = read_draft(write(a=FLOW, desk=DESK, free=DAYS_OFF))
    again = from_documents(draft.documents)

    assert not draft.findings
    assert draft.policy.calendar.holidays == {date(2026, 12, 24), date(2026, 12, 25)}
    assert again.policy.calendar == draft.policy.calendar


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "SHP341"),
        ({"free": DAYS_OFF.replace("2026-12-25", "christmas")}, "SHP334"),
        ({"free": DAYS_OFF.replace("2026-12-25", "2026-12-32")}, "SHP334"),
    ],
)
def test_holidays_that_are_no_days_are_told(write: Write, files: dict[str, str], code: str):
    """
    A list that is missing, or that has something else than days, is one finding at the word.
    """
    (found,) = read_draft(write(a=FLOW, desk=DESK, **files)).findings

    assert (found.code, found.file, found.place.line) == (code, "desk.yaml", 3)
