"""Flowcharts in Mermaid: what people draw, what Shepherd draws, and what is no chart."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.author.draw import draw
from shepherd.author.elsewhere import Unreadable
from shepherd.check.library import Library
from shepherd.flow.graph import graph_of
from tests.author.elsewhere.making import made, read
from tests.author.large import called, large
from tests.run.small import library
from tests.shipped import library as shipped_library

FLOWS = Path(__file__).resolve().parents[3] / "flows"
CHART = """\
---
title: The router
---
%%{init: {"theme": "dark"}}%%
flowchart TD
    A[Say hello] --> B{Is the <b>light</b> on?}
    B -- Yes --> C(Restart it)
    B -->|"No, #quot;really#quot;"| D([Book a visit])
    B -. cannot tell .-> E
    C --> F{{Works?}} & G>Odd]
    subgraph one [A group]
      direction LR
      F ==> |yes| D
      F ---> B
    end
    G --- D; classDef loud fill:#f9f
    class A,B loud
    E:::loud e1@--> rare@{ shape: stadium, label: "Call them" } %% the last
    click A "https://example.org"
"""


@pytest.fixture(scope="module")
def shipped() -> Library:
    return shipped_library()


def test_a_chart_becomes_a_flow(tmp_path: Path) -> None:
    """Its shapes, lines and labels in all the ways of writing them; looks, groups and links are left out."""
    found = made(tmp_path, read("mermaid", CHART))
    assert found.flow is not None
    assert found.flow.title == "The router"
    assert found.ways() == [
        ("e", "rare"),
        ("light_on", "book_visit"),
        ("light_on", "e"),
        ("light_on", "restart_it"),
        ("odd", "book_visit"),
        ("restart_it", "odd"),
        ("restart_it", "works"),
        ("say_hello", "light_on"),
        ("works", "book_visit"),
        ("works", "light_on"),
    ]
    assert found.labels("light_on") == {"Yes": "restart_it", 'No, "really"': "book_visit", "cannot tell": "e"}
    assert 'the line to "D" has no arrow' in found.text
    assert found.codes == {"SHP209"}


def test_a_page_with_one_chart_is_read() -> None:
    """And the lines that are told are those of the page."""
    page = "# Router\n\n```mermaid\ngraph LR\nA-->B\n```\n\nMore.\n"
    assert [s.line for s in read("mermaid", page).stations.values()] == [5, 5]
    with pytest.raises(Unreadable, match="2 charts"):
        read("mermaid", page + page)


@pytest.mark.parametrize("name", ["internet_down", "refund", "closing", "authentication", "suspected_fraud"])
def test_what_shepherd_draws_comes_back(tmp_path: Path, name: str, shipped: Library) -> None:
    """A shipped flow, drawn and read again: the same steps, and the same ways between them."""
    flow = shipped.flows[name]
    found = made(tmp_path, read("mermaid", draw(shipped.flows, name, "mermaid")))
    assert found.flow is not None
    assert set(found.flow.steps) == set(flow.steps)
    assert found.flow.first == flow.first
    assert found.ways() == sorted((s, t) for s, t in graph_of(flow).edges())


def test_a_large_flow_comes_back(tmp_path: Path) -> None:
    """The same with 300 steps."""
    flows = library(large(300), called()).flows
    found = made(tmp_path, read("mermaid", draw(flows, "large_300", "mermaid")))
    drawn = sorted((s, t) for s, t in graph_of(flows["large_300"]).edges())
    assert [way for way in found.ways() if way[0] != "where_begins"] == drawn  # one of its ends is led to by nothing


WRONG = {
    "another chart": ("sequenceDiagram\nA->>B: Hi\n", 1, "no flowchart"),
    "empty": ("   \n", 0, "empty"),
    "only a head": ("graph TD\n", 0, "no step"),
    "not closed": ("graph TD\nA[Hello --> B\n", 2, "not closed"),
    "quote not closed": ('graph TD\nA["Hello] --> B\n', 2, "not closed"),
    "no target": ("graph TD\nA --> \n", 3, "A step is due"),
    "no arrow": ("graph TD\nA --> B\nB C\n", 3, "An arrow is due"),
    "no end": ("graph TD\nA --> B\nB --> A\n", 0, "Nothing ends"),
    "to a group": ("graph TD\nsubgraph one\nA --> B\nend\nC --> one\n", 5, 'the group "one"'),
    "not utf-8": (b"graph TD\nA[\xff] --> B", 2, "not text in UTF-8"),
    "endless": ("graph TD\n" + "\n".join(f"n{n} --> n{n + 1}" for n in range(3000)), 2001, "2000 steps"),
    "many from one": ("graph TD\n" + "\n".join(f"a -->|{n}| b{n}" for n in range(300)), 2, "More than 200 ways"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_chart_is_said_with_its_line(tmp_path: Path, name: str) -> None:
    """Every class of a broken chart gives a sentence with the line and what mends it, and no flow."""
    text, line, says = WRONG[name]
    with pytest.raises(Unreadable) as refused:
        made(tmp_path, read("mermaid", text))
    first = refused.value.mistakes[0]
    assert (first.line, says in first.says, bool(first.mend)) == (line, True, True), first
