"""A BPMN process as stations: gateways that only join are passed, sub-processes entered and left, events understood."""

from __future__ import annotations

import re

from shepherd.author.elsewhere.labels import tell
from shepherd.author.elsewhere.process import (
    GATEWAYS,
    SUBS,
    TASKS,
    Part,
    Process,
    Strand,
    definition,
    documented,
    own,
    seconds,
)
from shepherd.author.elsewhere.sketch import Mistake, Sketch, Station, Unreadable, Way
from shepherd.author.shapes import SHAPES
from shepherd.flow.hazards import short

#: The key of a question that stands for several beginnings.
BEGINS = "\0begins"
_AT_ONCE = {
    "parallelGateway": "in the file all of these ways are taken at the same time; a conversation takes one by one",
    "inclusiveGateway": "in the file one or more of these ways are taken; a conversation takes one",
    "complexGateway": "the file decides this by a rule of its own",
    "eventBasedGateway": "in the file what happens first decides",
}
_SYSTEM = {
    "serviceTask": "a system does this in the file: write a `lookup` or `do`, or leave it to the agent",
    "scriptTask": "a script does this in the file: write a `set`, or leave it to the agent",
    "businessRuleTask": "a table of rules decides this in the file: write a table, or leave it to the agent",
}
_NAMELESS = dict.fromkeys(GATEWAYS, "choose") | {"intermediateCatchEvent": "wait", "endEvent": "ended"}
_VALUE = re.compile(r"answer:([A-Za-z0-9._-]{1,64})")


def sketched(process: Process) -> Sketch:
    """The stations of *process*, in the order in which they are come to."""
    return _Sketching(process).all()


