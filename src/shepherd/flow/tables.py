"""Tables: rows of which the first that fits gives its values; written in the flow, or in a CSV file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shepherd.flow.arithmetic import Undefined, Unworkable
from shepherd.flow.cells import Written
from shepherd.flow.expression import Expression
from shepherd.flow.finder import Finder
from shepherd.flow.findings import NOWHERE, Place, Rule, allowed, nearest
from shepherd.flow.hazards import short
from shepherd.flow.model import Field
from shepherd.flow.reader import Reader, is_map, items, pairs, place_of, plain, true
from shepherd.flow.rows import Rows
from shepherd.flow.shown import many
from shepherd.flow.source import Map, Node, Scalar
from shepherd.flow.types import Refusal, Type, check_field

NO_ROWS = Rule(
    "SHP340", "table-without-rows", "error", "A table has its rows in the flow, or in one CSV file: one of the two."
)
WRONG_WIDTH = Rule(
    "SHP344",
    "wrong-row-width",
    "error",
    "A row has a cell for each column, those of `by` first, then those of `gives`.",
)
WRONG_COLUMNS = Rule(
    "SHP348",
    "wrong-columns",
    "error",
    "A table's columns have a name each, and a CSV file's first line names them all; a table is looked into by "
    "single values.",
)
RULES = (NO_ROWS, WRONG_WIDTH, WRONG_COLUMNS)
#: How many findings of a kind a table gets; nobody reads more.
MOST_FINDINGS = 20
#: A column with more texts than these is none of a few values.
MOST_TEXTS = 200
At = Callable[[int, int], Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    Rows that are looked into by the values of *by*, and of which the first that fits gives *gives*.

    Each row has the cells of *by*, then those of *gives*, as they are written (a list as a tuple). *unique*: no values
    fit two rows. *file* is the CSV file, relative to the library, or empty; *at* gives the place of a cell by row and
    column, both from 0. *records* are the rows that gave something so far, by their number; it may be cleared.
    """

    name: str
    by: Mapping[str, Expression]
    gives: Mapping[str, Field]
    rows: Sequence[Sequence[Written]]
    unique: bool = False
    file: str = ""
    place: Place = NOWHERE
    at: At = field(default=lambda row, column: NOWHERE, compare=False, repr=False)
    finder: Finder = field(init=False, compare=False, repr=False)
    records: dict[int, Mapping[str, Any]] = field(init=False, compare=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "finder", Finder(self.rows, len(self.by)))

    def work(self, v: Any, c: Any) -> Mapping[str, Any]:
        """
        What the first row gives that the values at hand fit.

        Raises Undefined where no row does, or where a name that *by* reads is not known; Unworkable where they can't
        be worked out.
        """
        row = self.finder.first([expression.evaluate(v, c) for expression in self.by.values()])
        if row is None:
            raise Undefined(self.name)
        known = self.records.get(row)
        if known is None:
            known = self.records[row] = self._record(row)
        return known

    @property
    def types(self) -> Mapping[str, Type]:
        """The type of each column of *gives*: one of texts can be nothing but what its rows say."""
        columns = enumerate(self.gives.items(), len(self.by))
        return {name: self._of_rows(number, column.type) for number, (name, column) in columns}

    def _of_rows(self, number: int, type_: Type) -> Type:
        if type_.kind != "text" or type_.options:
            return type_
        written = dict.fromkeys(row[number] for row in self.rows)
        texts = tuple(one.strip() for one in written if isinstance(one, str) and one.strip())
        return replace(type_, options=texts) if 0 < len(texts) <= MOST_TEXTS else type_

    def given(self, name: str, written: Written) -> Any:
        """The value of the column *name* that a cell writes, None for an empty optional one, or a Refusal."""
        raw = list(written) if isinstance(written, tuple) else written
        return check_field(self.gives[name], raw)

    def _record(self, row: int) -> Mapping[str, Any]:
        cells = zip(self.gives, self.rows[row][len(self.by) :], strict=True)
        read = {name: self.given(name, cell) for name, cell in cells}
        if any(isinstance(value, Refusal) for value in read.values()):
            raise Unworkable("A row of this table can't be read.")
        return {name: value for name, value in read.items() if value is not None}


