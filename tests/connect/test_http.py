"""Connectors of kind http against a real server: what is a result, what an error, and what nobody can know."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from shepherd.connect import Connectors, Reply
from tests.connect.fake import Fake

# Each behaviour, and what the reading's source says of it.
BAD = {
    "slow_head": "no answer in time",
    "drip_head": "no answer in time",
    "slow_body": "did not end in time",
    "late": "no answer in time",
    "cut_head": "was cut",
    "cut": "was cut",
    "reset": "was cut",
    "lost": "was cut",
    "endless": "larger than 1024 kB",
    "huge": "larger than 1024 kB",
    "endless_head": "was cut",
    "gzip_bomb": "larger than 1024 kB once it is unpacked",
    "gzip_cut": "can't be unpacked",
    "not_gzip": "can't be unpacked",
    "other_packing": "packed in a way",
    "wrong_type": "not JSON",
    "other_charset": "not JSON",
    "html": "is HTML",
    "wrong_customer": 'names another "customer_id"',
    "no_customer": 'does not name "customer_id"',
    "redirect": "not followed",
    "busy_long": "status 429",
    "broken": "status 500",
    "not_utf_8": "not UTF-8",
    "twice": "one key twice",
    "no_number": "not JSON",
    "deep": "not JSON",
    "wrong_field": "not one of a list",
    "no_field": "has no",
    "group_for_field": "is not",
    "nobody_html": "is HTML",
    "nothing": "does not name",
}
UNFIT_FOR_CHANGES = ("no_number", "deep", "not_utf_8", "twice", "wrong_field", "no_field", "group_for_field")


def ask(connectors: Connectors, customer: str, **more: Any) -> Reply:
    return connectors.call("crm.find", {"customer_id": customer, **more}, key="unused")


def book(connectors: Connectors, customer: str, key: str = "k1", **more: Any) -> Reply:
    return connectors.call("crm.book", {"customer_id": customer, **more}, key=key)


def test_a_reply_is_a_result_with_its_fields(connectors: Connectors, fake: Fake) -> None:
    """Status and body choose the result; the fields are taken by their names, everything else is left."""
    assert ask(connectors, "C-1") == ("ok", {"name": "Aino", "tier": "premium"}, "crm.find")
    assert ask(connectors, "nobody") == ("not_found", {}, "crm.find")
    assert ask(connectors, "packed").result == "ok"
    assert book(connectors, "C-1") == ("ok", {"slot": "2026-12-01T08:00"}, "crm.book")
    assert book(connectors, "full", "k2") == ("full", {}, "crm.book")
    first = fake.asked[0].split("\r\n")
    assert first[0] == "GET /api/customers/C-1?lang=en HTTP/1.1"
    assert "Authorization: Bearer s3cr3t-t0k3n" in first
    assert f"Host: 127.0.0.1:{fake.port}" in first
    assert not any(line.lower().startswith("idempotency-key") for line in first)
    assert "Idempotency-Key: k1" in fake.asked[3].split("\r\n")


@pytest.mark.parametrize("behaviour", BAD)
def test_a_bad_reply_of_a_reading_is_an_error(connectors: Connectors, behaviour: str) -> None:
    """Whatever the other system does, the reading ends within its time, says why, and gives no values."""
    began = time.monotonic()
    reply = ask(connectors, behaviour)
    assert time.monotonic() - began < 1.4
    assert (reply.result, dict(reply.values)) == ("error", {})
    assert BAD[behaviour] in reply.source
    assert reply.source.startswith("crm.find, ")


@pytest.mark.parametrize("behaviour", [name for name in BAD if name not in ("busy_long", "nobody_html")])
def test_a_bad_reply_of_a_change_is_unknown(connectors: Connectors, fake: Fake, behaviour: str) -> None:
    """The request was sent once, and nobody knows what became of it: it is never called an error, nor sent again."""
    began = time.monotonic()
    reply = book(connectors, behaviour)
    assert time.monotonic() - began < 1.4
    assert (reply.result, dict(reply.values)) == ("unknown", {}) or behaviour in UNFIT_FOR_CHANGES
    assert fake.seen[behaviour] == 1


@pytest.mark.parametrize("behaviour", ["wrong_field", "no_field", "group_for_field"])
def test_a_change_whose_reply_lacks_something_is_unknown(connectors: Connectors, behaviour: str) -> None:
    """A slot that is none was perhaps booked."""
    assert book(connectors, behaviour).result == "unknown"


@pytest.mark.parametrize(
    ("behaviour", "result"), [("refused", "error"), ("busy_long", "error"), ("conflict", "unknown")]
)
def test_a_refused_change_did_not_happen(connectors: Connectors, fake: Fake, behaviour: str, result: str) -> None:
    """A status that says "no" before anything was done is an error; a conflict may come of the change itself."""
    assert book(connectors, behaviour).result == result
    assert fake.seen[behaviour] == 1


def test_a_change_made_without_a_reply_is_made_once(connectors: Connectors, fake: Fake) -> None:
    """The reply is lost: unknown. The same key again makes no second visit."""
    assert book(connectors, "lost", "k7").result == "unknown"
    assert fake.visits == {"k7": "lost"}
    assert book(connectors, "lost", "k7").result == "unknown"
    assert len(fake.visits) == 1


def test_what_was_never_sent_is_an_error(connectors: Connectors, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection, no address, no setting, an input that can't stand in a path: nothing happened."""
    assert ask(connectors, "..").result == "error"
    assert ask(connectors, "").result == "error"
    assert book(connectors, "C-1", why="x" * 300_000).source == "crm.book, the request is larger than 256 kB"
    fake.close()
    monkeypatch.setenv("CRM_URL", "http://127.0.0.1:1")
    assert book(connectors, "C-1") == ("error", {}, "crm.book, there was no connection")
    monkeypatch.setenv("CRM_URL", "http://no-such-name.invalid")
    assert book(connectors, "C-1") == ("error", {}, "crm.book, its name has no address")
    monkeypatch.delenv("CRM_TOKEN")
    assert "CRM_TOKEN is not set" in book(connectors, "C-1").source
    monkeypatch.delenv("CRM_URL")
    assert "CRM_URL is not set" in book(connectors, "C-1").source
    assert fake.asked == []


