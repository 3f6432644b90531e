"""What the writer remembers of runs, so that an append needs no reading. Wrong memory meets a key that is there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from shepherd.record import tables
from shepherd.record.batch import Batch
from shepherd.record.bodies import SEEN

MOST_TAILS = 10_000
e, r = tables.entries.c, tables.runs.c
LAST = select(func.max(e.seq)).where(e.run == bindparam("run_id")).scalar_subquery()
TAIL = (
    select(r.ticket, r.customer, e.seq, e.hash, e.at, *(r[name] for name in SEEN))
    .join_from(tables.runs, tables.entries, e.run == r.id)
    .where(r.id == bindparam("run_id"), e.seq == LAST)
)


class Tail(NamedTuple):
    """The last entry of a run, and what the next one needs of the run's row."""

    ticket: str
    customer: str | None
    seq: int
    hash: bytes
    at: str
    seen: Mapping[str, str]


class Tails:
    """The tails of runs and the hashes of documents that are known to be there."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Tail] = OrderedDict()
        self.documents: set[str] = set()

    def forget(self) -> None:
        """Remember nothing: what was written last did not happen."""
        self._runs.clear()
        self.documents.clear()

    def known(self, run: str) -> Tail | None:
        """The tail of *run* where it is remembered."""
        return self._runs.get(run)

    def of(self, batch: Batch, run: str, *, fresh: bool) -> Tail | None:
        """The tail of *run*; *fresh* reads it in any case."""
        known = None if fresh else self.known(run)
        if known is not None:
            return known
        row = batch.row(TAIL, {"run_id": run})
        if row is None:
            return None
        tail = Tail(row[0], row[1], row[2], bytes(row[3]), row[4], dict(zip(SEEN, row[5:], strict=True)))
        self.keep(run, tail)
        return tail

    def keep(self, run: str, tail: Tail) -> None:
        """Remember *tail*."""
        self._runs[run] = tail
        if len(self._runs) > MOST_TAILS:
            self._runs.popitem(last=False)
