"""Called flows that are drawn inside the calls of them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from shepherd.author.draw import draw
from shepherd.author.overlay import Laid, Overlay
from shepherd.author.picture import Opening, opened
from shepherd.check.library import Library
from shepherd.flow.graph import graph_of
from tests.run.small import flow, library
from tests.shipped import library as shipped_library

FLOWS = Path(__file__).resolve().parents[2] / "flows"
SVG = "{http://www.w3.org/2000/svg}"


def calls(name: str, then: str) -> dict[str, object]:
    return {"call": name, "results": {"done": then}}


@pytest.fixture(scope="module")
def nested() -> Library:
    """A flow that calls a second one twice, which calls a third."""
    third = flow("third", {"say_it": {"say": "Deep down."}, "up": {"end": "done"}}, called_only="true")
    asked = {"ask": "Deeper?", "answers": {"yes": "down", "no": "up"}}
    inner = {"ask_it": asked, "down": calls("third", "up"), "up": {"end": "done"}}
    outer = {"hello": {"say": "Hello."}, "one": calls("second", "two"), "two": calls("second", "bye")}
    second = flow("second", inner, called_only="true")
    return library(flow("first", {**outer, "bye": {"end": "done"}}), second, third)


def steps(text: str) -> list[str]:
    return sorted(re.findall(r'class="node [^"]*" data-step="([^"]+)"', text))


def ways(text: str) -> list[tuple[str, ...]]:
    return sorted(re.findall(r'data-from="([^"]+)" data-by="([^"]+)" data-to="([^"]+)"', text))


def test_what_is_called_stands_inside_each_call(nested: Library) -> None:
    """As deep as is asked: by the flow's id, or by levels; all steps and ways of it, once for each call."""
    outer = ["bye", "hello", "one", "two"]
    inner = ["second/ask_it", "second/down", "second/up"]
    deep = ["third/say_it", "third/up"]
    for opening, expected in (
        (Opening(), outer),
        (Opening(frozenset({"second"})), outer + 2 * inner),
        (Opening(frozenset({"third"})), outer),
        (Opening(depth=1), outer + 2 * inner),
        (Opening(depth=2), outer + 2 * inner + 2 * deep),
        (Opening(frozenset({"third"}), 1), outer + 2 * inner + 2 * deep),
    ):
        text = draw(nested.flows, "first", opening=opening)
        assert steps(text) == sorted(expected), opening
        assert text == draw(nested.flows, "first", opening=opening)
    second = [(f"second/{s}", by, f"second/{t}") for s, t, by in graph_of(nested.flows["second"]).edges(keys=True)]
    first = [(s, by, t) for s, t, by in graph_of(nested.flows["first"]).edges(keys=True)]
    assert ways(draw(nested.flows, "first", opening=Opening(depth=1))) == sorted(first + 2 * second)


def place(node: ElementTree.Element) -> tuple[float, float]:
    found = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", node.get("transform", "translate(0 0)"))
    assert found
    return float(found[1]), float(found[2])


def frames(root: ElementTree.Element) -> list[tuple[float, float, float, float, bool]]:
    """Every node of a picture: its box on the page, and whether it is a frame with another flow in it."""
    found = []

    def look(element: ElementTree.Element, x: float, y: float) -> None:
        for child in element:
            dx, dy = place(child) if child.tag == f"{SVG}g" else (0.0, 0.0)
            if "node" in (child.get("class") or "").split():
                frame = child.find(f"{SVG}rect")
                if frame is not None:
                    size = float(frame.get("width", 0)), float(frame.get("height", 0))
                else:
                    size = 208.0, 40.0
                found.append((x + dx, y + dy, *size, frame is not None))
            look(child, x + dx, y + dy)

    look(root, 0, 0)
    return found


@pytest.fixture(scope="module")
def shipped() -> Library:
    return shipped_library()


@pytest.mark.parametrize("name", ["internet_down", "account_locked", "third_party_caller"])
def test_frames_hold_their_flow_and_nothing_else(name: str, shipped: Library) -> None:
    """In the shipped flows with all calls opened: no node lies on the edge of a frame, and all lie on the page."""
    root = ElementTree.fromstring(draw(shipped.flows, name, opening=Opening(depth=3)))
    boxes = frames(root)
    assert any(frame for *_, frame in boxes)
    wide, high = float(root.get("width", 0)), float(root.get("height", 0))
    for x, y, w, h, _ in boxes:
        assert x >= 0
        assert y >= 0
        assert x + w <= wide
        assert y + h <= high
    for x, y, w, h, frame in boxes:
        for ox, oy, ow, oh, _ in boxes if frame else []:
            apart = ox >= x + w or ox + ow <= x or oy >= y + h or oy + oh <= y
            within = ox >= x and oy >= y and ox + ow <= x + w and oy + oh <= y + h
            around = x >= ox and y >= oy and x + w <= ox + ow and y + h <= oy + oh
            assert apart or within or around


def test_each_flow_has_what_is_laid_over_it(nested: Library) -> None:
    """The outer and the inner ones."""
    over: dict[str, Laid] = {
        "first": Overlay({"one": ((1, False),)}, {}),
        "second": Overlay({"ask_it": ((2, False),)}, {("ask_it", "answer:yes"): True}),
    }
    text = draw(nested.flows, "first", overlay=over["first"], opening=Opening(depth=2), inner=over.get)
    assert 'class="node call opened walked" data-step="one"' in text
    assert text.count('class="node ask walked" data-step="second/ask_it"') == 2
    assert text.count('class="arrow walked" data-from="second/ask_it" data-by="answer:yes"') == 2
    assert 'class="node message" data-step="third/say_it"' in text


def test_other_formats_stay_as_they_are(nested: Library) -> None:
    """They have no place for it."""
    for form in ("mermaid", "dot", "bpmn"):
        plain = draw(nested.flows, "first", form)
        assert draw(nested.flows, "first", form, opening=Opening(depth=2)) == plain


def test_what_is_too_large_says_so(nested: Library) -> None:
    """Counted with everything inside."""
    from shepherd.author import setting

    picture = opened(nested.flows, "first", Opening(depth=2))
    assert not setting.too_large(picture)
    assert setting._parts(picture) > setting._parts(opened(nested.flows, "first", Opening())) + 10
