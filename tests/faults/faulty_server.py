"""
A server with a planted fault, for the tests that show what the harness finds. The product has no such switch.

    python -m tests.faults.faulty_server early|forgetful|chatty --library=… --database=… --keys=… --port=0
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import shepherd.desk.desk as house
from shepherd.connect import Reply
from shepherd.connect.connectors import KINDS
from shepherd.connect.table import Table
from shepherd.desk import Settings
from shepherd.flow.beside import Operation
from shepherd.record import Appended, Once, Record, RecordError, Submission
from shepherd.run.api import Event
from shepherd.web.serve import serve

LATE = 0.5


class Early(Record):
    """Acknowledges before the commit: what is appended reaches the disk a moment later."""

    def __init__(self, url: str, keys_path: str):
        super().__init__(url, keys_path)
        self._later = ThreadPoolExecutor(1)

    def append(
        self,
        run_id: str,
        expected_seq: int,
        events: Sequence[Event],
        *,
        submission: Submission | None = None,
        once: Once | None = None,
        documents: Mapping[str, Any] | None = None,
    ) -> Appended:
        if not events:
            return super().append(run_id, expected_seq, events, submission=submission)
        write = super().append
        due = time.monotonic() + LATE

        def later() -> None:
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                write(run_id, expected_seq, events, submission=submission, once=once, documents=documents or {})
            except RecordError:
                return

        self._later.submit(later)
        return Appended(expected_seq + 1, expected_seq + len(events))


class Forgetful(Record):
    """Drops the key of a submission: the same form sent again is not known again."""

    def append(self, run_id: str, expected_seq: int, events: Sequence[Event], **more: Any) -> Appended:
        return super().append(run_id, expected_seq, events, **(more | {"submission": None}))


class Chatty(Table):
    """A connector that notes on stderr what it was given."""

    def call(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        print(operation.name, dict(inputs), file=sys.stderr, flush=True)
        return super().call(operation, inputs, key)


RECORDS = {"early": Early, "forgetful": Forgetful}


def main() -> None:
    """Serve with the fault that is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("fault", choices=[*RECORDS, "chatty"])
    for name in ("library", "database", "keys"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--port", type=int, default=0)
    told = parser.parse_args()
    if told.fault == "chatty":
        KINDS["table"] = Chatty
    else:
        house.open_record = RECORDS[told.fault]  # type: ignore[assignment]
    serve(Settings(Path(told.library), told.database, told.keys, "127.0.0.1", told.port))


if __name__ == "__main__":
    main()
