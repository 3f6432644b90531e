"""
Replay from a record alone, as a program of its own: ``python -m tests.faults.replaying DATABASE KEYS RUN``.

It prints the picture of the run, compiled from the documents that the run itself pins.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from shepherd.check.library import Library
from shepherd.record import Record, open_record
from shepherd.run import replay
from shepherd.run.api import Event
from tests.run.walker import picture


def libraries_of(record: Record) -> Callable[[Event], Library]:
    """The library that a run pins by its first event, compiled once per bundle."""
    known: dict[frozenset[tuple[str, str]], Library] = {}

    def library(started: Event) -> Library:
        bundle: Mapping[str, str] = started.data["bundle"]
        key = frozenset(bundle.items())
        if key not in known:
            stored = record.documents(bundle.values())
            known[key] = Library.load({name: stored[hash_] for name, hash_ in bundle.items()})
        return known[key]

    return library


def main(database: str, keys: str, run: str) -> None:
    """Print the picture of *run*."""
    record = open_record(f"sqlite:///{database}", keys)
    try:
        events = record.events(run)
        print(picture(replay(libraries_of(record)(events[0]), events)))
    finally:
        record.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
