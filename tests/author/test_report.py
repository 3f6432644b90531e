"""What a test of scenarios came to, as JUnit's XML."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from shepherd.author import Coverage, Expect, Given, Scenario, Walked
from shepherd.author.coverage import Way
from shepherd.author.report import Report, as_json, junit, lcov

#: The attributes of Jenkins' schema of JUnit reports (junit-10.xsd) and of pytest's; the first are required.
ALLOWED = {
    "testsuites": ({"name"}, {"time", "tests", "failures", "errors", "skipped"}),
    "testsuite": (
        {"name", "tests"},
        {"failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
    ),
    "properties": (set(), set()),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname"}, {"time", "assertions", "status", "file", "line", "group", "url"}),
    "failure": (set(), {"message", "type"}),
}
BELOW = {
    "testsuites": ("testsuite",),
    "testsuite": ("properties", "testcase"),
    "properties": ("property",),
    "testcase": ("failure",),
}


def verdict(flow: str, name: str, *failures: str) -> Walked:
    given = Given(at=datetime(2026, 1, 15, 10, tzinfo=UTC), offset="+00:00")
    scenario = Scenario(name=name, flow=flow, file=f"{flow}.scenarios.yaml", line=7, given=given, expect=Expect())
    return Walked(scenario, failures, (), frozenset(), frozenset(), 0.25)


def report_of(*verdicts: Walked, least: float | None = None) -> Report:
    covered = (
        Coverage("one", (3, 3), (4, 4), ()),
        Coverage("two", (2, 3), (3, 4), ("a --answer:no--> b",)),
    )
    return Report(verdicts, covered, least)


def shaped(text: str) -> ElementTree.Element:
    """The parsed report, each of whose elements has what the schema asks for, in its order, and nothing else."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        must, may = ALLOWED[element.tag]
        assert must <= set(element.attrib) <= must | may, element.tag
        places = [BELOW.get(element.tag, ()).index(child.tag) for child in element]
        assert places == sorted(places)
    for group in (root, *root):
        cases = list(group.iter("testcase"))
        assert int(group.get("tests", "")) == len(cases)
        assert int(group.get("failures", "")) == sum(case.find("failure") is not None for case in cases)
        assert float(group.get("time", "")) == sum(float(case.get("time", "0")) for case in cases)
    return root


def test_each_scenario_is_a_case_of_its_flow() -> None:
    """A build server shows flows as suites, and each scenario with its file, line and time."""
    root = shaped(junit(report_of(verdict("one", "It works"), verdict("two", "It fails", "first", "second"))))
    assert [suite.get("name") for suite in root] == ["one", "two"]
    case = root.find("./testsuite[@name='two']/testcase")
    assert case is not None
    assert (case.get("classname"), case.get("name"), case.get("line")) == ("two", "It fails", "7")
    assert case.get("file") == "two.scenarios.yaml"
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "first"
    assert (failure.text or "").startswith("first\nsecond\n")


def test_whatever_a_name_holds_the_report_can_be_parsed() -> None:
    """Marks of XML are escaped, and characters that it may not hold are replaced."""
    name = '<b a="1">&\x00\x1b\ud800 ]]> é'
    (suite,) = shaped(junit(report_of(verdict("one", name, f"not {name}"))))
    case = suite.find("testcase")
    assert case is not None
    assert case.get("name") == '<b a="1">&��� ]]> é'


def test_too_little_coverage_is_a_failed_case() -> None:
    """Where a threshold is given, each flow has a case for it, that of a flow without scenarios too."""
    report = report_of(verdict("one", "It works"), least=80)
    root = shaped(junit(report))
    assert not report.ok
    assert [one.flow for one in report.below] == ["two"]
    assert [case.get("name") for case in root.iter("testcase")][1:] == ["At least 80 % of the edges are walked"] * 2
    assert [case.get("classname") for case in root.iter("testcase") if case.find("failure") is not None] == ["two"]
    assert report_of(least=75).ok
    assert not report_of(least=75.1).ok


def test_json_says_what_was_asked_for_and_is_missing() -> None:
    """Fields are added to FORMATS §7 and none is changed."""
    shown = as_json(report_of(verdict("one", "It works"), least=80))
    assert (shown["shepherd"], shown["ok"], shown["min_coverage"], shown["below"]) == ("test/1", False, 80, ["two"])
    assert shown["scenarios"][0]["line"] == 7


WAYS = (Way("a", "answer:yes", "b", 7, 2), Way("a", "answer:no", "c", 7, 0), Way("b", "result:ok", "c", 9, 2))
LINES = Coverage("one", (2, 3), (2, 3), (), WAYS, {"a": (6, 2), "b": (9, 2), "c": (10, 0)}, "one.yaml")


def test_coverage_is_told_by_line() -> None:
    """Of the steps and edges that a line writes, how many were walked, and how often; from top to bottom."""
    assert [tuple(line) for line in LINES.lines] == [(6, 1, 1, 2), (7, 1, 2, 2), (9, 2, 2, 2), (10, 0, 1, 0)]
    shown = as_json(Report((), (LINES,)))["coverage"][0]
    assert shown["lines"][1] == {"line": 7, "hit": 1, "all": 2, "walks": 2}
    assert shown["ways"][1] == {"step": "a", "by": "answer:no", "to": "c", "line": 7, "walks": 0}
    assert (shown["results"], shown["branches"]) == ([1, 1], [0, 0])


def test_lcov_lays_it_over_the_text() -> None:
    """An edge is a branch of its line; one that was never walked is marked as never reached."""
    assert lcov(Report((), (LINES,)), lambda file: f"flows/{file}").splitlines() == [
        "TN:scenarios",
        "SF:flows/one.yaml",
        "BRDA:7,0,0,2",
        "BRDA:7,0,1,-",
        "BRDA:9,0,2,2",
        "BRF:3",
        "BRH:2",
        "DA:6,2",
        "DA:7,2",
        "DA:9,2",
        "DA:10,0",
        "LF:4",
        "LH:3",
        "end_of_record",
    ]
