"""The terminal: commands parse, call and show. No rule of the product lives here."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """The ``shepherd`` command; leaves by ``SystemExit`` with the code of FORMATS §7."""
    from shepherd.cli.app import run

    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))
