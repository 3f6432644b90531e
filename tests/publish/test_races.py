"""Two who publish at the same moment: one of them does it, the other is told, and everybody sees the same."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest

from shepherd.desk import DeskError, Misused
from shepherd.desk.publishing import Publishing
from shepherd.flow.draft import Draft
from shepherd.record import Record
from tests.desk.house import Clock

RACES = int(os.environ.get("SHEPHERD_PUBLISH_RACES", "6"))
Drafts = Callable[[str], Draft]
Goes = Callable[[str], int]


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do all *works* at the same time, each in a thread of its own; what each gave, or the error it raised."""
    gate = threading.Barrier(len(works))
    ends: list[object] = [None] * len(works)

    def one(n: int) -> None:
        gate.wait(30)
        try:
            ends[n] = works[n]()
        except Exception as error:
            ends[n] = error

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends


def lost(ends: list[object]) -> list[DeskError]:
    """The errors among *ends*, all of which are ours."""
    errors = [end for end in ends if isinstance(end, Exception)]
    assert all(isinstance(error, DeskError) for error in errors), errors
    return [error for error in errors if isinstance(error, DeskError)]


def test_two_approvals_at_once(publishing: Publishing, elsewhere: Publishing, draft: Drafts, record: Record) -> None:
    """One approval counts; the other is told who was first. Both processes then know the same."""
    for race in range(RACES):
        number = publishing.propose(draft(f"Words {race}."), by="maria").number
        ends = at_once(
            lambda n=number: publishing.approve(str(n), by="olli", note="Fine"),  # type: ignore[misc]
            lambda n=number: elsewhere.approve(str(n), by="anna", note="Fine"),  # type: ignore[misc]
        )
        (error,) = lost(ends)
        approver = publishing.version(str(number)).approver
        assert approver in error.sentence
        assert elsewhere.versions() == publishing.versions()
    assert record.verify().ok
    assert len(record.publications()) == 2 * RACES


def test_the_same_proposed_at_once(publishing: Publishing, elsewhere: Publishing, draft: Drafts) -> None:
    """The same library gets one number; two different ones get two."""
    for race in range(RACES):
        made = draft(f"Words {race}.")
        ends = at_once(
            lambda d=made: publishing.propose(d, by="maria"),  # type: ignore[misc]
            lambda d=made: elsewhere.propose(d, by="olli"),  # type: ignore[misc]
        )
        assert len(lost(ends)) == 1
    ends = at_once(
        lambda: publishing.propose(draft("One."), by="maria"), lambda: elsewhere.propose(draft("Two."), by="maria")
    )
    assert lost(ends) == []
    assert [one.number for one in publishing.versions()] == list(range(1, RACES + 3))


def test_two_roll_back_at_once(publishing: Publishing, elsewhere: Publishing, live: Goes, clock: Clock) -> None:
    """Two who see the same mistake go back one version, not two."""
    live("First.")
    for race in range(RACES):
        clock.move(minutes=1)
        before = publishing.live()
        live(f"Words {race}.")
        clock.move(minutes=1)
        ends = at_once(
            lambda: publishing.rollback(by="olli", note="Wrong"), lambda: elsewhere.rollback(by="anna", note="Wrong")
        )
        (error,) = lost(ends)
        assert "has gone back" in error.sentence
        assert before is not None
        now = elsewhere.live()
        assert now is not None
        assert now.number == before.number


@pytest.mark.parametrize("other", ["withdraw", "schedule"])
def test_an_approval_and_its_opposite_at_once(
    publishing: Publishing, elsewhere: Publishing, draft: Drafts, other: str
) -> None:
    """Whichever comes first counts, and the other is judged by what it then finds."""
    for race in range(RACES):
        number = str(publishing.propose(draft(f"Words {race}."), by="maria").number)
        change: Callable[[], object] = (
            (lambda n=number: elsewhere.withdraw(n, by="anna", note="Wait"))
            if other == "withdraw"
            else (lambda n=number: elsewhere.schedule(n, "2026-12-24T06:00", by="anna"))
        )
        ends = at_once(lambda n=number: publishing.approve(n, by="olli", note="x", over=True), change)  # type: ignore[misc]
        errors = lost(ends)
        state = publishing.version(number).state
        if other == "withdraw":
            assert len(errors) == 1
            assert state == ("live" if ends[0] not in errors else "withdrawn")
        else:
            assert state == ("scheduled" if not errors else "live")
        assert elsewhere.versions() == publishing.versions()


def test_a_date_that_comes_while_somebody_goes_back(
    publishing: Publishing, elsewhere: Publishing, draft: Drafts, live: Goes, clock: Clock
) -> None:
    """However the clock runs meanwhile, the same is live for both, and after the date the later decision holds."""
    live("First.")
    for race in range(RACES):
        clock.move(minutes=1)
        live(f"Live {race}.")
        number = str(publishing.propose(draft(f"Later {race}."), by="maria").number)
        clock.move(minutes=2)
        due = clock.now
        clock.move(seconds=-1)
        publishing.schedule(number, due.isoformat(), by="maria")
        publishing.approve(number, by="olli", note="Fine")
        ends = at_once(lambda: clock.move(seconds=1), lambda: elsewhere.rollback(by="anna", note="Wrong"))
        assert lost(ends) == []
        assert publishing.versions() == elsewhere.versions()
        back = publishing.published().releases
        last = max(back, key=lambda release: (release.at, release.seq))
        now = publishing.live()
        assert now is not None
        assert now.number == last.version
        clock.move(minutes=1)


def test_what_is_lost_is_said(publishing: Publishing, draft: Drafts) -> None:
    """The loser of a race is told in the same words as whoever comes late."""
    publishing.propose(draft("One."), by="maria")
    publishing.approve("1", by="olli", note="Fine")
    with pytest.raises(Misused, match="olli has approved it, and it is live"):
        publishing.approve("1", by="anna", note="Fine")
