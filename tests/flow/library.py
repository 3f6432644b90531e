"""Small libraries for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Write = Callable[..., Path]


def writer(folder: Path) -> Write:
    """A function that writes files named by its keywords (``a=`` is ``a.yaml``) and gives the folder."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            (folder / f"{name}.yaml").write_text(text)
        return folder

    return write
