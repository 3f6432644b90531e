"""Rows go in together, by few statements, and each is what was handed in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shepherd.record import Record, tables
from shepherd.record.batch import AT_ONCE, Batch

MOST = 3 * AT_ONCE[0] + 21


@pytest.mark.parametrize("count", [0, 1, 2, 3, 31, AT_ONCE[0], MOST])
def test_any_number_of_rows_is_added(record: Record, count: int) -> None:
    """Each row as it was given, in the order of the table's columns, whatever number one statement takes."""
    rows = [(f"run-{n}", f"token-{n}", "0" * 64, n, n + 1) for n in range(count)]

    def add(batch: Batch, _: bool) -> None:
        batch.add_all(tables.submissions, rows)

    record._writer.write(add)
    with record._engine.connect() as connection:
        asked = select(tables.submissions).order_by(tables.submissions.c.first_seq)
        assert [tuple(row) for row in connection.execute(asked)] == rows


def test_a_handful_of_statements_serves_for_any_number(record: Record) -> None:
    """The statements that are kept do not grow with the numbers of rows that were added."""
    made: list[int] = []

    def add(batch: Batch, _: bool) -> None:
        for count in range(1, 100):
            batch.add_all(tables.marks, [(f"{count}-{n}", "") for n in range(count)])
        made.append(len(batch._adding))

    record._writer.write(add)
    assert made == [len(AT_ONCE)]
