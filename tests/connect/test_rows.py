"""What is wrong with a table's file is told with its line and what mends it, before a customer is on the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shepherd.cli.app import run
from shepherd.connect import Connectors
from shepherd.connect.rows import table_faults
from shepherd.flow.beside import Connector
from shepherd.flow.draft import read_draft

DECLARED = """connectors:
  base:
    kind: table
    file: data/people.csv
    key: customer_id
    search: [customer_id, name]
    operations:
      find:
        reads: true
        inputs: {customer_id: text}
        results: {ok: {name: text, phone: {type: text, optional: true}}, not_found: {}}
      check_pin:
        reads: true
        accepts_secret: true
        inputs: {customer_id: text, pin: digits}
        results: {ok: {}, no_match: {}}
      rename:
        reads: false
        inputs: {customer_id: text, nick: text}
        results: {ok: {nick: text}, not_found: {}}
"""
USE = """flow: use
title: Use it
category: intake
version: 1
inputs: {customer_id: text}
outcomes: {done: {resolves: true}}
steps:
  find:
    lookup: base.find
    with: {customer_id: customer_id}
    results: {ok: close, not_found: close, error: close}
  close: {say: Goodbye., end: done}
"""
HEADING = "customer_id,name,phone,pin_hash"
FINE = f"{HEADING}\nC-1,Jörg Äyräs,1,\nC-2,Åke,2,\n"
FILE = "data/people.csv"
EXCEL = (
    FINE.replace(",", ";").encode("latin-1"),
    f"{FILE}, line 2: it is not text in UTF-8. "
    "Save it as CSV UTF-8 (comma delimited). Write commas between the columns.",
)
COMMAS = (
    "Write commas, or save it as CSV UTF-8 (comma delimited); Excel takes the separator from the region's settings."
)
BROKEN = {
    "as German Excel saves it": EXCEL,
    "Latin-1": (
        FINE.encode("latin-1"),
        f"{FILE}, line 2: it is not text in UTF-8. Save it as CSV UTF-8 (comma delimited).",
    ),
    "semicolons": (
        ("\ufeff" + FINE.replace(",", ";")).encode(),
        f"{FILE}, line 1: the columns are separated by ;. {COMMAS}",
    ),
    "tabs": (
        FINE.replace(",", "\t").encode(),
        f"{FILE}, line 1: the columns are separated by tabs. {COMMAS}",
    ),
    "no key": (
        FINE.replace("customer_id", "custmer_id").encode(),
        f'{FILE}, line 1: there is no column "customer_id", the key. Did you mean "custmer_id"?',
    ),
    "a column misspelt": (
        FINE.replace("name", "nme").encode(),
        f'{FILE}, line 1: there is no column "name", which find gives. Did you mean "nme"?',
    ),
    "an optional column misspelt": (
        FINE.replace("phone", "phne").encode(),
        f'{FILE}, line 1: there is no column "phone", which find gives. Did you mean "phne"?',
    ),
    "nothing to compare with": (
        FINE.replace("pin_hash", "town").encode(),
        f'{FILE}, line 1: there is no column "pin", which check_pin compares. '
        "Add it there, or take it out of connectors.yaml.",
    ),
    "a key twice": (
        FINE.replace("C-2", "C-1").encode(),
        f'{FILE}, line 3: its "customer_id" is that of line 2 already. Give every row its own "customer_id".',
    ),
    "a key twice, behind a cell of two lines": (
        FINE.replace("C-2", "C-1").replace("Jörg Äyräs", '"Jörg\nÄyräs"').encode(),
        f'{FILE}, line 4: its "customer_id" is that of line 2 already. Give every row its own "customer_id".',
    ),
    "no value of the key": (
        FINE.replace("C-2", " ").encode(),
        f'{FILE}, line 3: its "customer_id" is empty. Give every row its own "customer_id".',
    ),
    "a comma too many": (
        FINE.replace("Åke", "Åke, junior").encode(),
        f'{FILE}, line 3: it has 5 cells, but the first line 4. Write a cell with a comma in it in quotes: "a, b".',
    ),
    "nothing": (b"", f"{FILE} is empty. Its first line names the columns."),
}
MENDED = {
    "an optional column left out": FINE.replace("phone", "town"),
    "a heading alone": HEADING + "\n",
    "a cell of two lines, and an empty line": FINE.replace("Jörg Äyräs", '"Jörg\nÄyräs"').replace("C-2", "\nC-2"),
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library with a flow that looks up its own table."""
    (tmp_path / "data").mkdir()
    (tmp_path / "connectors.yaml").write_text(DECLARED, "utf-8")
    (tmp_path / "use.yaml").write_text(USE, "utf-8")
    (tmp_path / FILE).write_text(FINE, "utf-8")
    return tmp_path


