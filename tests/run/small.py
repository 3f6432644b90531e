"""Small libraries for the tests of the interpreter, written as typed source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shepherd.check.library import Library
from shepherd.run import Step, advance, start
from shepherd.run.api import SYSTEM, Actor, Event, Stamp
from shepherd.run.state import Run

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DESK: dict[str, Any] = {
    "desk": "small",
    "queues": {"second_line": {"owner": "supervisor"}},
    "assurances": {"identity": {"granted_by": ["prove"], "levels": ["basic", "strong"], "expires": "30m"}},
    "severities": {"sev2": {"acknowledge": "15m", "update_every": "2h"}},
    "facts": {"customer": {"first_name": {"type": "text", "personal": True}}},
}
CONNECTOR: dict[str, Any] = {
    "kind": "table",
    "file": "x.csv",
    "key": "id",
    "operations": {
        "read": {"reads": True, "inputs": {"id": "text"}, "results": {"ok": {"size": "integer"}, "not_found": {}}},
        "check": {
            "reads": True,
            "accepts_secret": True,
            "inputs": {"pin": {"type": "digits"}},
            "results": {"ok": {}, "no_match": {}},
        },
        "change": {"reads": False, "inputs": {"id": "text"}, "results": {"ok": {"ref": "text"}}},
    },
}


def flow(name: str, steps: dict[str, Any], *, outcomes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A flow's typed source."""
    head = {"flow": name, "title": name, "category": "troubleshooting", "version": 1}
    return {**head, **more, "outcomes": outcomes or {"done": {"resolves": True}}, "steps": steps}


def library(*flows: dict[str, Any]) -> Library:
    """The library of *flows*, with the small desk and its connector ``box``."""
    documents = {f"flow:{f['flow']}": f for f in flows}
    return Library.load({**documents, "desk": DESK, "connectors:box": CONNECTOR})


class Walk:
    """A run with its events and a clock, for tests: ``walk(Answer("yes"))`` takes a step."""

    def __init__(self, library: Library, flow_id: str, **more: Any):
        self.library, self.at = library, NOON
        facts = more.pop("facts", {"customer": {"first_name": "Ada"}, "channel": "phone"})
        step = start(library, flow_id, inputs=more.pop("inputs", {}), facts=facts, stamp=self.stamp("maria"), **more)
        self.run: Run = step.run
        self.events: list[Event] = [step.event]

    def stamp(self, name: str, role: str = "agent") -> Stamp:
        """A stamp at the walk's time."""
        return Stamp(self.at, "+02:00", SYSTEM if name == "system" else Actor("agent", name), role)

    def __call__(self, given: Any, who: str = "maria", role: str = "agent", after: int = 1, **more: Any) -> Step:
        self.at += timedelta(seconds=after)
        step = advance(self.run, given, stamp=self.stamp(who, role), **more)
        self.run = step.run
        self.events.append(step.event)
        return step

    @property
    def here(self) -> str:
        """The step at which the run stands, without its flow."""
        return str(self.run.waiting.step.split("/")[1])

    def visit(self, step: str) -> int:
        """The number of the latest visit to *step* on the path."""
        return int(next(i.visit for i in reversed(self.run.path) if i.step.endswith(f"/{step}")))
