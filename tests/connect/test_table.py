"""Tables stand in for other systems: what they compare, take, keep, and how they are told to fail."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shepherd.connect import BrokenTable, Connectors, hash_secret
from shepherd.connect.table import CONTROL, Table
from shepherd.flow.beside import Connector, Operation
from shepherd.flow.model import Field
from shepherd.flow.types import Type


def field(name: str, type_: str = "text", **more: Any) -> Field:
    return Field(name=name, type=Type.named(type_), **more)


def operation(name: str, inputs: list[Field], results: dict[str, list[Field]], **more: Any) -> Operation:
    return Operation(
        name=name,
        inputs={f.name: f for f in inputs},
        results={r: {f.name: f for f in fields} for r, fields in results.items()},
        **more,
    )


ID = field("customer_id")
OPERATIONS = {
    o.name: o
    for o in (
        operation("find", [ID], {"ok": [field("name"), field("phone", optional=True)], "not_found": []}, reads=True),
        operation("pin", [ID, field("pin", "digits", secret=True)], {"ok": [], "no_match": []}, reads=True),
        operation("born", [ID, field("birthday", "date")], {"ok": [], "no_match": [], "not_found": []}, reads=True),
        operation("bar", [ID, field("phone")], {"ok": [], "taken": []}, reads=False),
        operation("call_up", [ID, field("phone"), field("why", personal=True)], {"ok": [], "taken": []}, reads=False),
        operation("rename", [ID, field("name")], {"ok": [field("name")], "not_found": []}, reads=False),
    )
}
BOOK = operation(
    "book", [ID, field("why", personal=True)], {"ok": [field("slot", "datetime")], "full": []}, reads=False
)


@pytest.fixture
def connectors(tmp_path: Path) -> Connectors:
    """A customer base and two free slots."""
    hashed = hash_secret("4071")
    people = f"customer_id,name,phone,birthday,pin_hash\nC-1,Aino Virtanen,+358 40 5550101,1990-02-03,{hashed}\n"
    (tmp_path / "people.csv").write_text(people + "C-2,Åke,,1985-12-24,broken\n", "utf-8")
    (tmp_path / "slots.csv").write_text(
        "slot,customer_id\n2026-12-01T08:00,C-9\n2026-12-01T09:00,\n2026-12-01T13:00,\n"
    )
    declared = {
        "base": Connector(
            name="base", kind="table", operations=OPERATIONS, settings={"file": "people.csv", "key": "customer_id"}
        ),
        "work": Connector(
            name="work", kind="table", operations={"book": BOOK}, settings={"file": "slots.csv", "key": "slot"}
        ),
        "far": Connector(name="far", kind="http", operations={"book": BOOK}),
    }
    return Connectors(declared, folder=tmp_path, changes=tmp_path / "changes.db")


def call(connectors: Connectors, operation: str, key: str = "", **inputs: Any) -> tuple[str, dict[str, Any]]:
    reply = connectors.call(operation, inputs, key=key)
    return reply.result, dict(reply.values)


def test_a_row_is_read_by_its_key(connectors: Connectors) -> None:
    """The fields of a result are the columns of their names; an empty cell is not there."""
    assert call(connectors, "base.find", customer_id="C-1") == (
        "ok",
        {"name": "Aino Virtanen", "phone": "+358 40 5550101"},
    )
    assert call(connectors, "base.find", customer_id="C-2") == ("ok", {"name": "Åke"})
    assert call(connectors, "base.find", customer_id="C-3") == ("not_found", {})


def test_secrets_are_compared_with_salted_hashes(connectors: Connectors, tmp_path: Path) -> None:
    """Right, wrong, a broken hash, and nobody: only the first is ok, the rest look alike."""
    assert call(connectors, "base.pin", customer_id="C-1", pin="4071") == ("ok", {})
    for customer, pin in (("C-1", "4072"), ("C-2", "4071"), ("C-3", "4071")):
        assert call(connectors, "base.pin", customer_id=customer, pin=pin) == ("no_match", {})
    assert "4071" not in (tmp_path / "people.csv").read_text()


def test_other_inputs_are_compared_as_values_of_their_type(connectors: Connectors) -> None:
    """A date is a date, however it was written."""
    assert call(connectors, "base.born", customer_id="C-1", birthday=date(1990, 2, 3))[0] == "ok"
    assert call(connectors, "base.born", customer_id="C-1", birthday=date(1990, 2, 4))[0] == "no_match"


def test_the_first_free_row_is_taken_once(connectors: Connectors, tmp_path: Path) -> None:
    """A booking takes a row; the same key again changes nothing; with no row left the result is full."""
    first = call(connectors, "work.book", "k1", customer_id="C-1", why="private words")
    assert first == ("ok", {"slot": "2026-12-01T09:00"})
    assert call(connectors, "work.book", "k1", customer_id="C-1", why="again") == first
    assert call(connectors, "work.book", "k2", customer_id="C-2", why="") == ("ok", {"slot": "2026-12-01T13:00"})
    assert call(connectors, "work.book", "k3", customer_id="C-3", why="") == ("full", {})
    assert b"private words" not in (tmp_path / "changes.db").read_bytes()


def test_a_race_for_rows_gives_each_to_one(connectors: Connectors) -> None:
    """Eight threads under four keys: each key got one row or none, and no row went to two keys."""
    got: list[tuple[str, str, Any]] = []

    def book(key: str) -> None:
        result, values = call(connectors, "work.book", key, customer_id=key, why="")
        got.append((key, result, values.get("slot")))

    threads = [threading.Thread(target=book, args=(f"k{n % 4}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked = {(key, slot) for key, result, slot in got if result == "ok"}
    assert len(booked) == 2
    assert len({slot for _, slot in booked}) == 2


def test_a_change_on_a_row_is_read_back(connectors: Connectors) -> None:
    """What was changed through a table lies over its rows from then on."""
    assert call(connectors, "base.rename", "k1", customer_id="C-1", name="Aino Berg")[0] == "ok"
    assert call(connectors, "base.find", customer_id="C-1")[1]["name"] == "Aino Berg"
    assert call(connectors, "base.rename", "k2", customer_id="C-3", name="Nobody") == ("not_found", {})


def test_a_row_is_taken_for_what_was_changed_of_it(connectors: Connectors) -> None:
    """An earlier change of other columns is in nobody's way: who was renamed can still be barred, once."""
    assert call(connectors, "base.rename", "k1", customer_id="C-1", name="Aino Berg")[0] == "ok"
    assert call(connectors, "base.bar", "k2", customer_id="C-1", phone="0")[0] == "ok"
    assert call(connectors, "base.bar", "k3", customer_id="C-1", phone="1")[0] == "taken"
    assert call(connectors, "base.call_up", "k4", customer_id="C-1", phone="1", why="x")[0] == "taken"


