"""Tables: cells that fit their columns, rows that are reached and do not overlap, and values that no row takes."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.check.gaps import Gaps, Unknown
from shepherd.check.report import render
from shepherd.check.tables import tables
from shepherd.flow.cells import Cell, Unread, read, takes
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding
from tests.check.written import told

HEAD = """flow: f
title: F
category: orders
outcomes: {done: {resolves: true}}
"""
ASKED = """steps:
  tier:
    ask: Tier?
    options: [premium, basic, trial]
  loss:
    ask: Loss?
    type: money
  age:
    ask: Age?
    type: integer
  day:
    ask: Which day?
    type: date
  at:
    ask: When?
    type: time
  name:
    ask: Who?
    type: text
  wired:
    ask: Wired?
    type: yes_no
  kinds:
    ask: Which?
    type: many
    options: [a, b]
"""


def flow(by: str, *rows: str, gives: str = "{n: integer}", unique: bool = False, read: bool = False) -> str:
    """A flow with the table ``t`` of *rows*, each written without brackets; *read*: a step says what it gives."""
    head = f"tables:\n  t:\n    by: {{{by}}}\n    gives: {gives}\n    unique: {str(unique).lower()}\n    rows:\n"
    body = "".join(f"      - [{row}]\n" for row in rows)
    say = "  tell:\n    say: It is {{ t.n }}.\n" if read else ""
    return HEAD + head + body + ASKED + say + "  end: {end: done}\n"


def draft(folder: Path, text: str, **csv: str) -> Draft:
    """The flow *text* beside CSV files."""
    (folder / "f.yaml").write_text(text, encoding="utf-8")
    for name, rows in csv.items():
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8", newline="")
    return read_draft(folder)


def found(folder: Path, text: str, **csv: str) -> list[Finding]:
    """Everything that is found in the flow *text* beside CSV files; its table need not be read."""
    return [finding for finding in examine(draft(folder, text, **csv)) if finding.code != "SHP922"]


@pytest.mark.parametrize(
    ("by", "row", "wrong", "said"),
    [
        ("a: tier", "premum, 1", "premum", 'Did you mean "premium"?'),
        ("a: tier", "[basic, premum], 1", "[basic, premum]", 'Did you mean "premium"?'),
        ("a: tier", "over 5, 1", "over 5", "not one of the values"),
        ("a: loss", "over many, 1", "over many", "not a number"),
        ("a: loss", "'> 3', 1", "'> 3'", "Write: over 3."),
        ("a: loss", "'<4.5', 1", "'<4.5'", "Write: under 4.5."),
        ("a: age", "['>= 3', 1], 1", "['>= 3', 1]", "Write: from 3."),
        ("a: day", "'<= 2027-02-03', 1", "'<= 2027-02-03'", "Write: up to 2027-02-03."),
        ("a: loss", "max 50, 1", "max 50", "Write: up to 50."),
        ("a: loss", "at least 50, 1", "at least 50", "Write: from 50."),
        ("a: loss", "more than 50, 1", "more than 50", "Write: over 50."),
        ("a: loss", "below 50, 1", "below 50", "Write: under 50."),
        ("a: loss", "0-50, 1", "0-50", "Write: 0 to 50."),
        ("a: loss", "between 10 and 20, 1", "between 10 and 20", "Write: 10 to 20."),
        ("a: loss", "50 or more, 1", "50 or more", "Write: from 50."),
        ("a: loss", "over €50, 1", "over €50", "Write: over 50."),
        ("a: loss", "'over 1,000', 1", "'over 1,000'", "Write: over 1000."),
        ("a: day", "before 2027-02-03, 1", "before 2027-02-03", "Write: under 2027-02-03."),
        ("a: day", "from 3.2.2027, 1", "from 3.2.2027", "Write: from 2027-02-03."),
        ("a: age", '"*", 1', '"*"', "Write: any."),
        ("a: age", "-, 1", "-", "Write: any."),
        ("a: name", "'> 5', 1", "'> 5'", "is a span, but this column has texts"),
        ("a: loss", "over 5 USD, 1", "over 5 USD", "in USD, but the column is in EUR"),
        ("a: age", "4.5, 1", "4.5", "takes nothing"),
        ("a: age", "9 to 4, 1", "9 to 4", "takes nothing"),
        ("a: day", "from 2027-02-30, 1", "from 2027-02-30", "not a date"),
        ("a: at", "8:30, 1", "8:30", "not a time"),
        ("a: name", "over 5, 1", "over 5", "is a span, but this column has texts"),
        ("a: wired", "maybe, 1", "maybe", "not yes or no"),
        ("a: loss * 2", "a, 1", "a", "not a number"),
        ("a: age", "any, one", "one", "can't be given as a whole number"),
        ("a: age", '"", 1', '""', "not a whole number"),
        ("a: age", '4, ""', '""', "is empty"),
        ("a: age", "[4, any], 1", "[4, any]", "stands alone"),
    ],
)
def test_a_cell_that_does_not_fit_its_column_is_found(tmp_path: Path, by: str, row: str, wrong: str, said: str):
    """
    A cell that can't be read, no option of its column, of another kind or currency: one finding, at the cell.
    """
    read_ = draft(tmp_path, flow(by, row))
    marks = told(tables, read_)
    [finding] = examine(read_)

    assert marks == [("SHP345", wrong)]
    assert said in finding.message + finding.hint, finding


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("a: tier, b: loss", ["premium, over 5000, 1", "[trial, basic], up to 100 EUR, 2", "any, any, 3"]),
        ("a: day, b: at", ["2027-01-01 to 2027-01-31, from 08:00, 1", "any, any, 2"]),
        ("a: name", ["7048, 1", "any, 2"]),
        ("a: wired", ["yes, 1", "no, 2"]),
        ("a: now", ["under 2027-01-01T08:00, 1", "any, 2"]),
        ("a: age + 1", ["[1, 2, over 7], 1", "any, 2"]),
    ],
)
def test_cells_that_fit_are_left_alone(tmp_path: Path, by: str, rows: Sequence[str]):
    """
    Every form of a cell may stand in a column of its kind.
    """
    assert render(found(tmp_path, flow(by, *rows, read=True)), {}) == ""


@pytest.mark.parametrize(
    ("by", "code"),
    [("a: kinds", "SHP348"), ("a: days(3)", "SHP348"), ("a: tier == 5", "SHP321"), ("a: agee", "SHP311")],
)
def test_what_a_table_is_looked_into_by_is_checked(tmp_path: Path, by: str, code: str):
    """
    It is a single value, and an expression like any other.
    """
    assert [f.code for f in found(tmp_path, flow(by, "any, 1"))] == [code]


@pytest.mark.parametrize(
    ("rows", "unique", "expected"),
    [
        (["premium, up to 5, 1", "premium, 5, 2"], True, [("SHP346", 2)]),
        (["premium, under 5, 1", "premium, from 5, 2"], True, []),
        (["premium, any, 1", "any, 7, 2"], True, [("SHP346", 2)]),
        (["[premium, basic], 1, 1", "[basic, trial], 1, 2", "trial, 1, 3"], True, [("SHP346", 2), ("SHP346", 3)]),
        (["premium, over 5, 1", "premium, over 7, 2"], False, [("SHP347", 2)]),
        (["premium, over 7, 1", "premium, over 5, 2"], False, []),
        (["any, any, 1", "basic, any, 2", "trial, 1, 3"], False, [("SHP347", 2), ("SHP347", 3)]),
        (["[premium, basic], any, 1", "[basic, trial], any, 2", "basic, any, 3"], False, [("SHP347", 3)]),
        (
            ["premium, 1 to 9, 1", "premium, [2, 3 to 4], 2", "premium, 1 to 9, 3"],
            False,
            [("SHP347", 2), ("SHP347", 3)],
        ),
    ],
)
def test_rows_that_get_in_each_others_way(
    tmp_path: Path, rows: Sequence[str], unique: bool, expected: Sequence[tuple[str, int]]
):
    """
    Rows of a unique table that share values, and rows that an earlier one covers whole, are named, at the later row.
    """
    text = flow("a: tier, b: age", *rows, unique=unique)
    first = text[: text.index("    rows:\n")].count("\n") + 1
    got = [(f.code, f.place.line - first) for f in found(tmp_path, text)]

    assert got == list(expected)


@pytest.mark.parametrize(
    ("by", "rows", "gap"),
    [
        ("a: tier", ["premium, 1", "basic, 2", "trial, 3"], None),
        ("a: tier", ["premium, 1", "trial, 3"], "a basic"),
        ("a: tier, b: wired", ["premium, any, 1", "any, yes, 2"], "a basic, b no"),
        ("a: age", ["under 5, 1", "5 to 9, 2", "over 9, 3"], None),
        ("a: age", ["under 5, 1", "6 to 9, 2", "over 9, 3"], "a 5"),
        ("a: loss", ["under 5, 1", "over 5, 2"], "a 5"),
        ("a: loss", ["up to 5, 1", "from 6, 2"], "a 5.01"),
        ("a: loss", ["up to 5, 1", "5.01 to 10, 2", "from 10.01, 3"], None),
        ("a: loss", ["up to 5, 1", "over 5, 2"], None),
        ("a: loss, b: wired", ["up to 5, yes, 1", "from 5.01, yes, 2", "any, no, 3"], None),
        ("a: loss * 2", ["up to 5, 1", "from 5.01, 2"], "a more than 5"),
        ("a: loss", ["from 6, 2"], "a less than 6"),
        ("a: day", ["up to 2027-01-01, 1", "from 2027-01-02, 2"], None),
        ("a: at", ["under 08:00, 1", "from 08:00, 2"], None),
        ("a: at", ["00:00 to 08:00, 1", "over 08:00, 2"], None),
        ("a: name", ["a, 1", "b, 2"], "a another text"),
        ("a: age, b: loss", ["under 5, any, 1", "from 5, under 7, 2"], "a 5, b 7"),
    ],
)
def test_values_that_no_row_takes(tmp_path: Path, by: str, rows: Sequence[str], gap: str | None):
    """
    A table is read without asking whether a row fits only if one always does; else the finding names such values.
    """
    got = found(tmp_path, flow(by, *rows, read=True))

    assert [(f.code, f.message) for f in got] == (
        [] if gap is None else [("SHP313", f'Perhaps no row of "t" fits here: {gap}.')]
    )


def test_a_unique_table_is_never_told_to_have_a_row_that_it_may_not_have(tmp_path: Path):
    """
    What the hint asks for passes: a row for the gap. A row that takes any would meet the others, and is not proposed.
    """
    rows = ["premium, 1", "basic, 2"]
    (told,) = found(tmp_path, flow("a: tier", *rows, unique=True, read=True))
    assert "row for just that" in told.hint
    assert found(tmp_path, flow("a: tier", *rows, "trial, 3", unique=True, read=True)) == []
    assert "last row that takes any" in found(tmp_path, flow("a: tier", *rows, read=True))[0].hint


@pytest.mark.parametrize(
    ("rules", "rows", "gap"),
    [
        ("min: 2011-04-06", ["from 2015-01-01, 1", "2011-04-06 to 2014-12-31, 2"], None),
        ("min: 2011-04-05", ["from 2015-01-01, 1", "2011-04-06 to 2014-12-31, 2"], "a 2011-04-05"),
        ("min: 2011-04-06, max: 2015-12-31", ["2011-04-06 to 2014-12-31, 1", "2015-01-01 to 2015-12-31, 2"], None),
        (
            "min: 2011-04-06, max: 2016-01-01",
            ["2011-04-06 to 2014-12-31, 1", "2015-01-01 to 2015-12-31, 2"],
            "a 2016-01-01",
        ),
        ("min: least", ["from 2015-01-01, 1", "2011-04-06 to 2014-12-31, 2"], "a 0001-01-01"),
    ],
)
def test_the_limits_of_a_field_are_those_of_its_column(
    tmp_path: Path, rules: str, rows: Sequence[str], gap: str | None
):
    """
    What a field never takes need not be in the table; a limit that is worked out is not known.
    """
    text = flow("a: day", *rows, read=True).replace(
        "    type: date\n", f"    type: date\n    {rules.replace(', ', chr(10) + '    ')}\n"
    )
    if "least" in rules:
        text = text.replace("tables:", "values: {least: today}\ntables:")
    got = found(tmp_path, text)

    assert [(f.code, f.message) for f in got] == (
        [] if gap is None else [("SHP313", f'Perhaps no row of "t" fits here: {gap}.')]
    )


@pytest.mark.parametrize("asked", ["later", "set"])
def test_limits_hold_only_where_every_field_has_them(tmp_path: Path, asked: str):
    """
    Where another step gives the same name without a limit, or sets it, nothing is known of it.
    """
    rows = ["from 2015-01-01, 1", "2011-04-06 to 2014-12-31, 2"]
    text = flow("a: kept", *rows, read=True).replace(
        "type: date\n", "type: date\n    save: kept\n    min: 2011-04-06\n"
    )
    more = "  later:\n    ask: Later?\n    type: date\n    save: kept\n"
    if asked == "set":
        text, more = text.replace("    save: kept\n", ""), "  keep:\n    set: {kept: day}\n"
    assert found(tmp_path, text) == [] or asked == "set"
    got = found(tmp_path, text.replace("  tell:", more + "  tell:"))

    assert [f.code for f in got] == ["SHP313"]


def test_rows_that_lie_across_each_other_are_soon_weighed():
    """
    Rows that take any of one column beside rows that take any of the other cost no memory beyond their number.
    """
    spans = [read_number(f"{n} to {n + 3}") for n in range(20_000)]
    rows = [(None, span) if n % 2 else (span, None) for n, span in enumerate(spans)]
    began = time.process_time()
    gap = Gaps(rows, ["number"] * 2, [()] * 2).first()

    assert gap == ("less than 0", "less than 1")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("seed", range(100))
def test_a_gap_is_found_where_there_is_one(seed: int):
    """
    Over random tables of whole numbers, values that no row takes are found exactly where trying all of them finds some.
    """
    chance = random.Random(seed)
    width = chance.randint(1, 3)
    forms = ["any", "any", "under 3", "from 3", "0 to 2", "over 5", "up to 5", "4", "3"]
    rows = []
    for _ in range(chance.randint(1, 9)):
        cells = [read(chance.choice(forms), "integer") for _ in range(width)]
        rows.append(tuple(cell for cell in cells if not isinstance(cell, Unread)))
    points = [[]] if not width else [[a, b, c] for a in range(-2, 9) for b in range(-2, 9) for c in range(-2, 9)]
    missed = any(not any(all(map(takes, row, point)) for row in rows) for point in points)
    gap = Gaps(rows, ["integer"] * width, [()] * width).first()

    assert (gap is not None) is missed


def test_a_search_for_gaps_ends():
    """
    Where it would take too long to find out whether a row always fits, that is said, not guessed.
    """
    rows = [(read_number(f"{n} to {n + 2}"), read_number("from 0")) for n in range(100)]
    gaps = Gaps([*rows, (None, read_number("under 0"))], ["number"] * 2, [()] * 2)
    gaps.left = 300
    with pytest.raises(Unknown):
        gaps.first()
    assert Gaps(gaps.rows, gaps.kinds, gaps.cases).first() == ("less than 0", "0")


def read_number(written: str) -> Cell:
    """A cell of numbers."""
    cell = read(written, "number")
    assert not isinstance(cell, Unread)
    return cell


GATE = """steps:
  tier:
    ask: Tier?
    options: [premium, basic]
  judge:
    decide:
      - when: t is defined and t.n > 1
        then: tell
      - otherwise: close
  tell:
    say: It is {{ t.n }}.
    then: AFTER
  again:
    say: It is still {{ t.n }}.
    then: close
  close: {end: done}
