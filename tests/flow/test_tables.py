"""Tables in a flow: what they give at run time, in the flow or from a CSV file, and how they are kept."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.arithmetic import Undefined
from shepherd.flow.draft import read_draft
from shepherd.flow.model import Flow
from shepherd.flow.rows import MOST_BYTES, MOST_ROWS, read_rows

HEAD = "flow: f\ntitle: F\ncategory: orders\noutcomes: {done: {resolves: true, returns: RETURNS}}\n"
TABLE = """tables:
  level:
    by: {tier: tier, loss: loss, on: today}
    gives: {priority: integer, team: text, since: {type: date, optional: true}}
    rows:
      - [premium, over 5000, any, 1, Executive team, 2027-01-01]
      - [[trial, basic], any, from 2027-01-01, 3, Desk, ""]
      - [premium, any, any, 2, Desk, ""]
"""
STEPS = """steps:
  tier:
    ask: Tier?
    options: [premium, trial, basic]
  loss:
    ask: Loss?
    type: money
  done: {end: done}
"""
CSV = """team,since,on,loss,tier,priority
"Executive team",2027-01-01,any,over 5000,premium,1
Desk,,from 2027-01-01,any,trial|basic,3
Desk,,any,any,premium,2
"""
ROWS = TABLE[TABLE.index("    rows:") :]
FROM = TABLE.replace(ROWS, "    rows_from: levels.csv\n")


def flow_of(folder: Path, returns: str, table: str = TABLE, **csv: str) -> Flow:
    """The flow with *table*, read whatever is found in it."""
    text = HEAD.replace("RETURNS", f"{{r: {json.dumps(returns)}}}") + table + STEPS
    (folder / "f.yaml").write_text(text, encoding="utf-8")
    for name, rows in csv.items():
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8", newline="")
    return read_draft(folder).flows["f"]


def worked_out(flow: Flow, today: date = date(2026, 12, 1), **values: Any) -> Any:
    """What the flow would return."""
    return flow.outcomes["done"].returns["r"].evaluate(values, SimpleNamespace(today=today))


@pytest.fixture(params=["in the flow", "from a file"])
def table(request: pytest.FixtureRequest) -> dict[str, str]:
    """The same table, written in the flow and beside it."""
    return {"table": TABLE} if request.param == "in the flow" else {"table": FROM, "levels": CSV}


@pytest.mark.parametrize(
    ("tier", "loss", "today", "expected"),
    [
        ("premium", "6000", date(2026, 12, 1), 1),
        ("premium", "5000", date(2026, 12, 1), 2),
        ("basic", "6000", date(2027, 1, 1), 3),
    ],
)
def test_the_first_row_that_fits_gives_its_values(
    tmp_path: Path, table: dict[str, str], tier: str, loss: str, today: date, expected: int
):
    """
    A column of a table is read with a dot, and has the value of the first row that fits, of the column's type.
    """
    flow = flow_of(tmp_path, "level.priority", **table)

    assert worked_out(flow, today, tier=tier, loss=Decimal(loss)) == expected


def test_no_row_is_undefined(tmp_path: Path, table: dict[str, str]):
    """
    Where no row fits the table is undefined, as is a column whose cell is empty; and an unknown name is, too.
    """
    flow = flow_of(tmp_path, "level.team", **table)
    with pytest.raises(Undefined, match="level"):
        worked_out(flow, tier="basic", loss=Decimal(1))
    with pytest.raises(Undefined, match="loss"):
        worked_out(flow, tier="basic")
    flow = flow_of(tmp_path, "level.since", **table)
    with pytest.raises(Undefined, match="since"):
        worked_out(flow, tier="premium", loss=Decimal(1))
    assert worked_out(flow, tier="premium", loss=Decimal(9999)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("level is defined", False),
        ("level.team is defined", False),
        ('level.team if level is defined else "nobody"', "nobody"),
        ("level is defined and level.priority > 1", False),
    ],
)
def test_whether_a_row_fits_can_be_asked(tmp_path: Path, table: dict[str, str], asked: str, expected: Any):
    """
    ``is defined`` says whether some row fits, and whether it has the column.
    """
    assert worked_out(flow_of(tmp_path, asked, **table), tier="trial", loss=Decimal(1)) == expected


def test_values_and_tables_use_each_other(tmp_path: Path):
    """
    A table is looked into by values, and values read tables; in a circle that is a finding.
    """
    using = 'values: {big: loss > 100, crew: level.team + "!"}\n' + FROM.replace(
        "tier: tier, loss: loss, on: today", "big: big"
    )
    rows = "big,priority,team,since\nyes,1,A,\nno,2,B,\n"
    flow = flow_of(tmp_path, "crew", using, levels=rows)
    assert worked_out(flow, loss=Decimal(101)) == "A!"
    assert worked_out(flow, loss=Decimal(100)) == "B!"

    (tmp_path / "f.yaml").write_text((tmp_path / "f.yaml").read_text().replace("loss > 100", "level.priority > 1"))
    found = examine(read_draft(tmp_path))
    assert [f.code for f in found] == ["SHP302"]
    assert found[0].message == "This value uses itself: big → level → big."


def test_a_table_is_kept_with_the_flow(tmp_path: Path):
    """
    A run pins the rows of its tables, wherever they stand; made again from what was kept, they give the same.
    """
    (tmp_path / "billing").mkdir()
    flow_of(tmp_path / "billing", "level.team if level is defined else level.team", FROM, levels=CSV)
    library = Library.of(read_draft(tmp_path), [])
    bundle = library.bundle("f")
    again = Library.load({name: library.document(hash_) for name, hash_ in bundle.items()})

    assert "rows:billing/levels.csv" in bundle
    assert again.bundle("f") == bundle
    assert worked_out(again.flows["f"], tier="premium", loss=Decimal(6000)) == "Executive team"
    assert [list(row) for row in again.flows["f"].tables["level"].rows] == [
        list(row) for row in library.flows["f"].tables["level"].rows
    ]


def test_the_order_of_columns_is_kept(tmp_path: Path):
    """
    Which cell belongs to which column is part of what is kept, though keys are sorted there.
    """
    flow_of(tmp_path, "level.team if level is defined else level.team", TABLE)
    library = Library.of(read_draft(tmp_path), [])
    again = Library.load({name: library.document(hash_) for name, hash_ in library.bundle("f").items()})

    assert list(again.flows["f"].tables["level"].by) == ["tier", "loss", "on"]
    assert list(again.flows["f"].tables["level"].gives) == ["priority", "team", "since"]
    assert worked_out(again.flows["f"], tier="premium", loss=Decimal(1)) == "Desk"


def test_a_changed_row_is_another_document(tmp_path: Path):
    """
    A cell that changes changes the hash of the rows; quotes round a cell and the breaks between lines do not.
    """
    hashes = []
    for rows in (
        CSV,
        CSV.replace("\n", "\r\n"),
        CSV.replace('"Executive team"', "Executive team"),
        CSV.replace("5000", "6000"),
    ):
        flow_of(tmp_path, "1", FROM, levels=rows)
        hashes.append(Library.of(read_draft(tmp_path), []).hashes["rows:levels.csv"])

    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]


@pytest.mark.parametrize(
    ("file", "code"), [("../levels.csv", "SHP115"), ("nolevels.csv", "SHP116"), ("levels.txt", "SHP113")]
)
def test_a_file_lies_in_the_library(tmp_path: Path, file: str, code: str):
    """
    A table's file is there, in the library's own folder, and is a CSV file.
    """
    (tmp_path / "levels.csv").write_text(CSV)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "levels.txt").write_text(CSV)
    text = HEAD.replace("RETURNS", "{r: tier}") + FROM.replace("levels.csv", file) + STEPS
    (tmp_path / "own" / "f.yaml").write_text(text)

    assert [f.code for f in examine(read_draft(tmp_path / "own"))] == [code]


def test_a_link_out_of_the_library_is_refused(tmp_path: Path):
    """
    A file that is a link to somewhere else is not read.
    """
    (tmp_path / "secret.csv").write_text(CSV)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "levels.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "own" / "f.yaml").write_text(HEAD.replace("RETURNS", "{r: tier}") + FROM + STEPS)

    assert [f.code for f in examine(read_draft(tmp_path / "own"))] == ["SHP115"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "SHP349"),
        (b"\r\n\r\n", "SHP349"),
        (b'a,b\n1,"2\n', "SHP349"),
        (b"a,b\n\xe4,2\n", "SHP001"),
        ("a,b\n1,2\n".encode("utf-16"), "SHP001"),
        (b"a,b\n1\x00,2\n", "SHP003"),
        ("a,b\n\u202e1,2\n".encode(), "SHP003"),
        (b"a\n" + b"1\n" * (MOST_ROWS + 1), "SHP016"),
        (b"a\n" + b"1" * MOST_BYTES, "SHP016"),
    ],
    ids=["nothing", "no lines", "open quote", "latin", "utf-16", "nul", "turned", "rows", "bytes"],
)
def test_what_is_no_table_is_not_read(data: bytes, code: str):
    """
    Rows are text in UTF-8 with commas between, up to 200 000 of them and 16 MiB.
    """
    rows, found = read_rows(data, "a.csv")

    assert rows is None
    assert [f.code for f in found] == [code]


def test_a_row_may_begin_with_a_tab():
    """A CSV file knows no indents."""
    rows, found = read_rows(b"a,b\n\tx,2\n", "a.csv")

    assert (rows and rows.rows, found) == ([["\tx", "2"]], [])


def test_two_hundred_thousand_rows_are_read():
    """
    The most rows that may be are.
    """
    rows, found = read_rows(b"a\n" + b"1\n" * MOST_ROWS, "a.csv")

    assert not found
    assert rows is not None
    assert len(rows.rows) == MOST_ROWS


def test_the_place_of_a_cell_is_where_it_is_written():
    """
    The place of a cell counts lines and columns of the file, quotes, commas in quotes and breaks in quotes included.
    """
    text = 'a,"b, c",d\r\n\r\n1,"x ""y"", z",3\r\n4,"5\n6",7\n8,9,\n'
    rows, found = read_rows(b"\xef\xbb\xbf" + text.encode(), "a.csv")
    assert not found
    assert rows is not None
    lines = text.replace("\r", " ").split("\n")

    def at(row: int, column: int) -> str:
        line, start, end_line, end = rows.place(row, column)
        return lines[line - 1][start - 1 : end - 1] if line == end_line else f"{line}:{start} to {end_line}:{end}"

    assert rows.header == ("a", "b, c", "d")
    assert [at(-1, n) for n in range(3)] == ["a", '"b, c"', "d"]
    assert [at(0, n) for n in range(3)] == ["1", '"x ""y"", z"', "3"]
    assert [at(1, n) for n in range(3)] == ["4", "4:3 to 5:3", "7"]
    assert [at(2, n) for n in range(2)] == ["8", "9"]
    assert rows.place(2, 2)[:2] == (6, 5)


def test_a_name_is_one_thing(tmp_path: Path):
    """
    A table shares the namespace of values and steps, and its columns have a name each.
    """
    text = HEAD.replace("RETURNS", "{r: tier}") + TABLE + STEPS
    (tmp_path / "f.yaml").write_text(text.replace("  level:", "  tier:"))
    assert [f.code for f in read_draft(tmp_path).findings] == ["SHP105"]
    (tmp_path / "f.yaml").write_text(text.replace("  level:", "  today:"))
    assert [f.code for f in read_draft(tmp_path).findings] == ["SHP104"]
    (tmp_path / "f.yaml").write_text(text.replace("team: text", "loss: text"))
    assert [f.code for f in read_draft(tmp_path).findings] == ["SHP348"]


def test_two_tables_may_have_one_file(tmp_path: Path):
    """
    A file is read once, and kept once, however many tables it is for.
    """
    second = FROM.replace("tables:\n  level:", "  other:")
    flow = flow_of(tmp_path, "other.priority", FROM + second, levels=CSV)

    assert worked_out(flow, tier="premium", loss=Decimal(6000)) == 1
    assert [n for n in read_draft(tmp_path).documents if n.startswith("rows:")] == ["rows:levels.csv"]