def test_a_table_can_be_told_to_be_slow_and_to_fail(
    connectors: Connectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``error`` changes nothing, ``unknown`` makes the change and loses the reply."""
    control = tmp_path / "control.json"
    monkeypatch.setenv(CONTROL, str(control))
    control.write_text(json.dumps({"work.book": {"fail": "error"}, "base.find": {"slow": "0.2s"}}))
    assert call(connectors, "work.book", "k1", customer_id="C-1", why="") == ("error", {})
    began = time.monotonic()
    assert call(connectors, "base.find", customer_id="C-1")[0] == "ok"
    assert time.monotonic() - began >= 0.2
    control.write_text(json.dumps({"work.book": {"fail": "unknown"}}))
    assert call(connectors, "work.book", "k1", customer_id="C-1", why="") == ("unknown", {})
    control.write_text("{}")
    assert call(connectors, "work.book", "k1", customer_id="C-1", why="") == ("ok", {"slot": "2026-12-01T09:00"})
    assert call(connectors, "work.book", "k2", customer_id="C-2", why="") == ("ok", {"slot": "2026-12-01T13:00"})


def test_a_slow_call_under_way_can_be_let_go(
    connectors: Connectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test decides when a call comes back, and needs to guess no time."""
    control = tmp_path / "control.json"
    monkeypatch.setenv(CONTROL, str(control))
    control.write_text(json.dumps({"base.find": {"slow": "60s"}}))
    replies: list[str] = []
    asking = threading.Thread(target=lambda: replies.append(call(connectors, "base.find", customer_id="C-1")[0]))
    asking.start()
    asking.join(0.2)
    assert replies == []
    control.write_text("{}")
    asking.join(20)
    assert replies == ["ok"]


def test_what_is_broken_is_an_error_without_values(connectors: Connectors, tmp_path: Path, caplog: Any) -> None:
    """A bad file, an unknown kind and an unknown name are results, never exceptions, and the log has no values."""
    (tmp_path / "people.csv").write_text("customer_id,name\nC-1,Aino,more\n")
    assert call(connectors, "base.find", customer_id="C-1") == ("error", {})
    (tmp_path / "people.csv").unlink()
    assert call(connectors, "base.find", customer_id="C-1") == ("error", {})
    assert call(connectors, "far.book", "k", customer_id="C-1", why="") == ("error", {})
    assert call(connectors, "nobody.book", "k") == ("error", {})
    assert "Aino" not in caplog.text
    assert "C-1" not in caplog.text


def test_a_table_stays_in_its_folder(tmp_path: Path) -> None:
    """A data file outside the library is refused."""
    connector = Connector(name="base", kind="table", operations={}, settings={"file": "../people.csv", "key": "id"})
    connectors = Connectors({"base": connector}, folder=tmp_path, changes=tmp_path / "changes.db")
    with pytest.raises(BrokenTable, match="library's folder"):
        Table(connector, connectors._setting)


def test_customers_are_found_by_every_word(connectors: Connectors) -> None:
    """Type-ahead: words begin words of the row, digits stand anywhere in it."""
    assert [r["customer_id"] for r in connectors.search("base.find", "virt ain", limit=8)] == ["C-1"]
    assert [r["customer_id"] for r in connectors.search("base.find", "5550101", limit=8)] == ["C-1"]
    assert [r["customer_id"] for r in connectors.search("base.find", "c-", limit=1)] == ["C-1"]
    assert connectors.search("base.find", "aino nobody", limit=8) == []
    assert connectors.search("base.find", "  ", limit=8) == []
    assert connectors.search("nothing.find", "a", limit=8) == []


def test_a_yaml_list_is_a_table_too(tmp_path: Path) -> None:
    """Rows may be written as YAML."""
    (tmp_path / "people.yaml").write_text(
        "- {customer_id: C-1, name: Aino}\n- {customer_id: C-2, name: Åke}\n", "utf-8"
    )
    settings = {"file": "people.yaml", "key": "customer_id"}
    connector = Connector(name="base", kind="table", operations=OPERATIONS, settings=settings)
    connectors = Connectors({"base": connector}, folder=tmp_path, changes=tmp_path / "changes.db")
    assert call(connectors, "base.find", customer_id="C-2") == ("ok", {"name": "Åke"})


def test_days_from_today_do_not_grow_old(tmp_path: Path) -> None:
    """A cell written as days from today is that day and time when it is read; what is taken stays taken."""
    (tmp_path / "slots.csv").write_text("slot,customer_id\ntoday+1 09:00,\ntoday+2 13:00,\n")
    declared = Connector(
        name="work", kind="table", operations={"book": BOOK}, settings={"file": "slots.csv", "key": "slot"}
    )
    connectors = Connectors({"work": declared}, folder=tmp_path, changes=tmp_path / "changes.db")
    today = datetime.now(UTC).date()
    first, second = today + timedelta(days=1), today + timedelta(days=2)

    assert call(connectors, "work.book", "k1", customer_id="C-1", why="x")[1] == {"slot": f"{first}T09:00"}
    assert call(connectors, "work.book", "k2", customer_id="C-2", why="x")[1] == {"slot": f"{second}T13:00"}
    assert call(connectors, "work.book", "k3", customer_id="C-3", why="x")[0] == "full"


def test_days_gone_by_do_not_grow_old_either(tmp_path: Path) -> None:
    """A cell may lie some days back, as what was delivered does: a day that is compared and given."""
    (tmp_path / "people.csv").write_text("customer_id,birthday,seen\nC-1,today-5,today-12 09:00\n")
    seen = operation("seen", [ID], {"ok": [field("seen", "datetime")]}, reads=True)
    declared = Connector(
        name="base",
        kind="table",
        operations={"born": OPERATIONS["born"], "seen": seen},
        settings={"file": "people.csv", "key": "customer_id"},
    )
    connectors = Connectors({"base": declared}, folder=tmp_path, changes=tmp_path / "changes.db")
    today = datetime.now(UTC).date()

    assert call(connectors, "base.born", customer_id="C-1", birthday=today - timedelta(days=5))[0] == "ok"
    assert call(connectors, "base.seen", customer_id="C-1") == ("ok", {"seen": f"{today - timedelta(days=12)}T09:00"})
