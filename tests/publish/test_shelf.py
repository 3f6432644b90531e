"""What the workshop shows of what was published: looked at from outside the record, in both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from shepherd.desk.publishing import Publishing
from shepherd.desk.shelf import KEPT_FOR, Shelf
from shepherd.desk.workbench import Workbench
from shepherd.flow.draft import Draft
from shepherd.record import Record
from shepherd.web.workshop import create_workshop
from tests.desk.house import Clock
from tests.publish.shelf import files_in
from tests.record.making import attacker
from tests.web.conftest import Tab

Make = Callable[[str], Draft]
Live = Callable[[str], int]


@pytest.fixture
def shelf(record: Record, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr("shepherd.desk.shelf.KEPT_FOR", 0.0)
    return Shelf(url_of(record), clock)


def url_of(record: Record) -> str:
    return record._engine.url.render_as_string(hide_password=False).replace("+psycopg", "")


def test_how_a_text_stands_to_what_is_live(shelf: Shelf, live: Live, draft: Make) -> None:
    """Nothing while nothing was published; then as live, or changed since a version."""
    assert shelf.standing(draft("Good morning.")) == {}
    live("Good morning.")

    assert shelf.standing(draft("Good morning."))["greeting"] == ("as live", 1)
    assert shelf.standing(draft("Good evening."))["greeting"] == ("changed", 1)


def test_versions_are_told_where_the_flow_changed(
    shelf: Shelf, publishing: Publishing, live: Live, draft: Make, clock: Clock
) -> None:
    """Newest first, each in its state now; one that was withdrawn is none."""
    live("Good morning.")
    live("Good day.")
    publishing.propose(draft("Good night."), by="maria")
    assert [(one.number, one.state) for one in shelf.of("greeting")] == [(3, "proposed"), (2, "live"), (1, "past")]
    publishing.withdraw("3", by="maria", note="Not yet")
    clock.now += timedelta(seconds=1)

    assert [one.number for one in shelf.of("greeting")] == [2, 1]
    assert shelf.of("nothing") == ()


def test_a_version_is_read_as_it_was(shelf: Shelf, live: Live) -> None:
    """Its flows are compiled again from what was kept, and can be held against others."""
    live("Good morning.")
    live("Good day.")
    first, second = shelf.versions()
    drafts = [shelf.draft(first), shelf.draft(second)]

    said = [one.flows["greeting"].steps["hello"].words.texts[0][1].source for one in drafts if one]
    assert said == ["Good morning.", "Good day."]


def test_without_a_record_there_is_none(tmp_path: Path, clock: Clock) -> None:
    """And none is made by looking."""
    shelf = Shelf(f"sqlite:///{tmp_path / 'nothing.db'}", clock)

    assert (shelf.versions(), shelf.live(), shelf.of("greeting")) == ((), None, ())
    assert list(tmp_path.iterdir()) == []
    assert Shelf("", clock).versions() == ()
    assert KEPT_FOR < 10


def test_the_pages_show_what_is_live(record: Record, live: Live, tmp_path: Path, clock: Clock) -> None:
    """The list says how each text stands to it; a flow has its versions, and what has changed since any of them."""
    live("Good morning.")
    live("Good day.")
    bench = Workbench(files_in(tmp_path / "flows", "Good evening."), database=url_of(record), clock=clock)
    shop = Tab(create_workshop(bench), name="")
    try:
        assert "changed since version 2" in shop.get("/").text
        text = shop.get("/flows/greeting").text
        assert "Changed since version 2, which is live" in text
        assert "Good day." in text
        assert text.count(">compare<") == 2
        older = shop.get("/flows/greeting?since=version-1").text
        assert "Changed since version 1" in older
        assert "Good morning." in older
        assert shop.get("/flows/greeting?since=version-9").status == 200
    finally:
        bench.close()


def test_a_list_that_was_tampered_with_is_said(record: Record, live: Live, tmp_path: Path, clock: Clock) -> None:
    """Nothing of it is shown; the folder is followed all the same."""
    live("Good morning.")
    with attacker(tmp_path) as connection:
        connection.execute("UPDATE publications SET hash = zeroblob(32)")
    bench = Workbench(files_in(tmp_path / "flows"), database=url_of(record), clock=clock)
    try:
        text = Tab(create_workshop(bench), name="").get("/").text
    finally:
        bench.close()
    assert "not as it was written" in text
    assert "as live" not in text