def test_readings_are_tried_again_where_that_makes_sense(connectors: Connectors, fake: Fake) -> None:
    """After a cut or a 503 at once, after a 429 when it says, and never where that is later than there is time."""
    assert ask(connectors, "cut_once").result == "ok"
    assert ask(connectors, "down_once").result == "ok"
    assert ask(connectors, "busy_long").result == "error"
    assert ask(connectors, "cut").result == "error"
    assert ask(connectors, "broken").result == "error"
    assert [fake.seen[name] for name in ("cut_once", "down_once", "busy_long", "cut", "broken")] == [2, 2, 1, 3, 1]


def test_a_wait_that_is_asked_for_is_kept(open_connectors: Callable[..., Connectors], fake: Fake) -> None:
    """Retry-After: 1 means a second, within the operation's time."""
    connectors = open_connectors(change=lambda text: text.replace("timeout: 1s", "timeout: 4s"))
    began = time.monotonic()
    assert ask(connectors, "busy").result == "ok"
    assert time.monotonic() - began >= 1
    assert fake.seen["busy"] == 2


def test_inputs_stay_in_their_place(connectors: Connectors, fake: Fake) -> None:
    """Whatever stands in an input, it is one segment of the path, one value of the query."""
    ask(connectors, "../admin?x=1#y/ä%2F", fresh=True)
    assert fake.asked[0].split("\r\n")[0] == (
        "GET /api/customers/..%2Fadmin%3Fx%3D1%23y%2F%C3%A4%252F?lang=en&fresh=true HTTP/1.1"
    )
    assert len(fake.asked) == 1


def test_a_redirect_is_never_followed(connectors: Connectors, fake: Fake) -> None:
    """The place that a reply names is not asked."""
    ask(connectors, "redirect")
    assert [head.split(" ")[1] for head in fake.asked] == ["/api/customers/redirect?lang=en"]


