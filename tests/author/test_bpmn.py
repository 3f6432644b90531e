"""Flows as BPMN 2.0: valid by its schema, run by an engine, drawn whole, and read again as what they were."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import SpiffWorkflow.bpmn.parser as engine_parser
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.task_parsers import TaskParser
from SpiffWorkflow.bpmn.specs.defaults import CallActivity, ManualTask
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from shepherd.author import run_scenario, scenarios_in
from shepherd.author.draw import draw
from shepherd.author.overlay import Stop, stops
from shepherd.check.library import Library
from shepherd.flow.graph import graph_of
from tests.author.elsewhere.making import made, read
from tests.author.large import called, chain, large
from tests.run.small import flow, library
from tests.shipped import draft
from tests.shipped import library as shipped_library

FLOWS = Path(__file__).resolve().parents[2] / "flows"
SCHEMA = Path(engine_parser.__file__).parent / "schema" / "BPMN20.xsd"
NAMES = sorted(p.stem for p in FLOWS.glob("*.yaml") if p.read_text(encoding="utf-8").split("\n")[1].startswith("flow:"))
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
#: Ways on which a run passes a step without a visit, or comes to one by no way of the flow.
ASIDE = ("out_of_attempts", "unmet", "back", "guard", "start:", "kept")


@pytest.fixture(scope="module")
def shipped() -> Library:
    return shipped_library()


@pytest.fixture(scope="module")
def made_large() -> Library:
    return library(large(60), large(300), chain(40), called())


def tree(found: Library, name: str) -> Any:
    return etree.fromstring(draw(found.flows, name, "bpmn").encode("utf-8"))


def test_every_flow_is_valid_bpmn(shipped: Library, made_large: Library) -> None:
    """By the schema of the Object Management Group; a step or an attribute misplaced would be refused."""
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    for found in (shipped, made_large):
        for name in found.flows:
            one = tree(found, name)
            assert schema.validate(one), (name, schema.error_log)
    one[0].append(etree.Element(f"{B}step"))
    assert not schema.validate(one)


def test_what_is_there_is_drawn_and_lines_meet_their_shapes(shipped: Library, made_large: Library) -> None:
    """Each node has a box, no two boxes touch, and each flow runs from the edge of one to the edge of the other."""
    for found in (shipped, made_large):
        for name in found.flows:
            one = tree(found, name)
            boxes = {}
            for shape in one.iter(f"{DI}BPMNShape"):
                bounds = shape.find(f"{DC}Bounds")
                boxes[shape.get("bpmnElement")] = [float(bounds.get(k)) for k in ("x", "y", "width", "height")]
            process = one.find(f"{B}process")
            nodes = [e.get("id") for e in process if e.tag != f"{B}sequenceFlow"]
            assert sorted(boxes) == sorted(nodes)
            assert all(box[0] >= 0 and box[1] >= 0 for box in boxes.values())
            listed = sorted(boxes.values())
            for place, (x, y, wide, high) in enumerate(listed):
                for other_x, other_y, _, other_high in listed[place + 1 : place + 40]:
                    assert other_x >= x + wide or other_y >= y + high or y >= other_y + other_high, name
            ends = {e.get("id"): (e.get("sourceRef"), e.get("targetRef")) for e in process.iter(f"{B}sequenceFlow")}
            for edge in one.iter(f"{DI}BPMNEdge"):
                points = [(float(p.get("x")), float(p.get("y"))) for p in edge if p.tag.endswith("waypoint")]
                for (px, py), node in zip((points[0], points[-1]), ends.pop(edge.get("bpmnElement")), strict=True):
                    x, y, wide, high = boxes[node]
                    assert x - 1 <= px <= x + wide + 1, (name, node)
                    assert y - 1 <= py <= y + high + 1, (name, node)
            assert not ends


class Engine(BpmnParser):
    """The engine, with people where it has no systems to ask."""

    OVERRIDE_PARSER_CLASSES = {f"{B}serviceTask": (TaskParser, ManualTask)}  # noqa: RUF012


@pytest.fixture(scope="module")
def engine(shipped: Library) -> BpmnParser:
    """An engine that has read all shipped flows."""
    parser = Engine()
    for name in shipped.flows:
        parser.add_bpmn_io(io.BytesIO(draw(shipped.flows, name, "bpmn").encode("utf-8")))
    return parser


def follow(engine: BpmnParser, path: list[Stop]) -> list[str]:
    """The steps that the engine comes to when it is told, at each gateway, the way that the run took."""
    first = path[0].ref.partition("/")[0]
    workflow = BpmnWorkflow(engine.get_spec(first), engine.get_subprocess_specs(first))
    came: list[str] = []

    def comes(task: Any) -> None:
        id_ = task.task_spec.bpmn_id or ""
        if isinstance(task.task_spec, CallActivity):  # told when what it calls begins
            id_ = ""
        if id_.endswith(".START") and task.workflow is not workflow:
            id_ = workflow.get_task_from_id(task.workflow.parent_task_id).task_spec.bpmn_id
        if id_.count(".") == 1 and not id_.endswith(".START"):
            came.append(id_.replace(".", "/"))
        by = path[len(came)].by if len(came) < len(path) else None
        if by is not None:
            task.set_data(by=by.by)

    while not workflow.is_completed():
        before = len(workflow.get_tasks(state=TaskState.COMPLETED))
        workflow.do_engine_steps(will_complete_task=comes)
        for task in workflow.get_tasks(state=TaskState.READY):
            comes(task)
            task.run()
        assert len(workflow.get_tasks(state=TaskState.COMPLETED)) > before, came
    return came


def test_an_engine_walks_what_the_scenarios_walk(shipped: Library, engine: BpmnParser) -> None:
    """
    The run of a scenario and the process in another maker's engine come to the same steps in the same order, calls too.
    """
    walked = 0
    for document in draft().scenarios:
        scenarios, _ = scenarios_in(document.typed, document.file, document.root)
        for scenario in scenarios[:2]:
            played = run_scenario(shipped, scenario).played
            path = stops(played.events)
            bys = [item["by"] for event in played.events for item in event.entered if "by" in item]
            if not played.run or not played.run.ended or any(by.startswith(ASIDE) for by in bys[1:]):
                continue
            if any(stop.gone for stop in path):
                continue
            assert follow(engine, path) == [stop.ref for stop in path], scenario.name
            walked += 1
    assert walked > 15


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_flow_comes_back(tmp_path: Path, shipped: Library, name: str) -> None:
    """Drawn as BPMN and imported: the same steps under their ids, the same ways, the same values of answers."""
    flow_ = shipped.flows[name]
    found = made(tmp_path, read("bpmn", draw(shipped.flows, name, "bpmn")))
    assert found.flow is not None
    assert (set(found.flow.steps), found.flow.first) == (set(flow_.steps), flow_.first)
    assert found.ways() == sorted((s, t) for s, t in graph_of(flow_).edges())
    for step in flow_.steps.values():
        if step.verb == "ask":
            ways = {(e.by, e.target) for e in step.edges.values() if e.by.startswith("answer:")}
            assert ways <= {(e.by, e.target) for e in found.flow.steps[step.id].edges.values()}


def test_a_large_flow_comes_back(tmp_path: Path, made_large: Library) -> None:
    """The same with 300 steps."""
    found = made(tmp_path, read("bpmn", draw(made_large.flows, "large_300", "bpmn")))
    drawn = sorted((s, t) for s, t in graph_of(made_large.flows["large_300"]).edges())
    assert [way for way in found.ways() if way[0] != "where_begins"] == drawn


def test_a_step_that_waits_is_a_timer(tmp_path: Path) -> None:
    """
    Valid, and with the span or the expression that the flow has; working time, which no engine counts, stays a task.

    A span comes back as it was.
    """
    steps = {
        "begin": {"say": "Hello."},
        "pause": {"wait": {"for": "90m"}},
        "pick": {"ask": "When?", "type": "datetime"},
        "rest": {"wait": {"until": "pick"}},
        "office": {"wait": {"for": "1 working day"}},
        "done": {"end": "done"},
    }
    waiting = flow("waiting", steps)
    found = library(waiting)
    one = tree(found, waiting["flow"])
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    assert schema.validate(one), schema.error_log
    timers = {t.getparent().get("id").partition(".")[2]: t[0] for t in one.iter(f"{B}timerEventDefinition")}
    assert {id_: (t.tag.removeprefix(B), t.text) for id_, t in timers.items()} == {
        "pause": ("timeDuration", "PT1H30M"),
        "rest": ("timeDate", "pick"),
    }
    assert [e.get("id").partition(".")[2] for e in one.iter(f"{B}task")] == ["office"]
    again = made(tmp_path, read("bpmn", draw(found.flows, waiting["flow"], "bpmn")))
    assert again.flow is not None
    assert again.flow.steps["pause"].verb == "wait"
    assert again.flow.steps["pause"].action.duration.seconds == 5400


def test_words_cannot_break_the_file(tmp_path: Path) -> None:
    """Whatever is said, asked or answered stands in the file as words, and comes back as them."""
    words = "\"><script>alert(1)</script> '&amp; ]]> <!-- x"
    steps = {
        "light": {"ask": words, "answers": {"yes": {"label": words, "then": "good"}, "no": "good"}},
        "good": {"end": "done"},
    }
    found = library(flow("hostile", steps, title=words))
    assert tree(found, "hostile")[0].get("name") == words
    back = made(tmp_path, read("bpmn", draw(found.flows, "hostile", "bpmn")))
    assert back.flow is not None
    assert back.flow.title == words
    assert back.labels("light") == {words: "good", "No": "good"}
