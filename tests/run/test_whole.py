"""What the hot path writes out field by field is as long as the classes it makes."""

from __future__ import annotations

from shepherd.check.library import Library
from shepherd.run import advance, start
from shepherd.run.api import Answer
from tests.bench.bench_step import STAMP, chain


def test_a_step_makes_whole_records() -> None:
    """A field added to Run, Frame, State, Visit or Event and forgotten where it is written out fails here."""
    opened = start(Library.load(chain(2)), "chain", inputs={}, facts={}, stamp=STAMP).run
    step = advance(opened, Answer("yes"), stamp=STAMP)
    run, left = step.run, step.run.tip.prev
    assert left is not None
    assert left.done
    for made in (step, step.event, run, run.state, run.state.frame, run.tip, left):
        assert len(made) == len(made._fields), type(made).__name__
    named = type(run)(**run._asdict())
    assert (named.seq, named.made, named.channel, named.last) == (2, 2, "", STAMP)
    assert type(left)(**left._asdict()).value == "yes"
