"""Every hostile case, by class: findings or plain text, in time, in little memory, and never code that is run."""

from __future__ import annotations

import pytest

from tests.hostile.server import Server
from tests.hostile.tables import TABLES
from tests.hostile.verdict import complaints


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, cases in TABLES.items() for name in cases])
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
