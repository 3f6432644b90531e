"""Lengths of time as people set them: plain ones, and those counted in working hours or days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from shepherd.flow.arithmetic import Unworkable

#: Days without work in a row beyond which a calendar is taken to have none at all.
MOST_DAYS_OFF = 400


class Duration(NamedTuple):
    """A length of time: *seconds* on any clock, *working_minutes* and *working_days* on the desk's calendar."""

    seconds: int = 0
    working_minutes: int = 0
    working_days: int = 0


class Calendar(NamedTuple):
    """
    When the desk works: for each weekday from Monday its openings in minutes of the day, and the days off.

    Working days are those with an opening that are no holiday.
    """

    hours: tuple[tuple[tuple[int, int], ...], ...] = (((9 * 60, 17 * 60),),) * 5 + ((), ())
    holidays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether *day* is a working day."""
        return bool(self.hours[day.weekday()]) and day not in self.holidays

    def add_workdays(self, day: date, count: int) -> date:
        """The working day that is *count* working days after *day*, or before it where *count* is negative."""
        step = 1 if count > 0 else -1
        tried = 0
        while count:
            day += timedelta(days=step)
            tried = 0 if self.works(day) else tried + 1
            if tried > MOST_DAYS_OFF:
                raise Unworkable("The desk's calendar has no working days there.")
            count -= step if self.works(day) else 0
        return day

    def after(self, moment: datetime, length: Duration) -> datetime:
        """The wall-clock time at which *length* is over that begins at *moment*, both naive and at the desk."""
        moment += timedelta(seconds=length.seconds)
        if length.working_days:
            day = self.add_workdays(moment.date(), length.working_days)
            moment = datetime.combine(day, moment.time())
        return self._worked(moment, length.working_minutes) if length.working_minutes else moment

    def _worked(self, moment: datetime, minutes: int) -> datetime:
        """The time at which *minutes* of opening have passed since *moment*."""
        left = timedelta(minutes=minutes)
        day = moment.date()
        for _ in range(MOST_DAYS_OFF + minutes):
            midnight = datetime.combine(day, time())
            for first, last in self.hours[day.weekday()] if self.works(day) else ():
                opens = max(moment, midnight + timedelta(minutes=first))
                here = midnight + timedelta(minutes=last) - opens
                if here >= left:
                    return opens + left
                left -= max(here, timedelta())
            day += timedelta(days=1)
        raise Unworkable("The desk's calendar has no working hours there.")
