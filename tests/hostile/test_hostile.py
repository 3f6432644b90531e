"""Every hostile case, by class: findings or plain text, in time, in little memory, and never code that is run."""

from __future__ import annotations

import os
from zlib import crc32

import pytest

from tests.hostile.server import Server
from tests.hostile.tables import TABLES
from tests.hostile.verdict import complaints


def tried() -> list[tuple[str, str]]:
    """Every case with ``SHEPHERD_HOSTILE=whole``; else a fifth of each class, always the same."""
    whole = os.environ.get("SHEPHERD_HOSTILE") == "whole"
    return [
        (table, name)
        for table, cases in TABLES.items()
        for name in cases
        if whole or crc32(f"{table} {name}".encode()) % 5 == 0
    ]


@pytest.mark.parametrize(("table", "name"), tried())
def test_a_hostile_case(server: Server, table: str, name: str):
    """
    Whatever a text holds, each command says what is wrong with it or shows it as plain words, and what comes out
    steers neither a terminal nor a page.
    """
    found = server.run(f"tests.hostile.{table}", name)

    assert complaints(found, TABLES[table][name]) == []


def test_no_two_cases_are_the_same():
    """
    Each case attacks in its own way: no two have the same files and the same door.
    """
    seen: dict[object, str] = {}
    for table, cases in TABLES.items():
        for name, case in cases.items():
            made = tuple(
                (file, made if isinstance(made, (str, bytes)) else name) for file, made in case.files().items()
            )
            key = (case.door, case.given, hash(made))
            assert key not in seen, f"{table}: {name} is {seen[key]}"
            seen[key] = f"{table}: {name}"
