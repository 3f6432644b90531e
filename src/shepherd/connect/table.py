"""
The kind ``table``: a CSV or YAML file that stands in for another system.

Reading: the row whose key is given; ``not_found`` where there is none. Every other input is compared with the column
of its name, a secret with the salted hash in the column ``NAME_hash``: ``no_match`` where one differs.
Changing: with the key among its inputs it is noted on that row, without it the first free row is taken (``full`` where
none is). Changes are kept in a file beside the database, each under its key, and laid over the rows when they are read.
A cell ``today+3 09:00`` is that time three days from now, ``today-3`` the day three days ago: no table grows old.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from shepherd.connect.changes import Changes
from shepherd.connect.connectors import BrokenTable, Reply, Setting
from shepherd.connect.rows import Row, file_of, key_of, read_rows
from shepherd.connect.searching import finder, meant
from shepherd.connect.secrets import hash_secret, matches
from shepherd.flow.beside import Connector, Operation
from shepherd.flow.model import Field
from shepherd.flow.types import Refusal, from_json, to_text

CONTROL = "SHEPHERD_TABLE_CONTROL"
GLANCE = 0.05  # seconds after which who is told to be slow looks whether it still is


class Table:
    """One connector of kind ``table``. Safe to use from many threads: rows are read anew where the file has changed."""

    def __init__(self, connector: Connector, setting: Setting):
        self.name, self.key = connector.name, key_of(connector)
        self._settings = connector.settings
        self._path, self._shown_path = file_of(connector, setting.folder)
        self._changes = Changes(setting.changes)
        self._read: tuple[tuple[int, int, date], dict[str, Row], tuple[str, ...]] | None = None

    def call(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        """Read or change; ``slow`` and ``fail`` of the settings or of the control file come first."""
        told = self._waited(operation)
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
            raise BrokenTable(f"{self._shown_path}: a row has no {lacking[0]}, which {operation.name} gives.")
        return Reply("ok", values)

    def _rows(self) -> tuple[dict[str, Row], tuple[str, ...]]:
        """The rows by key with the changes laid over them, and the columns."""
        today = datetime.now(UTC).date()
        stamp = (*self._state(), today)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, *read_rows(self._path, self._shown_path, self.key, today))
        _, rows, columns = self._read
        changed = self._changes.of(self.name)
        if changed:
            rows = dict(rows)
            for key, values in changed:
                if key in rows:
                    rows[key] = rows[key] | {n: v for n, v in values.items() if n in columns}
        return rows, columns

    def _state(self) -> tuple[int, int]:
        """By which it is seen that the file has changed."""
        try:
            found = self._path.stat()
        except OSError as error:
            raise BrokenTable(f"{self._shown_path} can't be opened: {error.strerror}.") from None
        return found.st_mtime_ns, found.st_size

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

    def _waited(self, operation: Operation) -> dict[str, Any]:
        """What it is told once it has been slow for as long as it is told to be, which may change meanwhile."""
        begun = time.monotonic()
        while True:
            told = self._told(operation)
            left = _seconds(told.get("slow", 0)) - (time.monotonic() - begun)
            if left <= 0:
                return told
            time.sleep(min(left, GLANCE))

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


def _seconds(told: Any) -> float:
    """A span told as ``2s``, ``0.3s`` or a number of seconds."""
    return float(str(told).strip().removesuffix("s"))
