"""Changes that happen once: who has asked for one under a key, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select

from shepherd.record import tables
from shepherd.record.api import Once, OnceKey, OnceState
from shepherd.record.batch import Batch

o = tables.once.c
_KEY = ("scope", "scope_id", "operation", "flow", "step", "inputs")
OF_KEY = (
    select(o.n, o.phase, o.run, o.seq, o.result)
    .where(*(o[name] == bindparam(f"{name}_") for name in _KEY))
    .order_by(o.n, o.phase)
)
ADD = insert(tables.once)
#: Results after which the same key may be sent again.
FAILED = ("error", "unknown")


def columns(key: OnceKey) -> dict[str, str]:
    """*key* as it is stored."""
    flow, _, step = key.step.partition("/")
    return {**key._asdict(), "flow": flow, "step": step}


def asked(key: OnceKey) -> dict[str, str]:
    """The parameters of ``OF_KEY``."""
    return {f"{name}_": value for name, value in columns(key).items()}


def state_of(key: OnceKey, rows: Sequence[Any]) -> OnceState | None:
    """What the rows of ``OF_KEY`` say, but for the values of a result."""
    if not rows:
        return None
    n = rows[-1][0]
    latest = {phase: (run, seq, result) for row_n, phase, run, seq, result in rows if row_n == n}
    if "finished" in latest:
        run, seq, result = latest["finished"]
        return OnceState(key, n, run, seq, open=False, done=result not in FAILED, result=result)
    run, seq, _ = latest["requested"]
    return OnceState(key, n, run, seq, open=True, done=False)


def claim(batch: Batch, wanted: Once, run: str, seq: int) -> OnceState | None:
    """Write what *wanted* says of its key, in the entry *seq* of *run*; else the state that stands in its way."""
    batch.run(OF_KEY, asked(wanted.key))
    state = state_of(wanted.key, batch.cursor.fetchall())
    if wanted.phase == "requested":
        if state is not None and (state.open or state.done):
            return state
        n = state.n + 1 if state else 1
    else:
        if state is None or not state.open or state.run != run:
            return state or OnceState(wanted.key, 0, run, 0, open=False, done=False)
        n = state.n
    row = {"n": n, "phase": wanted.phase, "run": run, "seq": seq, "result": wanted.result}
    batch.run(ADD, {**columns(wanted.key), **row})
    return None
