"""Flows put together by hand, for checks that look at steps and edges only."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from shepherd.flow.beside import Policy
from shepherd.flow.model import Attempts, Call, Decide, Edge, End, Flow, Grant, Message, Need, Outcome, Step


def step(name: str, *edges: str, **given: Any) -> Step:
    """
    A step whose *edges* are written ``by>target`` or ``by>target+grant``.

    ``end=``, ``call=`` and ``about=`` choose its verb, else it is a message.
    """
    ways = {}
    for text in edges:
        by, _, rest = text.partition(">")
        target, _, granted = rest.partition("+")
        ways[by] = Edge(by=by, source=name, target=target, grants=(Grant(name=granted),) if granted else ())
    action: Any = Message()
    verb: Any = "message"
    if "end" in given:
        verb, action = "end", End(outcome=given.pop("end"))
    elif "call" in given:
        verb, action = "call", Call(flow=given.pop("call"), args={}, about=given.pop("about", None))
    elif given.pop("decide", False):
        verb, action = "decide", Decide(branches=(), otherwise=True)
    tries = given.pop("attempts", None)
    if tries is not None:
        given["attempts"] = Attempts(most=tries, per=given.pop("per", "run"))
    given["requires"] = tuple(Need(name=n) for n in given.pop("requires", ()))
    return Step(id=name, verb=verb, action=action, edges=ways, **given)


def flow(name: str, *steps: Step, outcomes: Mapping[str, str] | None = None, **given: Any) -> Flow:
    """A flow of *steps*; *outcomes* maps each to the assurance that it grants, or to the empty text."""
    ended = {s.action.outcome: "" for s in steps if isinstance(s.action, End)} | dict(outcomes or {})
    made: dict[str, Any] = {
        "id": name,
        "file": f"{name}.yaml",
        "title": name,
        "category": "authentication",
        "version": 1,
        "inputs": {},
        "values": {},
        "texts": {},
        "hash": "",
    }
    made.update(given)
    made["requires"] = tuple(Need(name=n) for n in made.get("requires", ()))
    return Flow(
        outcomes={n: Outcome(name=n, resolves=True, grants=(Grant(name=g),) if g else ()) for n, g in ended.items()},
        steps={s.id: s for s in steps},
        first=steps[0].id,
        **made,
    )


def draft(*flows: Flow, policy: Policy | None = None) -> Any:
    """A draft of *flows*, as the checks see it."""
    return SimpleNamespace(
        translations=(),
        scenarios=(),
        lists={},
        flows={f.id: f for f in flows},
        policy=policy or Policy(),
        connectors={},
        promises={},
        documents={},
        findings=(),
        sources={},
    )
