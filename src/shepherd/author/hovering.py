"""What is said of a thing that a file names, as Markdown, and the parts of a file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shepherd.author.explain import explain
from shepherd.author.mentions import Thing
from shepherd.flow.findings import Place
from shepherd.flow.model import Call, Flow, HandOn
from shepherd.flow.reader import items, pairs, plain
from shepherd.flow.scope import Around
from shepherd.flow.source import Map, Node

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

MOST = 20


class Part(NamedTuple):
    """A part of a file that an outline shows: its *place* whole, and that of its name."""

    name: str
    kind: str
    detail: str
    place: Place
    at: Place
    parts: tuple[Part, ...] = ()


def hover(draft: Draft, thing: Thing) -> str:
    """What is said of *thing*; nothing where the library does not know it."""
    told = TELL.get(thing.kind)
    return "\n\n".join(told(draft, thing)) if told else ""


def _step(draft: Draft, thing: Thing) -> Iterator[str]:
    flow = draft.flows.get(thing.of)
    step = flow.steps.get(thing.name) if flow else None
    if flow is None or step is None:
        return
    yield f"**{flow.id}/{step.id}** ({step.verb})"
    yield "  \n".join(s.text for s in explain(draft, flow.id).sentences if s.step == step.id)
    ways = [f"- {e.source} ({e.by})" for s in flow.steps.values() for e in s.edges.values() if e.target == step.id]
    if step.id == flow.first:
        ways.insert(0, "- the start of the flow")
    yield _many("Comes here from", ways, "Nothing leads here.")


def _flow(draft: Draft, thing: Thing) -> Iterator[str]:
    flow = draft.flows.get(thing.name)
    if flow is None:
        return
    yield f"**{flow.id}** {flow.title}"
    if flow.inputs:
        yield f"Is given: {', '.join(f'{n} ({f.type.name})' for n, f in flow.inputs.items())}."
    yield f"Ends: {', '.join(flow.outcomes)}."
    yield _many("Led to by", sorted(f"- {ref}" for ref in _callers(draft.flows, flow)), "No flow leads here.")


def _callers(flows: Mapping[str, Flow], flow: Flow) -> Iterator[str]:
    for other in flows.values():
        for step in other.steps.values():
            if isinstance(step.action, Call | HandOn) and step.action.flow == flow.id:
                yield step.ref


def _outcome(draft: Draft, thing: Thing) -> Iterator[str]:
    flow = draft.flows.get(thing.of)
    outcome = flow.outcomes.get(thing.name) if flow else None
    if flow is None or outcome is None:
        return
    code = f", code {outcome.code}" if outcome.code else ""
    solved = {True: "resolves the contact", False: "does not resolve the contact", None: "is for callers"}
    yield f"**{outcome.name}** of {flow.id}: {solved[outcome.resolves]}{code}"
    if outcome.returns:
        yield f"Gives back: {', '.join(outcome.returns)}."


def _name(draft: Draft, thing: Thing) -> Iterator[str]:
    flow = draft.flows.get(thing.of)
    if flow is None:
        return
    type_ = Around(draft.flows, draft.policy, draft.connectors).types(flow).get(thing.name)
    if type_ is not None:
        yield f"**{thing.name}**: {type_.name}"
        if type_.fields:
            yield "\n".join(f"- {name}: {field.name}" for name, field in list(type_.fields.items())[:MOST])
    value = flow.values.get(thing.name)
    if value is not None:
        yield "Worked out: " + "; ".join(f"`{case.gives.source}`" for case in value.cases)


def _text(draft: Draft, thing: Thing) -> Iterator[str]:
    flow = draft.flows.get(thing.of)
    if flow is not None and thing.name in flow.texts:
        yield f"“{flow.texts[thing.name].source}”"


def _operation(draft: Draft, thing: Thing) -> Iterator[str]:
    connector, _, name = thing.name.partition(".")
    known = draft.connectors.get(connector)
    operation = known.operations.get(name) if known else None
    if operation is None:
        return
    yield f"**{thing.name}** {'reads' if operation.reads else 'changes something'}"
    if operation.inputs:
        yield f"Is given: {', '.join(f'{n} ({f.type.name})' for n, f in operation.inputs.items())}."
    rows = ((name, ", ".join(operation.results.get(name, ()))) for name in operation.result_names())
    yield "\n".join(f"- {name}{f': {fields}' if fields else ''}" for name, fields in rows)


def _assurance(draft: Draft, thing: Thing) -> Iterator[str]:
    declared = draft.policy.assurances.get(thing.name.rpartition(".")[2])
    if declared is not None:
        by = f"granted by {', '.join(declared.granted_by)}" if declared.granted_by else "granted by authentication"
        lasts = f", for {declared.expires // 60} minutes" if declared.expires else ""
        yield f"**{declared.name}**: {by}{lasts}"


def _queue(draft: Draft, thing: Thing) -> Iterator[str]:
    queue = draft.policy.queues.get(thing.name)
    if queue is not None:
        yield f"**{queue.name}**: a queue{f' of {queue.owner}' if queue.owner else ''}"


def _many(heading: str, lines: list[str], none: str) -> str:
    if not lines:
        return none
    more = [f"- … and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return "\n".join([f"{heading}:", *lines[:MOST], *more])


TELL: Mapping[str, Callable[[Draft, Thing], Iterator[str]]] = {
    "step": _step,
    "flow": _flow,
    "outcome": _outcome,
    "name": _name,
    "text": _text,
    "operation": _operation,
    "assurance": _assurance,
    "queue": _queue,
}

# --- the outline -------------------------------------------------------------------------------------


def outline(root: Node | None) -> list[Part]:
    """The parts of a file: its groups, with their entries; scenarios by their names."""
    parts = []
    for key, node in root.entries if isinstance(root, Map) else ():
        below: tuple[Part, ...] = ()
        if key.text == "scenarios":
            maps = [one for one in items(node) if isinstance(one, Map)]
            below = tuple(Part(plain(m.get("name"), "?"), "scenario", "", m.place, m.place) for m in maps)
        elif isinstance(node, Map):
            kind = key.text.removesuffix("s")
            below = tuple(Part(k.text, kind, _verb(v), _over(k.place, v.place), k.place) for k, v in pairs(node))
        detail = "" if below else plain(node)[:60]
        parts.append(Part(key.text, "group", detail, _over(key.place, node.place), key.place, below))
    return parts


def _verb(node: Node) -> str:
    from shepherd.flow.verbs import VERBS

    keys = {key.text for key, _ in node.entries} if isinstance(node, Map) else set()
    return next((verb for verb in VERBS if verb in keys), "message" if "say" in keys else "")


def _over(one: Place, other: Place) -> Place:
    return Place(one.line, one.column, *max(one[2:], other[2:]))
