"""What may be published by whom, and what is live when: in both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shepherd.desk import DeskError, Misused, Unknown
from shepherd.desk.publishing import Publishing, Shut, time_in
from shepherd.flow.draft import Draft
from shepherd.record import Record
from tests.desk.house import Clock

Drafts = Callable[[str], Draft]
Goes = Callable[[str], int]
SIX = "2026-11-22T06:00"  # on the desk's clock, which is two hours ahead


def states(publishing: Publishing) -> list[str]:
    return [one.state for one in publishing.versions()]


def gates(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Shut) as shut:
        call()
    assert all(gate.mends for gate in shut.value.gates)
    return [gate.name for gate in shut.value.gates]


def test_a_version_is_proposed_by_one_and_approved_by_another(
    publishing: Publishing, draft: Drafts, record: Record
) -> None:
    """Nothing is live until a second person has approved it; who did what is kept, and that nobody proved a name."""
    made = publishing.propose(draft("Hello."), by="Maria", note="A greeting")
    assert (made.number, made.state, publishing.live()) == (1, "proposed", None)

    publishing.approve("1", by="Olli", note="Walked both ways")
    live = publishing.live()

    assert live is not None
    assert (live.number, live.author, live.approver, live.approval) == (1, "Maria", "Olli", "Walked both ways")
    assert [p.actor.assured for p in record.publications()] == [False, False]
    assert record.verify().ok


@pytest.mark.parametrize(
    "name",
    ["Maria", "maria", " MARIA ", "Ma\u00adria", "Ｍaria", "Maria\u200b"],
    ids=["same", "capitals", "blanks", "soft hyphen", "full width", "unseen"],
)
def test_the_author_is_no_second_person(publishing: Publishing, draft: Drafts, name: str) -> None:
    """However one's own name is written, it approves nothing of one's own."""
    publishing.propose(draft("Hello."), by="Maria")
    try:
        found = gates(lambda: publishing.approve("1", by=name, note="Fine"))
    except Misused:  # a character that no name has
        found = ["second person"]

    assert found == ["second person"]
    assert states(publishing) == ["proposed"]


def test_an_approval_says_what_was_looked_at(publishing: Publishing, draft: Drafts) -> None:
    """An approval without a note is refused; each gate that is shut is named."""
    publishing.propose(draft("Hello."), by="Maria")

    assert gates(lambda: publishing.approve("1", by="Olli", note=" ")) == ["note"]
    assert gates(lambda: publishing.approve("1", by="Maria", note="")) == ["second person", "note"]


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 65, "a\x1b[2Jb"])
def test_nobody_publishes_without_a_name(publishing: Publishing, draft: Drafts, name: str) -> None:
    """A name is something that people can read."""
    with pytest.raises(Misused, match="who you are"):
        publishing.propose(draft("Hello."), by=name)


def test_the_same_is_not_proposed_twice(publishing: Publishing, draft: Drafts, live: Goes) -> None:
    """What waits or is live is not put forward again, but what is over may be."""
    publishing.propose(draft("Hello."), by="Maria")
    with pytest.raises(Misused, match="version 1, which is waiting"):
        publishing.propose(draft("Hello."), by="Olli")
    publishing.approve("1", by="Olli", note="Fine")
    with pytest.raises(Misused, match="version 1, which is live"):
        publishing.propose(draft("Hello."), by="Maria")
    live("Good day.")

    assert publishing.propose(draft("Hello."), by="Maria").number == 3


def test_a_version_goes_live_at_its_date(publishing: Publishing, draft: Drafts, live: Goes, clock: Clock) -> None:
    """Not a millisecond before; where nobody approves in time, at the approval."""
    live("One.")
    clock.move(hours=1)
    publishing.propose(draft("Two."), by="maria")
    publishing.schedule("2", SIX, by="maria")
    assert states(publishing) == ["live", "proposed"]
    publishing.approve("2", by="olli", note="Fine")
    assert states(publishing) == ["live", "scheduled"]
    clock.now = datetime(2026, 11, 22, 3, 59, 59, 999000, UTC)
    assert states(publishing) == ["live", "scheduled"]
    clock.move(milliseconds=1)
    assert states(publishing) == ["past", "live"]

    publishing.propose(draft("Three."), by="maria")
    publishing.schedule("3", "2026-11-22T07:00:00+02:00", by="maria")
    clock.move(hours=3)
    assert states(publishing) == ["past", "live", "proposed"]
    assert publishing.approve("3", by="olli", note="Late").goes_live == clock.now


def test_what_would_take_back_what_went_live_since_is_not_simply_approved(
    publishing: Publishing, draft: Drafts, record: Record, clock: Clock
) -> None:
    """
    Neither at once nor at a date by which another is live than when it was proposed; who wants that says so, and it is
    kept with the approval.
    """
    publishing.propose(draft("One."), by="maria")
    publishing.approve("1", by="olli", note="Fine")
    publishing.propose(draft("Two."), by="maria")
    publishing.propose(draft("Three."), by="maria")
    publishing.schedule("2", SIX, by="maria")
    publishing.approve("2", by="olli", note="Fine")
    publishing.schedule("3", "2026-11-23T06:00", by="maria")
    with pytest.raises(Shut, match=r"proposed when version 1 was live\. It would take back .* version 2"):
        publishing.approve("3", by="olli", note="Fine")
    assert publishing.approve("3", by="olli", note="Wanted", over=True).state == "scheduled"
    assert record.publications()[-1].data["over"] == 2

    publishing.propose(draft("Four."), by="maria")
    publishing.approve("4", by="olli", note="Before the dates of the others")
    assert "over" not in record.publications()[-1].data
    clock.move(days=3)
    publishing.rollback("1", by="olli", note="All of it")
    publishing.propose(draft("Five."), by="maria")
    publishing.rollback("2", by="olli", note="Not all")
    assert gates(lambda: publishing.approve("5", by="olli", note="Fine")) == ["base"]


def test_a_date_may_be_moved_until_it_is_there(publishing: Publishing, draft: Drafts, clock: Clock) -> None:
    """What is live or withdrawn has no date to be moved, and no date lies in the past."""
    publishing.propose(draft("One."), by="maria")
    publishing.approve("1", by="olli", note="Fine")
    with pytest.raises(Misused, match="can't be given a date"):
        publishing.schedule("1", SIX, by="maria")
    publishing.propose(draft("Two."), by="maria")
    with pytest.raises(Misused, match="is over"):
        publishing.schedule("2", "2026-11-21T11:59", by="maria")
    publishing.schedule("2", SIX, by="maria")
    publishing.approve("2", by="olli", note="Fine")
    publishing.schedule("2", "2026-11-23T06:00", by="maria")
    clock.move(days=1)
    assert states(publishing) == ["live", "scheduled"]
    publishing.withdraw("2", by="olli", note="Not yet")
    clock.move(days=7)

    assert states(publishing) == ["live", "withdrawn"]
    with pytest.raises(Misused, match="olli has withdrawn it"):
        publishing.approve("2", by="olli", note="Fine")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tomorrow", "no date"),
        ("2026-12-01", "no date with a time"),
        ("2026-03-29T03:30", "skips"),
        ("2026-10-25T03:30", "twice"),
        ("9999-12-31T23:59-12:00", "outside the calendar"),
    ],
)
def test_a_time_is_one_moment(text: str, says: str) -> None:
    """What the clock skips, shows twice or never shows is asked for again, in words."""
    with pytest.raises(Misused, match=says):
        time_in(text, "Europe/Helsinki")

    assert time_in("2026-10-25T03:30+02:00", "Europe/Helsinki") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_back_in_one_command(publishing: Publishing, live: Goes, clock: Clock) -> None:
    """The version before is live again, and nobody goes back from there without naming a version."""
    for words in ("One.", "Two.", "Three."):
        live(words)
        clock.move(minutes=1)
    assert publishing.rollback(by="olli", note="Wrong number").number == 2
    with pytest.raises(Misused, match="olli has gone back to version 2 already"):
        publishing.rollback(by="maria", note="Wrong number")
    with pytest.raises(Misused, match="is live already"):
        publishing.rollback("2", by="maria", note="Again")
    with pytest.raises(Misused, match="Say why"):
        publishing.rollback("1", by="maria", note="")
    clock.move(minutes=1)
    publishing.rollback("1", by="maria", note="Still wrong")
    assert states(publishing) == ["live", "past", "past"]
    publishing.rollback("3", by="maria", note="It was right")

    assert states(publishing) == ["past", "past", "live"]


def test_only_what_was_live_is_gone_back_to(publishing: Publishing, draft: Drafts, live: Goes) -> None:
    """What was never approved does not become live by going back to it, and the first has none before it."""
    with pytest.raises(Misused, match="No version was live before"):
        publishing.rollback(by="olli", note="Why not")
    live("One.")
    publishing.propose(draft("Two."), by="maria")
    with pytest.raises(Misused, match="No version was live before"):
        publishing.rollback(by="olli", note="Why not")
    with pytest.raises(Misused, match="never live"):
        publishing.rollback("2", by="olli", note="Why not")


def test_what_has_a_date_still_comes_after_going_back(
    publishing: Publishing, draft: Drafts, live: Goes, clock: Clock
) -> None:
    """Going back undoes what is live, not what was decided for later."""
    live("One.")
    clock.move(minutes=1)
    live("Two.")
    publishing.propose(draft("Three."), by="maria")
    publishing.schedule("3", SIX, by="maria")
    publishing.approve("3", by="olli", note="Fine")
    publishing.rollback(by="olli", note="Wrong number")
    assert states(publishing) == ["live", "past", "scheduled"]
    clock.move(days=1)

    assert states(publishing) == ["past", "past", "live"]


def test_going_back_in_the_very_moment_of_a_date_holds(
    publishing: Publishing, draft: Drafts, live: Goes, clock: Clock
) -> None:
    """Of a date and a rollback at the same millisecond the one that was decided later holds, for everybody."""
    live("One.")
    clock.move(minutes=1)
    publishing.propose(draft("Two."), by="maria")
    publishing.schedule("2", SIX, by="maria")
    publishing.approve("2", by="olli", note="Fine")
    clock.now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    publishing.rollback(by="olli", note="Wrong number")

    assert states(publishing) == ["live", "past"]
    clock.move(days=1)
    assert states(publishing) == ["live", "past"]


def test_a_clock_that_goes_back_changes_no_order(publishing: Publishing, draft: Drafts, clock: Clock) -> None:
    """Times in the list never go back, so an approval is never before its proposal."""
    made = publishing.propose(draft("One."), by="maria")
    clock.move(hours=-1)

    assert publishing.approve("1", by="olli", note="Fine").approved_at == made.proposed_at


def test_versions_go_by_number_or_hash(publishing: Publishing, live: Goes) -> None:
    """A version is named by its number, or by the beginning of its hash."""
    live("One.")
    hash_ = publishing.versions()[0].hash

    assert publishing.version(hash_[:8].upper()).number == 1
    for strange in ("", "2", hash_[:7], "one"):
        with pytest.raises(Unknown):
            publishing.version(strange)


def test_a_library_is_the_same_when_it_comes_back(publishing: Publishing, draft: Drafts, live: Goes) -> None:
    """Loaded from its documents, every document has the hash that it was published with."""
    live("One.")
    version = publishing.versions()[0]

    assert dict(publishing.library(version).hashes) == dict(version.documents)
    assert publishing.library(version).flows["greeting"].steps["hello"].words.texts[0][1].source == "One."


def test_who_has_read_what_changed(publishing: Publishing, live: Goes, clock: Clock) -> None:
    """News are what differs from what one has read last; confirming is kept once, by whoever writes the name how."""
    live("One.")
    assert publishing.news("Pekka") is None
    clock.move(minutes=1)
    live("Two.")
    news = publishing.news("Pekka")
    assert news is not None
    told = [("Hello: What the customer is told is “Two.”, and was “One.”",)]
    assert [flow.lines for flow in news.flows] == told
    assert publishing.read(news.release.seq, by="Pekka")
    assert not publishing.read(news.release.seq, by=" pekka")
    assert publishing.news("PEKKA") is None
    clock.move(minutes=1)
    live("Three.")
    clock.move(minutes=1)
    publishing.rollback(by="olli", note="Wrong")
    assert publishing.news("Pekka") is None, "what is live is what they have read"
    new = publishing.news("Somebody new")
    assert new is not None
    assert new.release.back
    assert [r.actor for r in publishing.readers(publishing.version("2"))] == ["Pekka"]
    with pytest.raises(Unknown):
        publishing.read(1, by="Pekka")


def test_what_comes_of_a_damaged_list_is_nothing(publishing: Publishing, live: Goes, record: Record) -> None:
    """A list that somebody changed is not acted on, and verify names the place."""
    from sqlalchemy import text

    live("One.")
    trigger = "publications_no_update" if record._engine.dialect.name == "sqlite" else "publications_append_only"
    on = "" if record._engine.dialect.name == "sqlite" else " ON publications"
    with record._engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text(f"DROP TRIGGER {trigger}{on}"))
        body = connection.execute(text("SELECT body FROM publications WHERE seq = 2")).scalar()
        changed = bytes(body).replace(b'"olli"', b'"anna"')
        assert changed != bytes(body)
        connection.execute(text("UPDATE publications SET body = :b WHERE seq = 2"), {"b": changed})

    from shepherd.record import Damaged

    with pytest.raises(Damaged, match="hash does not fit"):
        publishing.live()
    told = [broken.what for broken in record.verify().broken]
    assert any("publication 2: its hash does not fit" in what for what in told)
    assert any("publication 2: its column actor" in what for what in told)


def test_errors_are_the_desks(publishing: Publishing) -> None:
    """Whatever is refused has a sentence of ours."""
    with pytest.raises(DeskError):
        publishing.approve("7", by="olli", note="x")
