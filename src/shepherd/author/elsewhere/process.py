"""The nodes and flows of a process in BPMN 2.0, as its XML has them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from shepherd.author.elsewhere.sketch import MOST_STATIONS, MOST_WORDS, Mistake, Unreadable
from shepherd.author.elsewhere.xmltree import Element
from shepherd.flow.ids import is_id

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
#: The namespace of what Shepherd says beside BPMN: which step and which way of a flow something is.
OWN = "urn:shepherd:flow"
TASKS = frozenset(
    "task userTask manualTask serviceTask scriptTask businessRuleTask sendTask receiveTask callActivity".split()
)
SUBS = frozenset({"subProcess", "transaction", "adHocSubProcess"})
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
_NODES = TASKS | SUBS | GATEWAYS | EVENTS
_BESIDE = {
    "dataObjectReference": "data objects",
    "dataStoreReference": "data stores",
    "laneSet": "lanes",
    "textAnnotation": "notes",
}
_TIME = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,4})S)?)?")
MOST_SECONDS = 999_999


class Strand(NamedTuple):
    """A sequence flow."""

    source: str
    target: str
    name: str
    condition: str
    line: int
    by: str


@dataclass(slots=True)
class Part:
    """A node of a process: its element, the sub-process that it lies in, what leads out of it and into it."""

    element: Element
    home: str
    out: list[Strand] = field(default_factory=list)
    into: int = 0
    edges: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The name of its element."""
        return self.element.name

    @property
    def name(self) -> str:
        """What stands on it."""
        return " ".join(self.element.get("name")[:MOST_WORDS].split())


@dataclass(slots=True)
class Process:
    """The nodes of a process by their id, and what it has besides them."""

    parts: dict[str, Part] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def processes(root: Element) -> list[Element]:
    """The processes of a file that have any step."""
    return [one for one in root.all("process") if any(True for _ in one.all(*_NODES))]


def gathered(process: Element) -> Process:
    """All of *process*. Raises Unreadable with the lines of what can't be meant."""
    found = Process()
    _gather(process, found)
    _bound(found)
    if found.mistakes:
        raise Unreadable(found.mistakes)
    return found


def _gather(process: Element, found: Process) -> None:
    """Every node and sequence flow of *process* and of the sub-processes in it."""
    todo: list[tuple[Element, str]] = [(process, "")]
    strands: list[Element] = []
    while todo:
        holder, home = todo.pop(0)
        for one in holder.all():
            if one.name == "sequenceFlow":
                strands.append(one)
            elif one.name in _BESIDE:
                names = [lane.get("name") for lane in one.all("lane")] or [one.get("name") or _words(one.first("text"))]
                found.beside.setdefault(_BESIDE[one.name], []).extend(names)
            elif one.name in SUBS and one.get("triggeredByEvent") == "true":
                found.beside.setdefault("event sub-processes", []).append(one.get("name"))
            elif one.name in _NODES:
                _node(one, home, found)
                if one.name in SUBS:
                    todo.append((one, one.get("id")))
    for strand in strands:
        _strand(strand, found)


def _node(one: Element, home: str, found: Process) -> None:
    id_ = one.get("id")
    if not id_:
        found.mistakes.append(Mistake(one.line, f"This {one.name} has no id.", "Export the file once more."))
    elif id_ in found.parts:
        says = f'The id "{id_}" stands in line {found.parts[id_].element.line} already.'
        found.mistakes.append(Mistake(one.line, says, "Ids are unique: give one of the two another."))
    elif len(found.parts) >= MOST_STATIONS * 2:
        raise Unreadable([Mistake(one.line, "There are too many steps in this process.", "Split it into several.")])
    else:
        found.parts[id_] = Part(one, home)


def _strand(one: Element, found: Process) -> None:
    source, target = one.get("sourceRef"), one.get("targetRef")
    if source not in found.parts:
        says = f'The flow "{one.get("id")}" begins at "{source}", which is no step of this process.'
        found.mistakes.append(Mistake(one.line, says, "Draw it anew, from a step that is there."))
        return
    if not target:
        says = f'The flow "{one.get("id")}" leads nowhere.'
        found.mistakes.append(Mistake(one.line, says, "Draw it to a step, or delete it."))
        return
    name = " ".join(one.get("name")[:MOST_WORDS].split())
    condition = _words(one.first("conditionExpression"))
    by = one.get(f"{{{OWN}}}by")
    found.parts[source].out.append(Strand(source, target, name, condition, one.line, by))
    if target in found.parts:
        found.parts[target].into += 1


def _bound(found: Process) -> None:
    """Hang the events that stand on the edge of a step on that step."""
    for id_, part in found.parts.items():
        if part.kind == "boundaryEvent":
            host = found.parts.get(part.element.get("attachedToRef"))
            if host is None or host is part:
                says = f'The event "{id_}" stands on the edge of a step that is not there.'
                found.mistakes.append(Mistake(part.element.line, says, "Draw it on a step, or delete it."))
            else:
                host.edges.append(id_)


def _words(one: Element | None) -> str:
    return " ".join(one.text[:MOST_WORDS].split()) if one is not None else ""


def documented(element: Element) -> str:
    """What is told of *element* besides its name."""
    lines = (line.strip() for one in element.all("documentation") for line in one.text[:MOST_WORDS].splitlines())
    return "\n".join(lines).strip()


def definition(element: Element) -> str:
    """What kind of event *element* is: ``timer``, ``message``, ``error`` …; empty for a plain one."""
    found = next((one.name for one in element.all() if one.name.endswith("EventDefinition")), "")
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: f" {m[1].lower()}", found.removesuffix("EventDefinition"))


def seconds(element: Element) -> int:
    """How many seconds the timer of *element* takes; 0 where it is none, or says it by the calendar."""
    timer = element.first("timerEventDefinition")
    found = _TIME.fullmatch(_words(timer.first("timeDuration")) if timer is not None else "")
    if found is None:
        return 0
    size = sum(int(n or 0) * unit for n, unit in zip(found.groups(), (604800, 86400, 3600, 60, 1), strict=True))
    return size if size <= MOST_SECONDS * 60 else 0


def own(element: Element) -> tuple[str, str]:
    """The step and its verb, where Shepherd wrote the file and nobody changed the step's name; else two empty words."""
    step = element.get(f"{{{OWN}}}step")
    return (step, element.get(f"{{{OWN}}}verb")) if is_id(step) else ("", "")
