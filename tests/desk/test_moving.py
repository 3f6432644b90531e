"""Runs under way are moved to the flows as they are now: where it is safe, one event each, and the record holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shepherd.desk import Desk, Misused, Stale, new_id
from shepherd.run.api import Actor, Answer, Continue, Fields, Pause
from tests.desk.house import HELP, MARIA, Contact

SUE = Actor("agent", "sue")
Open = Callable[[], Desk]


def rewrite(library: Path, *edits: tuple[str, str]) -> None:
    """Another version of the flow ``help``."""
    text = HELP
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (library / "help.yaml").write_text(text, "utf-8")


REWORDED = (("What colour is the light?", "Which colour has the light?"), ("Does it work?", "Does it work by now?"))


def begun(desk: Desk) -> str:
    """A run that stands at the question behind the speed; its id."""
    contact = Contact.begin(desk, "help")
    contact.give(Continue())
    contact.give(Answer("green"))
    contact.give(Fields({"mbps": "20"}))
    return contact.run.id


def test_a_run_is_moved_where_only_words_and_what_is_to_come_differ(open_desk: Open, library: Path) -> None:
    """First it is only said; then there is one event, the agent's old page is stale, and the new words are asked."""
    first = open_desk()
    run = begun(first)
    before = first.see(run)
    rewrite(library, *REWORDED)
    desk = open_desk()

    (would,) = desk.moves()
    assert (would.verdict, would.step, would.reworded) == ("moves", "help/fine", ("help/light",))
    assert desk.see(run).seq == before.seq
    (moved,) = desk.moves(actor=SUE)
    assert moved.verdict == "moved"
    view = desk.see(run)
    assert (view.seq, view.waiting.step, view.waiting.question) == (before.seq + 1, "help/fine", "Does it work by now?")
    with pytest.raises(Stale):
        desk.take(run, Answer("yes"), seq=before.seq, token=new_id(), actor=MARIA)
    assert [one.verdict for one in desk.moves(actor=SUE)] == ["there already"]


def test_the_record_holds_over_a_move(open_desk: Open, library: Path) -> None:
    """Another desk reads the same run, and each part of the path stands in the words of its version."""
    run = begun(open_desk())
    rewrite(library, *REWORDED)
    desk = open_desk()
    list(desk.moves(actor=SUE))
    desk.take(run, Answer("no"), seq=desk.see(run).seq, token=new_id(), actor=MARIA)
    rewrite(library, ("Does it work?", "And now?"))
    fresh = open_desk()

    assert fresh.see(run).waiting == desk.see(run).waiting
    audit = fresh.audit(run)
    assert audit.ok, audit.verdict
    titles = [row.title for row in audit.rows if row.step == "help/light"]
    assert titles == ["What colour is the light?", "Which colour has the light?"]
    assert [(row.kind, row.who) for row in audit.rows if row.kind == "version_moved"] == [("version_moved", "sue")]
    assert fresh.verify().ok
    assert fresh.pictures.of_run(run, "help").startswith("<svg")


def test_a_run_that_would_have_gone_otherwise_stays_and_says_why(open_desk: Open, library: Path) -> None:
    """Nothing is stored of it, and it goes on over its own version."""
    first = open_desk()
    run = begun(first)
    rewrite(library, ("Green, then: speed", "Green, then: offer"), ("Red, then: offer", "Red, then: speed"))
    desk = open_desk()
    seq = desk.see(run).seq
    (stays,) = desk.moves(actor=SUE)
    assert stays.verdict == "stays"
    assert "It ends on its own version." in stays.why
    view = desk.take(run, Answer("no"), seq=seq, token=new_id(), actor=MARIA).run
    assert view.seq == seq + 1


def test_all_runs_are_judged_by_themselves_in_one_go(open_desk: Open, library: Path) -> None:
    """Paused ones too; a flow or a ticket alone may be meant."""
    first = open_desk()
    runs = [begun(first) for _ in range(3)]
    early = Contact.begin(first, "help")
    first.take(runs[1], Pause("lunch"), seq=first.see(runs[1]).seq, token=new_id(), actor=MARIA)
    rewrite(
        library, ("mbps: {label: Speed shown, type: number, min: 0}", "mbps: {label: Speed, type: number, min: 30}")
    )
    desk = open_desk()
    found = {one.run: one.verdict for one in desk.moves(flow="help")}
    assert found == {**dict.fromkeys(runs, "stays"), early.run.id: "moves"}
    assert [one.run for one in desk.moves(ticket=early.run.ticket.number)] == [early.run.id]
    assert list(desk.moves(flow="login")) == []
    with pytest.raises(Misused):
        list(desk.moves(actor=Actor("agent", " ")))


def test_a_run_that_can_be_read_no_more_does_not_stop_the_others(open_desk: Open, library: Path) -> None:
    """It is said to be so."""
    first = open_desk()
    run = begun(first)
    other = begun(first)
    customer = first.record.run(run).customer
    assert customer is not None
    rewrite(library, *REWORDED)
    desk = open_desk()
    desk.record.erase(customer, at=desk.clock())
    assert {one.verdict for one in desk.moves()} == {"unread"}
    assert {one.run for one in desk.moves()} == {run, other}
