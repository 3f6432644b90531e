"""How an operation of a connector of kind ``http`` is declared: what is sent, and which reply is which result."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shepherd.flow.beside import Operation

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SUCCESS = "2xx"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of ``replies``: with one of these statuses, and these values at these paths, it is *result*."""

    result: str
    statuses: tuple[str, ...] = (SUCCESS,)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def fits(self, status: int) -> bool:
        """Whether *status* is one of its statuses."""
        return str(status) in self.statuses or f"{status // 100}xx" in self.statuses


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What an operation sends and understands.

    *query* and *body* map names there (dots go down into groups) to the name of an input or a text in quotes. *echo*
    maps inputs to the paths at which a reply names them again.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, str] | None
    replies: tuple[Line, ...]
    echo: Mapping[str, str]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The inputs that the path names."""
        return tuple(PLACEHOLDER.findall(self.path))


def asked(operation: Operation) -> Asked:
    """What *operation* declares, with what it leaves out: see the schema."""
    told = operation.settings
    method = str(told.get("method") or ("GET" if operation.reads else "POST"))
    path, query = str(told.get("path", "/")), dict(told.get("query", {}))
    body: Mapping[str, str] | None = told.get("body")
    if body is None and method not in ("GET", "DELETE"):
        elsewhere = {*PLACEHOLDER.findall(path), *query.values()}
        body = {name: name for name in operation.inputs if name not in elsewhere}
    return Asked(method, path, query, body, _lines(operation), _echo(told.get("echo")))


def constant(source: str) -> str | None:
    """The text that *source* is in quotes (``'"visit"'``), or None where it is a name."""
    if not (len(source) > 1 and source[0] == source[-1] == '"'):
        return None
    try:
        read = json.loads(source)
    except ValueError:
        return None
    return read if isinstance(read, str) else None


def at_path(value: Any, path: str) -> Any:
    """What stands at *path* (names with dots between) in JSON *value*; None where there is nothing."""
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _lines(operation: Operation) -> tuple[Line, ...]:
    told = operation.settings.get("replies")
    if told is None:
        results = tuple(operation.results)
        good = [Line(name) for name in results if name != "not_found"][:1]
        missing = [Line("not_found", ("404",))] if "not_found" in results else []
        return (*missing, *good)
    return tuple(
        Line(
            str(line["is"]),
            _texts(line.get("status", SUCCESS)),
            {path: _texts(values) for path, values in line.get("where", {}).items()},
            line.get("fields", {}),
        )
        for line in told
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)


def _echo(told: Any) -> Mapping[str, str]:
    if isinstance(told, Mapping):
        return dict(told)
    return {name: name for name in _texts(told)} if told is not None else {}
