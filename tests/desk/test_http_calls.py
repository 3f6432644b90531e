"""A desk whose customers and visits live in another system: what it says, and fails to say, is kept with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shepherd.desk import Desk, new_id
from shepherd.run.api import Answer, Continue
from tests.connect.fake import Fake
from tests.desk.house import CONNECTORS, MARIA, Contact

VISITS = """
  visits:
    kind: http
    url: VISITS_URL
    inside: true
    operations:
      book:
        path: /visits
        inputs: {customer_id: text}
        results: {ok: {slot: datetime}, full: {}}
        replies:
          - {where: {state: full}, is: full}
          - {is: ok, fields: {slot: visit.starts_at}}
        echo: customer_id
        timeout: 1s
        repeatable: true
"""
KNOWN = ["C-1", "html", "lost", "late", "refused", "wrong_customer"]


@pytest.fixture
def fake(library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """The field-work service, and a library that asks it; its customers are named for what it does to them."""
    server = Fake()
    monkeypatch.setenv("VISITS_URL", server.url)
    for file in library.glob("*.yaml"):
        if file.stem not in ("desk", "login", "help"):
            file.unlink()
    text = CONNECTORS.lstrip()
    (library / "connectors.yaml").write_text(text[: text.index("  visits:")].rstrip() + VISITS, "utf-8")
    rows = (library / "base.csv").read_text("utf-8").splitlines()
    rows = [rows[0], *(rows[1].replace("C-1,", f"{name},") for name in KNOWN)]
    (library / "base.csv").write_text("\r\n".join(rows) + "\r\n", "utf-8")
    yield server
    server.close()


def booked(desk: Desk, customer: str) -> Contact:
    """A contact who wants a visit, after the desk has asked for it."""
    contact = Contact.begin(desk, "help", customer)
    for given in (Continue(), Answer("red"), Answer("yes")):
        contact.give(given)
    return contact


@pytest.mark.parametrize(
    ("customer", "result", "source"),
    [
        ("html", "unknown", "visits.book, the reply is HTML, not JSON"),
        ("lost", "unknown", "visits.book, the connection was cut"),
        ("wrong_customer", "unknown", 'visits.book, the reply names another "customer_id"'),
        ("refused", "error", "visits.book, it answered with status 422"),
    ],
)
def test_why_there_is_no_result_is_kept(
    fake: Fake, open_desk: Callable[[], Desk], customer: str, result: str, source: str
) -> None:
    """The path says what failed and how, and the flow goes its way for that."""
    desk = open_desk()
    contact = booked(desk, customer)
    assert contact.run.waiting.outcome == "passed_on"
    row = next(r for r in desk.audit(contact.run.id).rows if r.step == "help/book")
    assert source in row.source
    assert result in str(row)
    assert desk.verify().ok


def test_a_reply_after_the_time_out_changes_nothing(fake: Fake, open_desk: Callable[[], Desk]) -> None:
    """The visit was booked, the reply came too late: unknown, and it stays so."""
    desk = open_desk()
    contact = booked(desk, "late")
    assert contact.run.waiting.outcome == "passed_on"
    assert list(fake.visits.values()) == ["late"]
    seq = contact.run.seq
    fake.stopped.wait(1)
    assert desk.see(contact.run.id).seq == seq


def test_one_purpose_has_one_key(fake: Fake, open_desk: Callable[[], Desk]) -> None:
    """After a lost reply another run on the ticket sends the same key again, and no second visit is made."""
    desk = open_desk()
    contact = booked(desk, "lost")
    again = Contact(desk, desk.start(contact.run.ticket.id, "help", actor=MARIA, token=new_id()).run)
    for given in (Continue(), Answer("red"), Answer("yes")):
        again.give(given)
    assert fake.seen["lost"] == 2
    assert len(fake.visits) == 1
    (key,) = fake.visits
    assert "lost" not in key
    assert len(key) >= 16


def test_what_comes_back_is_used(fake: Fake, open_desk: Callable[[], Desk]) -> None:
    """The slot of the reply is told to the customer."""
    assert booked(open_desk(), "C-1").run.waiting.words.say == "They come on 2026-12-01 at 08:00."