def tables(reader: Reader, root: Map, typed: Mapping[str, Any], files: Mapping[str, Rows]) -> Iterator[Table]:
    """
    The tables of a flow; what is wrong with their shape goes to *reader*.

    *typed* is the typed source of the flow's ``tables``; *files* has the CSV files that could be read, by their name
    in the library.
    """
    for key, node in pairs(root.get("tables")):
        at = is_map(node)
        if at is None:
            continue
        by = reader.named_expressions(at.get("by"))
        gives = reader.fields(at.get("gives"))
        written, file = at.get("rows"), str(typed.get(key.text, {}).get("rows_from", ""))
        if (written is None) == (not file):
            message = f'The table "{key.text}" has {"no rows" if written is None else "rows in two places"}.'
            _wrong(reader, NO_ROWS, key.place, message, "Write `rows:`, or `rows_from: FILE.csv`.")
            continue
        names = (*(column.text for column, _ in pairs(at.get("by"))), *gives)
        keys = {column.text for column, _ in pairs(at.get("by"))}
        twice = [column for column, _ in pairs(at.get("gives")) if column.text in keys]
        for column in twice:
            message = f'"{column.text}" names two columns of this table.'
            _wrong(reader, WRONG_COLUMNS, column.place, message, "Give one of them another name.")
        made: tuple[Sequence[Sequence[Written]], At] | None = None
        if twice:
            continue
        if written is not None:
            made = _inline(reader, written, names)
        elif file in files:
            made = _from_file(reader, files[file], names, len(by), place_of(at.get("rows_from")))
        if made is None:
            reader.unread = True
            continue
        unique = true(at.get("unique"))
        yield Table(
            name=key.text, by=by, gives=gives, rows=made[0], unique=unique, file=file, place=key.place, at=made[1]
        )


def _inline(reader: Reader, node: Node, names: Sequence[str]) -> tuple[Sequence[Sequence[Written]], At] | None:
    """The rows that stand in the flow."""
    nodes = [items(row) for row in items(node)]
    wrong = 0
    for row, cells in zip(items(node), nodes, strict=True):
        if len(cells) != len(names) and wrong < MOST_FINDINGS:
            wrong += 1
            _width(reader, row.place, len(cells), names)
    if wrong:
        return None
    return [tuple(map(_cell, row)) for row in nodes], lambda row, column: nodes[row][column].place


def _cell(node: Node) -> Written:
    return node.text if isinstance(node, Scalar) else tuple(plain(item) for item in items(node))


def _from_file(
    reader: Reader, rows: Rows, names: Sequence[str], width: int, place: Place
) -> tuple[Sequence[Sequence[Written]], At] | None:
    """The rows of a CSV file, their cells in the order of *names*, of which *width* are looked into."""
    known = set(names)
    first = {name: n for n, name in reversed(list(enumerate(rows.header)))}
    lacking = [name for name in names if name not in first]
    wrong = [(n, name) for n, name in enumerate(rows.header) if name not in known or n != first[name]]
    for number, name in wrong[:MOST_FINDINGS]:
        if name in known:
            message, hint = f'Two columns of this file are named "{short(name)}".', "Keep one of them."
        else:
            message = f'"{short(name)}" is no column of the table.'
            hint = nearest(name, lacking) or f"Its columns: {allowed(names)}."
            hint = "Put commas between the cells." if ";" in name else hint
        _wrong(reader, WRONG_COLUMNS, rows.place(-1, number), message, hint, rows.file)
    if lacking and not wrong:
        message = f'The file "{rows.file}" has no column "{lacking[0]}".'
        _wrong(reader, WRONG_COLUMNS, place, message, f"Its columns: {allowed(map(short, rows.header))}.")
    if lacking or wrong:
        return None
    bad = [number for number, row in enumerate(rows.rows) if len(row) != len(names)]
    for number in bad[:MOST_FINDINGS]:
        _width(reader, rows.place(number, 0), len(rows.rows[number]), rows.header, rows.file)
    if bad:
        return None
    order = [first[name] for name in names]
    moved: Sequence[Sequence[Written]] = rows.rows
    if order != list(range(len(order))):
        moved = [[row[n] for n in order] for row in rows.rows]
    moved = [_split(row, width) if any("|" in cell for cell in row[:width]) else row for row in moved]
    return moved, lambda row, column: rows.place(row, order[column])


def _split(row: Sequence[Written], width: int) -> list[Written]:
    """*row* with the lists that its cells write as ``a|b``."""
    return [tuple(c.split("|")) if isinstance(c, str) and n < width and "|" in c else c for n, c in enumerate(row)]


def _width(reader: Reader, place: Place, count: int, names: Sequence[str], file: str = "") -> None:
    message = f"This row has {many(count, 'cell')}; the table has {len(names)} columns."
    _wrong(reader, WRONG_WIDTH, place, message, f"The columns: {', '.join(names)}.", file)


def _wrong(reader: Reader, rule: Rule, place: Place, message: str, hint: str, file: str = "") -> None:
    reader.findings.append(rule.at(place, message, file=file or reader.file, hint=hint, flow=reader.flow))
