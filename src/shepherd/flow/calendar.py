"""
The desk's calendar: when it is open, on which days it is not, and what a span of working time comes to.

All moments here are naive, on the desk's wall clock: nine o'clock stays nine o'clock when the clocks change.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.shown import many

DAY = 24 * 60
#: Open spans of one weekday, in minutes since midnight: each ``(from, until)``, in order.
Spans = tuple[tuple[int, int], ...]
#: What holds where desk.yaml sets no hours: Monday to Friday, around the clock.
USUAL: tuple[Spans, ...] = (((0, DAY),),) * 5 + ((),) * 2
MOST_WORKDAYS = 366 * 1000
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PLAIN = re.compile(r"([0-9]{1,6})([smhd])")
_WORKING = re.compile(r"([0-9]{1,4}) working (hour|day)s?")
_IN_WORDS = re.compile(r"([0-9]{1,4}) ?(second|minute|hour|day|week)s?")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: *seconds* on the clock, or *working_minutes* of open hours, or *working_days*."""

    seconds: int = 0
    working_minutes: int = 0
    working_days: int = 0

    @property
    def working(self) -> bool:
        """Whether it is counted over the desk's hours."""
        return bool(self.working_minutes or self.working_days)

    @property
    def words(self) -> str:
        """The span for people: ``2 days``, ``90 minutes``, ``4 working hours``, ``1 working day``."""
        if self.working_days:
            return many(self.working_days, "working day")
        if self.working_minutes:
            hours, rest = divmod(self.working_minutes, 60)
            return many(self.working_minutes, "working minute") if rest else many(hours, "working hour")
        for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
            if self.seconds and self.seconds % size == 0:
                return many(self.seconds // size, unit)
        return many(self.seconds, "second")


def duration(text: str) -> Duration | None:
    """``8s``, ``30m``, ``4h``, ``2d``, ``4 working hours`` or ``1 working day``; None for what is no such span."""
    plain = _PLAIN.fullmatch(text.strip())
    if plain:
        return Duration(seconds=int(plain[1]) * UNITS[plain[2]])
    working = _WORKING.fullmatch(text.strip())
    if working is None:
        return None
    count = int(working[1])
    return Duration(working_days=count) if working[2] == "day" else Duration(working_minutes=60 * count)


def told_span(text: str) -> Duration | None:
    """As :func:`duration`, of what a flow tells the ticket: there ``2 d`` counts too."""
    return duration(text) or duration(text.replace(" ", ""))


def meant_span(text: str) -> str:
    """How a length of time that is written out in English is written in a flow: ``2 days`` is ``2d``; or empty."""
    found = _IN_WORDS.fullmatch(text.strip().lower())
    if found is None:
        return ""
    count = int(found[1]) * (7 if found[2] == "week" else 1)
    return f"{count}{'d' if found[2] == 'week' else found[2][0]}"


def since(now: datetime, seconds: int | None) -> datetime | None:
    """The moment *seconds* before *now*; None where no span is given, and where it is longer than the calendar."""
    try:
        return now - timedelta(seconds=seconds) if seconds is not None else None
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    When the desk works: *hours* are the open spans of each weekday from Monday on, *holidays* the days it is closed.

    *declared*: desk.yaml sets hours; where it does not, Monday to Friday count as working days.
    """

    hours: tuple[Spans, ...] = USUAL
    holidays: frozenset[date] = frozenset()
    declared: bool = False
    _closed: tuple[date, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        closed = sorted(day for day in self.holidays if self.hours[day.weekday()])
        object.__setattr__(self, "_closed", tuple(closed))

    def open_on(self, day: date) -> Spans:
        """The open spans of *day*; none on a holiday."""
        return () if day in self.holidays else self.hours[day.weekday()]

    def add_workdays(self, day: date, count: int) -> date:
        """
        The day that lies *count* working days behind *day*, or before it where *count* is negative.

        *day* itself is never counted, be it a working day or not; no days at all leave it as it is.
        Raises Unworkable where that lies outside the calendar, or the desk never works.
        """
        if abs(count) > MOST_WORKDAYS:
            raise Unworkable("A whole number of working days is needed, within a thousand years.")
        if not any(self.hours):
            raise Unworkable("The desk has no working days.")
        sign = 1 if count > 0 else -1
        left = abs(count)
        try:
            while left:
                reached = self._by_weeks(day, left, sign)
                left = self._closed_between(day, reached)
                day = reached
        except OverflowError:
            raise Unworkable("The date lies outside the calendar.") from None
        return day

    def _by_weeks(self, day: date, count: int, sign: int) -> date:
        """*day* moved by *count* weekdays with hours, holidays or not."""
        weeks, steps = divmod(count - 1, sum(1 for spans in self.hours if spans))
        day += timedelta(days=7 * weeks * sign)
        while steps >= 0:
            day += timedelta(days=sign)
            steps -= bool(self.hours[day.weekday()])
        return day

    def _closed_between(self, start: date, reached: date) -> int:
        """How many holidays on weekdays with hours lie behind *start* up to *reached*, whichever is earlier."""
        if reached >= start:
            return bisect_right(self._closed, reached) - bisect_right(self._closed, start)
        return bisect_left(self._closed, start) - bisect_left(self._closed, reached)

    def after(self, start: datetime, span: Duration) -> datetime:
        """
        When *span* is over that begins at *start*, both on the desk's clock.

        Working time begins when the desk is open next. A working day later is the same time of the next working day,
        or when that day's hours begin or end, where that time lies outside them. Raises Unworkable as ``add_workdays``.
        """
        try:
            moment = start + timedelta(seconds=span.seconds)
            if span.working_days:
                moment = self._days_after(self._opened(moment), span.working_days)
            return self._minutes_after(moment, timedelta(minutes=span.working_minutes))
        except OverflowError:
            raise Unworkable("The date lies outside the calendar.") from None

    def _opened(self, moment: datetime) -> datetime:
        """*moment*, or when the desk opens next where it is closed then."""
        for begin, end in self._spans(moment.date()):
            if moment < end:
                return max(moment, begin)
        day = self.add_workdays(moment.date(), 1)
        return self._spans(day)[0][0]

    def _days_after(self, moment: datetime, count: int) -> datetime:
        day = self.add_workdays(moment.date(), count)
        spans = self._spans(day)
        same = datetime.combine(day, moment.time())
        return min(max(same, spans[0][0]), spans[-1][1])

    def _minutes_after(self, moment: datetime, left: timedelta) -> datetime:
        while left:
            moment = self._opened(moment)
            end = next(end for begin, end in self._spans(moment.date()) if begin <= moment < end)
            step = min(left, end - moment)
            moment, left = moment + step, left - step
        return moment

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        midnight = datetime.combine(day, time())
        return [(midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in self.open_on(day)]
