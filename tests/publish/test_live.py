"""What runs start with: the folder until something is published, then what is live, at every desk over the record."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shepherd.check.library import FlowRejected
from shepherd.desk import Desk, DeskError, Settings, new_id
from shepherd.desk.live import NoneLive
from shepherd.flow.draft import read_draft
from shepherd.record import Record
from shepherd.run.api import Answer, Continue
from tests.desk.house import MARIA, Clock, Contact
from tests.publish.shelf import GREETING, files_in

Open = Callable[[], Desk]


@pytest.fixture
def flows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of flows."""
    return files_in(tmp_path_factory.mktemp("desk") / "flows", "From the folder.")


@pytest.fixture
def open_desk(request: pytest.FixtureRequest, record: Record, flows: Path, clock: Clock) -> Iterator[Open]:
    """Opens a desk over the record, as another process or another server would."""
    folder: Path = request.getfixturevalue("tmp_path")
    url = record._engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    settings = Settings(flows, url, str(folder / "shepherd-keys.db"), "127.0.0.1", 0)
    opened: list[Desk] = []

    def open_() -> Desk:
        opened.append(Desk.open(settings, clock=clock))
        return opened[-1]

    yield open_
    for desk in opened:
        desk.close()


def says(desk: Desk) -> str:
    """What a contact that begins now is told first."""
    return str(Contact.begin(desk, "greeting", None).run.waiting.words.say)


def publish(desk: Desk, flows: Path, words: str, at: str = "") -> str:
    """Change the folder, propose what is in it and approve it; its number."""
    number = str(desk.publishing.propose(read_draft(files_in(flows, words)), by="maria").number)
    if at:
        desk.publishing.schedule(number, at, by="maria")
    desk.publishing.approve(number, by="olli", note="Fine")
    return number


def test_the_folder_is_live_until_something_is_published(open_desk: Open, flows: Path) -> None:
    """A small desk publishes nothing; the first version changes that for good, whatever is in the folder then."""
    desk, other = open_desk(), open_desk()
    assert says(desk) == "From the folder."
    publish(desk, flows, "Published.")
    files_in(flows, "Changed since.")

    assert says(desk) == "Published."
    assert says(other) == "Published."
    assert says(open_desk()) == "Published."
    (flows / "greeting.yaml").write_text("flow: broken\n", "utf-8")
    assert says(open_desk()) == "Published."


def test_a_broken_folder_is_no_desk_while_nothing_is_published(open_desk: Open, flows: Path) -> None:
    """A proposal alone leaves the folder live, so its errors still count."""
    desk = open_desk()
    desk.publishing.propose(read_draft(flows), by="maria")
    (flows / "greeting.yaml").write_text("flow: broken\n", "utf-8")

    with pytest.raises(FlowRejected):
        open_desk()


def test_contacts_under_way_go_on_as_they_were_begun(open_desk: Open, flows: Path) -> None:
    """Publishing and going back during a run change nothing in it, at no desk, not after a restart either."""
    desk, other = open_desk(), open_desk()
    publish(desk, flows, "One.")
    begun = Contact.begin(desk, "greeting", None)
    text_ = GREETING.replace("WORDS", "Two.").replace("How can I help you?", "What is it?").lstrip()
    (flows / "greeting.yaml").write_text(text_, "utf-8")
    desk.publishing.propose(read_draft(flows), by="maria")
    desk.publishing.approve("2", by="olli", note="Fine")
    later = Contact.begin(other, "greeting", None)

    assert begun.give(Continue()).waiting.question == "How can I help you?"
    assert later.give(Continue()).waiting.question == "What is it?"
    assert open_desk().see(begun.run.id).waiting.question == "How can I help you?"
    other.publishing.rollback(by="olli", note="Wrong")
    assert open_desk().see(later.run.id).waiting.question == "What is it?"
    assert later.give(Answer("question")).waiting.words.say == "Let me look that up for you."
    assert says(desk) == "One."


def test_a_date_is_kept_without_a_restart(open_desk: Open, flows: Path, clock: Clock) -> None:
    """Every desk over the record changes over at the date by itself, one that was never told included."""
    desk, other = open_desk(), open_desk()
    publish(desk, flows, "One.")
    publish(desk, flows, "Two.", at="2026-11-21T13:00")
    assert (says(desk), says(other)) == ("One.", "One.")
    clock.move(minutes=59, seconds=59)
    assert (says(desk), says(other)) == ("One.", "One.")
    clock.move(seconds=1)

    assert (says(desk), says(other)) == ("Two.", "Two.")
    assert other.library.flows["greeting"].steps["hello"].words.texts[0][1].source == "Two."


def test_a_start_asks_the_record_whatever_pages_have_shown(
    open_desk: Open, flows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages may be a moment behind; a contact begins with what is live by the record, never with what is remembered."""
    monkeypatch.setattr("shepherd.desk.live.ASKED_AGAIN", 3600)
    desk, other = open_desk(), open_desk()
    assert says(other) == "From the folder."
    ticket = other.open_ticket(None, channel="phone", subject="x", actor=MARIA).head.id
    publish(desk, flows, "One.")
    assert other.library.flows["greeting"].steps["hello"].words.texts[0][1].source == "From the folder."

    assert str(other.start(ticket, "greeting", actor=MARIA, token=new_id()).run.waiting.words.say) == "One."


def test_pages_and_starts_never_mix_versions(open_desk: Open, flows: Path) -> None:
    """While versions come and go, each contact that begins is of one version whole, the one that is live then."""
    desk, other = open_desk(), open_desk()
    publish(desk, flows, "One.")
    publish(desk, flows, "Two.")
    going = threading.Event()
    wrong: list[str] = []
    ticket = other.open_ticket(None, channel="phone", subject="x", actor=MARIA).head.id

    def begin() -> None:
        while not going.is_set():
            run = other.start(ticket, "greeting", actor=MARIA, token=new_id()).run
            wrong.extend(w for w in [str(run.waiting.words.say)] if w not in ("One.", "Two."))

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(6):
        desk.publishing.rollback(str(1 + n % 2), by="olli", note="To and fro")
    going.set()
    for thread in threads:
        thread.join(30)

    assert wrong == []
    assert says(other) == "Two."
    assert desk.verify().ok


def test_a_live_version_that_cannot_be_read_starts_nothing(
    open_desk: Open, flows: Path, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing else is started in its place; the record can be verified all the same, and one may go back."""
    desk = open_desk()
    publish(desk, flows, "One.")
    publish(desk, flows, "Two.")
    version = desk.publishing.version("2")
    sqlite = record._engine.dialect.name == "sqlite"
    drop = "DROP TRIGGER documents_no_update" if sqlite else "DROP TRIGGER documents_append_only ON documents"
    with record._engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text(drop))
        change = text("UPDATE documents SET body = :b WHERE hash = :h")
        connection.execute(change, {"b": b"{}", "h": version.documents["flow:greeting"]})
    caplog.set_level(logging.CRITICAL)
    late = open_desk()

    with pytest.raises(NoneLive, match="shepherd publish rollback"):
        late.live.fresh()
    with pytest.raises(DeskError):
        says(late)
    assert not late.verify().ok
    late.publishing.rollback(by="olli", note="Damaged")
    assert says(late) == "One."
