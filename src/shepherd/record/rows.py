"""The rows that every append leaves, gathered so that those of many are written by one statement for each table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, update

from shepherd.record import tables
from shepherd.record.batch import Batch

SEEN = ("status", "step", "owner", "outcome", "code")
AFTER = {name: f"{name}_" for name in (*SEEN, "entries", "head", "updated_at")}  #: the parameters of ``MOVED``
r = tables.runs.c
ADD_ENTRY, ADD_SENT = insert(tables.entries), insert(tables.submissions)
MOVED = (
    update(tables.runs)
    .where(r.id == bindparam("run_id"))
    .values({name: bindparam(after) for name, after in AFTER.items()})
)


class Rows:
    """New rows of ``entries`` and ``submissions``, and where the runs stand after them."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.submissions: list[dict[str, Any]] = []
        self.moved: list[dict[str, Any]] = []

    def write(self, batch: Batch) -> None:
        """Write them all. A key that is there already raises the driver's IntegrityError."""
        batch.run_all(ADD_ENTRY, self.entries)
        batch.run_all(ADD_SENT, self.submissions)
        batch.run_all(MOVED, self.moved)
