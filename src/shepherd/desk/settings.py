"""Settings: a flag, then ``SHEPHERD_*``, then the nearest ``shepherd.toml``, then a default (FORMATS §9)."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from shepherd.desk.errors import Misused

SQLITE = "sqlite:///"
MOST_BRACKETS = 50
KEYS = ("library", "database", "keys", "host", "port")


class Settings(NamedTuple):
    """Where the flows, the record and its keys are, and where the pages are served."""

    library: Path
    database: str
    keys: str
    host: str
    port: int

    @classmethod
    def find(
        cls,
        flags: Mapping[str, Any] | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Settings:
        """The settings that hold in *folder* (default: the working one); flags that are None are not given."""
        environ = os.environ if environ is None else environ
        folder = folder or Path.cwd()
        found: dict[str, Any] = {
            "library": _library(folder),
            "database": "sqlite:///shepherd.db",
            "keys": "shepherd-keys.db",
            "host": "127.0.0.1",
            "port": 8321,
        }
        found |= _from_file(folder)
        found |= {k: environ[f"SHEPHERD_{k.upper()}"] for k in KEYS if environ.get(f"SHEPHERD_{k.upper()}")}
        found |= {k: v for k, v in (flags or {}).items() if k in KEYS and v is not None}
        return cls(
            Path(found["library"]), str(found["database"]), str(found["keys"]), str(found["host"]), _port(found["port"])
        )


def shipped(name: str) -> Path:
    """A folder that travels with the product (``flows``, ``web`` …): in the package, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_data" / name
    return inside if inside.is_dir() else package.parents[1] / name


def changes_file(settings: Settings) -> Path:
    """Where tables note what was changed through them: beside an SQLite database, else beside the keys."""
    file = settings.database.removeprefix(SQLITE) if settings.database.startswith(SQLITE) else settings.keys
    path = Path(file.partition("?")[0])
    return path.with_name(f"{path.stem}-tables.db")


def _library(folder: Path) -> Path:
    here = folder / "flows"
    return here if here.is_dir() else shipped("flows")


def _from_file(folder: Path) -> dict[str, Any]:
    path = next((p / "shepherd.toml" for p in (folder, *folder.parents) if (p / "shepherd.toml").is_file()), None)
    if path is None:
        return {}
    try:
        text = path.read_text("utf-8")
        if text.count("[") + text.count("{") > MOST_BRACKETS:  # how deep TOML is read hangs on who reads it
            raise Misused(f"{path} can't be read: settings are single values, without lists and groups.")
        found = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise Misused(f"{path} can't be read: {error}") from None
    unknown = sorted(set(found) - set(KEYS))
    if unknown:
        raise Misused(f"{path}: unknown setting {', '.join(unknown)}. There are: {', '.join(KEYS)}.")
    if "library" in found:
        found["library"] = path.parent / str(found["library"])
    return found if path.parent == folder else found | _named_from(path.parent, found)


def _named_from(folder: Path, found: Mapping[str, Any]) -> dict[str, Any]:
    """The files of the record that a ``shepherd.toml`` in *folder* names, which lie beside it wherever one works."""
    keys, database = str(found.get("keys", "")), str(found.get("database", ""))
    named = {"keys": str(folder / keys)} if keys else {}
    file = database.removeprefix(SQLITE)
    if database.startswith(SQLITE) and file and not file.startswith(":memory:"):
        named["database"] = f"{SQLITE}{folder / file}"
    return named


def _port(given: Any) -> int:
    try:
        port = int(str(given))
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise Misused(f'The port "{given}" is not a number from 0 to 65535.')
    return port
