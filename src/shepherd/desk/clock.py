"""The clock of the desk: aware UTC times of whole milliseconds, and the offset of the desk's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC, cut to milliseconds."""
    return whole(datetime.now(UTC))


def whole(at: datetime) -> datetime:
    """*at* cut to milliseconds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def wall(at: datetime, zone: str) -> datetime:
    """*at* on the clock of *zone*, naive."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def day(at: datetime, zone: str) -> date:
    """The day it is at *at* on the clock of *zone*; that of UTC where there is no such zone."""
    try:
        return wall(at, zone).date()
    except (KeyError, ValueError, OSError):
        return at.astimezone(UTC).date()


def days(today: date | None = None, clock: Clock = system_clock) -> Callable[[str], date]:
    """What gives the day it is on the clock of a zone: always *today*, where that is given."""
    return lambda zone: today or day(clock(), zone)


def offset(at: datetime, zone: str) -> str:
    """The offset of *zone* from UTC at *at*, like ``+02:00``."""
    text = f"{at.astimezone(ZoneInfo(zone)):%z}"
    return f"{text[:3]}:{text[3:5]}"
