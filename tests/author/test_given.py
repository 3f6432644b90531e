"""Reading what a scenario gives and expects."""

from __future__ import annotations

from typing import Any

import pytest

from shepherd.author import Malformed, place_of, read_given, read_scenarios, scenarios_in
from shepherd.cli.trees import plain
from shepherd.flow import source
from shepherd.flow.given import seconds


def one(**changes: Any) -> dict[str, Any]:
    scenario: dict[str, Any] = {"name": "n", "given": {}, "expect": {"outcome": "done", "path": ["a"]}}
    return {"scenarios": [{**scenario, **changes}]}


def test_a_bare_step_is_one_of_the_flow() -> None:
    """Answers are keyed by step; those of a called flow carry its name."""
    given = read_given({"answers": {"a": "1", "other/b": "2"}}, "mine")
    assert dict(given.answers) == {"mine/a": "1", "other/b": "2"}


def test_the_time_is_fixed_and_keeps_its_offset() -> None:
    """`today` and `now` come from `at`, with its offset."""
    given = read_given({"at": "2026-11-21T10:00:00+01:00"}, "mine")
    assert (given.at.isoformat(), given.offset) == ("2026-11-21T09:00:00+00:00", "+01:00")


@pytest.mark.parametrize("at", ["2026-11-21T10:00:00", "soon", "0001-01-01T00:00:00+14:00", ""])
def test_a_time_without_its_offset_or_none_at_all_is_refused(at: str) -> None:
    """A time that could mean two moments is no fixed time."""
    with pytest.raises(Malformed, match="with its offset"):
        read_given({"at": at}, "mine")


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ({"scenarios": []}, "as a list"),
        ({"scenario": []}, 'no key "scenario"'),
        ([], "the file must be a group"),
        (one(name=""), "has no name"),
        (one(name=None), "has no name"),
        ({"scenarios": ["x"]}, "a scenario must be a group"),
        (one(given="x"), "given must be a group"),
        (one(given={"answer": {}}), 'given has no key "answer"'),
        (one(given={"spent": {"a": "-1"}}), "no whole number"),
        (one(expect=None), "either `outcome` or `waiting"),
        (one(expect={"outcome": "x", "waiting": "y", "path": []}), "either `outcome` or `waiting"),
        (one(expect={"outcome": "x"}), "at least one of path"),
        (one(expect={"outcome": "x", "path": {"a": "b"}}), "path must be a list"),
        (one(expect={"outcome": "x", "ticket": {"hat": []}}), 'ticket has no key "hat"'),
        ({"scenarios": one()["scenarios"] * 2}, "two scenarios are called"),
    ],
)
def test_a_malformed_file_says_what_to_write(tree: Any, says: str) -> None:
    """Each mistake has its own sentence, with the file and the scenario."""
    with pytest.raises(Malformed, match=says):
        read_scenarios(tree, "mine.scenarios.yaml")


def test_the_flow_is_named_by_the_file() -> None:
    """`folder/mine.scenarios.yaml` stands beside the flow `mine`."""
    (scenario,) = read_scenarios(one(), "folder/mine.scenarios.yaml")
    assert (scenario.flow, scenario.file) == ("mine", "folder/mine.scenarios.yaml")


def test_refused_null_means_nothing_is_refused() -> None:
    """`refused: null` is read as text, and means no refusal."""
    (scenario,) = read_scenarios(one(expect={"outcome": "x", "path": ["a"], "refused": "null"}), "m.scenarios.yaml")
    assert scenario.expect.refused is None


@pytest.mark.parametrize(("text", "number"), [("8s", 8), ("31m", 1860), ("2h", 7200), ("1d", 86400)])
def test_lengths_of_time(text: str, number: int) -> None:
    """As everywhere in the language."""
    assert seconds(text) == number


@pytest.mark.parametrize("text", ["", "31", "m", "1.5h", "-1m", "1 m", "9999999s"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(Malformed, match="31m"):
        seconds(text)


MISTAKES = """scenarios:
  - name: One
    given:
      at: 2026-11-21T10:00:00
    expect: {outcome: done, path: [a]}
  - name: Two
    given:
      spent:
        a: many
    expect: {outcome: done, path: [a]}
  - name: Three
    expect: {outcome: done, waiting: a, path: [a]}
  - name: Three
    expect: {outcome: done, path: [a]}
  - name: Three
    expect: {outcome: done, path: [a]}
"""


def test_every_mistake_is_found_at_its_place() -> None:
    """All of a file's mistakes at once, each with the line and column of what is to be mended."""
    root = source.read(MISTAKES.encode(), "mine.scenarios.yaml").root
    assert root is not None
    read, wrong = scenarios_in(plain(root), "mine.scenarios.yaml", root)

    places = [place_of(root, error.at)[:2] for error in wrong]
    assert places == [(4, 7), (9, 9), (12, 5), (15, 5)]
    assert [(scenario.name, scenario.line) for scenario in read] == [("Three", 13)]
    assert "offset" in str(wrong[0])
    assert str(wrong[3]).startswith('mine.scenarios.yaml: scenario Three: two scenarios are called "Three"')
