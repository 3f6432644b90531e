"""What tells one state of a folder of flows from another, without reading its files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

WATCHED = (".yaml", ".yml", ".csv")
Seen = Mapping[Path, tuple[int, int, int]]


def seen(folders: Iterable[Path]) -> Seen:
    """The watched files below *folders*, each with its time, size and number; nothing where there is no folder."""
    return {path: stamp for folder in folders for path, stamp in _stamps(folder)}


def _stamps(folder: Path) -> Iterator[tuple[Path, tuple[int, int, int]]]:
    for root, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = Path(root, name)
            if path.suffix in WATCHED and not name.startswith("."):
                try:
                    found = path.stat()
                except OSError:  # gone between the two looks
                    continue
                yield path, (found.st_mtime_ns, found.st_size, found.st_ino)
