"""Whatever a file says, the flow made of it can be read and says the same: nothing is dropped, nothing is guessed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shepherd.author.elsewhere import Sketch
from shepherd.author.elsewhere.naming import Names, slug, telling
from shepherd.author.elsewhere.settle import settle
from shepherd.author.elsewhere.sketch import Station, Unreadable, Way
from shepherd.author.elsewhere.writing import clean
from shepherd.flow.graph import graph_of
from tests.author.elsewhere.making import made

NASTY = (
    "",
    *("yes", "No: really #1", "{{ x }}", "{%", "- a", "null", '"', "'", "[a, b]", "\u202eback", "a\nb", "&a *b", "é…"),
    *("{}}", "{{%}}", "}" * 300, "%", "| x", "a: b", "---", "x:", "error", "true", "12", "# to-do: x"),
)
WORDS = st.one_of(st.sampled_from(NASTY), st.text(max_size=30))
KEYS = st.sampled_from(["1", "2", "3", "4", "restart", "Restart", "error", "ticket", "x" * 90, "Ünïcode", "日本"])


@st.composite
def sketches(draw: st.DrawFn) -> Sketch:
    keys = draw(st.lists(KEYS, min_size=1, max_size=6, unique=True))
    sketch = Sketch(title=draw(WORDS))
    for key in keys:
        one = sketch.stations[key] = Station(key, draw(WORDS), words=draw(st.sampled_from(["say", "guide"])))
        one.more = draw(WORDS)
        one.kind = draw(st.sampled_from(["", "ask", "end", "call", "wait"]))
        one.seconds = 7200
        one.calls = draw(WORDS) if one.kind == "call" else ""
        targets = st.sampled_from([*keys, "nowhere"])
        one.ways = draw(st.lists(st.builds(Way, targets, WORDS, st.just(0), st.just("")), max_size=4))
        one.unknown = draw(st.lists(WORDS, max_size=2))
    return sketch


def _dangling(sketch: Sketch) -> bool:
    return any(way.target not in sketch.stations for station in sketch.stations.values() for way in station.ways)


@given(sketches())
@example(Sketch(stations={"a": Station("a", "x", ways=[Way("a", "yes"), Way("b", "yes"), Way("b", "yes ")])}))
@example(Sketch(title="\n", stations={"a": Station("a")}))
@settings(max_examples=60, deadline=None)
def test_every_tree_becomes_a_flow_that_says_the_same(sketch: Sketch) -> None:
    """
    Whatever is drawn: the flow is built, every station is a step, every way leads where it led under its own label,
    and no error is found but what the drawing itself brings: a loop that nothing leads out of.
    """
    with tempfile.TemporaryDirectory() as folder:
        if all(station.ways for station in sketch.stations.values()) and not _dangling(sketch):
            with pytest.raises(Unreadable, match="Nothing ends"):
                made(Path(folder), sketch)
            return
        found = made(Path(folder), sketch)
    assert found.flow is not None, found.text
    assert {f.code for f in found.findings if f.severity == "error"} <= {"SHP203"}, found.findings
    stations = sketch.stations  # `settle` has given it what was missing
    assert len(found.flow.steps) == len(stations)
    assert len(graph_of(found.flow).edges()) == sum(len(station.ways) for station in stations.values())
    told = {label for step in found.flow.steps.values() if step.verb == "ask" for label in found.labels(step.id)}
    asked = [s for s in stations.values() if len(s.ways) > 1 or (s.kind == "ask" and s.ways)]
    assert {clean(way.label) for s in asked for way in s.ways} - {"", *told} == set(), told


@given(sketches())
@settings(max_examples=10, deadline=None)
def test_the_same_file_gives_the_same_flow(sketch: Sketch) -> None:
    """Ids and values come from the words alone, in the order of the file."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            first = made(Path(folder), sketch).text
        except Unreadable:
            return
        assert made(Path(folder), sketch).text == first


def test_names_are_readable_and_never_twice() -> None:
    """A second step with the same words gets a number; words of the language get a word behind; accents fall."""
    names = Names()
    given_ = [
        names.give(wish, otherwise="step_1") for wish in ("Größe prüfen?", "Größe prüfen", "Error", "24 hours", "日本")
    ]
    assert given_ == ["grosse_prufen", "grosse_prufen_2", "error_step", "step_1_24_hours", "step_1"]
    assert slug("Can't the customer see what colour the light of it is?") == "cant_customer_see_what_colour"
    assert [key for key in ("restart", "check-light", "A", "12", "node7", "Activity_0abc123") if telling(key)] == [
        "restart",
        "check-light",
    ]


def test_a_beginning_that_is_told_stays_the_first() -> None:
    """What can't be reached from it is asked for beside it."""
    sketch = Sketch(first="b", stations={"a": Station("a", "A", ways=[Way("b")]), "b": Station("b", "B")})
    settle(sketch)
    assert [way.target for way in sketch.stations[sketch.first].ways] == ["b", "a"]