def base(library: Path) -> Connector:
    return read_draft(library).connectors["base"]


def told(library: Path) -> list[str]:
    return [str(fault) for fault in table_faults(base(library), library, base(library).operations.values())]


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_once_and_mends(library: Path, name: str) -> None:
    """Each mistake is one fault with file, line, what is wrong and how to mend it; no value of a row is told."""
    raw, sentence = BROKEN[name]
    (library / FILE).write_bytes(raw)
    assert told(library) == [sentence]
    assert "Jörg" not in sentence
    assert "C-1" not in sentence


@pytest.mark.parametrize("name", ["", *MENDED])
def test_what_is_right_has_no_fault(library: Path, name: str) -> None:
    """A column may lack that only an optional field reads; so may rows."""
    (library / FILE).write_text(MENDED.get(name, FINE), "utf-8")
    assert told(library) == []


def test_a_file_that_is_gone_is_named(library: Path) -> None:
    """So is one outside the library."""
    (library / FILE).unlink()
    assert told(library) == [f"{FILE} can't be opened: No such file or directory."]
    (library / "connectors.yaml").write_text(DECLARED.replace(FILE, "../people.csv"), "utf-8")
    assert told(library) == ['Connector "base": its file must lie in the library\'s folder.']


def test_the_log_says_the_same(library: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What the agent's call fails for stands in the server's log in the same words."""
    connectors = Connectors({"base": base(library)}, folder=library, changes=library / "changes.db")
    for raw, sentence in BROKEN.values():
        (library / FILE).write_bytes(raw)
        caplog.clear()
        reply = connectors.call("base.find", {"customer_id": "C-1"}, key="")
        if "which" not in sentence:
            assert reply.result == "error"
            assert caplog.messages == [f"base.find failed: {sentence}"]


def test_doctor_opens_each_table(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``shepherd doctor`` names the connector and what mends its file, and has no fault once it is mended."""
    raw, sentence = EXCEL
    (library / FILE).write_bytes(raw)
    asked = ["doctor", "--json", "--library", str(library), "--database", f"sqlite:///{library / 'shepherd.db'}"]
    asked += ["--keys", str(library / "keys.db")]
    assert run(asked) == 3
    (fault,) = (check for check in json.loads(capsys.readouterr().out)["checks"] if check["state"] == "fault")
    assert (fault["name"], f"{fault['says']} {fault['mend']}") == ("tables", f"base: {sentence}")
    (library / FILE).write_text(FINE, "utf-8")
    assert run(asked) == 0
    shown = json.loads(capsys.readouterr().out)["checks"]
    assert {"name": "tables", "state": "fine", "says": "1 table, none lacks a column.", "mend": ""} in shown


def test_trying_connectors_opens_each_table(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``shepherd connectors test`` finds it without a sample, and ends with 1; the rest has not failed."""
    (library / FILE).write_bytes(BROKEN["a column misspelt"][0])
    assert run(["connectors", "test", "--library", str(library)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("base.find                error in ")
    assert lines[1] == f"    {BROKEN['a column misspelt'][1]}"
    assert lines[2].startswith("base.check_pin           not tried: it has no sample")
