"""Pictures of flows: whole, legible, the same everywhere, and safe to open."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from shepherd.author import Played, cover
from shepherd.author.draw import FORMATS, draw, mermaid
from shepherd.author.layout import Box, Route, Spot, Way, lay_out
from shepherd.author.overlay import Covered, Overlay, Stop, overlay, stops
from shepherd.author.picture import picture_of
from shepherd.author.setting import planned
from shepherd.author.shapes import SHAPES
from shepherd.author.svg import svg
from shepherd.author.trail import Crossing
from shepherd.check.library import Library
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Flow
from tests.author.large import called, large
from tests.run.small import flow, library
from tests.shipped import draft
from tests.shipped import library as shipped_library

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script> \"quoted' \\ <b>&amp; ]]> #quot; `x` %%{init}%%"
SMALL = flow(
    "small",
    {
        "greet": {"say": "Good morning. What can I do?"},
        "light": {
            "ask": "What colour is the light on the front of the router?",
            "answers": {"green": {"label": "Green", "then": "prove_it"}, "red": "restart", "dark": "restart"},
        },
        "restart": {"say": "Switch it off and on.", "attempts": 2, "out_of_attempts": "give_up", "then": "light"},
        "prove_it": {
            "call": "prove",
            "results": {"verified": "look", "failed": "give_up", "locked": "give_up"},
        },
        "look": {"lookup": "box.read", "results": {"ok": "choose", "not_found": "look", "error": "give_up"}},
        "choose": {"decide": [{"when": "look.size > 3", "then": "close"}, {"otherwise": "give_up"}]},
        "give_up": {"escalate": "second_line", "severity": "sev2", "because": "No luck.", "outcome": "passed"},
        "close": {"end": "done"},
    },
    outcomes={"done": {"resolves": True}, "passed": {"resolves": False}},
    title="The light",
)


@pytest.fixture(scope="module")
def small() -> Library:
    return library(SMALL, called())


@pytest.fixture(scope="module")
def shipped() -> Library:
    return shipped_library()


def drawn(found: Library, name: str, over: Overlay | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(draw(found.flows, name, "svg", over))


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if name in (e.get("class") or "").split()]


def way(arrow: ElementTree.Element) -> tuple[str, str, str]:
    return arrow.get("data-from", ""), arrow.get("data-to", ""), arrow.get("data-by", "")


def every(flows: Any) -> list[Flow]:
    return list(flows.values())


# --- whole ----------------------------------------------------------------------------------------


def test_each_step_and_each_way_is_in_the_svg_once(shipped: Library, small: Library) -> None:
    """What is drawn is what is checked and walked: the nodes and the edges of the flow's graph."""
    for found in (shipped, small):
        for one in every(found.flows):
            root = drawn(found, one.id)
            nodes = [e.get("data-step") for e in of_class(root, "node")]
            assert sorted(nodes) == sorted(graph_of(one).nodes)
            arrows = [way(e) for e in of_class(root, "arrow")]
            assert sorted(arrows) == sorted((s, t, by) for s, t, by in graph_of(one).edges(keys=True))


def test_each_step_and_each_way_is_in_the_texts_once(shipped: Library, small: Library) -> None:
    """Mermaid and DOT have as many nodes and arrows, between the same steps."""
    for found in (shipped, small):
        for one in every(found.flows):
            expected = sorted((s, t) for s, t in graph_of(one).edges())
            text = draw(found.flows, one.id, "mermaid")
            assert sorted(re.findall(r"^  s_(\w+) -->(?:\|.*\|)? s_(\w+)$", text, re.MULTILINE)) == expected
            assert sorted(re.findall(r"^  s_(\w+)[\[({>]", text, re.MULTILINE)) == sorted(graph_of(one).nodes)
            text = draw(found.flows, one.id, "dot")
            assert sorted(re.findall(r'^  "(\w+)" -> "(\w+)" \[', text, re.MULTILINE)) == expected
            assert sorted(re.findall(r'^  "(\w+)" \[', text, re.MULTILINE)) == sorted(graph_of(one).nodes)


def test_every_verb_has_a_shape_of_its_own() -> None:
    """No two verbs look alike in any of the formats."""
    for look in (
        [(s.path(208, 70), s.inner(208, 70)) for s in SHAPES.values()],
        [s.mermaid for s in SHAPES.values()],
        [s.word for s in SHAPES.values()],
    ):
        assert len(set(look)) == len(SHAPES)


