"""The tables of the demo give what their operations declare, row by row."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shepherd.connect import Connectors
from shepherd.flow.beside import Operation
from shepherd.flow.types import Refusal, check_field
from tests.shipped import FLOWS, draft

DECLARED = draft().connectors
READING = [
    (name, operation)
    for name, connector in DECLARED.items()
    if connector.kind == "table"
    for operation in connector.operations.values()
    if operation.reads and not operation.accepts_secret
]


@pytest.mark.parametrize(("name", "operation"), READING, ids=lambda part: getattr(part, "name", part))
def test_every_row_of_the_demo_is_what_its_operation_declares(name: str, operation: Operation, tmp_path: Path) -> None:
    """A look-up with a row's own values finds it, and each value that it gives is of the type that is declared."""
    connectors = Connectors(DECLARED, folder=FLOWS, changes=tmp_path / "changes.db")
    found = 0
    for row in csv.DictReader((FLOWS / str(DECLARED[name].settings["file"])).read_text("utf-8").splitlines()):
        inputs = {n: row[n] for n in operation.inputs}
        if not all(inputs.values()):
            continue
        reply = connectors.call(f"{name}.{operation.name}", inputs, key="")
        if reply.result == "ok":
            found += 1
            for field, value in reply.values.items():
                assert not isinstance(check_field(operation.results["ok"][field], value), Refusal), f"{row}: {field}"
    assert found
