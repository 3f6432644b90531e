"""Until when a wait lasts: plain lengths by the clock, working ones and dates by the desk's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shepherd.flow.beside import Policy
from shepherd.flow.expression import Unworkable
from shepherd.flow.model import Wait
from shepherd.run.api import Stamp
from shepherd.run.context import Context
from shepherd.run.state import Frame, local


def until(action: Wait, frame: Frame, context: Context, stamp: Stamp, policy: Policy) -> datetime:
    """The UTC time at which a wait that begins at *stamp* is over; a date means the beginning of that day."""
    if action.until is None:
        length = action.duration
        assert length is not None
        if not (length.working_minutes or length.working_days):
            return stamp.at + timedelta(seconds=length.seconds)
        return absolute(policy.calendar.after(local(stamp), length), policy)
    value = action.until.evaluate(frame.values, context)
    if isinstance(value, datetime):
        return absolute(value, policy)
    if isinstance(value, date):
        return absolute(datetime.combine(value, time()), policy)
    raise Unworkable("A date, or a date with a time, is needed here.")


def absolute(wall: datetime, policy: Policy) -> datetime:
    """
    A time of the desk's clock as UTC; one that the clock skips or shows twice is taken as the earlier.

    Raises Unworkable where it lies outside the calendar, as the first morning of the year 1 does east of Greenwich.
    """
    try:
        return wall.replace(tzinfo=ZoneInfo(policy.time_zone)).astimezone(UTC)
    except OverflowError:
        raise Unworkable("The date lies outside the calendar.") from None