def test_a_label_says_the_answer_the_result_or_the_condition(small: Library) -> None:
    """As the agent reads it, or as the designer wrote it."""
    texts = {
        way(e)[2]: " ".join("".join(t.itertext()) for t in e.iter(f"{SVG}text") if not t.get("class"))
        for e in of_class(drawn(small, "small"), "arrow")
    }
    assert texts["answer:green"] == "Green"
    assert texts["result:not_found"] == "Not found"
    assert texts["when:1"] == "look.size > 3"
    assert texts["out_of_attempts"] == "No attempts left"
    assert texts["then"] == ""


def test_the_small_flow_looks_as_it_did(small: Library, golden: Any) -> None:
    """In every format, to the letter."""
    for form in FORMATS:
        golden.same(f"draw/small.{form}", draw(small.flows, "small", form))


# --- legible --------------------------------------------------------------------------------------


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return (
        one[0] + one[2] <= other[0]
        or other[0] + other[2] <= one[0]
        or one[1] + one[3] <= other[1]
        or other[1] + other[3] <= one[1]
    )


@pytest.mark.parametrize("count", [60, 300])
def test_no_two_boxes_overlap_and_no_line_runs_through_one(count: int) -> None:
    """Checked on the geometry, for large flows; the larger one is drawn within seconds."""
    found = library(large(count), called())
    began = time.perf_counter()
    draw(found.flows, f"large_{count}", "svg")
    assert time.perf_counter() - began < 8
    plan = planned(picture_of(found.flows[f"large_{count}"], {}))
    assert len(plan.spots) == count
    assert [pair for pair in combinations(plan.spots, 2) if not apart(*pair)] == []
    rooms = [Spot(s.x + 21, s.y + 2, s.width - 42, s.height - 4) for s in plan.spots]
    for route in plan.routes:
        for line in parts(route):
            assert all(apart(line, room) for room in rooms), route
            assert 0 <= line.y <= line.y + line.height <= plan.height


