"""What is declared and never read, and what is kept twice without being read; and who looks after a flow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.check.unused import unused, unused_connectors
from shepherd.check.upkeep import reviews, upkeep
from shepherd.flow.draft import Draft
from shepherd.flow.findings import Finding
from tests.check.written import END, library, told


def of_flows(draft: Draft) -> Iterable[Finding]:
    return unused(draft.flows.values())


SPEED = "  speed:\n    ask: How fast?\n    type: number\n"


@pytest.mark.parametrize(
    ("head", "steps", "points"),
    [
        ("inputs: {a: text}\n", "", ["a"]),
        ("inputs: {a: text}\n", "  s:\n    say: It is {{ a }}.\n", []),
        ("inputs: {a: text}\ntexts: {t: 'It is {{ a }}.'}\n", "  s:\n    guide: Note {{ texts.t }}.\n", []),
        ("values: {a: 1, b: a + 1}\n", "", ["b"]),
        ("values: {a: 1, b: a + 1}\n", "  s:\n    say: It is {{ b }}.\n", []),
        ("values: {most: 5}\n", "  s:\n    ask: How many?\n    type: integer\n    max: most\n", []),
        ("texts: {t: Words.}\n", "", ["Words."]),
        (
            "inputs: {a: text}\ntables:\n  t:\n    by: {x: a}\n    gives: {y: text}\n    rows: [[any, z]]\n",
            "",
            ["t"],
        ),
        ("", SPEED + "    save: kept\n", ["kept"]),
        ("", SPEED + "    save: kept\n  s:\n    say: It is {{ kept }}.\n", []),
        ("", SPEED, []),
        ("", "  s:\n    set: {a: 1, b: 2}\n  t:\n    say: It is {{ b }}.\n", ["1"]),
    ],
)
def test_what_is_declared_is_read(head: str, steps: str, points: list[str], tmp_path: Path):
    """
    By a step, or by what a step reads. A result that bears only its step's name was not asked to be kept.
    """
    assert [text for _, text in told(of_flows, library(tmp_path, f"{head}steps:\n{steps}{END}"))] == points


def test_advice_that_scenarios_have_to_follow_names_them(tmp_path: Path):
    """
    Whoever takes out what nothing reads is told where scenarios give or expect it; followed there too, all is right.
    """
    head = "inputs: {a: {type: text, optional: true}, b: {type: text, optional: true}}\nvalues: {c: 1}\n"
    scenarios = "scenarios:\n  - name: x\n    given: {}\n    expect: {outcome: done, path: [hello, finish]}\n"
    given = scenarios.replace("{}", "\n      inputs:\n        a: x").replace("done,", "done, values: {c: 1},")
    (tmp_path / "f.scenarios.yaml").write_text(given)
    draft = library(tmp_path, f"{head}steps:\n{END}")

    hints = {f.message.split('"')[1]: f.hint for f in unused(draft.flows.values(), draft.scenarios)}
    assert hints == {
        "a": "Take it out, here and where the flow is called; scenarios give it too, at f.scenarios.yaml:5.",
        "b": "Take it out, here and where the flow is called.",
        "c": "Read it, or take it out; scenarios expect it, at f.scenarios.yaml:6.",
    }
    (tmp_path / "f.scenarios.yaml").write_text(scenarios)
    found = examine(library(tmp_path, f"steps:\n{END}"), tests=True)
    assert [f.code for f in found if f.code in ("SHP921", "SHP922") or f.severity == "error"] == []


def test_what_an_outcome_returns_is_read(tmp_path: Path):
    """
    The caller reads it.
    """
    outcomes = "outcomes:\n  done: {resolves: true, returns: {fast: kept}}\n"

    assert told(of_flows, library(tmp_path, f"steps:\n{SPEED}    save: kept\n{END}", outcomes=outcomes)) == []


WRITTEN = "  s:\n    set: {n: 1}\n  t:\n    set: {n: 2}\n"
TOLD = "  tell:\n    say: It is {{ n }}.\n"


@pytest.mark.parametrize(
    ("steps", "points"),
    [
        (WRITTEN + TOLD, ["1"]),
        ("  s:\n    set: {n: 1}\n  t:\n    set: {n: n + 1}\n" + TOLD, []),
        ("  s:\n    set: {n: 1}\n" + TOLD.replace("tell", "a") + "  t:\n    set: {n: 2}\n" + TOLD, []),
        (
            "  w:\n    ask: Which?\n    answers: {a: s, b: t}\n  s:\n    set: {n: 1}\n    then: tell\n"
            "  t:\n    set: {n: 2}\n" + TOLD,
            [],
        ),
        (
            "  s:\n    set: {n: 1}\n  w:\n    ask: Which?\n    answers: {a: tell, b: t}\n  t:\n    set: {n: 2}\n"
            + TOLD,
            [],
        ),
        (
            "  s:\n    set: {n: 1}\n  w:\n    ask: Which?\n    answers: {a: finish, b: t}\n  t:\n    set: {n: 2}\n"
            + TOLD,
            ["1"],
        ),
    ],
)
def test_what_is_kept_is_read_before_something_else_is_kept(steps: str, points: list[str], tmp_path: Path):
    """
    On some way at least. Two branches, and a value that is worked out from itself, may share a name.
    """
    found = told(of_flows, library(tmp_path, f"steps:\n{steps}{END}"))

    assert found == [("SHP925", text) for text in points]


def test_a_connector_is_used_by_some_flow(tmp_path: Path):
    """
    By a lookup or do, to take a change back, or to open a ticket; a library without flows is not judged.
    """
    lookup = "  t:\n    lookup: line.test\n    with: {customer_id: '\"C\"'}\n"
    lookup += "    results: {ok: hello, not_found: hello, error: hello}\n"

    assert [code for code, _ in told(unused_connectors, library(tmp_path, f"steps:\n{END}"))] == ["SHP924"]
    assert told(unused_connectors, library(tmp_path, f"steps:\n{lookup}{END}")) == []
    desk = "desk: house\ncustomer_lookup: line.test\n"
    assert told(unused_connectors, library(tmp_path, f"steps:\n{END}", desk=desk)) == []


def test_a_reader_with_a_mistake_is_the_mistake(tmp_path: Path):
    """
    Where a name is misspelt, that is told, and not that nothing reads the right one.
    """
    draft = library(tmp_path, f"steps:\n{SPEED}    save: kept\n  s:\n    say: It is {{{{ kpt }}}}.\n{END}")

    assert [f.code for f in examine(draft)] == ["SHP311"]


# --- upkeep --------------------------------------------------------------------------------------------------------

OWNED = "flow: g\ntitle: G\ncategory: orders\nversion: 1\nowner: ann\noutcomes:\n  done: {resolves: true}\nsteps:\n"


def test_a_flow_has_an_owner_where_flows_have_owners(tmp_path: Path):
    """
    One that has none among others that do; where nobody names owners, nobody forgot one.
    """
    assert told(upkeep, library(tmp_path, f"steps:\n{END}")) == []
    assert told(upkeep, library(tmp_path, f"steps:\n{END}", g=OWNED + END)) == [("SHP931", "f")]


@pytest.mark.parametrize(("today", "late"), [("2027-03-30", 0), ("2027-03-31", 0), ("2027-04-01", 1)])
def test_a_review_is_late_the_day_after(today: str, late: int, tmp_path: Path):
    """
    Its day itself is in time; without a day to hold it against nothing is late, so that the same flows pass tomorrow.
    """
    draft = library(tmp_path, f"review_by: 2027-03-31\nsteps:\n{END}".replace("steps", "owner: ann\nsteps"))
    found = list(reviews(draft, date.fromisoformat(today)))

    assert [f.code for f in found] == ["SHP932"] * late
    assert [f for f in examine(draft) if f.code == "SHP932"] == []
    assert [f.code for f in examine(draft, date.fromisoformat(today)) if f.code == "SHP932"] == ["SHP932"] * late


@pytest.mark.parametrize(
    ("address", "dead"),
    [
        ("/kb/router-lights", False),
        ("https://kb.example/x?y=1#z", False),
        ("http://wiki/x", False),
        ('"https://[::1]:8080/x"', False),
        ("https://käse.example/ä", False),
        ("KB-12", True),
        ("help/router.md", True),
        ("../x", True),
        ("www.kb.example/x", True),
        ("//kb.example/x", True),
        ("https:/kb.example", True),
        ("https//kb.example", True),
        ('"https://"', True),
        ('"htps://kb.example"', True),
        ('"javascript:alert(1)"', True),
        ('"https://[::1/x"', True),
        ("https://kb.example:99999/", True),
        ("https://kb.example/a b", True),
        ('"https://kb.example/{{ n }}"', True),
    ],
)
def test_an_article_has_an_address_that_a_page_can_open(address: str, dead: bool, tmp_path: Path):
    """
    Judged by how it is written, never by asking the network.
    """
    draft = library(tmp_path, f"steps:\n  s:\n    say: Hello.\n    article: {address}\n{END}")

    assert [f.code for f in upkeep(draft)] == ["SHP933"] * dead
