"""The file of a connector of kind ``table``: its rows, and what is wrong with it, said so that one can mend it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from shepherd.connect.connectors import BrokenTable
from shepherd.flow.beside import Connector, Operation
from shepherd.flow.findings import nearest, nearest_of

Row = dict[str, str]
_FROM_TODAY = re.compile(r"today([+-][0-9]{1,3})(?: ([0-2][0-9]:[0-5][0-9]))?")
#: What programs write between columns where it is not the comma.
SEPARATORS = {";": ";", "\t": "tabs", "|": "|"}
YAML = (".yaml", ".yml")
_UTF_8 = "Save it as CSV UTF-8 (comma delimited)."


def file_of(connector: Connector, folder: Path) -> tuple[Path, str]:
    """Where the table of *connector* lies, and how it is named there; raises BrokenTable outside of *folder*."""
    file = str(connector.settings.get("file", ""))
    path = (folder / file).resolve()
    if not file or not path.is_relative_to(folder.resolve()):
        raise BrokenTable(f'Connector "{connector.name}": its file must lie in the library\'s folder.')
    return path, file


def key_of(connector: Connector) -> str:
    """The column that names a row."""
    return str(connector.settings.get("key", "id"))


def table_faults(connector: Connector, folder: Path, operations: Iterable[Operation]) -> Iterator[BrokenTable]:
    """
    What *operations* of a *connector* of kind ``table`` will fail for: its file, or the columns that they need.

    No value of a row is told: it may be a person's.
    """
    try:
        path, shown = file_of(connector, folder)
        columns = read_rows(path, shown, key_of(connector), datetime.now(UTC).date())[1]
    except BrokenTable as error:
        yield error
        return
    where = shown if path.suffix in YAML else f"{shown}, line 1"
    told = set[str]()
    spare = [c for c in columns if c not in _named(connector)]
    for operation in operations:
        for name, why in _lacking(connector, operation, columns, spare):
            if name not in told:
                told.add(name)
                hint = nearest(name, spare) or "Add it there, or take it out of connectors.yaml."
                yield BrokenTable(f'{where}: there is no column "{name}", which {why}.', hint)


def _lacking(
    connector: Connector, operation: Operation, columns: Sequence[str], spare: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """
    Each column that *operation* needs and *columns* lack, with what needs it.

    An optional field may be without one, unless a *spare* column looks like it.
    """
    known = {*columns, *(() if operation.reads else operation.inputs)}
    for name, field in operation.results.get("ok", {}).items():
        if name not in known and (not field.optional or nearest_of(name, spare)):
            yield name, f"{operation.name} gives"
    if operation.reads:
        compared = (n for n in operation.inputs if n != key_of(connector))
        yield from ((n, f"{operation.name} compares") for n in compared if not {n, f"{n}_hash"} & known)
    searched = connector.settings.get("search", ()) if operation.reads and operation.results.get("ok") else ()
    yield from ((str(name), "`search` names") for name in searched if str(name) not in columns)


def _named(connector: Connector) -> set[str]:
    """The columns that *connector* names anywhere."""
    found = {key_of(connector), *map(str, connector.settings.get("search", ()))}
    for operation in connector.operations.values():
        found |= {*operation.inputs, *(f"{name}_hash" for name in operation.inputs)}
        found |= {name for fields in operation.results.values() for name in fields}
    return found


def read_rows(path: Path, shown: str, key: str, today: date) -> tuple[dict[str, Row], tuple[str, ...]]:
    """
    The rows of the file *path* by their *key*, seen from *today*, and its columns; raises BrokenTable.

    *shown* is the file's name in sentences, which never tell a value: it may be a person's.
    """
    raw = _bytes(path, shown)
    is_yaml = path.suffix in YAML
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        also = "" if is_yaml or not _separator(raw.decode("latin-1"), key) else " Write commas between the columns."
        mend = "Save it in UTF-8." if is_yaml else _UTF_8
        raise BrokenTable(f"{shown}, line {line}: it is not text in UTF-8.", mend + also) from None
    columns, listed = _yaml(text, shown) if is_yaml else _csv(text, shown, key)
    rows: dict[str, Row] = {}
    lines: dict[str, int] = {}
    for line, each in listed:
        row = {name: _from_today(cell, today) for name, cell in each.items()}
        found = row.get(key, "").strip()
        if not found or found in rows:
            why = f"is that of line {lines[found]} already" if found else "is empty"
            raise BrokenTable(f'{shown}, line {line}: its "{key}" {why}.', f'Give every row its own "{key}".')
        rows[found], lines[found] = row, line
    return rows, columns


def _bytes(path: Path, shown: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BrokenTable(f"{shown} can't be opened: {error.strerror}.") from None


def _from_today(cell: str, today: date) -> str:
    """*cell* with ``today+3 09:00`` or ``today-3`` as the day and time that it stands for."""
    found = _FROM_TODAY.fullmatch(cell.strip())
    if found is None:
        return cell
    day = (today + timedelta(days=int(found[1]))).isoformat()
    return f"{day}T{found[2]}" if found[2] else day


def _separator(text: str, key: str) -> str:
    """What stands between the columns of *text*, where it is not the comma; "" where the comma may do."""
    first = text.removeprefix("\ufeff").partition("\n")[0].strip()
    between = next((s for s in SEPARATORS if key in (part.strip(' "') for part in first.split(s)) and s in first), "")
    return between or next((s for s in SEPARATORS if s in first and "," not in first), "")


def _csv(text: str, shown: str, key: str) -> tuple[tuple[str, ...], list[tuple[int, Row]]]:
    """The columns of *text*, and its rows, each with the line where it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading: list[str] = []
    listed: list[tuple[int, Row]] = []
    line = 1
    try:
        for cells in reader:
            if cells and not heading:
                heading = _checked(cells, text, shown, key)
            elif cells and len(cells) != len(heading):
                says = f"{shown}, line {line}: it has {len(cells)} cells, but the first line {len(heading)}."
                raise BrokenTable(says, 'Write a cell with a comma in it in quotes: "a, b".')
            elif cells:
                listed.append((line, dict(zip(heading, cells, strict=True))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenTable(f"{shown}, line {reader.line_num}: {error}.") from None
    if not heading:
        raise BrokenTable(f"{shown} is empty.", "Its first line names the columns.")
    return tuple(heading), listed


def _checked(heading: list[str], text: str, shown: str, key: str) -> list[str]:
    """*heading*, where it has the column *key*."""
    if key in heading:
        return heading
    if between := _separator(text, key):
        says = f"{shown}, line 1: the columns are separated by {SEPARATORS[between]}."
        mends = "Write commas, or save it as CSV UTF-8 (comma delimited)"
        raise BrokenTable(says, f"{mends}; Excel takes the separator from the region's settings.")
    hint = nearest(key, heading) or "The first line names the columns."
    raise BrokenTable(f'{shown}, line 1: there is no column "{key}", the key.', hint)


def _yaml(text: str, shown: str) -> tuple[tuple[str, ...], list[tuple[int, Row]]]:
    from shepherd.flow.source import Map, Scalar, Seq, read

    root = read(text.encode(), shown).root
    rows = [row for row in root.items if isinstance(row, Map)] if isinstance(root, Seq) else []
    if not isinstance(root, Seq) or not rows or len(rows) != len(root.items):
        raise BrokenTable(f"{shown} is not a YAML list of rows.")
    listed = [(row.place.line, {k.text: v.text for k, v in row.entries if isinstance(v, Scalar)}) for row in rows]
    return tuple(dict.fromkeys(c for _, row in listed for c in row)), listed
