"""The rows that every append leaves, gathered so that those of many are written together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, update

from shepherd.record import tables
from shepherd.record.batch import Batch
from shepherd.record.bodies import SEEN

#: What most appends change of a run's row, and what any may: an index over a column that stays is left alone.
MOVED = ("step", "entries", "head", "updated_at")
TURNED = (*SEEN, "entries", "head", "updated_at")


def _changing(columns: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """The statement that gives *columns* of a run's row other values, and its parameters."""
    row = tables.runs.c.id == bindparam("run")
    named = {name: f"{name}_" for name in columns}
    changed = update(tables.runs).where(row).values({name: bindparam(as_) for name, as_ in named.items()})
    return changed, (*named.values(), "run")


_MOVE, _TURN = _changing(MOVED), _changing(TURNED)


class Rows:
    """New rows of ``entries`` and ``submissions``, and where the runs stand after them; each in its columns' order."""

    def __init__(self) -> None:
        self.entries: list[tuple[Any, ...]] = []
        self.submissions: list[tuple[Any, ...]] = []
        self._stands: dict[str, tuple[bool, Mapping[str, str], int, bytes, str]] = {}

    def stands(
        self, run: str, before: Mapping[str, str], seen: Mapping[str, str], entries: int, head: bytes, at: str
    ) -> None:
        """*run*, which its lists showed as *before*, is now as *seen*."""
        earlier = self._stands.get(run)
        turned = seen != before and seen != {**before, "step": seen["step"]}
        self._stands[run] = (turned or (earlier is not None and earlier[0]), seen, entries, head, at)

    def write(self, batch: Batch) -> None:
        """Write them all. A key that is there already raises the driver's IntegrityError."""
        batch.add_all(tables.entries, self.entries)
        batch.add_all(tables.submissions, self.submissions)
        moved, turned = [], []
        for run, (is_turned, seen, *now) in self._stands.items():
            if is_turned:
                turned.append((*(seen[name] for name in SEEN), *now, run))
            else:
                moved.append((seen["step"], *now, run))
        batch.run_all(*_MOVE, moved)
        batch.run_all(*_TURN, turned)
