"""Asking a record from outside, in both databases: runs are counted, documents read, and nothing is made."""

from datetime import timedelta

from shepherd.record import Record
from shepherd.record.outside import traffic
from tests.record.making import BEGIN, a_run, a_ticket, started


def test_runs_are_counted_by_flow_and_day(record: Record) -> None:
    """Those begun since a moment, by the flow that each began with."""
    ticket = a_ticket(record)
    for second in (0, 60, 120):
        a_run(record, ticket, first=started(second))
    url = record._engine.url.render_as_string(hide_password=False)

    assert traffic(url, BEGIN) == {"help": 3}
    assert traffic(url, BEGIN + timedelta(seconds=60)) == {"help": 2}
    assert traffic(url, BEGIN + timedelta(days=1)) == {}


def test_without_a_record_nothing_is_counted_and_nothing_made(tmp_path) -> None:
    """Asking makes no database, and what is none is no record."""
    (tmp_path / "letter.db").write_text("Dear Sir")

    assert traffic(f"sqlite:///{tmp_path / 'nothing.db'}", BEGIN) is None
    assert traffic(f"sqlite:///{tmp_path / 'letter.db'}", BEGIN) is None
    assert traffic("postgresql+psycopg://nobody@127.0.0.1:1/none", BEGIN) is None
    assert traffic("what?", BEGIN) is None
    assert [path.name for path in tmp_path.iterdir()] == ["letter.db"]