class _Sketching:
    def __init__(self, process: Process):
        self.parts = process.parts
        self.sketch = Sketch()
        self.merged = {id_: gate for id_ in self.parts if (gate := self._gate(id_))}
        self.swallowed: set[str] = set()
        for part in self.parts.values():
            if self._finishes(part):
                self.swallowed.add(part.out[0].target)
                part.out = []

    def all(self) -> Sketch:
        """Everything that can be reached, and what can't after it."""
        starts = [id_ for id_, part in self.parts.items() if part.kind == "startEvent" and not part.home]
        ways = [way for id_ in starts for way in self._ways(id_, self.parts[id_].out)]
        for id_ in starts:
            kind = definition(self.parts[id_].element)
            if kind:
                told = f'"{self.parts[id_].name}"' if self.parts[id_].name else "it"
                self.sketch.unknown.append(f"{told} begins by itself in the file ({kind}); a flow is started by people")
        if len(ways) == 1:
            self.sketch.first = ways[0].target
        elif ways:
            named = [
                way._replace(label=self.parts[id_].name or way.label) for id_, way in zip(starts, ways, strict=False)
            ]
            station = Station(BEGINS, "Where does this begin?", wish="where_begins", kind="ask")
            station.ways = named if len(starts) == len(ways) else ways
            station.unknown.append("the file begins at several places")
            self.sketch.stations[BEGINS] = station
            self.sketch.first = BEGINS
        todo = [way.target for way in reversed(ways)]
        for id_ in (*self.parts, ""):
            while todo:
                key = todo.pop()
                if key in self.parts and key not in self.sketch.stations:
                    station = self.sketch.stations[key] = self._station(key)
                    todo += reversed(station.targets)
            if id_ and self._stands(id_):
                todo.append(id_)
        return self.sketch

    # --- what is a station ------------------------------------------------------------------------

    def _gate(self, id_: str) -> str:
        """The gateway that asks what the step *id_* says: nameless, behind it alone; empty where there is none."""
        part = self.parts[id_]
        gate = self.parts.get(part.out[0].target) if len(part.out) == 1 and part.kind in TASKS else None
        if gate is None or gate.kind != "exclusiveGateway" or gate.into != 1 or len(gate.out) < 2 or gate.name:
            return ""
        return part.out[0].target

    def _finishes(self, part: Part) -> bool:
        """Whether nothing follows the step *part* but an end of its own that has no name: then it ends itself."""
        end = self.parts.get(part.out[0].target) if len(part.out) == 1 and part.kind in TASKS else None
        return end is not None and end.kind == "endEvent" and not end.name and end.into == 1 and not end.home

    def _stands(self, id_: str) -> bool:
        """Whether the node *id_* is a station of its own, rather than passed."""
        part = self.parts[id_]
        if part.kind in SUBS:
            return not self._inside(id_)
        if part.kind in ("startEvent", "boundaryEvent"):
            return False
        if part.kind == "endEvent":
            return not self._leaves(part) and id_ not in self.swallowed
        if part.kind == "intermediateThrowEvent":
            return bool(part.name) or not part.out
        if part.kind in GATEWAYS:
            return len(part.out) != 1 and id_ not in self.merged.values()
        return True

    def _inside(self, sub: str) -> list[str]:
        """Where the sub-process *sub* begins: its start events, else its first step that nothing leads to."""
        inner = [id_ for id_, part in self.parts.items() if part.home == sub and part.kind != "boundaryEvent"]
        starts = [id_ for id_ in inner if self.parts[id_].kind == "startEvent" and self.parts[id_].out]
        return starts or [id_ for id_ in inner if not self.parts[id_].into and self.parts[id_].kind != "startEvent"]

    def _leaves(self, part: Part) -> bool:
        """Whether an end within a sub-process leads on behind it."""
        return bool(part.home) and definition(part.element) != "terminate" and bool(self._behind(part))

    def _behind(self, part: Part) -> list[Strand]:
        """What leads out of the sub-process in which *part* lies, or of the one around that."""
        while part.home:
            part = self.parts[part.home]
            if part.out:
                return part.out
        return []

    # --- where ways lead --------------------------------------------------------------------------

    def _ways(self, id_: str, strands: list[Strand]) -> list[Way]:
        """The *strands* out of *id_* as ways to stations."""
        default = self.parts[id_].element.get("default")
        found: list[Way] = []
        for strand in strands:
            label = strand.name or short(strand.condition, most=80)
            if not label and default and len(strands) > 1:
                label = "Otherwise"
            value = _VALUE.fullmatch(strand.by)
            way = Way("", label, strand.line, value[1] if value else "")
            found += [way._replace(target=target) for target in self._ends(strand.target, strand.line)]
        return found

    def _ends(self, target: str, line: int) -> list[str]:
        """The stations to which a way to *target* comes, passing what only joins."""
        found: dict[str, None] = {}
        todo, seen = [target], set[str]()
        while todo:
            key = todo.pop(0)
            part = self.parts.get(key)
            if part is None or self._stands(key):
                found[key] = None
            elif key not in seen:
                seen.add(key)
                todo += self._on(key, part)
        if not found:
            says = f'The way to "{target}" comes to no step.'
            raise Unreadable([Mistake(line, says, "Lead it to a task, a question or an end.")])
        return list(found)

    def _on(self, key: str, part: Part) -> list[str]:
        """Where one comes from a node that is passed."""
        if part.kind in SUBS:
            return self._inside(key)
        out = part.out
        if part.kind == "endEvent":
            out = self._behind(part)
        return [strand.target for strand in out]

    # --- what a station says ----------------------------------------------------------------------

    def _station(self, key: str) -> Station:
        part = self.parts[key]
        gate = self.merged.get(key, key)
        out = self.parts[gate].out
        station = Station(key, part.name, line=part.element.line, wish=part.name or _NAMELESS.get(part.kind, ""))
        station.ways = self._ways(gate, out)
        if not out and part.kind != "endEvent":
            station.ways = self._ways(key, self._behind(part))
        step, verb = own(part.element)
        if step and verb == "wait" and seconds(part.element):
            station.name, station.kind, station.seconds = step, "wait", seconds(part.element)
        elif step and verb in SHAPES:
            tell(station, step, verb, documented(part.element) or part.name)
        else:
            self._told(station, part)
            self._open(station, part, out)
        self._edges(station, part)
        return station

    def _told(self, station: Station, part: Part) -> None:
        """What its element says of *station*."""
        station.more = documented(part.element)
        if part.kind == "endEvent":
            station.kind, station.outcome = "end", part.name or "ended"
        elif part.kind == "callActivity":
            station.kind, station.calls = "call", part.element.get("calledElement") or part.name
        elif part.kind in GATEWAYS and station.ways:
            station.kind = "ask"
        elif part.kind in SUBS:
            station.unknown.append("what is inside this sub-process does not stand in the file")
        elif part.kind == "intermediateCatchEvent":
            station.seconds = seconds(part.element)
            station.kind = "wait" if station.seconds else ""
            if not station.seconds:
                station.text = f"Wait for: {part.name or definition(part.element) or 'it'}"
                station.unknown.append(f"in the file this waits for a {definition(part.element) or 'plain'} event")
        elif part.kind in _SYSTEM:
            station.unknown.append(_SYSTEM[part.kind])

    def _open(self, station: Station, part: Part, out: list[Strand]) -> None:
        """What the file does not tell of the ways out of *station*, or says in a language of its own."""
        if part.kind in _AT_ONCE and len(out) > 1:
            station.unknown.append(_AT_ONCE[part.kind])
        elif part.kind not in GATEWAYS and len(part.out) > 1 and not any(strand.condition for strand in out):
            station.unknown.append(_AT_ONCE["parallelGateway"])
        rules = [f"{short(s.name)}: {short(s.condition, most=80)}" for s in out if s.condition and len(out) > 1]
        if rules:
            station.unknown.append(f"the file decides this by conditions of its own ({'; '.join(rules[:6])})")
        if any(one.name.endswith("LoopCharacteristics") for one in part.element.all()):
            station.unknown.append("in the file this is done several times")

    def _edges(self, station: Station, part: Part) -> None:
        """The ways of events on its edge, or on that of a sub-process which begins with it."""
        holders = [part]
        while holders[-1].home and station.key in self._begins(holders[-1].home):
            holders.append(self.parts[holders[-1].home])
        for holder in holders:
            for id_ in holder.edges:
                event = self.parts[id_]
                ways = self._ways(id_, event.out)
                after = seconds(event.element)
                plain = event.element.get("cancelActivity") != "false" and holder is part and not station.silent
                if after and plain and len(ways) == 1 and station.kind in ("", "ask") and station.ways:
                    station.silence, station.silent = after, ways[0].target
                    continue
                label = event.name or definition(event.element).capitalize() or "Interrupted"
                station.ways += [way._replace(label=label) for way in ways]
                where = "while this goes on" if holder is part else f'anywhere in the sub-process "{holder.name}"'
                station.unknown.append(f'in the file "{short(label)}" may happen {where}; here it is an answer')

    def _begins(self, sub: str) -> set[str]:
        return {end for inner in self._inside(sub) for end in self._ends(inner, 0)}
