"""Personal values are in no file in plain, open for those with the key, and gone for all when it is erased."""

from __future__ import annotations

import base64
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from shepherd.record import ERASED, NotRecordable, Record, RecordError, RecordUnavailable, is_erased
from tests.record.making import BEGIN, DOCUMENTS, MARIA, a_ticket, answer, at, attacker, event, new_id, opened, started

NAME, NOTE, MAIL = "Adalgisa Zzyzx", "prefers Qwortle in the evening", "ada.zzyzx@example.net"


def written(record: Record, customer: str = "C-1") -> tuple[str, str]:
    """A ticket and a run of *customer* full of personal values."""
    known = record.put_customer(new_id(), customer, {"name": NAME}, at=BEGIN)
    ticket = record.create_ticket(new_id(), customer=known.id, subject=f"{NAME} calls", at=BEGIN, actor=MARIA).id
    run = new_id()
    first = started(inputs={"who": {"name": NAME, "mails": [MAIL, "x"]}}, facts={"customer": {"name": NAME}})
    private = (("inputs", "who", "name"), ("inputs", "who", "mails", 0), ("facts", "customer"))
    record.create_run(run, ticket, "help", [first._replace(private=private)], documents=DOCUMENTS)
    record.append(run, 1, [event("noted", {"text": NOTE}, second=1, private=(("text",),))])
    record.add_item(ticket, "k", "note", NOTE, at=at(2), actor=MARIA)
    return ticket, run


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file that the record has written."""
    for path in folder.iterdir():
        yield path.name, path.read_bytes()


def test_no_personal_value_is_in_any_file(record: Record, tmp_path: Path) -> None:
    """Names, notes and addresses are found in neither file, in plain, base64 or hex."""
    written(record)
    for name, content in contents(tmp_path):
        for value in (NAME, NOTE, MAIL):
            raw = value.encode()
            for form in (raw, base64.b64encode(raw)[:-4], raw.hex().encode()):
                assert form not in content, name


def test_sealed_values_are_read_in_plain(record: Record) -> None:
    """Those with the keys read what was written, and the path of each stays where it was."""
    ticket, run = written(record)
    first, note = record.events(run)
    assert first.data["inputs"] == {"who": {"name": NAME, "mails": [MAIL, "x"]}}
    assert first.data["facts"] == {"customer": {"name": NAME}}
    assert note.data == {"text": NOTE}
    assert record.entries(ticket)[1]["data"] == {"text": NOTE}
    assert record.items(ticket)[0].value == NOTE
    assert record.ticket(ticket).subject == f"{NAME} calls"


def test_erasing_a_customer_leaves_the_chain_and_nobody_elses_values(record: Record, tmp_path: Path) -> None:
    """After erasure the values are gone from events, items, subject and facts; chains verify; others keep theirs."""
    ticket, run = written(record)
    _, other = written(record, "C-2")
    customer = record.ticket(ticket).customer
    assert customer is not None
    with sqlite3.connect(tmp_path / "shepherd-keys.db") as keys:
        (secret,) = keys.execute("SELECT key FROM subject_keys WHERE subject = ?", (customer,)).fetchone()
    assert record.erase(customer, at=at(9)) >= 1
    first, note = record.events(run)
    assert first.data["inputs"]["who"]["name"] == ERASED
    assert is_erased(first.data["facts"]["customer"])
    assert is_erased(note.data["text"])
    assert is_erased(record.items(ticket)[0].value)
    assert is_erased(record.ticket(ticket).subject)
    known = record.customer(customer)
    assert known is not None
    assert is_erased(known.facts)
    assert known.erased_at == at(9)
    assert record.events(other)[1].data == {"text": NOTE}
    assert record.verify().ok
    for name, content in contents(tmp_path):
        assert secret not in content, name


def test_erasure_is_seen_by_a_record_opened_elsewhere(record: Record, tmp_path: Path) -> None:
    """What another process erases is gone here at once, and what is written afterwards can be read."""
    ticket, run = written(record)
    customer = record.ticket(ticket).customer
    assert customer is not None
    elsewhere = opened(tmp_path)
    elsewhere.erase(customer, at=at(9))
    elsewhere.close()
    assert is_erased(record.events(run)[1].data["text"])
    record.append(run, 2, [event("noted", {"text": "calls again"}, second=10, private=(("text",),))])
    assert record.events(run)[2].data == {"text": "calls again"}


def test_erasure_reaches_what_was_written_before_the_customer_was_known(record: Record) -> None:
    """A ticket that is given its customer later is erased with them, its first runs too."""
    ticket = a_ticket(record, customer=None, subject=NAME)
    run = new_id()
    record.create_run(
        run, ticket, "help", [started(facts={"customer": NAME})._replace(private=(("facts",),))], documents=DOCUMENTS
    )
    known = record.put_customer(new_id(), "C-1", {}, at=BEGIN)
    record.change_ticket(ticket, at=at(1), customer=known.id)
    record.erase(known.id, at=at(2))
    assert is_erased(record.events(run)[0].data["facts"])
    assert is_erased(record.ticket(ticket).subject)


def test_a_sealed_value_that_was_moved_is_not_called_erased(record: Record, tmp_path: Path) -> None:
    """A sealed value opens only where it was sealed; elsewhere it is damage, which must not look like an erasure."""
    _, run = written(record)
    record.append(run, 2, [event("noted", {"text": "another"}, second=3, private=(("text",),))])
    with attacker(tmp_path) as connection:
        bodies = [row[0] for row in connection.execute("SELECT body FROM entries ORDER BY seq")]
        swapped = bodies[1].replace(b'"seq":2', b'"seq":3')
        connection.execute("UPDATE entries SET body = ? WHERE seq = 3", (swapped,))
    with pytest.raises(RecordError):
        record.events(run)


@pytest.mark.parametrize("value", [{"sealed": "x", "nonce": "y", "data": "z"}, {"sealed": "x", "a": 1, "b": 2}])
def test_what_looks_sealed_does_no_harm(record: Record, value: object) -> None:
    """A value from outside in the form of a sealed one is refused, or read back as it came."""
    _, run = written(record)
    try:
        record.append(run, 2, [answer(value, 3)])
    except NotRecordable:
        assert record.head(run).seq == 2
    else:
        assert record.events(run)[2].data["value"] == value


def test_the_key_file_is_its_owners_alone(record: Record, tmp_path: Path) -> None:
    """Nobody else may read the keys; a file that they could is closed to them when it is opened."""
    path = tmp_path / "shepherd-keys.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    record.close()
    path.chmod(0o644)
    opened(tmp_path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keys_of_another_record_are_refused(record: Record, tmp_path: Path) -> None:
    """A lost or foreign key file is said at once: with it every name would look erased."""
    written(record)
    record.close()
    shutil.move(tmp_path / "shepherd-keys.db", tmp_path / "lost.db")
    with pytest.raises(RecordUnavailable):
        opened(tmp_path)
    (tmp_path / "shepherd-keys.db").unlink(missing_ok=True)
    shutil.move(tmp_path / "lost.db", tmp_path / "shepherd-keys.db")
    opened(tmp_path).close()
