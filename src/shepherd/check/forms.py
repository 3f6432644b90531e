"""Findings for build servers: GitHub's annotations, SARIF 2.1.0 and JUnit's XML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from shepherd.check.report import render_one
from shepherd.flow.findings import Finding, Rule
from shepherd.flow.shown import visible, visible_json

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: Stands for the folder of the whole project. (SARIF's levels and GitHub's commands are called as severities are.)
ROOT = "%SRCROOT%"


def github(finding: Finding) -> str:
    """*finding* as a workflow command, which GitHub shows beside the line."""
    place = finding.place
    settings = {
        "file": finding.file,
        "line": place.line,
        "endLine": place.end_line,
        "col": place.column,
        "endColumn": place.end_column,
        "title": f"{finding.code} {finding.name}",
    }
    if place.end_line != place.line:  # columns are of one line only
        del settings["endColumn"]
    said = ",".join(f"{key}={_setting(str(value))}" for key, value in settings.items())
    return f"::{finding.severity} {said}::{_message(told(finding))}"


def _message(text: str) -> str:
    """*text* as the message of a workflow command; its line breaks stay."""
    return visible(text, lines=True).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _setting(text: str) -> str:
    """*text* as the value of a setting of a workflow command."""
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def told(finding: Finding) -> str:
    """What is wrong and what mends it; below it the path, one stop a line."""
    said = f"{finding.message} {finding.hint}".strip()
    path = [f"{hop.step}  ({hop.by})" if hop.by else hop.step for hop in finding.path]
    return "\n".join([said, "The path:", *path]) if path else said


def sarif(findings: Iterable[Finding], rules: Iterable[Rule], sources: Mapping[str, str], version: str) -> str:
    """
    A SARIF log of one run, as code scanning takes it; *rules* are all there are, *version* is Shepherd's.

    *sources* has the text of each file: a result is known again by the text of its line, wherever that has moved to.
    """
    listed = list(findings)
    known = {rule.code: rule for rule in rules}
    met = [known[code] for code in sorted({finding.code for finding in listed})]
    numbers = {rule.code: number for number, rule in enumerate(met)}
    times: Counter[tuple[str, str, str]] = Counter()
    results = []
    for finding in listed:
        mark = _line_mark(finding, sources)
        times[(finding.code, finding.file, mark)] += 1
        mark += f":{times[(finding.code, finding.file, mark)]}"
        results.append(_result(finding, numbers[finding.code], mark))
    driver = {"name": "Shepherd", "semanticVersion": version, "rules": [_rule(rule) for rule in met]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return visible_json(json.dumps(log, ensure_ascii=False, indent=2))


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.name.replace("-", " ").capitalize() + "."},
        "fullDescription": {"text": rule.says},
        "help": {"text": f"shepherd rule {rule.code} shows a wrong and a right example."},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, number: int, mark: str) -> dict[str, Any]:
    place = finding.place
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    where: dict[str, Any] = {"physicalLocation": {"artifactLocation": _address(finding.file), "region": region}}
    name = "/".join(part for part in (finding.flow, finding.step) if part)
    if name:
        where["logicalLocations"] = [{"fullyQualifiedName": name}]
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": finding.severity,
        "message": {"text": visible(told(finding), lines=True)},
        "locations": [where],
        "partialFingerprints": {"primaryLocationLineHash": mark},
    }


def _address(file: str) -> dict[str, str]:
    """The address of *file*: below the folder of the whole project, or by itself where it lies elsewhere."""
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(file, safe="/"), "uriBaseId": ROOT}


def _line_mark(finding: Finding, sources: Mapping[str, str]) -> str:
    """A mark of the text of the line that *finding* is in."""
    lines = sources.get(finding.file, "").split("\n")
    line = lines[finding.place.line - 1] if finding.place.line <= len(lines) else ""
    return sha256(" ".join(line.split()).encode("utf-8", "replace")).hexdigest()[:16]


def junit(findings: Iterable[Finding], sources: Mapping[str, str]) -> str:
    """
    JUnit's XML: a suite for each file, a failed case for each error in it; one that passes where there is none.

    Warnings fail nothing: they are told in the output of their file's suite.
    """
    by_file: dict[str, list[Finding]] = {name: [] for name in sorted(sources)}
    for finding in findings:
        by_file.setdefault(finding.file, []).append(finding)
    root = ElementTree.Element("testsuites", name="shepherd check")
    for file, found in by_file.items():
        root.append(_suite(file, found, sources.get(file)))
    for name in ("tests", "failures"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _suite(file: str, findings: list[Finding], source: str | None) -> ElementTree.Element:
    name = visible(file)
    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = [finding for finding in findings if finding.severity != "error"]
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(errors) or 1), failures=str(len(errors)))
    for finding in errors:
        place = finding.place
        called = f"{finding.code} {finding.name} at {place.line}:{place.column}"
        case = ElementTree.SubElement(suite, "testcase", name=called, classname=name, file=name, line=str(place.line))
        message = visible(finding.message)
        failure = ElementTree.SubElement(case, "failure", message=message, type=f"{finding.code} {finding.name}")
        failure.text = render_one(finding, source)
    if not errors:
        ElementTree.SubElement(suite, "testcase", name="no errors", classname=name, file=name)
    if warnings:
        said = ElementTree.SubElement(suite, "system-out")
        said.text = "\n".join(render_one(finding, source) for finding in warnings)
    return suite
