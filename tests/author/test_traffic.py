"""The traffic of a flow: what runs took which way, and how long they stood where."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from shepherd.author.draw import draw
from shepherd.author.traffic import Period, Traffic, span
from shepherd.check.library import Library
from shepherd.run.api import Answer, Event, GoBack
from tests.run.small import Walk, flow, library

STEPS = {
    "light": {"ask": "Which light?", "answers": {"red": "again", "green": "done", "none": "prove_it"}},
    "again": {"say": "Switch it off and on.", "then": "light", "attempts": 3, "out_of_attempts": "done"},
    "prove_it": {"call": "prove", "results": {"yes": "done", "no": "done"}},
    "done": {"end": "done"},
}
CALLED = flow(
    "prove",
    {
        "you": {"ask": "Is it you?", "answers": {"yes": "good", "no": "bad"}},
        "good": {"end": "yes"},
        "bad": {"end": "no"},
    },
    outcomes={"yes": {}, "no": {}},
    called_only="true",
)


def made(*, title: str = "Lights", again: str = "again") -> Library:
    steps = {again if key == "again" else key: value for key, value in STEPS.items()}
    steps["light"] = {**STEPS["light"], "answers": {**STEPS["light"]["answers"], "red": again}}
    return library(flow("lights", steps, title=title), CALLED)


def walked(found: Library, *answers: tuple[object, int]) -> list[Event]:
    """A run: each answer with the seconds before it."""
    from shepherd.run.api import Continue

    walk = Walk(found, "lights")
    for answer, after in answers:
        walk(Continue() if answer is None else answer if isinstance(answer, GoBack) else Answer(answer), after=after)
    return walk.events


@pytest.fixture(scope="module")
def found() -> Library:
    return made()


def traffic(found: Library, runs: list[list[Event]], name: str = "lights", period: Period = Period()) -> Traffic:  # noqa: B008
    return Traffic(found.flows[name], found.bundle(name)[f"flow:{name}"], runs, period)


def test_every_walk_of_a_way_counts_and_times_are_medians(found: Library) -> None:
    """
    Loops count each time, also what was taken back; a step's time is until the next visit, a call's until it is back.
    """
    runs = [
        walked(found, ("red", 10), (None, 60), ("green", 20)),
        walked(found, ("none", 30), ("yes", 300)),
        walked(found, ("red", 50), (GoBack(1), 5), ("green", 7)),
    ]
    told = traffic(found, runs)
    assert told.runs == 3
    assert told.older == 0
    assert told.ways == {
        ("light", "answer:red"): 2,
        ("again", "then"): 1,
        ("light", "answer:green"): 2,
        ("light", "answer:none"): 1,
        ("prove_it", "outcome:yes"): 1,
    }
    assert told.visits == {"light": 5, "again": 2, "prove_it": 1, "done": 3}
    assert told.seconds["prove_it"] == 300
    assert told.seconds["light"] == 20  # of 10, 20, 30, 50 and 7
    assert "done" not in told.seconds
    inner = traffic(found, runs, "prove")
    assert (inner.runs, inner.ways) == (1, {("you", "answer:yes"): 1})


def test_older_versions_count_by_their_ids(found: Library) -> None:
    """A run of another version is told, and visits to steps that are gone are told too, rather than drawn somewhere."""
    runs = [
        walked(found, ("green", 5)),
        walked(made(title="Other words"), ("green", 5)),
        walked(made(again="restart"), ("red", 5), (None, 5), ("green", 5)),
    ]
    told = traffic(found, runs)
    assert (told.runs, told.older, told.lost) == (3, 2, 1)
    assert told.ways == {("light", "answer:green"): 3, ("light", "answer:red"): 1}
    assert "2 of the runs walked another version" in told.legend
    assert "visits to its former steps are left out: 1." in told.legend


def test_it_is_drawn_in_every_format(found: Library) -> None:
    """Counts behind the words, width by share, dashes where nobody came, the legend above; and nothing of persons."""
    told = traffic(found, [walked(found, ("green", 5))] * 9 + [walked(found, ("red", 5), (None, 5), ("green", 5))])
    root = ElementTree.fromstring(draw(found.flows, "lights", "svg", told))
    looks = {(e.get("data-from"), e.get("data-by")): e.get("class") for e in root.iter() if e.get("data-by")}
    assert looks[("light", "answer:green")] == "arrow load load5"
    assert looks[("light", "answer:red")] == "arrow load load1"
    assert looks[("light", "answer:none")] == "arrow missed"
    text = " ".join("".join(e.itertext()) for e in root.iter() if (e.tag or "").endswith("text"))
    for words in ("Green (10)", "Red (1)", "5 s · visits 11", "10 recorded runs came through here"):
        assert words in text
    assert "Ada" not in ElementTree.tostring(root, encoding="unicode")
    mermaid = draw(found.flows, "lights", "mermaid", told)
    assert '|"Green #40;10#41;"|' in mermaid
    assert "linkStyle 1 stroke-width:9px" in mermaid
    assert "penwidth=9" in draw(found.flows, "lights", "dot", told)


def test_without_runs_nothing_is_walked(found: Library) -> None:
    """And it says so; the period is told."""
    from datetime import date

    told = traffic(found, [], period=Period(date(2026, 11, 1)))
    assert told.described == "0 recorded runs since 2026-11-01 came through here. No way was walked."
    assert told.step("light") == ("missed", None)
    capped = traffic(found, [walked(found, ("green", 5))] * 2, period=Period(None, 2))
    assert capped.described.startswith("2 recorded runs of the newest 2 came through here.")


def test_times_are_short_words() -> None:
    """Seconds, minutes, hours, days, whichever is nearest."""
    assert [span(s) for s in (0, 8, 90, 3599, 7200, 500_000)] == ["0 s", "8 s", "1.5 min", "60 min", "2 h", "5.8 d"]
