"""Going back over a change that says how it is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from shepherd.check.library import Library
from shepherd.check.policy_refs import policy_refs
from shepherd.flow.draft import from_documents
from shepherd.run import replay
from shepherd.run.api import Abandon, Answer, Continue, DoDue, Finished, GoBack, Refused, Request
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


def test_the_path_offers_to_go_back_over_what_can_be_taken_back() -> None:
    """
    What the engine would take, the page offers: going back, but no change of an answer; nothing while it is under way.
    """
    walk = walked()

    assert (walk.run.path[0].can_go_back, walk.run.path[0].can_change) == (True, False)

    walk(GoBack(1))

    assert not walk.run.path[0].can_go_back

    undo(walk, "ok")
    undo(walk, "too_late")

    assert (walk.run.path[0].can_go_back, walk.run.path[0].can_change) == (True, False)

    walk(GoBack(1))
    undo(walk, "ok")

    assert walk.here == "greet"


def test_a_run_that_nobody_touches_is_abandoned_while_a_change_is_being_taken_back() -> None:
    """
    People wait for the result; the desk may end what has stood for days.
    """
    walk = walked()
    walk(GoBack(1))
    with pytest.raises(Refused) as early:
        walk(Abandon("customer_gone"))

    assert early.value.code == "undoing"

    walk(Abandon("untouched"), "system")

    assert walk.run.ended


def test_a_secret_is_not_there_when_a_change_is_taken_back() -> None:
    """
    The operation that takes it back gets what is still known; one that needs the secret is a finding.
    """
    with_pin = {"reads": False, "accepts_secret": True, "inputs": {"pin": "digits"}, "results": {"ok": {"ref": "text"}}}
    undone = {"reads": False, "accepts_secret": True, "inputs": {"pin": "digits", "ref": "text"}, "results": {"ok": {}}}
    change = {"do": "box.change", "with": {"pin": "pin"}, "once_per": "visit", "undo": "box.restore"}
    closed = flow(
        "closed",
        {
            "pin": {"ask": "Your PIN?", "type": "digits", "secret": True},
            "close": {**change, "results": {"ok": "tell", "error": "end", "unknown": "end"}},
            "tell": {"say": "Done."},
            "end": {"end": "done"},
        },
    )
    box = {**CONNECTOR, "operations": {"change": with_pin, "restore": undone}}
    documents = {"flow:closed": closed, "desk": DESK, "connectors:box": box}
    walk = Walk(Library.load(documents), "closed")
    walk(Answer("1234"))
    walk(Request(), "system")
    walk(Finished("ok", {"ref": "R-1"}), "system")
    walk(GoBack(1))

    assert walk.run.waiting.inputs == {"ref": "R-1"}
    assert [f.code for f in policy_refs(from_documents(documents))] == ["SHP621"]


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
