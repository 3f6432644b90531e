"""Findings for build servers: what each form holds, that nothing in a flow breaks out of it, and that order is kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from shepherd.check import RULES, examine
from shepherd.check.forms import github, junit, sarif
from shepherd.check.manual import DAY, EXAMPLES
from shepherd.flow.draft import read_draft
from shepherd.flow.findings import Finding, Hop, Place, Rule

RULE = Rule("SHP202", "unknown-target", "error", "A way leads nowhere.")
WARNING = Rule("SHP206", "unused-outcome", "warning", "Nobody uses it.")
PLACE = Place(3, 5, 3, 9)
NASTY = 'a%b::c,d\n::error::e\r"f"\u202eg\x1b[31m<h>&]]>\x00'

# What SARIF 2.1.0 says of each object that is written here: the properties it must have, and those it may.
SHAPES: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"results", "columnKind"}),
    "driver": ({"name"}, {"semanticVersion", "rules"}),
    "rule": ({"id"}, {"name", "shortDescription", "fullDescription", "help", "defaultConfiguration"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints"}),
    "location": (set(), {"physicalLocation", "logicalLocations"}),
    "physical": ({"artifactLocation"}, {"region"}),
    "artifact": (set(), {"uri", "uriBaseId"}),
    "region": ({"startLine"}, {"startColumn", "endLine", "endColumn"}),
    "logical": (set(), {"fullyQualifiedName"}),
}


def shaped(value: dict[str, Any], kind: str) -> dict[str, Any]:
    must, may = SHAPES[kind]
    assert must <= set(value) <= must | may, kind
    return value


def read_sarif(text: str) -> dict[str, Any]:
    """The one run of a log, every part of which has what the standard asks for and nothing that it does not know."""
    log = shaped(json.loads(text), "log")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = shaped(shaped(run, "run")["tool"]["driver"], "driver")
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    assert run["columnKind"] == "unicodeCodePoints"
    for rule in driver["rules"]:
        shaped(rule, "rule")
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note", "none")
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    marks = set()
    for result in run["results"]:
        shaped(result, "result")
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        (location,) = result["locations"]
        physical = shaped(shaped(location, "location")["physicalLocation"], "physical")
        artifact, region = shaped(physical["artifactLocation"], "artifact"), shaped(physical["region"], "region")
        assert "\\" not in artifact["uri"]
        assert not re.search(r"[\s%](?![0-9A-F]{2})", artifact["uri"])
        assert min(region.values()) >= 1
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
        assert all(shaped(one, "logical") for one in location.get("logicalLocations", ()))
        marks.add((result["ruleId"], artifact["uri"], result["partialFingerprints"]["primaryLocationLineHash"]))
    assert len(marks) == len(run["results"])
    return run


def read_junit(text: str) -> ElementTree.Element:
    """The report, whose counts are those of its cases, with what Jenkins' schema asks for."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    assert root.get("name")
    for suite in root:
        assert suite.tag == "testsuite"
        assert [child.tag for child in suite] == sorted((c.tag for c in suite), key=["testcase", "system-out"].index)
        assert all(case.get("name") and case.get("classname") for case in suite.iter("testcase"))
        assert [child.tag for case in suite.iter("testcase") for child in case if child.tag != "failure"] == []
    for group in (root, *root):
        assert int(group.get("tests", "")) == len(list(group.iter("testcase")))
        assert int(group.get("failures", "")) == len(list(group.iter("failure")))
    return root


def unescaped(text: str) -> str:
    """What GitHub makes of an escaped message."""
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def test_a_github_line_names_place_and_code():
    """
    The severity is the command; file, lines, columns and code are its settings; message and hint are what it says.
    """
    finding = WARNING.at(PLACE, "Nobody ends so.", file="flows/a.yaml", hint="Take it out.")
    wide = RULE.at(Place(3, 5, 7, 2), "No.", hint="", file="a.yaml")

    assert github(finding) == (
        "::warning file=flows/a.yaml,line=3,endLine=3,col=5,endColumn=9,title=SHP206 unused-outcome::"
        "Nobody ends so. Take it out."
    )
    assert github(wide) == "::error file=a.yaml,line=3,endLine=7,col=5,title=SHP202 unknown-target::No."


