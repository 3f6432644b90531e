"""A tree listed in a table: each row a step with one of its answers and where that leads (id, text, answer, target)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from shepherd.author.elsewhere.sketch import (
    MOST_STATIONS,
    MOST_WORDS,
    Mistake,
    Sketch,
    Station,
    Unreadable,
    Way,
    text_of,
)

COLUMNS = ("id", "text", "answer", "target")
SAVE_AS = 'Save it as "CSV UTF-8" (in Excel: Save As, CSV UTF-8).'
HEADER = "Begin it with a line that names the columns: id,text,answer,target."
_SEPARATOR = re.compile(r"sep=(.)\n", re.IGNORECASE)


def read_outline(data: bytes) -> Sketch:
    """
    The tree that a CSV file lists; commas, semicolons or tabs between, in whatever order its columns stand.

    A step's text stands in its first row; a row without an answer leads on, a row without a target ends. Raises
    Unreadable with every row that can't be meant.
    """
    text = text_of(data, SAVE_AS)
    rows = _rows(text)
    line, head = next(rows, (1, []))
    places, unread = _columns(line, head)
    sketch = Sketch()
    if unread:
        named = ", ".join(f'"{name}"' for name in unread)
        sketch.unknown.append(
            f"The columns {named} were not read." if len(unread) > 1 else f"The column {named} was not read."
        )
    mistakes: list[Mistake] = []
    for line, row in rows:
        id_, words, answer, target = (row[places[c]].strip() if places[c] < len(row) else "" for c in COLUMNS)
        if len(row) > len(head) and any(cell.strip() for cell in row[len(head) :]):
            hint = "Put quotes around a cell with the separator in it."
            mistakes.append(Mistake(line, f"This row has {len(row)} cells, and there are {len(head)} columns.", hint))
        elif not id_:
            mistakes.append(Mistake(line, "This row has no id.", "Give the id of its step."))
        else:
            mistakes += _row(sketch, line, id_, words, Way(target, answer, line))
        if len(sketch.stations) > MOST_STATIONS:
            raise Unreadable(
                [Mistake(line, f"There are more than {MOST_STATIONS} steps.", "Split it into several flows.")]
            )
    if mistakes:
        raise Unreadable(mistakes)
    sketch.first = next(iter(sketch.stations), "")
    return sketch


def _row(sketch: Sketch, line: int, id_: str, words: str, way: Way) -> Iterator[Mistake]:
    """Take one row in, or say why not."""
    station = sketch.stations.get(id_)
    if max(len(id_), len(words), len(way.label), len(way.target)) > MOST_WORDS:
        yield Mistake(line, f"A cell of this row has more than {MOST_WORDS} characters.", "Say it in fewer words.")
        return
    if station is None:
        station = sketch.stations[id_] = Station(id_, words, line=line, words="say")
    elif words and not station.text:
        station.text = words
    elif words and words != station.text:
        says = f'The id "{id_}" stands in line {station.line} already, with another text.'
        yield Mistake(line, says, "Give one of the two another id, or the same text.")
    if way in [other._replace(line=line) for other in station.ways]:
        yield Mistake(line, "This row stands here a second time.", "Delete it.")
    elif way.label and any(other.label == way.label for other in station.ways):
        says = f'The answer "{way.label}" of "{id_}" leads to two steps.'
        yield Mistake(line, says, "Give one of the two other words.")
    elif way.target:
        station.ways.append(way)
    elif way.label:
        # An answer that leads nowhere ends here; the end needs a step of its own.
        end = f"{id_}\0{way.label}"
        sketch.stations[end] = Station(end, line=line, kind="end", wish=f"{station.text} {way.label}")
        station.ways.append(way._replace(target=end))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with its line."""
    found = _SEPARATOR.match(text)
    separator, skipped = (found[1], 1) if found else (_separator(text), 0)
    reader = csv.reader(
        io.StringIO(text[found.end() :] if found else text, newline=""), delimiter=separator, strict=True
    )
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line + skipped, row
            line = reader.line_num + 1
    except csv.Error as error:
        hint = "A quote that is opened has to be closed; a quote within one is doubled."
        raise Unreadable([Mistake(line + skipped, f"This row can't be read: {error}.", hint)]) from None


def _separator(text: str) -> str:
    """What stands between the names of the columns."""
    head = text.lstrip("\n").partition("\n")[0]
    return max(",;\t", key=head.count) if any(c in head for c in ",;\t") else ","


def _columns(line: int, head: list[str]) -> tuple[dict[str, int], list[str]]:
    """Where each column stands, and the names of those that are not read."""
    names = [" ".join(cell.split()).lower() for cell in head]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        named = ", ".join(f'"{column}"' for column in missing)
        raise Unreadable([Mistake(line, f"There is no column {named}.", HEADER)])
    twice = next((column for column in COLUMNS if names.count(column) > 1), None)
    if twice is not None:
        raise Unreadable([Mistake(line, f'There are two columns "{twice}".', "Rename or delete one of them.")])
    strange = [name for name in head if name.strip() and name.strip().lower() not in COLUMNS]
    return {column: names.index(column) for column in COLUMNS}, strange
