"""Calls: the flow exists, does not call itself in the end, and gets what it asks for; and what callers may rely on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shepherd.check.callgraph import CallGraph, call_graph
from shepherd.check.walks import circle
from shepherd.check.written import broken_kinds, is_written, operation_of
from shepherd.flow.findings import Finding, Hop, Rule, allowed, nearest
from shepherd.flow.model import Call, Do, Field, Flow, HandOn, Lookup, Step
from shepherd.flow.scope import CUSTOMER

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNKNOWN_FLOW = Rule("SHP601", "unknown-flow", "error", "A step calls a flow that the library does not have.")
CALL_CYCLE = Rule(
    "SHP602",
    "call-cycle",
    "error",
    "Flows call each other in a circle, so the calls would never end. The path shows the circle.",
)
MISSING_INPUT = Rule(
    "SHP603",
    "missing-input",
    "error",
    "The called flow or operation asks for an input that is neither given in `with` nor optional.",
)
UNKNOWN_INPUT = Rule(
    "SHP604",
    "unknown-input",
    "error",
    "`with` gives an input that the called flow or operation does not have.",
)
NO_RESOLVES = Rule(
    "SHP606",
    "outcome-without-resolves",
    "error",
    "An outcome says whether the contact is resolved, unless the flow is `called_only`.",
)
RESERVED_OUTCOME = Rule(
    "SHP607",
    "reserved-outcome",
    "error",
    "`error` and `unknown` are results of every operation, so no outcome may have these names.",
)
NOBODY_CALLS = Rule(
    "SHP608",
    "never-called",
    "warning",
    "The flow is `called_only`, and no flow calls it, so nobody can ever reach it.",
)
TOO_DEEP = Rule(
    "SHP609",
    "calls-too-deep",
    "error",
    "Calls are more than ten deep, and a run stops at ten.",
)
TRIES_OF_ANOTHER = Rule(
    "SHP610",
    "tries-of-another",
    "error",
    "A flow that counts tries per customer is called about somebody else without being told who that is "
    "(`customer_id`): their tries would be those of the ticket's customer.",
)

RULES = (
    *(UNKNOWN_FLOW, CALL_CYCLE, MISSING_INPUT, UNKNOWN_INPUT),
    *(NO_RESOLVES, RESERVED_OUTCOME, NOBODY_CALLS, TOO_DEEP, TRIES_OF_ANOTHER),
)

DEEPEST = 10


def calls(draft: Draft) -> Iterator[Finding]:
    """Unknown flows, circles and depth of calls, inputs, and outcomes as callers and reports need them."""
    graph = call_graph(draft.flows)
    yield from _cycles(graph)
    yield from _depth(graph)
    called = {edge.target for edges in graph.out.values() for edge in edges}
    for flow in draft.flows.values():
        yield from _outcomes(flow)
        if flow.called_only and flow.id not in called and "flow" not in broken_kinds(draft):
            yield NOBODY_CALLS.at(
                flow.places.get("called_only", flow.place),
                f'"{flow.id}" is called_only, and no flow calls it.',
                file=flow.file,
                flow=flow.id,
                hint="Call it, or take `called_only` out.",
            )
        for step in flow.steps.values():
            yield from _step(draft, flow, step)


def _step(draft: Draft, flow: Flow, step: Step) -> Iterator[Finding]:
    action = step.action
    if isinstance(action, Call | HandOn):
        if action.flow in draft.flows:
            yield from _inputs(flow, step, draft.flows[action.flow].inputs, f'the flow "{action.flow}"')
            if isinstance(action, Call):
                yield from _tries(flow, step, action, draft.flows[action.flow])
        elif not is_written(draft, action.flow):
            yield UNKNOWN_FLOW.at(
                step.places.get(step.verb, action.place),
                f'There is no flow "{action.flow}".',
                file=flow.file,
                flow=flow.id,
                step=step.id,
                hint=nearest(action.flow, draft.flows) or f"Flows: {allowed(draft.flows)}.",
            )
    elif isinstance(action, Lookup | Do):
        operation = operation_of(draft, action.operation)
        if operation is not None:
            yield from _inputs(flow, step, operation.inputs, f'"{action.operation}"')


def _inputs(flow: Flow, step: Step, inputs: Mapping[str, Field], whose: str) -> Iterator[Finding]:
    action = step.action
    given = action.args if isinstance(action, Call | HandOn | Lookup | Do) else {}
    missing = [n for n, f in inputs.items() if n not in given and not f.optional and f.default is None]
    for name in given:
        if name in inputs:
            continue
        hint = nearest(name, missing)
        if hint:
            missing = [m for m in missing if hint != nearest(name, [m])]
        yield UNKNOWN_INPUT.at(
            step.places.get(f"with.{name}", step.places.get("with", step.place)),
            f'{whose[:1].upper()}{whose[1:]} has no input "{name}".',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint=hint or (f"Its inputs: {allowed(inputs)}." if inputs else "It takes none."),
        )
    if missing:
        yield MISSING_INPUT.at(
            step.places.get("with", step.places.get(step.verb, step.place)),
            f"{whose[:1].upper()}{whose[1:]} also needs {allowed(missing)}.",
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint=f"Add to `with`: {', '.join(f'{name}: …' for name in missing[:4])}.",
        )


def counts_for_customers(flow: Flow) -> Step | None:
    """The first step of *flow* whose tries are counted per customer."""
    return next((s for s in flow.steps.values() if s.attempts and s.attempts.per == "customer"), None)


def _tries(flow: Flow, step: Step, call: Call, callee: Flow) -> Iterator[Finding]:
    """Tries per customer in *callee*, called about somebody whose number it is not given."""
    counting = counts_for_customers(callee)
    if call.about is None or counting is None:
        return
    given = call.args.get(CUSTOMER)
    own = given is not None and given.source.strip() == CUSTOMER and not flow.called_only
    if given is not None and not own:
        return
    told = "is not told whose number that is here" if given is None else "is given the customer's own number here"
    yield TRIES_OF_ANOTHER.at(
        step.places.get("about", step.place),
        f'"{callee.id}" counts tries per customer at "{counting.id}", and {told}.',
        file=flow.file,
        flow=flow.id,
        step=step.id,
        hint=f"Ask for their number first, and give it: `with: {{{CUSTOMER}: NAME}}`."
        if CUSTOMER in callee.inputs
        else f'Give "{callee.id}" the input `{CUSTOMER}: text`, and their number in `with` here.',
    )


def _cycles(graph: CallGraph) -> Iterator[Finding]:
    for cycle in graph.cycles:
        first = next(flow for flow in graph.flows if flow in cycle)
        inside = {flow: tuple(e for e in graph.out[flow] if e.target in cycle) for flow in cycle}
        edges = circle(first, inside)
        flow = graph.flows[first]
        step = flow.steps[edges[0].by]
        yield CALL_CYCLE.at(
            step.places.get("call", edges[0].place),
            f"Flows call each other in a circle: {' → '.join([first, *(edge.target for edge in edges)])}.",
            file=flow.file,
            flow=first,
            step=step.id,
            hint="Take one of these calls out.",
            path=[Hop(f"{edge.source}/{edge.by}", f"call:{edge.target}") for edge in edges],
        )


def _depth(graph: CallGraph) -> Iterator[Finding]:
    if graph.cycles:
        return
    deep = graph.depth()
    called = {edge.target for edges in graph.out.values() for edge in edges}
    for flow_id, depth in deep.items():
        if depth > DEEPEST and flow_id not in called:
            flow = graph.flows[flow_id]
            edge = max(graph.out[flow_id], key=lambda e: deep[e.target])
            yield TOO_DEEP.at(
                flow.steps[edge.by].places.get("call", edge.place),
                f"From here calls go {depth} deep, and a run stops at {DEEPEST}.",
                file=flow.file,
                flow=flow_id,
                step=edge.by,
                hint="Join some of the called flows.",
            )


def _outcomes(flow: Flow) -> Iterator[Finding]:
    for outcome in flow.outcomes.values():
        if outcome.name in ("error", "unknown"):
            yield RESERVED_OUTCOME.at(
                outcome.place,
                f'An outcome may not be called "{outcome.name}".',
                file=flow.file,
                flow=flow.id,
                hint="Say what went wrong, e.g. `not_possible`.",
            )
        elif outcome.resolves is None and not flow.called_only:
            yield NO_RESOLVES.at(
                outcome.place,
                f'The outcome "{outcome.name}" does not say whether the contact is resolved.',
                file=flow.file,
                flow=flow.id,
                hint="Write `resolves: true` or `resolves: false`, or `called_only: true` at the head.",
            )
