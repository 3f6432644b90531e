"""Decisions weighed case by case: what is missed, what is never reached, what is always the same."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shepherd.check.decisions import decisions
from shepherd.check.weighing import Weigher, fields_of
from shepherd.flow.draft import from_documents
from shepherd.flow.model import Decide
from shepherd.flow.scope import Around
from tests.check.written import END, library, told

OPTIONS = "steps:\n  light:\n    ask: Which?\n    options: [green, red, dark]\n"
FORM = """steps:
  form:
    collect:
      wired: {label: Wired, type: yes_no}
      light: {label: Light, type: choice, options: [green, red]}
"""


def branches(asked: str, *whens: str, otherwise: bool = False) -> str:
    lines = "".join(f"      - when: {when}\n        then: hello\n" for when in whens)
    return f"{asked}  judge:\n    decide:\n{lines}{'      - otherwise: finish' if otherwise else ''}\n{END}"


@pytest.mark.parametrize(
    "body",
    [
        branches(OPTIONS, 'light == "green"', 'light == "red"', 'light == "dark"'),
        branches(OPTIONS, 'light == "green"', 'light in ["red", "dark"]'),
        branches(OPTIONS, 'light == "green"', 'light != "green"'),
        branches(OPTIONS, 'light in ["green"]', 'light not in ["green"]'),
        branches(OPTIONS, 'light == "green" or light == "red"', 'not (light == "green" or light == "red")'),
        branches(OPTIONS, 'light == "green"', otherwise=True),
        branches(FORM, "form.wired", "not form.wired"),
        branches(FORM, 'form.wired and form.light == "red"', 'not form.wired or form.light == "green"'),
    ],
)
def test_a_decide_that_always_decides(tmp_path: Path, body: str):
    """
    Over finite values the branches are proved to cover every case, alone or together.
    """
    assert told(decisions, library(tmp_path, body)) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (branches(OPTIONS, 'light == "green"', 'light == "red"'), 'light = "dark" reaches no branch.'),
        (branches(OPTIONS, 'light != "dark"'), 'light = "dark" reaches no branch.'),
        (branches(FORM, "form.wired"), "form.wired = no reaches no branch."),
        (
            branches(FORM, "form.wired", 'form.light == "red"'),
            'form.wired = no and form.light = "green" reaches no branch.',
        ),
    ],
)
def test_the_missed_case_is_shown(tmp_path: Path, body: str, message: str):
    """
    Where the branches leave a case out, the finding names it.
    """
    (found,) = decisions(library(tmp_path, body))

    assert (found.code, found.message) == ("SHP324", message)


NUMBER = "steps:\n  speed:\n    ask: How fast?\n    type: number\n    min: 0\n    max: 1000\n"
AGE = "steps:\n  age:\n    ask: How old?\n    type: integer\n"
DAY = "steps:\n  day:\n    ask: When?\n    type: date\n"


@pytest.mark.parametrize(
    ("asked", "whens"),
    [
        (NUMBER, ("speed < 20", "speed >= 20")),
        (NUMBER, ("speed < 20", "speed > 20", "20 == speed")),
        (AGE, ("age <= 17", "age >= 18")),
        (AGE, ("age < -3", "age in [-3, -2]", "age > -2")),
        (DAY, ("day < date(2027, 4, 6)", "day >= date(2027, 4, 6)")),
    ],
)
def test_numbers_and_dates_are_weighed_around_their_constants(tmp_path: Path, asked: str, whens: tuple[str, ...]):
    """
    Thresholds that leave no gap need no otherwise; whole numbers have no value between two neighbours.
    """
    assert told(decisions, library(tmp_path, branches(asked, *whens))) == []


@pytest.mark.parametrize(
    ("asked", "whens", "message"),
    [
        (NUMBER, ("speed < 20", "speed > 20"), "speed = 20 reaches no branch."),
        (NUMBER, ("speed <= 17", "speed >= 18"), "speed = 17.5 reaches no branch."),
        (DAY, ("day < date(2027, 4, 6)", "day > date(2027, 4, 6)"), "day = 2027-04-06 reaches no branch."),
        (NUMBER, ("speed * 2 < 20",), "It cannot be proved that one of these branches always holds."),
    ],
)
def test_the_gap_between_thresholds_is_shown(tmp_path: Path, asked: str, whens: tuple[str, ...], message: str):
    """
    The value that falls between is named; where a sum decides, nothing is claimed to be covered.
    """
    (found,) = decisions(library(tmp_path, branches(asked, *whens)))

    assert (found.code, found.message) == ("SHP324", message)


@pytest.mark.parametrize(
    ("asked", "whens", "otherwise", "pointed"),
    [
        (OPTIONS, ('light in ["green", "red"]', 'light == "red"'), True, [("SHP361", 'light == "red"')]),
        (OPTIONS, ('light == "green"', 'light != "green"'), True, [("SHP361", "finish")]),
        (NUMBER, ("speed < 20", "speed < 10"), True, [("SHP361", "speed < 10")]),
        (NUMBER, ("speed > 1000",), True, [("SHP362", "speed > 1000")]),
        (NUMBER, ("speed > 5 and speed < 3",), True, [("SHP362", "speed > 5 and speed < 3")]),
        (FORM, ("form.wired or not form.wired", "form.wired"), False,
         [("SHP362", "form.wired or not form.wired"), ("SHP361", "form.wired")]),
        (FORM, ("form.wired", "true"), False, []),
    ],
)  # fmt: skip
def test_lines_that_no_case_reaches(
    tmp_path: Path, asked: str, whens: tuple[str, ...], otherwise: bool, pointed: list[tuple[str, str]]
):
    """
    A line behind others that take all its cases, and a condition that is the same in every case, are pointed at; a last
    line that is always true stands for an otherwise.
    """
    draft = library(tmp_path, branches(asked, *whens, otherwise=otherwise))

    assert told(decisions, draft) == pointed


def test_earlier_answers_leave_a_line_without_a_case(tmp_path: Path):
    """
    What the way to a decide excludes is not looked for there again.
    """
    body = (
        "steps:\n  light:\n    ask: Which?\n    answers: {green: judge, red: finish}\n"
        '  judge:\n    decide:\n      - {when: light == "red", then: hello}\n      - {otherwise: finish}\n' + END
    )
    (found,) = decisions(library(tmp_path, body))

    assert (found.code, found.message) == ("SHP361", "This line is never reached: earlier answers exclude it.")


def test_a_value_without_a_line_for_every_case(tmp_path: Path):
    """
    Cases need an otherwise, unless some line always holds or it is asked whether the value is defined.
    """
    values = "values:\n  fee:\n    - {when: 'light == \"red\"', is: 5}\n    - {when: 'light == \"dark\"', is: 9}\n"
    said = END.replace("Hello.", "It is {{ fee }}.")
    (found,) = decisions(library(tmp_path, values + OPTIONS + said))

    assert (found.code, found.message) == ("SHP363", 'light = "green" gives "fee" no value.')

    asked = END.replace(
        "    say: Hello.", "    decide:\n      - {when: fee is defined, then: finish}\n      - {otherwise: finish}"
    )
    assert told(decisions, library(tmp_path, values + OPTIONS + asked)) == []


# --- against what the language really does ---------------------------------------------------------

ASKED: dict[str, dict[str, Any]] = {
    "age": {"ask": "Age?", "type": "integer", "min": -5, "max": 9},
    "day": {"ask": "Day?", "type": "date"},
    "kind": {"ask": "Kind?", "options": ["a", "b", "c"]},
    "wired": {"ask": "Wired?", "type": "yes_no"},
    "name": {"ask": "Name?", "type": "text"},
}
ATOMS = st.one_of(
    st.builds(lambda op, n: f"age {op} {n}", st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(-6, 10)),
    st.builds(lambda ns: f"age in [{', '.join(map(str, ns))}]", st.lists(st.integers(-6, 10), min_size=1, max_size=3)),
    st.builds(
        lambda op, d: f"day {op} date(2027, 1, {d})", st.sampled_from(["<", "<=", ">", ">=", "=="]), st.integers(1, 5)
    ),
    st.builds(lambda op, k: f'kind {op} "{k}"', st.sampled_from(["==", "!="]), st.sampled_from("abc")),
    st.builds(lambda op, k: f'name {op} "{k}"', st.sampled_from(["==", "!="]), st.sampled_from(["x", "y"])),
    st.sampled_from(["wired", "age + 1 > 3", "old"]),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda a: f"not ({a})", inner),
        st.builds(lambda a, b: f"({a} and {b})", inner, inner),
        st.builds(lambda a, b: f"({a} or {b})", inner, inner),
        st.builds(lambda a, b, c: f"({a} if {b} else {c})", inner, inner, inner),
    ),
    max_leaves=5,
)
WORLDS = [
    {"age": age, "day": date(2027, 1, 1) + timedelta(days=n), "kind": kind, "wired": wired, "name": name}
    for age in range(-5, 10, 2)
    for n in (-1, 0, 1, 3, 4, 5)
    for kind in "abc"
    for wired in (True, False)
    for name in ("x", "y", "other")
]


def flow_with(conditions: list[str]) -> Any:
    """The flow that asks for everything and then decides by *conditions*."""
    steps: dict[str, Any] = {name: dict(ask) for name, ask in ASKED.items()}
    steps["judge"] = {"decide": [{"when": c, "then": "end"} for c in conditions] + [{"otherwise": "end"}]}
    steps["end"] = {"end": "done"}
    head = {"flow": "f", "title": "F", "category": "orders", "version": 1, "values": {"old": "age > 4"}}
    document = {**head, "outcomes": {"done": {"resolves": True}}, "steps": steps}
    return from_documents({"flow:f": document})


@settings(max_examples=150, deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=3))
def test_what_is_weighed_is_what_happens(conditions: list[str]):
    """
    Whatever some real answers do, some weighed case does: so what holds in all cases holds, and no line is called dead
    that can be taken.
    """
    draft = flow_with(conditions)
    flow = draft.flows["f"]
    weigher = Weigher(flow, Around(draft.flows, draft.policy, draft.connectors).types(flow), fields_of(flow))
    action = flow.steps["judge"].action
    assert isinstance(action, Decide)
    trees = weigher.trees(branch.when for branch in action.branches)
    domains = weigher.domains()
    if not weigher.few(domains):
        return
    weighed = {tuple(weigher.holds(tree, case) for tree in trees) for case in weigher.cases(domains)}
    real = {tuple(bool(branch.when.evaluate(world, None)) for branch in action.branches) for world in WORLDS}

    assert real <= weighed
