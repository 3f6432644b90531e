"""A flow as BPMN 2.0: its steps as tasks, gateways, calls and events, placed as in the drawing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from shepherd.author.elsewhere.process import MODEL, OWN
from shepherd.author.layout import Point, Route, Spot
from shepherd.author.lettering import width, wrap
from shepherd.author.overlay import Laid
from shepherd.author.picture import Arrow, Node, Picture
from shepherd.author.setting import LABEL, LABEL_LINE, PAD, Label, labelled, planned, too_large
from shepherd.author.xml import legal

SPACES = {
    "": MODEL,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "shepherd": OWN,
}
EVENT, GATE, BESIDE = 36.0, 40.0, 18.0
TEXT, LINE = 12.0, 14.4
START = 70.0
TIMER = "intermediateCatchEvent"
ROUND = frozenset({"startEvent", "endEvent", TIMER})
_ELEMENTS = {
    "message": "manualTask",
    "ask": "userTask",
    "collect": "userTask",
    "decide": "exclusiveGateway",
    "call": "callActivity",
    "hand_on": "callActivity",
    "lookup": "serviceTask",
    "do": "serviceTask",
    "end": "endEvent",
}


class _Shape(NamedTuple):
    """A node of the process: its id, its element, its box, and the box of its name if that stands beside it."""

    id: str
    element: str
    spot: Spot
    name: str = ""
    words: Spot | None = None
    verb: str = ""
    node: Node | None = None


class _Line(NamedTuple):
    """A sequence flow with its corners."""

    id: str
    source: str
    target: str
    points: list[Point]
    name: str = ""
    words: Spot | None = None
    by: str = ""


def bpmn(picture: Picture, overlay: Laid | None = None) -> str:
    """
    *picture* as BPMN 2.0 XML, with coordinates for a viewer (none where the picture would be too large to follow).

    A step that leads several ways is followed by a gateway, whose flows have the names of the ways; their conditions
    ask for ``by``, the name of the way in the flow's graph. Nothing is laid over it: BPMN has no place for that.
    """
    return "\n".join(_Writing(picture).lines()) + "\n"


class _Writing:
    def __init__(self, picture: Picture):
        self.picture = picture
        self.drawn = not too_large(picture)
        count, ways = len(picture.nodes), len(picture.arrows)
        self.spots = planned(picture).spots if self.drawn else (Spot(0, 0, 0, 0),) * count
        self.routes = planned(picture).routes if self.drawn else (Route(((0, 0), (0, 0)), False),) * ways
        self.labels = labelled(picture) if self.drawn else [Label([], "")] * ways
        self.ways = {node.id: [a for a in picture.arrows if a.source == node.id] for node in picture.nodes}
        self.shapes: list[_Shape] = []
        self.after: dict[str, _Shape] = {}
        self.on: dict[str, _Shape] = {}

    def lines(self) -> Iterator[str]:
        """The document, line by line."""
        for node, spot in zip(self.picture.nodes, self.spots, strict=True):
            self._place(node, Spot(spot.x + START + PAD, spot.y + PAD, spot.width, spot.height))
        flows = [*self._begin(), *self._inner(), *self._arrows()]
        spaces = " ".join(f"xmlns{':' if name else ''}{name}={quoteattr(uri)}" for name, uri in SPACES.items())
        flow = self.picture.flow
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f'<definitions {spaces} id="{flow}.FILE" targetNamespace="{OWN}" exporter="Shepherd">'
        yield f'  <process id="{flow}" name={_q(self.picture.title)} isExecutable="true">'
        for shape in self.shapes:
            yield from self._element(shape, flows)
        for line in flows:
            yield from _flow(line)
        yield "  </process>"
        if self.drawn:
            yield from self._diagram(flows)
        yield "</definitions>"

    # --- what there is ----------------------------------------------------------------------------

    def _place(self, node: Node, spot: Spot) -> None:
        """The shape of a step, and behind it the gateway of its ways, or the end that it is."""
        id_, element = f"{self.picture.flow}.{node.id}", _ELEMENTS.get(node.verb, "task")
        ways = len(self.ways[node.id])
        middle = spot.y + spot.height / 2
        if element == "endEvent":
            main = Spot(spot.x, middle - EVENT / 2, EVENT, EVENT)
            room = Spot(spot.x + EVENT + 6, spot.y, spot.width - EVENT - 6, spot.height)
            words = _beside(node.text.partition("\n")[0], room, left=False)
            self._add(_Shape(id_, element, main, *words, node.verb, node))
            return
        if node.waits is not None and ways == 1:
            element = TIMER
        if element in ("exclusiveGateway", TIMER):
            size = GATE if element == "exclusiveGateway" else EVENT
            main = Spot(spot.x + spot.width - size - BESIDE, middle - size / 2, size, size)
            room = Spot(spot.x + 10, spot.y, spot.width - size - BESIDE - 14, spot.height / 2 - 4)
            self._add(_Shape(id_, element, main, *_beside(node.text, room, left=True), node.verb, node))
            return
        size = GATE if ways > 1 else EVENT if not ways else 0.0
        main = Spot(spot.x, spot.y, spot.width - (size + 2 * BESIDE if size else 0), spot.height)
        self._add(_Shape(id_, element, main, _fitted(node.text, main), None, node.verb, node))
        if size:
            kind, name = ("exclusiveGateway", "WAYS") if ways > 1 else ("endEvent", "END")
            place = Spot(spot.x + spot.width - size - BESIDE, middle - size / 2, size, size)
            self.after[node.id] = _Shape(f"{id_}.{name}", kind, place)
            self.shapes.append(self.after[node.id])

    def _add(self, shape: _Shape) -> None:
        assert shape.node is not None
        self.shapes.append(shape)
        self.on[shape.node.id] = shape

    def _begin(self) -> list[_Line]:
        first = self.on.get(self.picture.first)
        if first is None:
            return []
        middle = first.spot.y + first.spot.height / 2
        left = self._left(self.picture.first)
        start = _Shape(f"{self.picture.flow}.START", "startEvent", Spot(left - START, middle - EVENT / 2, EVENT, EVENT))
        self.shapes.insert(0, start)
        points = [(left - START + EVENT, middle), (first.spot.x, middle)]
        return [_Line(f"{start.id}.TO", start.id, first.id, points)]

    def _left(self, step: str) -> float:
        place = next(n for n, node in enumerate(self.picture.nodes) if node.id == step)
        return self.spots[place].x + START + PAD

    def _inner(self) -> Iterator[_Line]:
        """From each task to the gateway or the end behind it."""
        for step, after in self.after.items():
            shape = self.on[step]
            middle = shape.spot.y + shape.spot.height / 2
            points = [(shape.spot.x + shape.spot.width, middle), (after.spot.x, middle)]
            yield _Line(f"{after.id}.TO", shape.id, after.id, points)

    def _arrows(self) -> Iterator[_Line]:
        for arrow, route, label in zip(self.picture.arrows, self.routes, self.labels, strict=True):
            source = self.after.get(arrow.source, self.on[arrow.source])
            target = self.on[arrow.target]
            id_ = f"{self.picture.flow}.{arrow.source}.BY.{arrow.by.replace(':', '.')}"
            lines = label.lines if self.drawn else []
            wide = max((width(line, LABEL) for line in lines), default=0.0)
            x, y = route.points[0]
            high = LABEL_LINE * len(lines)
            words = Spot(x + START + PAD + 6, y + PAD - high - 4, wide, high) if lines else None
            yield _Line(
                id_, source.id, target.id, self._points(source, target, route), arrow.label, words, _by(self, arrow)
            )

    def _points(self, source: _Shape, target: _Shape, route: Route) -> list[Point]:
        """The corners of a way, from the edge of one shape to that of the other."""
        points = [(x + START + PAD, y + PAD) for x, y in route.points]
        x, y = points[0]
        if abs(y - _middle(source)) < _reach(source):
            points[0] = (_edge(source, y, 1), y)
        else:
            spot = source.spot
            points[0:1] = [(spot.x + spot.width / 2, spot.y + (spot.height if y > _middle(source) else 0))] * 2
            points[1] = (points[0][0], y)
        x, y = points[-1]
        if abs(y - _middle(target)) < _reach(target):
            points[-1] = (_edge(target, y, -1), y)
        else:
            points[-1:] = [(x - 8, y), (x - 8, _middle(target)), (target.spot.x, _middle(target))]
        return [point for place, point in enumerate(points) if not place or point != points[place - 1]]

    # --- how it is written ------------------------------------------------------------------------

    def _element(self, shape: _Shape, flows: list[_Line]) -> Iterator[str]:
        name = f" name={_q(shape.name)}" if shape.name else ""
        own = f' shepherd:step="{shape.node.id}" shepherd:verb="{shape.verb}"' if shape.node else ""
        called = f' calledElement="{shape.node.calls}"' if shape.node and shape.node.calls else ""
        yield f'    <{shape.element} id="{shape.id}"{name}{called}{own}>'
        if shape.node is not None:
            yield f"      <documentation>{escape(legal(shape.node.text))}</documentation>"
        yield from (f"      <incoming>{line.id}</incoming>" for line in flows if line.target == shape.id)
        yield from (f"      <outgoing>{line.id}</outgoing>" for line in flows if line.source == shape.id)
        if shape.element == TIMER and shape.node is not None and shape.node.waits is not None:
            yield from _timer(shape.node.waits)
        yield f"    </{shape.element}>"

    def _diagram(self, flows: list[_Line]) -> Iterator[str]:
        flow = self.picture.flow
        yield f'  <bpmndi:BPMNDiagram id="{flow}.DIAGRAM">'
        yield f'    <bpmndi:BPMNPlane id="{flow}.PLANE" bpmnElement="{flow}">'
        for shape in self.shapes:
            marked = ' isMarkerVisible="true"' if shape.element == "exclusiveGateway" else ""
            yield f'      <bpmndi:BPMNShape id="{shape.id}.DI" bpmnElement="{shape.id}"{marked}>'
            yield f"        {_bounds(shape.spot)}"
            if shape.words is not None:
                yield f"        <bpmndi:BPMNLabel>{_bounds(shape.words)}</bpmndi:BPMNLabel>"
            yield "      </bpmndi:BPMNShape>"
        for line in flows:
            yield f'      <bpmndi:BPMNEdge id="{line.id}.DI" bpmnElement="{line.id}">'
            yield from (f'        <di:waypoint x="{_n(x)}" y="{_n(y)}"/>' for x, y in line.points)
            if line.words is not None:
                yield f"        <bpmndi:BPMNLabel>{_bounds(line.words)}</bpmndi:BPMNLabel>"
            yield "      </bpmndi:BPMNEdge>"
        yield "    </bpmndi:BPMNPlane>"
        yield "  </bpmndi:BPMNDiagram>"


def _by(writing: _Writing, arrow: Arrow) -> str:
    """What the condition of a way asks for; a way that is the only one has none."""
    return arrow.by if len(writing.ways[arrow.source]) > 1 or arrow.source in writing.after else ""


def _flow(line: _Line) -> Iterator[str]:
    name = f" name={_q(line.name)}" if line.name else ""
    head = f'    <sequenceFlow id="{line.id}"{name} sourceRef="{line.source}" targetRef="{line.target}"'
    if not line.by:
        yield f"{head}/>"
        return
    asked = escape(f'by == "{line.by}"')
    yield f'{head} shepherd:by="{line.by}">'
    yield f'      <conditionExpression xsi:type="tFormalExpression">{asked}</conditionExpression>'
    yield "    </sequenceFlow>"


def _span(seconds: int) -> str:
    """``P2D``, ``PT1H30M``: a length of time as ISO 8601 has it."""
    days, rest = divmod(seconds, 86400)
    hours, minutes = divmod(rest // 60, 60)
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (rest % 60, "S")) if n)
    return f"P{f'{days}D' if days else ''}{f'T{clock}' if clock or not days else ''}" + ("" if clock or days else "0S")


def _timer(waits: int | str) -> Iterator[str]:
    """For how long, or until when, a process waits: a span of ISO 8601, or the expression as the flow has it."""
    kind, said = ("timeDate", waits) if isinstance(waits, str) else ("timeDuration", _span(waits))
    yield "      <timerEventDefinition>"
    yield f'        <{kind} xsi:type="tFormalExpression">{escape(legal(said))}</{kind}>'
    yield "      </timerEventDefinition>"


def _fitted(text: str, spot: Spot) -> str:
    """As much of *text* as *spot* has room for."""
    lines = wrap(text, max(spot.width - 14, 40), TEXT, max(int((spot.height - 8) / LINE), 2))
    return " ".join(lines)


def _middle(shape: _Shape) -> float:
    return shape.spot.y + shape.spot.height / 2


def _reach(shape: _Shape) -> float:
    """How far from its middle a line may meet *shape* from the side."""
    return shape.spot.height / 2 - (2 if shape.element in ROUND else 0)


def _edge(shape: _Shape, y: float, side: int) -> float:
    """Where the edge of *shape* is at the height *y*, on its right (*side* 1) or on its left (-1)."""
    half, off = shape.spot.width / 2, abs(y - _middle(shape))
    if shape.element.endswith("Gateway"):
        half -= off
    elif shape.element in ROUND:
        half = math.sqrt(max(half * half - off * off, 0))
    return shape.spot.x + shape.spot.width / 2 + side * half


def _beside(text: str, spot: Spot, *, left: bool) -> tuple[str, Spot]:
    """*text* as it fits beside an event, or (*left*) above the line into a gateway, and the box that it takes."""
    lines = wrap(text, spot.width, TEXT, max(int(spot.height / LINE), 1))
    wide, high = max((width(line, TEXT) for line in lines), default=0.0), LINE * len(lines)
    x = spot.x + spot.width - wide if left else spot.x
    y = spot.y + spot.height - high if left else spot.y + (spot.height - high) / 2
    return " ".join(lines), Spot(x, y, wide, high)


def _bounds(spot: Spot) -> str:
    return f'<dc:Bounds x="{_n(spot.x)}" y="{_n(spot.y)}" width="{_n(spot.width)}" height="{_n(spot.height)}"/>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0").replace("-0.0", "0")


def _q(text: str) -> str:
    return quoteattr(legal(" ".join(text.split())))
