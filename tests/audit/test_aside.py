"""How long a run lay aside: paused, or handed over and not yet taken over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shepherd.audit.aside import Aside
from shepherd.run.api import SYSTEM, Event

BEGIN = datetime(2026, 11, 21, 10, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def heard(*events: tuple[str, float]) -> Aside:
    aside = Aside()
    for kind, minutes in events:
        aside.hear(Event(kind=kind, at=at(minutes), offset="+00:00", actor=SYSTEM, data={}, entered=()))
    return aside


def test_only_what_lies_between_counts() -> None:
    """A step that was entered or left in the middle of a pause has its part of it."""
    aside = heard(("paused", 1), ("resumed", 11), ("noted", 12), ("handed_over", 20), ("taken_over", 25))
    assert aside.between(at(0), at(30)) == 15 * 60
    assert aside.between(at(6), at(12)) == 5 * 60
    assert aside.between(at(0), at(2)) == 60
    assert aside.between(at(12), at(20)) == 0


def test_a_run_that_still_lies_aside_does_so_until_then() -> None:
    """The clock may go on while it is paused; a run that is handed over while it is paused lies aside once."""
    aside = heard(("paused", 1), ("handed_over", 3))
    assert aside.between(at(0), at(5)) == 4 * 60
    aside.hear(Event(kind="taken_over", at=at(9), offset="+00:00", actor=SYSTEM, data={}, entered=()))
    assert aside.between(at(0), at(30)) == 8 * 60
