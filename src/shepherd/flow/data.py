"""Where the files that travel with the product are: in the installed package, else in the checkout."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=8)
def data_folder(name: str) -> Path:
    """The folder ``schemas``, ``flows`` or ``web``."""
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else PACKAGE.parent.parent / name
