"""Targets, reach, routes and calls, on flows put together by hand."""

from __future__ import annotations

from shepherd.check import examine
from shepherd.check.walks import components
from shepherd.flow.findings import Hop
from shepherd.flow.model import Edge, Flow
from tests.check.hand import draft, flow, step


def found(*flows: Flow) -> list[tuple[str, str, str]]:
    return [(f.code, f.step, f.hint) for f in examine(draft(*flows))]


def test_a_mistyped_target_is_one_finding():
    """
    A way to `restrt` is that one finding with a hint; that nothing leads to `restart` now is not reported too.
    """
    one = flow(
        "one",
        step("lights", "answer:yes>end", "answer:no>restrt"),
        step("restart", "then>end"),
        step("end", end="fin"),
    )

    assert found(one) == [("SHP202", "lights", 'Did you mean "restart"?')]


def test_a_way_to_an_outcome_names_the_step_that_ends_so():
    """
    Targets are steps: a way to an outcome is found, with the step that ends with it.
    """
    one = flow("one", step("a", "answer:x>fixed", "answer:y>end"), step("end", end="fixed"))

    assert found(one) == [("SHP202", "a", 'Lead it to "end", which ends so.')]


def test_a_way_to_end_is_no_misspelt_step():
    """
    Who writes `then: end` means to end, and `then: next` to go on: no step that is merely spelt alike is guessed.
    """
    ends = flow("one", step("a", "answer:x>end", "answer:y>send"), step("send", end="fin"))
    goes_on = flow("one", step("a", "answer:x>next", "answer:y>text"), step("text", end="fin"))

    assert found(ends) == [
        ("SHP202", "a", 'An end is a step of its own, with `end: OUTCOME`. Lead it to "send".'),
    ]
    assert [hint.partition(":")[0] for _, _, hint in found(goes_on)] == ["Leave the way out"]


def test_one_unreachable_piece_is_one_finding():
    """
    Of a chain that nothing leads to, its first step is named.
    """
    one = flow(
        "one",
        step("a", "then>end"),
        step("x", "then>y"),
        step("y", "answer:1>z", "answer:2>end"),
        step("z", "then>end"),
        step("end", end="fin"),
    )

    assert [(code, name) for code, name, _ in found(one)] == [("SHP201", "x")]


def test_a_trap_is_named_with_the_way_to_it():
    """
    Steps without a way to an end are one finding at their first, with the shortest way there.
    """
    one = flow(
        "one",
        step("a", "answer:x>b", "answer:y>end"),
        step("b", "then>c"),
        step("c", "then>d"),
        step("d", "then>c"),
        step("end", end="fin"),
    )
    findings = examine(draft(one))

    assert [(f.code, f.step) for f in findings] == [("SHP203", "c")]
    assert findings[0].path == (Hop("one/a", "start"), Hop("one/b", "answer:x"), Hop("one/c", "then"))


def test_a_call_cycle_prints_the_cycle():
    """
    Flows that call each other are one finding, whose path is the circle.
    """
    one = flow("one", step("a", "outcome:fin>end", call="two"), step("end", end="fin"))
    two = flow("two", step("b", "outcome:fin>end", call="three"), step("end", end="fin"))
    three = flow("three", step("c", "outcome:fin>end", call="one"), step("end", end="fin"))
    findings = examine(draft(one, two, three))

    assert [f.code for f in findings] == ["SHP602"]
    assert findings[0].path == (
        Hop("one/a", "call:two"),
        Hop("two/b", "call:three"),
        Hop("three/c", "call:one"),
    )


def test_a_mistyped_outcome_is_one_finding():
    """
    `fnished` instead of `finished` is unknown; that `finished` has no way then is not reported too.
    """
    helper = flow("helper", step("a", "then>end"), step("end", end="finished"))
    one = flow("one", step("a", "outcome:fnished>end", call="helper"), step("end", end="fin"))

    assert found(helper, one) == [("SHP214", "a", 'Did you mean "finished"?')]


def test_components_come_before_those_that_lead_to_them():
    """
    A component is given before every other from which it can be reached, on deep graphs too.
    """
    chain = {f"s{n}": (Edge(by="then", source=f"s{n}", target=f"s{n + 1}"),) for n in range(5_000)} | {"s5000": ()}

    assert [part[0] for part in components(chain)] == [f"s{n}" for n in range(5_000, -1, -1)]
