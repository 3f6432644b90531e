"""The harness itself: each fault that a hostile text could bring about is planted once, and must be seen."""

from __future__ import annotations

import pytest

from tests.hostile.planted import PLANTED
from tests.hostile.server import Server
from tests.hostile.verdict import complaints


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(server: Server, name: str):
    """
    What hangs, takes too much, breaks, runs code, reads outside or lets a character through is told as such.
    """
    found = server.run(
        "tests.hostile.planted", name, cpu=1 if "hang" in name else 20, clock=2 if "waits" in name else 120
    )

    assert PLANTED[name][1] in "\n".join(complaints(found))


def test_the_server_lives_on(server: Server):
    """
    A case that dies takes nothing with it: the next one is served.
    """
    server.run("tests.hostile.planted", "hang", cpu=1)
    found = server.run("tests.hostile.marks", "plain words")

    assert complaints(found) == []
