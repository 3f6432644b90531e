"""Tables, their CSV files, and lists: ragged rows, huge cells, quotes, formulas, and cells that say nothing."""

from __future__ import annotations

from tests.hostile.case import FLOW, HEAD, MANY, STEPS, Case, Files, Made, of

COLUMNS = "    by: {k: n}\n    gives: {v: text}\n"


def _flow(rows: str, columns: str = COLUMNS) -> str:
    return (
        HEAD
        + "inputs: {n: text, i: integer, d: date}\ntables:\n  t:\n"
        + columns
        + rows
        + STEPS.replace("Hello.", "'{{ t.v }}'")
    )


def _csv(made: Made, *said: str, columns: str = COLUMNS, heavy: bool = False) -> Case:
    """A flow whose table is read from a file of what was *made*."""
    return of(lambda: {"a.yaml": _flow("    rows_from: t.csv\n", columns), "t.csv": made}, *said, heavy=heavy)


def _rows(rows: str, *said: str, columns: str = COLUMNS) -> Case:
    return of(_flow(f"    rows: {rows}\n", columns), *said)


def _list(text: str, *said: str) -> Case:
    def files() -> Files:
        asked = "steps:\n  hello:\n    ask: Which?\n    type: choice\n    options: lists.l\n  done: {end: ok}\n"
        return {"l.yaml": text, "a.yaml": HEAD + asked}

    return of(files, *said)