def parts(route: Route) -> list[Spot]:
    """The straight parts of a route, as boxes without width."""
    return [
        Spot(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairwise(route.points)
    ]


def test_a_loop_comes_round_and_is_marked(small: Library) -> None:
    """A way back leaves to the right and arrives from the left like any other, and says that it is a loop."""
    loops = [e for e in of_class(drawn(small, "small"), "arrow") if "loop" in (e.get("class") or "")]
    assert {way(e) for e in loops} == {("restart", "light", "then"), ("look", "look", "result:not_found")}
    for loop in loops:
        way_ = next(e for e in loop if e.get("class") == "way").get("d", "")
        xs = [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", way_)]
        assert min(xs) < xs[-1] < xs[0] < max(xs)


@pytest.mark.parametrize("seed", range(6))
def test_lines_with_different_ends_do_not_lie_on_each_other(seed: int) -> None:
    """Where two lines meet they have the same end, so that each can be followed."""
    found = library(large(60, seed), called())
    picture = picture_of(found.flows["large_60"], {})
    lines = [
        (line, (arrow.target, route.back))
        for arrow, route in zip(picture.arrows, planned(picture).routes, strict=True)
        for line in parts(route)
    ]
    clashes = [
        (one, other)
        for (one, end), (other, its) in combinations(lines, 2)
        if end != its and (lie(one, other) or lie(flipped(one), flipped(other)))
    ]
    assert clashes == []


def lie(one: Spot, other: Spot) -> bool:
    """Whether two upright lines lie on each other."""
    upright = one.width == other.width == 0 and abs(one.x - other.x) < 3
    return upright and one.y + 1 < other.y + other.height and other.y + 1 < one.y + one.height


def flipped(line: Spot) -> Spot:
    return Spot(line.y, line.x, line.height, line.width)


def test_words_are_wrapped_and_stay_in_their_box() -> None:
    """Long words break, long texts end with a mark, and the whole text stands in the title."""
    long = flow("long", {"say_it": {"say": f"{'W' * 90} " + "word " * 90}, "close": {"end": "done"}})
    root = drawn(library(long), "long")
    node = next(e for e in of_class(root, "node") if e.get("data-step") == "say_it")
    lines = ["".join(t.itertext()) for t in node.iter(f"{SVG}text")][1:]
    assert len(lines) <= 5
    assert lines[-1].endswith("…")
    assert all(len(line) <= 30 for line in lines)
    title = node.find(f"{SVG}title")
    assert title is not None
    assert (title.text or "").count("word") == 90


# --- the same everywhere ----------------------------------------------------------------------------


def test_the_picture_is_the_same_in_every_process() -> None:
    """Whatever the seed of Python's hashes is."""
    script = (
        "from tests.author.large import called, large; from tests.run.small import library; "
        "from shepherd.author.draw import draw; import sys; found = library(large(60), called()); "
        "sys.stdout.write(''.join(draw(found.flows, 'large_60', f) for f in ('svg', 'mermaid', 'dot')))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(texts) == 1


def test_a_picture_without_ways_is_drawn() -> None:
    """One step alone, and steps that nothing joins."""
    assert lay_out([Box(100, 50)], []).height == 50
    assert len(lay_out([Box(100, 50)] * 3, [Way(0, 0)]).routes) == 1


# --- safe to open -----------------------------------------------------------------------------------


def hostile() -> Library:
    steps = {
        "one": {
            "ask": HOSTILE,
            "answers": {"a": {"label": HOSTILE, "then": "two"}, "b": {"label": "B", "then": "two"}},
        },
        "two": {"end": "done"},
    }
    return library(flow("evil", steps, title=HOSTILE))


def test_hostile_words_stay_words() -> None:
    """They are the text of the picture, and neither its markup nor its code."""
    found = hostile()
    for over in (
        None,
        overlay("evil", [Stop(1, "evil/one", None), Stop(2, "evil/two", Crossing("evil", "one", "answer:a"))]),
    ):
        root = drawn(found, "evil", over)
        tags = {e.tag.removeprefix(SVG) for e in root.iter()}
        assert tags <= {"svg", "title", "desc", "style", "rect", "text", "tspan", "g", "path", "circle"}
        assert any(HOSTILE in (e.text or "") for e in root.iter(f"{SVG}title"))
    for form, allowed in (("mermaid", r'[^"]*'), ("dot", r'(?:[^"\\]|\\.)*')):
        text = draw(found.flows, "evil", form)
        lines = [line for line in text.splitlines() if "script" in line and not line.startswith("title:")]
        assert lines
        for line in lines:
            assert re.fullmatch(r'[^"]*(?:"' + allowed + r'"[^"]*)+', line), line


def test_nothing_runs_and_nothing_is_fetched(shipped: Library) -> None:
    """No script, no style at an element, no address but the name of the format."""
    one = shipped.flows["internet_down"]
    titles = {name: f.title for name, f in shipped.flows.items()}
    for text in (
        draw(shipped.flows, one.id, "svg"),
        svg(picture_of(one, titles), embedded=True, link=lambda name: f"/flows/{name}"),
    ):
        assert not re.search(r"<script|\son\w+=|\sstyle=|url\(|@import|<image|<use|<foreignObject", text)
        assert set(re.findall(r'https?://[^"\s]+', text)) == {"http://www.w3.org/2000/svg"}


def test_an_embedded_picture_brings_no_style(shipped: Library) -> None:
    """The page has it, as a style sheet of its own."""
    text = svg(picture_of(shipped.flows["closing"], {}), embedded=True)
    assert "<style" not in text


def test_readers_are_told_what_is_drawn(small: Library) -> None:
    """The picture has a role and a sentence; each node and each way has a title."""
    root = drawn(small, "small")
    assert root.get("role") == "img"
    assert "8 steps" in (root.get("aria-label") or "")
    for element in of_class(root, "node") + of_class(root, "arrow"):
        title = element.find(f"{SVG}title")
        assert title is not None
        assert title.text


# --- a run laid over it -----------------------------------------------------------------------------


def test_a_path_is_marked_by_more_than_colour(small: Library) -> None:
    """Steps bear the numbers of their visits; what was taken back is struck through and dashed."""
    over = overlay(
        "small",
        [
            Stop(1, "small/greet", None),
            Stop(2, "small/light", Crossing("small", "greet", "then")),
            Stop(3, "small/restart", Crossing("small", "light", "answer:red"), gone=True),
            Stop(4, "small/light", None),
            Stop(5, "prove/ask_it", None),
        ],
    )
    root = drawn(small, "small", over)
    state = {e.get("data-step"): e for e in of_class(root, "node")}
    assert "walked" in (state["light"].get("class") or "")
    assert "gone" in (state["restart"].get("class") or "")
    assert {"walked", "gone"}.isdisjoint((state["close"].get("class") or "").split())
    assert "Visits 2, 4" in "".join(state["light"].itertext())
    assert [e.text for e in state["restart"].iter() if e.get("class") == "struck"] == ["3"]
    ways = {way(e)[::2]: e.get("class") for e in of_class(root, "arrow")}
    assert "walked" in (ways["greet", "then"] or "")
    assert "gone" in (ways["light", "answer:red"] or "")
    assert "light (4)" in (root.get("aria-label") or "")
    assert "restart" not in (root.get("aria-label") or "").partition("The path")[2]


def test_the_coverage_is_marked_by_more_than_colour(small: Library) -> None:
    """Steps bear the number of scenarios that come to them; what none walks is dashed, and told to readers."""
    crossed = frozenset({Crossing("small", "greet", "then")})
    walk = Played(None, crossed=crossed, entered=frozenset({"small/greet", "small/light"}))
    (coverage,) = cover({"small": small.flows["small"]}, [walk, walk])
    root = drawn(small, "small", Covered(coverage))
    state = {e.get("data-step"): e for e in of_class(root, "node")}
    assert "walked" in (state["light"].get("class") or "")
    assert "Scenarios 2" in "".join(state["light"].itertext())
    assert "missed" in (state["restart"].get("class") or "")
    assert "Scenarios 0" in "".join(state["restart"].itertext())
    ways = {way(e)[::2]: e.get("class") for e in of_class(root, "arrow")}
    assert {key for key, looks in ways.items() if "walked" in (looks or "")} == {("greet", "then")}
    assert all("missed" in (looks or "") for key, looks in ways.items() if key != ("greet", "then"))
    assert "light --answer:red--> restart" in (root.get("aria-label") or "")
    assert "Dashed: walked by none" in "".join(root.itertext())
    assert "class s_restart gone" in draw(small.flows, "small", "mermaid", Covered(coverage))
    assert '"greet" -> "light" [label="", penwidth=4];' in draw(small.flows, "small", "dot", Covered(coverage))


def test_the_texts_mark_a_path_too(small: Library) -> None:
    """Mermaid by classes and the numbers of links, DOT by pens."""
    over = overlay("small", [Stop(1, "small/greet", None), Stop(2, "small/light", Crossing("small", "greet", "then"))])
    text = mermaid(picture_of(small.flows["small"], {}), over)
    assert "  class s_greet walked" in text
    assert "  linkStyle 0 stroke-width:4px" in text
    assert '"greet" -> "light" [label="", penwidth=4];' in draw(small.flows, "small", "dot", over)


def test_the_ways_of_a_run_are_those_that_the_interpreter_took(shipped: Library) -> None:
    """Told from the entries alone, for every scenario that ships: the same steps and ways as its walk made."""
    from shepherd.author import read_scenarios, run_scenario

    told = 0
    for document in draft().scenarios:
        for scenario in read_scenarios(document.typed, document.file):
            played = run_scenario(shipped, scenario).played
            found = stops(played.events)
            assert {s.ref for s in found} == set(played.entered)
            assert {s.by for s in found if s.by is not None} == set(played.crossed), scenario.name
            assert played.run is not None
            standing = [item.visit for item in played.run.path]
            assert [s.number for s in found if not s.gone] == standing
            told += any(s.gone for s in found)
    assert told


def test_a_way_that_leads_far_names_its_end(shipped: Library) -> None:
    """Whoever looks at one screen of a wide picture still reads where each line goes."""
    told = {
        way(e)[::2]: [t.text for t in e.iter(f"{SVG}text") if t.get("class") == "to"]
        for e in of_class(drawn(shipped, "internet_down"), "arrow")
    }
    assert told["identify", "outcome:failed"] == ["→ not_verified"]
    assert told["back_now", "answer:no"] == ["→ check_lights"]
    assert told["greet", "then"] == []
