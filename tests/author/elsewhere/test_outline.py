"""Trees listed in tables: what Excel makes of them, and what can't be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.author.elsewhere import Unreadable
from shepherd.flow.model import End
from tests.author.elsewhere.making import made, read

ROUTER = """\
id,text,answer,target
1,Is the light green?,Yes,2
1,,No,3
1,,"They can't see it, at all",end
2,Does it work now?,Yes,4
2,,No,1
3,"Switch it off, count to ten: then on #1",,2
4,Thank you. Goodbye.,,
end,We send somebody.,,
"""


def test_a_table_becomes_a_flow(tmp_path: Path) -> None:
    """Questions with their answers, messages, ends; labels whole; ids from the words where the table only counts."""
    found = made(tmp_path, read("csv", ROUTER))
    assert found.flow is not None
    assert list(found.flow.steps) == ["light_green", "it_work_now", "switch_it_off_count_ten", "thank_goodbye", "end"]
    assert found.labels("light_green") == {
        "Yes": "it_work_now",
        "No": "switch_it_off_count_ten",
        "They can't see it, at all": "end",
    }
    said = found.flow.steps["switch_it_off_count_ten"].words.say
    assert said is not None
    assert said.source == "Switch it off, count to ten: then on #1"
    assert isinstance(found.flow.steps["thank_goodbye"].action, End)
    assert found.codes == {"SHP209"}


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_excel_makes_of_a_table_reads_alike(coding: str, separator: str, end: str) -> None:
    """A byte order mark, semicolons, tabs, UTF-16 and other ends of lines change nothing."""
    text = "id,text,answer,target\n1,Schön?,Ja,2\n2,Gut,,\n".replace(",", separator).replace("\n", end)
    sketch = read("csv", text.encode(coding))
    assert [(s.text, [(w.label, w.target) for w in s.ways]) for s in sketch.stations.values()] == [
        ("Schön?", [("Ja", "2")]),
        ("Gut", []),
    ]


def test_columns_may_stand_anyhow(tmp_path: Path) -> None:
    """In any order, with other columns between, which are named as not read; Excel's ``sep=`` line is heeded."""
    found = made(tmp_path, read("csv", "sep=|\nTarget|Owner|TEXT|answer|ID\nb|Ann|Go?|Yes|a\n|Ann|Done||b\n"))
    assert 'The column "Owner" was not read.' in found.text
    assert found.ways() == [("go", "done")]


def test_an_answer_that_leads_nowhere_ends(tmp_path: Path) -> None:
    """With an end of its own; two of them do not become one."""
    found = made(tmp_path, read("csv", "id,text,answer,target\nq,Does it work?,Yes,\nq,,No,\n"))
    assert found.flow is not None
    assert len(found.flow.outcomes) == 2
    assert found.labels("does_it_work" if "does_it_work" in found.flow.steps else "it_work").keys() == {"Yes", "No"}


def test_a_target_that_is_not_there_is_marked(tmp_path: Path) -> None:
    """The flow ends there, as missing, and the mark names the line of the table."""
    found = made(tmp_path, read("csv", "id,text,answer,target\n1,On?,Yes,2\n1,,No,99\n2,Good.,,\n"))
    assert '# to-do: line 3 leads to "99", which is not in the file' in found.text
    assert found.codes == set()


def test_several_beginnings_are_asked_for(tmp_path: Path) -> None:
    """Nothing is dropped in silence: steps that nothing leads to stand behind a question."""
    table = "id,text,answer,target\n1,On?,Yes,2\n1,,No,2\n2,Good.,,\n8,And this?,Yes,9\n8,,No,9\n9,Well.,,\n"
    found = made(tmp_path, read("csv", table))
    assert found.flow is not None
    assert found.flow.first == "where_begins"
    assert found.labels("where_begins") == {"On?": "on", "And this?": "and_this"}
    assert 'the file does not tell where it begins: nothing leads to "On?", "And this?"' in found.text
    assert found.codes == set()


WRONG = {
    "no header": ("1,Is it on?,Yes,2\n", 1, "There is no column"),
    "two columns": ("id,id,text,answer,target\n", 1, 'two columns "id"'),
    "not utf-8": ("id,text,answer,target\n1,Schön,Ja,2\n".encode("cp1252"), 2, "not text in UTF-8"),
    "half a utf-16": (b"\xff\xfea", 1, "not text in UTF-16"),
    "nul": ("id,text,answer,target\n1,a\0b,,\n", 2, "NUL"),
    "open quote": ('id,text,answer,target\n1,"Is it on?,Yes,2\n', 2, "can't be read"),
    "id twice": ("id,text,answer,target\n1,On?,Yes,2\n2,Good,,\n1,Off?,No,2\n", 4, "stands in line 2 already"),
    "row twice": ("id,text,answer,target\n1,On?,Yes,2\n1,On?,Yes,2\n2,Good,,\n", 3, "second time"),
    "answer twice": ("id,text,answer,target\n1,On?,Yes,2\n1,,Yes,3\n2,,,\n3,,,\n", 3, "leads to two steps"),
    "no id": ("id,text,answer,target\n,On?,Yes,2\n", 2, "no id"),
    "too many cells": ("id,text,answer,target\n1,Off, or on?,Yes,2\n", 2, "5 cells"),
    "empty": ("", 0, "empty"),
    "only a header": ("id,text,answer,target\n", 0, "no step"),
    "no end": ("id,text,answer,target\n1,On?,Yes,2\n1,,No,2\n2,Wait.,,1\n", 0, "Nothing ends"),
    "long cell": (f"id,text,answer,target\n1,{'x' * 6000},,\n", 2, "more than 5000"),
    "huge": ("id,text,answer,target\n" + "1,On?,Yes,2\n" * 400_000, 0, "megabytes"),
    "endless steps": (
        "id,text,answer,target\n" + "".join(f"{n},a,,{n + 1}\n" for n in range(3000)),
        2002,
        "2000 steps",
    ),
    "endless answers": (
        "id,text,answer,target\n1,Which?,,\n2,,,\n" + "".join(f"1,,{n},2\n" for n in range(300)),
        2,
        "More than 200 ways",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_meant_is_said_with_its_line(tmp_path: Path, name: str) -> None:
    """Every class of a broken table gives a sentence with the line and what mends it, and no flow."""
    text, line, says = WRONG[name]
    with pytest.raises(Unreadable) as refused:
        made(tmp_path, read("csv", text))
    first = refused.value.mistakes[0]
    assert first.line == line, first
    assert says in first.says
    assert first.mend


def test_all_wrong_rows_are_told_at_once() -> None:
    """Whoever mends a table is not sent round row by row."""
    with pytest.raises(Unreadable) as refused:
        read("csv", "id,text,answer,target\n,On?,Yes,2\n1,On?,Yes,2\n,Off?,No,2\n")
    assert [mistake.line for mistake in refused.value.mistakes] == [2, 4]
