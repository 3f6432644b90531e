"""A promise that does not hold while a contact is guided: the desk keeps that it stopped there."""

from __future__ import annotations

from pathlib import Path

from shepherd.check.library import Library
from shepherd.connect import Connectors
from shepherd.desk import Desk
from shepherd.flow.draft import read_draft
from shepherd.record import open_record
from shepherd.run.api import Answer, Continue, Stuck
from tests.desk.house import Clock, Contact

PROMISES = """promises:
  nobody_is_sent_unknown:
    every: {connector: visits}
    needs: {step: help/speed}
"""


def test_a_broken_promise_is_kept_in_the_record(tmp_path: Path, library: Path, calls: list[str], clock: Clock) -> None:
    """No call is made, the page says why, and the record has a `failed` entry and is whole."""
    (library / "promises.yaml").write_text(PROMISES, "utf-8")
    unproved = Library.load(read_draft(library).documents)
    record = open_record(f"sqlite:///{tmp_path / 'd.db'}", str(tmp_path / "k.db"))
    connectors = Connectors(unproved.connectors, folder=library, changes=tmp_path / "changes.db")
    desk = Desk(unproved, record, connectors, clock=clock)
    contact = Contact.begin(desk, "help")
    for given in (Continue(), Answer("red"), Answer("yes")):
        contact.give(given)
    events = list(record.events(contact.run.id))

    assert isinstance(contact.run.waiting, Stuck)
    assert "nobody_is_sent_unknown" in contact.run.waiting.sentence
    assert not any(call.startswith("visits") for call in calls)
    assert [event.kind for event in events][-2:] == ["answered", "failed"]
    assert "nobody_is_sent_unknown" in events[-1].data["what"]
    assert desk.verify().ok
    desk.close()
