"""Going back over a change that says how it is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from shepherd.check.library import Library
from shepherd.run import replay
from shepherd.run.api import Answer, Continue, DoDue, Finished, GoBack, Refused, Request
from tests.run.small import CONNECTOR, DESK, Walk, flow

BOX: dict[str, Any] = {
    **CONNECTOR,
    "operations": {
        "change": {"reads": False, "inputs": {"id": "text"}, "results": {"ok": {"ref": "text"}}},
        "restore": {"reads": False, "inputs": {"ref": "text", "id": "text"}, "results": {"ok": {}, "too_late": {}}},
    },
}
CHANGE = {"do": "box.change", "with": {"id": '"C-1"'}, "once_per": "visit", "undo": "box.restore"}
TWICE = flow(
    "twice",
    {
        "greet": {"ask": "Which?", "answers": {"a": "first", "b": "end"}},
        "first": {**CHANGE, "results": {"ok": "second", "error": "end", "unknown": "end"}},
        "second": {**CHANGE, "results": {"ok": "tell", "error": "end", "unknown": "tell"}},
        "tell": {"say": "Done."},
        "end": {"end": "done"},
    },
)


def walked() -> Walk:
    """A run that has made two changes and stands behind them."""
    library = Library.load({"flow:twice": TWICE, "desk": DESK, "connectors:box": BOX})
    walk = Walk(library, "twice")
    walk(Answer("a"))
    for ref in ("R-1", "R-2"):
        walk(Request(), "system")
        walk(Finished("ok", {"ref": ref}), "system")

    assert walk.here == "tell"
    return walk


def undo(walk: Walk, result: str) -> None:
    """Let what is due be taken back, with *result*."""
    walk(Request(), "system")
    walk(Finished(result), "system")


def test_changes_are_taken_back_the_latest_first_and_then_the_run_goes_back() -> None:
    """
    Each undo is a call of its own, given what the change gave; only when all are done does the path shorten.
    """
    walk = walked()
    walk(GoBack(1))
    due = walk.run.waiting

    assert isinstance(due, DoDue)
    assert (due.operation, dict(due.inputs), due.visit) == ("box.restore", {"ref": "R-2", "id": "C-1"}, 3)
    assert walk.events[-1].data == {"visit": 1, "undo": [3, 2]}

    undo(walk, "ok")

    assert dict(walk.run.waiting.inputs) == {"ref": "R-1", "id": "C-1"}

    undo(walk, "ok")

    assert walk.here == "greet"
    assert walk.events[-1].data["back_to"] == 1
    assert replay(walk.library, walk.events) == walk.run

    walk(Answer("a"))

    assert walk.run.waiting.visit > 4


def test_a_change_that_can_not_be_taken_back_leaves_the_run_where_it_is() -> None:
    """
    The other system has the last word; what was taken back before stays so, and is not taken back twice.
    """
    walk = walked()
    walk(GoBack(1))
    undo(walk, "ok")
    undo(walk, "too_late")

    assert walk.here == "tell"
    assert walk.run.undone == {3}

    walk(GoBack(1))

    assert walk.events[-1].data["undo"] == [2]


def test_nothing_else_is_taken_while_a_change_is_being_taken_back() -> None:
    """
    The page that was open meanwhile is refused, and told to wait.
    """
    walk = walked()
    walk(GoBack(1))
    walk(Request(), "system")
    with pytest.raises(Refused) as caught:
        walk(Continue())

    assert caught.value.code == "undoing"


def test_what_perhaps_happened_is_still_a_barrier() -> None:
    """
    Nobody knows whether it was done, so nobody can take it back.
    """
    library = Library.load({"flow:twice": TWICE, "desk": DESK, "connectors:box": BOX})
    walk = Walk(library, "twice")
    walk(Answer("a"))
    walk(Request(), "system")
    walk(Finished("ok", {"ref": "R-1"}), "system")
    walk(Request(), "system")
    walk(Finished("unknown"), "system")

    with pytest.raises(Refused) as caught:
        walk(GoBack(1))

    assert caught.value.code == "barred"
