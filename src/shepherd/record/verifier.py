"""
Proves that a file taken out of a record is as it was written. It needs nothing but Python: copy it anywhere.

    python verifier.py FILE          (here: python -m shepherd.record.verifier FILE)

``shepherd path TICKET --export FILE`` writes such a file. Each of its lines is ``{"body": TEXT, "hash": HEX}``, run by
run; the first tells how many entries each run has. Within a run, an entry's hash is
SHA-256("shepherd.entry.1" + NUL + the hash before it + the body's bytes), where 32 zero bytes stand before the first.
Exit code: 0 whole, 1 broken, 2 wrong use or no such file, 3 not readable.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

WHOLE = "Chain whole, not sealed: whoever can write the database could have rewritten it."


def faults(run: Any, rows: Iterable[tuple[Any, Any, Any]], count: Any = None) -> list[tuple[int | None, str]]:
    """
    What is wrong with the entries of *run*, given as (seq, body, hash) in order; *count* is how many there were.

    An entry is held against the hash before it as stored and as worked out, so that one change is named once.
    """
    found: list[tuple[int | None, str]] = []
    expected = 1
    before: set[bytes] = {bytes(32)}
    for seq, body, kept in rows:
        if type(seq) is not int or seq < expected:
            found.append((seq if type(seq) is int else None, "an entry that has no place here."))
            continue
        if seq > expected:
            found.append((expected, f"entry {expected} is missing."))
            before = set()
        if not isinstance(body, bytes) or not isinstance(kept, bytes):
            found.append((seq, "it is no entry."))
            before = set()
        else:
            links = {hashlib.sha256(b"shepherd.entry.1\0" + b + body).digest() for b in before}
            wrong = _misplaced(run, seq, body)
            if links and kept not in links:
                wrong = wrong or "its hash does not fit its body and the entry before it."
            if wrong:
                found.append((seq, wrong))
            before = links | {kept}
        expected = seq + 1
    if type(count) is int and count != expected - 1:
        found.append((min(count, expected - 1) + 1, f"{count} entries were written, {expected - 1} are there."))
    return found


def _misplaced(run: Any, seq: int, body: bytes) -> str:
    """Whether *body* says that it belongs elsewhere, or is not written as the record writes."""
    try:
        told = json.loads(body)
        if json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() != body:
            return "its body is not written as the record writes."
        if _chain_of(told) != run:
            return "it belongs to another run."
        if told["seq"] != seq:
            return f"it belongs at {told['seq']}."
    except (ValueError, TypeError, KeyError, RecursionError):
        return "its body can't be read."
    return ""


def _chain_of(told: Any) -> Any:
    """The run that an entry belongs to, or the name of another list."""
    return told["run"] if "run" in told else told["log"]


def verify(lines: Iterable[bytes | str]) -> tuple[int, list[tuple[str, int | None, str]]]:
    """The number of entries, and what is wrong as (run, seq, sentence)."""
    rows: dict[str, list[tuple[Any, bytes, bytes]]] = {}
    counts: dict[str, Any] = {}
    broken: list[tuple[str, int | None, str]] = []
    for number, line in enumerate(lines, 1):
        try:
            kept = json.loads(line)
            if number == 1 and "shepherd" in kept:
                counts = _counts(kept["runs"])
                continue
            if number == 1:
                broken.append(("", 1, "the first line, which tells how many entries each run has, is gone."))
            body, told = kept["body"].encode("utf-8", "surrogateescape"), bytes.fromhex(kept["hash"])
            entry = json.loads(body)
            rows.setdefault(str(_chain_of(entry)), []).append((entry["seq"], body, told))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            broken.append(("", number, f"line {number} can't be read."))
    for run in sorted(rows.keys() | counts.keys()):
        broken += [(run, seq, what) for seq, what in faults(run, rows.get(run, ()), counts.get(run))]
    return sum(map(len, rows.values())), broken


def _counts(runs: Any) -> dict[str, int]:
    """How many entries each run has, as the first line tells. Raises ValueError where it does not."""
    if not isinstance(runs, dict) or not all(type(count) is int and count > 0 for count in runs.values()):
        raise ValueError(runs)
    return runs


def is_export(lines: Iterable[bytes | str]) -> bool:
    """Whether any of *lines* is one of an export, be it broken; a table or bare entries are something else."""
    return any(_of_export(line) for line in lines)


def _of_export(line: bytes | str) -> bool:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and ({"body", "hash"} <= told.keys() or {"shepherd", "runs"} <= told.keys())


def _visible(text: str) -> str:
    """*text* with what a terminal would act on, or could not write, shown by its code."""
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)


def main(arguments: Sequence[str]) -> int:
    """Print the verdict."""
    if len(arguments) != 1:
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    try:
        with open(arguments[0], "rb") as file:
            lines = file.readlines()
    except OSError as error:
        sys.stderr.write(f"{arguments[0]} can't be read: {error.strerror}.\n")
        return 3
    if not is_export(lines):
        sys.stderr.write(f"{arguments[0]} is no such export: shepherd path TICKET --export FILE writes one.\n")
        return 2
    count, broken = verify(lines)
    for run, seq, what in broken:
        sys.stdout.write(_visible(f"run {run}, entry {seq}: {what}" if run else what) + "\n")
    sys.stdout.write(f"{count} entries. {'Broken.' if broken else WHOLE}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
