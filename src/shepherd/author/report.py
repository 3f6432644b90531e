"""What a test of scenarios came to, for machines: JSON (FORMATS §7), and JUnit's XML, lcov's lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from xml.etree import ElementTree

from shepherd.author.coverage import Coverage
from shepherd.author.scenarios import Walked
from shepherd.author.xml import legal


class Report(NamedTuple):
    """
    What a test came to.

    *least* is how much of each flow's edges must be walked, in percent; None where nobody asks for it.
    """

    verdicts: tuple[Walked, ...]
    covered: tuple[Coverage, ...]
    least: float | None = None

    @property
    def below(self) -> tuple[Coverage, ...]:
        """The flows of which less is walked than must be."""
        if self.least is None:
            return ()
        return tuple(one for one in self.covered if one.edges[0] * 100 < self.least * one.edges[1])

    @property
    def ok(self) -> bool:
        """Whether every scenario passed, and enough is covered."""
        return all(verdict.ok for verdict in self.verdicts) and not self.below


def as_json(report: Report) -> dict[str, Any]:
    """The object that ``test --format json`` prints."""
    return {
        "shepherd": "test/1",
        "ok": report.ok,
        "scenarios": [
            {
                "flow": verdict.scenario.flow,
                "name": verdict.scenario.name,
                "ok": verdict.ok,
                "failures": list(verdict.failures),
                "path": list(verdict.path),
                "file": verdict.scenario.file,
                "line": verdict.scenario.line,
            }
            for verdict in report.verdicts
        ],
        "coverage": [_covered_as_json(one) for one in report.covered],
        "min_coverage": report.least,
        "below": [one.flow for one in report.below],
    }


def _covered_as_json(one: Coverage) -> dict[str, Any]:
    counted = {
        "steps": one.steps,
        "edges": one.edges,
        "results": one.results,
        "branches": one.branches,
        "rows": one.rows,
    }
    return {
        "flow": one.flow,
        **{name: list(count) for name, count in counted.items()},
        "missing": list(one.missing),
        "missing_rows": [
            {"table": row.table, "row": row.number, "file": row.file, "line": row.line} for row in one.not_given
        ],
        "file": one.file,
        "ways": [
            {"step": way.source, "by": way.by, "to": way.target, "line": way.line, "walks": way.walks}
            for way in one.ways
        ],
        "lines": [{"line": line.number, "hit": line.hit, "all": line.every, "walks": line.walks} for line in one.lines],
    }


def junit(report: Report, shown: Callable[[str], str] = str) -> str:
    """
    JUnit's XML: a suite for each flow, a case for each scenario, and one for its coverage where that is asked for.

    *shown* makes of a scenario's file the address under which it is to be found.
    """
    root = ElementTree.Element("testsuites", name="shepherd")
    for flow in dict.fromkeys([one.flow for one in report.covered] + [v.scenario.flow for v in report.verdicts]):
        mine = [verdict for verdict in report.verdicts if verdict.scenario.flow == flow]
        covered = next((one for one in report.covered if one.flow == flow), None)
        if mine or (covered is not None and report.least is not None):
            root.append(_suite(flow, mine, covered, report, shown))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", _seconds(sum(verdict.seconds for verdict in report.verdicts)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def lcov(report: Report, shown: Callable[[str], str] = str) -> str:
    """
    The coverage as lcov writes it, which editors and build servers lay over the text.

    A line counts how often a step or an edge that is written there was walked, and each edge is a branch of its line.
    """
    told = []
    for one in report.covered:
        lines = one.lines
        told += ["TN:scenarios", f"SF:{shown(one.file)}"]
        told += [f"BRDA:{way.line},0,{number},{way.walks or '-'}" for number, way in enumerate(one.ways)]
        told += [f"BRF:{one.edges[1]}", f"BRH:{one.edges[0]}"]
        told += [f"DA:{line.number},{line.walks}" for line in lines]
        told += [f"LF:{len(lines)}", f"LH:{sum(line.hit > 0 for line in lines)}", "end_of_record"]
    return "".join(f"{line}\n" for line in told)


def _suite(
    flow: str,
    mine: Iterable[Walked],
    covered: Coverage | None,
    report: Report,
    shown: Callable[[str], str],
) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=legal(flow), errors="0", skipped="0")
    if covered is not None:
        properties = ElementTree.SubElement(suite, "properties")
        counted = {
            "steps": covered.steps,
            "edges": covered.edges,
            "results": covered.results,
            "branches": covered.branches,
            "rows": covered.rows,
        }
        for name, (hit, every) in counted.items():
            ElementTree.SubElement(properties, "property", name=name, value=f"{hit}/{every}")
    total = 0.0
    for verdict in mine:
        scenario, total = verdict.scenario, total + verdict.seconds
        case = _case(suite, flow, scenario.name, verdict.seconds)
        case.set("file", legal(shown(scenario.file)))
        if scenario.line:
            case.set("line", str(scenario.line))
        if not verdict.ok:
            _failed(case, verdict.failures, f"The path: {' → '.join(verdict.path) or 'none'}")
    if covered is not None and report.least is not None:
        case = _case(suite, flow, f"At least {report.least:g} % of the edges are walked", 0.0)
        if covered in report.below:
            _failed(case, [f"edges {covered.edges[0]}/{covered.edges[1]}"], "\n".join(covered.missing))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("time", _seconds(total))
    return suite


def _case(suite: ElementTree.Element, flow: str, name: str, seconds: float) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=legal(flow), name=legal(name), time=_seconds(seconds))


def _failed(case: ElementTree.Element, failures: Iterable[str], more: str) -> None:
    told = [legal(failure) for failure in failures]
    failure = ElementTree.SubElement(case, "failure", type="scenario", message=told[0])
    failure.text = "\n".join([*told, legal(more)])


def _seconds(seconds: float) -> str:
    return f"{seconds:.4f}"
