"""
Verify an exported record with nothing but Python: ``python -m shepherd.record.verifier FILE``.

Each line of FILE is ``{"body": TEXT, "hash": HEX}``. Within a run, an entry's hash is
SHA-256("shepherd.entry.1" + NUL + the hash before it (32 zero bytes first) + the body's bytes).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

WHOLE = "Chain whole, not sealed: whoever can write the database could have rewritten it."


def verify(lines: Iterable[bytes | str]) -> tuple[int, list[tuple[str, int, str]]]:
    """The number of entries, and what is wrong as (run, seq, sentence)."""
    heads: dict[Any, tuple[int, bytes]] = {}
    broken: list[tuple[str, int, str]] = []
    count = 0
    for number, line in enumerate(lines, 1):
        count += 1
        try:
            kept = json.loads(line)
            body, told = kept["body"].encode("utf-8"), bytes.fromhex(kept["hash"])
            entry = json.loads(body)
            run, seq = str(entry["run"]), int(entry["seq"])
        except (ValueError, KeyError, TypeError, AttributeError):
            broken.append(("", number, f"line {number} can't be read"))
            continue
        last, previous = heads.get(run, (0, bytes(32)))
        if seq != last + 1:
            broken.append((run, seq, f"entry {last + 1} is missing, or this one is out of place"))
        if hashlib.sha256(b"shepherd.entry.1\0" + previous + body).digest() != told:
            broken.append((run, seq, "the hash does not fit the body and the entry before it"))
        heads[run] = (seq, told)
    return count, broken


def main(arguments: Sequence[str]) -> int:
    """Print the verdict; 0 where the chain is whole, 1 where it is not, 2 for wrong use."""
    if len(arguments) != 1:
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    with open(arguments[0], "rb") as lines:
        count, broken = verify(lines)
    for run, seq, what in broken:
        sys.stdout.write(f"run {run}, entry {seq}: {what}\n")
    sys.stdout.write(f"{count} entries. {'Broken.' if broken else WHOLE}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
