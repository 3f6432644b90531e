"""What an escalation owes: times on the desk's wall clock, working ones over its hours and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import shepherd.check
from shepherd.check.library import Library
from shepherd.flow.beside import Policy, Queue, Severity
from shepherd.flow.calendar import Calendar, Duration
from shepherd.flow.model import Escalate
from shepherd.run import advance, start
from shepherd.run.api import Actor, Continue, Event, Stamp
from shepherd.run.escalation import escalation, tracking_ids

POLICY = Policy(
    time_zone="Europe/Helsinki",
    calendar=Calendar(
        hours=(((480, 1200),),) * 5 + ((),) * 2,
        holidays=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
        declared=True,
    ),
    queues={"second": Queue(name="second", owner="boss")},
    severities={
        "sev1": Severity(name="sev1", acknowledge=Duration(seconds=300), resolve=Duration(seconds=14_400)),
        "sev3": Severity(
            name="sev3",
            acknowledge=Duration(working_minutes=240),
            update_every=Duration(working_days=1),
            resolve=Duration(working_days=3),
        ),
    },
)


def owed(severity: str, at: datetime, offset: str = "+02:00") -> dict[str, str]:
    """The times of an escalation at *at* (UTC), to the minute."""
    stamp = Stamp(at.replace(tzinfo=UTC), offset, Actor("agent", "maria"))
    fields = escalation(POLICY, Escalate(queue="second", severity=severity), stamp)
    assert (fields["queue"], fields["owner"]) == ("second", "boss")
    return {name: f"{value:%Y-%m-%d %H:%M}" for name, value in fields.items() if isinstance(value, datetime)}


def test_plain_times_run_on_at_night():
    """
    Minutes and hours are counted on the clock, whether the desk is open or not.
    """
    assert owed("sev1", datetime(2026, 11, 28, 22, 30, 40)) == {
        "acknowledge_by": "2026-11-29 00:35",
        "resolve_by": "2026-11-29 04:30",
    }


@pytest.mark.parametrize(
    ("at", "offset", "acknowledge", "update", "resolve"),
    [
        (datetime(2026, 11, 24, 12, 0), "+02:00", "2026-11-24 18:00", "2026-11-25 14:00", "2026-11-27 14:00"),
        (datetime(2026, 11, 27, 16, 0), "+02:00", "2026-11-30 10:00", "2026-11-30 18:00", "2026-12-02 18:00"),
        (datetime(2026, 12, 23, 17, 30), "+02:00", "2026-12-28 11:30", "2026-12-28 19:30", "2026-12-30 19:30"),
        (datetime(2027, 3, 26, 16, 0), "+02:00", "2027-03-29 10:00", "2027-03-29 18:00", "2027-03-31 18:00"),
        (datetime(2027, 3, 28, 16, 0), "+03:00", "2027-03-29 12:00", "2027-03-30 08:00", "2027-04-01 08:00"),
    ],
)
def test_working_times_are_counted_over_the_desk_s_calendar(
    at: datetime, offset: str, acknowledge: str, update: str, resolve: str
):
    """
    Working hours and days leave out nights, weekends and holidays, and keep the time of day when the clocks change.
    """
    assert owed("sev3", at, offset) == {"acknowledge_by": acknowledge, "next_update": update, "resolve_by": resolve}


@pytest.mark.parametrize(("number", "end"), [(1, ""), (2, "-2"), (12, "-12")])
def test_a_tracking_id_tells_the_minute_and_its_number_within_it(number: int, end: str) -> None:
    """The minute on the desk's clock; the first one bears no number; and each is read back as what it is made of."""
    stamp = Stamp(datetime(2026, 11, 24, 12, 0, 59, tzinfo=UTC), "+02:00", Actor("agent", "maria"))
    fields = escalation(POLICY, Escalate(queue="second", severity="sev1"), stamp, number)
    assert fields["id"] == f"INC-2026-1124-1400{end}"
    event = Event("answered", {}, ({"escalated": fields}, {"step": "x"}), stamp.at, "+02:00", stamp.actor)
    assert tracking_ids(event) == [("INC-2026-1124-1400", number)]


def test_the_end_says_what_its_code_means() -> None:
    """A code that desk.yaml lists among its dispositions is told with its meaning; one that it does not, alone."""
    folder = Path(shepherd.check.__file__).parent / "examples" / "SHP623-unknown-disposition" / "right"
    stamp = Stamp(datetime(2026, 11, 30, 9, 0, tzinfo=UTC), "+00:00", Actor("agent", "maria"))
    run = start(Library.read(folder), "restart", inputs={}, facts={}, stamp=stamp).run
    end = advance(run, Continue(), stamp=stamp).run.waiting
    assert (end.code, end.meaning) == ("DONE-1", "It works again")
