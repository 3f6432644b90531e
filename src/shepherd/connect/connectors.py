"""All connectors of a library behind one call."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from shepherd.flow.beside import Connector, Operation

_log = logging.getLogger("shepherd.connect")
MOST_OPEN = 64


class Reply(NamedTuple):
    """What another system said: a declared result, ``error`` (nothing happened) or ``unknown``; *source* names it."""

    result: str
    values: Mapping[str, Any] = {}
    source: str = ""


class Trial(NamedTuple):
    """A call that is tried out: its result, and beside it what the desk does not need. *seconds* it took in all."""

    result: str
    values: Mapping[str, Any] = {}
    why: str = ""
    status: int | None = None
    seconds: float = 0.0
    tries: int = 1


class BrokenTable(Exception):
    """A data file can't be used: *says* which, where and why, and *mends* how to mend it, where that is known."""

    def __init__(self, says: str, mends: str = ""):
        super().__init__(f"{says} {mends}".strip())
        self.says, self.mends = says, mends


class Kind(Protocol):
    """One connector under way; made by a row of KINDS."""

    def call(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        """Do *operation*; *key* makes a repeated change do nothing."""

    def search(self, operation: Operation, words: str, limit: int) -> list[dict[str, str]]:
        """Rows that have every one of *words*, as the ``ok`` fields of *operation* and the key, for type-ahead."""

    def near(self, operation: Operation, words: str) -> str:
        """What was meant by *words* that no row has; "" where nothing is near."""


class Setting(NamedTuple):
    """
    Where a connector finds its files: data in *folder*, changes in the SQLite file *changes*.

    *zone* is the desk's time zone (an IANA name).
    """

    folder: Path
    changes: Path
    zone: str = "UTC"


def _table(connector: Connector, setting: Setting) -> Kind:
    from shepherd.connect.table import Table

    return Table(connector, setting)


def _http(connector: Connector, setting: Setting) -> Kind:
    from shepherd.connect.http import Http

    return Http(connector, setting)


KINDS: dict[str, Callable[[Connector, Setting], Kind]] = {"table": _table, "http": _http}


class Connectors:
    """
    Every connector of *declared*, opened at its first use.

    A call may bring the connectors of another library, as a run under way has them; they are opened beside these.
    """

    def __init__(self, declared: Mapping[str, Connector], *, folder: Path, changes: Path, zone: str = "UTC"):
        self._declared = declared
        self._setting = Setting(folder, changes, zone)
        self._open: OrderedDict[int, tuple[Connector, Kind]] = OrderedDict()
        self._opening = threading.Lock()

    def in_zone(self, zone: str) -> None:
        """Go on in another time zone (an IANA name); each connector is opened anew."""
        with self._opening:
            if zone != self._setting.zone:
                self._setting = self._setting._replace(zone=zone)
                self._open.clear()

    def call(
        self, operation: str, inputs: Mapping[str, Any], *, key: str, declared: Mapping[str, Connector] | None = None
    ) -> Reply:
        """
        Call ``connector.operation``. Never raises: what goes wrong is ``error``, or ``unknown`` once a change began.

        Values never stand in the log: they may be a person's.
        """
        return self._call(operation, inputs, key, declared)[0]

    def _call(
        self, operation: str, inputs: Mapping[str, Any], key: str, declared: Mapping[str, Connector] | None = None
    ) -> tuple[Reply, str]:
        """What ``call`` gives, and what the log says where it failed."""
        try:
            kind, found = self._find(operation, declared)
            if kind is None or found is None:
                return Reply("error", source=operation), ""
            reply = kind.call(found, inputs, key)
        except (BrokenTable, OSError, sqlite3.Error, ValueError) as error:
            why = str(error) if isinstance(error, BrokenTable) else type(error).__name__
            _log.error("%s failed: %s", operation, why)
            return Reply("error", source=operation), why
        return reply._replace(source=reply.source or operation), ""

    def trial(self, operation: str, inputs: Mapping[str, Any], *, key: str) -> Trial:
        """Try ``connector.operation`` out, and tell more of what came back than a desk needs. Never raises."""
        began = time.monotonic()
        kind, found = self._find(operation)
        tell = getattr(kind, "trial", None)
        if tell is not None and found is not None:
            told: Trial = tell(found, inputs, key)
            return told
        reply, why = self._call(operation, inputs, key)
        return Trial(reply.result, reply.values, why, seconds=time.monotonic() - began)

    def search(
        self, operation: str, words: str, *, limit: int, declared: Mapping[str, Connector] | None = None
    ) -> list[dict[str, str]]:
        """Rows behind a looking-up *operation* that have every one of *words*; none where it can't be searched."""
        try:
            kind, found = self._find(operation, declared)
            if kind is None or found is None or not words.strip():
                return []
            return kind.search(found, words, limit)
        except (BrokenTable, OSError, sqlite3.Error, ValueError) as error:
            _log.error("%s can't be searched: %s", operation, error)
            return []

    def near(self, operation: str, words: str, *, declared: Mapping[str, Connector] | None = None) -> str:
        """What was meant by *words* that nothing has, by the nearest of what is searched; "" where nothing is near."""
        try:
            kind, found = self._find(operation, declared)
            return kind.near(found, words) if kind is not None and found is not None else ""
        except (BrokenTable, OSError, sqlite3.Error, ValueError) as error:
            _log.error("%s can't be searched: %s", operation, error)
            return ""

    def _find(
        self, operation: str, declared: Mapping[str, Connector] | None = None
    ) -> tuple[Kind | None, Operation | None]:
        name, _, verb = operation.partition(".")
        connector = (self._declared if declared is None else declared).get(name)
        if connector is None or verb not in connector.operations:
            return None, None
        if connector.kind not in KINDS:
            _log.error("%s: connectors of kind %s are not built in", operation, connector.kind)
            return None, None
        with self._opening:
            kept = self._open.get(id(connector))
            if kept is None:
                kept = self._open[id(connector)] = (connector, KINDS[connector.kind](connector, self._setting))
                if len(self._open) > MOST_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(id(connector))
        return kept[1], connector.operations[verb]
