"""The notice of what changed: short, in plain words, confirmed once, and in nobody's way."""

import html
import re

import pytest
from sqlalchemy import text

from shepherd.check.library import Library
from shepherd.desk import Desk, Settings
from shepherd.flow.draft import read_draft
from shepherd.web.app import create_app
from tests.publish.shelf import files_in
from tests.web.conftest import Tab

NOTICE = "The flows have changed since you last looked"
LINE = "Hello: What the customer is told is “Two.”, and was “One.”"


@pytest.fixture
def desk(tmp_path):
    """A desk over the small library, nothing published."""
    settings = Settings(
        files_in(tmp_path / "flows", "One."),
        f"sqlite:///{tmp_path / 'desk.db'}",
        str(tmp_path / "keys.db"),
        "127.0.0.1",
        8321,
    )
    opened = Desk.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def publish(desk, tmp_path):
    """Publish the small library with other words, and a note for those who work with it."""

    def do(words, note=""):
        draft = read_draft(files_in(tmp_path / "flows", words))
        number = str(desk.publishing.propose(draft, by="maria", note=note).number)
        desk.publishing.approve(number, by="olli", note="Fine")

    return do


@pytest.fixture
def two(publish):
    """Two versions, one after the other."""
    publish("One.")
    publish("Two.", "The desk has a new greeting.")


def page(tab):
    """What is said on the page that is shown."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", tab.text)).split())


def test_a_first_version_is_no_news(desk, publish):
    """Whoever works with the folder, or with the first version, is told of no change."""
    tab = Tab(create_app(desk))
    assert NOTICE not in tab.get("/").text
    publish("One.")
    assert NOTICE not in tab.get("/").text
    assert "Nothing yet" in page(tab.get("/changes"))


def test_a_published_flow_shows_the_text_that_is_live(desk, publish, tmp_path):
    """The folder's own while it says what is live; else one of the same meaning, which reads as the very same flow."""
    tab = Tab(create_app(desk))
    why = "This is what agents meet"
    publish("One.")
    same = page(tab.get("/flows/greeting"))
    assert ("Text greeting.yaml" in same, why in same) == (True, False)
    publish("Two.")
    desk.live.fresh()
    other = page(tab.get("/flows/greeting"))
    assert ("Text greeting.yaml" in other, why in other) == (True, True)
    assert "say: Two." in other
    assert "say: One." not in other

    lines = re.findall(r'<li id="line-\d+"[^>]*>.*?<code>(.*?)</code>', tab.text)
    written = "\n".join(html.unescape(line) for line in lines)
    folder = files_in(tmp_path / "again", "One.")
    (folder / "greeting.yaml").write_text(written, "utf-8")
    assert Library.read(folder).hashes["flow:greeting"] == desk.library.hashes["flow:greeting"]


def test_what_changed_is_told_and_confirmed_once(desk, two):
    """Agents read what changed in plain words; "I have read this" is kept once for each, and the notice goes."""
    app = create_app(desk)
    tab, other = Tab(app), Tab(app, "olli")
    said = page(tab.get("/"))
    assert f"{NOTICE}: 1 flow" in said
    assert LINE in said
    assert "The desk has a new greeting." in said
    release = re.search(r'name="release" value="(\d+)"', tab.text)[1]
    tab.post("/changes/read", {"release": release})
    assert tab.path == "/"
    assert NOTICE not in tab.text
    tab.post("/changes/read", {"release": release})
    assert len(desk.publishing.readers(desk.publishing.version("2"))) == 1
    assert NOTICE in other.get("/").text
    assert LINE in page(tab.get("/changes"))


def test_the_notice_is_in_nobodys_way(desk, two):
    """It is folded, takes no focus, and contacts are begun without a word about it."""
    tab = Tab(create_app(desk)).get("/")
    assert re.search(r'<details class="card" id="news"><summary>', tab.text)
    assert re.search(r'<input id="find"[^>]*data-focus autofocus', tab.text)
    token = re.search(r'name="token" value="([^"]+)"', tab.text)[1]
    tab.post("/tickets", {"token": token, "customer": "", "channel": "phone", "subject": "x"})
    token = re.search(r'name="token" value="([^"]+)"', tab.text)[1]
    tab.post(f"{tab.path}/runs", {"token": token, "flow": "greeting"})
    assert "Two." in page(tab)
    assert "What changed" not in page(tab)


def test_going_back_is_news(desk, two):
    """Whoever has read of a version is told when it is no more, and why."""
    tab = Tab(create_app(desk)).get("/")
    tab.post("/changes/read", {"release": re.search(r'name="release" value="(\d+)"', tab.text)[1]})
    desk.publishing.rollback(by="olli", note="The letters say otherwise.")
    said = page(tab.get("/"))
    assert "It was gone back to: The letters say otherwise." in said
    assert "is “One.”, and was “Two.”" in said


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"other": "x"}, 400),
        ({"release": "x"}, 400),
        ({"release": "²"}, 400),
        ({"release": "1"}, 404),
        ({"release": "99"}, 404),
    ],
)
def test_nothing_else_is_confirmed(desk, two, form, status):
    """A form of nobody's page confirms nothing."""
    tab = Tab(create_app(desk)).post("/changes/read", form)
    assert tab.status == status
    assert desk.record.receipts() == []


def test_words_of_a_flow_are_no_markup(desk, publish):
    """What a designer wrote is shown as it stands."""
    publish("One.")
    publish("Two <b>bold</b>.", "Now with <script>alert(1)</script>")
    tab = Tab(create_app(desk)).get("/")
    assert "&lt;b&gt;bold" in tab.text
    assert "<script>alert" not in tab.text


def test_a_notice_that_cannot_be_told_is_left_out(desk, two):
    """Where a version before the live one was damaged, the page is served without the notice."""
    version = desk.publishing.version("1")
    with desk.record._engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER documents_no_update"))
        change = text("UPDATE documents SET body = :b WHERE hash = :h")
        connection.execute(change, {"b": b"{}", "h": version.documents["flow:greeting"]})
    tab = Tab(create_app(desk)).get("/")
    assert tab.status == 200
    assert NOTICE not in tab.text
