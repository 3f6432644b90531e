"""Changes that happen once: what is known of one under its key."""

from __future__ import annotations

import json

from sqlalchemy import Connection, bindparam, select

from shepherd.record import tables
from shepherd.record.api import OnceKey, OnceState

o = tables.once.c
LATEST = (
    select(o.n, o.phase, o.run, o.seq, o.result)
    .where(*(o[name] == bindparam(f"{name}_") for name in OnceKey._fields))
    .order_by(o.n.desc(), o.phase)
)
#: Results after which the same key may be sent again.
FAILED = ("error", "unknown")


def once_state(connection: Connection, key: OnceKey) -> OnceState | None:
    """What stands under *key*: the latest sending, and how it ended if it has."""
    rows = connection.execute(LATEST, {f"{k}_": v for k, v in key._asdict().items()}).all()
    if not rows:
        return None
    n = rows[0].n
    latest = {row.phase: row for row in rows if row.n == n}
    finished, requested = latest.get("finished"), latest.get("requested")
    row = finished or requested
    assert row is not None
    done = finished is not None and finished.result not in FAILED
    return OnceState(
        key=key,
        n=n,
        run=row.run,
        seq=row.seq,
        open=finished is None,
        done=done,
        result=finished.result if finished else "",
        values=_values(connection, finished.run, finished.seq) if finished is not None and done else None,
    )


def _values(connection: Connection, run: str, seq: int) -> dict[str, object]:
    """The values of the result in the entry at *seq*, or in the last result before it."""
    e = tables.entries.c
    bodies = connection.execute(
        select(e.body).where(e.run == run, e.seq <= seq, e.kind == "do_finished").order_by(e.seq.desc()).limit(1)
    ).scalar()
    return dict(json.loads(bodies)["data"].get("values") or {}) if bodies is not None else {}