def test_nothing_in_a_flow_breaks_out_of_a_github_line():
    """
    Line breaks, commas, colons and signs of steering stay text: one finding is one command.
    """
    line = github(RULE.at(PLACE, NASTY, hint="", file="a,b:c%d\n.yaml", path=[Hop("a/x", ""), Hop("a/y", "then")]))

    assert line.isprintable()
    head, _, said = line.removeprefix("::error ").partition("::")
    assert dict(part.split("=", 1) for part in head.split(","))["file"] == "a%2Cb%3Ac%25d<U+000A>.yaml"
    assert unescaped(said).startswith('a%b::c,d\n::error::e<U+000D>"f"<U+202E>g<U+001B>[31m<h>&]]><U+0000>')
    assert unescaped(said).endswith("\nThe path:\na/x\na/y  (then)")


@lru_cache(maxsize=1)
def many() -> tuple[list[Finding], dict[str, str]]:
    """The findings of all wrong examples that can be read as text, as those of one library."""
    findings, sources = [], {}
    for rule in RULES:
        name = f"{rule.code}-{rule.name}"
        if rule.code != "SHP001":
            draft = read_draft(EXAMPLES / name / "wrong")
            findings += examine(draft, DAY)
            sources |= draft.sources
    return findings, sources


def test_sarif_is_of_its_standard_for_every_rule():
    """
    Each rule's own finding is a result of SARIF 2.1.0, whatever its place and its words.
    """
    findings, sources = many()
    run = read_sarif(sarif(findings, RULES, sources, "1.2.3"))

    assert len(run["results"]) == len(findings) > 100
    assert {r["id"] for r in run["tool"]["driver"]["rules"]} == {f.code for f in findings}


def test_a_sarif_result_is_known_again_when_its_line_has_moved():
    """
    Its mark goes by the text of the line, not by its number; two alike in one file are told apart.
    """
    twice = [RULE.at(Place(n, 1, n, 2), "No.", hint="", file="a.yaml") for n in (1, 3)]
    moved = [RULE.at(Place(n, 1, n, 2), "No.", hint="", file="a.yaml") for n in (2, 4)]

    def marks(findings: list[Finding], text: str) -> list[str]:
        results = read_sarif(sarif(findings, RULES, {"a.yaml": text}, "1.0.0"))["results"]
        return [one["partialFingerprints"]["primaryLocationLineHash"] for one in results]

    assert marks(twice, "x: y\n\n  x:  y\n") == marks(moved, "new\nx: y\n\nx: y\n")
    assert marks(twice, "x: y\n\nz: y\n") != marks(twice, "x: y\n\nx: y\n")


def test_sarif_names_files_by_address():
    """
    Below the project relative to its folder, with signs that an address can't hold written out; else as a file's.
    """
    found = [
        RULE.at(PLACE, NASTY, hint="", file=file, flow="a", step="x")
        for file in ("my flows/ä%20.yaml", "/srv/a b.yaml")
    ]
    near, far = read_sarif(sarif(found, RULES, {}, "1.0.0"))["results"]
    address = near["locations"][0]["physicalLocation"]["artifactLocation"]

    assert (unquote(address["uri"]), address["uriBaseId"]) == ("my flows/ä%20.yaml", "%SRCROOT%")
    assert far["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/a%20b.yaml"}
    assert near["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "a/x"}]
    assert not set(near["message"]["text"]) & set("\u202e\x1b\x00\r")


def test_junit_fails_for_errors_and_tells_warnings():
    """
    A case for each error, one that passes for a file without any; warnings stand in the suite's output.
    """
    found = [RULE.at(PLACE, NASTY, hint="", file="b.yaml"), WARNING.at(PLACE, "Unused.", hint="", file="b.yaml")]
    root = read_junit(junit(found, {"b.yaml": "x", "a.yaml": "y"}))

    assert [suite.get("name") for suite in root] == ["a.yaml", "b.yaml"]
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert "<U+0000>" in root[1][0][0].get("message", "")
    assert "SHP206" in root[1].findtext("system-out", "")
    findings, sources = many()
    assert read_junit(junit(findings, sources)).get("failures") == str(sum(f.severity == "error" for f in findings))


def test_the_same_flows_give_the_same_report():
    """
    Byte for byte in every process, however it happens to mix its sets.
    """
    folders = [str(EXAMPLES / name / "wrong") for name in ("SHP402-requires-may-expire", "SHP346-rows-overlap")]
    command = [sys.executable, "-m", "shepherd", "check", "--format", "sarif", *folders]
    made = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False).stdout
        for seed in ("1", "2")
    ]

    assert made[0] == made[1]
    assert len(read_sarif(made[0].decode())["results"]) == 2


def test_no_findings_are_a_report_too():
    """
    A build server is told that all is well, not nothing.
    """
    assert read_sarif(sarif([], RULES, {}, "1.0.0"))["results"] == []
    assert read_junit(junit([], {"a.yaml": ""})).get("tests") == "1"
