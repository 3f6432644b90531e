"""Where a path is not as it was written: verify's verdict, told at the rows that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shepherd.audit.rows import DAMAGED, PathRow
from shepherd.record import Broken


def marked(rows: Sequence[PathRow], broken: Iterable[Broken]) -> list[PathRow]:
    """
    *rows* of one run, each with what *broken* says of the entries that it is told from.

    A changed answer is seen at the visit that it was given to and at the one that it led to, so both are marked. A row
    that only says that its entry can't be read, or is missing, stays as it is.
    """
    said: dict[int, list[str]] = {}
    for one in broken:
        if one.seq is not None:
            said.setdefault(one.seq, []).append(f"Entry {one.seq}: {one.what}")
    return [row if row.kind == DAMAGED else replace(row, broken=_of(row, said)) for row in rows]


def _of(row: PathRow, said: dict[int, list[str]]) -> tuple[str, ...]:
    behind = {seq for seq in (row.seq, row.left_by, row.struck_by, *row.further) if seq is not None}
    return tuple(sentence for seq in sorted(behind) for sentence in said.get(seq, ()))
