"""
The kind ``table``: a CSV or YAML file that stands in for another system.

Reading: the row whose key is given; ``not_found`` where there is none. Every other input is compared with the column
of its name, a secret with the salted hash in the column ``NAME_hash``: ``no_match`` where one differs.
Changing: with the key among its inputs it is noted on that row, without it the first free row is taken (``full`` where
none is). Changes are kept in a file beside the database, each under its key, and laid over the rows when they are read.
A cell ``today+3 09:00`` is that time three days from now, ``today-3`` the day three days ago: no table grows old.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from shepherd.connect.changes import Changes
from shepherd.connect.connectors import BrokenTable, Reply, Setting
from shepherd.connect.searching import finder, meant
from shepherd.connect.secrets import hash_secret, matches
from shepherd.flow.beside import Connector, Operation
from shepherd.flow.model import Field
from shepherd.flow.types import Refusal, from_json, to_text

CONTROL = "SHEPHERD_TABLE_CONTROL"
Row = dict[str, str]
_FROM_TODAY = re.compile(r"today([+-][0-9]{1,3})(?: ([0-2][0-9]:[0-5][0-9]))?")


class Table:
    """One connector of kind ``table``. Safe to use from many threads: rows are read anew where the file has changed."""

    def __init__(self, connector: Connector, setting: Setting):
        self.name, self.key = connector.name, str(connector.settings.get("key", "id"))
        self._settings = connector.settings
        self._path = _inside(setting.folder, str(connector.settings.get("file", "")), connector.name)
        self._changes = Changes(setting.changes)
        self._read: tuple[tuple[int, int, date], dict[str, Row], tuple[str, ...]] | None = None

    def call(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        """Read or change; ``slow`` and ``fail`` of the settings or of the control file come first."""
        told = self._told(operation)
        time.sleep(_seconds(told.get("slow", 0)))
        fail = told.get("fail")
        if fail == "error" or (fail == "unknown" and operation.reads):
            return Reply("error")
        reply = self._look(operation, inputs) if operation.reads else self._change(operation, inputs, key)
        return Reply("unknown") if fail == "unknown" else reply

    def search(self, operation: Operation, words: str, limit: int) -> list[Row]:
        """Rows that have every one of *words* in their searched columns (``finder``), in the file's order."""
        shown, searched, fits = self._shown(operation), self._searched(operation), finder(words)
        rows = (row for row in self._rows()[0].values() if fits([row.get(c, "") for c in searched]))
        return [{c: row.get(c, "") for c in shown} for row in islice(rows, limit)]

    def near(self, operation: Operation, words: str) -> str:
        """What was meant by *words* that no row has, by the nearest in the searched columns (``meant``)."""
        searched = self._searched(operation)
        return meant(words, ([row.get(c, "") for c in searched] for row in self._rows()[0].values()))

    def _shown(self, operation: Operation) -> list[str]:
        return [self.key, *(n for n in operation.results.get("ok", {}) if n != self.key)]

    def _searched(self, operation: Operation) -> list[str]:
        return [str(c) for c in self._settings.get("search", self._shown(operation))]

    # --- reading ----------------------------------------------------------------------------------

    def _look(self, operation: Operation, inputs: Mapping[str, Any]) -> Reply:
        rows, columns = self._rows()
        row = rows.get(to_text(inputs.get(self.key, "")).strip())
        if row is None:
            self._spend_time(operation, inputs, columns)
            return _declared(operation, "not_found", "no_match")
        if not all(_same(operation.inputs[n], v, n, row) for n, v in inputs.items() if n != self.key):
            return _declared(operation, "no_match", "not_found")
        return self._ok(operation, row)

    def _spend_time(self, operation: Operation, inputs: Mapping[str, Any], columns: tuple[str, ...]) -> None:
        """An unknown customer takes as long as a wrong secret, so that time does not tell who is one."""
        for name in operation.inputs:
            if f"{name}_hash" in columns and name in inputs:
                hash_secret(str(inputs[name]))

    def _ok(self, operation: Operation, row: Row) -> Reply:
        fields = operation.results.get("ok", {})
        values = {name: row[name].strip() for name in fields if row.get(name, "").strip()}
        lacking = [n for n, f in fields.items() if n not in values and not f.optional]
        if lacking:
            raise BrokenTable(f"{self._path.name}: a row has no {lacking[0]}, which {operation.name} gives.")
        return Reply("ok", values)

    def _rows(self) -> tuple[dict[str, Row], tuple[str, ...]]:
        """The rows by key with the changes laid over them, and the columns."""
        found, today = self._path.stat(), datetime.now(UTC).date()
        stamp = (found.st_mtime_ns, found.st_size, today)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, *_load(self._path, self.key, today))
        _, rows, columns = self._read
        changed = self._changes.of(self.name)
        if changed:
            rows = dict(rows)
            for key, values in changed:
                if key in rows:
                    rows[key] = rows[key] | {n: v for n, v in values.items() if n in columns}
        return rows, columns

    # --- changing ---------------------------------------------------------------------------------

    def _change(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        kept = {n: to_text(v) for n, v in inputs.items() if not _private(operation.inputs.get(n))}
        with self._changes.under(self.name, operation.name, key) as change:
            if change.before is not None:
                return Reply(*change.before)
            frees = operation.settings.get("frees")
            if frees is not None:
                freed = change.free(to_text(inputs.get(self.key, "")).strip(), str(frees))
                reply = Reply("ok") if freed else _declared(operation, "not_found", "error")
                change.keep("", kept, reply.result, {})
                return reply
            rows, columns = self._rows()
            if self.key in inputs:
                row = rows.get(to_text(inputs[self.key]).strip())
                if row is None:
                    return _declared(operation, "not_found", "error")
                if "taken" in operation.results and change.repeated(row[self.key], kept.keys() - {self.key}):
                    return Reply("taken")
            else:
                given = [n for n in inputs if n in columns]
                free = (r for r in rows.values() if not any(r.get(n) for n in given) and not change.taken(r[self.key]))
                row = next(free, None)
                if row is None:
                    return _declared(operation, "full", "error")
            reply = self._ok(operation, row | {n: v for n, v in kept.items() if n != self.key})
            change.keep(row[self.key], kept, reply.result, dict(reply.values))
            return reply

    def _told(self, operation: Operation) -> dict[str, Any]:
        told = {k: s[k] for s in (self._settings, operation.settings) for k in ("slow", "fail") if k in s}
        path = os.environ.get(CONTROL)
        if path and Path(path).is_file():
            try:
                told |= json.loads(Path(path).read_text("utf-8")).get(f"{self.name}.{operation.name}", {})
            except (ValueError, AttributeError, TypeError):
                raise BrokenTable(f"{path} is not a JSON object of objects.") from None
        return told


def _declared(operation: Operation, *results: str) -> Reply:
    """The first of *results* that the operation declares, else ``error``."""
    return Reply(next((r for r in results if r in operation.results), "error"))


def _private(field: Field | None) -> bool:
    return field is not None and (field.secret or field.personal)


def _same(field: Field, given: Any, name: str, row: Row) -> bool:
    """Whether *given* is what the row has: by its hash where there is one, else as a value of the field's type."""
    if f"{name}_hash" in row:
        return matches(to_text(given), row[f"{name}_hash"])
    if name not in row:
        raise BrokenTable(f'There is no column "{name}" or "{name}_hash" to compare the input "{name}" with.')
    kept = from_json(row[name].strip(), field.type)
    if isinstance(kept, Refusal):
        return False
    if isinstance(kept, str):
        return " ".join(kept.split()).casefold() == " ".join(to_text(given).split()).casefold()
    return bool(kept == given)


def _inside(folder: Path, file: str, connector: str) -> Path:
    path = (folder / file).resolve()
    if not file or not path.is_relative_to(folder.resolve()):
        raise BrokenTable(f'Connector "{connector}": its file must lie in the library\'s folder.')
    return path


def _seconds(told: Any) -> float:
    """A span told as ``2s``, ``0.3s`` or a number of seconds."""
    return float(str(told).strip().removesuffix("s"))


def _load(path: Path, key: str, today: date) -> tuple[dict[str, Row], tuple[str, ...]]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenTable(f"{path.name} is not text in UTF-8.") from None
    listed = _yaml(text, path.name) if path.suffix in (".yaml", ".yml") else _csv(text, path.name)
    rows: dict[str, Row] = {}
    for row in ({name: _from_today(cell, today) for name, cell in each.items()} for each in listed):
        found = row.get(key, "").strip()
        if not found or found in rows:
            raise BrokenTable(f'{path.name}: every row needs its own "{key}"; "{found}" is there twice or empty.')
        rows[found] = row
    return rows, tuple(dict.fromkeys(c for row in listed for c in row))


def _from_today(cell: str, today: date) -> str:
    """*cell* with ``today+3 09:00`` or ``today-3`` as the day and time that it stands for."""
    found = _FROM_TODAY.fullmatch(cell.strip())
    if found is None:
        return cell
    day = (today + timedelta(days=int(found[1]))).isoformat()
    return f"{day}T{found[2]}" if found[2] else day


def _csv(text: str, name: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        listed = list(reader)
    except csv.Error as error:
        raise BrokenTable(f"{name}, line {reader.line_num}: {error}.") from None
    if any(None in row or None in row.values() for row in listed):
        raise BrokenTable(f"{name}: a row has more or fewer cells than the first line.")
    return listed


def _yaml(text: str, name: str) -> list[Row]:
    from shepherd.flow.source import Map, Scalar, Seq, read

    root = read(text.encode(), name).root
    rows = root.items if isinstance(root, Seq) else ()
    listed = [{k.text: v.text for k, v in row.entries if isinstance(v, Scalar)} for row in rows if isinstance(row, Map)]
    if not listed or len(listed) != len(rows):
        raise BrokenTable(f"{name} is not a YAML list of rows.")
    return listed