"""


@pytest.mark.parametrize(
    ("by", "after", "expected"),
    [("tier", "again", 0), ("tier", "close", 0), ("today", "again", 1), ("other", "again", 1)],
)
def test_what_was_asked_once_need_not_be_asked_again(tmp_path: Path, by: str, after: str, expected: int):
    """
    Behind ``is defined`` a table may be read, until what it is looked into by may have changed.
    """
    head = HEAD + f"tables:\n  t:\n    by: {{a: {by}}}\n    gives: {{n: integer}}\n    rows:\n      - [basic, 2]\n"
    if by == "today":
        head = head.replace("basic, 2", "2027-01-01, 2")
    text = head + GATE.replace("AFTER", after)
    if after == "close":
        text = text.replace("  again:\n    say: It is still {{ t.n }}.\n    then: close\n", "")
    if by == "other":
        text = text.replace("a: other", "a: tier").replace(
            "say: It is {{ t.n }}.", "ask: Tier now?\n    save: tier\n    options: [premium, basic]"
        )
        text = text.replace("  tier:\n    ask", "  first:\n    save: tier\n    ask")
    got = found(tmp_path, text)

    assert [f.code for f in got if f.code == "SHP313"] == ["SHP313"] * expected, render(got, {})


def test_an_empty_cell_has_to_be_asked_for(tmp_path: Path):
    """
    A column that may be empty is read behind ``is defined`` only; the others are always there.
    """
    gives = "{n: integer, note: {type: text, optional: true}}"
    text = flow("a: tier", 'any, 1, ""', gives=gives, read=True)
    assert found(tmp_path, text) == []
    [finding] = found(tmp_path, text.replace("{{ t.n }}", "{{ t.note }}"))
    assert (finding.code, finding.message) == ("SHP313", 'The column "note" of "t" may be empty here.')


def test_what_comes_from_personal_values_is_personal(tmp_path: Path):
    """
    What a table gives is personal where it is looked into by something personal.
    """
    from shepherd.flow.scope import Around

    text = flow("a: name", "any, 1", read=True).replace("    type: text\n", "    type: text\n    personal: true\n")
    read_ = draft(tmp_path, text)
    around = Around(read_.flows, read_.policy, read_.connectors)
    [read_of_t] = [
        r
        for text_ in [read_.flows["f"].steps["tell"].words.say]
        if text_
        for value in text_.values
        for r in value.reads
    ]

    assert around.is_personal(read_.flows["f"], read_of_t)


CSV_HEAD = "n,a,b\r\n"
FROM = "tables:\n  t:\n    by: {a: tier, b: age}\n    gives: {n: integer}\n    rows_from: rates.csv\n"


@pytest.mark.parametrize(
    ("rows", "code", "line", "column", "said"),
    [
        ("1,premum,4", "SHP345", 2, 3, 'Did you mean "premium"?'),
        ('1,"basic|premum",4', "SHP345", 2, 3, 'Did you mean "premium"?'),
        ("one,basic,4", "SHP345", 2, 1, "can't be given as a whole number"),
        ('1,"basic",4\r\n\r\n2,basic,over x', "SHP345", 4, 9, "not a whole number"),
        ("1,basic", "SHP344", 2, 1, "2 cells; the table has 3 columns"),
        ("1,any,any\r\n2,basic,5", "SHP347", 3, 3, "the row in line 2"),
        ('1,"bas"ic,4', "SHP349", 2, 1, "quotes"),
    ],
)
def test_a_csv_file_is_told_at_line_and_column(tmp_path: Path, rows: str, code: str, line: int, column: int, said: str):
    """
    What is wrong in a table's file is found at its line and column, as in the flow.
    """
    text = HEAD + FROM + ASKED + "  end: {end: done}\n"
    [finding] = found(tmp_path, text, rates=CSV_HEAD + rows)

    assert (finding.code, finding.file) == (code, "rates.csv")
    assert (finding.place.line, finding.place.column) == (line, column), finding
    assert said.lower() in (finding.message + finding.hint).lower()


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("n,a", 'has no column "b"'),
        ("n,a,b,c", '"c" is no column'),
        ("n,a,bb", '"bb" is no column'),
        ("n,a,b,b", 'Two columns of this file are named "b"'),
        ("n;a;b", "Put commas between the cells."),
    ],
)
def test_a_csv_file_names_every_column(tmp_path: Path, header: str, said: str):
    """
    The first line names the columns of the table, each once, in any order.
    """
    text = HEAD + FROM + ASKED + "  end: {end: done}\n"
    got = found(tmp_path, text, rates=f"{header}\n1,any,any\n")

    assert [f.code for f in got] == ["SHP348"], render(got, {})
    assert said in got[0].message + got[0].hint