def test_proxies_of_the_environment_are_not_used(
    connectors: Connectors, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a shell has set for browsers does not lead a customer's data elsewhere."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert ask(connectors, "C-1").result == "ok"


def test_secrets_come_from_files_too(connectors: Connectors, fake: Fake, tmp_path: Any, monkeypatch: Any) -> None:
    """NAME_FILE names a file; it is read at each call, so that a secret can be changed without a restart."""
    monkeypatch.delenv("CRM_TOKEN")
    monkeypatch.setenv("CRM_TOKEN_FILE", str(tmp_path / "token"))
    (tmp_path / "token").write_text("first\n")
    ask(connectors, "C-1")
    (tmp_path / "token").write_text("second\n")
    ask(connectors, "C-1")
    assert ["Bearer first" in fake.asked[0], "Bearer second" in fake.asked[1]] == [True, True]
    (tmp_path / "token").write_text("two\nlines\r\nX-Evil: 1")
    assert "characters that can't be sent" in ask(connectors, "C-1").source
    assert book(connectors, "C-1").result == "error"
    assert len(fake.asked) == 2


def test_a_secret_is_sent_once(open_connectors: Callable[..., Connectors], fake: Fake) -> None:
    """Who checks a PIN may count the tries: a reading that takes a secret is never tried again."""
    taking = "reads: true\n        method: POST\n        accepts_secret: true"

    def checked(text: str) -> str:
        return text.replace("reads: true", taking).replace("/customers/{customer_id}", "/customers")

    connectors = open_connectors(change=checked)
    assert ask(connectors, "cut").result == "error"
    assert fake.seen["cut"] == 1


def test_nothing_of_a_call_is_logged_or_kept_but_its_kind(
    connectors: Connectors, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the log nor a source has a value, a customer or a secret, even where heads can't be read."""
    caplog.set_level(logging.DEBUG)
    for behaviour in ("wrong_customer", "wrong_field", "cut", "html", "broken", "refused", "endless_head"):
        for reply in (ask(connectors, behaviour), book(connectors, behaviour, "key-abc", why="private words")):
            caplog.handler.handle(logging.makeLogRecord({"msg": reply.source}))
    for word in ("s3cr3t", "Aino", "C-2", "gold", "private words", "key-abc", *BAD):
        assert word not in caplog.text.replace("was cut", "").replace("is HTML", "").replace("html", ""), word
    assert "crm.find" in caplog.text


def test_moments_become_times_of_the_desk(open_connectors: Callable[..., Connectors]) -> None:
    """08:00Z is ten o'clock in Helsinki."""
    connectors = open_connectors(zone="Europe/Helsinki")
    assert dict(book(connectors, "offset").values) == {"slot": "2026-12-01T10:00"}


def test_a_system_that_fails_is_left_alone(open_connectors: Callable[..., Connectors], fake: Fake) -> None:
    """After three failures nothing is asked; after the rest one call tries, and what it meets decides."""
    connectors = open_connectors("{failures: 3, rest: 1s}")
    for _ in range(3):
        ask(connectors, "broken")
    assert "left alone" in ask(connectors, "C-1").source
    assert fake.seen["C-1"] == 0
    time.sleep(1.05)
    assert ask(connectors, "broken").result == "error"
    assert "left alone" in ask(connectors, "C-1").source
    time.sleep(1.05)
    assert ask(connectors, "C-1").result == "ok"
    assert ask(connectors, "C-1").result == "ok"


def test_what_is_no_failure_does_not_count(open_connectors: Callable[..., Connectors], fake: Fake) -> None:
    """A customer who is not there, a refusal, an input that can't be sent: the system is well."""
    connectors = open_connectors("{failures: 2, rest: 60s}")
    for customer in ("nobody", "refused", "..", "nobody", "refused"):
        ask(connectors, customer)
    assert ask(connectors, "C-1").result == "ok"


def test_a_connector_has_only_its_share(open_connectors: Callable[..., Connectors], fake: Fake) -> None:
    """With two at once, the third waits no longer than a connection may take, and is then an error."""
    connectors = open_connectors("{at_once: 2, failures: 100, connect: 1s}", change=lambda t: t.replace("1s\n", "3s\n"))
    threads = [threading.Thread(target=ask, args=(connectors, "slow_head")) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    began = time.monotonic()
    assert "too many" in ask(connectors, "C-1").source
    assert 0.9 < time.monotonic() - began < 1.5
    for thread in threads:
        thread.join()
