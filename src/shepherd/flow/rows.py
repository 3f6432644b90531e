"""Rows of texts from a CSV file, with the place of each cell."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence

from shepherd.flow import hazards
from shepherd.flow.findings import Finding, Place, Rule

#: What is read of one file: bytes, and rows below the first line.
MOST_BYTES = 16 * 1024 * 1024
MOST_ROWS = 200_000
NOT_CSV = Rule(
    "SHP349",
    "not-csv",
    "error",
    "A table's file has a first line of column names, then one row a line, with commas between the cells.",
)
RULES = (NOT_CSV,)


class Rows:
    """
    The rows of *file*: *header* has the columns' names, *rows* the texts of the cells.

    *text* is the file's own text, empty where the rows were kept without it; *lines* has the line where each row
    begins.
    """

    def __init__(
        self, file: str, header: Sequence[str], rows: Sequence[Sequence[str]], text: str = "", lines: Sequence[int] = ()
    ):
        self.file, self.header, self.rows, self.text, self.lines = file, tuple(header), rows, text, lines
        self._split: list[str] | None = None

    def document(self) -> list[Sequence[str]]:
        """The rows as they are kept: a list of lists of texts, the columns' names first."""
        return [list(self.header), *self.rows]

    def place(self, row: int, column: int) -> Place:
        """Where the cell *column* of *row* stands in the file; row -1 is the line of names."""
        if self._split is None:
            self._split = self.text.split("\n")
        line = self.lines[row + 1] if self.lines else 1
        return _cell(self._split, line, column)


def _cell(lines: Sequence[str], line: int, wanted: int) -> Place:
    """The place of a cell of the row that begins at *line*."""
    column, quoted, at = 0, False, 0
    start = (line, 1)
    while line <= len(lines):
        text = lines[line - 1].rstrip("\r")
        while at < len(text):
            char = text[at]
            if quoted:
                if char == '"':  # two of them are one, and the text goes on
                    quoted = text[at + 1 : at + 2] == '"'
                    at += quoted
            elif char == '"' and (line, at + 1) == start:
                quoted = True
            elif char == ",":
                if column == wanted:
                    return Place(*start, line, at + 1)
                column, start = column + 1, (line, at + 2)
            at += 1
        if not quoted or line == len(lines):
            return Place(*start, line, max(at + 1, start[1] + 1 if start[0] == line else 1))
        line, at = line + 1, 0
    return Place(*start, start[0], start[1] + 1)


def read_rows(data: bytes, file: str) -> tuple[Rows | None, list[Finding]]:
    """The rows of a CSV file in UTF-8, or None and why not."""
    start = Place(1, 1, 1, 2)
    if len(data) > MOST_BYTES:
        message = f"This file has more than {MOST_BYTES} bytes, which is the most that is read."
        return None, [hazards.TOO_LARGE.at(start, message, file=file, hint="Leave out rows that nobody needs.")]
    # Spreadsheets put a byte order mark before such files; there is no key here that it could hide in.
    text, findings = hazards.decode(data.removeprefix(codecs.BOM_UTF8), file, MOST_BYTES)
    if text is None:
        return None, findings
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    begins = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        place = Place(begins, 1, begins, 2)
        message = f"This row can't be read: {error}."
        hint = "Put quotes round the whole cell, and two where one is part of it."
        return None, [NOT_CSV.at(place, message, file=file, hint=hint)]
    if not rows:
        return None, [NOT_CSV.at(start, "This file has no rows.", file=file, hint="Begin with the columns' names.")]
    if len(rows) - 1 > MOST_ROWS:
        message = f"This file has {len(rows) - 1} rows; at most {MOST_ROWS} are read."
        return None, [hazards.TOO_LARGE.at(start, message, file=file, hint="Leave out rows that nobody needs.")]
    header = [name.strip() for name in rows[0]]
    return Rows(file, header, rows[1:], text, lines), []
