"""Writing files that people edit: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_all(texts: Mapping[Path, str]) -> None:
    """
    Put *texts* into their files, each in one move, so that no reader ever sees half of one.

    All are on the disk before the first is moved; the rights of a file stay, and a link stays a link.
    """
    made: list[tuple[str, Path]] = []
    try:
        for file, text in texts.items():
            target = file.resolve()
            number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
            made.append((name, target))
            with open(number, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                os.chmod(name, target.stat().st_mode & 0o7777)
        while made:
            name, target = made[0]
            os.replace(name, target)
            made.pop(0)
    finally:
        for name, _ in made:
            os.unlink(name)