ORDERED = "    by: {k: i}\n    gives: {v: text}\n"
DATED = "    by: {k: d}\n    gives: {v: text}\n"
CASES: dict[str, Case] = {
    # --- CSV files ---------------------------------------------------------------------------------
    "formulas": _csv('k,v\na,=1+1\nb,"=HYPERLINK(""http://x.invalid"")"\nc,@x\nd,+1\ne,-1\n', "SHP313"),
    "no bytes": _csv("", "SHP349"),
    "only a heading": _csv("k,v\n", "SHP313"),
    "only a byte order mark": _csv(b"\xef\xbb\xbf", "SHP349"),
    "only line ends": _csv("\n\n\r\n", "SHP349"),
    "zero in a cell": _csv("k,v\na,\0\n", "SHP003"),
    "escape in a cell": _csv("k,v\na,\x1b[2J\n", "SHP003"),
    "latin-1 cell": _csv("k,v\na,caf\u00e9\n".encode("latin-1"), "SHP001"),
    "utf-16 file": _csv("k,v\na,b\n".encode("utf-16"), "SHP001"),
    "ragged rows": _csv("k,v\na\nb,c,d\n,\n", "SHP344"),
    "many ragged rows": _csv("k,v\n" + "a\n" * MANY, "SHP344"),
    "a hundred thousand columns": _csv(",".join(f"c{i}" for i in range(100_000)) + "\n", "SHP348"),
    "column named twice": _csv("k,v,v\na,b,c\n", "SHP348"),
    "unnamed columns": _csv(",\na,b\n", "SHP348"),
    "column of a million letters": _csv("k," + "v" * 120_000 + "\na,b\n", "SHP348"),
    "semicolons": _csv("k;v\na;b\n", "SHP348"),
    "tabs between": _csv("k\tv\na\tb\n", "SHP348"),
    "quote never closed": _csv('k,v\na,"b\nc,d\n', "SHP349"),
    "quote in the middle": _csv('k,v\na,b"c"d\n', "SHP313"),
    "quote behind a quote": _csv('k,v\na,"b"c\n', "SHP349"),
    "quotes only": _csv('k,v\n"","""" """"\n', "SHP349"),
    "a cell of 131 073": _csv("k,v\na," + "x" * 131_073 + "\n", "SHP349"),
    "a cell of 100 000": _csv("k,v\na," + "x" * 100_000 + "\n", "SHP345"),
    "a cell of a thousand lines": _csv('k,v\na,"' + "x\n" * 1000 + '"\n', "SHP345"),
    "many commas": _csv("k,v\n" + "," * 100_000 + "\n", "SHP344"),
    "lone returns": _csv("k,v\ra,b\r", "SHP003"),
    "a list of many in a cell": _csv("k,v\n" + "|".join(f"w{i}" for i in range(5000)) + ",x\n", "SHP313"),
    "only bars": _csv("k,v\n" + "|" * 1000 + ",x\n", "SHP345"),
    "rows beyond the most": _csv("k,v\n" + "a,b\n" * 200_001, "SHP016", heavy=True),
    "bytes beyond the most": _csv(b"k,v\n" + b"#" * (16 * 1024 * 1024), "SHP016", heavy=True),
    "many rows that are the same": _csv("k,v\n" + "a,b\n" * MANY, "SHP347"),
    "many wrong cells": _csv("k,v\n" + "over,b\n" * MANY, "SHP345", columns=ORDERED),
    "many spans that overlap": _csv(
        "k,v\n" + "".join(f"from {i},b\n" for i in range(MANY)), "SHP346", columns="    unique: true\n" + ORDERED
    ),
    "a line of a program": _csv("k,v\n!!python/object/apply:os.system,[x]\n", "SHP313"),
    # --- rows in the flow --------------------------------------------------------------------------
    "no rows": of(_flow(""), "SHP340"),
    "rows in two places": of(
        lambda: {"a.yaml": _flow("    rows: [[a, b]]\n    rows_from: t.csv\n"), "t.csv": "k,v\na,b\n"}, "SHP340"
    ),
    "rows of nothing": _rows("[]", "SHP113"),
    "a row of nothing": _rows("[[]]", "SHP113"),
    "rows that are texts": _rows("[a, b]", "SHP110"),
    "cells that are maps": _rows("[[{a: b}, c]]", "SHP110"),
    "lists in lists in cells": _rows("[[[[[a]]], b]]", "SHP110"),
    "ragged rows in the flow": _rows("[[a], [a, b, c]]", "SHP344"),
    "a span backwards": _rows("[[9 to 1, x]]", "SHP345", columns=ORDERED),
    "a span of nothing": _rows("[[over, x]]", "SHP345", columns=ORDERED),
    "a span between whole numbers": _rows("[[1.2 to 1.8, x]]", "SHP345", columns=ORDERED),
    "a number of 5000 digits": _rows(f"[[{'9' * 5000}, x]]", "SHP345", columns=ORDERED),
    "infinite": _rows("[[inf, x], [nan, y]]", "SHP345", columns=ORDERED),
    "a sign for a span": _rows("[['>=5', x]]", "SHP345", columns=ORDERED),
    "words to words to words": _rows("[[" + "1 to " * 1000 + "2, x]]", "SHP345", columns=ORDERED),
    "blanks before to": _rows("[['1" + " " * 15_000 + "x', x]]", "SHP345", columns=ORDERED),
    "a date that does not exist": _rows("[[2027-02-30, x]]", "SHP345", columns=DATED),
    "before the first day": _rows("[[under 0001-01-01, x]]", "SHP345", columns=DATED),
    "behind the last day": _rows("[[over 9999-12-31, x]]", "SHP345", columns=DATED),
    "a column named as a function": _rows("[[a, b]]", "SHP312", columns="    by: {min: n}\n    gives: {max: text}\n"),
    "a column named twice": _rows("[[a, b]]", "SHP348", columns="    by: {v: n}\n    gives: {v: text}\n"),
    "a table looked into by itself": _rows("[[a, b]]", "SHP302", columns="    by: {k: t.v}\n    gives: {v: text}\n"),
    "a hundred columns": _rows(
        "[[" + ", ".join(["any"] * 100) + ", x]]",
        columns="    by: {" + ", ".join(f"k{i}: n" for i in range(100)) + "}\n    gives: {v: text}\n",
    ),
    # --- lists -------------------------------------------------------------------------------------
    "a list without options": _list("list: l\n", "SHP106"),
    "a list of nothing": _list("list: l\noptions: {}\n", "SHP113"),
    "options as a list": _list("list: l\noptions: [a, b]\n", "SHP110"),
    "an option twice": _list("list: l\noptions: {a: A, a: B}\n", "SHP007"),
    "values of another script": _list("list: l\noptions: {\u0430: A}\n", "SHP112"),
    "values as paths": _list("list: l\noptions: {../x: A}\n", "SHP112"),
    "values with markup": _list("list: l\noptions: {<b>: A}\n", "SHP112"),
    "labels with markup": _list('list: l\noptions: {a: "<script>alert(1)</script>", b: "\\" onload=x"}\n'),
    "a group of strangers": _list("list: l\noptions: {a: A}\ngroups: {g: [b, c]}\n", "SHP343"),
    "a group of itself": _list("list: l\noptions: {a: A}\ngroups: {g: [g]}\n", "SHP343"),
    "headings of no group": _list("list: l\noptions: {a: A}\nheadings: [x]\n", "SHP342"),
    "a list in another file": _list("list: m\noptions: {a: A}\n", "SHP102"),
    "many options": _list("list: l\noptions:\n" + "".join(f"  v{i}: Label {i}\n" for i in range(MANY))),
    "many groups of all": _list(
        "list: l\noptions:\n"
        + "".join(f"  v{i}: L{i}\n" for i in range(200))
        + "groups:\n"
        + "".join(f"  g{i}: [{', '.join(f'v{j}' for j in range(200))}]\n" for i in range(100))
    ),
    "many strangers": _list(
        "list: l\noptions: {a: A}\ngroups:\n  g: [" + ", ".join(f"x{i}" for i in range(MANY)) + "]\n", "SHP343"
    ),
    "labels that are the same": _list("list: l\noptions: {a: A, b: A}\n"),
    "a list that is not there": of(
        HEAD + "steps:\n  hello:\n    ask: Which?\n    type: choice\n    options: lists.x\n  done: {end: ok}\n",
        "SHP341",
    ),
    "a list by a path": of(
        HEAD + "steps:\n  hello:\n    ask: Which?\n    type: choice\n    options: lists.x.y.z\n  done: {end: ok}\n",
        "SHP113",
    ),
    "two lists of one name": of(
        lambda: {"x/l.yaml": "list: l\noptions: {a: A}\n", "y/l.yaml": "list: l\noptions: {b: B}\n", "a.yaml": FLOW},
        "SHP102",
    ),
}
