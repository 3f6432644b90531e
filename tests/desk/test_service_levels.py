"""What a desk aims at on each channel: read from desk.yaml, shown on the ticket with the exact time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.desk import Desk, Settings, Target
from shepherd.flow.beside import ServiceLevel
from shepherd.flow.calendar import Duration
from shepherd.flow.draft import read_draft
from shepherd.run.api import Actor
from tests import shipped

MARIA = Actor("agent", "maria")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The shipped desk on a Friday at 18:00 in Helsinki, two hours before it closes."""
    settings = Settings(shipped.FLOWS, f"sqlite:///{tmp_path / 'desk.db'}", str(tmp_path / "keys.db"), "127.0.0.1", 0)
    made = Desk.over(shipped.library(), settings, clock=lambda: datetime(2026, 11, 27, 16, 0, tzinfo=UTC))
    yield made
    made.close()


def test_the_shipped_desk_aims_at_what_was_set(desk: Desk) -> None:
    """80 % of calls in 20 s, 90 % of chats in 60; mail within 4 working hours and a working day; social within 1 h."""
    assert dict(desk.library.policy.service_levels) == {
        "phone": ServiceLevel(channel="phone", answer=20, share=80),
        "chat": ServiceLevel(channel="chat", answer=60, share=90),
        "email": ServiceLevel(channel="email", reply=Duration(working_minutes=240), resolve=Duration(working_days=1)),
        "social": ServiceLevel(channel="social", reply=Duration(seconds=3600)),
    }


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("phone", Target(answer=20, share=80, reply_by=None, resolve_by=None)),
        (
            "email",
            Target(
                answer=None,
                share=None,
                reply_by=datetime(2026, 11, 30, 8, 0, tzinfo=UTC),
                resolve_by=datetime(2026, 11, 30, 16, 0, tzinfo=UTC),
            ),
        ),
        (
            "social",
            Target(answer=None, share=None, reply_by=datetime(2026, 11, 27, 17, 0, tzinfo=UTC), resolve_by=None),
        ),
        ("counter", None),
    ],
)
def test_a_ticket_says_what_holds_for_its_channel(desk: Desk, channel: str, target: Target | None) -> None:
    """Working time is counted over the desk's hours, from the contact on; a channel without a level has none."""
    assert desk.open_ticket(None, channel=channel, subject="Broken", actor=MARIA).target == target


def test_the_owner_of_a_queue_is_a_role(tmp_path: Path) -> None:
    """A queue that nobody here could answer for is named at its line."""
    (tmp_path / "desk.yaml").write_text("desk: small\nqueues: {q: {owner: bos}}\nroles: [agent, boss]\n")
    (finding,) = [f for f in examine(read_draft(tmp_path)) if f.file == "desk.yaml"]
    assert (finding.code, finding.place.line, finding.place.column) == ("SHP617", 2, 21)


def test_working_time_needs_hours(tmp_path: Path) -> None:
    """A service level in working hours is refused where the desk sets none."""
    (tmp_path / "desk.yaml").write_text("desk: small\nservice_levels: {email: {reply: 4 working hours}}\n")
    assert [f.code for f in examine(read_draft(tmp_path)) if f.file == "desk.yaml"] == ["SHP335"]
