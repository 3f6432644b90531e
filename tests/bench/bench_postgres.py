"""Durable answers per second where PostgreSQL keeps the record: 32 clients sharing commits, all on one machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

from shepherd.record import open_record
from tests.bench.bench_record import ANSWERS, CLIENTS, ROUNDS, answered
from tests.record.making import a_run, a_ticket
from tests.record.server import binaries, running


def main() -> dict[str, float]:
    """The best of some rounds; prints and returns answers per second. Where there is no server, it says so."""
    home = binaries()
    if home is None:
        print("No PostgreSQL server is installed here (Debian: apt-get install postgresql).")
        return {}
    each = max(1, ANSWERS // CLIENTS)
    with tempfile.TemporaryDirectory() as name, running(home, durable=True) as server:
        record = open_record(server.database(), str(Path(name) / "keys.db"))
        ticket = a_ticket(record)
        runs = [a_run(record, ticket) for _ in range(CLIENTS)]
        seconds = min(answered(record, runs, 1 + turn * each, each) for turn in range(ROUNDS))
        assert record.verify().ok
        record.close()
    rate = each * CLIENTS / seconds
    print(f"PostgreSQL {home.parent.name}, its disk waited for")
    print(f"{each * CLIENTS} durable answers, {CLIENTS} clients, one commit shared: {rate:8.0f} a second")
    return {"shared_per_second": rate}


if __name__ == "__main__":
    main()
